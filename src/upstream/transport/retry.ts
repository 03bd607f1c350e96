import { systemClock, type Clock } from '../clock.ts';
import type { Retry } from './response.ts';

export interface RetryRequest {
  /** Attempts made so far. */
  readonly attempt: number;
  /** Whether the call has no effect, so that making it twice does no harm. */
  readonly isIdempotent: boolean;
  /** Epoch milliseconds at which its request is answered. */
  readonly deadline: number;
}

/** Waits of our own: random, up to 50 ms times two for each attempt, and never beyond this. */
const firstWaitMs = 50;
const longestWaitMs = 500;
/** The longest wait that the workspace may ask for, and what is added to it so that not all come at once. */
const longestAskedWaitMs = 1000;
const spreadMs = 100;

/** When to repeat a call, and when to leave it. */
export class RetryPolicy {
  readonly budget: RetryBudget;
  readonly durations = new Durations();
  readonly #attempts: number;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(attempts: number, clock: Clock = systemClock, random: () => number = Math.random) {
    this.budget = new RetryBudget(clock);
    this.#attempts = attempts;
    this.#clock = clock;
    this.#random = random;
  }

  /** Milliseconds to wait before the next attempt; undefined for none. */
  waitBefore(retry: Retry, { attempt, isIdempotent, deadline }: RetryRequest): number | undefined {
    if (attempt >= this.#attempts || !(isIdempotent || retry.isUnprocessed)) return undefined;
    const isRepair = retry.isStaleSocket && attempt === 1;
    const now = this.#clock.now();
    let wait = isRepair ? 0 : this.#random() * Math.min(longestWaitMs, firstWaitMs * 2 ** attempt);
    if (retry.retryAt !== undefined) {
      const asked = Math.max(0, retry.retryAt - now);
      if (asked > longestAskedWaitMs) return undefined;
      wait = asked + this.#random() * spreadMs;
    }
    if (now + wait + this.durations.percentile95 > deadline) return undefined;
    return isRepair || this.budget.take() ? wait : undefined;
  }
}

const creditPerCall = 0.2;
const creditSeconds = 10;
const floorPerSecond = 3;

/**
 * How many calls may be repeated: one for every five first attempts of the last ten seconds, and three a second besides.
 * So a workspace that fails gets a fifth more load at most, when it can bear it least.
 */
export class RetryBudget {
  readonly #clock: Clock;
  /** Credits by the second in which they were earned, oldest first. */
  readonly #credits: { readonly second: number; left: number }[] = [];
  #floor = floorPerSecond;
  #floorAt: number;
  #denied = 0;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#floorAt = clock.now();
  }

  /** Retries that were not made for want of budget. */
  get denied(): number {
    return this.#denied;
  }

  /** A first attempt was made. */
  deposit(): void {
    const second = Math.floor(this.#clock.now() / 1000);
    const last = this.#credits.at(-1);
    if (last?.second === second) last.left += creditPerCall;
    else {
      this.#expire(second);
      this.#credits.push({ second, left: creditPerCall });
    }
  }

  /** Takes one retry, if there is one. */
  take(): boolean {
    const now = this.#clock.now();
    this.#expire(Math.floor(now / 1000));
    this.#floor = Math.min(floorPerSecond, this.#floor + ((now - this.#floorAt) * floorPerSecond) / 1000);
    this.#floorAt = now;
    if (this.#credits.reduce((sum, { left }) => sum + left, 0) >= 1 - 1e-9) this.#spend();
    else if (this.#floor >= 1) this.#floor -= 1;
    else {
      this.#denied += 1;
      return false;
    }
    return true;
  }

  #spend(): void {
    let price = 1;
    for (const credit of this.#credits) {
      const part = Math.min(price, credit.left);
      credit.left -= part;
      price -= part;
    }
  }

  #expire(second: number): void {
    while (this.#credits[0] !== undefined && this.#credits[0].second <= second - creditSeconds) this.#credits.shift();
  }
}

const remembered = 128;
/** What an answer is taken to need as long as none has come; and at least, as the next can be a slower endpoint's. Milliseconds. */
const firstAnswerMs = 1000;
const minAnswerMs = 500;

/** How long answers took lately, in milliseconds. */
export class Durations {
  readonly #latest: number[] = [];
  #next = 0;

  add(ms: number): void {
    this.#latest[this.#next] = ms;
    this.#next = (this.#next + 1) % remembered;
  }

  /** How long the next answer may take without being late. */
  get usualMs(): number {
    return this.#latest.length === 0 ? firstAnswerMs : Math.max(minAnswerMs, this.percentile95);
  }

  /** 19 of 20 answers took no longer than this; nothing is known at first, and that counts as no time. */
  get percentile95(): number {
    return this.#latest.toSorted((a, b) => a - b)[Math.floor(this.#latest.length * 0.95)] ?? 0;
  }
}
