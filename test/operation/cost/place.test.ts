import { buildSchema, isObjectType, type GraphQLObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import {
  manyObjects,
  pageSize,
  placeBelow,
  rootPlace,
  rootsOf,
  type Place,
} from '../../../src/operation/cost/place.ts';
import type { FieldPrice } from '../../../src/schema/prices.ts';
import { schema } from '../../support/cost-of.ts';
import { readPrices } from '../../../src/schema/prices.ts';

const prices = readPrices(schema);

function typeOf(name: string): GraphQLObjectType {
  const type = schema.getType(name);
  return isObjectType(type) ? type : expect.unreachable();
}

const place = (values: Partial<Place>): Place => ({ ...rootPlace, ...values });

/** What a field returns, and how many new sets of rooms it begins. */
function below(coordinate: string, size: number, parent: Partial<Place> = {}, changed: Partial<FieldPrice> = {}) {
  const [type = '', name = ''] = coordinate.split('.');
  const field = typeOf(type).getFields()[name] ?? expect.unreachable();
  const named = String(field.type).replaceAll(/[[\]!]/g, '');
  const price = prices.get(coordinate);
  let sets = 100;
  const { threads: _, hasRecord: __, has: ___, answeredBy: ____, ...parents } = place(parent);
  return placeBelow(prices, typeOf(named), price && { ...price, ...changed }, size, parents, () => (sets += 1));
}

describe('The size of a page', () => {
  const fields = buildSchema('type Query { page(first: Int, last: Int): String, plain(id: ID): String }')
    .getQueryType()
    ?.getFields();
  const field = (name: string) => fields?.[name] ?? expect.unreachable();

  it.each<[Record<string, unknown>, number]>([
    [{}, 20],
    [{ first: 7 }, 7],
    [{ last: 8 }, 8],
    [{ first: 7, last: 8 }, 7],
    [{ first: 0 }, 0],
    [{ first: -3 }, 0],
    [{ first: 100 }, 100],
    [{ first: 101 }, 100],
    [{ first: null, last: null }, 20],
  ])('of %j is %i', (args, size) => {
    expect(pageSize(field('page'), args)).toBe(size);
  });

  it('is none for a field that is no page', () => {
    expect(pageSize(field('plain'), { first: 5 })).toBeUndefined();
  });
});

describe('The messages that replies reply to', () => {
  it.each([
    [
      { count: 10, copies: 1, threads: 1 },
      { count: 1, copies: 10 },
    ],
    [
      { count: 10, copies: 2, threads: 4 },
      { count: 4, copies: 6 },
    ],
    [
      { count: 10, copies: 3, threads: undefined },
      { count: 10, copies: 3 },
    ],
    [
      { count: 0, copies: 1, threads: 0 },
      { count: 0, copies: 0 },
    ],
    [
      { count: 100, copies: 1e8, threads: 1 },
      { count: 1, copies: manyObjects },
    ],
  ])('%j', (replies, roots) => {
    expect(rootsOf(place({ ...replies, path: 'a' }))).toEqual(place({ ...replies, ...roots, path: 'a' }));
  });
});

describe('The place below a field', () => {
  it('of a list of rooms: each is a room of its own, with its record', () => {
    expect(below('Viewer.directMessages', 50, { path: 'viewer.directMessages' })).toEqual(
      place({
        count: 50,
        rooms: 50,
        roomSet: 102,
        hasRecord: true,
        has: [],
        path: 'viewer.directMessages',
      }),
    );
  });

  it('of a room by id: a reference in a set of rooms of its own', () => {
    const found = below('Query.directMessage', 1, { given: ['r'], path: 'directMessage' });
    expect(found).toMatchObject({ count: 1, rooms: 1, roomSet: 101, hasRecord: false, given: ['r'] });
  });

  it('of messages: rows of their parents’ rooms, whose number stays', () => {
    expect(below('DirectMessage.messages', 10, { count: 3, rooms: 3, roomSet: 7, copies: 2 })).toMatchObject({
      count: 30,
      rooms: 3,
      roomSet: 7,
      copies: 2,
      threads: undefined,
    });
  });

  it('of a message’s room: those of a page share theirs, which is written for each', () => {
    const found = below('Message.directMessage', 1, { count: 30, rooms: 3, roomSet: 7, copies: 2 });
    expect(found).toMatchObject({ count: 3, rooms: 3, copies: 20, roomSet: 7, hasRecord: false });
  });

  it('of rooms that messages of no room lead to', () => {
    expect(below('Message.directMessage', 1, { count: 5, rooms: 0, roomSet: 7 })).toMatchObject({
      count: 0,
      copies: 5,
    });
  });

  it('stops growing', () => {
    const many = { count: manyObjects, rooms: manyObjects, copies: manyObjects, roomSet: 7 };
    expect(below('DirectMessage.messages', 100, many)).toMatchObject({ count: manyObjects, copies: manyObjects });
    expect(below('Message.directMessage', 100, many)).toMatchObject({
      count: manyObjects,
      rooms: manyObjects,
      copies: manyObjects,
    });
  });

  it('of replies belongs to as many threads as there are parents', () => {
    const found = below('Thread.replies', 10, { count: 4, roomSet: 7 });
    expect([found.count, found.threads]).toEqual([40, 4]);
  });

  it('of other people’s rooms stays that, however deep', () => {
    expect(below('Query.directMessages', 2).isOfOthers).toBe(true);
    expect(below('DirectMessage.messages', 2, { isOfOthers: true }).isOfOthers).toBe(true);
    expect(below('DirectMessage.messages', 2, { isOfOthers: false }).isOfOthers).toBe(false);
    expect(below('Message.directMessage', 1, { isOfOthers: true, roomSet: 7 }).isOfOthers).toBe(true);
  });

  it('begins a set of rooms at the root and below a room of the client’s choice, and nowhere else', () => {
    expect(below('DirectMessage.messages', 1, { roomSet: 0 }).roomSet).toBe(101);
    expect(below('DirectMessage.messages', 1, { roomSet: 7 }).roomSet).toBe(7);
    expect(below('DirectMessage.messages', 1, { roomSet: 7 }, { isGiven: true }).roomSet).toBe(101);
  });

  it('says which endpoint answers it, where that reads in bulk', () => {
    const call = { times: 1, upTo: undefined, paging: undefined, variedBy: [] };
    const calls = [
      { ...call, endpoint: 'first', bulk: undefined },
      { ...call, endpoint: 'second', bulk: 'list' },
    ];
    expect(below('DirectMessage.messages', 1, {}, { calls }).answeredBy).toBe('second');
    expect(below('DirectMessage.messages', 1, {}, { calls: [] }).answeredBy).toBeUndefined();
  });
});
