import type { ShedReason } from './admission.ts';
import type { Logger } from '../observability/log.ts';

/** Milliseconds that one log line covers. */
const spanMs = 1000;

/**
 * Logs shed requests as counts by reason, at most once a second: a line for each would cost more than the request did,
 * and none would hide the overload.
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

  /** Writes the counts since the last line. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#counts.size === 0) return;
    this.#log.warn({ shed: Object.fromEntries(this.#counts) });
    this.#counts = new Map();
  }
}
