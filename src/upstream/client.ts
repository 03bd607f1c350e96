import { GatewayError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { EndpointBudget } from './rate-limit/rate-limits.ts';
import { KnownRooms } from './memory/known-rooms.ts';
import { RequestConcurrency, RequestPlaces } from './queue/request-concurrency.ts';
import type { Caller, Credentials, Workspace } from './workspace.ts';

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

/**
 * Calls that Rocket.Chat resolves names for: where `roomId` is a user's id or name, it looks for the room with that
 * user and creates it when there is none. Two at a time could create two, so they are repeated for known rooms only.
 */
const namesRooms: ReadonlySet<Endpoint> = new Set(['dm.history', 'dm.messages', 'im.members']);

/** Where the calls of one request to one endpoint wait. */
interface EndpointLanes {
  /** All of them, so that a large request never has more than a few in the line before the endpoint's window. */
  readonly calls: RequestConcurrency;
  /** Those that have passed the window. */
  readonly places: RequestConcurrency;
}

/** Calls of one request, made with one caller's credentials: never kept beyond the request. */
export class UpstreamClient {
  readonly workspace: Workspace;
  readonly callerId: string;
  /** Which ids are known to be rooms'. */
  readonly rooms: KnownRooms;
  readonly #caller: Caller;
  readonly #deadline: number;
  readonly #onReceived: (bytes: number) => void;
  #receivedBytes = 0;
  readonly #pending = new Set<() => void>();
  readonly #places = new RequestPlaces();
  readonly #lanes = new Map<Endpoint, EndpointLanes>();
  #stopped: GatewayError | undefined;
  #rejected: GatewayError | undefined;
  /** Upstream calls made so far, by endpoint; joined ones and retries are not among them. */
  readonly calls = new Map<Endpoint, number>();
  /** Calls that may be made in all, retries aside. */
  maxCalls = Number.POSITIVE_INFINITY;
  /** Calls that were made or wait to be. */
  #begun = 0;
  /** Calls that were made once more. */
  retries = 0;
  /** Calls of another request of the same caller that this one joined. */
  sharedCalls = 0;
  /** Rows left out of the answer because they had not the shape of their kind. */
  droppedRows = 0;

  /**
   * `deadline`: epoch milliseconds at which the request is answered, with what is there. `onReceived` is told of the bytes
   * of all answers so far, as they come.
   */
  constructor(
    workspace: Workspace,
    credentials: Credentials,
    deadline: number,
    onReceived: (bytes: number) => void = () => undefined,
  ) {
    this.workspace = workspace;
    this.callerId = credentials.userId;
    this.#caller = workspace.caller(credentials);
    this.rooms = new KnownRooms(credentials.userId, workspace.roomMemory, () => this.#userKey);
    this.#deadline = deadline;
    this.#onReceived = onReceived;
  }

  /** The caller as what outlives a request may know him: by a hash of user id and token. */
  get callerKey(): string {
    return this.#caller.key;
  }

  /** Whether the workspace has accepted these credentials, in this request or an earlier one. */
  get isAccepted(): boolean {
    return this.#userKey !== undefined;
  }

  /** Whether a list of everything of the caller's can be had, as far as it is known. */
  answersList(endpoint: Endpoint): boolean {
    return !this.workspace.failingLists.has(this.#userKey, endpoint);
  }

  /** A list of everything of the caller's cannot be had, and that will not pass by itself. */
  listFailed(endpoint: Endpoint): void {
    this.workspace.failingLists.add(this.#userKey, endpoint);
  }

  get #userKey(): string | undefined {
    return this.workspace.acceptedCallers.userOf(this.callerKey);
  }

  /** The open call windows, as far as they apply to this caller. */
  get budget(): EndpointBudget[] {
    return this.workspace.budget.current(this.#caller);
  }

  /** Whether the call window of an endpoint has room for so many calls now. */
  allows(endpoint: Endpoint, count: number): boolean {
    return this.workspace.budget.allows(endpoint, this.#caller, count);
  }

  /** Gives up every pending call and makes none any more: the deadline passed, or nobody waits for the answer. */
  stop(reason: GatewayError): void {
    this.#stopped ??= reason;
    for (const cancel of this.#pending) cancel();
  }

  /** The body of a successful answer. Everything else is a GatewayError with a code. */
  async get(endpoint: Endpoint, params: Params = {}): Promise<JsonObject> {
    const { calls, places } = this.#lanesOf(endpoint);
    await calls.enter()?.promise;
    try {
      return await this.#call(endpoint, params, places);
    } finally {
      calls.exit();
    }
  }

  #lanesOf(endpoint: Endpoint): EndpointLanes {
    const known = this.#lanes.get(endpoint);
    if (known !== undefined) return known;
    const lanes = { calls: new RequestConcurrency(), places: new RequestConcurrency(this.#places) };
    this.#lanes.set(endpoint, lanes);
    return lanes;
  }

  async #call(endpoint: Endpoint, params: Params, lane: RequestConcurrency): Promise<JsonObject> {
    const final = this.#stopped ?? this.#rejected;
    if (final !== undefined) throw final;
    // Whoever asks keeps to the plan; should one not, the bound holds all the same.
    if (this.#begun >= this.maxCalls) throw tooManyCalls(endpoint);
    this.#begun += 1;
    let isSent = false;
    const path = `/api/v1/${endpoint}${queryString(params)}`;
    const { promise, cancel, isShared } = this.workspace.call({
      endpoint,
      path,
      caller: this.#caller,
      deadline: this.#deadline,
      lane,
      isHarmless: !namesRooms.has(endpoint) || this.rooms.isRoom(String(params['roomId'])),
      check: () => {
        if (this.#rejected !== undefined) throw this.#rejected;
      },
      onUnauthenticated: (error) => {
        this.#rejected = error; // more would be refused as well
      },
      onSent: (attempt) => {
        isSent = true;
        if (attempt > 1) this.retries += 1;
        else this.calls.set(endpoint, (this.calls.get(endpoint) ?? 0) + 1);
      },
      onData: (bytes) => {
        this.#receivedBytes += bytes;
        this.#onReceived(this.#receivedBytes);
      },
    });
    this.#pending.add(cancel);
    if (isShared) this.sharedCalls += 1;
    try {
      return await promise;
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'UNAUTHENTICATED') this.#rejected = error; // of a call that another request began
      throw this.#stopped ?? error;
    } finally {
      this.#pending.delete(cancel);
      if (!isSent) this.#begun -= 1;
    }
  }
}

const tooManyCalls = (endpoint: string) =>
  new GatewayError('QUERY_TOO_COMPLEX', `This request has made all the upstream calls that it may (${endpoint}).`, {
    detail: 'beyond the bound of its plan',
  });

function queryString(params: Params): string {
  let text = '';
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined) text += `${text === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`;
  }
  return text;
}
