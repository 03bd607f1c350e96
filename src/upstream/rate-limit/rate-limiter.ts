import type { GatewayError } from '../../errors.ts';
import type { Turn } from '../cancellation.ts';
import type { Clock } from '../clock.ts';
import { LimiterModel, type LimiterOptions, type LimiterReport } from './limiter-model.ts';
import { LimiterRoom, type LimiterRoomOptions } from './limiter-room.ts';
import { OutstandingCalls, type LimitedCall, type LimiterCaller } from './outstanding-calls.ts';
import { queueFull, usedUp } from './refusals.ts';
import { RoundRobinQueue, type QueuedCall } from './round-robin-queue.ts';
import type { SharedWindowState } from './shared-store.ts';
import { courtesyMs, WindowCallers } from './window-callers.ts';

export interface RateLimiterOptions extends LimiterOptions, LimiterRoomOptions {
  readonly endpoint: string;
}

interface Waiter extends QueuedCall {
  readonly call: LimitedCall;
  /** Epoch milliseconds until which waiting makes sense. */
  readonly until: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Rejects the turns of calls that now wait for the window that replicas share. */
export const movedToStore = Symbol('moved to store');

/** Calls that wait for one endpoint at most. */
const maxWaiting = 256;

/**
 * Rate limiter in front of one endpoint of the workspace (and client address). It counts outstanding calls, so that the
 * gateway does not send the call that the workspace's limiter would refuse. While nothing is known about that limiter, a
 * few calls go first and the others wait for their responses, but no longer than a response usually takes. Nobody waits
 * where the limiter is off, nor do exempt users. While a window is used up, one call at a time may probe whether its user
 * is exempt.
 *
 * Waiting callers take turns: see `WindowCallers`. When the queue is full, the caller with most calls in it loses their
 * newest one.
 */
export class RateLimiter {
  readonly #options: RateLimiterOptions;
  readonly #clock: Clock;
  readonly #limiter: LimiterModel;
  readonly #outstanding: OutstandingCalls;
  readonly #room: LimiterRoom;
  readonly #queue = new RoundRobinQueue<Waiter>();
  readonly #callers = new WindowCallers();
  #cancelTimer: (() => void) | undefined;

  constructor(options: RateLimiterOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#limiter = new LimiterModel(options);
    this.#outstanding = new OutstandingCalls((user) => this.isExempt(user));
    this.#room = new LimiterRoom(options, this.#limiter, this.#outstanding);
  }

  /** The open window as last reported, or this replica's share of it; its end by the gateway's clock. Undefined when unknown. */
  get window(): { readonly limit: number; readonly remaining: number; readonly resetAt: number } | undefined {
    const { window, resetAt } = this.#limiter;
    if (window?.isReported !== true || resetAt === undefined || resetAt <= this.#clock.now()) return undefined;
    return { limit: window.limit, remaining: Math.min(window.remaining, this.#room.shareLeft), resetAt };
  }

  /** The window as one process would teach it to another; its end is 0 when it has none yet. Undefined when none is known. */
  get knownWindow(): { limit: number; remaining: number; endsAt: number; isEndKnown: boolean } | undefined {
    const { window } = this.#limiter;
    const remaining = Math.max(0, (window?.remaining ?? 0) - this.#outstanding.onWire);
    return window && { limit: window.limit, remaining, endsAt: window.endsAt ?? 0, isEndKnown: window.isEndKnown };
  }

  get isIdle(): boolean {
    return this.#outstanding.isEmpty && this.#queue.size === 0;
  }

  /** Whether no call is here, and nothing was learnt that is worth keeping. */
  get isBlank(): boolean {
    return this.isIdle && this.#limiter.isBlank;
  }

  /** Whether the workspace's limiter does not count this user's calls. */
  isExempt(user: string | undefined): boolean {
    return this.#limiter.isExempt(user);
  }

  /** Whether it may count this user's calls; without a user, anybody's. */
  counts(user: string | undefined): boolean {
    return this.#limiter.state !== 'unlimited' && !this.isExempt(user);
  }

  /** Whether a user could make this many calls now. */
  allows(user: string | undefined, count: number): boolean {
    return (
      this.#limiter.state === 'unknown' ||
      this.#limiter.isWindowUnknown ||
      this.isExempt(user) ||
      this.#room.left >= count
    );
  }

  /** Without a turn, the call may go out now; otherwise when the turn resolves, and never when the turn rejects. */
  enter(caller: LimiterCaller, until: number): { readonly call: LimitedCall; readonly turn: Turn | undefined } {
    this.#callers.enterWindow(this.#limiter.window);
    const mayGo = this.#mayGoNow(caller);
    const probed = mayGo ? undefined : this.#limiter.windowToProbe(caller.user);
    const call: LimitedCall = { caller, probed, sentAt: undefined };
    if (!mayGo && probed === undefined) return { call, turn: this.#waitFor(call, until) };
    probed?.beginProbe(caller.user !== undefined);
    this.#take(call);
    return { call, turn: undefined };
  }

  /** A call that has its turn in the window that replicas share. */
  admit(caller: LimiterCaller): LimitedCall {
    this.#callers.enterWindow(this.#limiter.window);
    const call: LimitedCall = { caller, probed: undefined, sentAt: undefined };
    this.#take(call);
    return call;
  }

  /** What the store that replicas share says of the window. */
  learnShared(window: SharedWindowState): void {
    this.#limiter.learnShared(window);
  }

  /** The store that replicas share was lost or is back: nobody waits here for what it decides. */
  storeChanged(): void {
    this.#room.forgetShare();
    for (const waiter of this.#queue.waiters) {
      this.#queue.remove(waiter);
      waiter.reject(movedToStore);
    }
    this.#setTimer();
  }

  /**
   * The call goes out now. False when later responses have taken its turn back: then it must be given back. A lease of the
   * shared window is not taken back.
   */
  send(call: LimitedCall, isLeased = false): boolean {
    if (!isLeased && this.#room.isUsedUp && call.probed === undefined && !this.isExempt(call.caller.user)) return false;
    this.#outstanding.send(call, this.#clock.now());
    if (this.#limiter.isWindowUnknown) this.#setTimer();
    return true;
  }

  /** A call that went out has ended. */
  exit(call: LimitedCall, report: LimiterReport): void {
    const { caller, probed, sentAt = this.#clock.now() } = call;
    this.#outstanding.remove(call);
    if (caller.user !== undefined) this.#callers.accept(caller.turnKey, caller.user);
    probed?.endProbe(report.kind === 'passed' ? 'uncounted' : report.kind === 'nothing' ? 'unknown' : 'counted');
    this.#limiter.learn(report, { sentAt, user: caller.user }, this.#outstanding);
    this.#admitWaiting();
  }

  /** A call did not go out after all, or did not reach the workspace. */
  giveBack(call: LimitedCall): void {
    this.#outstanding.remove(call);
    this.#room.giveBack(call);
    call.probed?.endProbe('uncounted');
    this.#admitWaiting();
  }

  #take(call: LimitedCall): void {
    this.#outstanding.add(call);
    const { turnKey, user } = call.caller;
    if (!this.counts(user)) return;
    this.#callers.add(turnKey);
    this.#room.take(call);
  }

  #mayGoNow({ turnKey, user }: LimiterCaller): boolean {
    if (this.#limiter.state === 'unlimited' || this.isExempt(user)) return true;
    return this.#queue.size === 0 && this.#room.isAny && this.#callers.isTurnOf(turnKey, 0, true);
  }

  #waitFor(call: LimitedCall, until: number): Turn {
    const refusal = this.#usedUpBeyond(until);
    if (refusal !== undefined) return refused(refusal);
    const { turnKey } = call.caller;
    if (this.#queue.size >= maxWaiting) {
      const newest = this.#queue.takeNewestOfLargest(turnKey);
      if (newest === undefined) return refused(queueFull(this.#options.endpoint));
      newest.reject(queueFull(this.#options.endpoint));
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { callerKey: turnKey, since: this.#clock.now(), call, until, resolve, reject };
    this.#queue.add(waiter);
    this.#setTimer();
    return { promise, leave: () => this.#queue.remove(waiter) };
  }

  /** The refusal of a call whose window is used up beyond `until`; undefined while waiting can help. */
  #usedUpBeyond(until: number): GatewayError | undefined {
    const { window, resetAt, reopensAt } = this.#limiter;
    const hasCalls = window !== undefined && window.remaining > 0 && this.#room.shareLeft > 0;
    if (window === undefined || hasCalls || resetAt === undefined || reopensAt < until) return undefined;
    return usedUp(this.#options.endpoint, resetAt - this.#clock.now());
  }

  #admitWaiting(): void {
    this.#callers.enterWindow(this.#limiter.window);
    if (this.#queue.size === 0) return;
    let room = this.#room.left;
    const { state } = this.#limiter;
    const began = state === 'unknown' ? this.#room.usuallyBegan : Number.NEGATIVE_INFINITY;
    const mayGo = ({ callerKey, since, call }: Waiter): boolean =>
      state === 'unlimited' ||
      this.isExempt(call.caller.user) ||
      since <= began ||
      (room > 0 && this.#callers.isTurnOf(callerKey, this.#clock.now() - since, this.#queue.isOnly(callerKey)));
    for (let waiter = this.#queue.takeNext(mayGo); waiter !== undefined; waiter = this.#queue.takeNext(mayGo)) {
      if (!this.isExempt(waiter.call.caller.user)) room -= 1;
      this.#take(waiter.call);
      waiter.resolve();
    }
    for (const waiter of this.#queue.waiters) {
      const refusal = this.#usedUpBeyond(waiter.until);
      if (refusal === undefined) continue;
      this.#queue.remove(waiter);
      waiter.reject(refusal);
    }
    this.#setTimer();
  }

  /** Looks again when the window ends, `courtesyMs` are over, or a response is overdue: no call may come until then. */
  #setTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#queue.size === 0) return;
    const now = this.#clock.now();
    const since = Math.min(...this.#queue.firsts.map((first) => first.since));
    const { state, isWindowUnknown, decidesAt, reopensAt } = this.#limiter;
    const times = [decidesAt, reopensAt + 1];
    if (state === 'unknown') times.push(since + this.#options.usualResponseMs());
    if (this.#room.left > 0) times.push(since + courtesyMs);
    const overdueAt = Math.max(...this.#outstanding.sentAt) + this.#options.usualResponseMs();
    if (isWindowUnknown && overdueAt > now) times.push(overdueAt);
    const at = Math.min(...times);
    if (at === Number.POSITIVE_INFINITY) return;
    this.#cancelTimer = this.#clock.after(Math.max(1, at - now), () => {
      this.#cancelTimer = undefined;
      this.#admitWaiting();
    });
  }
}

const refused = (error: GatewayError): Turn => ({ promise: Promise.reject(error), leave: () => false });
