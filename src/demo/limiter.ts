/** The limiter's verdict on one call. */
export interface Allowance {
  readonly limit: number;
  readonly remaining: number;
  /** Epoch milliseconds at which the window ends. */
  readonly resetAt: number;
  readonly isRefused: boolean;
}

interface Window {
  readonly startedAt: number;
  readonly callsByAddress: Map<string, number>;
}

/**
 * Rocket.Chat's rate limiter: a fixed window per route (an alias is a separate route), counted by client address, never
 * by user. When a window ends, the counts of all its addresses restart. Rejected calls count too.
 */
export class Limiter {
  readonly #windows = new Map<string, Window>();

  count(route: string, address: string, limits: { calls: number; ms: number }, now: number): Allowance {
    let window = this.#windows.get(route);
    if (!window || now - window.startedAt > limits.ms) {
      window = { startedAt: now, callsByAddress: new Map() };
      this.#windows.set(route, window);
    }
    const calls = (window.callsByAddress.get(address) ?? 0) + 1;
    window.callsByAddress.set(address, calls);
    return {
      limit: limits.calls,
      remaining: Math.max(0, limits.calls - calls),
      resetAt: window.startedAt + limits.ms,
      isRefused: calls > limits.calls,
    };
  }

  reset(): void {
    this.#windows.clear();
  }
}
