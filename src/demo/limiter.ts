/** What the limiter says about one call. */
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
 * Rocket.Chat's limiter: a fixed window for each route (an alias is a route of its own), counted by client address
 * and never by user. When a window is over, the counts of all its addresses restart. Refused calls count too.
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
