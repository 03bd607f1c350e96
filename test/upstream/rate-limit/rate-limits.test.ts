import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.ts';
import type { CallerIdentity } from '../../../src/upstream/rate-limit/pair-caller.ts';
import { RateLimits, type LimitedResponse, type Reservation } from '../../../src/upstream/rate-limit/rate-limits.ts';
import { WorkspaceClock } from '../../../src/upstream/rate-limit/workspace-clock.ts';
import { clockStart, manualClock, type ManualClock } from '../../support/manual-clock.ts';

const start = clockStart;
const far = start + 1_000_000;

/** All callers are accepted unless their name begins with `?`. `maya's phone` is maya. */
function createRateLimits(clock: ManualClock = manualClock()) {
  const workspaceClock = new WorkspaceClock(clock);
  const userOf = (key: string) => (key.startsWith('?') ? undefined : key.replace(/'s .*/, ''));
  return {
    clock,
    workspaceClock,
    rateLimits: new RateLimits({ clock, workspaceClock, userOf, usualResponseMs: () => 1000 }),
  };
}

const rate = (remaining: number, resetAt: number | string = start + 60_000) => ({
  'x-ratelimit-limit': '10',
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(resetAt),
});
const passed = (remaining: number, resetAt?: number): LimitedResponse => ({
  headers: rate(remaining, resetAt),
  limiter: 'passed',
});
const exempt: LimitedResponse = { headers: {}, limiter: 'passed' };

const caller = (key: string, address?: string): CallerIdentity => ({ key, address });
const maya = caller('maya');
const botty = caller('botty');

/** The state of a reservation. */
async function stateOf(reservation: Reservation): Promise<string> {
  if (reservation.ready === undefined) return 'now';
  const waiting = new Promise<string>((resolve) => {
    setImmediate(() => resolve('waits'));
  });
  return Promise.race([
    reservation.ready.then(
      () => 'ready',
      (error: unknown) => (error instanceof GatewayError ? error.code : 'odd'),
    ),
    waiting,
  ]);
}

/** A call that goes out now, and its response. */
function call(
  rateLimits: RateLimits,
  who: CallerIdentity,
  response: LimitedResponse | undefined,
  endpoint = 'im.counters',
): void {
  const reservation = rateLimits.enter(endpoint, who, far);
  expect(reservation.send()).toBe(true);
  reservation.exit(response);
}

/** With a known window that has this many calls left. */
function rateLimitsWith(remaining: number) {
  const created = createRateLimits();
  call(created.rateLimits, maya, passed(remaining));
  return created;
}

describe('what a response teaches RateLimits', () => {
  it.each<[string, LimitedResponse | undefined, number]>([
    ['a success with headers', passed(3), 3],
    ['an error with headers', { headers: rate(3), limiter: 'before' }, 3],
    ['an error before the limiter, without headers', { headers: {}, limiter: 'before' }, 5],
    ['a response without headers that may have been counted', { headers: {}, limiter: 'unknown' }, 4],
    ['a lost call', undefined, 4],
    ['a refusal with headers', { headers: rate(3), limiter: 'refused', refusedUntil: start + 1000 }, 0],
    ['a refusal without headers', { headers: {}, limiter: 'refused' }, 0],
  ])('counts %s', (_name, response, remaining) => {
    const { rateLimits } = rateLimitsWith(5);
    call(rateLimits, maya, response);
    expect(rateLimits.current(maya)).toMatchObject([{ endpoint: 'im.counters', remaining }]);
  });

  it('does not affect other endpoints', async () => {
    const { rateLimits } = rateLimitsWith(0);
    expect(await stateOf(rateLimits.enter('dm.messages', maya, far))).toBe('now');
  });

  it.each([0, 30_000])(
    'is a refusal’s own time when it has no headers, where the workspace’s clock is %i ms ahead',
    async (aheadMs) => {
      const { rateLimits, clock, workspaceClock } = createRateLimits();
      workspaceClock.learn(new Date(start + aheadMs).toUTCString(), start);
      call(rateLimits, maya, passed(5, start + aheadMs + 60_000));
      call(rateLimits, maya, { headers: {}, limiter: 'refused', refusedUntil: start + 7000 });
      expect(await stateOf(rateLimits.enter('im.counters', maya, start + 6000))).toBe('RATE_LIMITED');
      clock.move(7020);
      expect(await stateOf(rateLimits.enter('im.counters', maya, far))).toBe('now');
    },
  );

  it('S6: is nothing when the call was refused before the limiter: another may probe a used-up window', async () => {
    const { rateLimits } = rateLimitsWith(0);
    const enter = (who: CallerIdentity) => rateLimits.enter('im.counters', who, start + 1000);
    const probe = enter(botty);
    expect(await Promise.all([probe, enter(caller('jonas'))].map(stateOf))).toEqual(['now', 'RATE_LIMITED']);
    probe.send();
    probe.exit({ headers: {}, limiter: 'before' });
    expect(await stateOf(enter(caller('jonas')))).toBe('now');
  });

  it('M5: is a limit even when the window ended during the response: nobody is exempt by that', async () => {
    const { rateLimits, clock } = createRateLimits();
    const reservation = rateLimits.enter('im.counters', maya, far);
    reservation.send();
    clock.move(1500);
    reservation.exit(passed(0, start + 1000));
    const reservations = Array.from({ length: 11 }, () => rateLimits.enter('im.counters', maya, far));
    expect(await Promise.all(reservations.map(stateOf))).toEqual([...Array.from({ length: 10 }, () => 'now'), 'waits']);
  });

  it.each([-65_000, 30_000])(
    'M5: is a time by the workspace’s clock (%i ms ahead), so the window is used up exactly that long',
    async (aheadMs) => {
      const { rateLimits, clock, workspaceClock } = createRateLimits();
      clock.move(500); // in the middle of a second
      const reservation = rateLimits.enter('im.counters', maya, far);
      reservation.send();
      const sentAt = clock.now();
      workspaceClock.learn(new Date(sentAt + aheadMs).toUTCString(), sentAt);
      reservation.exit(passed(0, sentAt + aheadMs + 2000));
      expect(rateLimits.current(maya)).toMatchObject([{ remaining: 0 }]);
      const [hurried, patient] = [
        rateLimits.enter('im.counters', maya, sentAt + 2000),
        rateLimits.enter('im.counters', maya, far),
      ];
      clock.move(2020);
      expect(await Promise.all([hurried, patient].map(stateOf))).toEqual(['RATE_LIMITED', 'waits']);
      clock.move(501); // what `Date` leaves open
      expect(await stateOf(patient)).toBe('ready');
    },
  );
});

describe('a caller of RateLimits', () => {
  it('H4: shares turns among all tokens of their user', async () => {
    const { rateLimits } = rateLimitsWith(1);
    const running = rateLimits.enter('im.counters', maya, far);
    const waiting = ["maya's phone", "maya's tablet", 'jonas'].map((key) =>
      rateLimits.enter('im.counters', caller(key), far),
    );
    expect(await Promise.all(waiting.map(stateOf))).toEqual(['waits', 'waits', 'waits']);
    running.exit(passed(2, start + 90_000));
    expect(await Promise.all(waiting.map(stateOf))).toEqual(['ready', 'waits', 'ready']);
  });

  it('shares their user’s exemption among all tokens', async () => {
    const { rateLimits } = rateLimitsWith(1);
    call(rateLimits, botty, exempt);
    expect(await stateOf(rateLimits.enter('im.counters', caller("botty's phone"), far))).toBe('now');
    expect(rateLimits.current(caller("botty's phone"))).toEqual([]);
    expect(rateLimits.current(maya)).toHaveLength(1);
    expect([rateLimits.allows('im.counters', botty, 1000), rateLimits.allows('im.counters', maya, 2)]).toEqual([
      true,
      false,
    ]);
  });

  it('is exempt only on endpoints where a response showed it', async () => {
    const { rateLimits } = rateLimitsWith(1);
    call(rateLimits, botty, exempt);
    call(rateLimits, maya, passed(2), 'dm.messages');
    const reservations = Array.from({ length: 3 }, () => rateLimits.enter('dm.messages', botty, far));
    expect((await Promise.all(reservations.map(stateOf))).filter((state) => state === 'now').length).toBeLessThan(3);
  });

  it('sees no window until the workspace has accepted them', () => {
    const { rateLimits } = rateLimitsWith(3);
    expect(rateLimits.current(caller('?maya'))).toEqual([]);
    expect(rateLimits.windows()).toHaveLength(1);
  });

  it('leaves the queue when the call is cancelled', async () => {
    const { rateLimits } = rateLimitsWith(1);
    const running = rateLimits.enter('im.counters', maya, far);
    const leaving = rateLimits.enter('im.counters', maya, far);
    expect([leaving.leave(), leaving.leave(), running.leave()]).toEqual([true, false, false]);
    const [staying] = [rateLimits.enter('im.counters', maya, far)];
    running.giveBack();
    expect(await Promise.all([leaving, staying].map(stateOf))).toEqual(['waits', 'ready']);
  });
});

describe('forwarded addresses', () => {
  it('have separate windows', async () => {
    const { rateLimits } = createRateLimits();
    const [home, office] = [caller('maya', '192.0.2.1'), caller('maya', '192.0.2.2')];
    call(rateLimits, home, passed(0));
    expect(await stateOf(rateLimits.enter('im.counters', home, start + 1000))).toBe('RATE_LIMITED');
    expect(await stateOf(rateLimits.enter('im.counters', office, start + 1000))).toBe('now');
    expect(rateLimits.current(home)).toMatchObject([{ endpoint: 'im.counters', remaining: 0 }]);
    expect(rateLimits.current(office)).toEqual([]);
    expect(rateLimits.windows()).toHaveLength(1);
  });

  it('are reported with their windows, sorted by endpoint', () => {
    const { rateLimits } = rateLimitsWith(3);
    call(rateLimits, caller('maya', '192.0.2.1'), passed(4), 'dm.messages');
    call(rateLimits, maya, passed(5), 'me');
    expect(rateLimits.windows().map(({ endpoint, address, remaining }) => [endpoint, address, remaining])).toEqual([
      ['dm.messages', '192.0.2.1', 4],
      ['im.counters', undefined, 3],
      ['me', undefined, 5],
    ]);
    expect([
      rateLimits.allows('me', maya, 5),
      rateLimits.allows('me', maya, 6),
      rateLimits.allows('users.info', maya, 6),
    ]).toEqual([true, false, true]);
  });

  it('are remembered up to 10,000, and none is evicted while it has calls', () => {
    const { rateLimits } = createRateLimits();
    const at = (index: number) => caller('maya', `address ${index}`);
    call(rateLimits, at(0), passed(1), 'me');
    const busy = rateLimits.enter('me', at(0), far);
    const waiting = rateLimits.enter('me', at(0), far);
    for (let index = 1; index < 10_000; index += 1) call(rateLimits, at(index), passed(0), 'me');
    rateLimits.enter('me', at(1), start + 1000).leave(); // most recently used, so kept
    expect(rateLimits.allows('me', at(2), 1)).toBe(false);
    call(rateLimits, at(10_000), passed(0), 'me');
    expect([1, 2, 3, 10_000].map((index) => rateLimits.allows('me', at(index), 1))).toEqual([
      false,
      true,
      false,
      false,
    ]);
    busy.exit(passed(0));
    expect(rateLimits.allows('me', at(0), 1)).toBe(false);
    expect(waiting.leave()).toBe(true);
  });

  it('evict none when one of 10,000 is used again', () => {
    const { rateLimits } = createRateLimits();
    const at = (index: number) => caller('maya', `address ${index}`);
    for (let index = 0; index < 10_000; index += 1) call(rateLimits, at(index), passed(0), 'me');
    rateLimits.enter('me', at(5000), start + 1000).leave();
    expect(rateLimits.allows('me', at(0), 1)).toBe(false);
  });

  it('are remembered beyond 10,000 while all of them are busy', () => {
    const { rateLimits } = createRateLimits();
    for (let index = 0; index <= 10_000; index += 1) rateLimits.enter('me', caller('maya', `address ${index}`), far);
    expect(rateLimits.enter('me', caller('maya', 'address 0'), far).leave()).toBe(false);
  });

  it('are not evicted by those of unaccepted callers', () => {
    const { rateLimits } = createRateLimits();
    call(rateLimits, caller('maya', 'home'), passed(0), 'me');
    const refused: LimitedResponse = { headers: {}, limiter: 'refused', refusedUntil: start + 60_000 };
    for (let index = 0; index < 10_100; index += 1)
      call(rateLimits, caller('?made-up', `address ${index}`), refused, 'me');
    expect(rateLimits.allows('me', caller('maya', 'home'), 1)).toBe(false);
    expect(
      ['address 0', 'address 10099'].map((address) => rateLimits.allows('me', caller('?made-up', address), 1)),
    ).toEqual([true, false]);
  });

  it('leave nothing behind when their calls taught nothing', () => {
    const { rateLimits } = createRateLimits();
    call(rateLimits, caller('maya', 'home'), passed(0), 'me');
    const refused: LimitedResponse = { headers: {}, limiter: 'refused', refusedUntil: start + 60_000 };
    call(rateLimits, caller('?made-up', 'somewhere'), refused, 'me');
    const before: LimitedResponse = { headers: {}, limiter: 'before' };
    for (let index = 0; index < 20_000; index += 1)
      call(rateLimits, caller('?made-up', `address ${index}`), before, 'me');
    for (let index = 0; index < 10_000; index += 1)
      rateLimits.enter('me', caller('?made-up', `not sent ${index}`), far).giveBack();
    expect(rateLimits.allows('me', caller('maya', 'home'), 1)).toBe(false);
    expect(rateLimits.allows('me', caller('?made-up', 'somewhere'), 1)).toBe(false);
  });
});

/** Calls of pairs of user id and token, each of which the workspace accepts with its first response. */
function newLogin() {
  const accepted = new Set<string>();
  const clock = manualClock();
  const rateLimits = new RateLimits({
    clock,
    workspaceClock: new WorkspaceClock(clock),
    userOf: (key) => (accepted.has(key) ? key.replace(/'s .*/, '') : undefined),
    usualResponseMs: () => 1000,
  });
  const callAs = (key: string, remaining: number) => {
    const reservation = rateLimits.enter('im.counters', caller(key), far);
    if (reservation.ready !== undefined) return 'waits';
    reservation.send();
    accepted.add(key);
    reservation.exit(passed(remaining));
    return 'now';
  };
  return { callAs };
}

describe('a caller whom the workspace accepts with their first call in a window', () => {
  it('is one caller before and after that, and never waits for themselves', () => {
    const { callAs } = newLogin();
    expect([callAs("maya's phone", 9), callAs("maya's phone", 8), callAs("maya's phone", 7)]).toEqual([
      'now',
      'now',
      'now',
    ]);
  });

  it('is one caller over several logins', () => {
    const { callAs } = newLogin();
    expect([callAs("maya's phone", 9), callAs("maya's laptop", 8), callAs("maya's phone", 7)]).toEqual([
      'now',
      'now',
      'now',
    ]);
  });

  it('still yields to another caller', () => {
    const { callAs } = newLogin();
    expect([callAs("maya's phone", 9), callAs("botty's phone", 8), callAs("maya's phone", 7)]).toEqual([
      'now',
      'now',
      'waits',
    ]);
  });
});
