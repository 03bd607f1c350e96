import type { RequestContext } from '../context/request-context.ts';
import type { CallAllowance } from '../operation/allowance.ts';

/** Seconds over which a bucket refills. */
const windowSeconds = 60;

/**
 * `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10) for the caller's own allowance, whose unit
 * is an upstream call. None where there is no allowance, and none for callers whom the workspace has not accepted.
 */
export function rateLimitHeaders(
  allowance: CallAllowance | undefined,
  { callerKey }: Pick<RequestContext, 'callerKey'>,
): Readonly<Record<string, string>> | undefined {
  if (allowance === undefined || callerKey === undefined) return undefined;
  const left = allowance.leftTo(callerKey);
  if (left === undefined) return undefined;
  const { capacity, calls, fullAfterSeconds } = left;
  return {
    'ratelimit-policy': `"caller";q=${capacity};qu="upstream-calls";w=${windowSeconds}`,
    ratelimit: `"caller";r=${calls};t=${fullAfterSeconds}`,
  };
}
