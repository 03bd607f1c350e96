import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.ts';
import {
  RateLimits,
  type LimitedResponse,
  type CallerIdentity,
  type Reservation,
} from '../../../src/upstream/rate-limit/rate-limits.ts';
import { WorkspaceClock } from '../../../src/upstream/rate-limit/workspace-clock.ts';
import { clockStart, manualClock, type ManualClock } from '../../support/manual-clock.ts';

const start = clockStart;
const far = start + 1_000_000;

/** A budget all of whose callers the workspace has accepted, but for those whose names begin with `?`. `maya's phone` is maya. */
function createBudget(clock: ManualClock = manualClock()) {
  const workspaceClock = new WorkspaceClock(clock);
  const userOf = (key: string) => (key.startsWith('?') ? undefined : key.replace(/'s .*/, ''));
  return {
    clock,
    workspaceClock,
    budget: new RateLimits({ clock, workspaceClock, userOf, usualResponseMs: () => 1000 }),
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

/** What became of a ticket so far. */
async function stateOf(ticket: Reservation): Promise<string> {
  if (ticket.ready === undefined) return 'at once';
  const waiting = new Promise<string>((resolve) => {
    setImmediate(() => resolve('waits'));
  });
  return Promise.race([
    ticket.ready.then(
      () => 'ready',
      (error: unknown) => (error instanceof GatewayError ? error.code : 'odd'),
    ),
    waiting,
  ]);
}

/** A call that goes out at once and ends so. */
function call(
  budget: RateLimits,
  who: CallerIdentity,
  answer: LimitedResponse | undefined,
  endpoint = 'im.counters',
): void {
  const ticket = budget.enter(endpoint, who, far);
  expect(ticket.send()).toBe(true);
  ticket.exit(answer);
}

/** A budget that knows its window, with so many calls left. */
function budgetWith(remaining: number) {
  const created = createBudget();
  call(created.budget, maya, passed(remaining));
  return created;
}

describe('what an answer tells', () => {
  it.each<[string, LimitedResponse | undefined, number]>([
    ['by its headers', passed(3), 3],
    ['by the headers of an error', { headers: rate(3), limiter: 'before' }, 3],
    ['by nothing but that it was not counted', { headers: {}, limiter: 'before' }, 5],
    ['by no headers, though perhaps it was counted', { headers: {}, limiter: 'unknown' }, 4],
    ['by not being there', undefined, 4],
    ['by a refusal', { headers: rate(3), limiter: 'refused', refusedUntil: start + 1000 }, 0],
    ['by a refusal that says nothing else', { headers: {}, limiter: 'refused' }, 0],
  ])('%s', (_name, answer, remaining) => {
    const { budget } = budgetWith(5);
    call(budget, maya, answer);
    expect(budget.current(maya)).toMatchObject([{ endpoint: 'im.counters', remaining }]);
  });

  it('of a window of one endpoint does not touch another', async () => {
    const { budget } = budgetWith(0);
    expect(await stateOf(budget.enter('dm.messages', maya, far))).toBe('at once');
  });

  it('is a refusal’s own time where it has no headers', async () => {
    const { budget, clock } = budgetWith(5);
    call(budget, maya, { headers: {}, limiter: 'refused', refusedUntil: start + 7000 });
    expect(await stateOf(budget.enter('im.counters', maya, start + 6000))).toBe('RATE_LIMITED');
    clock.move(7020);
    expect(await stateOf(budget.enter('im.counters', maya, far))).toBe('at once');
  });

  it('M5: is a limit also when its window ended while it was on its way: nobody is exempt by that', async () => {
    const { budget, clock } = createBudget();
    const ticket = budget.enter('im.counters', maya, far);
    ticket.send();
    clock.move(1500);
    ticket.exit(passed(0, start + 1000));
    const tickets = Array.from({ length: 11 }, () => budget.enter('im.counters', maya, far));
    expect(await Promise.all(tickets.map(stateOf))).toEqual([...Array.from({ length: 10 }, () => 'at once'), 'waits']);
  });

  it.each([-65_000, 30_000])(
    'M5: is a time of the workspace’s clock (%i ms ahead), by which the window is used up no longer and no shorter',
    async (aheadMs) => {
      const { budget, clock, workspaceClock } = createBudget();
      clock.move(500); // in the middle of a second
      const ticket = budget.enter('im.counters', maya, far);
      ticket.send();
      const sentAt = clock.now();
      workspaceClock.learn(new Date(sentAt + aheadMs).toUTCString(), sentAt);
      ticket.exit(passed(0, sentAt + aheadMs + 2000));
      expect(budget.current(maya)).toMatchObject([{ remaining: 0 }]);
      const [hurried, patient] = [
        budget.enter('im.counters', maya, sentAt + 2000),
        budget.enter('im.counters', maya, far),
      ];
      clock.move(2020);
      expect(await Promise.all([hurried, patient].map(stateOf))).toEqual(['RATE_LIMITED', 'waits']);
      clock.move(501); // what `Date` leaves open
      expect(await stateOf(patient)).toBe('ready');
    },
  );
});

describe('a caller', () => {
  it('H4: has the turns of their user, whatever the number of their tokens', async () => {
    const { budget } = budgetWith(1);
    const running = budget.enter('im.counters', maya, far);
    const waiting = ["maya's phone", "maya's tablet", 'jonas'].map((key) =>
      budget.enter('im.counters', caller(key), far),
    );
    expect(await Promise.all(waiting.map(stateOf))).toEqual(['waits', 'waits', 'waits']);
    running.exit(passed(2, start + 90_000));
    expect(await Promise.all(waiting.map(stateOf))).toEqual(['ready', 'waits', 'ready']);
  });

  it('has their user’s exemption, whatever the number of their tokens', async () => {
    const { budget } = budgetWith(1);
    call(budget, botty, exempt);
    expect(await stateOf(budget.enter('im.counters', caller("botty's phone"), far))).toBe('at once');
    expect(budget.current(caller("botty's phone"))).toEqual([]);
    expect(budget.current(maya)).toHaveLength(1);
    expect([budget.allows('im.counters', botty, 1000), budget.allows('im.counters', maya, 2)]).toEqual([true, false]);
  });

  it('is exempt on the endpoints on which that was seen', async () => {
    const { budget } = budgetWith(1);
    call(budget, botty, exempt);
    call(budget, maya, passed(2), 'dm.messages');
    const tickets = Array.from({ length: 3 }, () => budget.enter('dm.messages', botty, far));
    expect((await Promise.all(tickets.map(stateOf))).filter((state) => state === 'at once').length).toBeLessThan(3);
  });

  it('whom the workspace has not accepted is told of no window', () => {
    const { budget } = budgetWith(3);
    expect(budget.current(caller('?maya'))).toEqual([]);
    expect(budget.windows()).toHaveLength(1);
  });

  it('who gives up leaves the line', async () => {
    const { budget } = budgetWith(1);
    const running = budget.enter('im.counters', maya, far);
    const leaving = budget.enter('im.counters', maya, far);
    expect([leaving.leave(), leaving.leave(), running.leave()]).toEqual([true, false, false]);
    const [staying] = [budget.enter('im.counters', maya, far)];
    running.giveBack();
    expect(await Promise.all([leaving, staying].map(stateOf))).toEqual(['waits', 'ready']);
  });
});

describe('forwarded addresses', () => {
  it('have windows of their own', async () => {
    const { budget } = createBudget();
    const [home, office] = [caller('maya', '192.0.2.1'), caller('maya', '192.0.2.2')];
    call(budget, home, passed(0));
    expect(await stateOf(budget.enter('im.counters', home, start + 1000))).toBe('RATE_LIMITED');
    expect(await stateOf(budget.enter('im.counters', office, start + 1000))).toBe('at once');
    expect(budget.current(home)).toMatchObject([{ endpoint: 'im.counters', remaining: 0 }]);
    expect(budget.current(office)).toEqual([]);
    expect(budget.windows()).toHaveLength(1);
  });

  it('are told with their windows, in the order of the endpoints’ names', () => {
    const { budget } = budgetWith(3);
    call(budget, caller('maya', '192.0.2.1'), passed(4), 'dm.messages');
    call(budget, maya, passed(5), 'me');
    expect(budget.windows().map(({ endpoint, address, remaining }) => [endpoint, address, remaining])).toEqual([
      ['dm.messages', '192.0.2.1', 4],
      ['im.counters', undefined, 3],
      ['me', undefined, 5],
    ]);
    expect([budget.allows('me', maya, 5), budget.allows('me', maya, 6), budget.allows('users.info', maya, 6)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('are remembered ten thousand at most, and none is forgotten while a call of it is under way or waits', () => {
    const { budget } = createBudget();
    const at = (index: number) => caller('maya', `address ${index}`);
    call(budget, at(0), passed(1), 'me');
    const busy = budget.enter('me', at(0), far);
    const waiting = budget.enter('me', at(0), far);
    for (let index = 1; index < 10_000; index += 1) call(budget, at(index), passed(0), 'me');
    budget.enter('me', at(1), start + 1000).leave(); // used last, and so kept
    expect(budget.allows('me', at(2), 1)).toBe(false);
    call(budget, at(10_000), passed(0), 'me');
    expect([1, 2, 3, 10_000].map((index) => budget.allows('me', at(index), 1))).toEqual([false, true, false, false]);
    busy.exit(passed(0));
    expect(budget.allows('me', at(0), 1)).toBe(false);
    expect(waiting.leave()).toBe(true);
  });

  it('are remembered even beyond that while all of them are busy', () => {
    const { budget } = createBudget();
    for (let index = 0; index <= 10_000; index += 1) budget.enter('me', caller('maya', `address ${index}`), far);
    expect(budget.enter('me', caller('maya', 'address 0'), far).leave()).toBe(false);
  });

  it('are not pushed out by those of callers whom the workspace has not accepted', () => {
    const { budget } = createBudget();
    call(budget, caller('maya', 'home'), passed(0), 'me');
    const refused: LimitedResponse = { headers: {}, limiter: 'refused', refusedUntil: start + 60_000 };
    for (let index = 0; index < 10_100; index += 1) call(budget, caller('?made-up', `address ${index}`), refused, 'me');
    expect(budget.allows('me', caller('maya', 'home'), 1)).toBe(false);
    expect(
      ['address 0', 'address 10099'].map((address) => budget.allows('me', caller('?made-up', address), 1)),
    ).toEqual([true, false]);
  });

  it('whose calls told nothing leave nothing behind', () => {
    const { budget } = createBudget();
    call(budget, caller('maya', 'home'), passed(0), 'me');
    const before: LimitedResponse = { headers: {}, limiter: 'before' };
    for (let index = 0; index < 20_000; index += 1) call(budget, caller('?made-up', `address ${index}`), before, 'me');
    budget.enter('me', caller('?made-up', 'not sent'), far).giveBack();
    expect(budget.allows('me', caller('maya', 'home'), 1)).toBe(false);
  });
});
