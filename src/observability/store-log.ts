import type { Logger } from './log.ts';

/** At most one line about losing the store in this time: a store that comes and goes must not fill the log. Milliseconds. */
const quietMs = 60_000;

interface LoggedStore {
  readonly isAway: boolean;
  readonly whyAway: string | undefined;
  readonly replicas: number;
}

/** Says in the log when the store that replicas share is lost, and when it is back. */
export class StoreLog {
  readonly #log: Logger;
  readonly #store: LoggedStore;
  readonly #now: () => number;
  #saidAt = Number.NEGATIVE_INFINITY;
  /** Whether the latest line said that it is lost. */
  #saidAway = false;

  constructor(log: Logger, store: LoggedStore, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#store = store;
    this.#now = now;
  }

  storeChanged(): void {
    const { isAway, whyAway, replicas } = this.#store;
    if (isAway === this.#saidAway) return;
    if (isAway && this.#now() - this.#saidAt < quietMs) return;
    this.#saidAway = isAway;
    if (!isAway) return this.#log.info('The shared store is back.');
    this.#saidAt = this.#now();
    this.#log.warn(
      { why: whyAway, replicas },
      'The shared store is away: each replica keeps to its share of the rate limit.',
    );
  }
}
