import type { OwnTurn } from '../cancellation.ts';

/** Calls of one request that are in flight or in the bulkhead's queue at most. */
const maxRunning = 8;

/** The slots that the endpoints of one request share. */
export class RequestSlots {
  running = 0;
  readonly waiting: { readonly concurrency: RequestConcurrency; readonly resolve: () => void }[] = [];
}

/**
 * Bounds the concurrent calls of one request to one endpoint, so that a large request alone never overflows the
 * bulkhead's queue; its query cost and its deadline bound what waits here. All endpoints of the request share its slots,
 * but an endpoint without a running call may always start one: a hanging endpoint does not hold up the others.
 */
export class RequestConcurrency {
  readonly #slots: RequestSlots;
  #running = 0;

  constructor(slots = new RequestSlots()) {
    this.#slots = slots;
  }

  /** Undefined: the call may go on now. */
  enter(): OwnTurn | undefined {
    if (this.#hasSlot()) {
      this.#start();
      return undefined;
    }
    const { waiting } = this.#slots;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { concurrency: this, resolve };
    waiting.push(waiter);
    const leave = (): boolean => {
      const index = waiting.indexOf(waiter);
      if (index === -1) return false;
      waiting.splice(index, 1);
      return true;
    };
    return { promise, leave, reject };
  }

  /** A call has ended: its slot goes to the first waiting call that may use it. */
  exit(): void {
    this.#running -= 1;
    this.#slots.running -= 1;
    const { waiting } = this.#slots;
    const index = waiting.findIndex(({ concurrency }) => concurrency.#hasSlot());
    const [next] = index === -1 ? [] : waiting.splice(index, 1);
    if (next === undefined) return;
    next.concurrency.#start();
    next.resolve();
  }

  #hasSlot(): boolean {
    return this.#slots.running < maxRunning || this.#running === 0;
  }

  #start(): void {
    this.#running += 1;
    this.#slots.running += 1;
  }
}
