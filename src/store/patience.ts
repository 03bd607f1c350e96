import type { Clock } from '../upstream/clock.ts';

/** Milliseconds between two looks at the clock while somebody waits. */
const tickMs = 5;

/** As `systemClock`, but no timer of it keeps the process, and nobody sets it. */
const steadyClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

interface Waiting {
  /** Of the process's waking time, in milliseconds. */
  readonly until: number;
  readonly callback: () => void;
}

/**
 * How long others are waited for, in time that this process was awake. A tick that comes late tells that the process was
 * busy or not run at all, and counts as one tick only: a reply that is there already has not been late. So a starved
 * machine does not make a good store a slow one, and a store that never replies is found out after four ticks all the same.
 */
export class Patience {
  readonly #ms: number;
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiting>();
  /** Milliseconds awake, as far as ticks have told. */
  #awakeMs = 0;
  #tickedAt = 0;
  #cancelTick: (() => void) | undefined;

  constructor(ms: number, clock: Clock = steadyClock) {
    this.#ms = ms;
    this.#clock = clock;
  }

  /** Calls back when patience is at its end, unless stopped before. */
  begin(callback: () => void): () => void {
    if (this.#waiting.size === 0) this.#tickAgain(this.#clock.now());
    const waiting = { until: this.#awakeMs + this.#sinceTick(this.#clock.now()) + this.#ms, callback };
    this.#waiting.add(waiting);
    return () => {
      this.#waiting.delete(waiting);
      if (this.#waiting.size === 0) this.#cancelTick?.();
    };
  }

  /** What of the time since the latest tick counts. */
  #sinceTick(now: number): number {
    const ms = now - this.#tickedAt;
    return ms < 2 * tickMs ? ms : tickMs;
  }

  #tickAgain(now: number): void {
    this.#tickedAt = now;
    this.#cancelTick?.();
    this.#cancelTick = this.#clock.after(tickMs, () => {
      // After timers the event loop reads what has arrived: those who have their reply by then stop waiting.
      setImmediate(() => this.#tick());
    });
  }

  #tick(): void {
    const now = this.#clock.now();
    this.#awakeMs += this.#sinceTick(now);
    this.#tickAgain(now);
    for (const waiting of this.#waiting) {
      if (waiting.until > this.#awakeMs) break; // those after it began later
      this.#waiting.delete(waiting);
      waiting.callback();
    }
    if (this.#waiting.size === 0) this.#cancelTick?.();
  }
}
