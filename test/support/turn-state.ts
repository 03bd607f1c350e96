import { GatewayError } from '../../src/errors.ts';
import type { Turn } from '../../src/upstream/cancellation.ts';

/** The state of a turn. */
export async function stateOf(turn: Turn | undefined): Promise<string> {
  if (turn === undefined) return 'now';
  const waits = new Promise<string>((resolve) => {
    setImmediate(() => resolve('waits'));
  });
  const came = turn.promise.then(
    () => 'came',
    (error: unknown) => (error instanceof GatewayError ? `${error.code} ${error.detail}` : 'odd'),
  );
  return Promise.race([came, waits]);
}

export const statesOf = (turns: readonly (Turn | undefined)[]) => Promise.all(turns.map(stateOf));
