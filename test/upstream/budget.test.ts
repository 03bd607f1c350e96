import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { Budget, type BudgetAnswer, type Ticket } from '../../src/upstream/budget.ts';
import { clockStart, manualClock } from '../support/manual-clock.ts';

const start = clockStart;

const rate = (remaining: number, resetAt: number | string = start + 60_000) => ({
  'x-ratelimit-limit': '10',
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(resetAt),
});
const passed = (remaining: number, resetAt?: number): BudgetAnswer => ({ headers: rate(remaining, resetAt), limiter: 'passed' });
const exempt: BudgetAnswer = { headers: {}, limiter: 'passed' };

const maya = { key: 'maya', address: undefined };
const jonas = { key: 'jonas', address: undefined };
const botty = { key: 'botty', address: undefined };
const far = start + 1_000_000;

/** What became of a ticket so far. */
async function stateOf(ticket: Ticket): Promise<string> {
  if (ticket.ready === undefined) return 'at once';
  const waiting = new Promise((resolve) => {
    setImmediate(() => resolve('waits'));
  });
  return Promise.race([ticket.ready.then(() => 'ready', (error: unknown) => (error instanceof GatewayError ? error.code : 'odd')), waiting]) as Promise<string>;
}

/** A budget that knows its window, with so many calls left. */
function budgetWith(remaining: number, clock = manualClock()) {
  const budget = new Budget(clock);
  budget.enter('im.counters', maya, far).exit(passed(remaining));
  return { budget, clock };
}

describe('an endpoint of which nothing is known', () => {
  it('is asked once; the other calls wait for what that answer tells', async () => {
    const budget = new Budget(manualClock());
    const first = budget.enter('im.counters', maya, start + 10_000);
    const others = Array.from({ length: 11 }, () => budget.enter('im.counters', maya, start + 10_000));
    expect(await Promise.all([first, ...others].map(stateOf))).toEqual(['at once', ...Array.from({ length: 11 }, () => 'waits')]);
    first.exit(passed(9));
    expect(await Promise.all(others.map(stateOf))).toEqual([...Array.from({ length: 9 }, () => 'ready'), 'waits', 'waits']);
    for (const [index, ticket] of others.slice(0, 9).entries()) ticket.exit(passed(8 - index));
    expect(await Promise.all(others.slice(9).map(stateOf))).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
  });

  it('lets the others go together when the first call is lost: a workspace that hangs is not waited for one by one', async () => {
    const clock = manualClock();
    const budget = new Budget(clock);
    const first = budget.enter('im.counters', maya, far);
    const others = Array.from({ length: 3 }, () => budget.enter('im.counters', maya, far));
    first.exit(undefined);
    clock.move(50);
    expect(await Promise.all(others.map(stateOf))).toEqual(['ready', 'ready', 'ready']);
    others[0]?.exit(passed(0));
    expect(await stateOf(budget.enter('im.counters', maya, start + 1000))).toBe('RATE_LIMITED');
  });
});

describe('a window', () => {
  it('counts the calls under way, so that the one too many is not sent', async () => {
    const { budget } = budgetWith(2);
    const tickets = Array.from({ length: 3 }, () => budget.enter('im.counters', maya, start + 10_000));
    expect(await Promise.all(tickets.map(stateOf))).toEqual(['at once', 'at once', 'waits']);
    tickets[0]?.exit(passed(1));
    tickets[1]?.exit(passed(0));
    expect(await stateOf(tickets[2] as Ticket)).toBe('RATE_LIMITED');
  });

  it('says when to try again', async () => {
    const { budget, clock } = budgetWith(0);
    clock.move(18_500);
    const error = await budget.enter('im.counters', maya, start + 20_000).ready?.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'RATE_LIMITED', extensions: { retryAfterSeconds: 42 } });
  });

  it('takes the smallest number left of answers that overtake each other', async () => {
    const { budget } = budgetWith(9);
    const [one, two] = [budget.enter('im.counters', maya, far), budget.enter('im.counters', maya, far)];
    two?.exit(passed(7));
    one?.exit(passed(8));
    expect(budget.current(maya)).toMatchObject([{ remaining: 7 }]);
  });

  it('counts a call that got no answer as made', () => {
    const { budget } = budgetWith(5);
    budget.enter('im.counters', maya, far).exit(undefined);
    expect(budget.current(maya)).toMatchObject([{ remaining: 4 }]);
  });

  it('that ends before the request must be answered is worth waiting for', async () => {
    const { budget, clock } = budgetWith(0);
    const patient = budget.enter('im.counters', maya, start + 61_000);
    const hurried = budget.enter('im.counters', maya, start + 59_000);
    expect([await stateOf(patient), await stateOf(hurried)]).toEqual(['waits', 'RATE_LIMITED']);
    clock.move(60_021);
    expect(await stateOf(patient)).toBe('ready');
  });

  it('has all its calls again when it has ended, and no more', async () => {
    const { budget, clock } = budgetWith(0);
    clock.move(61_000);
    expect(budget.current(maya)).toEqual([]);
    const tickets = Array.from({ length: 11 }, () => budget.enter('im.counters', maya, far));
    expect((await Promise.all(tickets.map(stateOf))).filter((state) => state === 'at once')).toHaveLength(10);
  });

  it('that has not begun is not used up for good by calls that are lost', async () => {
    const { budget, clock } = budgetWith(0);
    clock.move(61_000);
    for (let call = 0; call < 10; call += 1) budget.enter('im.counters', maya, far).exit(undefined);
    expect(await stateOf(budget.enter('im.counters', maya, start + 100_000))).toBe('RATE_LIMITED');
    clock.move(60_021);
    expect(await stateOf(budget.enter('im.counters', maya, far))).toBe('at once');
  });

  it('of no calls at all, as an answer says, is asked about again when it has ended', async () => {
    const { budget, clock } = budgetWith(1);
    const none = { 'x-ratelimit-limit': '0', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(start + 70_000) };
    budget.enter('im.counters', maya, far).exit({ headers: none, limiter: 'passed' });
    expect(await stateOf(budget.enter('im.counters', maya, start + 60_000))).toBe('RATE_LIMITED');
    clock.move(70_021);
    expect(await stateOf(budget.enter('im.counters', maya, far))).toBe('at once');
  });

  it('is not touched by a call that was not made after all', async () => {
    const { budget } = budgetWith(1);
    const ticket = budget.enter('im.counters', maya, far);
    const next = budget.enter('im.counters', maya, far);
    ticket.giveBack();
    expect(await stateOf(next)).toBe('ready');
    expect(next.leave()).toBe(false);
    expect(budget.current(maya)).toMatchObject([{ remaining: 1 }]);
  });

  it('lets those wait who can when it is used up, and refuses the others', async () => {
    const { budget } = budgetWith(1);
    const running = budget.enter('im.counters', maya, far);
    const [patient, hurried] = [budget.enter('im.counters', maya, far), budget.enter('im.counters', maya, start + 10_000)];
    running.exit(passed(0));
    expect([await stateOf(patient), await stateOf(hurried)]).toEqual(['waits', 'RATE_LIMITED']);
    expect(patient.leave()).toBe(true);
  });

  it('of one endpoint does not touch another', async () => {
    const { budget } = budgetWith(0);
    expect(await stateOf(budget.enter('dm.messages', maya, far))).toBe('at once');
  });

  it('is closed by a refusal without headers, for the seconds that it names', async () => {
    const { budget, clock } = budgetWith(5);
    budget.enter('im.counters', maya, far).exit({ headers: {}, limiter: 'refused', refusedUntil: start + 7000 });
    expect(await stateOf(budget.enter('im.counters', maya, start + 6000))).toBe('RATE_LIMITED');
    clock.move(7100);
    expect(await stateOf(budget.enter('im.counters', maya, far))).toBe('at once');
  });

  it('is used up by a refusal, whatever its headers say is left', async () => {
    const { budget } = budgetWith(5);
    budget.enter('im.counters', maya, far).exit({ headers: rate(3), limiter: 'refused', refusedUntil: start + 1000 });
    expect(budget.current(maya)).toMatchObject([{ remaining: 0, resetAt: start + 60_000 }]);
    expect(await stateOf(budget.enter('im.counters', maya, start + 2000))).toBe('RATE_LIMITED');
  });

  it('is not touched by an error that may have come before the limiter', async () => {
    const { budget } = budgetWith(5);
    budget.enter('im.counters', maya, far).exit({ headers: {}, limiter: 'unknown' });
    expect(budget.current(maya)).toMatchObject([{ remaining: 5 }]);
  });
});

describe('callers whose calls wait', () => {
  it('take turns, so that twenty calls of one do not starve the others', async () => {
    const { budget, clock } = budgetWith(10);
    const running = Array.from({ length: 10 }, () => budget.enter('im.counters', maya, far));
    const many = Array.from({ length: 20 }, () => budget.enter('im.counters', maya, far));
    const ofJonas = Array.from({ length: 2 }, () => budget.enter('im.counters', jonas, far));
    const free = (count: number) => running.splice(0, count).forEach((ticket) => ticket.exit({ headers: rate(10, start + 50_000), limiter: 'passed' }));
    free(3);
    // The first call of jonas goes at once; further ones of both let others go first for a moment.
    expect(await Promise.all([...ofJonas, ...many.slice(0, 2)].map(stateOf))).toEqual(['ready', 'waits', 'waits', 'waits']);
    clock.move(50);
    expect(await Promise.all([...ofJonas, ...many.slice(0, 2)].map(stateOf))).toEqual(['ready', 'ready', 'ready', 'waits']);
  });

  it('wait for nobody when one caller is alone', async () => {
    const { budget } = budgetWith(10);
    expect(await Promise.all(Array.from({ length: 10 }, () => stateOf(budget.enter('im.counters', maya, far))))).toEqual(Array.from({ length: 10 }, () => 'at once'));
  });

  it('remember from one window to the next that they are several', async () => {
    const { budget, clock } = budgetWith(10);
    budget.enter('im.counters', jonas, far).exit(passed(9));
    clock.move(60_021);
    const [first, second] = [budget.enter('im.counters', maya, far), budget.enter('im.counters', maya, far)];
    expect([await stateOf(first), await stateOf(second)]).toEqual(['at once', 'waits']);
    clock.move(50);
    expect(await stateOf(second)).toBe('ready');
  });

  it('leave the line when they give up', async () => {
    const { budget } = budgetWith(1);
    const running = budget.enter('im.counters', maya, far);
    const leaving = budget.enter('im.counters', maya, far);
    const staying = budget.enter('im.counters', jonas, far);
    leaving.leave();
    leaving.leave();
    running.exit({ headers: rate(1, start + 50_000), limiter: 'passed' });
    expect(await Promise.all([leaving, staying].map(stateOf))).toEqual(['waits', 'ready']);
  });

  it('are refused at once when the line is too long', async () => {
    const { budget } = budgetWith(0);
    const waiting = Array.from({ length: 128 }, () => budget.enter('im.counters', maya, far));
    expect(await stateOf(waiting[127] as Ticket)).toBe('waits');
    expect(await stateOf(budget.enter('im.counters', maya, far))).toBe('OVERLOADED');
    const ofAnother = Array.from({ length: 129 }, () => budget.enter('im.counters', botty, far)); // the first finds out what he may
    expect(await stateOf(ofAnother[128] as Ticket)).toBe('waits');
    // Of jonas nothing is known: one call of his finds out whether the line is for him.
    expect(await Promise.all([1, 2].map(() => stateOf(budget.enter('im.counters', jonas, far))))).toEqual(['at once', 'OVERLOADED']);
  });
});

describe('a caller whom the limiter lets by', () => {
  it('has all his waiting calls made as soon as that is seen, on every endpoint', async () => {
    const budget = new Budget(manualClock());
    const first = budget.enter('im.counters', botty, far);
    const waiting = Array.from({ length: 5 }, () => budget.enter('im.counters', botty, far));
    const elsewhere = [budget.enter('dm.messages', botty, far), budget.enter('dm.messages', botty, far)];
    expect(await stateOf(elsewhere[1] as Ticket)).toBe('waits');
    first.exit(exempt);
    expect(new Set(await Promise.all([...waiting, elsewhere[1] as Ticket].map(stateOf)))).toEqual(new Set(['ready']));
    for (const ticket of [...waiting, ...elsewhere]) ticket.exit(exempt);
    expect(await stateOf(budget.enter('im.counters', maya, far))).toBe('at once');
  });

  it('is never held back once that was seen, and sees no windows', async () => {
    const { budget } = budgetWith(3);
    budget.enter('im.counters', botty, far).exit(exempt);
    const tickets = Array.from({ length: 30 }, () => budget.enter('im.counters', botty, far));
    expect(new Set(await Promise.all(tickets.map(stateOf)))).toEqual(new Set(['at once']));
    expect(budget.current(botty)).toEqual([]);
    expect(budget.allows('im.counters', botty, 1000)).toBe(true);
    expect(budget.current(maya)).toHaveLength(1);
  });

  it('finds out with one call, though the window of the others is used up', async () => {
    const { budget } = budgetWith(0);
    const probe = budget.enter('im.counters', botty, far);
    expect(await stateOf(probe)).toBe('at once');
    expect(await stateOf(budget.enter('im.counters', botty, start + 1000))).toBe('RATE_LIMITED');
    probe.exit(exempt);
    expect(await stateOf(budget.enter('im.counters', botty, start + 1000))).toBe('at once');
  });

  it('is held back like others when an answer shows that he no longer is exempt', async () => {
    const { budget } = budgetWith(3);
    budget.enter('im.counters', botty, far).exit(exempt);
    budget.enter('im.counters', botty, far).exit(passed(0));
    expect(await stateOf(budget.enter('im.counters', botty, start + 1000))).toBe('RATE_LIMITED');
  });

  it('is still unknown when the call that was to find out was not made', async () => {
    const { budget } = budgetWith(0);
    budget.enter('im.counters', botty, far).giveBack();
    const probe = budget.enter('im.counters', botty, far);
    expect([await stateOf(probe), probe.leave()]).toEqual(['at once', false]);
    probe.exit(exempt);
    budget.enter('im.counters', botty, far).giveBack();
    expect(await stateOf(budget.enter('im.counters', botty, far))).toBe('at once');
  });

  it('is told by a call that was lost to wait like others', async () => {
    const { budget } = budgetWith(0);
    budget.enter('im.counters', botty, far).exit(undefined);
    expect(await stateOf(budget.enter('im.counters', botty, start + 1000))).toBe('RATE_LIMITED');
  });

  it('is one of ten thousand at most who are remembered, those longest who called last', () => {
    const { budget } = budgetWith(0);
    const bot = (index: number) => ({ key: `bot ${index}`, address: undefined });
    const call = (index: number) => budget.enter('im.counters', bot(index), far).exit(exempt);
    const isKnown = (index: number) => budget.allows('im.counters', bot(index), 1);
    for (let index = 0; index < 10_000; index += 1) call(index); // maya, who was first, is forgotten
    expect(isKnown(0)).toBe(true);
    call(0);
    call(10_000);
    expect([isKnown(0), isKnown(1), isKnown(2), isKnown(10_000)]).toEqual([true, false, true, true]);
  });

  it('costs the window nothing when a call is lost that began before that was seen', () => {
    const { budget } = budgetWith(5);
    const [early, telling] = [budget.enter('im.counters', botty, far), budget.enter('im.counters', botty, far)];
    telling.exit(exempt);
    early.exit(undefined);
    expect(budget.current(maya)).toMatchObject([{ remaining: 5 }]);
  });

  it('takes no place from others with a call that was let go uncounted, however it ends', async () => {
    for (const finish of [(ticket: Ticket) => ticket.giveBack(), (ticket: Ticket) => ticket.exit(exempt)]) {
      const budget = new Budget(manualClock());
      const first = budget.enter('im.counters', botty, far);
      const released = budget.enter('im.counters', botty, far);
      first.exit(exempt);
      expect(await stateOf(released)).toBe('ready');
      const next = budget.enter('im.counters', maya, far);
      finish(released);
      expect(await stateOf(budget.enter('im.counters', jonas, far))).toBe('waits');
      next.giveBack();
    }
  });
});

describe('forwarded addresses', () => {
  it('have windows of their own', async () => {
    const budget = new Budget(manualClock());
    const [home, office] = [{ key: 'maya', address: '192.0.2.1' }, { key: 'maya', address: '192.0.2.2' }];
    budget.enter('im.counters', home, far).exit(passed(0));
    expect(await stateOf(budget.enter('im.counters', home, start + 1000))).toBe('RATE_LIMITED');
    expect(await stateOf(budget.enter('im.counters', office, start + 1000))).toBe('at once');
    expect(budget.current(home)).toMatchObject([{ endpoint: 'im.counters', remaining: 0 }]);
    expect(budget.current(office)).toEqual([]);
    expect(budget.windows()).toHaveLength(1);
  });

  it('are told with their windows, in the order of the endpoints’ names', () => {
    const { budget } = budgetWith(3);
    budget.enter('dm.messages', { key: 'maya', address: '192.0.2.1' }, far).exit(passed(4));
    budget.enter('me', maya, far).exit(passed(5));
    expect(budget.windows().map(({ endpoint, address, remaining }) => [endpoint, address, remaining])).toEqual([
      ['dm.messages', '192.0.2.1', 4],
      ['im.counters', undefined, 3],
      ['me', undefined, 5],
    ]);
    expect([budget.allows('me', maya, 5), budget.allows('me', maya, 6), budget.allows('users.info', maya, 6)]).toEqual([true, false, true]);
  });

  it('are remembered ten thousand at most, and none is forgotten while a call of it is under way or waits', () => {
    const budget = new Budget(manualClock());
    const at = (index: number) => ({ key: 'maya', address: `address ${index}` });
    const busy = budget.enter('me', at(0), far);
    const waiting = budget.enter('me', at(0), far);
    for (let index = 1; index < 10_000; index += 1) budget.enter('me', at(index), far).exit(passed(0));
    budget.enter('me', at(1), far).exit(passed(0)); // used last, and so kept
    expect(budget.allows('me', at(2), 1)).toBe(false);
    budget.enter('me', at(10_000), far).exit(passed(0));
    expect([1, 2, 3, 10_000].map((index) => budget.allows('me', at(index), 1))).toEqual([false, true, false, false]);
    busy.exit(passed(0));
    expect(budget.allows('me', at(0), 1)).toBe(false);
    expect(waiting.leave()).toBe(true);
  });

  it('are remembered even beyond that while all of them are busy', () => {
    const budget = new Budget(manualClock());
    for (let index = 0; index <= 10_000; index += 1) budget.enter('me', { key: 'maya', address: `address ${index}` }, far);
    budget.enter('me', { key: 'maya', address: 'address 0' }, far).leave();
    expect(budget.windows()).toEqual([]);
  });
});
