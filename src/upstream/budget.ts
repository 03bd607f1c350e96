import type { IncomingHttpHeaders } from 'node:http';

/** What one endpoint still allows in the current window, as its last answer said. Times in epoch milliseconds. */
export interface EndpointBudget {
  readonly endpoint: string;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: number;
}

/** A window that ends later than this is not believed: Rocket.Chat's default is one minute. */
const maxWindowMs = 15 * 60_000;
/** Callers whose exemption is remembered; the one heard of longest ago is forgotten first. */
const maxExemptCallers = 10_000;

/**
 * The call windows of one workspace, learnt from its answers. Rocket.Chat counts by client address, route and method,
 * so all users of a gateway share a window; users with `api-bypass-rate-limit` are not counted and get no headers.
 */
export class Budget {
  readonly #windows = new Map<string, EndpointBudget>();
  readonly #exempt = new Set<string>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Learns from an answer. `counted`: the limiter had its turn, so that missing headers mean that it let this caller by. */
  learn(endpoint: string, callerKey: string, headers: IncomingHttpHeaders, counted: boolean): void {
    const limit = wholeNumber(headers['x-ratelimit-limit']);
    const remaining = wholeNumber(headers['x-ratelimit-remaining']);
    const resetAt = readReset(headers['x-ratelimit-reset'], this.#now());
    if (limit !== undefined && remaining !== undefined && resetAt !== undefined) {
      this.#windows.set(endpoint, { endpoint, limit, remaining, resetAt });
      this.#exempt.delete(callerKey);
    } else if (counted && this.#windows.size > 0) {
      this.#exempt.delete(callerKey);
      this.#exempt.add(callerKey);
      if (this.#exempt.size > maxExemptCallers) {
        for (const oldest of this.#exempt) {
          this.#exempt.delete(oldest);
          break;
        }
      }
    }
  }

  /** The windows that are still open, in the order of the endpoints' names; none for an exempt caller. */
  current(callerKey: string): EndpointBudget[] {
    if (this.#exempt.has(callerKey)) return [];
    const now = this.#now();
    return [...this.#windows.values()]
      .filter((window) => window.resetAt > now)
      .toSorted((a, b) => (a.endpoint < b.endpoint ? -1 : 1));
  }
}

const wholeNumber = (header: string | string[] | undefined): number | undefined =>
  typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : undefined;

/** `X-RateLimit-Reset` in epoch milliseconds (seconds are tolerated); undefined when it is no time within 15 minutes. */
export function readReset(header: string | string[] | undefined, now: number): number | undefined {
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header)) return undefined;
  const value = Number(header);
  const resetAt = value < 1e11 ? value * 1000 : value;
  return resetAt > now && resetAt <= now + maxWindowMs ? resetAt : undefined;
}
