import { GatewayError } from '../../src/errors.ts';
import { TransportError } from '../../src/upstream/transport/transport-error.ts';
import type { Reservation } from '../../src/upstream/rate-limit/rate-limits.ts';

/** All that follows from what just happened has happened. */
export const settle = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** Whether a call may go out now, or what has become of its turn. */
export async function stateOf({ ready }: Pick<Reservation, 'ready'>): Promise<string> {
  if (ready === undefined) return 'now';
  const came = ready.then(
    () => 'came',
    (error: unknown) => {
      if (error instanceof GatewayError) return `${error.code}: ${error.message}`;
      return error instanceof TransportError ? error.reason : 'odd';
    },
  );
  return Promise.race([came, settle().then(() => 'waits')]);
}
