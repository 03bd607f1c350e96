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

  /** Waits until the cache holds the answers to all of them. */
  async landed(): Promise<void> {
    do {
      await Promise.all(this.#open);
      await nextTask(); // the client writes an answer in the microtasks after it
    } while (this.#open.size > 0);
  }
}

const nextTask = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve);
  });
