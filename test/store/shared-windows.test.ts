import { expect, it } from 'vitest';
import { StoreKeys } from '../../src/store/keys.ts';
import { SharedWindows } from '../../src/store/shared-windows.ts';
import { startFaultyWire, type WireState } from '../support/faulty-wire.ts';
import { openRedisStore, openStoreClient, startStore } from '../support/redis-server.ts';

const soon = { timeout: 5000, interval: 10 };
const window = { limit: 10, remaining: 10, endsAt: 1_800_000_000_000, endsInMs: 60_000, isEndKnown: true };

/** A replica's window of ten calls, the same window as another replica sees it, and the wire between replica and store. */
async function open() {
  const { port, url } = await startStore();
  const wire = await startFaultyWire(port);
  const keys = new StoreKeys('chat', 'https://chat.example.com');
  const join = async (replica: string, storeUrl: string) => {
    const redis = await openRedisStore(storeUrl, 100);
    const its = new SharedWindows({ redis, keys, replica, callMs: 60_000 }).windowOf('im.counters');
    const take = async (calls: number) => {
      const ask = { turnKey: 'alice', calls, waitedMs: 1000, leftMs: 0 };
      return (await its.take([ask], 1000))?.leases.get('alice');
    };
    return { ...its, redis, take };
  };
  const [ours, theirs] = await Promise.all([join('ours', wire.url), join('theirs', url)]);
  await expect.poll(() => ours.redis.isAway, soon).toBe(false);
  ours.learn(undefined, window);
  await ours.take(0); // by then it has been heard
  const client = await openStoreClient(url);
  return { wire, ours, theirs, client };
}

it.each<WireState>(['late', 'half-open', 'refuse'])(
  'A replica whose wire to the store is %s for a while gives back what it could not use, when the wire is sound',
  async (state) => {
    const { wire, ours, theirs } = await open();
    const [first = '', second = '', third = '', fourth = ''] = (await ours.take(4)) ?? [];
    wire.become(state);
    expect(await ours.take(6)).toBe(undefined);
    ours.giveBack([first, second]);
    ours.learn(third, { ...window, remaining: 9 });
    ours.lost(fourth);
    wire.become('sound');
    wire.cut();
    await expect.poll(() => ours.redis.isAway, soon).toBe(false);
    ours.learn(undefined, { ...window, remaining: 9 });
    ours.settle();
    // One was counted, as the response said, and one may have been.
    expect(await ours.take(20)).toHaveLength(8);
    expect(await theirs.take(1)).toEqual([]);
  },
);

it('A store that replies what the script does not is away', async () => {
  const { ours, client } = await open();
  const key = (await client.keys('*')).find((name) => name.includes(':w:')) ?? '';
  await client.hSet(key, { remaining: '1e300' });
  expect(await ours.take(1)).toBe(undefined);
  expect(ours.redis.isAway).toBe(true);
});

it('Windows of which nobody knows anything are soon forgotten, and others when they are long over', async () => {
  const { ours, client } = await open();
  const lives = async () => {
    const keys = await client.keys('*');
    return Promise.all(keys.filter((name) => /:[woqs]:/.test(name)).map((key) => client.pTTL(key)));
  };
  expect(Math.max(...(await lives()))).toBeGreaterThan(100_000);
  await client.flushAll();
  const leases = (await ours.take(1)) ?? [];
  expect(leases).toHaveLength(1);
  expect(Math.min(...(await lives()))).toBeGreaterThan(60_000); // as long as the call may be out
  ours.giveBack(leases);
  await ours.take(0);
  const left = await lives();
  expect(left.length).toBeGreaterThan(0);
  expect(Math.max(...left)).toBeLessThanOrEqual(5000);
});
