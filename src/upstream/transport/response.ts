import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../../errors.ts';
import { asId, asObject, type JsonObject } from '../../json.ts';
import type { CutRow } from '../../projection/cut-row.ts';
import type { RowCutter } from '../../projection/row-cutter.ts';
import { readReset, readRetryAfter } from '../rate-limit/rate-headers.ts';
import type { LimitedResponse } from '../rate-limit/rate-limits.ts';
import type { CallOutcome } from './breaker.ts';
import { byErrorType, byTransportFailure, meaningOf, messages, type FailureMeaning } from './failures.ts';
import { takesLongToParse } from './nesting.ts';
import type { UpstreamResponse } from './exchange.ts';
import { TransportError } from './transport-error.ts';

/** How a failed call may be retried. */
export interface Retry {
  /** The workspace did not process the call: a retry cannot do anything twice. */
  readonly isUnprocessed: boolean;
  /** The call failed on a reused connection: most likely the workspace had just closed it. */
  readonly isStaleSocket: boolean;
  /** Epoch milliseconds before which a retry fails again, as the workspace said. */
  readonly retryAt: number | undefined;
}

/** A refusal by Rocket.Chat. Endpoint files read `status` and `errorType` where they know a more specific meaning. */
export class UpstreamRefusal extends GatewayError {
  readonly status: number;
  readonly errorType: string | undefined;
  /** The response's JSON, for endpoints whose refusals have no `errorType`. Never logged or passed on. */
  readonly body: JsonObject | undefined;

  constructor(
    { code, message }: FailureMeaning,
    endpoint: string,
    refused: Pick<UpstreamRefusal, 'status' | 'errorType' | 'body'>,
    retryAfterSeconds: number | undefined,
  ) {
    const { status, errorType, body } = refused;
    super(code, message(endpoint), {
      // An unknown error type may hold anything: keep it out of the log.
      detail: `HTTP ${status}${byErrorType.has(errorType) ? ` ${errorType}` : ''}`,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
    this.status = status;
    this.errorType = errorType;
    this.body = body;
  }
}

export interface CallFailure {
  readonly error: GatewayError;
  /** Undefined where a retry would fail again. */
  readonly retry: Retry | undefined;
}

/** The JSON of a success. */
export interface ResponseBody {
  readonly json: JsonObject;
  /** The rows of one of its lists, which is empty in `json`. */
  readonly cut: { readonly cutter: RowCutter; readonly rows: readonly CutRow[] } | undefined;
}

/** A successful response. */
export interface CallAnswer extends ResponseBody {
  readonly timing: Timing;
}

/** What says when the workspace read: not before its `Date` less the time that the call took. */
export interface Timing {
  /** The header of the response. */
  readonly date: string | undefined;
  readonly tookMs: number;
}

/** What one attempt came to: the body of a success, or a failure, and what either says to those who keep count. */
export type CallResult = CallReport &
  (
    | { readonly body: ResponseBody; readonly failure?: never }
    | { readonly body?: never; readonly failure: CallFailure }
  );

interface CallReport {
  readonly breaker: CallOutcome;
  /** What the response says about the rate-limit window. `lost`: no response. `unsent`: the workspace never saw the call. */
  readonly rateLimit: LimitedResponse | 'lost' | 'unsent';
  /** Whether Rocket.Chat accepted the credentials, which it checks first of all. */
  readonly isCallerAccepted: boolean;
}

/** The gateway's clock in epoch milliseconds, and how far the workspace's clock is ahead of it. */
export interface Clocks {
  readonly now: number;
  readonly aheadMs: number;
}

/**
 * What a response, or the lack of one, means: the rows of `failures.ts`, applied. `cutter`: cuts the rows of the body, if it
 * can.
 */
export function classify(
  endpoint: string,
  response: UpstreamResponse | TransportError,
  clocks: Clocks,
  cutter?: RowCutter,
): CallResult {
  if (response instanceof TransportError) return classifyTransportError(endpoint, response);
  const body = readBody(response, cutter);
  if (response.status !== 200 || body?.json['success'] !== true)
    return classifyRefusal(endpoint, response, body?.json, clocks);
  const rateLimit = { headers: response.headers, limiter: 'passed' } as const;
  return { body, breaker: 'success', rateLimit, isCallerAccepted: true };
}

function classifyTransportError(endpoint: string, error: TransportError): CallResult {
  const { reason, message: detail, isReused } = error;
  const { code, message, breaker, retry } = byTransportFailure[reason];
  const options = { detail, ...(reason === 'too-large' && { reason: tooLarge }) };
  return {
    failure: {
      error: new GatewayError(code, message(endpoint), options),
      retry:
        retry === 'never'
          ? undefined
          : { isUnprocessed: retry === 'always', isStaleSocket: isReused, retryAt: undefined },
    },
    breaker,
    rateLimit: reason === 'unsent' ? 'unsent' : 'lost',
    isCallerAccepted: false,
  };
}

function classifyRefusal(
  endpoint: string,
  { status, headers }: UpstreamResponse,
  body: JsonObject | undefined,
  clocks: Clocks,
): CallResult {
  const errorType = asId(body?.['errorType']);
  const meaning = meaningOf(status, errorType);
  const { code, breaker, retry } = meaning;
  const retryAt = readRetryAt(meaning, headers, clocks);
  const seconds = secondsToWait(code, retryAt, body, clocks.now);
  const error = new UpstreamRefusal(meaning, endpoint, { status, errorType, body }, seconds);
  const limiter = limiterOf(error);
  const mayRetry = retry === 'if-idempotent' || (retry === 'if-time-known' && retryAt !== undefined);
  return {
    failure: {
      error,
      retry: mayRetry ? { isUnprocessed: retry === 'if-time-known', isStaleSocket: false, retryAt } : undefined,
    },
    breaker,
    rateLimit: {
      headers,
      limiter,
      ...(seconds !== undefined && limiter === 'refused' && { refusedUntil: retryAt ?? clocks.now + seconds * 1000 }),
    },
    isCallerAccepted: limiter === 'passed' || (status === 403 && body?.['error'] === missingPermission),
  };
}

/** Without a byte order mark, which JSON.parse does not take. */
function withoutMark(body: Buffer | string): Buffer | string {
  if (typeof body === 'string') return body.startsWith('\ufeff') ? body.slice(1) : body;
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
}

/** The JSON object of a body, whatever its content type says, unless that is HTML or the body is encoded. */
export function readBody({ headers, body }: UpstreamResponse, cutter?: RowCutter): ResponseBody | undefined {
  if (headers['content-type']?.startsWith('text/html') === true) return undefined;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return undefined;
  const unmarked = withoutMark(body);
  const cut = typeof unmarked === 'string' ? undefined : cutter?.apply(unmarked);
  if (cutter !== undefined && cut !== undefined) return { json: cut.rest, cut: { cutter, rows: cut.rows } };
  if (takesLongToParse(unmarked)) return undefined;
  try {
    const json = asObject(JSON.parse(String(unmarked)));
    return json && { json, cut: undefined };
  } catch {
    return undefined;
  }
}

/** When a retry makes sense, by the gateway's clock: the end of the rate-limit window, or what `Retry-After` says. */
function readRetryAt(
  { retryAt = [] }: FailureMeaning,
  headers: IncomingHttpHeaders,
  { now, aheadMs }: Clocks,
): number | undefined {
  const workspaceNow = now + aheadMs;
  for (const name of retryAt) {
    const time =
      name === 'retry-after' ? readRetryAfter(headers[name], workspaceNow) : readReset(headers[name], workspaceNow);
    if (time !== undefined) return time - aheadMs;
  }
  return undefined;
}

/** Whole seconds to wait: until the exact time, else what the sentence in a rate-limit refusal says, else 1. */
function secondsToWait(
  code: string,
  retryAt: number | undefined,
  body: JsonObject | undefined,
  now: number,
): number | undefined {
  if (retryAt !== undefined) return Math.max(1, Math.ceil((retryAt - now) / 1000));
  if (code !== 'RATE_LIMITED') return undefined;
  const words = /must wait (\d{1,3}) seconds/.exec(asId(body?.['error']) ?? '');
  return Math.max(1, Number(words?.[1] ?? 1));
}

/** Rocket.Chat's words for a permission that the route requires and the user lacks. */
const missingPermission = 'User does not have the permissions required for this action [error-unauthorized]';

/**
 * What the workspace's rate limiter did with a refused call. `passed`: it counted the call, as what refused it stands
 * behind the limiter. `before`: the call was refused before the limiter, unless headers say otherwise: Rocket.Chat 8
 * checks credentials, permissions and parameters first. `unknown`: not Rocket.Chat's own response.
 */
function limiterOf({ code, status, errorType, body }: UpstreamRefusal): LimitedResponse['limiter'] {
  if (code === 'RATE_LIMITED') return 'refused';
  if (body === undefined || status >= 500) return 'unknown';
  const { success, error } = body;
  if (success !== false || (status !== 400 && status !== 403)) return 'before';
  if (errorType !== undefined) return byErrorType.get(errorType)?.limiter ?? 'before';
  // Handlers that fail without a type: no such message, no such user, a room of other people.
  const isOfHandler =
    status === 400
      ? error === undefined || error === 'User not found.'
      : error === 'unauthorized' || error === 'forbidden';
  return isOfHandler ? 'passed' : 'before';
}

/** `reason` in the error of a response that is too large: the next one will be too. */
export const tooLarge = 'too_large';

/** The error of a response without the shape of its endpoint. `detail` is for the log: what is missing. */
export const badShape = (endpoint: string, detail: string): GatewayError =>
  new GatewayError('UPSTREAM_BAD_RESPONSE', messages.unusable(endpoint), { detail });

/** The error of a call that has too little time left to be made. */
export const tooLate = (endpoint: string): GatewayError =>
  new GatewayError('UPSTREAM_TIMEOUT', messages.timeout(endpoint), { detail: 'no time left' });
