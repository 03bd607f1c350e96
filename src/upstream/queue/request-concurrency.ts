import type { OwnTurn } from '../cancellation.ts';

/** Calls of one request that are in flight or in the bulkhead's queue at most; and where the bulkhead has slots to spare. */
const usuallyRunning = 8;
const maxRunning = 32;

/** A call that waits for a slot. */
class Waiter implements OwnTurn {
  readonly concurrency: RequestConcurrency;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  readonly #slots: RequestSlots;

  constructor(concurrency: RequestConcurrency, slots: RequestSlots) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.concurrency = concurrency;
    this.promise = promise;
    this.resolve = resolve;
    this.reject = reject;
    this.#slots = slots;
  }

  leave(): boolean {
    const { waiting } = this.#slots;
    const index = waiting.indexOf(this);
    if (index === -1) return false;
    waiting.splice(index, 1);
    return true;
  }
}

/** The slots that the endpoints of one request share. */
export class RequestSlots {
  running = 0;
  readonly waiting: Waiter[] = [];
  /** Whether the bulkhead has slots to spare for the caller. */
  readonly #hasSpare: () => boolean;

  constructor(hasSpare: () => boolean) {
    this.#hasSpare = hasSpare;
  }

  hasFree(): boolean {
    return this.running < usuallyRunning || (this.running < maxRunning && this.#hasSpare());
  }

  /** Gives a slot to the first waiting call that may use it. False when there is none. */
  startNext(): boolean {
    if (this.waiting.length === 0) return false;
    const index = this.hasFree() ? 0 : this.waiting.findIndex(({ concurrency }) => concurrency.isIdle);
    const next = this.waiting[index];
    if (next === undefined) return false;
    if (index === 0) this.waiting.shift();
    else this.waiting.splice(index, 1);
    next.concurrency.start();
    next.resolve();
    return true;
  }
}

/**
 * Bounds the concurrent calls of one request to one endpoint, so that a large request alone never overflows the
 * bulkhead's queue; its query cost and its deadline bound what waits here. Where the bulkhead has slots to spare it may have
 * more: a page whose rows need a call each then takes one round trip instead of three. All endpoints of the request share
 * its slots, but an endpoint without a running call may always start one: a hanging endpoint does not hold up the others.
 */
export class RequestConcurrency {
  readonly #slots: RequestSlots;
  #running = 0;

  constructor(slots: RequestSlots) {
    this.#slots = slots;
  }

  /** Undefined: the call may go on now. */
  enter(): OwnTurn | undefined {
    if (this.isIdle || this.#slots.hasFree()) {
      this.start();
      return undefined;
    }
    const waiter = new Waiter(this, this.#slots);
    this.#slots.waiting.push(waiter);
    return waiter;
  }

  /** A call has ended: its slot goes to the first waiting call that may use it, and so may one that is to spare since. */
  exit(): void {
    this.#running -= 1;
    this.#slots.running -= 1;
    if (this.#slots.startNext()) this.#slots.startNext();
  }

  get isIdle(): boolean {
    return this.#running === 0;
  }

  /** A call begins to run, in a slot that it was given. */
  start(): void {
    this.#running += 1;
    this.#slots.running += 1;
  }
}
