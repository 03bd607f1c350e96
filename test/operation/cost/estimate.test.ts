import { buildSchema, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { refusalOfCost } from '../../../src/operation/cost/limits.ts';
import { readPrices, roomEndpointsOf } from '../../../src/schema/prices.ts';
import { costOf, estimator, schema } from '../../support/cost-of.ts';
import { singly } from '../../../src/loaders/bulk-or-single.ts';

const callsOf = (query: string, variables?: Record<string, unknown>) => costOf(query, variables).calls;

describe('Estimated calls', () => {
  it.each<[string, string, number, Record<string, unknown>?]>([
    [
      'nothing that needs upstream',
      '{ __typename viewer { userId } upstreamBudget { endpoint } directMessage(id: "r") { id } }',
      0,
    ],
    ['counters of one room', '{ directMessage(id: "r") { counters { joined } } }', 1],
    [
      'the record of one room, whatever the number of its fields',
      '{ directMessage(id: "r") { topic usernames lastMessage { text } } }',
      1,
    ],
    [
      'the records of two rooms: one each',
      '{ a: directMessage(id: "a") { topic } b: directMessage(id: "b") { topic } }',
      2,
    ],
    [
      'the records of three rooms: one bulk call',
      '{ a: directMessage(id: "a") { topic } b: directMessage(id: "b") { topic } c: directMessage(id: "c") { topic } }',
      1,
    ],
    [
      'the records of nine rooms: no more',
      `{ ${Array.from('abcdefghi')
        .map((id) => `${id}: directMessage(id: "${id}") { topic }`)
        .join(' ')} }`,
      1,
    ],
    [
      'the record of a listed room',
      '{ viewer { directMessages(first: 50) { nodes { topic lastMessage { text } } } } }',
      1,
    ],
    [
      'fifty rooms with counters: the list, the memberships',
      '{ viewer { directMessages(first: 50) { nodes { counters { unreadCount } } } } }',
      2,
    ],
    [
      'fifty rooms with their member counts',
      '{ viewer { directMessages(first: 50) { nodes { counters { memberCount } } } } }',
      51,
    ],
    [
      'fifty rooms with counters under two aliases, one of them with the member count',
      '{ viewer { directMessages(first: 50) { nodes { a: counters { joined } b: counters { memberCount joined } } } } }',
      51,
    ],
    [
      'member counts for another user',
      '{ viewer { directMessages(first: 5) { nodes { counters(userId: "u") { memberCount } } } } }',
      6,
    ],
    [
      'counters of another user',
      '{ viewer { directMessages(first: 5) { nodes { counters(userId: "u") { joined } } } } }',
      6,
    ],
    [
      'twenty rooms with messages and counters',
      '{ viewer { directMessages(first: 20) { nodes { counters { joined } messages(first: 10) { nodes { id } } } } } }',
      22,
    ],
    ['pages without a size: twenty', '{ viewer { directMessages { nodes { members { nodes { id } } } } } }', 21],
    [
      'messages with receipts',
      '{ directMessages(first: 100) { nodes { messages(first: 100) { nodes { readReceipts { totalCount } } } } } }',
      10_101,
    ],
    [
      'an empty page',
      '{ directMessage(id: "r") { messages(first: 0) { nodes { readReceipts { totalCount } } pageInfo { startCursor } } } }',
      0,
    ],
    [
      'whether rows follow an empty page',
      '{ directMessage(id: "r") { messages(first: 0) { pageInfo { hasNextPage } } history(first: 0) { pageInfo { hasPreviousPage } } } }',
      1 + 2,
    ],
    ['the total of an empty page', '{ directMessage(id: "r") { messages(first: 0) { totalCount } } }', 1],
    [
      'one room under ten aliases',
      `{ ${Array.from('abcdefghij')
        .map((alias) => `${alias}: directMessage(id: "r") { messages(first: 20) { totalCount } }`)
        .join(' ')} }`,
      1,
    ],
    [
      'rows as nodes and as edges',
      '{ directMessage(id: "r") { messages(first: 5) { nodes { readReceipts { totalCount } } edges { node { readReceipts { isAvailable } } } } } }',
      6,
    ],
    [
      'the room of each message: one',
      '{ directMessage(id: "r") { messages(first: 50) { nodes { directMessage { topic } } } } }',
      2,
    ],
    [
      'a room in its last message in a room: three that could differ',
      '{ directMessage(id: "r") { lastMessage { directMessage { lastMessage { directMessage { topic } } } } } }',
      1,
    ],
    ['a page that continues', '{ directMessage(id: "r") { messages(first: 5, after: "c") { nodes { id } } } }', 1],
    [
      'two pages that continue, from either end',
      '{ directMessage(id: "r") { a: messages(first: 5, after: "c") { nodes { id } } b: messages(last: 5, before: "c") { nodes { id } } } }',
      2,
    ],
    ['a history: proving its end takes a call', '{ directMessage(id: "r") { history(first: 5) { nodes { id } } } }', 2],
    [
      'a history with and without facts about the rest: one page',
      '{ directMessage(id: "r") { a: history(first: 5) { nodes { id } } b: history(first: 5) { notLoadedCount } c: history(first: 5) { firstNotLoaded { id } } } }',
      2,
    ],
    [
      'a history whose aliases all select facts about the rest',
      '{ directMessage(id: "r") { a: history(first: 5) { notLoadedCount } b: history(first: 5) { ...A } b: history(first: 5) { nodes { id } } } } fragment A on MessageHistoryConnection { firstNotLoaded { id } }',
      2,
    ],
    [
      'variables as literals',
      'query($n: Int) { directMessage(id: "r") { messages(first: $n) { nodes { readReceipts { totalCount } } } } }',
      8,
      { n: 7 },
    ],
    [
      'a variable left out, as its default',
      'query($n: Int = 3) { directMessage(id: "r") { messages(first: $n) { nodes { readReceipts { totalCount } } } } }',
      4,
    ],
    [
      'a variable left out, as the field does',
      'query($n: Int) { directMessage(id: "r") { messages(first: $n) { nodes { readReceipts { totalCount } } } } }',
      21,
    ],
    [
      'a size out of range as the largest',
      'query($n: Int) { directMessage(id: "r") { messages(first: $n) { nodes { readReceipts { totalCount } } } } }',
      101,
      { n: 2_000_000_000 },
    ],
    [
      'what is skipped',
      'query($no: Boolean!) { directMessage(id: "r") { topic @include(if: $no) counters @skip(if: true) { joined } ... @skip(if: true) { history { nodes { id } } } } }',
      0,
      { no: false },
    ],
    [
      'what is included',
      'query($yes: Boolean!) { directMessage(id: "r") { topic @include(if: $yes) counters @skip(if: false) { joined } } }',
      2,
      { yes: true },
    ],
    [
      'fragments, named and inline, as what they stand for',
      '{ directMessage(id: "r") { ...A ... on DirectMessage { ...A counters { joined } } } } fragment A on DirectMessage { messages(first: 3) { ...B } } fragment B on MessageConnection { nodes { readReceipts { totalCount } } }',
      5,
    ],
    [
      'the caller’s own list and record, once each',
      '{ viewer { unreadCount user { name } } again: viewer { user { status } } directMessageWith(username: "b") { id } }',
      2,
    ],
    [
      'messages, users and receipts by id',
      '{ message(id: "m") { text readReceipts { totalCount } } user(id: "u") { name } readReceipts(messageId: "m") { totalCount } }',
      2 + 1 + 2 + 2,
    ],
    [
      'inline fragments without a type',
      '{ ... { directMessage(id: "r") { ... { topic } ... on DirectMessage { topic } } } }',
      1,
    ],
    ['introspection: nothing', '{ __schema { types { name } } __type(name: "User") { name } }', 0],
    [
      'an invalid argument, as if it were left out: graphql-js rejects it',
      '{ directMessage(id: "r") { messages(first: "x") { nodes { readReceipts { totalCount } } } } }',
      21,
    ],
    [
      'a page of the last rows',
      '{ directMessage(id: "r") { messages(last: 7) { nodes { readReceipts { totalCount } } } } }',
      8,
    ],
    [
      'a size below nothing as an empty page',
      'query($n: Int) { directMessage(id: "r") { messages(first: $n) { nodes { readReceipts { totalCount } } } } }',
      0,
      { n: -3 },
    ],
    ['an empty page with isAvailable', '{ message(id: "m") { readReceipts(first: 0) { isAvailable } } }', 2 + 1],
    [
      'messages by id: their rooms may have to be checked, in bulk',
      '{ a: message(id: "a") { id } b: message(id: "b") { id } c: message(id: "c") { id } d: message(id: "d") { id } }',
      4 + 1,
    ],
    ['receipts by id of an empty page', '{ readReceipts(messageId: "m", first: 0) { nodes { id } } }', 0],
    [
      'the total of an empty page, with its rows',
      '{ directMessage(id: "r") { messages(first: 0) { nodes { id } totalCount } } }',
      1,
    ],
    [
      'receipts that continue: their list is read whole',
      '{ message(id: "m") { readReceipts(first: 5, after: "c") { nodes { readAt } } } }',
      2 + 1,
    ],
    ['an empty list of rooms', '{ viewer { directMessages(first: 0) { nodes { counters { joined } } } } }', 0],
    ['a history that continues', '{ directMessage(id: "r") { history(first: 5, after: "c") { nodes { id } } } }', 2],
    [
      'members that continue: their list is read whole',
      '{ directMessage(id: "r") { members(first: 5, after: "c") { nodes { id } } } }',
      1,
    ],
    ['members from the front', '{ directMessage(id: "r") { members(first: 5) { nodes { id } } } }', 1],
    [
      'the room of a room’s messages, with messages of its own',
      '{ directMessage(id: "r") { messages(first: 50) { nodes { directMessage { messages(first: 2) { nodes { readReceipts { totalCount } } } } } } } }',
      1 + 1 + 2,
    ],
    [
      'the last messages of listed rooms, which come with them, and their rooms, which do not',
      '{ viewer { directMessages(first: 2) { nodes { lastMessage { directMessage { topic } } } } } }',
      1 + 2,
    ],
    [
      'the deprecated copy of the usernames, room by room',
      '{ a: directMessage(id: "a") { legacyUsernames } b: directMessage(id: "b") { legacyUsernames } c: directMessage(id: "c") { legacyUsernames topic } }',
      3,
    ],
  ])('the cost of %s', (_name, query, calls, variables) => {
    expect(callsOf(query, variables)).toBe(calls);
  });

  it('a cost lists its calls by endpoint, and the most expensive fields by path', () => {
    expect(
      costOf(
        '{ viewer { rooms: directMessages(first: 5) { nodes { latest: messages(first: 4) { nodes { readReceipts { totalCount } } } } } } }',
      ),
    ).toEqual({
      calls: 26,
      spareCalls: 20,
      values: 20,
      ways: { ...singly, users: { mode: 'single', priced: 0 } },
      given: [],
      byEndpoint: { 'chat.getMessageReadReceipts': 20, 'dm.messages': 5, 'im.list': 1 },
      heaviest: [
        { path: 'viewer.rooms.latest.readReceipts', calls: 20 },
        { path: 'viewer.rooms.latest', calls: 5 },
        { path: 'viewer.rooms', calls: 1 },
      ],
    });
  });

  it('a cost covers only the executed operation of a document', () => {
    expect(costOf('query A { me: viewer { userId } } query B { viewer { unreadCount } }').calls).toBe(0);
    expect(costOf('mutation { send { id } }')).toMatchObject({
      calls: 0,
      spareCalls: 0,
      byEndpoint: {},
      values: 0,
      heaviest: [],
    });
  });

  it('the cost of an empty page lists no endpoint and no field', () => {
    expect(
      costOf('{ directMessage(id: "r") { messages(first: 0) { nodes { readReceipts { totalCount } } } } }'),
    ).toMatchObject({ calls: 0, spareCalls: 0, byEndpoint: {}, values: 0, heaviest: [] });
  });

  it('a cost names at most five fields, and adds up those of one path', () => {
    const fields = Array.from('abcdefg').map(
      (name, index) =>
        `${name}: directMessage(id: "${name}") { messages(first: ${index + 1}) { nodes { readReceipts { totalCount } } } }`,
    );
    const { heaviest } = costOf(`{ ${fields.join(' ')} }`);
    expect(heaviest.map(({ path, calls }) => [path, calls])).toEqual(
      Array.from('gfedc').map((name, index) => [`${name}.messages.readReceipts`, 7 - index]),
    );
  });

  it('invalid variables have no cost: graphql-js reports them', () => {
    const document = parse('query($n: Int!) { directMessage(id: "r") { messages(first: $n) { totalCount } } }');
    const [operation] = document.definitions;
    expect(estimator.estimate(document, operation as OperationDefinitionNode, { n: 'many' })).toBeUndefined();
  });

  it('the cost of the same operation and variables is estimated once', () => {
    const document = parse('query($n: Int) { directMessage(id: "r") { messages(first: $n) { totalCount } } }');
    const operation = document.definitions[0] as OperationDefinitionNode;
    expect(estimator.estimate(document, operation, { n: 1 })).toBe(estimator.estimate(document, operation, { n: 1 }));
    expect(estimator.estimate(document, operation, { n: 1 })).not.toBe(
      estimator.estimate(document, operation, { n: 2 }),
    );
  });

  it('variables that the operation does not declare do not cause another estimate', () => {
    const document = parse('{ viewer { unreadCount } }');
    const operation = document.definitions[0] as OperationDefinitionNode;
    expect(estimator.estimate(document, operation, { n: 1 })).toBe(estimator.estimate(document, operation, { n: 2 }));
    const { variableDefinitions: _, ...bare } = operation;
    expect(estimator.estimate(document, bare, {})?.calls).toBe(1);
  });

  it('costs are cached for 32 sets of variables per operation, each at most 512 characters long', () => {
    const document = parse(
      'query($n: Int, $id: ID = "r") { directMessage(id: $id) { messages(first: $n) { totalCount } } }',
    );
    const operation = document.definitions[0] as OperationDefinitionNode;
    const isRemembered = (variables: Record<string, unknown>) =>
      estimator.estimate(document, operation, variables) === estimator.estimate(document, operation, variables);
    const ofLength = (length: number) => ({ id: 'r'.repeat(length - '{"id":""}'.length) });
    expect([isRemembered(ofLength(512)), isRemembered(ofLength(513))]).toEqual([true, false]);
    expect(Array.from({ length: 31 }, (_, n) => isRemembered({ n })).every(Boolean)).toBe(true);
    expect([isRemembered({ n: 31 }), isRemembered({ n: 0 })]).toEqual([false, true]);
  });
});

describe('Spare calls', () => {
  it.each<[string, string, number]>([
    [
      'pages from the front, once for all',
      '{ viewer { directMessages(first: 20) { nodes { messages(first: 5) { nodes { id readReceipts { totalCount } } } } } } }',
      20,
    ],
    [
      'nothing that can move',
      '{ directMessage(id: "r") { topic counters { joined } } message(id: "m") { readReceipts { totalCount } } }',
      0,
    ],
    [
      'a page after a cursor: one to fill it, twenty to search',
      '{ directMessage(id: "r") { messages(first: 5, after: "c") { nodes { id } } } }',
      21,
    ],
    [
      'two of them: searches once',
      '{ directMessage(id: "r") { a: messages(first: 5, after: "c") { nodes { id } } b: messages(last: 5, before: "c") { nodes { id } } } }',
      22,
    ],
    ['a history', '{ directMessage(id: "r") { history(first: 5) { nodes { id } } } }', 20],
    ['members', '{ directMessage(id: "r") { members(first: 5) { nodes { id } } } }', 20],
    [
      'a bulk list, which single calls replace if it fails',
      '{ viewer { directMessages(first: 50) { nodes { counters { unreadCount } } } } }',
      20,
    ],
  ])('the spare calls of %s', (_name, query, spareCalls) => {
    expect(costOf(query).spareCalls).toBe(spareCalls);
  });

  it('L1: a list known to fail is in no cost, and leaves no spare calls', () => {
    const rooms = Array.from('abcd')
      .map((id) => `${id}: directMessage(id: "${id}") { topic counters { joined } }`)
      .join(' ');
    const document = parse(`{ ${rooms} }`);
    const operation = document.definitions[0] as OperationDefinitionNode;
    const costWith = (rooms: boolean) =>
      estimator.estimate(document, operation, {}, { lists: { rooms, memberships: true }, knowsRoom: () => true });
    expect(costWith(true)).toMatchObject({
      calls: 2,
      spareCalls: 20,
      byEndpoint: { 'rooms.get': 1, 'subscriptions.get': 1 },
    });
    expect(costWith(false)).toMatchObject({
      calls: 8,
      spareCalls: 0,
      byEndpoint: { 'rooms.info': 4, 'im.counters': 4 },
    });
    expect(costWith(true)).toBe(costWith(true));
  });
});

describe('Cost of entity references', () => {
  const query = (below: string) => `query($of: [_Any!]!) { _entities(representations: $of) { __typename ${below} } }`;
  const of = (names: Record<string, number>) => ({
    of: Object.entries(names).flatMap(([__typename, count]) =>
      Array.from({ length: count }, (_, index) => ({ __typename, id: `id${index}` })),
    ),
  });

  it('each entity reference costs the price of its type', () => {
    const cost = costOf(
      query('... on Message { text } ... on User { name } ... on DirectMessage { topic counters { joined } }'),
      of({ Message: 3, User: 2, DirectMessage: 2 }),
    );
    expect(cost.byEndpoint).toEqual({ 'chat.getMessage': 3, 'users.info': 2, 'rooms.get': 1, 'subscriptions.get': 1 });
    expect(cost.heaviest).toEqual([
      { path: '_entities', calls: 6 },
      { path: '_entities.counters', calls: 1 },
    ]);
    // 25 for each of the seven, its `__typename`, one field of each message and user, and two of each room.
    expect(cost.values).toBe(7 * 25 + 7 + 3 + 2 + 2 + 2);
  });

  it('only fields selected on an entity’s own type count, also through the union', () => {
    expect(
      callsOf(
        query('... on _Entity { ... on DirectMessage { messages(first: 1) { nodes { id } } } }'),
        of({ DirectMessage: 4, Message: 1 }),
      ),
    ).toBe(4 + 1 + 1);
    expect(costOf(query('... on User { name }'), of({ DirectMessage: 4 }))).toMatchObject({
      calls: 0,
      byEndpoint: {},
      values: 4 * 25 + 4,
      heaviest: [],
    });
    const parts = `${query('... on User { id } ...Named')} fragment Named on Message { id }`;
    expect(costOf(parts, of({ DirectMessage: 4 })).values).toBe(4 * 25 + 4);
    expect(costOf(parts, of({ User: 4, Message: 1 })).values).toBe(5 * 25 + 5 + 5);
  });

  it('invalid entity references cost nothing', () => {
    expect(callsOf('{ _entities(representations: null) { __typename } }')).toBe(0);
    expect(
      callsOf(query('... on User { name }'), {
        of: ['User', 7, {}, { __typename: 'Viewer', id: 'v' }, { __typename: 'User' }, { __typename: 'User', id: 'u' }],
      }),
    ).toBe(1);
  });

  it('each entity reference may belong to a different room', () => {
    expect(
      callsOf(query('... on Message { directMessage { messages(first: 1) { nodes { id } } } }'), of({ Message: 3 })),
    ).toBe(3 + 1 + 3);
  });
});

describe('Estimated response size', () => {
  it.each<[string, string, number]>([
    ['a value for each field', '{ viewer { userId unreadCount user { name } } }', 3],
    [
      'rows times fields',
      '{ directMessage(id: "r") { messages(first: 5) { totalCount nodes { id text } pageInfo { hasNextPage } } } }',
      1 + 5 * 2 + 1,
    ],
    [
      'edges with their cursors',
      '{ directMessage(id: "r") { messages(first: 5) { edges { cursor node { id text } } } } }',
      5 + 5 * 2,
    ],
    [
      'cursors under several aliases',
      '{ directMessage(id: "r") { a: messages(first: 5) { edges { cursor } again: edges { cursor } } b: messages(first: 5) { edges { cursor } } } }',
      2 * 2 * 5,
    ],
    [
      'each alias, though it is loaded once',
      '{ directMessage(id: "r") { a: messages(first: 5) { nodes { id } } b: messages(first: 5) { nodes { id } totalCount } } }',
      2 * 5 + 2,
    ],
    [
      'rows under several aliases',
      '{ directMessage(id: "r") { messages(first: 5) { nodes { id } again: nodes { id } more: edges { cursor node { id } } } } }',
      3 * 5 + 5,
    ],
    [
      'values under several aliases',
      '{ directMessage(id: "r") { messages(first: 5) { a: totalCount b: totalCount edges { c: cursor d: cursor x: node { id } y: node { id } } } } }',
      2 + 5 * 2 + 5 * 2,
    ],
    [
      'the room of each message',
      '{ directMessage(id: "r") { messages(first: 5) { nodes { directMessage { id topic } } } } }',
      5 * 2,
    ],
    [
      'pages in pages',
      '{ viewer { directMessages(first: 4) { nodes { a: members(first: 3) { nodes { id } } b: members(first: 3) { nodes { id } } } } } }',
      4 * 3 * 2,
    ],
    [
      'lists that are not paged by their assumed size',
      '{ directMessage(id: "r") { usernames messages(first: 5) { nodes { markup { nodes { type text } } reactions { emoji usernames } attachments { attachments { kind } } } } } }',
      3 + 5 * (6 * 2 + 1 * (1 + 2) + 1),
    ],
    [
      'lists that are not paged under several aliases',
      '{ a: upstreamBudget { endpoint } b: upstreamBudget { endpoint limit } }',
      2 * 14 * 2,
    ],
    ['nothing of an empty page', '{ directMessage(id: "r") { messages(first: 0) { nodes { id } } } }', 0],
  ])('the estimated response size counts %s', (_name, query, values) => {
    expect(costOf(query).values).toBe(values);
  });

  it('the estimated response size stops growing, and the refusal names it', () => {
    const inner =
      '{ nodes { directMessage { messages(first: 100) { nodes { directMessage { messages(first: 100) { nodes { id } } } } } } } }';
    const cost = costOf(`{ viewer { directMessages(first: 100) { nodes { messages(first: 100) ${inner} } } } }`);
    expect(cost.values).toBe(1e8);
    const error = refusalOfCost(cost, Number.POSITIVE_INFINITY);
    expect(error?.message).toBe(
      'The response to this query can hold 100000000 values; the limit is 30000. Ask for smaller pages or fewer references, or for less in each.',
    );
    expect(error?.extensions).toEqual({ code: 'QUERY_TOO_COMPLEX', http: { status: 400 } });
  });
});

describe('Hostile queries', () => {
  /** Fragments that use the next one twice, with different arguments: 2 ** levels places. */
  const bomb = (levels: number) =>
    `query($n: Int) { directMessage(id: "r") { ...F0 } } ${Array.from({ length: levels }, (_, level) => {
      const next = level + 1 < levels ? `...F${level + 1}` : 'id';
      const part = (size: string) =>
        `a${level}${size.replace('$', '')}: messages(first: ${size}) { nodes { directMessage { ${next} } } }`;
      return `fragment F${level} on DirectMessage { ${part('$n')} ${part('2')} }`;
    }).join(' ')}`;

  it('doubling fragments of 2 ** 30 and 2 ** 300 places are too expensive, and their estimate stops early', () => {
    for (const levels of [30, 300]) expect(callsOf(bomb(levels), { n: 1 })).toBe(1e9);
  });

  it('ten thousand equal fields cost as much as one', () => {
    const fields = Array.from({ length: 10_000 }, (_, index) => `a${index}: counters { joined }`).join(' ');
    expect(callsOf(`{ directMessage(id: "r") { ${fields} } }`)).toBe(1);
  });

  it('thousands of different fields all count', () => {
    const fields = Array.from(
      { length: 4000 },
      (_, index) => `a${index}: counters(userId: "u${index}") { joined }`,
    ).join(' ');
    expect(callsOf(`{ directMessage(id: "r") { ${fields} } }`)).toBe(4000);
  });

  it('the estimate of circular fragments ends', () => {
    expect(
      callsOf(
        '{ directMessage(id: "r") { ...A } } fragment A on DirectMessage { counters { joined } ...B } fragment B on DirectMessage { ...A }',
      ),
    ).toBe(1);
  });
});

describe('Prices', () => {
  const prices = readPrices(schema);

  it('prices come from the schema, with an entry for every field', () => {
    expect(prices.get('DirectMessage.messages')).toMatchObject({
      calls: [{ endpoint: 'dm.messages', times: 1, upTo: undefined, paging: 'offset', bulk: undefined, variedBy: [] }],
    });
    expect(prices.get('Message.text')).toMatchObject({ calls: [], fromRecord: 'no', isReference: false });
  });

  it('a price with an unknown paging is rejected', () => {
    const written = (paging: string) =>
      buildSchema(
        `directive @calls(endpoint: String!, paging: String) on FIELD_DEFINITION type Query { rows: Int @calls(endpoint: "x", paging: "${paging}") }`,
      );
    expect(readPrices(written('whole')).get('Query.rows')).toMatchObject({
      calls: [{ endpoint: 'x', paging: 'whole' }],
    });
    expect(() => readPrices(written('toString'))).toThrow(
      '@calls(paging: "toString") must be one of offset, timeline, whole.',
    );
  });

  it('the schema names the endpoints that read rooms, each exactly once', () => {
    expect(roomEndpointsOf(prices)).toEqual({
      record: { single: 'rooms.info', bulk: 'rooms.get', isPerRoom: false },
      counters: { single: 'im.counters', bulk: 'subscriptions.get' },
      users: { single: 'users.info', bulk: 'im.members', isPerRoom: true },
    });
    const endpointsIn = (types: string) =>
      roomEndpointsOf(
        readPrices(
          buildSchema(
            `directive @calls(endpoint: String!, bulk: String) repeatable on FIELD_DEFINITION
             directive @record(endpoint: String!, bulk: String!, isPerRoom: Boolean) on OBJECT
             ${types}`,
          ),
        ),
      );
    const room = (name: string) => `type ${name} @record(endpoint: "one", bulk: "all")`;
    const user = 'type User @record(endpoint: "one", bulk: "room", isPerRoom: true) { id: ID }';
    const field = 'counters: Int @calls(endpoint: "a", bulk: "b")';
    const whole = `${user} ${room('Query')} { ${field} }`;
    expect(endpointsIn(whole).counters).toEqual({ single: 'a', bulk: 'b' });
    for (const types of [
      `${user} type Query { ${field} }`,
      `${user} ${room('Query')} { a: Int }`,
      `${user} ${room('Query')} { ${field} again: Int @calls(endpoint: "a", bulk: "b") }`,
      `${whole} ${room('Other')} { a: Int }`,
      `${whole} ${user.replace('User', 'Other')}`,
      `${room('Query')} { ${field} }`,
    ])
      expect(() => endpointsIn(types)).toThrow(
        'The schema must have two types with @record, one per room, and one field with @calls(bulk).',
      );
  });

  it('every connection has a price', () => {
    const unpriced = [...prices].filter(([coordinate, price]) => {
      const [type = '', field = ''] = coordinate.split('.');
      const built = schema.getType(type);
      const returned = built !== undefined && 'getFields' in built ? String(built.getFields()[field]?.type) : '';
      return returned.endsWith('Connection') && price.calls.length === 0;
    });
    expect(unpriced).toEqual([]);
  });
});

describe('Queries above the limit', () => {
  it('a query above the limit is rejected with its cost and its most expensive fields', () => {
    const error = refusalOfCost(
      costOf('{ directMessages(first: 100) { nodes { messages(first: 100) { totalCount } } } }'),
      100,
    );
    expect(error?.message).toBe(
      'This query can cost 101 upstream calls; the limit is 100. Ask for smaller pages, or for less in each row.',
    );
    const cost = {
      estimated: 101,
      limit: 100,
      heaviest: [
        { path: 'directMessages.messages', calls: 100 },
        { path: 'directMessages', calls: 1 },
      ],
    };
    expect(error?.extensions).toEqual({ code: 'QUERY_TOO_COMPLEX', cost, http: { status: 400 } });
  });
});
