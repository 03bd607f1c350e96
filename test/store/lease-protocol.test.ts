import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Limiter } from '../../src/demo/limiter.ts';
import { leaseScript } from '../../src/store/lease-script.ts';
import { clockStart } from '../support/manual-clock.ts';
import { LeaseModel, type ModelAsk, type TakeTimes } from '../support/lease-model.ts';
import { openStoreClient, startStore } from '../support/redis-server.ts';

const times: TakeTimes = { callMs: 14_000, usualMs: 1_000_000, maxSpare: 16, leaseMs: 300 };

type Command =
  | { readonly kind: 'wait'; readonly ms: number }
  | {
      readonly kind: 'ask';
      readonly replica: number;
      readonly caller: number;
      readonly calls: number;
      readonly waitedMs: number;
    }
  | { readonly kind: 'send' | 'respond' | 'loseResponse' | 'giveBack' | 'die'; readonly replica: number };

const replicaOf = fc.integer({ min: 0, max: 3 });
const commandOf: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.oneof(fc.nat(40), fc.nat(4000), fc.constant(14_500)),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      replica: replicaOf,
      caller: fc.nat(5),
      calls: fc.integer({ min: 1, max: 12 }),
      waitedMs: fc.nat(100),
    }),
  },
  { weight: 9, arbitrary: fc.record({ kind: fc.constant('send' as const), replica: replicaOf }) },
  { weight: 7, arbitrary: fc.record({ kind: fc.constant('respond' as const), replica: replicaOf }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('loseResponse' as const, 'giveBack' as const, 'die' as const),
      replica: replicaOf,
    }),
  },
);

interface World {
  readonly limit: number;
  readonly windowMs: number;
  /** How much later than in truth the replicas believe that windows end, as the workspace's clock shows whole seconds. */
  readonly lateMs: number;
}

const worldOf: fc.Arbitrary<World> = fc.record({
  limit: fc.oneof(fc.integer({ min: 4, max: 20 }), fc.constant(600)),
  windowMs: fc.integer({ min: 1500, max: 60_000 }),
  lateMs: fc.nat(1000),
});

/** What the model and the real script have in common. */
interface Store {
  take(replica: string, first: number, asks: readonly ModelAsk[]): Promise<number[]>;
  use(lease: string, caller: string): Promise<void>;
  learn(lease: string, limit: number, remaining: number, endsAt: number, endsIn: number): Promise<void>;
  lost(lease: string): Promise<void>;
  back(leases: readonly string[]): Promise<void>;
}

interface Held {
  readonly lease: string;
  readonly since: number;
  readonly spareUntil: number | undefined;
  readonly caller: string;
  /** Whether headers had told of the limiter before. */
  readonly wasKnown: boolean;
}

/** Replicas that hold leases, before a workspace that counts like Rocket.Chat. Returns the calls that it refused although headers could have told. */
async function live(store: Store, clock: { now: number }, world: World, commands: readonly Command[]): Promise<number> {
  const limiter = new Limiter();
  const held: Held[][] = [[], [], [], []];
  const pending: { lease: string; remaining: number; resetAt: number }[][] = [[], [], [], []];
  let serial = 1;
  let refused = 0;
  let isKnown = false;
  const obey: { [Kind in Command['kind']]: (command: Extract<Command, { kind: Kind }>) => Promise<void> | void } = {
    wait: ({ ms }) => void (clock.now += ms),
    async ask({ replica, caller, calls, waitedMs }) {
      const first = serial;
      serial += calls + times.maxSpare;
      const wasKnown = isKnown;
      const [, , , , , , spare = 0, got = 0] = await store.take(`r${replica}`, first, [
        [`c${caller}`, calls, waitedMs, 10_000],
      ]);
      for (let index = 0; index < got + spare; index += 1) {
        const spareUntil = index < got ? undefined : clock.now + times.leaseMs;
        held[replica]?.push({
          lease: `r${replica}:${first + index}`,
          since: clock.now,
          spareUntil,
          caller: `c${caller}`,
          wasKnown,
        });
      }
    },
    async send({ replica }) {
      const next = held[replica]?.shift();
      if (next === undefined) return;
      if (clock.now >= (next.spareUntil ?? next.since + times.callMs)) return;
      if (next.spareUntil !== undefined) await store.use(next.lease, next.caller);
      const { remaining, resetAt, isRefused } = limiter.count(
        '',
        '',
        { calls: world.limit, ms: world.windowMs },
        clock.now,
      );
      if (isRefused && next.wasKnown) refused += 1;
      pending[replica]?.push({ lease: next.lease, remaining, resetAt });
    },
    async respond({ replica }) {
      const next = pending[replica]?.shift();
      if (next === undefined) return;
      isKnown = true;
      const { lease, remaining, resetAt } = next;
      await store.learn(lease, world.limit, remaining, resetAt, resetAt - clock.now + world.lateMs);
    },
    async loseResponse({ replica }) {
      const next = pending[replica]?.shift();
      if (next !== undefined) await store.lost(next.lease);
    },
    async giveBack({ replica }) {
      await store.back((held[replica] ?? []).map(({ lease }) => lease));
      held[replica] = [];
    },
    die({ replica }) {
      held[replica] = [];
      pending[replica] = [];
    },
  };
  for (const command of commands) await obey[command.kind](command as never);
  return refused;
}

const modelStore = (model: LeaseModel, clock: { now: number }): Store => {
  const at = async <T>(step: () => T): Promise<T> => {
    model.now = clock.now;
    return step();
  };
  return {
    take: (replica, first, asks) => at(() => model.take(replica, first, times, asks)),
    use: (lease, caller) => at(() => model.use(lease, times.callMs, caller)),
    learn: (lease, limit, remaining, endsAt, endsIn) =>
      at(() => model.learn(lease, times.callMs, limit, remaining, endsAt, endsIn, true)),
    lost: (lease) => at(() => model.lost(lease)),
    back: (leases) => at(() => model.back(leases)),
  };
};

describe('The lease protocol', () => {
  it('never grants more than the window, whatever replicas take, use, return, lose and learn, and whenever they die', async () => {
    await fc.assert(
      fc.asyncProperty(worldOf, fc.array(commandOf, { maxLength: 120, size: 'max' }), async (world, commands) => {
        const clock = { now: clockStart };
        expect(await live(modelStore(new LeaseModel(clockStart), clock), clock, world, commands)).toBe(0);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('divides what an opening window has evenly among the callers of all replicas, whoever asks first', () => {
    const demandOf = fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 12 })), {
      minLength: 1,
      maxLength: 40,
      size: 'max',
    });
    fc.assert(
      fc.property(demandOf, fc.array(fc.nat(3), { minLength: 1, maxLength: 12 }), (demand, order) => {
        const model = new LeaseModel(clockStart);
        model.learn('', times.callMs, 10, 0, clockStart + 5000, 5000, true);
        const want = new Map(demand.map(([, calls], index) => [`c${index}`, calls]));
        const got = new Map([...want.keys()].map((name) => [name, 0]));
        let serial = 1;
        const ask = (replica: number) => {
          const asks = demand.flatMap(([its], index): ModelAsk[] => {
            const name = `c${index}`;
            const left = (want.get(name) ?? 0) - (got.get(name) ?? 0);
            return its === replica && left > 0 ? [[name, left, 100, 10_000]] : [];
          });
          const [, , , , , , , ...granted] = model.take(`r${replica}`, (serial += 50), times, asks);
          for (const [index, [name]] of asks.entries()) got.set(name, (got.get(name) ?? 0) + (granted[index] ?? 0));
        };
        for (const replica of [0, 1, 2, 3]) ask(replica);
        expect([...got.values()].every((calls) => calls === 0)).toBe(true);
        model.now += 5020;
        for (const replica of [...order, 0, 1, 2, 3, 0, 1, 2, 3]) {
          model.now += 5;
          ask(replica);
        }
        const total = [...got.values()].reduce((sum, calls) => sum + calls, 0);
        expect(total).toBe(
          Math.min(
            10,
            [...want.values()].reduce((sum, calls) => sum + calls, 0),
          ),
        );
        for (const [name, calls] of got)
          for (const [other, theirs] of got)
            if (calls > theirs + 1)
              expect(`${name} before ${other}: ${theirs}`).toBe(`${name} before ${other}: ${want.get(other)}`);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('is in the store what the model says, step by step', async () => {
    const { client, runAt } = await openScript();
    await fc.assert(
      fc.asyncProperty(worldOf, fc.array(commandOf, { maxLength: 60, size: 'max' }), async (world, commands) => {
        await client.flushAll();
        const clock = { now: clockStart };
        const model = new LeaseModel(clockStart);
        const modelled = modelStore(model, clock);
        const run = (...args: (string | number)[]) => runAt(clock.now, ...args);
        const both: Store = {
          async take(replica, first, asks) {
            const reply = await run('take', replica, first, ...Object.values(times), ...asks.flat());
            const expected = await modelled.take(replica, first, asks);
            expect(reply).toEqual(expected);
            return expected;
          },
          async use(lease, caller) {
            await run('use', lease, times.callMs, caller);
            await modelled.use(lease, caller);
          },
          async learn(lease, ...args) {
            await run('learn', lease, times.callMs, ...args, 1);
            await modelled.learn(lease, ...args);
          },
          async lost(lease) {
            await run('lost', lease);
            await modelled.lost(lease);
          },
          async back(leases) {
            await run('back', ...leases);
            await modelled.back(leases);
          },
        };
        await live(both, clock, world, commands);
        const { out, seenAt, ...window } = await client.hGetAll('w');
        expect(Number(seenAt ?? 0)).toBeLessThanOrEqual(clock.now);
        expect(Number(out ?? 0)).toBe(model.out.size);
        expect(Object.fromEntries(Object.entries(window).map(([name, value]) => [name, Number(value)]))).toEqual(
          Object.fromEntries(model.window),
        );
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('lets nobody wait for others who may come, while more than half of the window is left', async () => {
    const { runAt } = await openScript();
    let serial = 1;
    const grantedTo = async (name: string, calls: number) => {
      const args = ['take', 'r1', (serial += 50), ...Object.values(times), name, calls, 0, 1000] as const;
      const [, , , , , , , granted] = (await runAt(clockStart, ...args)) as number[];
      return granted;
    };
    await runAt(clockStart, 'learn', '', times.callMs, 10, 9, clockStart + 60_000, 60_000, 1);
    expect([await grantedTo('alice', 1), await grantedTo('bob', 1), await grantedTo('alice', 1)]).toEqual([1, 1, 1]);
    expect([await grantedTo('alice', 6), await grantedTo('carol', 1)]).toEqual([1, 1]);
  });

  it('says whether the workspace named the end of the window, or somebody guessed it', async () => {
    const { runAt } = await openScript();
    const model = new LeaseModel(clockStart);
    const ends: unknown[] = [];
    for (const [endsInMs, isEndKnown] of [
      [3000, false],
      [60_000, true],
      [3000, false],
    ] as const) {
      const endsAt = clockStart + endsInMs;
      await runAt(clockStart, 'learn', '', times.callMs, 10, 0, endsAt, endsInMs, isEndKnown ? 1 : 0);
      model.learn('', times.callMs, 10, 0, endsAt, endsInMs, isEndKnown);
      const reply = await runAt(clockStart, 'take', 'r1', 1, ...Object.values(times));
      expect(reply).toEqual(model.take('r1', 1, times, []));
      ends.push((reply as number[]).slice(2, 4));
    }
    expect(ends).toEqual([
      [clockStart + 3000, 0],
      [clockStart + 60_000, 1],
      [clockStart + 60_000, 1],
    ]);
  });

  it('begins anew when the clock of the store goes back, instead of waiting for a time that is far away', async () => {
    const { runAt } = await openScript();
    const take = ['take', 'r1', 1, ...Object.values(times), 'alice', 1, 0, 1000] as const;
    await runAt(clockStart, 'learn', '', times.callMs, 10, 0, clockStart + 60_000, 60_000, 1);
    expect(await runAt(clockStart, ...take)).toMatchObject([10, 0, clockStart + 60_000, 1, 60_020, 60_021, 0, 0]);
    expect(await runAt(clockStart - 500, ...take)).toMatchObject([10, 0, clockStart + 60_000, 1, 60_520, 60_521, 0, 0]);
    expect(await runAt(clockStart - 3_600_000, ...take)).toMatchObject([-1, -1, -1, 0, -1, 0, 0, 1]);
  });
});

/** The script in a store, with a clock that the test sets. */
async function openScript() {
  const { url } = await startStore();
  const client = await openStoreClient(url);
  const text = leaseScript.text.replace(
    "redis.call('TIME')",
    "{ math.floor(redis.call('GET', 'now') / 1000), (redis.call('GET', 'now') % 1000) * 1000 }",
  );
  expect(text).not.toBe(leaseScript.text);
  const runAt = async (now: number, ...args: (string | number)[]): Promise<unknown> => {
    await client.set('now', now);
    return client.eval(text, { keys: ['w', 'o', 'q', 's'], arguments: args.map(String) });
  };
  return { client, runAt };
}
