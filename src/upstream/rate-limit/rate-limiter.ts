import { GatewayError } from '../../errors.ts';
import type { RateLimitWindow } from './rate-limit-window.ts';
import { CallsOut, type LimitedCall, type CallingUser } from './calls-out.ts';
import type { Turn } from '../cancellation.ts';
import type { Clock } from '../clock.ts';
import { messages } from '../transport/failures.ts';
import { KnownLimiter, type LimiterNews, type LimiterOptions } from './known-limiter.ts';
import { Line, type Waiting } from './line.ts';

export interface RateLimiterOptions extends LimiterOptions {
  readonly endpoint: string;
  /** Milliseconds that an answer usually takes. */
  readonly usualResponseMs: () => number;
}

interface Waiter extends Waiting {
  readonly call: LimitedCall;
  /** Epoch milliseconds until which it is worth waiting. */
  readonly until: number;
  readonly resolve: () => void;
  readonly reject: (error: GatewayError) => void;
}

/** Calls that wait for one endpoint at most. */
const maxWaiting = 256;
/** How long a caller's further calls let others go first who come at the same moment. Milliseconds. */
const courtesyMs = 50;
/** Callers of a window that are told apart; when there are more, nobody is asked to let others go first. */
const maxCallers = 1000;

/**
 * The line before one endpoint (and client address) of the workspace. It counts the calls that are out, so that the one too
 * many for the workspace's limiter is not sent. As long as nothing is known of the limiter, a few calls go first and
 * the others wait for what their answers tell, but no longer than an answer usually takes. Where the limiter is off, nobody
 * waits; nor do users whom it lets by. While a window is used up, one call at a time may find out whether its user is one.
 *
 * Callers whose calls wait take turns, each by the order of their own calls. Where more than one uses the window, each has
 * their first call of it at once, and further ones a moment later, so that others get theirs who come together with
 * twenty calls of one. A caller alone waits for nobody. When the line is full, whoever has most of it loses their newest call.
 */
export class RateLimiter {
  readonly #options: RateLimiterOptions;
  readonly #clock: Clock;
  readonly #limiter: KnownLimiter;
  readonly #out: CallsOut;
  readonly #line = new Line<Waiter>();
  #cancelTimer: (() => void) | undefined;
  /** Who has made calls in the current window, and how many callers the one before had. */
  readonly #callers = new Set<string>();
  #callersBefore = 0;
  #windowOfCallers: RateLimitWindow | undefined;

  constructor(options: RateLimiterOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#limiter = new KnownLimiter(options);
    this.#out = new CallsOut((user) => this.isFree(user));
  }

  /** The open window as last reported, its end by the gateway's clock; undefined where none is known. */
  get window(): { readonly limit: number; readonly remaining: number; readonly resetAt: number } | undefined {
    const { window, resetAt } = this.#limiter;
    if (window?.isReported !== true || resetAt === undefined || resetAt <= this.#clock.now()) return undefined;
    return { limit: window.limit, remaining: window.remaining, resetAt };
  }

  get isIdle(): boolean {
    return this.#out.isEmpty && this.#line.size === 0;
  }

  /** Whether nothing is under way here, and nothing was learnt that is worth keeping. */
  get isBlank(): boolean {
    return this.isIdle && this.#limiter.isBlank;
  }

  /** Whether the limiter does not hold this user back. */
  isFree(user: string | undefined): boolean {
    return this.#limiter.isFree(user);
  }

  /** Whether so many calls of a user could be made now. */
  allows(user: string | undefined, count: number): boolean {
    return this.#limiter.state === 'unknown' || this.#limiter.isFindingOut || this.isFree(user) || this.#room >= count;
  }

  /** Without a turn, the call may be made at once; else when its turn resolves, or not at all when that rejects. */
  enter(caller: CallingUser, until: number): { readonly call: LimitedCall; readonly turn: Turn | undefined } {
    this.#noteWindow();
    const mayGo = this.#mayGoAtOnce(caller);
    const probed = mayGo ? undefined : this.#limiter.windowToProbe(caller.user);
    const call: LimitedCall = { caller, probed, sentAt: undefined };
    if (!mayGo && probed === undefined) return { call, turn: this.#waitFor(call, until) };
    probed?.beginProbe(caller.user !== undefined);
    this.#take(call);
    return { call, turn: undefined };
  }

  /** The call goes out now. False where it may not any more, by what was learnt since it was let go: it is given back. */
  send(call: LimitedCall): boolean {
    const isTooMany =
      this.#limiter.window !== undefined && this.#limiter.places <= this.#out.sentAfter(Number.NEGATIVE_INFINITY);
    if (isTooMany && call.probed === undefined && !this.isFree(call.caller.user)) return false;
    this.#out.send(call, this.#clock.now());
    if (this.#limiter.isFindingOut) this.#setTimer();
    return true;
  }

  /** A call has ended that went out. */
  exit(call: LimitedCall, news: LimiterNews): void {
    const { caller, probed, sentAt = this.#clock.now() } = call;
    this.#out.remove(call);
    probed?.endProbe(news.kind === 'passed' ? 'uncounted' : news.kind === 'nothing' ? 'unknown' : 'counted');
    this.#limiter.learn(news, { sentAt, user: caller.user }, Math.min(...this.#out.sentAt));
    this.#admitWaiting();
  }

  /** A call is not made after all, or did not reach the workspace. */
  giveBack(call: LimitedCall): void {
    this.#out.remove(call);
    call.probed?.endProbe('uncounted');
    this.#admitWaiting();
  }

  /** Calls that could be let go now. Where one goes first, it is waited for as long as an answer usually takes. */
  get #room(): number {
    const began = this.#limiter.isFindingOut ? this.#usuallyBegan : Number.NEGATIVE_INFINITY;
    return this.#limiter.places - this.#out.unsent - this.#out.sentAfter(began);
  }

  /** When a call was sent whose answer should be there now. */
  get #usuallyBegan(): number {
    return this.#clock.now() - this.#options.usualResponseMs();
  }

  #take(call: LimitedCall): void {
    this.#out.add(call);
    const { key, user } = call.caller;
    const isCounted = this.#limiter.state !== 'unlimited' && !this.isFree(user);
    if (isCounted && this.#callers.size < maxCallers) this.#callers.add(key);
  }

  #mayGoAtOnce({ key, user }: CallingUser): boolean {
    if (this.isFree(user) || this.#limiter.state === 'unlimited') return true;
    return this.#line.size === 0 && this.#room > 0 && this.#isTurnOf(key, this.#clock.now());
  }

  /** Whether it is a caller's turn: their first call of the window, or nobody else is here, or others had their moment. */
  #isTurnOf(key: string, since: number): boolean {
    if (!this.#callers.has(key) || this.#clock.now() >= since + courtesyMs) return true;
    return this.#callers.size === 1 && this.#callersBefore < 2 && this.#line.isOnly(key);
  }

  /** Callers are counted anew in each window. */
  #noteWindow(): void {
    const { window } = this.#limiter;
    if (window !== this.#windowOfCallers && this.#windowOfCallers !== undefined) {
      this.#callersBefore = this.#callers.size;
      this.#callers.clear();
    }
    this.#windowOfCallers = window;
  }

  #waitFor(call: LimitedCall, until: number): Turn {
    const usedUp = this.#usedUpBeyond(until);
    if (usedUp !== undefined) return refused(usedUp);
    if (this.#line.size >= maxWaiting) {
      const newest = this.#line.takeNewestOfLargest(call.caller.key);
      if (newest === undefined) return refused(this.#lineFull());
      newest.reject(this.#lineFull());
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { callerKey: call.caller.key, since: this.#clock.now(), call, until, resolve, reject };
    this.#line.add(waiter);
    this.#setTimer();
    return { promise, leave: () => this.#line.remove(waiter) };
  }

  /** The refusal of a call that cannot be made before `until`, as nothing is left of the window; undefined where waiting can help. */
  #usedUpBeyond(until: number): GatewayError | undefined {
    const { window, resetAt, reopensAt } = this.#limiter;
    if (window === undefined || window.remaining > 0 || resetAt === undefined || reopensAt < until) return undefined;
    return new GatewayError('RATE_LIMITED', messages.rateLimited(this.#options.endpoint), {
      retryAfterSeconds: Math.max(1, Math.ceil((resetAt - this.#clock.now()) / 1000)),
      detail: 'not sent',
    });
  }

  #lineFull(): GatewayError {
    return new GatewayError(
      'OVERLOADED',
      `Too many calls are waiting for the workspace's ${this.#options.endpoint}: try again shortly.`,
      {
        retryAfterSeconds: 1,
        detail: 'line full',
      },
    );
  }

  #admitWaiting(): void {
    this.#noteWindow();
    if (this.#line.size === 0) return;
    let room = this.#room;
    const { state } = this.#limiter;
    const began = state === 'unknown' ? this.#usuallyBegan : Number.NEGATIVE_INFINITY;
    const mayGo = ({ callerKey, since, call }: Waiter): boolean =>
      state === 'unlimited' ||
      this.isFree(call.caller.user) ||
      since <= began ||
      (room > 0 && this.#isTurnOf(callerKey, since));
    for (let waiter = this.#line.takeNext(mayGo); waiter !== undefined; waiter = this.#line.takeNext(mayGo)) {
      if (!this.isFree(waiter.call.caller.user)) room -= 1;
      this.#take(waiter.call);
      waiter.resolve();
    }
    for (const waiter of this.#line.waiters) {
      const usedUp = this.#usedUpBeyond(waiter.until);
      if (usedUp === undefined) continue;
      this.#line.remove(waiter);
      waiter.reject(usedUp);
    }
    this.#setTimer();
  }

  /** Looks again when the window has ended, others have had their moment, or an answer should be there: nobody else may call by then. */
  #setTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#line.size === 0) return;
    const now = this.#clock.now();
    const since = Math.min(...this.#line.firsts.map((first) => first.since));
    const { state, isFindingOut, decidesAt, reopensAt } = this.#limiter;
    const times = [decidesAt, reopensAt + 1];
    if (state === 'unknown') times.push(since + this.#options.usualResponseMs());
    if (this.#room > 0) times.push(since + courtesyMs);
    const late = Math.max(...this.#out.sentAt) + this.#options.usualResponseMs();
    if (isFindingOut && late > now) times.push(late);
    const at = Math.min(...times);
    if (at === Number.POSITIVE_INFINITY) return;
    this.#cancelTimer = this.#clock.after(Math.max(1, at - now), () => {
      this.#cancelTimer = undefined;
      this.#admitWaiting();
    });
  }
}

const refused = (error: GatewayError): Turn => ({ promise: Promise.reject(error), leave: () => false });
