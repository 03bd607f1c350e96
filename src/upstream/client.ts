import { createHash } from 'node:crypto';
import { GatewayError } from '../errors.ts';
import { asObject, type JsonObject } from '../json.ts';
import { Budget } from './budget.ts';
import { refusal } from './refusals.ts';
import { NoAnswer, Transport, type Answer } from './transport.ts';

/** Every path this gateway ever asks, below `/api/v1/`: all GET, none with a parameter of the client's choosing. */
export type Endpoint =
  | 'chat.getMessage'
  | 'chat.getMessageReadReceipts'
  | 'dm.history'
  | 'dm.list.everyone'
  | 'dm.messages'
  | 'im.counters'
  | 'im.list'
  | 'im.members'
  | 'me'
  | 'rooms.get'
  | 'rooms.info'
  | 'subscriptions.get'
  | 'users.info';

/** Query parameters. Undefined is left out: Rocket.Chat refuses empty values and unknown names. */
export type Params = { readonly [name: string]: string | number | undefined };

/** A pair that Rocket.Chat gave at login, checked for form only. */
export interface Credentials {
  readonly userId: string;
  readonly authToken: string;
}

/** What one workspace taught this process; shared by all callers, so it may hold nothing about a caller's data. */
export interface Workspace {
  readonly budget: Budget;
  readonly transport: Transport;
  readonly timeoutMs: number;
  /** Whether read receipts are licensed, and when that was learnt (epoch ms). */
  receiptsLicence: { readonly isLicensed: boolean; readonly at: number } | undefined;
  /** Rows of the longest page seen: the workspace's cap on `count` is at least that. */
  longestPage: number;
}

export interface WorkspaceOptions {
  readonly url: string;
  /** Milliseconds that one call may take in all. */
  readonly timeoutMs: number;
}

export const createWorkspace = ({ url, timeoutMs }: WorkspaceOptions): Workspace => ({
  budget: new Budget(),
  transport: new Transport({ url }),
  timeoutMs,
  receiptsLicence: undefined,
  longestPage: 0,
});

/** Calls of one request, made with one caller's credentials: never kept beyond the request. */
export class UpstreamClient {
  readonly workspace: Workspace;
  readonly callerId: string;
  readonly #callerKey: string;
  readonly #headers: string[];
  readonly #pending = new Set<() => void>();
  #stopped: GatewayError | undefined;
  #rejected: GatewayError | undefined;
  /** Upstream calls made so far. */
  calls = 0;
  /** Rows left out of the answer because they had not the shape of their kind. */
  droppedRows = 0;

  constructor(workspace: Workspace, { userId, authToken }: Credentials) {
    this.workspace = workspace;
    this.callerId = userId;
    this.#callerKey = createHash('sha256').update(`${userId}\0${authToken}`).digest('base64url');
    this.#headers = ['x-auth-token', authToken, 'x-user-id', userId, 'accept', 'application/json', 'accept-encoding', 'identity'];
  }

  /** The open call windows, as far as they apply to this caller. */
  get budget() {
    return this.workspace.budget.current(this.#callerKey);
  }

  /** Gives up every pending call and makes none any more: the deadline passed, or nobody waits for the answer. */
  stop(reason: GatewayError): void {
    this.#stopped ??= reason;
    for (const cancel of this.#pending) cancel();
  }

  /** The body of a successful answer. Everything else is a GatewayError with a code. */
  async get(endpoint: Endpoint, params: Params = {}): Promise<JsonObject> {
    const final = this.#stopped ?? this.#rejected;
    if (final !== undefined) throw final;
    const answer = await this.#ask(endpoint, `/api/v1/${endpoint}${queryString(params)}`);
    const body = readBody(answer);
    const succeeded = answer.status === 200 && body?.['success'] === true;
    this.workspace.budget.learn(endpoint, this.#callerKey, answer.headers, succeeded);
    if (succeeded) return body;
    const error = refusal(endpoint, answer.status, answer.headers, body, Date.now());
    if (error.code === 'UNAUTHENTICATED') this.#rejected = error; // asking more would be refused as well
    throw error;
  }

  async #ask(endpoint: Endpoint, path: string): Promise<Answer> {
    const { transport, timeoutMs } = this.workspace;
    let cancelThis: (() => void) | undefined;
    this.calls += 1;
    try {
      return await transport.get(path, this.#headers, timeoutMs, (cancel) => {
        cancelThis = cancel;
        this.#pending.add(cancel);
      });
    } catch (error) {
      throw this.#stopped ?? noAnswer(endpoint, error);
    } finally {
      if (cancelThis !== undefined) this.#pending.delete(cancelThis);
    }
  }
}

/** The error for an answer whose shape is not the endpoint's. `detail` says what is missing, for the log. */
export const badShape = (endpoint: Endpoint, detail: string): GatewayError =>
  new GatewayError('UPSTREAM_BAD_RESPONSE', `The workspace gave an answer to ${endpoint} that cannot be used.`, { detail });

function queryString(params: Params): string {
  let text = '';
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) text += `${text === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`;
  }
  return text;
}

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

function noAnswer(endpoint: Endpoint, error: unknown): GatewayError {
  const detail = error instanceof Error ? error.message : 'unknown failure';
  const reason = error instanceof NoAnswer ? error.reason : 'connection';
  if (reason === 'timeout') {
    return new GatewayError('UPSTREAM_TIMEOUT', `The workspace did not answer ${endpoint} in time.`, { detail });
  }
  if (reason === 'too-large') return badShape(endpoint, detail);
  return new GatewayError('UPSTREAM_UNAVAILABLE', `The workspace cannot be reached (${endpoint}).`, { detail });
}
