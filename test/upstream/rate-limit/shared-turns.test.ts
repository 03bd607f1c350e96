import { describe, expect, it } from 'vitest';
import { givenTurns, statesOf } from '../../support/given-turns.ts';

/** Nothing is left, and the window opens after a second. */
const closed = { opensInMs: 1000, askAgainMs: 1001 };
const tooEarly = 'RATE_LIMITED not sent 1';
const full = 'OVERLOADED queue full 1';

const leasesOf = (...turnKeys: string[]) => ({ leases: new Map(turnKeys.map((turnKey) => [turnKey, [turnKey]])) });

/** A replica that knows of a window that nothing is left of; a call of maya waits for it. */
async function openClosed() {
  const given = givenTurns();
  const first = given.enter('maya');
  await given.reply(closed);
  return { ...given, first };
}

describe('Calls that wait for a shared window', () => {
  it('make one ask when they come together, which tells how long they have waited and still can', async () => {
    const { enter, reply, open } = givenTurns();
    enter('maya', 1000, 40);
    enter('maya', 3000);
    enter('maya', 2000);
    enter('otto', 500, -10);
    expect(await reply()).toEqual([
      { turnKey: 'maya', calls: 3, waitedMs: 40, leftMs: 3000 },
      { turnKey: 'otto', calls: 1, waitedMs: 0, leftMs: 500 },
    ]);
    expect(await open()).toBe(0);
  });

  it.each([
    ['as long as the store says', 40],
    ['one millisecond at least', 0],
  ])('ask again after %s', async (_name, askAgainMs) => {
    const { clock, enter, reply, open } = givenTurns();
    enter('maya');
    await reply({ askAgainMs });
    clock.move(Math.max(1, askAgainMs) - 1);
    expect(await open()).toBe(0);
    clock.move(1);
    expect(await open()).toBe(1);
  });

  it('ask again at once when something happened since the ask began, and not before it has its reply', async () => {
    const { turns, enter, reply, open } = givenTurns();
    enter('maya');
    await open();
    turns.askSoon();
    enter('otto');
    expect(await open()).toBe(1);
    expect(await reply()).toMatchObject([{ turnKey: 'maya' }]);
    expect(await reply()).toMatchObject([{ turnKey: 'maya' }, { turnKey: 'otto' }]);
    expect(await open()).toBe(0);
  });

  it('ask for 32 callers at a time, and then for the others', async () => {
    const { clock, enter, reply } = givenTurns();
    const callers = Array.from({ length: 33 }, (_, index) => `caller${index}`);
    for (const caller of callers) enter(caller);
    const asks = await reply(leasesOf(...callers.slice(0, 32)));
    expect(asks.map(({ turnKey }) => turnKey)).toEqual(callers.slice(0, 32));
    clock.move(40);
    expect(await reply()).toMatchObject([{ turnKey: 'caller32' }]);
  });

  it('can leave until they have their turn, and are not asked for any more', async () => {
    const { enter, reply } = givenTurns();
    const [first, second] = [enter('maya'), enter('maya')];
    expect([second.turn.leave(), second.turn.leave()]).toEqual([true, false]);
    expect(await reply(leasesOf('maya'))).toMatchObject([{ turnKey: 'maya', calls: 1 }]);
    expect(await statesOf([first, second])).toEqual(['maya', 'waits']);
    expect(first.turn.leave()).toBe(false);
  });

  it('leave room for others when 256 of one caller wait', async () => {
    const { enter } = givenTurns();
    const waiting = Array.from({ length: 256 }, () => enter('maya'));
    const other = enter('otto');
    const states = await statesOf([...waiting, other]);
    expect([states.indexOf(full), states.lastIndexOf(full)]).toEqual([255, 255]);
    expect(new Set(states)).toEqual(new Set(['waits', full]));
  });

  it('are too many beyond 256 when nobody has more of them than the next one', async () => {
    const { enter, reply } = givenTurns();
    const waiting = Array.from({ length: 256 }, () => enter('maya'));
    const surplus = enter('maya');
    expect(new Set(await statesOf(waiting))).toEqual(new Set(['waits']));
    expect([await surplus.state(), surplus.turn.leave()]).toEqual([full, false]);
    expect(await reply()).toMatchObject([{ turnKey: 'maya', calls: 256 }]);
  });

  it('keep the replica from being idle, and so does an ask whose reply has yet to come', async () => {
    const { turns, enter, reply, open } = givenTurns();
    const { turn } = enter('maya');
    const isIdle = [turns.isIdle];
    await open();
    isIdle.push(turns.isIdle);
    turn.leave();
    isIdle.push(turns.isIdle);
    await reply();
    isIdle.push(turns.isIdle);
    const second = enter('maya');
    await reply();
    isIdle.push(turns.isIdle);
    second.turn.leave();
    isIdle.push(turns.isIdle);
    expect(isIdle).toEqual([false, false, false, true, false, true]);
  });

  it('are asked for only while there are any, whatever happens', async () => {
    const { turns, open } = givenTurns();
    turns.askSoon();
    expect([turns.isIdle, await open()]).toEqual([true, 0]);
  });

  it('go alone when the store is lost, and no ask of theirs is left', async () => {
    const { clock, turns, enter, reply, open } = givenTurns();
    const waiting = [enter('maya'), enter('otto')];
    await reply();
    turns.storeLost();
    expect(await statesOf(waiting)).toEqual(['alone', 'alone']);
    clock.move(1000);
    expect([await open(), turns.isIdle]).toEqual([0, true]);
  });

  it('go alone when the store does not reply', async () => {
    const { turns, enter, fail } = givenTurns();
    const waiting = [enter('maya'), enter('otto')];
    await fail();
    expect(await statesOf(waiting)).toEqual(['alone', 'alone']);
    expect(turns.isIdle).toBe(true);
  });

  it('keep their places when others see anew what they wait for', async () => {
    const { turns, enter, reply } = givenTurns();
    const waiting = ['maya', 'otto', 'maya'].map((turnKey) => enter(turnKey));
    turns.release(({ user }) => user === 'maya');
    expect(await statesOf(waiting)).toEqual(['alone', 'waits', 'alone']);
    expect(await reply()).toMatchObject([{ turnKey: 'otto', calls: 1 }]);
  });
});

describe('While nothing is left of a shared window', () => {
  const patience: [number, string][] = [
    [1, tooEarly],
    [999, tooEarly],
    [1000, tooEarly],
    [1001, 'waits'],
  ];

  it.each(patience)('a call that waits already and can for %i ms is refused, or waits on', async (leftMs, state) => {
    const { enter, reply } = givenTurns();
    const waiting = [enter('maya', leftMs), enter('otto')];
    await reply(closed);
    expect(await statesOf(waiting)).toEqual([state, 'waits']);
    expect(waiting[0]?.turn.leave()).toBe(state === 'waits');
  });

  it.each(patience)('a call that comes then and can wait for %i ms is refused, or waits', async (leftMs, state) => {
    const { enter, open } = await openClosed();
    const entered = enter('otto', leftMs);
    expect([await entered.state(), await open()]).toEqual([state, 0]);
    expect(entered.turn.leave()).toBe(state === 'waits');
  });

  it('a refusal tells how long the window takes to open', async () => {
    const { clock, enter, reply } = givenTurns();
    const [first] = [enter('maya', 10), enter('otto')];
    await reply({ opensInMs: 60_000, askAgainMs: 60_001 });
    clock.move(20_000);
    expect(await statesOf([first, enter('maya', 10)])).toEqual([
      'RATE_LIMITED not sent 60',
      'RATE_LIMITED not sent 40',
    ]);
  });

  it('calls that come take their places after 25 ms, all with one ask, and the next comes when the store says', async () => {
    const { clock, enter, reply, open } = await openClosed();
    enter('otto');
    clock.move(20);
    enter('ida');
    clock.move(4);
    expect(await open()).toBe(0);
    clock.move(1);
    expect(await reply({ opensInMs: 975, askAgainMs: 976 })).toMatchObject([
      { turnKey: 'maya', waitedMs: 25 },
      { turnKey: 'otto', waitedMs: 25 },
      { turnKey: 'ida', waitedMs: 5 },
    ]);
    clock.move(975);
    expect(await open()).toBe(0);
    clock.move(1);
    expect(await open()).toBe(1);
  });

  it('news do not hasten the ask that is due when it opens', async () => {
    const { clock, turns, open } = await openClosed();
    clock.move(990);
    turns.askSoon();
    clock.move(10);
    expect(await open()).toBe(0);
    clock.move(1);
    expect(await open()).toBe(1);
    clock.move(25);
    expect(await open()).toBe(1);
  });

  it('a call that comes as it opens asks at once, even one that is late', async () => {
    const { clock, enter, open } = await openClosed();
    clock.move(1000);
    const late = enter('otto', 0, 90_000);
    expect([await late.state(), await open()]).toEqual(['waits', 1]);
    clock.move(25);
    expect(await open()).toBe(1);
  });

  it('a call that comes after it has opened is not refused, even one that should have gone before', async () => {
    const { clock, enter, open } = await openClosed();
    clock.move(1000);
    const late = enter('otto', -500, 90_000);
    expect([await late.state(), await open()]).toEqual(['waits', 1]);
  });

  it('calls that leave before they ask change nothing of that', async () => {
    const { clock, turns, enter, open, first } = await openClosed();
    const second = enter('otto');
    for (const { turn } of [first, second]) turn.leave();
    clock.move(25);
    expect([await open(), turns.isIdle]).toEqual([0, true]);
    expect(await enter('ida', 10).state()).toBe(tooEarly);
  });

  it('a store that is lost leaves nothing to wait for', async () => {
    const { turns, enter, open } = await openClosed();
    turns.storeLost();
    const next = enter('otto', 10);
    expect([await next.state(), await open()]).toEqual(['waits', 1]);
  });
});
