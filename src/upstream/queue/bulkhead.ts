import { GatewayError } from '../../errors.ts';
import { systemClock, type Clock } from '../clock.ts';
import type { Turn } from '../cancellation.ts';

export interface BulkheadLimits {
  /** Calls under way at most, of all callers; and of one, however many there are. */
  readonly inFlight: number;
  readonly inFlightOfOne: number;
  /** Calls that wait at most, the same way. */
  readonly waiting: number;
  readonly waitingOfOne: number;
  /** Milliseconds that a call waits at most. */
  readonly waitMs: number;
}

export const defaultLimits: BulkheadLimits = {
  inFlight: 64,
  inFlightOfOne: 8,
  waiting: 256,
  waitingOfOne: 32,
  waitMs: 1000,
};

/** How long a caller counts among those who share the places, from his last call on. Milliseconds. */
const presentMs = 1000;

interface Waiter {
  /** Epoch milliseconds. */
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: GatewayError) => void;
  readonly cancelTimer: () => void;
}

interface CallerLine {
  /** Whether it is a user's whom the workspace has accepted. */
  readonly isAccepted: boolean;
  inFlight: number;
  readonly waiting: Waiter[];
  /** Epoch milliseconds: when a place was last given to one that waited, or the line began. */
  movedAt: number;
  /** Milliseconds from one place to the next of late, while calls wait. */
  paceMs: number;
}

/** Weight of the latest in `paceMs`. */
const paceWeight = 0.2;
/** Part of the line from which on it is nearly full. */
const nearlyFull = 0.8;

/**
 * The bulkhead before the workspace: so many calls at a time and no more, a short line behind them, and an end to
 * waiting. Callers take turns, and each has a share of the places: an equal part of them, but 8 (and 32 in line) at
 * least. Whoever made a call within the last second counts, so that one who asks without end does not fill the workspace
 * in the moments between the others' calls; but all whom the workspace has not accepted take from those whom it has as
 * little as one of them, as there is no end of made-up credentials. One alone, such as the account of a front end, may use all but those 8,
 * which are there at once for whoever comes next. What does not fit is refused as OVERLOADED without waiting: a long line
 * would only make everybody late. When it is full, whoever has most of it gives up their newest call for those who have less.
 */
export class Bulkhead {
  readonly #limits: BulkheadLimits;
  readonly #clock: Clock;
  /** By caller, those whose turn comes first in front. */
  readonly #lines = new Map<string, CallerLine>();
  /** When callers came last, epoch milliseconds: whoever came longest ago in front. */
  readonly #present = new Map<string, { readonly at: number; readonly isAccepted: boolean }>();
  /** How many of these, and of the lines, are of callers whom the workspace has not accepted. */
  #strangersPresent = 0;
  #strangersLines = 0;
  #inFlight = 0;
  #waiting = 0;

  constructor(limits: BulkheadLimits = defaultLimits, clock: Clock = systemClock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Calls that wait. */
  get length(): number {
    return this.#waiting;
  }

  /**
   * Milliseconds that a caller's next call has to expect to wait: by the pace at which his line moved of late, and no less
   * than the first in it has waited already. 0 where none waits.
   */
  waitOf(callerKey: string): number {
    const line = this.#lines.get(callerKey);
    const [oldest] = line?.waiting ?? [];
    if (line === undefined || oldest === undefined) return 0;
    return Math.max((line.waiting.length + 1) * line.paceMs, this.#clock.now() - oldest.since);
  }

  /** Whether the line is nearly full, and holds as many calls of this caller as of others on average, or more. */
  isFilledBy(callerKey: string): boolean {
    if (this.#waiting <= this.#limits.waiting * nearlyFull) return false;
    const own = this.#lines.get(callerKey)?.waiting.length ?? 0;
    let callers = 0;
    for (const { waiting } of this.#lines.values()) if (waiting.length > 0) callers += 1;
    return own > 0 && own * callers >= this.#waiting;
  }

  /** Undefined: the call may be made at once. Else it may when the promise resolves, or not at all when it rejects. */
  enter(callerKey: string, until: number, isAccepted = true): Turn | undefined {
    this.#notePresence(callerKey, isAccepted);
    let line = this.#lines.get(callerKey);
    if (line === undefined) {
      line = { isAccepted, inFlight: 0, waiting: [], movedAt: 0, paceMs: 0 };
      this.#lines.set(callerKey, line);
      if (!isAccepted) this.#strangersLines += 1;
    }
    if (this.#hasPlace(line)) {
      this.#start(line);
      return undefined;
    }
    const { waiting, waitingOfOne, waitMs } = this.#limits;
    const ms = Math.min(waitMs, until - this.#clock.now());
    const hasShare = line.waiting.length >= this.#share(line, waiting, waitingOfOne);
    if (ms <= 0 || hasShare || (this.#waiting >= waiting && !this.#makeRoomFor(line))) {
      this.#forgetIdle(callerKey, line);
      return { promise: Promise.reject(overloaded('no place in the queue')), leave: () => false };
    }
    return this.#wait(callerKey, line, ms);
  }

  /** A call of that caller has ended. */
  exit(callerKey: string): void {
    const line = this.#lines.get(callerKey);
    if (line === undefined) return;
    line.inFlight -= 1;
    this.#inFlight -= 1;
    this.#forgetIdle(callerKey, line);
    this.#forgetAbsent();
    while (this.#waiting > 0 && this.#admitNext());
  }

  #hasPlace(line: CallerLine): boolean {
    const { inFlight, inFlightOfOne } = this.#limits;
    return this.#inFlight < inFlight && line.inFlight < this.#share(line, inFlight, inFlightOfOne);
  }

  /** One caller's part of the places, with so many callers as are present. */
  #share({ isAccepted }: CallerLine, all: number, least: number): number {
    const strangers = Math.max(this.#strangersPresent, this.#strangersLines);
    const users = Math.max(this.#present.size - this.#strangersPresent, this.#lines.size - this.#strangersLines);
    const callers = users + (isAccepted ? Math.min(1, strangers) : strangers);
    return Math.max(least, Math.min(all - least, Math.floor(all / callers)));
  }

  #notePresence(callerKey: string, isAccepted: boolean): void {
    this.#forgetPresence(callerKey);
    this.#present.set(callerKey, { at: this.#clock.now(), isAccepted });
    if (!isAccepted) this.#strangersPresent += 1;
    this.#forgetAbsent();
  }

  #forgetPresence(callerKey: string): void {
    if (this.#present.get(callerKey)?.isAccepted === false) this.#strangersPresent -= 1;
    this.#present.delete(callerKey);
  }

  /** Done with each call, so that it costs no more than calls were made. */
  #forgetAbsent(): void {
    const now = this.#clock.now();
    for (const [key, { at }] of this.#present) {
      if (now - at < presentMs) return;
      this.#forgetPresence(key);
    }
  }

  /** Refuses the newest call of whoever has most in the line. False where nobody has more than this caller would have. */
  #makeRoomFor(own: CallerLine): boolean {
    let largest = own;
    for (const line of this.#lines.values()) if (line.waiting.length > largest.waiting.length) largest = line;
    const newest = largest.waiting.at(-1);
    if (newest === undefined || largest.waiting.length <= own.waiting.length + 1) return false;
    largest.waiting.pop();
    newest.cancelTimer();
    newest.reject(overloaded('made room for others'));
    this.#waiting -= 1;
    return true;
  }

  #start(line: CallerLine): void {
    line.inFlight += 1;
    this.#inFlight += 1;
  }

  #wait(callerKey: string, line: CallerLine, ms: number): Turn {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = {
      since: this.#clock.now(),
      resolve,
      reject,
      cancelTimer: this.#clock.after(ms, () => {
        leave();
        reject(overloaded('waited too long'));
      }),
    };
    if (line.waiting.length === 0) line.movedAt = waiter.since;
    line.waiting.push(waiter);
    this.#waiting += 1;
    const leave = (): boolean => {
      const index = line.waiting.indexOf(waiter);
      if (index === -1) return false;
      waiter.cancelTimer();
      line.waiting.splice(index, 1);
      this.#waiting -= 1;
      this.#forgetIdle(callerKey, line);
      return true;
    };
    return { promise, leave };
  }

  /**
   * Gives a free place to the caller who had none for the longest, of those that wait and have not all of theirs. False
   * when there is no such place. One exit can free several: with fewer callers each has a larger share.
   */
  #admitNext(): boolean {
    for (const [callerKey, line] of this.#lines) {
      if (!this.#hasPlace(line)) continue;
      const waiter = line.waiting.shift();
      if (waiter === undefined) continue;
      this.#lines.delete(callerKey);
      this.#lines.set(callerKey, line);
      this.#waiting -= 1;
      const now = this.#clock.now();
      line.paceMs += paceWeight * (now - line.movedAt - line.paceMs);
      line.movedAt = now;
      this.#start(line);
      waiter.cancelTimer();
      waiter.resolve();
      return true;
    }
    return false;
  }

  #forgetIdle(callerKey: string, line: CallerLine): void {
    if (line.inFlight > 0 || line.waiting.length > 0) return;
    this.#lines.delete(callerKey);
    if (!line.isAccepted) this.#strangersLines -= 1;
  }
}

const overloaded = (detail: string): GatewayError =>
  new GatewayError('OVERLOADED', 'The gateway has too many upstream calls in flight: try again shortly.', {
    detail,
    retryAfterSeconds: 1,
  });
