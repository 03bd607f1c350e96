import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Charge } from '../../src/context/outcome.ts';
import { CallAllowance } from '../../src/operation/allowance.ts';
import { StoreKeys } from '../../src/store/keys.ts';
import type { RedisStore } from '../../src/store/redis-store.ts';
import { SharedAllowances } from '../../src/store/shared-allowances.ts';
import { openRedisStore, startStore } from '../support/redis-server.ts';

const soon = { timeout: 5000, interval: 30 };
const minute = 60;

/** Two replicas' allowances of 60 calls a minute. Their own clocks stand still: what flows back comes from the store. */
async function open() {
  const server = await startStore();
  const keys = new StoreKeys('chat', 'https://chat.example.com');
  const replicas = await Promise.all(
    [1, 2].map(async () => {
      const redis = await openRedisStore(server.url);
      const shared = new SharedAllowances({ redis, keys });
      const userOf = (callerKey: string) => (callerKey.startsWith('made up') ? undefined : callerKey);
      const claimOf = (callerKey: string) => callerKey;
      const allowance = new CallAllowance({ callsPerMinute: minute, userOf, claimOf, shared, now: () => 0 });
      const charge = (caller: string, calls: number) => {
        const charged = allowance.charge(caller, calls);
        if ('settle' in charged) return { ...charged, waits: 0 };
        return { settle: () => undefined, waits: charged.retryAfterSeconds };
      };
      /** Seconds until these calls could be charged. */
      const waits = (caller: string, calls: number) => {
        const charged = charge(caller, calls);
        charged.settle(0);
        return charged.waits;
      };
      return { charge, waits, redis };
    }),
  );
  const [first, second] = replicas;
  if (first === undefined || second === undefined) throw new Error('two');
  return { server, first, second };
}

describe('Allowances that replicas share', () => {
  it('are one: what a user takes at one replica, they lack at another, and nobody else does', async () => {
    const { first, second } = await open();
    const charge = first.charge('alice', 50);
    expect(charge.waits).toBe(0);
    second.charge('alice', 1);
    await expect.poll(() => second.waits('alice', 40), soon).toBeGreaterThan(20);
    expect(second.waits('bob', 60)).toBe(0);
    charge.settle(5);
    await expect.poll(() => second.waits('alice', 40), soon).toBe(0);
  });

  it('make a debt of what a user gets at several replicas in one moment', async () => {
    const { first, second } = await open();
    expect([first.charge('alice', 60).waits, second.charge('alice', 60).waits]).toEqual([0, 0]);
    // The bucket is 60 calls below empty: a minute until it holds any, and as long until it holds 60.
    await expect.poll(() => Math.min(first.waits('alice', 30), second.waits('alice', 30)), soon).toBeGreaterThan(75);
  });

  it('hold callers whom the workspace has not accepted to one bucket', async () => {
    const { first, second } = await open();
    for (let caller = 0; caller < 10; caller += 1) expect(first.charge(`made up ${caller}`, 60).waits).toBe(0);
    second.charge('made up by another', 1);
    await expect.poll(() => second.waits('made up by a third', 60), soon).toBeGreaterThan(0);
  });

  it('are each replica’s own while the store is away, and what it had is not charged afterwards', async () => {
    const { server, first, second } = await open();
    await server.kill();
    await expect.poll(() => first.redis.isAway && second.redis.isAway, soon).toBe(true);
    expect([first.charge('alice', 60).waits, second.charge('alice', 60).waits]).toEqual([0, 0]);
    await server.restart();
    await expect.poll(() => first.redis.isAway || second.redis.isAway, soon).toBe(false);
    await expect.poll(() => first.waits('alice', 60), soon).toBe(0);
  });

  it('go on where more users than one command holds take calls at once', async () => {
    const { first, second } = await open();
    for (let user = 0; user < 600; user += 1) first.charge(`user${user}`, 60);
    second.charge('user599', 1);
    await expect.poll(() => second.waits('user599', 60), soon).toBeGreaterThan(30);
  });
});

/** One replica's allowance, and a store that is there as the test says. */
function openAlone(callsPerMinute = minute) {
  const sent: number[] = [];
  const redis: Pick<RedisStore, 'run'> & { isAway: boolean; outages: number; breaksNext: boolean } = {
    isAway: false,
    outages: 0,
    /** Whether the store is lost before it replies to the next command. */
    breaksNext: false,
    async run(_script, _keys, args) {
      if (redis.isAway) return;
      for (const [index, each] of args.entries()) if (index % 2 === 1) sent.push(Number(each));
      if (redis.breaksNext) lose();
      redis.breaksNext = false;
    },
  };
  const lose = () => {
    if (!redis.isAway) redis.outages += 1;
    redis.isAway = true;
  };
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const shared = new SharedAllowances({ redis, keys: new StoreKeys('chat', 'https://chat.example.com') });
  const own = (callerKey: string) => callerKey;
  const allowance = new CallAllowance({ callsPerMinute, userOf: own, claimOf: own, shared, now: () => 0 });
  const charge = (caller: string, calls: number) => {
    const charged = allowance.charge(caller, calls);
    if ('settle' in charged) return charged;
    throw new Error('refused');
  };
  return {
    redis,
    charge,
    lose,
    /** What the store has heard that callers took, since the last time. */
    heard: async () => {
      await vi.advanceTimersByTimeAsync(100);
      return sent.splice(0);
    },
  };
}

describe('A bucket that replicas share, when the store is away for a while', () => {
  it('has no refund of calls that it was not charged', async () => {
    const { redis, charge, lose, heard } = openAlone();
    lose();
    const meanwhile = charge('alice', 50);
    redis.isAway = false;
    meanwhile.settle(5);
    expect(await heard()).toEqual([0]);
    charge('alice', 2);
    expect(await heard()).toEqual([2]);
  });

  it('has no refund of calls that it was charged before: the store may have lost them', async () => {
    const { redis, charge, lose, heard } = openAlone();
    const before = charge('alice', 50);
    expect(await heard()).toEqual([50]);
    lose();
    redis.isAway = false;
    before.settle(5);
    expect(await heard()).toEqual([0]);
  });

  it('has back no more than it was charged since, and is charged what a request took beyond', async () => {
    const { redis, charge, lose, heard } = openAlone();
    const [less, more] = [charge('alice', 20), charge('bob', 20)];
    await heard();
    lose();
    redis.isAway = false;
    expect([less.take(4), more.take(4)]).toEqual([true, true]);
    expect(await heard()).toEqual([4, 4]);
    less.settle(2);
    more.settle(27);
    expect(await heard()).toEqual([-4, 3]);
  });

  it('hears nothing afterwards of what was taken before, however many users that were', async () => {
    const { redis, charge, heard } = openAlone();
    redis.breaksNext = true;
    for (let user = 0; user < 600; user += 1) charge(`user${user}`, 30);
    expect(await heard()).toHaveLength(256);
    redis.isAway = false;
    for (let user = 0; user < 600; user += 1) charge(`user${user}`, 1);
    const told = await heard();
    expect([told.length, ...new Set(told)]).toEqual([600, 1]);
  });
});

interface Step {
  readonly does: 'charge' | 'take' | 'settle' | 'lose' | 'back' | 'break' | 'wait';
  readonly request: number;
  readonly calls: number;
}

const stepOf: fc.Arbitrary<Step> = fc.record({
  does: fc.constantFrom('charge', 'take', 'settle', 'lose', 'back', 'break', 'wait'),
  request: fc.nat(3),
  calls: fc.integer({ min: 1, max: 12 }),
});

it('A shared bucket never has back more than it was charged, whenever the store comes and goes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stepOf, { maxLength: 40, size: 'max' }), async (steps) => {
      const { redis, charge, lose, heard } = openAlone(10_000);
      const requests = new Map<number, Charge>();
      /** As far as the store has heard since it was away last. */
      let [charged, era] = [0, 0];
      const hear = async () => {
        const told = await heard();
        if (era !== redis.outages) charged = 0;
        else for (const calls of told) charged += calls;
        era = redis.outages;
        expect(charged).toBeGreaterThanOrEqual(0);
      };
      const obey: Record<Step['does'], (step: Step) => unknown> = {
        charge: ({ request, calls }) => requests.has(request) || requests.set(request, charge('alice', calls)),
        take: ({ request, calls }) => requests.get(request)?.take(calls),
        settle: ({ request, calls }) => {
          requests.get(request)?.settle(calls - 1);
          requests.delete(request);
        },
        lose,
        // A new connection takes longer than it takes to tell.
        back: () => hear().then(() => (redis.isAway = false)),
        break: () => (redis.breaksNext = true),
        wait: hear,
      };
      for (const step of steps) await obey[step.does](step);
      await hear();
    }),
    { seed: 1, numRuns: 500 },
  );
});
