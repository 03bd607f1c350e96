import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Limiter } from '../../../src/demo/limiter.ts';
import { RateLimits, type LimitedResponse, type Reservation } from '../../../src/upstream/rate-limit/rate-limits.ts';
import { WorkspaceClock } from '../../../src/upstream/rate-limit/workspace-clock.ts';
import type { Clock } from '../../../src/upstream/clock.ts';
import { ModelStore } from '../../support/model-store.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

interface World {
  /** Milliseconds by which the workspace's clock is ahead. */
  readonly aheadMs: number;
  /** False: the workspace has no limiter. */
  readonly isLimited: boolean;
  readonly calls: number;
  readonly windowMs: number;
  readonly exemptUsers: number;
  readonly wireMs: number;
  readonly replicas: number;
  /** Milliseconds by which each replica's clock is ahead of the one before. */
  readonly apartMs: number;
}

interface Wish {
  readonly at: number;
  readonly replica: number;
  readonly user: number;
  readonly patienceMs: number;
  /** Milliseconds in the queue, on the way there, and back. */
  readonly queueMs: number;
  readonly thereMs: number;
  readonly backMs: number;
  /** Milliseconds after which the client leaves, if the call still waits then. */
  readonly leavesMs?: number | undefined;
  readonly end: 'response' | 'lost' | 'unsent' | 'forbidden';
}

/** The store is lost at a time, for a while, with or without its memory. */
interface Outage {
  readonly at: number;
  readonly ms: number;
  readonly isEmpty: boolean;
}

interface Made {
  readonly wish: Wish;
  readonly waitedMs: number;
  /** The workspace's window that refused it. */
  readonly refusedIn: number | undefined;
  readonly wasKnown: boolean;
}

/** Replicas with real windows, in front of a workspace that counts like Rocket.Chat, in virtual time. */
async function live(world: World, wishes: readonly Wish[], outages: readonly Outage[] = []) {
  const clock = virtualClock();
  const store = new ModelStore(clock, world.wireMs);
  const limiter = new Limiter();
  const accepted = new Set<string>();
  const replicas = Array.from({ length: world.replicas }, (_, index) => {
    const own: Clock = {
      now: () => clock.now() + index * world.apartMs,
      after: (ms, callback) => clock.after(ms, callback),
    };
    const workspaceClock = new WorkspaceClock(own);
    const userOf = (key: string) => (accepted.has(key) ? key : undefined);
    const limits = new RateLimits({
      clock: own,
      workspaceClock,
      userOf,
      usualResponseMs: () => 1000,
      store: store.join(),
    });
    return { own, workspaceClock, limits };
  });
  const made: Made[] = [];
  let refusedLocally = 0;
  let left = 0;
  let open = 0;
  let knownAt = Number.POSITIVE_INFINITY;

  const change = () => {
    for (const { limits } of replicas) limits.storeChanged();
  };
  for (const { at, ms, isEmpty } of outages) {
    clock.after(at, () => {
      store.lose(isEmpty);
      change();
    });
    clock.after(at + ms, () => {
      store.isAway = false;
      change();
    });
  }
  for (const wish of wishes) clock.after(wish.at, () => void fulfil(wish));
  await clock.run();
  for (const { limits } of replicas) limits.close();
  await clock.run();
  return { made, refusedLocally, left, open, replicas };

  async function fulfil(wish: Wish): Promise<void> {
    const replica = replicas[wish.replica % world.replicas];
    if (replica === undefined) return;
    const { own, limits } = replica;
    const key = `user${wish.user}`;
    const since = clock.now();
    open += 1;
    const enter = () =>
      limits.enter('me', { key, address: undefined }, own.now() + wish.patienceMs - (clock.now() - since));
    for (let reservation = enter(); ; reservation = enter()) {
      const how = await wait(reservation, wish);
      if (how !== 'ready') {
        if (how === 'left') left += 1;
        else refusedLocally += 1;
        open -= 1;
        return;
      }
      const waitedMs = clock.now() - since;
      // The store had heard of the limiter when it gave the turn.
      const wasKnown = clock.now() > knownAt + 2 * world.wireMs;
      await sleep(wish.queueMs);
      if (reservation.send()) return travel(wish, key, reservation, { waitedMs, wasKnown }, replica);
      reservation.giveBack();
    }
  }

  async function wait(reservation: Reservation, { leavesMs }: Wish): Promise<'ready' | 'left' | 'refused'> {
    const { ready } = reservation;
    if (ready === undefined) return 'ready';
    const turn = ready.then(
      () => 'ready' as const,
      () => 'refused' as const,
    );
    if (leavesMs === undefined) return turn;
    let hasTurn = false;
    void turn.then(() => (hasTurn = true));
    const leaving = sleep(leavesMs).then(() => (!hasTurn && reservation.leave() ? ('left' as const) : turn));
    return Promise.race([turn, leaving]);
  }

  async function travel(
    wish: Wish,
    key: string,
    reservation: Reservation,
    turn: Pick<Made, 'waitedMs' | 'wasKnown'>,
    { own, workspaceClock }: { readonly own: Clock; readonly workspaceClock: WorkspaceClock },
  ): Promise<void> {
    const sentAt = own.now();
    await sleep(wish.thereMs);
    open -= 1;
    if (wish.end === 'unsent') {
      made.push({ wish, ...turn, refusedIn: undefined });
      return reservation.giveBack();
    }
    const now = clock.now() + world.aheadMs;
    const headers: LimitedResponse['headers'] = { date: new Date(now).toUTCString() };
    let refusedIn: number | undefined;
    const isCounted = world.isLimited && wish.user >= world.exemptUsers && wish.end !== 'forbidden';
    if (isCounted) {
      const limits = { calls: world.calls, ms: world.windowMs };
      const { limit, remaining, resetAt, isRefused } = limiter.count('', '', limits, now);
      Object.assign(headers, {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(remaining),
        'x-ratelimit-reset': String(resetAt),
      });
      if (isRefused) refusedIn = resetAt;
    }
    made.push({ wish, ...turn, refusedIn });
    await sleep(wish.backMs);
    if (wish.end === 'lost') return reservation.exit(undefined);
    workspaceClock.learn(headers.date, sentAt);
    if (wish.end === 'forbidden') return reservation.exit({ headers, limiter: 'before' });
    if (refusedIn === undefined) accepted.add(key);
    if (isCounted) knownAt = Math.min(knownAt, clock.now());
    reservation.exit({
      headers,
      limiter: refusedIn === undefined ? 'passed' : 'refused',
      refusedUntil: own.now() + 1000,
    });
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      clock.after(ms, resolve);
    });
  }
}

const worlds: fc.Arbitrary<World> = fc.record({
  aheadMs: fc.integer({ min: -100_000, max: 100_000 }),
  isLimited: fc.constant(true),
  calls: fc.oneof(fc.integer({ min: 4, max: 12 }), fc.constant(300)),
  windowMs: fc.constantFrom(2000, 10_000, 60_000),
  exemptUsers: fc.constant(0),
  wireMs: fc.constantFrom(0, 1, 9),
  replicas: fc.integer({ min: 1, max: 4 }),
  apartMs: fc.constantFrom(0, 0, 45_000, -3000),
});

const wishOf = fc.record({
  at: fc.oneof(fc.nat(150_000), fc.constantFrom(0, 1, 5000, 61_000, 62_000, 125_000)),
  replica: fc.nat(3),
  user: fc.nat(11),
  patienceMs: fc.constantFrom(500, 9900, 70_000),
  queueMs: fc.constantFrom(0, 0, 3, 400),
  thereMs: fc.constantFrom(1, 20, 300),
  backMs: fc.constantFrom(1, 20, 300),
  leavesMs: fc.constantFrom(undefined, undefined, undefined, 5, 700),
  end: fc.constantFrom('response', 'response', 'response', 'response', 'lost', 'unsent', 'forbidden'),
}) satisfies fc.Arbitrary<Wish>;
const crowdOf = fc.record({ at: fc.nat(130_000), count: fc.integer({ min: 1, max: 60 }) });

const withCrowd = (wishes: readonly Wish[], { at, count }: { at: number; count: number }): Wish[] => [
  ...wishes,
  ...Array.from({ length: count }, (_, index) => plain({ at, replica: index % 4, user: index % 40 })),
];

const plain = (wish: Partial<Wish>): Wish => ({
  at: 0,
  replica: 0,
  user: 0,
  patienceMs: 9900,
  queueMs: 0,
  thereMs: 20,
  backMs: 20,
  end: 'response',
  ...wish,
});

const runs = (numRuns: number) => ({
  numRuns: Number(process.env['PROPERTY_RUNS'] ?? numRuns),
  seed: Number(process.env['PROPERTY_SEED'] ?? 10),
});

/** Refused calls of each window, but for those that went out before anybody knew of the limiter. */
function refusals(made: readonly Made[]): number[] {
  const counts = new Map<number, number>();
  for (const { refusedIn, wasKnown } of made)
    if (refusedIn !== undefined && wasKnown) counts.set(refusedIn, (counts.get(refusedIn) ?? 0) + 1);
  return [...counts.values()];
}

describe('Replicas with a common window', () => {
  it('never send a call that the workspace refuses while the store is there, and end every call', async () => {
    let leftInAll = 0;
    await fc.assert(
      fc.asyncProperty(
        worlds,
        fc.array(wishOf, { maxLength: 80, size: 'max' }),
        crowdOf,
        async (world, wishes, crowd) => {
          const { made, refusedLocally, left, open } = await live(world, withCrowd(wishes, crowd));
          expect(refusals(made)).toEqual([]);
          expect([made.length + refusedLocally + left, open]).toEqual([wishes.length + crowd.count, 0]);
          leftInAll += left;
        },
      ),
      runs(100),
    );
    expect(leftInAll).toBeGreaterThan(0);
  }, 600_000);

  it('never do so when users are exempt whose calls come after the first headers', async () => {
    await fc.assert(
      fc.asyncProperty(
        worlds,
        fc.integer({ min: 1, max: 3 }),
        fc.array(wishOf, { maxLength: 80, size: 'max' }),
        crowdOf,
        async (world, exemptUsers, wishes, crowd) => {
          const later = withCrowd(wishes, crowd).map((wish) =>
            wish.user < exemptUsers ? { ...wish, at: wish.at + 3000 } : wish,
          );
          const { made, refusedLocally, left, open } = await live({ ...world, exemptUsers }, [
            plain({ user: 50 }),
            ...later,
          ]);
          expect(refusals(made)).toEqual([]);
          expect([made.length + refusedLocally + left, open]).toEqual([later.length + 1, 0]);
        },
      ),
      runs(100),
    );
  }, 600_000);

  it('send no more than their shares beyond it while the store comes and goes, with or without its memory', async () => {
    const outagesOf = fc.array(
      fc.record({ at: fc.nat(150_000), ms: fc.integer({ min: 100, max: 30_000 }), isEmpty: fc.boolean() }),
      {
        minLength: 1,
        maxLength: 3,
      },
    );
    let leftInAll = 0;
    await fc.assert(
      fc.asyncProperty(
        worlds,
        fc.array(wishOf, { maxLength: 80, size: 'max' }),
        crowdOf,
        outagesOf,
        async (world, wishes, crowd, outages) => {
          const { made, refusedLocally, left, open } = await live(world, withCrowd(wishes, crowd), outages);
          const share = Math.max(1, Math.floor(world.calls / world.replicas));
          // Besides, each replica may probe a used-up window for exempt users once.
          const most = (share + 1) * world.replicas * outages.length;
          expect(refusals(made).filter((count) => count > most)).toEqual([]);
          expect([made.length + refusedLocally + left, open]).toEqual([wishes.length + crowd.count, 0]);
          leftInAll += left;
        },
      ),
      runs(100),
    );
    expect(leftInAll).toBeGreaterThan(0);
  }, 600_000);

  it('hold nobody back where there is no limiter', async () => {
    const { made, refusedLocally } = await live({ ...three, isLimited: false }, withCrowd([], { at: 0, count: 60 }));
    expect([made.length, refusedLocally]).toEqual([60, 0]);
    expect(made.filter(({ waitedMs }) => waitedMs > 1000)).toEqual([]);
  });

  it('leave a call of the next window to the quiet user of one, whatever a busy user of another waits for', async () => {
    const busy = Array.from({ length: 30 }, () => plain({ at: 100, patienceMs: 200_000 }));
    const quiet = plain({ at: 200, replica: 1, user: 1, patienceMs: 200_000 });
    const { made } = await live(three, [plain({}), ...busy, quiet]);
    expect(made).toHaveLength(32);
    // The first window was full before they came.
    expect(made.findIndex(({ wish }) => wish.user === 1)).toBeLessThan(20);
  });

  it('serve callers of all replicas round-robin over many windows', async () => {
    const wishes = Array.from({ length: 90 }, (_, index) =>
      plain({
        at: 100 + index,
        replica: index < 60 ? 0 : 1 + (index % 2),
        user: index < 60 ? 0 : index,
        patienceMs: 900_000,
      }),
    );
    const { made } = await live(three, wishes);
    expect(made).toHaveLength(90);
    // Thirty users with a call each, beside one with sixty: all have theirs within five windows.
    const last = made.findLastIndex(({ wish }) => wish.user !== 0);
    expect(last).toBeLessThan(60);
  });

  it('refuse a call that cannot wait for the next window, and more than 256 that wait', async () => {
    const short = Array.from({ length: 20 }, () => plain({ at: 1000, user: 1, patienceMs: 9900 }));
    const first = await live(three, [...Array.from({ length: 12 }, () => plain({})), ...short]);
    expect(first.refusedLocally).toBe(32 - 10);
    const many = Array.from({ length: 300 }, (_, index) => plain({ at: 100, user: index % 2, patienceMs: 70_000 }));
    const { refusedLocally, made, left } = await live(three, [
      ...many,
      plain({ at: 101, user: 3, patienceMs: 70_000 }),
    ]);
    expect([made.length + refusedLocally, left]).toEqual([301, 0]);
    expect(made.some(({ wish }) => wish.user === 3)).toBe(true);
  });

  it('learn from each other that a user is exempt by calls that find room, and count nobody who is', async () => {
    const world = { ...three, exemptUsers: 1 };
    const wishes = [plain({ user: 1 }), ...Array.from({ length: 30 }, (_, index) => plain({ at: 500 + index * 60 }))];
    const { made, refusedLocally } = await live(world, wishes);
    expect([made.length, refusedLocally]).toEqual([31, 0]);
  });
});

describe('Replicas that lose their store', () => {
  const outage = { at: 1000, ms: 5000, isEmpty: true };

  it('keep to their shares, and move those who wait to the store when it is back', async () => {
    const wishes = Array.from({ length: 30 }, (_, index) =>
      plain({ at: 1500, replica: index % 3, user: index, patienceMs: 200_000 }),
    );
    const { made } = await live(three, [plain({ user: 50 }), ...wishes], [outage]);
    expect(made).toHaveLength(31);
    // Nine calls were left, three for each; two replicas had yet to hear of the window.
    expect(made.filter(({ waitedMs }) => waitedMs < 100)).toHaveLength(10);
    expect(refusals(made)).toEqual([]);
  });

  it('have all that is left as soon as it is back, also the calls that ended meanwhile', async () => {
    const slow = { at: 1000, thereMs: 300, backMs: 300 };
    const during = Array.from({ length: 4 }, (_, index) => plain({ ...slow, user: index }));
    const after = Array.from({ length: 5 }, (_, index) => plain({ at: 3000, replica: 1, user: 10 + index }));
    const { made } = await live(three, [plain({}), ...during, ...after], [{ at: 1200, ms: 1000, isEmpty: false }]);
    expect(made).toHaveLength(10);
    expect(made.filter(({ waitedMs }) => waitedMs > 100)).toEqual([]);
    expect(refusals(made)).toEqual([]);
  });

  it('refuse at once what their shares do not allow in time', async () => {
    const wishes = Array.from({ length: 30 }, (_, index) => plain({ at: 1500, replica: index % 3, user: index }));
    const { made, refusedLocally } = await live(three, [plain({ user: 50 }), ...wishes], [{ ...outage, ms: 200_000 }]);
    expect([made.length, refusedLocally]).toEqual([10, 21]);
  });

  it('refuse those who wait when the window is used up', async () => {
    const slow = { thereMs: 300, backMs: 300, patienceMs: 9900 };
    const wishes = Array.from({ length: 8 }, (_, index) => plain({ ...slow, at: 1500, user: index }));
    const { made, refusedLocally } = await live({ ...three, replicas: 1, calls: 4 }, wishes, [
      { ...outage, at: 0, ms: 200_000 },
    ]);
    expect([made.length, refusedLocally]).toEqual([4, 4]);
  });
});

const three: World = {
  aheadMs: 0,
  isLimited: true,
  calls: 10,
  windowMs: 60_000,
  exemptUsers: 0,
  wireMs: 1,
  replicas: 3,
  apartMs: 0,
};
