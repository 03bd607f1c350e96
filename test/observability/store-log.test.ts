import { expect, it } from 'vitest';
import { createLog, Redactor } from '../../src/observability/log.ts';
import { StoreLog } from '../../src/observability/store-log.ts';

it('The log tells once that the store is away and once that it is back, and no more often than once a minute', async () => {
  const lines: string[] = [];
  const log = createLog('info', new Redactor(), { write: (line) => void lines.push(line) });
  const store = { isAway: false, replicas: 3, whyAway: 'It is too slow.' };
  let now = 0;
  const storeLog = new StoreLog(log, store, () => now);
  const become = (isAway: boolean) => {
    store.isAway = isAway;
    storeLog.storeChanged();
  };
  become(false);
  for (let time = 0; time < 5; time += 1) {
    become(true);
    become(false);
  }
  now = 60_000;
  become(true);
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    {
      level: 40,
      replicas: 3,
      why: 'It is too slow.',
      msg: expect.stringMatching(/^The shared store is away/) as string,
    },
    { level: 30, msg: 'The shared store is back.' },
    { level: 40 },
  ]);
});
