import { setImmediate as nextTurn } from 'node:timers/promises';
import type { GatewayError } from '../errors.ts';
import type { RowCutter } from '../projection/row-cutter.ts';
import { Cancellation, sleep } from './cancellation.ts';
import { systemClock, type Clock } from './clock.ts';
import { readDeletionPolicy } from './endpoints/settings-public.ts';
import { AcceptedCallers } from './memory/accepted-callers.ts';
import { DeletedMessages } from './memory/deleted-messages.ts';
import { FailingLists } from './memory/failing-lists.ts';
import { RoomMemory } from './memory/known-rooms.ts';
import { MembershipRooms } from './memory/membership-rooms.ts';
import { ReceiptsLicence } from './memory/receipts-licence.ts';
import { SyncPages } from './memory/sync-pages.ts';
import { Bulkhead } from './queue/bulkhead.ts';
import type { BulkheadLimits } from './queue/bulkhead-limits.ts';
import { CallPermits, Permit, type PendingCall } from './queue/call-permits.ts';
import { InFlightCalls, UnsharedCall, type Call } from './queue/in-flight-calls.ts';
import { RateLimits } from './rate-limit/rate-limits.ts';
import { WorkspaceClock } from './rate-limit/workspace-clock.ts';
import { Breaker, type BreakerState } from './transport/breaker.ts';
import { isLarge } from './transport/nesting.ts';
import { classify, type CallAnswer, type CallResult } from './transport/response.ts';
import { RetryPolicy } from './transport/retry.ts';
import type { UpstreamResponse } from './transport/exchange.ts';
import { Transport } from './transport/transport.ts';
import { TransportError } from './transport/transport-error.ts';
import { createStoreListener, refusedElsewhere, type WorkspaceStore } from './workspace-store.ts';

export interface WorkspaceOptions {
  readonly url: string;
  /** Milliseconds that one call may take in all. */
  readonly timeoutMs: number;
  /** Whether a caller's requests share equal calls that are in flight. */
  readonly sharesInFlight?: boolean;
  /** Attempts per call at most, the first included, when failures are transient. */
  readonly attempts?: number;
  /** Calls of one request to one endpoint that a connection carries at a time, at most. */
  readonly pipelining?: number | undefined;
  readonly queueLimits?: BulkheadLimits;
  /** What several replicas before this workspace share. */
  readonly store?: WorkspaceStore | undefined;
  readonly clock?: Clock;
  /** At least 0, less than 1. */
  readonly random?: () => number;
}

export interface CallRequest extends PendingCall {
  /** Path with the query, below the workspace's URL. */
  readonly path: string;
  /** Cuts the rows of the response, if it can. */
  readonly cutter?: RowCutter | undefined;
  /** Whether the call may be made twice. */
  readonly isIdempotent: boolean;
  /** Runs when the workspace rejects the credentials, before the next call has its turn. */
  onUnauthenticated(error: GatewayError): void;
  /** Runs when an attempt goes out. A call without a place or a retry without budget does not. */
  onSent(attempt: number): void;
  /** Receives the number of bytes of each chunk of the response. */
  readonly onData?: (bytes: number) => void;
}

/**
 * One workspace, for the life of the process: its connections, and what its responses taught the gateway. All callers
 * share it, so it holds nobody's data. A call acquires its permits, goes out, and is retried when a failure is transient.
 */
export class Workspace {
  readonly rateLimits: RateLimits;
  readonly acceptedCallers = new AcceptedCallers();
  readonly failingLists: FailingLists;
  readonly roomMemory = new RoomMemory();
  readonly receiptsLicence: ReceiptsLicence;
  readonly store: WorkspaceStore | undefined;
  readonly syncPages: SyncPages;
  readonly deletedMessages: DeletedMessages;
  readonly membershipRooms = new MembershipRooms();
  readonly #transport: Transport;
  readonly #timeoutMs: number;
  readonly #workspaceClock: WorkspaceClock;
  readonly #inFlightCalls: InFlightCalls<CallAnswer> | undefined;
  readonly #clock: Clock;
  readonly #breaker: Breaker;
  readonly #bulkhead: Bulkhead;
  readonly #permits: CallPermits;
  readonly #retries: RetryPolicy;

  constructor(options: WorkspaceOptions) {
    const { url, timeoutMs, sharesInFlight = false, attempts = 2, pipelining, queueLimits } = options;
    const { clock = systemClock, random = Math.random, store } = options;
    this.#transport = new Transport({ url, pipelining });
    this.#timeoutMs = timeoutMs;
    this.#inFlightCalls = sharesInFlight ? new InFlightCalls(clock) : undefined;
    this.#clock = clock;
    this.failingLists = new FailingLists(clock);
    this.receiptsLicence = new ReceiptsLicence(clock, (unlicensedMs) => store?.tell({ unlicensedMs }));
    this.syncPages = new SyncPages(clock);
    this.deletedMessages = new DeletedMessages(clock, () => readDeletionPolicy(this.#transport, timeoutMs));
    this.#workspaceClock = new WorkspaceClock(clock);
    this.#breaker = new Breaker(clock, random, (downMs) => store?.tell({ downMs }));
    this.#bulkhead = new Bulkhead(queueLimits, clock);
    this.#retries = new RetryPolicy(attempts, clock, random);
    const userOf = (callerKey: string) => this.acceptedCallers.userOf(callerKey);
    const usualResponseMs = () => this.#retries.durations.usualMs;
    this.rateLimits = new RateLimits({ clock, workspaceClock: this.#workspaceClock, userOf, usualResponseMs, store });
    const [breaker, rateLimits, bulkhead] = [this.#breaker, this.rateLimits, this.#bulkhead];
    this.#permits = new CallPermits({ clock, breaker, rateLimits, bulkhead, userOf });
    this.store = store;
    store?.subscribe(createStoreListener({ breaker, rateLimits, receiptsLicence: this.receiptsLicence }));
  }

  /** `open`: the workspace counts as down, and gets no calls. */
  get breakerState(): BreakerState {
    return this.#breaker.state;
  }

  /** Calls on the wire. */
  get inFlight(): number {
    return this.#bulkhead.inFlight;
  }

  /** Calls that wait in the bulkhead; those that wait for a rate-limit window do not count. */
  get queueLength(): number {
    return this.#bulkhead.length;
  }

  /** Expected wait of a caller's next call in the bulkhead, in milliseconds. */
  waitOf(callerKey: string): number {
    return this.#bulkhead.waitOf(this.#bulkheadKey(callerKey));
  }

  /** Whether a request of this caller's may have more calls in flight than usual. */
  hasSpareSlotsFor(callerKey: string): boolean {
    return this.#bulkhead.hasSpareFor(this.#bulkheadKey(callerKey));
  }

  /** Whether the bulkhead's queue is nearly full, and at least as full of this caller's calls as of others'. */
  isFilledBy(callerKey: string): boolean {
    return this.#bulkhead.isFilledBy(this.#bulkheadKey(callerKey));
  }

  /** Retries that the retry budget did not allow. */
  get retriesDenied(): number {
    return this.#retries.budget.denied;
  }

  /** A successful response. */
  call(request: CallRequest): Call<CallAnswer> & { readonly isShared: boolean } {
    const { caller, path, deadline } = request;
    if (this.#inFlightCalls === undefined) return this.#start(request);
    const key = `${caller.key} ${caller.address ?? ''} ${path}`;
    return this.#inFlightCalls.join(key, deadline, () => this.#start(request));
  }

  async close(): Promise<void> {
    this.rateLimits.close();
    this.#transport.close();
  }

  #bulkheadKey(callerKey: string): string {
    return this.acceptedCallers.userOf(callerKey) ?? callerKey;
  }

  #start(request: CallRequest): Call<CallAnswer> & { readonly isShared: boolean } {
    const cancellation = new Cancellation();
    const isRefused = this.store?.isRefused(request.caller.key) === true;
    const promise = isRefused ? this.#refuse(request) : this.#attempt(request, cancellation);
    return new UnsharedCall(promise, cancellation);
  }

  async #refuse(request: CallRequest): Promise<never> {
    const error = refusedElsewhere();
    this.acceptedCallers.refuse(request.caller.key);
    request.onUnauthenticated(error);
    throw error;
  }

  /** Attempts until one succeeds, or a retry makes no sense. */
  async #attempt(request: CallRequest, cancellation: Cancellation): Promise<CallAnswer> {
    const { endpoint, deadline, isIdempotent, observer } = request;
    let failure: CallResult['failure'];
    for (let attempt = 1; ; attempt += 1) {
      let permit: Permit;
      try {
        const acquired = this.#permits.acquire(request, cancellation);
        permit = acquired instanceof Permit ? acquired : await acquired;
      } catch (error) {
        throw failure?.error ?? error; // a retry that did not go out tells less than the attempt before it
      }
      request.onSent(attempt);
      if (attempt === 1) this.#retries.budget.deposit();
      const sentAt = this.#clock.now();
      const sent = observer?.sends(endpoint, attempt);
      const isFresh = failure?.retry?.isStaleSocket === true;
      const response = await this.#send(request, sent?.headers, isFresh, cancellation);
      const tookMs = Math.max(0, this.#clock.now() - sentAt);
      sent?.ended(tookMs, response instanceof TransportError ? response.reason : response.status);
      const result = this.#learn(request, response, sentAt);
      this.#permits.release(permit, request, result);
      if (!(response instanceof TransportError) && isLarge(response.body)) await nextTurn(); // lets other requests run before the rows are processed
      const { body } = result;
      if (body !== undefined) {
        const { date } = (response as UpstreamResponse).headers; // what failed to come has no body
        return { json: body.json, cut: body.cut, timing: { date, tookMs } };
      }
      failure = result.failure;
      const wait = failure.retry && this.#retries.waitBefore(failure.retry, { attempt, isIdempotent, deadline });
      if (wait === undefined) throw failure.error;
      if (wait > 0) await sleep(wait, this.#clock, cancellation);
    }
  }

  /** One attempt on the wire. `ownHeaders`: those of its trace. */
  #send(
    { path, caller, concurrency, isIdempotent, cutter, onData }: CallRequest,
    ownHeaders: readonly string[] | undefined,
    isFresh: boolean,
    cancellation: Cancellation,
  ): Promise<UpstreamResponse | TransportError> {
    return this.#transport.get(path, {
      headers: caller.headers,
      ownHeaders,
      timeoutMs: this.#timeoutMs,
      pipeline: isIdempotent ? concurrency : undefined, // the calls of one request to one endpoint, which it awaits together
      isFresh,
      wantsBytes: cutter !== undefined,
      onStart: (cancel) => cancellation.onCancel(cancel),
      onData,
    });
  }

  /** Classifies a response, and remembers what it says about the workspace and the caller. */
  #learn(request: CallRequest, response: UpstreamResponse | TransportError, sentAt: number): CallResult {
    const { endpoint, caller, cutter } = request;
    const now = this.#clock.now();
    if (!(response instanceof TransportError)) {
      this.#retries.durations.add(now - sentAt);
      // A server error may come from a proxy with another clock.
      if (response.status < 500) this.#workspaceClock.learn(response.headers.date, sentAt);
    }
    const result = classify(endpoint, response, { now, aheadMs: this.#workspaceClock.likelyAheadMs }, cutter);
    if (result.isCallerAccepted) this.acceptedCallers.accept(caller.key, caller.userId);
    const error = result.failure?.error;
    if (error?.code === 'UNAUTHENTICATED') {
      this.acceptedCallers.refuse(caller.key);
      this.store?.tell({ refused: caller.key });
      request.onUnauthenticated(error);
    }
    return result;
  }
}
