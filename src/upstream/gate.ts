import { GatewayError } from '../errors.ts';
import type { RateHeaders } from './rate-headers.ts';

/** A call that waits for its turn. */
interface Waiter {
  readonly callerKey: string;
  /** Epoch milliseconds: when it came, and until when it is worth waiting. */
  readonly since: number;
  readonly until: number;
  /** Whether it counts against the window. */
  readonly resolve: (isCounted: boolean) => void;
  readonly reject: (error: GatewayError) => void;
}

/** A place in the line: to be waited for, or left. */
export interface Turn<Value = void> {
  readonly promise: Promise<Value>;
  /** False when there was nothing to leave: the turn has come, or was refused. */
  readonly leave: () => boolean;
}

/** Resolves when the call may be made, with whether it counts against the window and must `exit`. */
type GateTurn = Turn<boolean>;

const refused = (error: GatewayError): GateTurn => ({ promise: Promise.reject(error), leave: () => false });

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back after so many milliseconds; returns what takes that back. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: Date.now,
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Calls that wait for one endpoint at most; more are refused at once. */
const maxWaiting = 256;
/** The same for one caller, so that nobody takes the whole line. A request has 100 calls at most. */
const maxWaitingOfOne = 128;
/** End of a window that has not begun: its first answer tells. */
const untilFirstCall = Number.POSITIVE_INFINITY;
/** How long a caller's further calls let others go first who come at the same moment. Milliseconds. */
const courtesyMs = 50;
/** Rocket.Chat's window, for one whose end no answer told. Milliseconds. */
const usualWindowMs = 60_000;
/** A window is taken to be open again so long after its end, as clocks differ. Milliseconds. */
const reopenMarginMs = 20;

/**
 * The call window of one endpoint (and client address): it counts the gateway's own calls, so that the one too many is
 * not sent. As long as nothing is known of the endpoint, one call goes first and the others wait for what its answer
 * tells.
 *
 * Callers whose calls wait take turns, each by the order of his own calls. Where more than one caller uses the window,
 * each has his first call of it at once, and further ones a moment later, so that others get theirs who come together
 * with twenty calls of one. A caller alone waits for nobody.
 */
export class Gate {
  readonly #endpoint: string;
  readonly #clock: Clock;
  #window: { limit: number; remaining: number; resetAt: number; isReported: boolean } | undefined;
  #inFlight = 0;
  #waiting = 0;
  readonly #queues = new Map<string, Waiter[]>();
  #cancelTimer: (() => void) | undefined;
  /** Whether the call that was to find out about the window got no answer: the others then go without knowing. */
  #isBlind = false;
  /** Who has made calls in the current window, and how many callers the one before had. */
  readonly #callers = new Set<string>();
  #callersBefore = 0;

  constructor(endpoint: string, clock: Clock) {
    this.#endpoint = endpoint;
    this.#clock = clock;
  }

  /** The open window as last reported; undefined where none is known. */
  get window(): RateHeaders | undefined {
    this.#reopen();
    if (this.#window?.isReported !== true || this.#window.resetAt === untilFirstCall) return undefined;
    const { limit, remaining, resetAt } = this.#window;
    return { limit, remaining, resetAt };
  }

  /** Whether the window is open, and nothing is left in it. */
  get isExhausted(): boolean {
    this.#reopen();
    return this.#window !== undefined && this.#window.remaining <= 0;
  }

  get isIdle(): boolean {
    return this.#inFlight === 0 && this.#waiting === 0;
  }

  /** Whether so many calls could be made now. */
  allows(count: number): boolean {
    this.#reopen();
    return this.#window === undefined || this.#window.remaining - this.#inFlight >= count;
  }

  /** Undefined: the call may be made at once. Else it may when the promise resolves, or not at all when it rejects. */
  enter(callerKey: string, until: number): GateTurn | undefined {
    const now = this.#clock.now();
    if (this.#waiting === 0 && this.#canGrant() && this.#mayGo(callerKey, now)) {
      this.#take(callerKey);
      return undefined;
    }
    const refusal = this.#refusalFor(until) ?? this.#lineFull(callerKey);
    return refusal === undefined ? this.#wait(callerKey, until) : refused(refusal);
  }

  /** A call has ended. `isLost`: without an answer, so that the workspace may have counted it. */
  exit(isLost: boolean): void {
    this.#inFlight -= 1;
    if (this.#window === undefined) this.#isBlind = isLost;
    else if (isLost) {
      this.#window.remaining = Math.max(0, this.#window.remaining - 1);
      // It may have begun a window. Without an end, calls that are all lost would use it up for good.
      if (this.#window.resetAt === untilFirstCall) this.#window.resetAt = this.#clock.now() + usualWindowMs;
    }
    this.#admitWaiting();
  }

  learn(rate: RateHeaders): void {
    this.#learn(rate, true);
  }

  /** The workspace refused a call: nothing is left until `resetAt`, whether or not its headers said so. */
  close(resetAt: number): void {
    this.#learn({ limit: this.#window?.limit ?? 1, remaining: 0, resetAt }, this.#window?.isReported ?? false);
  }

  /** Lets all waiting calls of a caller go who turned out not to be counted. */
  release(callerKey: string): void {
    const queue = this.#queues.get(callerKey) ?? [];
    this.#queues.delete(callerKey);
    this.#waiting -= queue.length;
    for (const waiter of queue.splice(0)) waiter.resolve(false);
  }

  #take(callerKey: string): void {
    this.#inFlight += 1;
    this.#callers.add(callerKey);
  }

  /** Whether it is a caller's turn: his first call of the window, or nobody else is here, or others had their moment. */
  #mayGo(callerKey: string, since: number): boolean {
    if (!this.#callers.has(callerKey) || this.#clock.now() >= since + courtesyMs) return true;
    const isAlone = this.#callers.size === 1 && [...this.#queues.keys()].every((key) => key === callerKey);
    return isAlone && this.#callersBefore < 2;
  }

  #learn({ limit, remaining, resetAt }: RateHeaders, isReported: boolean): void {
    const known = this.#window;
    // Answers of one window can overtake each other: the smallest number left is the latest.
    const isSame = known !== undefined && Math.abs(known.resetAt - resetAt) < 1000;
    const left = isSame ? Math.min(known.remaining, remaining) : remaining;
    this.#window = { limit, remaining: left, resetAt, isReported };
  }

  /** When the window has ended, a new one begins with the first call: all of its calls are there again. */
  #reopen(): void {
    if (this.#window === undefined || this.#clock.now() < this.#window.resetAt + reopenMarginMs) return;
    this.#callersBefore = this.#callers.size;
    this.#callers.clear();
    this.#window = this.#window.isReported && this.#window.limit > 0
      ? { ...this.#window, remaining: this.#window.limit, resetAt: untilFirstCall }
      : undefined;
  }

  #canGrant(): boolean {
    this.#reopen();
    if (this.#window === undefined) return this.#inFlight === 0 || this.#isBlind;
    return this.#window.remaining - this.#inFlight > 0;
  }

  /** The refusal of a call that cannot be made before `until`; undefined where waiting can help. */
  #refusalFor(until: number): GatewayError | undefined {
    const { remaining = 1, resetAt = 0 } = this.#window ?? {};
    const now = this.#clock.now();
    if (remaining > 0 || resetAt + reopenMarginMs < until) return undefined;
    return new GatewayError('RATE_LIMITED', `The workspace's call limit for ${this.#endpoint} is used up.`, {
      retryAfterSeconds: Math.max(1, Math.ceil((resetAt - now) / 1000)),
      detail: 'not sent',
    });
  }

  #lineFull(callerKey: string): GatewayError | undefined {
    const ofOne = this.#queues.get(callerKey)?.length ?? 0;
    if (this.#waiting < maxWaiting && ofOne < maxWaitingOfOne) return undefined;
    return new GatewayError('OVERLOADED', `Too many calls wait for the workspace's ${this.#endpoint}: try again shortly.`, {
      retryAfterSeconds: 1,
      detail: 'line full',
    });
  }

  #wait(callerKey: string, until: number): GateTurn {
    const queue = this.#queues.get(callerKey) ?? [];
    this.#queues.set(callerKey, queue);
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const waiter: Waiter = { callerKey, since: this.#clock.now(), until, resolve, reject };
    queue.push(waiter);
    this.#waiting += 1;
    this.#setTimer();
    const leave = (): boolean => {
      const index = queue.indexOf(waiter);
      if (index === -1) return false;
      queue.splice(index, 1);
      if (queue.length === 0) this.#queues.delete(callerKey);
      this.#waiting -= 1;
      return true;
    };
    return { promise, leave };
  }

  #admitWaiting(): void {
    for (let waiter = this.#next(); waiter !== undefined; waiter = this.#next()) {
      this.#take(waiter.callerKey);
      waiter.resolve(true);
    }
    this.#refuseHopeless();
    this.#setTimer();
  }

  /** The first call of the caller whose turn it is, if it may be made; that caller goes to the end of the line. */
  #next(): Waiter | undefined {
    if (!this.#canGrant()) return undefined;
    for (const [callerKey, queue] of this.#queues) {
      const [first] = queue;
      if (first === undefined || !this.#mayGo(callerKey, first.since)) continue;
      queue.shift();
      this.#queues.delete(callerKey);
      if (queue.length > 0) this.#queues.set(callerKey, queue);
      this.#waiting -= 1;
      return first;
    }
    return undefined;
  }

  #refuseHopeless(): void {
    for (const [callerKey, queue] of this.#queues) {
      const staying = queue.filter((waiter) => {
        const refusal = this.#refusalFor(waiter.until);
        if (refusal === undefined) return true;
        this.#waiting -= 1;
        waiter.reject(refusal);
        return false;
      });
      queue.splice(0, queue.length, ...staying);
      if (staying.length === 0) this.#queues.delete(callerKey);
    }
  }

  /** Looks again when the window has ended, or others have had their moment: nobody else may call by then. */
  #setTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#waiting === 0) return;
    const since = Math.min(...[...this.#queues.values()].flatMap((queue) => queue.slice(0, 1)).map((first) => first.since));
    const resetAt = this.#window?.resetAt ?? untilFirstCall;
    const at = this.#canGrant() ? since + courtesyMs : resetAt + reopenMarginMs + 1;
    if (!Number.isFinite(at)) return;
    const ms = Math.max(1, at - this.#clock.now());
    this.#cancelTimer = this.#clock.after(ms, () => {
      this.#cancelTimer = undefined;
      this.#admitWaiting();
    });
  }
}
