import { describe, expect, it } from 'vitest';
import { atMost, CostTally } from '../../../src/operation/cost/tally.ts';
import { singly } from '../../../src/loaders/bulk-or-single.ts';

const endpoints = {
  record: { single: 'rooms.info', bulk: 'rooms.get' },
  counters: { single: 'im.counters', bulk: 'subscriptions.get' },
};

describe('a ledger', () => {
  it('adds up by endpoint, in the order of their names, and by path, the most first', () => {
    const ledger = new CostTally(endpoints);
    ledger.add('me', { count: 1, path: 'a' });
    ledger.add('im.list', { count: 2, path: 'b' });
    ledger.add('users.info', { count: 3, path: 'a' });
    ledger.addValues(7);
    ledger.addValues(8);
    const plan = ledger.close();
    expect(plan).toEqual({
      calls: 6,
      spareCalls: 0,
      byEndpoint: { 'im.list': 2, me: 1, 'users.info': 3 },
      values: 15,
      heaviest: [
        { path: 'a', calls: 4 },
        { path: 'b', calls: 2 },
      ],
      ways: singly,
      given: [],
    });
    expect(Object.keys(plan.byEndpoint)).toEqual(['im.list', 'me', 'users.info']);
  });

  it('counts a call that several fields share once, for the first of them, so that the paths add up', () => {
    const ledger = new CostTally(endpoints);
    for (const path of ['first', 'second', 'third']) ledger.add('subscriptions.get', { count: 4, upTo: 1, path });
    ledger.add('im.counters', { count: 2, path: 'second' });
    expect(ledger.close()).toMatchObject({
      calls: 3,
      byEndpoint: { 'im.counters': 2, 'subscriptions.get': 1 },
      heaviest: [
        { path: 'second', calls: 2 },
        { path: 'first', calls: 1 },
      ],
    });
  });

  it('takes the widest of several bounds of an endpoint', () => {
    const ledger = new CostTally(endpoints);
    ledger.add('me', { count: 9, upTo: 2, path: 'a' });
    ledger.add('me', { count: 9, upTo: 5, path: 'b' });
    ledger.add('me', { count: 9, upTo: 1, path: 'c' });
    expect(ledger.close()).toMatchObject({
      byEndpoint: { me: 5 },
      heaviest: [
        { path: 'b', calls: 3 },
        { path: 'a', calls: 2 },
      ],
    });
  });

  it('reads two rooms singly and more all at once, but those whole that are asked for whole', () => {
    const costOf = (part: number, whole: number) => {
      const ledger = new CostTally(endpoints);
      if (part > 0) ledger.addRecords(part, 'part', 'part');
      if (whole > 0) ledger.addRecords(whole, 'whole', 'whole');
      const { byEndpoint, heaviest, spareCalls } = ledger.close();
      return [
        byEndpoint['rooms.info'],
        byEndpoint['rooms.get'],
        spareCalls,
        ...heaviest.map(({ path, calls }) => `${path} ${calls}`),
      ];
    };
    expect(costOf(2, 0)).toEqual([2, undefined, 0, 'part 2']);
    expect(costOf(3, 0)).toEqual([undefined, 1, 20, 'part 1']);
    expect(costOf(9, 0)).toEqual([undefined, 1, 20, 'part 1']);
    expect(costOf(0, 9)).toEqual([9, undefined, 0, 'whole 9']);
    expect(costOf(1, 1)).toEqual([2, undefined, 0, 'whole 1', 'part 1']);
    expect(costOf(9, 9)).toEqual([9, 1, 20, 'whole 9', 'part 1']);
  });

  it('reads counters in the way that takes the fewest calls, the list of rooms once for records and counters', () => {
    const ledger = new CostTally(endpoints);
    ledger.addRecords(4, 'part', 'rooms');
    ledger.addCounters(4, false, 'rooms.counters');
    ledger.addCounters(20, true, 'list.counters');
    expect(ledger.close()).toMatchObject({
      calls: 2,
      byEndpoint: { 'rooms.get': 1, 'subscriptions.get': 1 },
      heaviest: [
        { path: 'rooms', calls: 1 },
        { path: 'rooms.counters', calls: 1 },
      ],
      ways: { records: 'bulk', counters: { listed: 'bulk', byId: 'bulk' } },
    });
    const few = new CostTally(endpoints);
    few.addCounters(1, false, 'one');
    few.addCounters(1, true, 'other');
    expect(few.close()).toMatchObject({ calls: 2, byEndpoint: { 'im.counters': 2 }, spareCalls: 0 });
  });

  it('has spare calls once for all pages that may search, and one for each that continues', () => {
    const ledger = new CostTally(endpoints);
    ledger.addPages('im.list', 'offset', { count: 3, isContinued: false, path: 'first pages' });
    expect(ledger.close()).toMatchObject({ calls: 3, spareCalls: 20 });
    ledger.addPages('im.list', 'offset', { count: 3, isContinued: true, path: 'rooms' });
    expect(ledger.close()).toMatchObject({ calls: 6, spareCalls: 20 + 3 });
    ledger.addPages('dm.history', 'timeline', { count: 1, isContinued: false, path: 'history' });
    ledger.addPages('dm.history', 'timeline', { count: 1, isContinued: true, path: 'more history' });
    ledger.addPages('im.members', 'whole', { count: 50, isContinued: true, path: 'members' });
    expect(ledger.close()).toMatchObject({
      spareCalls: 20 + 3 + 1,
      byEndpoint: { 'im.list': 6, 'dm.history': 4, 'im.members': 50 },
      heaviest: [
        { path: 'members', calls: 50 },
        { path: 'first pages', calls: 3 },
        { path: 'rooms', calls: 3 },
        { path: 'history', calls: 2 },
        { path: 'more history', calls: 2 },
      ],
    });
    for (const [paging, isContinued] of [
      ['timeline', false],
      ['whole', false],
      ['offset', false],
    ] as const) {
      const one = new CostTally(endpoints);
      one.addPages('x', paging, { count: 2, isContinued, path: 'p' });
      expect(one.close().spareCalls).toBe(20);
    }
  });

  it('stops growing at a thousand million', () => {
    const ledger = new CostTally(endpoints);
    for (let time = 0; time < 3; time += 1) {
      ledger.add('me', { count: 7e8, path: 'a' });
      ledger.addCounters(7e8, true, 'b');
      ledger.addRecords(7e8, 'whole', 'c');
      ledger.addPages('x', 'offset', { count: 7e8, isContinued: true, path: 'd' });
      ledger.addValues(7e8);
    }
    const { spareCalls, ...plan } = ledger.close({ rooms: false, memberships: false });
    expect(plan).toEqual({
      calls: 1e9,
      byEndpoint: { 'im.counters': 1e9, me: 1e9, 'rooms.info': 1e9, x: 1e9 },
      values: 1e9,
      heaviest: ['a', 'c', 'd', 'b'].map((path) => ({ path, calls: 1e9 })),
      ways: singly,
      given: [],
    });
    expect(spareCalls).toBe(1e9 + 20);
  });

  it('that is given up costs more than any limit, where that happened', () => {
    const ledger = new CostTally(endpoints);
    ledger.giveUp('a.b');
    expect(ledger.close()).toMatchObject({
      calls: 1e9,
      byEndpoint: { unknown: 1e9 },
      values: 0,
      heaviest: [{ path: 'a.b', calls: 1e9 }],
    });
  });
});

describe('what a request makes at most', () => {
  const plan = { ...new CostTally(endpoints).close(), calls: 5, spareCalls: 24 };

  it('is its price and its spare calls, and never more than the limit', () => {
    expect([100, 29, 28, 5].map((limit) => atMost(plan, limit))).toEqual([29, 29, 28, 5]);
  });

  it('is nothing where it costs more than the limit: it is refused', () => {
    expect(atMost(plan, 4)).toBe(0);
  });
});
