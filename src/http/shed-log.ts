import type { ShedReason } from './admission.ts';
import type { Logger } from '../observability/log.ts';

/** Milliseconds that one line of the log tells of. */
const spanMs = 1000;

/**
 * Tells of requests that are turned away, by reason and how many: one line a second at most, as a line for each would cost
 * more than turning it away, and none would leave the reader of the log in the dark.
 */
export class ShedLog {
  readonly #log: Logger;
  #counts = new Map<ShedReason, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(reason: ShedReason): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1);
    this.#timer ??= setTimeout(() => this.flush(), spanMs).unref();
  }

  /** Writes what has not been told yet. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#counts.size === 0) return;
    this.#log.warn({ turnedAway: Object.fromEntries(this.#counts) });
    this.#counts = new Map();
  }
}
