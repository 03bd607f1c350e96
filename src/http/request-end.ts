import type { RequestContext } from '../context/request-context.ts';
import { GatewayError } from '../errors.ts';

/**
 * Gives back what was taken of the caller's allowance and not used. What nobody waits for any more, as below a field that
 * has become null, is given up: a call made now would be charged to nobody.
 */
export function settle(request: RequestContext): void {
  request.stop(answered);
  const { outcome, upstreamCalls } = request;
  outcome.charge?.settle(sum(upstreamCalls.values()));
}

/** Nobody is told: it ends what is left of a request. */
const answered = new GatewayError('UPSTREAM_UNAVAILABLE', 'The request has been answered.', { detail: 'answered' });

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
