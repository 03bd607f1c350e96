import { Kind, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { CostEstimator } from '../../../src/operation/cost/estimator.ts';
import { allLists } from '../../../src/loaders/bulk-or-single.ts';
import { createSchema } from '../../../src/schema/executable.ts';

const estimator = new CostEstimator(createSchema());

function costOf(query: string, known: readonly string[] = [], variables: Record<string, unknown> = {}) {
  const document = parse(query);
  const operation = document.definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  const knowledge = { lists: allLists, knowsRoom: (id: string) => known.includes(id) };
  return estimator.estimate(document, operation ?? expect.unreachable(), variables, knowledge) ?? expect.unreachable();
}
const rooms = (ids: string, below: string) =>
  `{ ${Array.from(ids)
    .map((id) => `${id}: directMessage(id: "${id}") { ${below} }`)
    .join(' ')} }`;

describe('Cost of rooms by id', () => {
  it.each<[string, string, readonly string[], Record<string, number>]>([
    ['an unknown room: its record', rooms('a', 'messages { totalCount }'), [], { 'dm.messages': 1, 'rooms.info': 1 }],
    ['a known room: nothing', rooms('a', 'messages { totalCount }'), ['a'], { 'dm.messages': 1 }],
    [
      'an unknown room whose fields cannot create one: nothing more',
      rooms('a', 'id counters { joined }'),
      [],
      { 'im.counters': 1 },
    ],
    ['an empty page: nothing', rooms('a', 'messages(first: 0) { nodes { id } }'), [], {}],
    [
      'the total of an empty page',
      rooms('a', 'messages(first: 0) { totalCount }'),
      [],
      { 'dm.messages': 1, 'rooms.info': 1 },
    ],
    [
      'an unknown room whose record is read anyway',
      rooms('a', 'topic messages { totalCount }'),
      [],
      { 'dm.messages': 1, 'rooms.info': 1 },
    ],
    [
      'an unknown room whose whole record is read anyway',
      rooms('a', 'legacyUsernames messages { totalCount }'),
      [],
      { 'dm.messages': 1, 'rooms.info': 1 },
    ],
    [
      'several pages of an unknown room: one record',
      rooms('a', 'messages { totalCount } other: messages(first: 3) { totalCount }'),
      [],
      { 'dm.messages': 2, 'rooms.info': 1 },
    ],
    [
      'a room under two aliases: one record',
      '{ a: directMessage(id: "r") { messages { totalCount } } b: directMessage(id: "r") { messages(first: 1) { totalCount } } }',
      [],
      { 'dm.messages': 2, 'rooms.info': 1 },
    ],
    [
      'three unknown rooms: one bulk call',
      rooms('abc', 'messages { totalCount }'),
      [],
      { 'dm.messages': 3, 'rooms.get': 1 },
    ],
    [
      'nine unknown rooms: one bulk call',
      rooms('abcdefghi', 'messages { totalCount }'),
      [],
      { 'dm.messages': 9, 'rooms.get': 1 },
    ],
    [
      'nine rooms, one of them unknown',
      rooms('abcdefghi', 'messages { totalCount }'),
      Array.from('abcdefgh'),
      { 'dm.messages': 9, 'rooms.info': 1 },
    ],
    [
      'an unknown room beside two rooms whose records are read',
      `{ t: directMessage(id: "t") { topic } u: directMessage(id: "u") { topic } ${rooms('a', 'messages { totalCount }').slice(2)}`,
      [],
      { 'dm.messages': 1, 'rooms.get': 1 },
    ],
    [
      'an unknown room beside a bulk read',
      `${rooms('xyz', 'topic').slice(0, -2)} ${rooms('a', 'messages { totalCount }').slice(2)}`,
      [],
      { 'dm.messages': 1, 'rooms.get': 1 },
    ],
    [
      'rooms of a list, which the workspace names',
      '{ viewer { directMessages(first: 5) { nodes { messages { totalCount } } } } }',
      [],
      { 'im.list': 1, 'dm.messages': 5 },
    ],
    [
      'the room with a user, which the workspace names',
      '{ directMessageWith(username: "b") { messages { totalCount } } }',
      [],
      { 'subscriptions.get': 1, 'dm.messages': 1 },
    ],
    [
      'the room of a room’s messages, which is known by then',
      '{ directMessage(id: "r") { messages(first: 2) { nodes { directMessage { messages { totalCount } } } } } }',
      ['r'],
      { 'dm.messages': 2 },
    ],
    [
      'an object that may be an unknown room',
      '{ node(id: "a") { ... on DirectMessage { id } } }',
      [],
      { 'rooms.info': 1 },
    ],
    [
      'an unknown room that is named twice: one record',
      '{ node(id: "a") { ... on DirectMessage { id } } directMessage(id: "a") { messages { totalCount } } }',
      [],
      { 'dm.messages': 1, 'rooms.info': 1 },
    ],
    ['an object that is a known room: nothing', '{ node(id: "a") { ... on DirectMessage { id } } }', ['a'], {}],
    ['an object that is no room', '{ node(id: "a") { ... on User { name } } }', [], { 'users.info': 1 }],
    [
      'an object that is looked for, and so is known by then',
      '{ node(id: "a") { ... on User { name } ... on DirectMessage { messages { totalCount } } } }',
      [],
      { 'chat.getMessage': 1, 'dm.messages': 1, 'subscriptions.get': 1, 'users.info': 1 },
    ],
  ])('L6: the cost of %s', (_name, query, known, byEndpoint) => {
    const cost = costOf(query, known);
    expect(cost.byEndpoint).toEqual(byEndpoint);
    expect(cost.calls).toBe(Object.values(byEndpoint).reduce((sum, count) => sum + count, 0));
  });

  it('L6: each room that an entity reference names by an unknown id costs its record', () => {
    const query =
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on DirectMessage { messages { totalCount } } } }';
    const of = ['a', 'b', 'a', 'c'].map((id) => ({ __typename: 'DirectMessage', id }));
    expect(costOf(query, [], { of }).byEndpoint).toEqual({ 'dm.messages': 3, 'rooms.get': 1 });
    expect(costOf(query, ['a', 'c'], { of }).byEndpoint).toEqual({ 'dm.messages': 3, 'rooms.info': 1 });
    expect(costOf(query, ['a', 'b', 'c'], { of }).byEndpoint).toEqual({ 'dm.messages': 3 });
  });

  it('L6: the list of rooms is named at the first field that needs it, not at rooms that are known', () => {
    const known = '{ k: directMessage(id: "k") { messages { totalCount } }';
    const { heaviest } = costOf(`${known} ${rooms('abc', 'topic').slice(2)}`, ['k']);
    expect(heaviest).toEqual([
      { path: 'k.messages', calls: 1 },
      { path: 'a', calls: 1 },
    ]);
  });

  it('L6: the cost of rooms by id keeps its endpoints sorted', () => {
    expect(
      Object.keys(costOf('{ viewer { unreadCount } directMessage(id: "r") { messages { totalCount } } }').byEndpoint),
    ).toEqual(['dm.messages', 'rooms.info', 'subscriptions.get']);
  });
});
