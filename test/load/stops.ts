import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createRandom } from '../support/random.ts';
import { ask, startGateway } from './gateway.ts';
import { startSlowWorkspace } from './workspace.ts';

/**
 * SIGTERM at random moments under load: whatever was admitted, so that the workspace was asked for it, is answered, and the
 * process ends with 0. Not part of `npm test`, for its length: `node test/load/stops.ts --count 100 --seed 1`.
 */
const { values } = parseArgs({
  options: { count: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } },
});
const random = createRandom(Number(values.seed));
const workspace = await startSlowWorkspace({ workers: 64, workMs: 100 });
const tally = { answered: 0, refused: 0, lost: 0, badExits: 0 };

for (let run = 0; run < Math.min(1000, Number(values.count)); run += 1) {
  const gateway = await startGateway(workspace.url, { CALLER_CALLS_PER_MINUTE: '0' });
  await ask(gateway.url, 'user'); // the first call ever finds out whether the workspace limits calls
  const before = workspace.received();
  const samples = Array.from({ length: 60 }, async () => {
    await delay(random.below(300));
    return ask(gateway.url, 'user');
  });
  await delay(random.below(300));
  const code = await gateway.stop();
  const answered = (await Promise.all(samples)).filter(({ outcome }) => outcome === 'ok').length;
  // What reached the workspace had been admitted: one call each.
  tally.lost += workspace.received() - before - answered;
  tally.answered += answered;
  tally.refused += samples.length - answered;
  if (code !== 0) tally.badExits += 1;
}
process.stdout.write(`${JSON.stringify(tally)}\n`);
await workspace.close();
