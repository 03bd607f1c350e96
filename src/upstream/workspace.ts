import { hash } from 'node:crypto';
import { GatewayError } from '../errors.ts';
import { asObject, type JsonObject } from '../json.ts';
import { Budget, type BudgetCaller } from './budget.ts';
import { refusal } from './refusals.ts';
import { Sharing, type Call } from './sharing.ts';
import { NoAnswer, Transport, type Answer } from './transport.ts';

/** A pair that Rocket.Chat gave at login, checked for form only, and the end user's address where it is forwarded. */
export interface Credentials {
  readonly userId: string;
  readonly authToken: string;
  readonly address?: string | undefined;
}

export interface WorkspaceOptions {
  readonly url: string;
  /** Milliseconds that one call may take in all. */
  readonly timeoutMs: number;
  /** Whether equal calls under way of the same caller are shared between his requests. */
  readonly sharesInFlight?: boolean;
}

/** A caller as the workspace's memory knows him: by a hash of user id and token, never by the token. */
export interface Caller extends BudgetCaller {
  readonly headers: readonly string[];
}

export interface CallRequest {
  readonly endpoint: string;
  /** Path with the query, below the workspace's URL. */
  readonly path: string;
  readonly caller: Caller;
  /** Epoch milliseconds until which it may wait for its call window. */
  readonly until: number;
  /** Called when the call goes out: it may not, for want of budget. */
  readonly onSent: () => void;
}

/**
 * One workspace, for the life of the process: the connections to it and what its answers taught. Shared by all callers,
 * so it holds nothing of anybody's data.
 */
export class Workspace {
  readonly budget = new Budget();
  /** Whether read receipts are licensed, and when that was learnt (epoch ms). */
  receiptsLicence: { readonly isLicensed: boolean; readonly at: number } | undefined;
  /** Rows of the longest page seen: the workspace's cap on `count` is at least that. */
  longestPage = 0;
  readonly #transport: Transport;
  readonly #timeoutMs: number;
  readonly #sharing: Sharing<JsonObject> | undefined;

  constructor({ url, timeoutMs, sharesInFlight = false }: WorkspaceOptions) {
    this.#transport = new Transport({ url });
    this.#timeoutMs = timeoutMs;
    this.#sharing = sharesInFlight ? new Sharing() : undefined;
  }

  caller({ userId, authToken, address }: Credentials): Caller {
    const headers = ['x-auth-token', authToken, 'x-user-id', userId, 'accept', 'application/json', 'accept-encoding', 'identity'];
    if (address !== undefined) headers.push('x-real-ip', address);
    return { key: hash('sha256', `${userId}\0${authToken}`, 'base64url'), address, headers };
  }

  /** A successful answer's body. */
  call(request: CallRequest): Call<JsonObject> & { readonly isShared: boolean } {
    const { caller, path } = request;
    const start = () => this.#start(request);
    if (this.#sharing === undefined) return { ...start(), isShared: false };
    return this.#sharing.join(`${caller.key} ${caller.address ?? ''} ${path}`, start);
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  #start(request: CallRequest): Call<JsonObject> {
    let giveUp: (() => void) | undefined;
    const promise = this.#perform(request, (how) => {
      giveUp = how;
    });
    return { promise, cancel: () => giveUp?.() };
  }

  async #perform(request: CallRequest, onCancel: (giveUp: () => void) => void): Promise<JsonObject> {
    const { endpoint, path, caller, until, onSent } = request;
    const ticket = this.budget.enter(endpoint, caller, until);
    if (ticket.ready !== undefined) {
      await new Promise<void>((resolve, reject) => {
        onCancel(() => {
          ticket.leave();
          reject(new NoAnswer('cancelled', 'given up'));
        });
        ticket.ready?.then(resolve, reject);
      });
    }
    let answer: Answer;
    onSent();
    try {
      answer = await this.#transport.get(path, caller.headers, this.#timeoutMs, onCancel);
    } catch (error) {
      ticket.exit(undefined);
      throw noAnswer(endpoint, error);
    }
    const body = readBody(answer);
    const { status, headers } = answer;
    if (status === 200 && body?.['success'] === true) {
      ticket.exit({ headers, limiter: 'passed' });
      return body;
    }
    const error = refusal(endpoint, status, headers, body, Date.now());
    const { retryAfterSeconds } = error.extensions;
    if (typeof retryAfterSeconds === 'number') {
      ticket.exit({ headers, limiter: 'refused', refusedUntil: Date.now() + retryAfterSeconds * 1000 });
    } else ticket.exit({ headers, limiter: 'unknown' });
    throw error;
  }
}

/** The error for an answer whose shape is not the endpoint's. `detail` says what is missing, for the log. */
export const badShape = (endpoint: string, detail: string): GatewayError =>
  new GatewayError('UPSTREAM_BAD_RESPONSE', `The workspace gave an answer to ${endpoint} that cannot be used.`, { detail });

/** The JSON object of an answer, whatever its content-type says, unless it says HTML or a packed body. */
function readBody({ headers, body }: Answer): JsonObject | undefined {
  if (headers['content-type']?.startsWith('text/html') === true) return undefined;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return undefined;
  try {
    const start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
    return asObject(JSON.parse(body.toString('utf8', start)));
  } catch {
    return undefined;
  }
}

function noAnswer(endpoint: string, error: unknown): GatewayError {
  const detail = error instanceof Error ? error.message : 'unknown failure';
  const reason = error instanceof NoAnswer ? error.reason : 'connection';
  if (reason === 'timeout') {
    return new GatewayError('UPSTREAM_TIMEOUT', `The workspace did not answer ${endpoint} in time.`, { detail });
  }
  if (reason === 'too-large') return badShape(endpoint, detail);
  return new GatewayError('UPSTREAM_UNAVAILABLE', `The workspace cannot be reached (${endpoint}).`, { detail });
}
