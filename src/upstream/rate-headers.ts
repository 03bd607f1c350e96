import type { IncomingHttpHeaders } from 'node:http';

/** One call window of the workspace as an answer's headers tell it. Times in epoch milliseconds. */
export interface RateHeaders {
  /** Calls allowed in a window. */
  readonly limit: number;
  /** Calls left in this window. */
  readonly remaining: number;
  /** When the window ends. */
  readonly resetAt: number;
}

/** A window that ends later than this is not believed: Rocket.Chat's default is one minute. */
const maxWindowMs = 15 * 60_000;

/** `X-RateLimit-*` of an answer; undefined where one is missing or makes no sense. */
export function readRateHeaders(headers: IncomingHttpHeaders, now: number): RateHeaders | undefined {
  const limit = wholeNumber(headers['x-ratelimit-limit']);
  const remaining = wholeNumber(headers['x-ratelimit-remaining']);
  const resetAt = readReset(headers['x-ratelimit-reset'], now);
  return limit === undefined || remaining === undefined || resetAt === undefined ? undefined : { limit, remaining, resetAt };
}

/** `X-RateLimit-Reset` in epoch milliseconds (seconds are tolerated); undefined when it is no time within 15 minutes. */
export function readReset(header: string | string[] | undefined, now: number): number | undefined {
  if (typeof header !== 'string' || !/^\d{1,15}$/.test(header)) return undefined;
  const value = Number(header);
  const resetAt = value < 1e11 ? value * 1000 : value;
  return resetAt > now && resetAt <= now + maxWindowMs ? resetAt : undefined;
}

const wholeNumber = (header: string | string[] | undefined): number | undefined =>
  typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : undefined;
