import { GatewayError } from '../errors.ts';
import type { CallObserver } from './call-observer.ts';
import { callerOf, type Credentials } from './caller.ts';
import type { EndpointResponse } from './endpoint-response.ts';
import type { Endpoint, Params } from './endpoint.ts';
import { KnownRooms } from './memory/known-rooms.ts';
import type { ReceiptsLicence } from './memory/receipts-licence.ts';
import type { SyncPages } from './memory/sync-pages.ts';
import { RequestConcurrency, RequestSlots } from './queue/request-concurrency.ts';
import type { EndpointBudget } from './rate-limit/rate-limits.ts';
import { RequestCall, RequestTally, type ResponseReader } from './request-call.ts';
import type { Workspace } from './workspace.ts';

/** What bounds the calls of one request to one endpoint. */
interface EndpointConcurrency {
  /** All of them: keeps a large request from filling the queue before the endpoint's rate-limit window. */
  readonly calls: RequestConcurrency;
  /** Those that have passed the window. */
  readonly admitted: RequestConcurrency;
}

/** What ends when the request does. */
interface Pending {
  cancel(): void;
}

/** The upstream calls of one request, with one caller's credentials. Never outlives the request. */
export class RequestUpstream {
  readonly #workspace: Workspace;
  readonly callerId: string;
  /** Which ids are known to be ids of rooms. */
  readonly rooms: KnownRooms;
  readonly #onDroppedRow = () => void (this.#droppedRows += 1);
  readonly #onEnd = (call: RequestCall<unknown>): void => {
    this.#endPending(call);
    if (!call.isSent) this.#begun -= 1;
  };
  readonly #isRoom = (roomId: string) => this.rooms.isRoom(roomId);
  readonly #tally: RequestTally;
  /** In no order. No Set: a small array takes less memory, and each request has one. */
  readonly #pending: Pending[] = [];
  readonly #hasSpareSlots = () => this.#workspace.hasSpareSlotsFor(this.callerKey);
  readonly #slots = new RequestSlots(this.#hasSpareSlots);
  readonly #concurrency = new Map<Endpoint, EndpointConcurrency>();
  #maxCalls = Number.POSITIVE_INFINITY;
  /** Calls made or waiting to be made. */
  #begun = 0;
  #droppedRows = 0;

  /**
   * `deadline`: epoch milliseconds at which the request is answered, with what is there. `onReceived` gets the total of
   * bytes received so far, as they come.
   */
  constructor(
    workspace: Workspace,
    credentials: Credentials,
    deadline: number,
    onReceived: (bytes: number) => void = () => undefined,
    observer?: CallObserver,
  ) {
    this.#workspace = workspace;
    this.callerId = credentials.userId;
    this.rooms = new KnownRooms(credentials.userId, workspace.roomMemory, () => this.#userKey);
    this.#tally = new RequestTally(callerOf(credentials), deadline, onReceived, observer);
  }

  /** The caller as the process may remember them: a hash of user id and token. */
  get callerKey(): string {
    return this.#tally.caller.key;
  }

  /** Whether the workspace has accepted these credentials, in this request or an earlier one. */
  get isAccepted(): boolean {
    return this.#userKey !== undefined;
  }

  /** Upstream calls made so far, by endpoint, without shared calls and retries. */
  get calls(): ReadonlyMap<Endpoint, number> {
    return this.#tally.sent;
  }

  get retries(): number {
    return this.#tally.retries;
  }

  /** Calls of the caller's other requests that this request joined. */
  get sharedCalls(): number {
    return this.#tally.shared;
  }

  /** Rows left out of the response because they do not have the shape of their kind. */
  get droppedRows(): number {
    return this.#droppedRows;
  }

  /** Sets how many calls this request may make in all, without retries. */
  limitCalls(maxCalls: number): void {
    this.#maxCalls = maxCalls;
  }

  /** Whether the workspace serves this caller a list of everything of theirs, as far as is known. */
  answersList(endpoint: Endpoint): boolean {
    return !this.#workspace.failingLists.has(this.#userKey, endpoint);
  }

  /** The workspace does not serve this caller a list of everything of theirs, and that will not pass by itself. */
  listFailed(endpoint: Endpoint): void {
    this.#workspace.failingLists.add(this.#userKey, endpoint);
  }

  get receiptsLicence(): ReceiptsLicence {
    return this.#workspace.receiptsLicence;
  }

  get syncPages(): SyncPages {
    return this.#workspace.syncPages;
  }

  /**
   * Whether the workspace may have hidden deleted messages since then, by its own clock: no list of changes tells that they
   * are gone.
   */
  mayHaveHiddenMessages(since: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const waiting = { cancel: () => reject(this.#tally.stopped) };
      this.#pending.push(waiting);
      const known = this.#workspace.deletedMessages.mayBeHiddenSince(since);
      void known.then(resolve, reject).finally(() => this.#endPending(waiting));
    });
  }

  /** Remembers which room a subscription of the caller's is of; undefined for one that is no direct message. */
  addMembership(subscriptionId: string, roomId: string | undefined): void {
    const user = this.#userKey;
    if (user !== undefined) this.#workspace.membershipRooms.add(user, subscriptionId, roomId);
  }

  /** What `addMembership` remembers; null for nothing. */
  roomOfMembership(subscriptionId: string): string | undefined | null {
    const user = this.#userKey;
    return user === undefined ? null : this.#workspace.membershipRooms.roomOf(user, subscriptionId);
  }

  get #userKey(): string | undefined {
    return this.#workspace.acceptedCallers.userOf(this.callerKey);
  }

  get isStoreAway(): boolean {
    return this.#workspace.store?.isAway === true;
  }

  /** The open rate-limit windows that apply to this caller. */
  get budget(): EndpointBudget[] {
    return this.#workspace.rateLimits.current(this.#tally.caller);
  }

  /** Whether the rate-limit window of an endpoint has room for this many calls now. */
  allows(endpoint: Endpoint, count: number): boolean {
    return this.#workspace.rateLimits.allows(endpoint, this.#tally.caller, count);
  }

  /** Cancels all pending calls and makes no more: the deadline passed, or the client left. */
  stop(reason: GatewayError): void {
    this.#tally.stopped ??= reason;
    for (const each of this.#pending) each.cancel();
  }

  /**
   * A successful response. Everything else throws a GatewayError with a code. `reader` reads it as the call ends, which takes a
   * promise less: for endpoints that a page calls for each of its rows, and for responses whose rows are cut.
   */
  get(endpoint: Endpoint, params?: Params): Promise<EndpointResponse>;
  get<Value>(endpoint: Endpoint, params: Params, reader: ResponseReader<Value>): Promise<Value>;
  get(endpoint: Endpoint, params: Params = {}, reader: ResponseReader<unknown> = asItIs): Promise<unknown> {
    try {
      return this.#begin(endpoint, params, reader);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #concurrencyOf(endpoint: Endpoint): EndpointConcurrency {
    const known = this.#concurrency.get(endpoint);
    if (known !== undefined) return known;
    const calls = new RequestConcurrency(new RequestSlots(this.#hasSpareSlots));
    const created = { calls, admitted: new RequestConcurrency(this.#slots) };
    this.#concurrency.set(endpoint, created);
    return created;
  }

  #begin<Value>(endpoint: Endpoint, params: Params, reader: ResponseReader<Value>): Promise<Value> {
    const final = this.#tally.stopped ?? this.#tally.rejected;
    if (final !== undefined) throw final;
    // The estimated cost covers every call; should an estimate be too low, this bound still holds.
    if (this.#begun >= this.#maxCalls) throw tooManyCalls(endpoint);
    const { calls, admitted: concurrency } = this.#concurrencyOf(endpoint);
    const call = new RequestCall(this.#tally, endpoint, params, {
      reader,
      calls,
      concurrency,
      isRoom: this.#isRoom,
      onDroppedRow: this.#onDroppedRow,
      onEnd: this.#onEnd,
    });
    this.#begun += 1;
    this.#pending.push(call);
    return call.begin(this.#workspace);
  }

  #endPending(pending: Pending): void {
    const index = this.#pending.indexOf(pending);
    const last = this.#pending.pop() as Pending;
    if (last !== pending) this.#pending[index] = last;
  }
}

const asItIs: ResponseReader<EndpointResponse> = { read: (response) => response };

const tooManyCalls = (endpoint: string) =>
  new GatewayError('QUERY_TOO_COMPLEX', `This request has used up its upstream calls (${endpoint}).`, {
    detail: 'more calls than its cost allows',
  });
