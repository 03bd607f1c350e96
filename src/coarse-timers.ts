import { LinkedSet, type Place } from './linked-set.ts';

/** Something to run at a time, in milliseconds of the monotonic clock. */
interface Waiting {
  readonly at: number;
  readonly run: () => void;
}

/** By which a timer is cancelled. */
export type Timer = Place<Waiting>;

/** How late a timer may be, in milliseconds. */
const tickMs = 10;
/** Ticks without a timer until the ticking stops. */
const idleTicks = 200;

/**
 * Timers that nearly always are cancelled, such as time limits: setting and cancelling one touches a list and nothing else.
 * Node's own timers take more, and leave in V8's old generation what keeps the requests after them alive until the next
 * full collection. They do not keep the process running.
 */
export class CoarseTimers {
  readonly #waiting = new LinkedSet<Waiting>();
  /** No timer is due earlier. */
  #earliest = Number.POSITIVE_INFINITY;
  #ticking: NodeJS.Timeout | undefined;
  #ticksLeft = 0;

  /** Runs a function after so many milliseconds, or up to a tick later. */
  after(ms: number, run: () => void): Timer {
    const at = performance.now() + ms;
    this.#earliest = Math.min(this.#earliest, at);
    this.#ticksLeft = idleTicks;
    this.#ticking ??= setInterval(() => this.#tick(), tickMs).unref();
    return this.#waiting.add({ at, run });
  }

  /** Does nothing for a timer that has run or been cancelled. */
  cancel(timer: Timer): void {
    this.#waiting.remove(timer);
  }

  #tick(): void {
    const now = performance.now();
    if (now >= this.#earliest) this.#runDue(now);
    if (this.#earliest < Number.POSITIVE_INFINITY) return;
    this.#ticksLeft -= 1;
    if (this.#ticksLeft > 0) return;
    clearInterval(this.#ticking);
    this.#ticking = undefined;
  }

  #runDue(now: number): void {
    this.#earliest = Number.POSITIVE_INFINITY;
    for (const place of this.#waiting.places()) {
      const { at, run } = place.value;
      if (at > now) this.#earliest = Math.min(this.#earliest, at);
      else if (this.#waiting.has(place)) {
        this.#waiting.remove(place);
        run();
      }
    }
  }
}

/** The time limits of the process. */
export const timeLimits = new CoarseTimers();
