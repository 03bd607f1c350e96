import type { Clock } from '../clock.ts';
import { readHttpDate } from './rate-headers.ts';

/** `Date` has whole seconds: the clock that wrote it showed up to one more. Milliseconds. */
const granularityMs = 1000;
/** What was found out is used for one to two of these, as clocks drift. Milliseconds. */
const periodMs = 5 * 60_000;

/**
 * The workspace's clock, as far as the `Date` of its answers tells it: call windows end by that clock, and the gateway's
 * can be a minute away from it. Each answer says that the workspace's clock showed that second at some moment between the
 * call and the answer. What is kept is the earliest that it can show now, so that a window is never taken to have ended too
 * early; the more answers, the closer that comes to the truth. Without a `Date` both clocks are taken for one.
 */
export class WorkspaceClock {
  readonly #clock: Pick<Clock, 'now'>;
  #isKnown = false;
  /** Milliseconds by which the workspace's clock is ahead at least, by the answers of this period and of the one before. */
  #ahead = 0;
  #aheadBefore = 0;
  #periodBegan = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** The earliest time that it can show now, in epoch milliseconds. */
  now(): number {
    return this.#clock.now() + this.aheadMs;
  }

  /** Milliseconds by which it is ahead of the gateway's at least; less than 0 where it may be behind. */
  get aheadMs(): number {
    return Math.max(this.#ahead, this.#aheadBefore);
  }

  /**
   * The same, as is most likely: the clocks agree unless the answers say otherwise. For telling people when to come back;
   * who comes a moment too early waits.
   */
  get likelyAheadMs(): number {
    return this.aheadMs > 0 ? this.aheadMs : Math.min(0, this.aheadMs + granularityMs);
  }

  /** An answer came now. `sentAt`: when its call was sent, by the gateway's clock. */
  learn(date: string | undefined, sentAt: number): void {
    const shown = readHttpDate(date ?? '');
    if (shown === undefined) return;
    const now = this.#clock.now();
    const ahead = shown - now;
    const age = now - this.#periodBegan;
    // One of the clocks was set, or they drift apart: what was known does not hold any more.
    const isWrong = shown + granularityMs - sentAt < this.aheadMs;
    if (this.#isKnown && !isWrong && age < periodMs) {
      this.#ahead = Math.max(this.#ahead, ahead);
      return;
    }
    this.#aheadBefore = this.#isKnown && !isWrong && age < 2 * periodMs ? this.#ahead : ahead;
    this.#ahead = ahead;
    this.#periodBegan = now;
    this.#isKnown = true;
  }
}
