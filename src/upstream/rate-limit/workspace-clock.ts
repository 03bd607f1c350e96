import type { Clock } from '../clock.ts';
import { readHttpDate } from './rate-headers.ts';

/** `Date` has whole seconds: the clock that wrote it may show almost one more. Milliseconds. */
const granularityMs = 1000;
/** An estimate is used for one to two of these periods, as clocks drift. Milliseconds. */
const periodMs = 5 * 60_000;

/**
 * The workspace's clock, estimated from the `Date` of its responses: rate-limit windows end by that clock, and the
 * gateway's can be a minute away from it. Each response says that the workspace's clock showed that second at some moment
 * between call and response. The estimate is the earliest time it can show now, so that no window counts as over too
 * early; more responses bring it closer to the truth. Without a `Date` both clocks are assumed to agree.
 */
export class WorkspaceClock {
  readonly #clock: Pick<Clock, 'now'>;
  /** Milliseconds by which the workspace's clock is ahead at least, by the responses of this period and the previous one. */
  #ahead = 0;
  #aheadBefore = 0;
  #periodBegan = Number.NEGATIVE_INFINITY;
  /** The latest `Date` and its time: it changes once a second. */
  #date = '';
  #shown: number | undefined;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** The earliest time that it can show now, in epoch milliseconds. */
  now(): number {
    return this.#clock.now() + this.aheadMs;
  }

  /** Milliseconds by which it is ahead of the gateway's at least; negative when it may be behind. */
  get aheadMs(): number {
    return Math.max(this.#ahead, this.#aheadBefore);
  }

  /**
   * The most likely value: the clocks agree unless the responses say otherwise. For `Retry-After` and the like, where a
   * caller who comes a moment too early just waits.
   */
  get likelyAheadMs(): number {
    return this.aheadMs > 0 ? this.aheadMs : Math.min(0, this.aheadMs + granularityMs);
  }

  /** A response came now. `sentAt`: when its call was sent, by the gateway's clock. */
  learn(date: string | undefined, sentAt: number): void {
    const shown = this.#read(date ?? '');
    if (shown === undefined) return;
    const now = this.#clock.now();
    const ahead = shown - now;
    const age = now - this.#periodBegan;
    // One of the clocks was set, or they drift apart: discard the estimate.
    const isWrong = shown + granularityMs - sentAt < this.aheadMs;
    if (!isWrong && age < periodMs) {
      this.#ahead = Math.max(this.#ahead, ahead);
      return;
    }
    this.#aheadBefore = !isWrong && age < 2 * periodMs ? this.#ahead : ahead;
    this.#ahead = ahead;
    this.#periodBegan = now;
  }

  #read(date: string): number | undefined {
    if (date !== this.#date) this.#shown = readHttpDate(date);
    this.#date = date;
    return this.#shown;
  }
}
