import type { Turn } from '../cancellation.ts';

/** Calls of one request that are under way or in the queue at most. */
const callsOfOneRequest = 8;

/** The places that the lanes of one request share. */
export class RequestSlots {
  running = 0;
  readonly waiting: { readonly lane: RequestConcurrency; readonly resolve: () => void }[] = [];
}

/**
 * The calls of one request, a few at a time: the rest waits here, bounded by the request's plan and its deadline, so
 * that a large request alone never overflows the queue. Each endpoint has a lane of its own, and the request's places are
 * shared between them; but where none of a lane's calls is under way, one may go in any case. So whatever hangs, calls of
 * other endpoints go on.
 */
export class RequestConcurrency {
  readonly #slots: RequestSlots;
  #running = 0;

  constructor(slots = new RequestSlots()) {
    this.#slots = slots;
  }

  enter(): Turn | undefined {
    if (this.#hasPlace()) {
      this.#start();
      return undefined;
    }
    const { waiting } = this.#slots;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { lane: this, resolve };
    waiting.push(waiter);
    const leave = (): boolean => {
      const index = waiting.indexOf(waiter);
      if (index === -1) return false;
      waiting.splice(index, 1);
      return true;
    };
    return { promise, leave };
  }

  /** A call has ended: its place goes to the first that may have it. */
  exit(): void {
    this.#running -= 1;
    this.#slots.running -= 1;
    const { waiting } = this.#slots;
    const index = waiting.findIndex(({ lane }) => lane.#hasPlace());
    const [next] = index === -1 ? [] : waiting.splice(index, 1);
    if (next === undefined) return;
    next.lane.#start();
    next.resolve();
  }

  #hasPlace(): boolean {
    return this.#slots.running < callsOfOneRequest || this.#running === 0;
  }

  #start(): void {
    this.#running += 1;
    this.#slots.running += 1;
  }
}
