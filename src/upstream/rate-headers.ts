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

/** A wait that is longer than a day is cut to one. */
const longestWaitSeconds = 86_400;

/** `Retry-After`, seconds or a date, in epoch milliseconds; undefined when it is neither. */
export function readRetryAfter(header: string | undefined, now: number): number | undefined {
  const time = /^\d{1,9}$/.test(header ?? '') ? now + Number(header) * 1000 : httpDate(header ?? '');
  return time === undefined ? undefined : Math.min(Math.max(time, now), now + longestWaitSeconds * 1000);
}

/** Only the form of today's RFC: `Date.parse` would take nearly anything. */
function httpDate(text: string): number | undefined {
  const time = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

const wholeNumber = (header: string | string[] | undefined): number | undefined =>
  typeof header === 'string' && /^\d{1,9}$/.test(header) ? Number(header) : undefined;
