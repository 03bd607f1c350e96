import { GatewayError } from '../../errors.ts';
import type { OwnTurn } from '../cancellation.ts';
import { systemClock, type Clock } from '../clock.ts';
import { defaultLimits, type BulkheadLimits } from './bulkhead-limits.ts';
import { EarliestTimer } from './earliest-timer.ts';
import { PresentCallers } from './present-callers.ts';

interface Waiter extends OwnTurn {
  /** Epoch milliseconds: when it began to wait, and for how long it may. */
  readonly since: number;
  readonly until: number;
  readonly resolve: () => void;
}

interface CallerQueue {
  /** Whether the workspace has accepted the caller. */
  readonly isAccepted: boolean;
  inFlight: number;
  readonly waiting: Waiter[];
  /** Epoch milliseconds: when a waiting call last got a slot, or the queue began. */
  movedAt: number;
  /** Moving average of the time from one slot to the next while calls wait. Milliseconds. */
  paceMs: number;
}

/** Weight of the latest step in `paceMs`. */
const paceWeight = 0.2;
/** Share of the queue from which on it is nearly full. */
const nearlyFull = 0.8;

/**
 * Bulkhead: at most `inFlight` concurrent calls, a bounded queue, and a maximum wait. Slots go round-robin between
 * callers. Each caller present has an equal share, but at least 8 slots (and 32 waiting calls); a single caller, such as
 * a front end's account, may use all slots but 8, which stay free for the next one. All callers whom the workspace has
 * not accepted reduce an accepted caller's share like one caller, because made-up credentials are unlimited. A call that
 * does not fit is refused as OVERLOADED without waiting: a long queue would only make every call late. When the queue is
 * full, the caller with most calls in it loses their newest one to a caller with fewer.
 */
export class Bulkhead {
  readonly #limits: BulkheadLimits;
  readonly #clock: Clock;
  /** By caller, in round-robin order. */
  readonly #queues = new Map<string, CallerQueue>();
  readonly #present: PresentCallers;
  /** Queues of callers whom the workspace has not accepted. */
  #unacceptedQueues = 0;
  #inFlight = 0;
  #waiting = 0;
  readonly #overdue: EarliestTimer;

  constructor(limits: BulkheadLimits = defaultLimits, clock: Clock = systemClock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#present = new PresentCallers(clock);
    this.#overdue = new EarliestTimer(clock, () => this.#giveUpOverdue());
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Waiting calls. */
  get length(): number {
    return this.#waiting;
  }

  /**
   * Expected wait of a caller's next call in milliseconds: by the recent pace of their queue, and at least as long as
   * its first call has waited already. 0 when no call of theirs waits.
   */
  waitOf(callerKey: string): number {
    const queue = this.#queues.get(callerKey);
    const [oldest] = queue?.waiting ?? [];
    if (queue === undefined || oldest === undefined) return 0;
    return Math.max((queue.waiting.length + 1) * queue.paceMs, this.#clock.now() - oldest.since);
  }

  /** Whether the queue is nearly full, and holds at least as many calls of this caller as of an average one. */
  isFilledBy(callerKey: string): boolean {
    if (this.#waiting <= this.#limits.waiting * nearlyFull) return false;
    const own = this.#queues.get(callerKey)?.waiting.length ?? 0;
    let callers = 0;
    for (const { waiting } of this.#queues.values()) if (waiting.length > 0) callers += 1;
    return own * callers >= this.#waiting;
  }

  /**
   * Whether one request of a caller's may take more slots than usual: nobody waits, and more than half of the caller's share is
   * free. So calls that hang leave slots for the caller's others.
   */
  hasSpareFor(callerKey: string): boolean {
    if (this.#waiting > 0) return false;
    const { inFlight, inFlightOfOne } = this.#limits;
    const queue = this.#queues.get(callerKey);
    return queue === undefined || queue.inFlight < this.#share(queue, inFlight, inFlightOfOne) / 2;
  }

  /** Undefined: the call may go out now. Otherwise it may when the turn resolves, and never when the turn rejects. */
  enter(callerKey: string, until: number, isAccepted = true): OwnTurn | undefined {
    this.#present.note(callerKey, isAccepted);
    const queue = this.#queueOf(callerKey, isAccepted);
    if (this.#hasSlot(queue)) {
      this.#start(queue);
      return undefined;
    }
    const { waiting, waitingOfOne, waitMs } = this.#limits;
    const ms = Math.min(waitMs, until - this.#clock.now());
    const hasShare = queue.waiting.length >= this.#share(queue, waiting, waitingOfOne);
    if (ms <= 0 || hasShare || (this.#waiting >= waiting && !this.#makeRoomFor(queue))) {
      this.#forgetIdle(callerKey, queue);
      return { promise: Promise.reject(overloaded('no place in the queue')), leave: () => false, reject: ignore };
    }
    return this.#wait(callerKey, queue, ms);
  }

  /** A call of this caller has ended. */
  exit(callerKey: string): void {
    const queue = this.#queues.get(callerKey);
    if (queue === undefined) return;
    queue.inFlight -= 1;
    this.#inFlight -= 1;
    this.#forgetIdle(callerKey, queue);
    this.#present.forgetAbsent();
    while (this.#waiting > 0 && this.#admitNext());
  }

  #queueOf(callerKey: string, isAccepted: boolean): CallerQueue {
    const known = this.#queues.get(callerKey);
    if (known !== undefined) return known;
    const queue = { isAccepted, inFlight: 0, waiting: [], movedAt: 0, paceMs: 0 };
    this.#queues.set(callerKey, queue);
    if (!isAccepted) this.#unacceptedQueues += 1;
    return queue;
  }

  #hasSlot(queue: CallerQueue): boolean {
    const { inFlight, inFlightOfOne } = this.#limits;
    return this.#inFlight < inFlight && queue.inFlight < this.#share(queue, inFlight, inFlightOfOne);
  }

  /** One caller's share of `all`, divided among the callers present. */
  #share({ isAccepted }: CallerQueue, all: number, least: number): number {
    const unaccepted = Math.max(this.#present.unaccepted, this.#unacceptedQueues);
    const accepted = Math.max(this.#present.accepted, this.#queues.size - this.#unacceptedQueues);
    const callers = accepted + (isAccepted ? Math.min(1, unaccepted) : unaccepted);
    return Math.max(least, Math.min(all - least, Math.floor(all / callers)));
  }

  /** Refuses the newest call of the longest queue. False when no queue is longer than this one would become. */
  #makeRoomFor(own: CallerQueue): boolean {
    let largest = own;
    for (const queue of this.#queues.values()) if (queue.waiting.length > largest.waiting.length) largest = queue;
    const newest = largest.waiting.at(-1);
    if (newest === undefined || largest.waiting.length <= own.waiting.length + 1) return false;
    largest.waiting.pop();
    newest.reject(overloaded('made room for others'));
    this.#endWait();
    return true;
  }

  #start(queue: CallerQueue): void {
    queue.inFlight += 1;
    this.#inFlight += 1;
  }

  #wait(callerKey: string, queue: CallerQueue, ms: number): OwnTurn {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const since = this.#clock.now();
    const leave = (): boolean => {
      const index = queue.waiting.indexOf(waiter);
      if (index === -1) return false;
      queue.waiting.splice(index, 1);
      this.#endWait();
      this.#forgetIdle(callerKey, queue);
      return true;
    };
    const waiter: Waiter = { since, until: since + ms, promise, resolve, reject, leave };
    if (queue.waiting.length === 0) queue.movedAt = since;
    queue.waiting.push(waiter);
    this.#waiting += 1;
    this.#overdue.set(waiter.until);
    return waiter;
  }

  /** A call waits no more. */
  #endWait(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#overdue.cancel();
  }

  #giveUpOverdue(): void {
    const now = this.#clock.now();
    const waiters = [...this.#queues.values()].flatMap(({ waiting }) => waiting);
    for (const { since, until, leave, reject } of waiters) {
      // A clock that was set back may not make a wait longer.
      if (until > now && since <= now) this.#overdue.set(until);
      else {
        leave();
        reject(overloaded('waited too long'));
      }
    }
  }

  /**
   * Gives a free slot to the next caller in round-robin order who waits and has less than their share. False when there
   * is none. One exit can free several slots: fewer callers have larger shares.
   */
  #admitNext(): boolean {
    for (const [callerKey, queue] of this.#queues) {
      if (!this.#hasSlot(queue)) continue;
      const waiter = queue.waiting.shift();
      if (waiter === undefined) continue;
      if (this.#queues.size > 1) {
        this.#queues.delete(callerKey);
        this.#queues.set(callerKey, queue);
      }
      this.#endWait();
      const now = this.#clock.now();
      queue.paceMs += paceWeight * (now - queue.movedAt - queue.paceMs);
      queue.movedAt = now;
      this.#start(queue);
      waiter.resolve();
      return true;
    }
    return false;
  }

  #forgetIdle(callerKey: string, queue: CallerQueue): void {
    if (queue.inFlight > 0 || queue.waiting.length > 0) return;
    this.#queues.delete(callerKey);
    if (!queue.isAccepted) this.#unacceptedQueues -= 1;
  }
}

const ignore = (): void => undefined;

const overloaded = (detail: string): GatewayError =>
  new GatewayError('OVERLOADED', 'The gateway has too many upstream calls in flight: try again shortly.', {
    detail,
    retryAfterSeconds: 1,
  });
