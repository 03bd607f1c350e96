import type { GatewayError } from '../../errors.ts';
import type { Clock } from '../clock.ts';
import type { LimiterCaller } from './outstanding-calls.ts';
import { RoundRobinQueue, type QueuedCall } from './round-robin-queue.ts';
import type { Ask, Grants, SharedStore, SharedWindow } from './shared-store.ts';

interface Waiter extends QueuedCall {
  readonly caller: LimiterCaller;
  /** Epoch milliseconds until which waiting makes sense. */
  readonly until: number;
  /** With a lease, or without one where the store cannot give any. */
  readonly resolve: (lease: string | undefined) => void;
  readonly reject: (error: GatewayError) => void;
}

/** A call's turn in a shared window: a lease, or undefined when the replica is on its own. */
export interface SharedTurn {
  readonly promise: Promise<string | undefined>;
  /** False when there was nothing to leave. */
  readonly leave: () => boolean;
}

export interface SharedTurnsOptions {
  readonly clock: Clock;
  readonly store: SharedStore;
  readonly window: SharedWindow;
  readonly usualResponseMs: () => number;
  /** What the store said of the window. */
  readonly onGrants: (grants: Grants) => void;
  /** Tells the store what this replica knows of the window; false when that is nothing. */
  readonly teach: () => boolean;
  /** A window is used up: the refusal of calls that cannot wait until it opens. */
  readonly usedUp: (opensInMs: number) => GatewayError;
  readonly queueFull: () => GatewayError;
}

/** Calls that wait here at most, and callers who ask at a time: the others have their turn after them. */
const maxWaiting = 256;
const maxAskers = 32;
/** Between two asks while nothing is left of the window. Milliseconds. */
const pauseMs = 25;

interface Spare {
  readonly lease: string;
  /** Epoch milliseconds. */
  readonly until: number;
}

/**
 * Calls of this replica that wait for a lease of a shared window. One ask is under way at a time, for all that wait then;
 * calls that come meanwhile go with the next. The store decides whose turn it is among the callers of all replicas.
 */
export class SharedTurns {
  readonly #options: SharedTurnsOptions;
  readonly #clock: Clock;
  readonly #queue = new RoundRobinQueue<Waiter>();
  #spare: Spare[] = [];
  #isAsking = false;
  /** Whether the store knew nothing at the ask before, and was taught. */
  #hasTaught = false;
  /** Whether something happened since the ask under way began. */
  #isStale = false;
  /** When the window opens of which nothing is left, in epoch milliseconds. */
  #opensAt = 0;
  /** When the timer goes off, in epoch milliseconds. */
  #askAt = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(options: SharedTurnsOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  get isIdle(): boolean {
    return this.#queue.size === 0 && !this.#isAsking;
  }

  /** A lease that this replica holds already: it costs no round trip. */
  takeSpare(turnKey: string): string | undefined {
    if (this.#queue.size > 0) return undefined;
    const now = this.#clock.now();
    for (let spare = this.#spare.pop(); spare !== undefined; spare = this.#spare.pop()) {
      if (spare.until <= now) continue;
      this.#options.window.use(spare.lease, turnKey);
      return spare.lease;
    }
    return undefined;
  }

  /** `since`: when the call began to wait, here or elsewhere, in epoch milliseconds. */
  enter(caller: LimiterCaller, since: number, until: number): SharedTurn {
    const { turnKey } = caller;
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    const now = this.#clock.now();
    if (now < this.#opensAt && until <= this.#opensAt) {
      reject(this.#options.usedUp(this.#opensAt - now));
      return { promise, leave: () => false };
    }
    if (this.#queue.size >= maxWaiting) {
      const newest = this.#queue.takeNewestOfLargest(turnKey);
      const error = this.#options.queueFull();
      if (newest === undefined) return { promise: Promise.reject(error), leave: () => false };
      newest.reject(error);
    }
    const waiter: Waiter = { caller, callerKey: turnKey, since, until, resolve, reject };
    this.#queue.add(waiter);
    this.askSoon();
    return { promise, leave: () => this.#queue.remove(waiter) };
  }

  /** Something may have changed for those who wait. All that happens in this moment makes one ask. */
  askSoon(): void {
    if (this.#queue.size === 0) return;
    this.#isStale = true;
    if (this.#isAsking) return;
    // Nothing is left: whoever asks only takes their place in the queue.
    if (this.#clock.now() < this.#opensAt) return this.#askAfter(pauseMs);
    this.#askNow();
  }

  #askNow(): void {
    this.#isAsking = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    queueMicrotask(() => void this.#ask());
  }

  /** The replica is on its own, and its leases are worth nothing. */
  storeLost(): void {
    this.#spare = [];
    this.#opensAt = 0;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.release(() => true);
  }

  /** These callers wait here no longer: they see anew what they wait for. The others keep their places. */
  release(mayLeave: (caller: LimiterCaller) => boolean): void {
    for (const waiter of this.#queue.waiters) {
      if (!mayLeave(waiter.caller)) continue;
      this.#queue.remove(waiter);
      waiter.resolve(undefined);
    }
  }

  /** Gives back the leases that no call uses. */
  giveBackSpare(): void {
    if (this.#spare.length > 0) this.#options.window.giveBack(this.#spare.map(({ lease }) => lease));
    this.#spare = [];
  }

  async #ask(): Promise<void> {
    const { window, store, usualResponseMs, onGrants } = this.#options;
    const askedAt = this.#clock.now();
    const askers = this.#queue.firsts.slice(0, maxAskers);
    this.#isStale = false;
    this.#isAsking = askers.length > 0;
    if (!this.#isAsking) return;
    const asks = askers.map((first) => this.#askOf(first, askedAt));
    const grants = await window.take(asks, usualResponseMs());
    this.#isAsking = false;
    if (grants === undefined) return this.storeLost();
    if (this.#teachIfEmptied(grants)) return this.#askNow();
    onGrants(grants);
    for (const [turnKey, leases] of grants.leases) this.#serve(turnKey, leases);
    this.#spare.push(...grants.spare.map((lease) => ({ lease, until: askedAt + store.leaseMs })));
    const { opensInMs, askAgainMs } = grants;
    this.#opensAt = opensInMs === undefined ? 0 : this.#clock.now() + opensInMs;
    if (opensInMs !== undefined) this.#refuseBeyond(opensInMs);
    if (this.#queue.size === 0) return;
    if (this.#isStale) this.askSoon();
    else this.#askAfter(Math.max(1, askAgainMs));
  }

  /** A store that was emptied grants calls as if nobody knew the window: they are given back, and it is told. */
  #teachIfEmptied({ window, leases, spare }: Grants): boolean {
    this.#hasTaught = window === undefined && !this.#hasTaught && this.#queue.size > 0 && this.#options.teach();
    if (!this.#hasTaught) return false;
    const granted = [...leases.values()].flat();
    if (granted.length + spare.length > 0) this.#options.window.giveBack([...granted, ...spare]);
    return true;
  }

  #askOf({ callerKey, since }: Waiter, now: number): Ask {
    const calls = this.#queue.of(callerKey);
    let leftMs = 0;
    for (const { until } of calls) leftMs = Math.max(leftMs, until - now);
    return { turnKey: callerKey, calls: calls.length, waitedMs: Math.max(0, now - since), leftMs };
  }

  #serve(callerKey: string, leases: readonly string[]): void {
    const left: string[] = [];
    for (const lease of leases) {
      const waiter = this.#queue.takeNext((each) => each.callerKey === callerKey);
      if (waiter === undefined) left.push(lease);
      else waiter.resolve(lease);
    }
    if (left.length > 0) this.#options.window.giveBack(left);
  }

  #refuseBeyond(opensInMs: number): void {
    for (const waiter of this.#queue.waiters) {
      if (waiter.until > this.#opensAt) continue;
      this.#queue.remove(waiter);
      waiter.reject(this.#options.usedUp(opensInMs));
    }
  }

  /** Unless an earlier ask is due. */
  #askAfter(ms: number): void {
    const at = this.#clock.now() + ms;
    if (this.#cancelTimer !== undefined && this.#askAt <= at) return;
    this.#cancelTimer?.();
    this.#askAt = at;
    this.#cancelTimer = this.#clock.after(ms, () => {
      this.#cancelTimer = undefined;
      this.#askNow();
    });
  }
}
