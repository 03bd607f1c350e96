import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError, type ErrorCode } from '../../errors.ts';
import { asId, type JsonObject } from '../../json.ts';
import { readReset, readRetryAfter } from '../rate-limit/rate-headers.ts';

/** What Rocket.Chat's `errorType` means here. R7 and R8 differ in words and in `invalid-params`, not in the outcome. */
const codeOfErrorType: Record<string, ErrorCode | undefined> = {
  'invalid-channel': 'NOT_FOUND',
  'error-room-not-found': 'NOT_FOUND',
  'error-invalid-room': 'NOT_FOUND',
  'error-invalid-message': 'NOT_FOUND',
  'error-unauthorized': 'FORBIDDEN',
  unauthorized: 'FORBIDDEN',
  'error-forbidden': 'FORBIDDEN',
  forbidden: 'FORBIDDEN',
  'error-not-allowed': 'FORBIDDEN',
  'error-action-not-allowed': 'FORBIDDEN',
  'error-endpoint-disabled': 'FORBIDDEN',
  // `rooms.info` of a room of other people: the same as one that does not exist.
  'Not Allowed': 'NOT_FOUND',
  'error-too-many-requests': 'RATE_LIMITED',
};

/** A refusal by Rocket.Chat: endpoint files look at `status` and `errorType` where a refusal has a meaning of its own. */
export class UpstreamRefusal extends GatewayError {
  readonly status: number;
  readonly errorType: string | undefined;
  /** The answer's JSON, for endpoints whose refusals have no `errorType`. It is never logged or passed on. */
  readonly body: JsonObject | undefined;
  /** Epoch milliseconds from which on the workspace said it answers again, where it said so exactly. */
  readonly retryAt: number | undefined;

  constructor(code: ErrorCode, message: string, refused: Refused) {
    const { status, errorType, body, retryAt, retryAfterSeconds } = refused;
    const isKnown =
      errorType !== undefined && (Object.hasOwn(codeOfErrorType, errorType) || invalidParams.has(errorType));
    super(code, message, {
      detail: `HTTP ${status}${isKnown ? ` ${errorType}` : ''}`,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
    this.status = status;
    this.errorType = errorType;
    this.body = body;
    this.retryAt = retryAt;
  }
}

interface Refused {
  readonly status: number;
  readonly errorType: string | undefined;
  readonly body: JsonObject | undefined;
  readonly retryAt: number | undefined;
  readonly retryAfterSeconds: number | undefined;
}

/** The two spellings of parameters that a schema refuses. */
const invalidParams = new Set(['invalid-params', 'error-invalid-params']);

/**
 * The error for an answer other than success. `body` is undefined when it was not JSON. Never repeats upstream's words.
 * `aheadMs`: how far the workspace's clock is ahead of the gateway's.
 */
export function refusal(
  endpoint: string,
  status: number,
  headers: IncomingHttpHeaders,
  body: JsonObject | undefined,
  now: number,
  aheadMs = 0,
): UpstreamRefusal {
  const errorType = asId(body?.['errorType']);
  const code = codeOf(status, errorType);
  const retryAt = retryTime(code, status, headers, now, aheadMs);
  const retryAfterSeconds = secondsToWait(code, retryAt, body, now);
  return new UpstreamRefusal(code, messageOf(code, endpoint, status), {
    status,
    errorType,
    body,
    retryAt,
    retryAfterSeconds,
  });
}

/** Rocket.Chat tells the end of a call window; proxies before it, and 503 anywhere, use `Retry-After`. */
function retryTime(
  code: ErrorCode,
  status: number,
  headers: IncomingHttpHeaders,
  now: number,
  aheadMs: number,
): number | undefined {
  if (code !== 'RATE_LIMITED' && status !== 503) return undefined;
  const workspaceNow = now + aheadMs;
  const resetAt = code === 'RATE_LIMITED' ? readReset(headers['x-ratelimit-reset'], workspaceNow) : undefined;
  const retryAt = resetAt ?? readRetryAfter(headers['retry-after'], workspaceNow);
  return retryAt === undefined ? undefined : retryAt - aheadMs;
}

/** What a permission that the route asks for, and the user has not, is refused with. */
const missingPermission = 'User does not have the permissions required for this action [error-unauthorized]';

/** Error types of what answers behind the limiter, in every dialect. */
const behindLimiter = new Set([
  'invalid-channel',
  'error-room-not-found',
  'error-invalid-room',
  'error-invalid-message',
  'error-not-allowed',
  'error-endpoint-disabled',
  'Not Allowed',
]);

/**
 * How the workspace's limiter treated a call that was not answered with success. `passed`: what refused it stands behind the
 * limiter. `before`: it was refused before that, or its headers tell: Rocket.Chat 8 looks at credentials, permissions and
 * parameters first. `unknown`: that was not Rocket.Chat's own answer.
 */
export function limiterOf({
  code,
  status,
  errorType,
  body,
}: UpstreamRefusal): 'passed' | 'refused' | 'before' | 'unknown' {
  if (code === 'RATE_LIMITED') return 'refused';
  if (body === undefined || status >= 500) return 'unknown';
  const { success, error } = body;
  if (success !== false || (status !== 400 && status !== 403)) return 'before';
  if (errorType !== undefined) return behindLimiter.has(errorType) ? 'passed' : 'before';
  // Handlers that fail without a type: a message or user that does not exist, a room that is not theirs.
  const isOfHandler =
    status === 400
      ? error === undefined || error === 'User not found.'
      : error === 'unauthorized' || error === 'forbidden';
  return isOfHandler ? 'passed' : 'before';
}

/** Whether Rocket.Chat had accepted the credentials of a call that it refused: it looks at them first of all. */
export const hasAcceptedCaller = (refused: UpstreamRefusal): boolean =>
  limiterOf(refused) === 'passed' || (refused.status === 403 && refused.body?.['error'] === missingPermission);

function codeOf(status: number, errorType: string | undefined): ErrorCode {
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 429) return 'RATE_LIMITED';
  if (status >= 500) return 'UPSTREAM_UNAVAILABLE';
  if (status !== 400 && status !== 200) return 'UPSTREAM_BAD_RESPONSE';
  if (errorType === undefined) return 'UPSTREAM_BAD_RESPONSE';
  const known = Object.hasOwn(codeOfErrorType, errorType) ? codeOfErrorType[errorType] : undefined;
  if (known !== undefined) return known;
  // Rocket.Chat refuses arguments with 400. A 200 that says it failed, and does not say how, is no refusal of its API.
  return status === 400 || invalidParams.has(errorType) ? 'BAD_USER_INPUT' : 'UPSTREAM_BAD_RESPONSE';
}

function messageOf(code: ErrorCode, endpoint: string, status: number): string {
  switch (code) {
    case 'UNAUTHENTICATED':
      return 'The workspace does not accept these credentials: log in again.';
    case 'FORBIDDEN':
      return `The workspace does not let this user do that (${endpoint}).`;
    case 'NOT_FOUND':
      return `There is no such room or message, or this user may not know of it (${endpoint}).`;
    case 'RATE_LIMITED':
      return `The workspace's call limit for ${endpoint} is used up.`;
    case 'BAD_USER_INPUT':
      return `The workspace refused the arguments of ${endpoint}.`;
    case 'UPSTREAM_UNAVAILABLE':
      return `The workspace cannot answer ${endpoint} for now.`;
    default:
      return status === 404
        ? `This workspace has no ${endpoint}.`
        : `The workspace gave an answer to ${endpoint} that cannot be used.`;
  }
}

/** Whole seconds to wait: until the exact time, else as the sentence in the body of a limiter's refusal says, else 1. */
function secondsToWait(
  code: ErrorCode,
  retryAt: number | undefined,
  body: JsonObject | undefined,
  now: number,
): number | undefined {
  if (retryAt !== undefined) return Math.max(1, Math.ceil((retryAt - now) / 1000));
  if (code !== 'RATE_LIMITED') return undefined;
  const words = /must wait (\d{1,3}) seconds/.exec(asId(body?.['error']) ?? '');
  return Math.max(1, Number(words?.[1] ?? 1));
}
