import { CallRunner, type CallEnd, type CallRequest } from './call-runner.ts';
import { Cancellation, waitForOwnTurn } from './cancellation.ts';
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
import { CallPermits } from './queue/call-permits.ts';
import { InFlightCalls, OwnCall, type Call } from './queue/in-flight-calls.ts';
import { RateLimits } from './rate-limit/rate-limits.ts';
import { WorkspaceClock } from './rate-limit/workspace-clock.ts';
import { Breaker, type BreakerState } from './transport/breaker.ts';
import type { CallAnswer } from './transport/response.ts';
import { RetryPolicy } from './transport/retry.ts';
import { Transport } from './transport/transport.ts';
import { createStoreListener, type WorkspaceStore } from './workspace-store.ts';

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

/**
 * One workspace, for the life of the process: its connections, and what its responses taught the gateway. All callers
 * share it, so it holds nobody's data.
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
  readonly #inFlightCalls: InFlightCalls<CallAnswer> | undefined;
  readonly #breaker: Breaker;
  readonly #bulkhead: Bulkhead;
  readonly #retries: RetryPolicy;
  readonly #calls: CallRunner;

  constructor(options: WorkspaceOptions) {
    const { url, timeoutMs, sharesInFlight = false, attempts = 2, pipelining, queueLimits } = options;
    const { clock = systemClock, random = Math.random, store } = options;
    this.#transport = new Transport({ url, pipelining });
    this.#inFlightCalls = sharesInFlight ? new InFlightCalls(clock) : undefined;
    this.failingLists = new FailingLists(clock);
    this.receiptsLicence = new ReceiptsLicence(clock, (unlicensedMs) => store?.tell({ unlicensedMs }));
    this.syncPages = new SyncPages(clock);
    this.deletedMessages = new DeletedMessages(clock, () => readDeletionPolicy(this.#transport, timeoutMs));
    const workspaceClock = new WorkspaceClock(clock);
    this.#breaker = new Breaker(clock, random, (downMs) => store?.tell({ downMs }));
    this.#bulkhead = new Bulkhead(queueLimits, clock);
    this.#retries = new RetryPolicy(attempts, clock, random);
    const userOf = (callerKey: string) => this.acceptedCallers.userOf(callerKey);
    const usualResponseMs = () => this.#retries.durations.usualMs;
    this.rateLimits = new RateLimits({ clock, workspaceClock, userOf, usualResponseMs, store });
    const [breaker, rateLimits, bulkhead] = [this.#breaker, this.rateLimits, this.#bulkhead];
    this.store = store;
    this.#calls = new CallRunner({
      clock,
      permits: new CallPermits({ clock, breaker, rateLimits, bulkhead, userOf }),
      transport: this.#transport,
      timeoutMs,
      retries: this.#retries,
      acceptedCallers: this.acceptedCallers,
      workspaceClock,
      store,
    });
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

  /** Makes a call, or joins one that is in flight. */
  call<Value>(request: CallRequest & CallEnd<Value>): Call<Value> {
    const cancellation = new Cancellation();
    const shared = this.#inFlightCalls;
    const promise =
      shared === undefined
        ? this.#calls.make(request, request, cancellation)
        : this.#share(shared, request, cancellation);
    return new OwnCall(promise, cancellation);
  }

  async close(): Promise<void> {
    this.rateLimits.close();
    this.#transport.close();
  }

  #bulkheadKey(callerKey: string): string {
    return this.acceptedCallers.userOf(callerKey) ?? callerKey;
  }

  /**
   * Takes a slot of its own request before it makes or joins a call: what others join is on its way, and waits for no other
   * request's slots.
   */
  async #share<Value>(
    shared: InFlightCalls<CallAnswer>,
    request: CallRequest & CallEnd<Value>,
    cancellation: Cancellation,
  ): Promise<Value> {
    const { caller, path, deadline, calls } = request;
    let hasSlot = false;
    try {
      const turn = calls.enter();
      if (turn !== undefined) await waitForOwnTurn(turn, cancellation);
      hasSlot = true;
      request.check();
      const key = `${caller.key} ${caller.address ?? ''} ${path}`;
      const call = shared.join(key, deadline, () => this.#start(request));
      if (call.isShared) request.onShared();
      cancellation.onCancel(() => call.cancel());
      return request.succeed(await call.promise);
    } catch (error) {
      return request.fail(error);
    } finally {
      if (hasSlot) calls.exit();
    }
  }

  #start(request: CallRequest): Call<CallAnswer> {
    const cancellation = new Cancellation();
    return new OwnCall(this.#calls.make(request, asItIs, cancellation, false), cancellation);
  }
}

const asItIs: CallEnd<CallAnswer> = {
  succeed: (answer) => answer,
  fail(error) {
    throw error;
  },
};
