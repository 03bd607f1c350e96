import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Limiter } from '../../../src/demo/limiter.ts';
import { RateLimits, type LimitedResponse, type Reservation } from '../../../src/upstream/rate-limit/rate-limits.ts';
import { WorkspaceClock } from '../../../src/upstream/rate-limit/workspace-clock.ts';
import { clockStart } from '../../support/manual-clock.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

interface World {
  /** Milliseconds by which the workspace's clock is ahead. */
  readonly aheadMs: number;
  readonly calls: number;
  /** By endpoint. */
  readonly windowMs: readonly [number, number];
  /** Users below this number are exempt. */
  readonly exemptUsers: number;
  /** Milliseconds after the start: when the limiter is switched on, and when the workspace restarts. */
  readonly onAt: number;
  readonly restarts: readonly number[];
}

interface Wish {
  readonly at: number;
  readonly user: number;
  readonly token: number;
  readonly endpoint: number;
  readonly patienceMs: number;
  /** Milliseconds in the queue, on the way there, and back. */
  readonly queueMs: number;
  readonly thereMs: number;
  readonly backMs: number;
  readonly isLost: boolean;
  /** Refused before it reaches the limiter. */
  readonly isForbidden: boolean;
}

interface Made {
  readonly wish: Wish;
  readonly waitedMs: number;
  /** The limiter's window that refused it, if any; and whether the gateway knew by then that calls are counted there. */
  readonly refusedIn: string | undefined;
  readonly wasKnown: boolean;
}

/**
 * Real windows in front of a workspace that counts like Rocket.Chat, in virtual time. `oddResponse`: what it sends instead,
 * by the gateway's time.
 */
async function live(
  world: World,
  wishes: readonly Wish[],
  oddResponse?: (wish: Wish, now: number) => LimitedResponse | undefined,
) {
  const clock = virtualClock();
  const workspaceClock = new WorkspaceClock(clock);
  const accepted = new Set<string>();
  const userOf = (key: string) => (accepted.has(key) ? key.split(' ')[0] : undefined);
  const budget = new RateLimits({ clock, workspaceClock, userOf, usualResponseMs: () => 1000 });
  const limiter = new Limiter();
  const made: Made[] = [];
  const refusedLocally: Wish[] = [];
  const knownSince = new Map<number, number>();
  let era = 0;
  let open = 0;
  const isOn = () => clock.now() >= clockStart + world.onAt;

  for (const at of world.restarts) {
    clock.after(at, () => {
      era += 1;
      limiter.reset();
    });
  }
  for (const wish of wishes) clock.after(wish.at, () => void fulfil(wish));
  await clock.run();
  return { made, refusedLocally, open, budget };

  async function fulfil(wish: Wish): Promise<void> {
    const key = `user${wish.user} ${wish.token}`;
    const since = clock.now();
    open += 1;
    const enter = () => budget.enter(`endpoint${wish.endpoint}`, { key, address: undefined }, since + wish.patienceMs);
    let reservation = enter();
    for (;;) {
      try {
        await reservation.ready;
      } catch {
        refusedLocally.push(wish);
        open -= 1;
        return;
      }
      const waitedMs = clock.now() - since;
      await sleep(wish.queueMs);
      if (reservation.send()) return travel(wish, key, reservation, waitedMs);
      reservation.giveBack();
      reservation = enter();
    }
  }

  async function travel(wish: Wish, key: string, reservation: Reservation, waitedMs: number): Promise<void> {
    const sentAt = clock.now();
    const sentIn = era;
    const known = knownSince.get(wish.endpoint);
    await sleep(wish.thereMs);
    const now = clock.now() + world.aheadMs;
    const headers: LimitedResponse['headers'] = { date: new Date(now).toUTCString() };
    let refusedIn: string | undefined;
    const isCounted = isOn() && wish.user >= world.exemptUsers && sentIn === era && !wish.isForbidden;
    if (isCounted) {
      const { limit, remaining, resetAt, isRefused } = limiter.count(
        `endpoint${wish.endpoint}`,
        '',
        { calls: world.calls, ms: world.windowMs[wish.endpoint] ?? 0 },
        now,
      );
      Object.assign(headers, {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(remaining),
        'x-ratelimit-reset': String(resetAt),
      });
      if (isRefused) refusedIn = `${wish.endpoint} ${resetAt}`;
    }
    made.push({ wish, waitedMs, refusedIn, wasKnown: known !== undefined });
    await sleep(wish.backMs);
    open -= 1;
    if (oddResponse !== undefined) {
      const response = oddResponse(wish, clock.now());
      workspaceClock.learn(response?.headers.date, sentAt);
      return reservation.exit(response);
    }
    if (wish.isLost || sentIn !== era) return reservation.exit(undefined);
    workspaceClock.learn(headers.date, sentAt);
    if (wish.isForbidden) return reservation.exit({ headers, limiter: 'before' });
    if (refusedIn === undefined) accepted.add(key);
    if (isCounted) knownSince.set(wish.endpoint, clock.now());
    reservation.exit({
      headers,
      limiter: refusedIn === undefined ? 'passed' : 'refused',
      refusedUntil: clock.now() + 1000,
    });
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      clock.after(ms, resolve);
    });
  }
}

const wishesOf = (users: number, lost: number, maxLength: number) =>
  fc.array(
    fc.record({
      at: fc.oneof(fc.nat(200_000), fc.constantFrom(0, 1, 5000, 61_000, 62_000, 125_000)),
      user: fc.nat(users - 1),
      token: fc.nat(2),
      endpoint: fc.nat(1),
      patienceMs: fc.constantFrom(500, 9900, 70_000),
      queueMs: fc.constantFrom(0, 0, 3, 400),
      thereMs: fc.constantFrom(1, 20, 300, 1500),
      backMs: fc.constantFrom(1, 20, 300, 1500),
      isLost: fc.nat(99).map((number) => number < lost),
      isForbidden: fc.nat(9).map((number) => number === 0),
    }),
    { minLength: 1, maxLength },
  );
/** Often many together, as front ends call. */
const crowd = fc.record({ at: fc.nat(130_000), count: fc.integer({ min: 1, max: 60 }) });
const worlds = fc.record({
  aheadMs: fc.integer({ min: -100_000, max: 100_000 }),
  calls: fc.integer({ min: 1, max: 12 }),
  windowMs: fc.tuple(fc.constantFrom(2000, 10_000, 60_000), fc.constantFrom(700, 60_000)),
  exemptUsers: fc.nat(4),
  onAt: fc.constant(0),
  restarts: fc.constant<number[]>([]),
});

const withCrowd = (wishes: readonly Wish[], { at, count }: { at: number; count: number }): Wish[] => [
  ...wishes,
  ...Array.from({ length: count }, (_, index) => ({
    at,
    user: index % 40,
    token: 0,
    endpoint: index % 2,
    patienceMs: 9900,
    queueMs: 0,
    thereMs: 20,
    backMs: 20,
    isLost: false,
    isForbidden: false,
  })),
];

const runs = (numRuns: number) => ({
  numRuns: Number(process.env['PROPERTY_RUNS'] ?? numRuns),
  seed: Number(process.env['PROPERTY_SEED'] ?? 10),
});
const timeoutMs = 600_000;

/** Calls refused after the gateway knew that they are counted, by the window that refused them. */
function tooMany(made: readonly Made[]): number[] {
  const counts = new Map<string, number>();
  for (const { refusedIn, wasKnown } of made)
    if (refusedIn !== undefined && wasKnown) counts.set(refusedIn, (counts.get(refusedIn) ?? 0) + 1);
  return [...counts.values()];
}

describe('RateLimits in front of a model of the workspace’s limiter', () => {
  it(
    'G17: sends at most one refused call per window, whatever the traffic, clocks, latencies and exemptions',
    async () => {
      await fc.assert(
        fc.asyncProperty(worlds, wishesOf(12, 3, 80), crowd, async (world, wishes, many) => {
          const { made, refusedLocally, open, budget } = await live(world, withCrowd(wishes, many));
          expect(tooMany(made).filter((count) => count > 1)).toEqual([]);
          expect([made.length + refusedLocally.length, open]).toEqual([wishes.length + many.count, 0]);
          expect(budget.windows().every(({ remaining }) => remaining >= 0)).toBe(true);
        }),
        runs(150),
      );
    },
    timeoutMs,
  );

  it(
    'G17: holds back no call for longer than a response usually takes where there is no limiter',
    async () => {
      await fc.assert(
        fc.asyncProperty(worlds, wishesOf(12, 3, 60), crowd, async (world, wishes, many) => {
          const { made, refusedLocally } = await live({ ...world, onAt: 1e9 }, withCrowd(wishes, many));
          expect(refusedLocally).toEqual([]);
          expect(made.filter(({ waitedMs }) => waitedMs > 1000)).toEqual([]);
        }),
        runs(60),
      );
    },
    timeoutMs,
  );

  // Not while the first responses arrive: a user not yet counted would look exempt until headers come.
  it(
    'G17: is right again in the window after a restart of the workspace, or after its limiter was switched on',
    async () => {
      const changes = fc.record({
        onAt: fc.constantFrom(0, 30_000),
        restarts: fc.array(fc.nat(180_000), { maxLength: 3 }),
      });
      await fc.assert(
        fc.asyncProperty(worlds, changes, wishesOf(12, 0, 80), crowd, async (world, change, wishes, many) => {
          const { made, open } = await live({ ...world, ...change }, withCrowd(wishes, many));
          expect(tooMany(made).filter((count) => count > 1)).toEqual([]);
          expect(open).toBe(0);
        }),
        runs(100),
      );
    },
    timeoutMs,
  );

  it(
    'admits or refuses every call, whatever the responses say',
    async () => {
      const limiters = ['passed', 'refused', 'before', 'unknown'] as const;
      const values = ['0', '1', '9', '-1', 'x', ''];
      await fc.assert(
        fc.asyncProperty(
          worlds,
          wishesOf(12, 10, 60),
          crowd,
          fc.infiniteStream(fc.nat(999)),
          async (world, wishes, many, numbers) => {
            const next = (below: number) => Number(numbers.next().value) % below;
            const headersAt = (now: number) => ({
              'x-ratelimit-limit': values[next(6)],
              'x-ratelimit-remaining': values[next(6)],
              'x-ratelimit-reset': [String(now + next(3) * 700), String(now - 1), String(now + 1e9), 'soon', undefined][
                next(5)
              ],
              date: [new Date(now + (next(200) - 100) * 1000).toUTCString(), 'today', undefined][next(3)],
            });
            const { made, refusedLocally, open } = await live(world, withCrowd(wishes, many), ({ isLost }, now) => {
              if (isLost) return undefined;
              const limiter = limiters[next(4)] ?? 'passed';
              return {
                headers: next(2) === 0 ? {} : headersAt(now),
                limiter,
                ...(next(2) === 0 && { refusedUntil: now + next(4) * 900 }),
              };
            });
            expect([made.length + refusedLocally.length, open]).toEqual([wishes.length + many.count, 0]);
          },
        ),
        runs(60),
      );
    },
    timeoutMs,
  );
});
