import { describe, expect, it } from 'vitest';
import { givenTurns, statesOf } from '../../support/given-turns.ts';

const leasesOf = (leases: Record<string, string[]>) => ({ leases: new Map(Object.entries(leases)) });

/** A replica that holds spare leases, and asked for them 100 ms ago. */
async function openWith(...spare: string[]) {
  const given = givenTurns();
  given.enter('maya');
  await given.open();
  given.clock.move(100);
  await given.reply({ ...leasesOf({ maya: ['r:1'] }), spare });
  return given;
}

describe('Leases of a shared window', () => {
  it('go to the callers to whom they were granted, the oldest calls first', async () => {
    const { enter, reply } = givenTurns();
    const waiting = ['otto', 'maya', 'maya', 'maya'].map((turnKey) => enter(turnKey));
    await reply(leasesOf({ maya: ['r:1', 'r:2'] }));
    expect(await statesOf(waiting)).toEqual(['waits', 'r:1', 'r:2', 'waits']);
  });

  it('are given back when their calls have left before they came', async () => {
    const { told, enter, open, reply } = givenTurns();
    const [first, second, other] = ['maya', 'maya', 'otto'].map((turnKey) => enter(turnKey));
    await open();
    first?.turn.leave();
    await reply(leasesOf({ maya: ['r:1', 'r:2'], otto: ['r:3'] }));
    expect([await second?.state(), await other?.state(), told]).toEqual(['r:1', 'r:3', [['back', 'r:2']]]);
  });

  it('are given back to a store that was emptied, before it is taught and asked anew', async () => {
    const { told, enter, reply } = givenTurns(true);
    const waiting = enter('maya');
    await reply({ ...leasesOf({ maya: ['r:1'] }), spare: ['r:2'] });
    expect([await waiting.state(), told]).toEqual(['waits', [['teach'], ['back', 'r:1', 'r:2']]]);
    await reply(leasesOf({ maya: ['r:3'] }));
    expect([await waiting.state(), told.length]).toEqual(['r:3', 2]);
  });

  it('that a store did not grant are not given back to it when it was emptied', async () => {
    const { told, enter, open, reply } = givenTurns(true);
    enter('maya');
    await reply(leasesOf({ maya: [] }));
    expect([told, await open()]).toEqual([[['teach']], 1]);
  });

  it('are all that a store hears of that was emptied when no call waits any more', async () => {
    const { told, turns, enter, open, reply } = givenTurns(true);
    const { turn } = enter('maya');
    await open();
    turn.leave();
    await reply(leasesOf({ maya: ['r:1'] }));
    expect([told, turns.isIdle]).toEqual([[['back', 'r:1']], true]);
  });

  it('are granted by a store that knows the window without a word from this replica', async () => {
    const { told, enter, reply } = givenTurns(true);
    const waiting = enter('maya');
    const window = { limit: 10, remaining: 3, endsAt: undefined, isEndKnown: false };
    await reply({ window, ...leasesOf({ maya: ['r:1'] }) });
    expect([await waiting.state(), told]).toEqual(['r:1', []]);
  });
});

describe('Spare leases', () => {
  it('let the next calls go at once, each one of them', async () => {
    const { turns, told } = await openWith('r:2', 'r:3');
    const leases = ['otto', 'ida', 'maya'].map((turnKey) => turns.takeSpare(turnKey));
    expect(new Set(leases)).toEqual(new Set(['r:2', 'r:3', undefined]));
    expect(told).toEqual([
      ['use', leases[0], 'otto'],
      ['use', leases[1], 'ida'],
    ]);
  });

  it.each([
    [199, 'r:2', [['use', 'r:2', 'otto']]],
    [200, undefined, []],
    [201, undefined, []],
  ])('live as long as the store says since they were asked for: %i ms after they came', async (ms, lease, heard) => {
    const { clock, turns, told } = await openWith('r:2');
    clock.move(ms);
    expect([turns.takeSpare('otto'), told]).toEqual([lease, heard]);
  });

  it('are for nobody who comes while others wait', async () => {
    const { turns, enter } = await openWith('r:2');
    const { turn } = enter('maya');
    expect(turns.takeSpare('otto')).toBe(undefined);
    turn.leave();
    expect(turns.takeSpare('otto')).toBe('r:2');
  });

  it('are worth nothing when the store is lost', async () => {
    const { turns, told } = await openWith('r:2');
    turns.storeLost();
    expect(turns.takeSpare('otto')).toBe(undefined);
    turns.giveBackSpare();
    expect(told).toEqual([]);
  });

  it('are given back together and once, and without any the store hears nothing', async () => {
    const { turns, told } = await openWith('r:2', 'r:3');
    turns.giveBackSpare();
    turns.giveBackSpare();
    expect([told, turns.takeSpare('otto')]).toEqual([[['back', 'r:2', 'r:3']], undefined]);
  });
});
