import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readPrices, roomEndpointsOf } from '../../src/schema/prices.ts';

const directives = readFileSync('schema/cost.graphql', 'utf8');
const pricesOf = (types: string) => readPrices(buildSchema(`${directives} ${types}`));

const free = {
  calls: [],
  argumentCalls: new Map(),
  fromRecord: 'no',
  checksRoom: false,
  isReference: false,
  isGiven: false,
  has: [],
  isFreeById: false,
  isOfOneThread: false,
  isOfOthers: false,
  record: undefined,
  isOfAllPages: false,
  assumedSize: 1,
};
const oneCall = { endpoint: 'im.list', times: 1, upTo: undefined, paging: undefined, bulk: undefined, variedBy: [] };

describe('The price of a field', () => {
  it.each<[string, object]>([
    ['', {}],
    ['@calls(endpoint: "im.list")', { calls: [oneCall] }],
    [
      '@calls(endpoint: "im.list", times: 3, upTo: 7, paging: "offset", bulk: "rooms.get", variedBy: ["a", "b"])',
      { calls: [{ ...oneCall, times: 3, upTo: 7, paging: 'offset', bulk: 'rooms.get', variedBy: ['a', 'b'] }] },
    ],
    [
      '@calls(endpoint: "im.list") @calls(endpoint: "me", upTo: null)',
      { calls: [oneCall, { ...oneCall, endpoint: 'me' }] },
    ],
    ['@fromRecord', { fromRecord: 'part' }],
    ['@fromRecord(whole: true)', { fromRecord: 'whole' }],
    ['@fromRecord(ifGiven: true)', { fromRecord: 'ifGiven' }],
    ['@fromRecord(whole: true, ifGiven: true)', { fromRecord: 'ifGiven' }],
    ['@checksRoom', { checksRoom: true }],
    ['@reference', { isReference: true }],
    [
      '@reference(isGiven: true, has: ["name"], isFreeById: true)',
      { isReference: true, isGiven: true, has: ['name'], isFreeById: true },
    ],
    ['@ofOneThread', { isOfOneThread: true }],
    ['@ofOthers', { isOfOthers: true }],
    ['@ofAllPages', { isOfAllPages: true }],
    ['@assumedSize(elements: 5)', { assumedSize: 5 }],
    ['@deprecated', {}],
  ])('%s', (applied, price) => {
    const prices = pricesOf(`type Query { field: Int ${applied}, other: Int }`);
    expect(prices.get('Query.field')).toEqual({ ...free, ...price });
    expect(prices.get('Query.other')).toEqual(free);
  });

  it('can depend on an argument', () => {
    const prices = pricesOf('type Query { field(a: Int, b: Int @calls(endpoint: "im.list")): Int }');
    expect(prices.get('Query.field')).toEqual({ ...free, argumentCalls: new Map([['b', [oneCall]]]) });
  });

  it('names a way of paging that exists', () => {
    expect(() => pricesOf('type Query { field: Int @calls(endpoint: "im.list", paging: "pages") }')).toThrow(
      '@calls(paging: "pages") must be one of offset, timeline, whole.',
    );
  });
});

describe('The price of a type', () => {
  it('is that of finding one by its key', () => {
    const prices = pricesOf(`
      type Query { field: Int }
      type Message @calls(endpoint: "im.list") @checksRoom { id: ID }
      type Room @record(endpoint: "rooms.info", bulk: "rooms.get") { id: ID }
      type User @record(endpoint: "users.info", bulk: "im.members", isPerRoom: true) { id: ID }
      interface Node { id: ID }
    `);
    expect(prices.get('Query')).toEqual(free);
    expect(prices.get('Message')).toEqual({ ...free, calls: [oneCall], checksRoom: true });
    const record = { single: 'rooms.info', bulk: 'rooms.get', isPerRoom: false };
    expect(prices.get('Room')).toEqual({ ...free, record });
    const users = { single: 'users.info', bulk: 'im.members', isPerRoom: true };
    expect(prices.get('User')).toEqual({ ...free, record: users });
    expect([...prices.keys()].filter((name) => name.startsWith('Node'))).toEqual([]);
  });
});

describe('The endpoints of rooms', () => {
  const room = 'type Room @record(endpoint: "rooms.info", bulk: "rooms.get") { id: ID }';
  const user = 'type User @record(endpoint: "users.info", bulk: "im.members", isPerRoom: true) { id: ID }';
  const counters = 'type Query { counters: Int @calls(endpoint: "im.counters", bulk: "subscriptions.get") }';

  it('are those that the schema names', () => {
    expect(roomEndpointsOf(pricesOf(`${room} ${user} ${counters}`))).toEqual({
      record: { single: 'rooms.info', bulk: 'rooms.get', isPerRoom: false },
      users: { single: 'users.info', bulk: 'im.members', isPerRoom: true },
      counters: { single: 'im.counters', bulk: 'subscriptions.get' },
    });
  });

  it.each([
    ['no record', `${user} ${counters}`],
    ['no users', `${room} ${counters}`],
    ['no counters', `${room} ${user} type Query { counters: Int @calls(endpoint: "im.counters") }`],
    ['two records', `${room} ${user} ${counters} ${room.replace('Room', 'Other')}`],
    ['two kinds of users', `${room} ${user} ${counters} ${user.replace('User', 'Other')}`],
    ['two counters', `${room} ${user} ${counters} ${counters.replace('Query', 'Other')}`],
  ])('must stand in the schema once: %s', (_name, types) => {
    expect(() => roomEndpointsOf(pricesOf(types))).toThrow('The schema must have two types with @record');
  });
});
