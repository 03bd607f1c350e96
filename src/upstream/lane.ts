import type { Turn } from './gate.ts';

/** Calls of one request that are under way or in the queue at most. */
const callsOfOneRequest = 8;

/**
 * The calls of one request, a few at a time: the rest waits here, bounded by the request's plan and its deadline, so
 * that a large request alone never overflows the queue.
 */
export class Lane {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  enter(): Turn | undefined {
    if (this.#running < callsOfOneRequest) {
      this.#running += 1;
      return undefined;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    const leave = (): boolean => {
      const index = this.#waiting.indexOf(resolve);
      if (index === -1) return false;
      this.#waiting.splice(index, 1);
      return true;
    };
    return { promise, leave };
  }

  /** A call has ended: its place goes to the next. */
  exit(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}
