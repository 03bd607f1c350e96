import type { IncomingHttpHeaders } from 'node:http';

/** What a response's headers say about a rate-limit window; undefined for what is missing or makes no sense. */
export interface RateHeaders {
  /** Calls allowed in a window. */
  readonly limit: number | undefined;
  /** Calls left in this window. */
  readonly remaining: number | undefined;
  /** When the window ends, by the workspace's clock in epoch milliseconds. In the past when it ended during the response. */
  readonly resetAt: number | undefined;
}

/** Ignore ends of windows later than this: Rocket.Chat's default window is one minute. */
const maxWindowMs = 15 * 60_000;

/**
 * `X-RateLimit-*` of a response; undefined when it has none of the three. A call whose response has one was counted,
 * whatever the value. `sentAt`: when the call was sent. Both times by the workspace's clock.
 */
export function readRateHeaders(headers: IncomingHttpHeaders, sentAt: number, now: number): RateHeaders | undefined {
  const { 'x-ratelimit-limit': limit, 'x-ratelimit-remaining': remaining, 'x-ratelimit-reset': reset } = headers;
  if (limit === undefined && remaining === undefined && reset === undefined) return undefined;
  const resetAt = readTime(reset);
  return {
    limit: readDigits(limit, 9),
    remaining: readDigits(remaining, 9),
    // The window that counted the call cannot have ended before the call was sent.
    resetAt: resetAt !== undefined && resetAt >= sentAt && resetAt <= now + maxWindowMs ? resetAt : undefined,
  };
}

/** `X-RateLimit-Reset` in epoch milliseconds; undefined unless it is within the next 15 minutes. */
export function readReset(header: string | string[] | undefined, now: number): number | undefined {
  const resetAt = readTime(header);
  return resetAt !== undefined && resetAt > now && resetAt <= now + maxWindowMs ? resetAt : undefined;
}

/** Epoch milliseconds; tolerates seconds. */
function readTime(header: string | string[] | undefined): number | undefined {
  const value = readDigits(header, 15);
  return value !== undefined && value < 1e11 ? value * 1000 : value;
}

/** Longer waits are cut to one day. */
const longestWaitSeconds = 86_400;

/** `Retry-After`, seconds or a date, in epoch milliseconds; undefined when it is neither. */
export function readRetryAfter(header: string | undefined, now: number): number | undefined {
  const time = /^\d{1,9}$/.test(header ?? '') ? now + Number(header) * 1000 : readHttpDate(header ?? '');
  return time === undefined ? undefined : Math.min(Math.max(time, now), now + longestWaitSeconds * 1000);
}

/** Epoch milliseconds of an HTTP date in the form that RFC 9110 prefers: `Date.parse` would accept nearly anything. */
export function readHttpDate(text: string): number | undefined {
  const time = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** The number in a text of that many digits at most, and nothing else. Each call reads three: an expression takes longer. */
function readDigits(text: string | string[] | undefined, maxDigits: number): number | undefined {
  if (typeof text !== 'string' || text === '' || text.length > maxDigits) return undefined;
  let value = 0;
  for (let index = 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}
