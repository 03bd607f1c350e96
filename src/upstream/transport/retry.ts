import { systemClock, type Clock } from '../clock.ts';
import type { Retry } from './response.ts';

export interface RetryRequest {
  /** Attempts made so far. */
  readonly attempt: number;
  /** Whether the call may be made twice. */
  readonly isIdempotent: boolean;
  /** Epoch milliseconds at which its request is answered. */
  readonly deadline: number;
}

/** Exponential back-off with full jitter: random up to 50 ms × 2^attempt, with a cap. */
const firstWaitMs = 50;
const longestWaitMs = 500;
/** The longest wait that the workspace may demand, and the jitter added so that callers do not return together. */
const longestDemandedWaitMs = 1000;
const jitterMs = 100;

/** Whether and when to retry a call. */
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

  /** Milliseconds to wait before the next attempt; undefined for no retry. */
  waitBefore(retry: Retry, { attempt, isIdempotent, deadline }: RetryRequest): number | undefined {
    if (attempt >= this.#attempts || !(isIdempotent || retry.isUnprocessed)) return undefined;
    const isRepair = retry.isStaleSocket && attempt === 1;
    const now = this.#clock.now();
    let wait = isRepair ? 0 : this.#random() * Math.min(longestWaitMs, firstWaitMs * 2 ** attempt);
    if (retry.retryAt !== undefined) {
      const demanded = Math.max(0, retry.retryAt - now);
      if (demanded > longestDemandedWaitMs) return undefined;
      wait = demanded + this.#random() * jitterMs;
    }
    if (now + wait + this.durations.percentile95 > deadline) return undefined;
    return isRepair || this.budget.take() ? wait : undefined;
  }
}

const creditPerCall = 0.2;
const creditSeconds = 10;
const floorPerSecond = 3;

/**
 * Retry budget: one retry for every five first attempts of the last ten seconds, and three a second besides. So retries
 * add at most a fifth to the load of a failing workspace, when it can bear it least.
 */
export class RetryBudget {
  readonly #clock: Clock;
  /** Credits by the second that earned them, oldest first. */
  readonly #credits: { readonly second: number; left: number }[] = [];
  #floor = floorPerSecond;
  #floorAt: number;
  #denied = 0;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#floorAt = clock.now();
  }

  /** Retries that the budget did not allow. */
  get denied(): number {
    return this.#denied;
  }

  /** A first attempt went out. */
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

const maxSamples = 128;
/** Assumed duration before the first response; and the least assumed later, as the next endpoint may be slower. Milliseconds. */
const firstResponseMs = 1000;
const minResponseMs = 500;

/** How long the latest responses took. Milliseconds. */
export class Durations {
  readonly #latest: number[] = [];
  #next = 0;

  add(ms: number): void {
    this.#latest[this.#next] = ms;
    this.#next = (this.#next + 1) % maxSamples;
  }

  /** How long the next response may take without being overdue. */
  get usualMs(): number {
    return this.#latest.length === 0 ? firstResponseMs : Math.max(minResponseMs, this.percentile95);
  }

  /** The 95th percentile; 0 before the first response. */
  get percentile95(): number {
    return this.#latest.toSorted((a, b) => a - b)[Math.floor(this.#latest.length * 0.95)] ?? 0;
  }
}
