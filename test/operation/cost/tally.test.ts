import { describe, expect, it } from 'vitest';
import { atMost, CostTally } from '../../../src/operation/cost/tally.ts';
import { singly } from '../../../src/loaders/bulk-or-single.ts';

const endpoints = {
  record: { single: 'rooms.info', bulk: 'rooms.get' },
  counters: { single: 'im.counters', bulk: 'subscriptions.get' },
  users: { single: 'users.info', bulk: 'im.members' },
};

describe('CostTally', () => {
  it('a tally adds up calls by endpoint, sorted by name, and by path, most expensive first', () => {
    const tally = new CostTally(endpoints);
    tally.add('me', { count: 1, path: 'a' });
    tally.add('im.list', { count: 2, path: 'b' });
    tally.add('users.info', { count: 3, path: 'a' });
    tally.addValues(7);
    tally.addValues(8);
    const cost = tally.close();
    expect(cost).toEqual({
      calls: 6,
      spareCalls: 0,
      byEndpoint: { 'im.list': 2, me: 1, 'users.info': 3 },
      values: 15,
      heaviest: [
        { path: 'a', calls: 4 },
        { path: 'b', calls: 2 },
      ],
      ways: { ...singly, users: { mode: 'single', priced: 0 } },
      given: [],
    });
    expect(Object.keys(cost.byEndpoint)).toEqual(['im.list', 'me', 'users.info']);
  });

  it('a call that several fields share counts once, for the first of them', () => {
    const tally = new CostTally(endpoints);
    for (const path of ['first', 'second', 'third']) tally.add('subscriptions.get', { count: 4, upTo: 1, path });
    tally.add('im.counters', { count: 2, path: 'second' });
    expect(tally.close()).toMatchObject({
      calls: 3,
      byEndpoint: { 'im.counters': 2, 'subscriptions.get': 1 },
      heaviest: [
        { path: 'second', calls: 2 },
        { path: 'first', calls: 1 },
      ],
    });
  });

  it('a call for each parent does not stand in for one that several fields share', () => {
    const tally = new CostTally(endpoints);
    tally.add('me', { count: 2, path: 'each' });
    for (const path of ['first', 'second']) tally.add('me', { count: 1, upTo: 1, path });
    expect(tally.close().byEndpoint).toEqual({ me: 3 });
  });

  it('counters of rooms without their records take the list of rooms as well', () => {
    for (const [isListed, byEndpoint] of [
      [true, { 'subscriptions.get': 1 }],
      [false, { 'rooms.get': 1, 'subscriptions.get': 1 }],
    ] as const) {
      const tally = new CostTally(endpoints);
      tally.addCounters(5, isListed, 'counters');
      expect(tally.close().byEndpoint).toEqual(byEndpoint);
    }
  });

  it('the highest of several maximums of an endpoint applies', () => {
    const tally = new CostTally(endpoints);
    tally.add('me', { count: 9, upTo: 2, path: 'a' });
    tally.add('me', { count: 9, upTo: 5, path: 'b' });
    tally.add('me', { count: 9, upTo: 1, path: 'c' });
    expect(tally.close()).toMatchObject({
      byEndpoint: { me: 5 },
      heaviest: [
        { path: 'b', calls: 3 },
        { path: 'a', calls: 2 },
      ],
    });
  });

  it('up to two records are read singly and more in bulk, but whole records always singly', () => {
    const costOf = (part: number, whole: number) => {
      const tally = new CostTally(endpoints);
      if (part > 0) tally.addRecords(part, 'part', 'part');
      if (whole > 0) tally.addRecords(whole, 'whole', 'whole');
      const { byEndpoint, heaviest, spareCalls } = tally.close();
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

  it('counters are read in the mode with the fewest calls; records and counters share the list of rooms', () => {
    const tally = new CostTally(endpoints);
    tally.addRecords(4, 'part', 'rooms');
    tally.addCounters(4, false, 'rooms.counters');
    tally.addCounters(20, true, 'list.counters');
    expect(tally.close()).toMatchObject({
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

  it('an operation with pages has twenty spare calls, and one more for each page after a cursor', () => {
    const tally = new CostTally(endpoints);
    tally.addPages('im.list', 'offset', { count: 3, isContinued: false, path: 'first pages' });
    expect(tally.close()).toMatchObject({ calls: 3, spareCalls: 20 });
    tally.addPages('im.list', 'offset', { count: 3, isContinued: true, path: 'rooms' });
    expect(tally.close()).toMatchObject({ calls: 6, spareCalls: 20 + 3 });
    tally.addPages('dm.history', 'timeline', { count: 1, isContinued: false, path: 'history' });
    tally.addPages('dm.history', 'timeline', { count: 1, isContinued: true, path: 'more history' });
    tally.addPages('im.members', 'whole', { count: 50, isContinued: true, path: 'members' });
    expect(tally.close()).toMatchObject({
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

  it('a tally stops growing at 1e9', () => {
    const tally = new CostTally(endpoints);
    for (let time = 0; time < 3; time += 1) {
      tally.add('me', { count: 7e8, path: 'a' });
      tally.addCounters(7e8, true, 'b');
      tally.addRecords(7e8, 'whole', 'c');
      tally.addPages('x', 'offset', { count: 7e8, isContinued: true, path: 'd' });
      tally.addValues(7e8);
    }
    const { spareCalls, ...cost } = tally.close({ rooms: false, memberships: false });
    expect(cost).toEqual({
      calls: 1e9,
      byEndpoint: { 'im.counters': 1e9, me: 1e9, 'rooms.info': 1e9, x: 1e9 },
      values: 1e9,
      heaviest: ['a', 'c', 'd', 'b'].map((path) => ({ path, calls: 1e9 })),
      ways: { ...singly, users: { mode: 'single', priced: 0 } },
      given: [],
    });
    expect(spareCalls).toBe(1e9 + 20);
  });

  it('an operation too large to price costs more than any limit, at the path where pricing stopped', () => {
    const tally = new CostTally(endpoints);
    tally.giveUp('a.b');
    expect(tally.close()).toMatchObject({
      calls: 1e9,
      byEndpoint: { unknown: 1e9 },
      values: 0,
      heaviest: [{ path: 'a.b', calls: 1e9 }],
    });
  });
});

describe('atMost', () => {
  const cost = { ...new CostTally(endpoints).close(), calls: 5, spareCalls: 24 };

  it('a request may make its price plus its spare calls, up to the limit', () => {
    expect([100, 29, 28, 5].map((limit) => atMost(cost, limit))).toEqual([29, 29, 28, 5]);
  });

  it('a request that costs more than the limit may make no call', () => {
    expect(atMost(cost, 4)).toBe(0);
  });
});
