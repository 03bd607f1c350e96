import { ApolloLink } from '@apollo/client';
import { finalize } from 'rxjs';

/** The operations that are under way. */
export class Reads {
  readonly #open = new Set<Promise<void>>();

  readonly link = new ApolloLink((operation, forward) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open.add(promise);
    return forward(operation).pipe(
      finalize(() => {
        this.#open.delete(promise);
        resolve();
      }),
    );
  });

  /**
   * Waits until the cache holds the answers to all of them, and to those that begin meanwhile. False if that takes longer than
   * so many milliseconds.
   */
  async landed(withinMs: number): Promise<boolean> {
    const late = after(withinMs).then(() => 'late');
    for (;;) {
      // The client writes an answer in the microtasks after it.
      const landed = Promise.all(this.#open).then(() => after(0));
      const isLate = (await Promise.race([late, landed])) === 'late';
      if (isLate || this.#open.size === 0) return this.#open.size === 0;
    }
  }
}

const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
