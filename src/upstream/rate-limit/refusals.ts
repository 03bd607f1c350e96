import { GatewayError } from '../../errors.ts';
import { messages } from '../transport/failures.ts';

/** The refusal of a call whose window is used up for longer than it can wait. */
export const usedUp = (endpoint: string, opensInMs: number): GatewayError =>
  new GatewayError('RATE_LIMITED', messages.rateLimited(endpoint), {
    retryAfterSeconds: Math.max(1, Math.ceil(opensInMs / 1000)),
    detail: 'not sent',
  });

/** The refusal of a call when too many wait for its endpoint. */
export function queueFull(endpoint: string): GatewayError {
  const message = `Too many calls are waiting for the workspace's ${endpoint}: try again shortly.`;
  return new GatewayError('OVERLOADED', message, { retryAfterSeconds: 1, detail: 'queue full' });
}
