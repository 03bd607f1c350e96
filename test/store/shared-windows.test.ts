import { expect, it, onTestFinished } from 'vitest';
import { StoreKeys } from '../../src/store/keys.ts';
import { RedisStore } from '../../src/store/redis-store.ts';
import { SharedWindows } from '../../src/store/shared-windows.ts';
import { startFaultyWire, type WireState } from '../support/faulty-wire.ts';
import { startStore } from '../support/redis-server.ts';

const soon = { timeout: 5000, interval: 10 };
const window = { limit: 10, remaining: 10, endsAt: 1_800_000_000_000, endsInMs: 60_000, isEndKnown: true };

/** A replica's window of ten calls, the same window as another replica sees it, and the wire between replica and store. */
async function open() {
  const { port, url } = await startStore();
  const wire = await startFaultyWire(port);
  const keys = new StoreKeys('chat', 'https://chat.example.com');
  const join = async (replica: string, storeUrl: string) => {
    const redis = await RedisStore.open({ url: storeUrl, deployment: 'chat', onChange: () => undefined });
    onTestFinished(() => redis.close());
    const its = new SharedWindows({ redis, keys, replica, callMs: 60_000 }).windowOf('im.counters');
    const take = async (calls: number) => {
      const ask = { turnKey: 'alice', calls, waitedMs: 1000, leftMs: 0 };
      return (await its.take([ask], 1000))?.leases.get('alice')?.length;
    };
    return { ...its, redis, take };
  };
  const [ours, theirs] = await Promise.all([join('ours', wire.url), join('theirs', url)]);
  ours.learn(undefined, window);
  await expect.poll(() => ours.redis.isAway, soon).toBe(false);
  return { wire, ours, theirs };
}

it.each<WireState>(['late', 'half-open', 'refuse'])(
  'A replica whose wire to the store is %s for a while gives back what it could not use, when the wire is sound',
  async (state) => {
    const { wire, ours, theirs } = await open();
    const granted = await ours.take(4);
    expect(granted).toBe(4);
    wire.become(state);
    expect(await ours.take(6)).toBe(undefined);
    ours.giveBack(['ours:1', 'ours:2']);
    ours.learn('ours:3', { ...window, remaining: 9 });
    ours.lost('ours:4');
    wire.become('sound');
    wire.cut();
    await expect.poll(() => ours.redis.isAway, soon).toBe(false);
    ours.learn(undefined, { ...window, remaining: 9 });
    ours.settle();
    // One was counted, as the response said, and one may have been.
    expect(await ours.take(20)).toBe(8);
    expect(await theirs.take(1)).toBe(0);
  },
);
