import type { Turn } from '../cancellation.ts';
import { cancelled } from '../transport/transport-error.ts';
import type { Clock } from '../clock.ts';
import type { LimiterReport } from './limiter-model.ts';
import type { LimitedCall, LimiterCaller } from './outstanding-calls.ts';
import { senselessWindowMs } from './rate-limit-window.ts';
import { movedToStore, type RateLimiter } from './rate-limiter.ts';
import { queueFull, usedUp } from './refusals.ts';
import type { RateHeaders } from './rate-headers.ts';
import type { LearntWindow, SharedStore, SharedWindow } from './shared-store.ts';
import { SharedTurns } from './shared-turns.ts';
import type { WorkspaceClock } from './workspace-clock.ts';

/** A call before a shared window. */
interface SharedCall extends LimitedCall {
  /** The same, as this replica's own limiter counts it. Set when the call has its turn. */
  own: LimitedCall;
  /** Undefined where this replica's own limiter let it go. */
  lease: string | undefined;
}

/** A call in the queue of this replica's own limiter. */
interface OwnTurn {
  readonly call: LimitedCall;
  readonly turn: Turn | undefined;
}

/** Where a call waits. */
interface Place {
  /** Leaves the queue that it is in. */
  leave: () => boolean;
  hasLeft: boolean;
  isOver: boolean;
}

/** Since when a call waits, and until when it makes sense. Epoch milliseconds. */
interface Wait {
  readonly since: number;
  readonly until: number;
}

export interface SharedLimiterOptions {
  readonly clock: Clock;
  readonly workspaceClock: WorkspaceClock;
  readonly endpoint: string;
  readonly store: SharedStore;
  readonly window: SharedWindow;
  readonly usualResponseMs: () => number;
}

/**
 * One endpoint's limiter where replicas share their windows: a call needs a lease of the store, unless the workspace's
 * limiter does not count it. While the store is away, the replica's own limiter decides, within the replica's share.
 */
export class SharedLimiter {
  readonly #options: SharedLimiterOptions;
  readonly #limiter: RateLimiter;
  readonly #turns: SharedTurns;

  constructor(limiter: RateLimiter, options: SharedLimiterOptions) {
    const { endpoint } = options;
    this.#options = options;
    this.#limiter = limiter;
    this.#turns = new SharedTurns({
      ...options,
      onGrants: ({ window }) => window && limiter.learnShared(window),
      teach: () => this.#teach(),
      usedUp: (opensInMs) => usedUp(endpoint, opensInMs),
      queueFull: () => queueFull(endpoint),
    });
  }

  get isIdle(): boolean {
    return this.#turns.isIdle;
  }

  /** As of `RateLimiter`. */
  enter(caller: LimiterCaller, until: number): { readonly call: LimitedCall; readonly turn: Turn | undefined } {
    const call = {
      caller,
      probed: undefined,
      sentAt: undefined,
      lease: undefined,
    } as Partial<SharedCall> as SharedCall;
    if (!this.#isShared(caller)) {
      const { call: own, turn } = this.#limiter.enter(caller, until);
      if (turn === undefined) call.own = own;
      return { call, turn: turn && this.#wait(call, until, { call: own, turn }) };
    }
    const lease = this.#turns.takeSpare(caller.turnKey);
    if (lease === undefined) return { call, turn: this.#wait(call, until) };
    this.#admit(call, lease);
    return { call, turn: undefined };
  }

  send(call: LimitedCall): boolean {
    const { own, lease } = call as SharedCall;
    if (!this.#limiter.send(own, lease !== undefined)) return false;
    call.sentAt = own.sentAt;
    return true;
  }

  exit(call: LimitedCall, report: LimiterReport): void {
    const { own, lease } = call as SharedCall;
    this.#tell(lease, report);
    this.#limiter.exit(own, report);
    // Others of this user need no lease any more, or nobody does. Who does waits on: the store has no news for them.
    if (report.kind === 'passed') this.#turns.release((caller) => !this.#isShared(caller));
    if (report.kind !== 'passed' || lease !== undefined) this.#turns.askSoon();
  }

  giveBack(call: LimitedCall): void {
    const { own, lease } = call as SharedCall;
    this.#limiter.giveBack(own);
    if (lease === undefined) return;
    this.#options.window.giveBack([lease]);
    this.#turns.askSoon();
  }

  /**
   * The store was lost, is back, or has lost its memory: those who wait go the other way, and the store hears how calls
   * ended; where `teaches`, also what this replica knows of the window.
   */
  storeChanged(teaches: boolean): void {
    if (this.#options.store.isAway) this.#turns.storeLost();
    else {
      if (teaches) this.#teach();
      this.#options.window.settle();
    }
    this.#limiter.storeChanged();
  }

  /** Gives back what no call uses: this replica stops. */
  close(): void {
    this.#turns.giveBackSpare();
  }

  /** Whether a call of this caller needs a lease. */
  #isShared({ user }: LimiterCaller): boolean {
    return !this.#options.store.isAway && this.#limiter.counts(user);
  }

  #admit(call: SharedCall, lease: string): void {
    call.lease = lease;
    call.own = this.#limiter.admit(call.caller);
  }

  /** Waits in the store's queue or in this replica's own, whichever decides. */
  #wait(call: SharedCall, until: number, own?: OwnTurn): Turn {
    const place: Place = { leave: () => false, hasLeft: false, isOver: false };
    return {
      promise: this.#waitAnywhere(call, until, place, own),
      leave: () => {
        if (place.isOver) return false;
        place.hasLeft = true;
        place.leave();
        return true;
      },
    };
  }

  async #waitAnywhere(call: SharedCall, until: number, place: Place, own: OwnTurn | undefined): Promise<void> {
    const since = this.#options.clock.now();
    try {
      let hasTurn = own !== undefined && (await this.#waitAlone(call, place, own));
      while (!hasTurn && !place.hasLeft) {
        hasTurn = this.#isShared(call.caller)
          ? await this.#waitShared(call, { since, until }, place)
          : await this.#waitAlone(call, place, this.#limiter.enter(call.caller, until));
      }
      if (!place.hasLeft) return;
      if (hasTurn) this.giveBack(call);
      throw cancelled();
    } finally {
      place.isOver = true; // at once: from here on the turn counts as taken
    }
  }

  /** False when the store is back before the call has its turn. */
  async #waitAlone(call: SharedCall, place: Place, { call: own, turn }: OwnTurn): Promise<boolean> {
    if (turn !== undefined) {
      place.leave = turn.leave;
      try {
        await turn.promise;
      } catch (error) {
        if (error === movedToStore) return false;
        throw error;
      }
    }
    call.own = own;
    return true;
  }

  /** False when the store cannot tell whose turn it is, or need not. */
  async #waitShared(call: SharedCall, { since, until }: Wait, place: Place): Promise<boolean> {
    const turn = this.#turns.enter(call.caller, since, until);
    place.leave = turn.leave;
    const lease = await turn.promise;
    if (lease === undefined) return false;
    this.#admit(call, lease);
    return true;
  }

  /** Tells the store how a call ended. */
  #tell(lease: string | undefined, report: LimiterReport): void {
    const { window, workspaceClock, clock } = this.#options;
    if (report.kind === 'refused') {
      const until = report.until - clock.now() + workspaceClock.now();
      return window.learn(lease, this.#learnt(report.rate, 0, until));
    }
    const remaining = report.kind === 'counted' ? report.rate.remaining : undefined;
    if (report.kind === 'counted' && remaining !== undefined) {
      return window.learn(lease, this.#learnt(report.rate, remaining, workspaceClock.now() + senselessWindowMs));
    }
    if (lease === undefined) return;
    if (report.kind === 'passed' || report.kind === 'nothing') window.giveBack([lease]);
    else window.lost(lease);
  }

  /** `otherwise`: when the window ends if the response does not say. */
  #learnt(rate: RateHeaders | undefined, remaining: number, otherwise: number): LearntWindow {
    const endsAt = rate?.resetAt ?? otherwise;
    const endsInMs = endsAt - this.#options.workspaceClock.now();
    return { limit: rate?.limit, remaining, endsAt, endsInMs, isEndKnown: rate?.resetAt !== undefined };
  }

  /** A store that lost its memory knows nothing of the window, or of the calls that are out. False when nobody does. */
  #teach(): boolean {
    const known = this.#limiter.knownWindow;
    if (known === undefined) return false;
    const now = this.#options.workspaceClock.now();
    this.#options.window.learn(undefined, { ...known, endsInMs: known.endsAt - now });
    return true;
  }
}
