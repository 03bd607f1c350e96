import type { LimitedCall } from './outstanding-calls.ts';
import type { RateLimitWindow } from './rate-limit-window.ts';

/**
 * What one of several replicas may take of a window while the store that they share is away: what it last saw left of the
 * window, divided by the replicas, and at least one call where any is left.
 */
export class FallbackShare {
  #window: RateLimitWindow | undefined;
  #size = 0;
  #taken = 0;
  /** Calls of this share. */
  #calls = new WeakSet<LimitedCall>();

  /** Calls left of the share. */
  leftOf(window: RateLimitWindow, replicas: number): number {
    if (window !== this.#window) {
      this.forget();
      this.#window = window;
      this.#size = Math.min(window.remaining, shareOf(window.remaining, replicas));
    }
    return this.#size - this.#taken;
  }

  take(call: LimitedCall): void {
    this.#taken += 1;
    this.#calls.add(call);
  }

  giveBack(call: LimitedCall): void {
    if (this.#calls.delete(call)) this.#taken -= 1;
  }

  /** The replicas have a common window again. */
  forget(): void {
    this.#window = undefined;
    this.#taken = 0;
    this.#calls = new WeakSet();
  }
}

/** A replica's part of calls that several may make: at least one. */
export const shareOf = (calls: number, replicas: number): number => Math.max(1, Math.floor(calls / replicas));
