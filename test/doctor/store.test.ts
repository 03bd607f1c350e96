import { describe, expect, onTestFinished, test } from 'vitest';
import { openDemo } from '../support/demo.ts';
import { startStore } from '../support/redis-server.ts';
import { diagnose } from './diagnose.ts';

/** What the doctor says of a store, beside a workspace that is well. */
async function storeFinding(url: string) {
  const demo = await openDemo();
  const { of, exitCode, text } = await diagnose(demo.url, undefined, { SHARED_STORE: url });
  expect([exitCode, text.includes('s3cret')]).toEqual([0, false]);
  return of('store');
}

describe('The shared store', () => {
  test('that replies is good, and says how many replicas use it', async () => {
    const store = await startStore();
    onTestFinished(() => store.close());
    expect(await storeFinding(store.url)).toMatchObject({
      level: expect.stringMatching(/^(good|warning)$/), // a busy machine is slow
      seen: expect.stringMatching(/^The store replies within \d+ ms\. Replicas that use it now: 0\.$/),
    });
  });

  test.each([
    ['refuses the password', ['--requirepass', 's3cret'], 'It refuses the password.', 'user:password@host'],
    ['takes no writes', ['--replicaof', '127.0.0.1', '1'], 'It takes no writes.', 'primary'],
  ])('that %s is a warning, and says what to change', async (_what, args, why, change) => {
    const store = await startStore(args);
    onTestFinished(() => store.close());
    expect(await storeFinding(store.url)).toMatchObject({
      level: 'warning',
      seen: `The store that SHARED_STORE names is no help. ${why}`,
      change: expect.stringContaining(change),
    });
  });

  test('that is not there is a warning, and so is what is no store', async () => {
    expect(await storeFinding('redis://127.0.0.1:1')).toMatchObject({
      level: 'warning',
      seen: expect.stringContaining('reached'),
    });
    const demo = await openDemo();
    expect(await storeFinding(demo.url.replace('http:', 'redis:'))).toMatchObject({ level: 'warning' });
  });

  test('is not spoken of where none is set', async () => {
    const demo = await openDemo();
    expect((await diagnose(demo.url)).of('store')).toBeUndefined();
  });
});
