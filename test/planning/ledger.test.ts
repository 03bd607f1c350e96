import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/planning/ledger.ts';

const once = Number.POSITIVE_INFINITY;

describe('a ledger', () => {
  it('adds up by endpoint, in the order of their names, and by path, the most first', () => {
    const ledger = new Ledger();
    ledger.add('me', { count: 1, from: 1, upTo: once, path: 'a' });
    ledger.add('im.list', { count: 2, from: 1, upTo: once, path: 'b' });
    ledger.add('users.info', { count: 3, from: 1, upTo: once, path: 'a' });
    ledger.addValues(7);
    ledger.addValues(8);
    const plan = ledger.close();
    expect(plan).toEqual({ calls: 6, byEndpoint: { 'im.list': 2, me: 1, 'users.info': 3 }, values: 15, heaviest: [{ path: 'a', calls: 4 }, { path: 'b', calls: 2 }] });
    expect(Object.keys(plan.byEndpoint)).toEqual(['im.list', 'me', 'users.info']);
  });

  it('bounds what the whole request asks of an endpoint, from so many parents on', () => {
    const ledger = new Ledger();
    ledger.add('rooms.get', { count: 2, from: 3, upTo: 1, path: 'few' });
    expect(ledger.close()).toMatchObject({ calls: 0, byEndpoint: {}, heaviest: [] });
    ledger.add('rooms.get', { count: 3, from: 3, upTo: 1, path: 'enough' });
    ledger.add('rooms.get', { count: 9, from: 3, upTo: 1, path: 'many' });
    expect(ledger.close()).toMatchObject({ calls: 1, byEndpoint: { 'rooms.get': 1 }, heaviest: [{ path: 'enough', calls: 1 }, { path: 'many', calls: 1 }] });
  });

  it('takes the widest of several bounds of an endpoint', () => {
    const ledger = new Ledger();
    ledger.add('im.counters', { count: 1, from: 3, upTo: 2, path: 'a' });
    ledger.add('im.counters', { count: 1, from: 1, upTo: 5, path: 'b' });
    expect(ledger.close().byEndpoint).toEqual({ 'im.counters': 2 });
    ledger.add('im.counters', { count: 9, from: 3, upTo: 2, path: 'c' });
    expect(ledger.close().byEndpoint).toEqual({ 'im.counters': 5 });
  });

  it('reads two rooms singly and more all at once, but those whole that are asked for whole', () => {
    const costOf = (part: number, whole: number) => {
      const ledger = new Ledger();
      if (part > 0) ledger.addRecords(part, 'part', 'part');
      if (whole > 0) ledger.addRecords(whole, 'whole', 'whole');
      const { byEndpoint, heaviest } = ledger.close();
      return [byEndpoint['rooms.info'], byEndpoint['rooms.get'], ...heaviest.map(({ path, calls }) => `${path} ${calls}`)];
    };
    expect(costOf(2, 0)).toEqual([2, undefined, 'part 2']);
    expect(costOf(3, 0)).toEqual([2, 1, 'part 3']);
    expect(costOf(9, 0)).toEqual([2, 1, 'part 3']);
    expect(costOf(0, 9)).toEqual([9, 1, 'whole 9']);
    expect(costOf(1, 1)).toEqual([2, undefined, 'part 1', 'whole 1']);
    expect(costOf(9, 9)).toEqual([11, 1, 'whole 9', 'part 3']);
  });

  it('has one allowance for all pages that continue, and a call more for each to be filled', () => {
    const ledger = new Ledger();
    ledger.addSearch('im.list', { count: 3, isContinued: false, path: 'first pages' });
    expect(ledger.close()).toMatchObject({ calls: 0, heaviest: [] });
    ledger.addSearch('im.list', { count: 3, isContinued: true, path: 'rooms' });
    ledger.addSearch('dm.history', { count: 1, isContinued: false, path: 'history' });
    ledger.addSearch('dm.history', { count: 1, isContinued: true, path: 'more history' });
    ledger.addSearch('im.members', { count: 50, isContinued: true, path: 'members' });
    expect(ledger.close()).toMatchObject({
      byEndpoint: { 'im.list': 3 + 20, 'dm.history': 1 + 1 },
      heaviest: [{ path: 'rooms', calls: 3 }, { path: 'history', calls: 1 }, { path: 'more history', calls: 1 }],
    });
  });

  it('stops growing at a thousand million', () => {
    const ledger = new Ledger();
    for (let time = 0; time < 3; time += 1) {
      ledger.add('me', { count: 7e8, from: 1, upTo: once, path: 'a' });
      ledger.add('im.counters', { count: 7e8, from: 1, upTo: 8e9, path: 'b' });
      ledger.addRecords(7e8, 'whole', 'c');
      ledger.addValues(7e8);
    }
    expect(ledger.close()).toEqual({
      calls: 1e9,
      byEndpoint: { 'im.counters': 1e9, me: 1e9, 'rooms.get': 1, 'rooms.info': 1e9 },
      values: 1e9,
      heaviest: ['a', 'b', 'c'].map((path) => ({ path, calls: 1e9 })),
    });
  });

  it('that is given up costs more than any limit, where that happened', () => {
    const ledger = new Ledger();
    ledger.giveUp('a.b');
    expect(ledger.close()).toEqual({ calls: 1e9, byEndpoint: { unknown: 1e9 }, values: 0, heaviest: [{ path: 'a.b', calls: 1e9 }] });
  });
});
