import { Kind, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { Planner, tooComplex } from '../../src/planning/planner.ts';
import { readPrices } from '../../src/planning/prices.ts';
import { createSchema } from '../../src/schema.ts';

const schema = createSchema();
const planner = new Planner(schema);

function planOf(query: string, variables: Record<string, unknown> = {}) {
  const document = parse(query);
  const operation = document.definitions.find((node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION);
  return planner.plan(document, operation ?? expect.unreachable(), variables) ?? expect.unreachable();
}
const callsOf = (query: string, variables?: Record<string, unknown>) => planOf(query, variables).calls;

describe('the price of a query', () => {
  it.each<[string, string, number, Record<string, unknown>?]>([
    ['nothing that needs upstream', '{ __typename viewer { id } upstreamBudget { endpoint } directMessage(id: "r") { id } }', 0],
    ['counters of one room', '{ directMessage(id: "r") { counters { joined } } }', 1],
    ['the record of one room, whatever the number of its fields', '{ directMessage(id: "r") { topic usernames lastMessage { text } } }', 1],
    ['the records of three rooms: all at once, after two singly at the most', '{ a: directMessage(id: "a") { topic } b: directMessage(id: "b") { topic } c: directMessage(id: "c") { topic } }', 3],
    ['the records of nine rooms: no more', `{ ${Array.from('abcdefghi').map((id) => `${id}: directMessage(id: "${id}") { topic }`).join(' ')} }`, 3],
    ['the record of a listed room', '{ viewer { directMessages(first: 50) { nodes { topic lastMessage { text } } } } }', 1],
    ['fifty rooms with counters', '{ viewer { directMessages(first: 50) { nodes { counters { unreadCount } } } } }', 1 + 2 + 1 + 1],
    ['fifty rooms with their members counted', '{ viewer { directMessages(first: 50) { nodes { counters { memberCount } } } } }', 51 + 4],
    ['counters of another user', '{ viewer { directMessages(first: 5) { nodes { counters(userId: "u") { joined } } } } }', 6],
    ['twenty rooms with messages and counters', '{ viewer { directMessages(first: 20) { nodes { counters { joined } messages(first: 10) { nodes { id } } } } } }', 25],
    ['pages without a size: twenty', '{ viewer { directMessages { nodes { members { nodes { id } } } } } }', 21 + 20],
    ['messages with receipts', '{ directMessages(first: 100) { nodes { messages(first: 100) { nodes { readReceipts { totalCount } } } } } }', 10_101],
    ['an empty page', '{ directMessage(id: "r") { messages(first: 0) { nodes { readReceipts { totalCount } } pageInfo { hasNextPage } } } }', 0],
    ['the total of an empty page', '{ directMessage(id: "r") { messages(first: 0) { totalCount } } }', 1],
    ['one room under ten aliases', `{ ${Array.from('abcdefghij').map((alias) => `${alias}: directMessage(id: "r") { messages(first: 20) { totalCount } }`).join(' ')} }`, 1],
    ['rows as nodes and as edges', '{ directMessage(id: "r") { messages(first: 5) { nodes { readReceipts { totalCount } } edges { node { readReceipts { isAvailable } } } } } }', 6],
    ['the room of each message: one', '{ directMessage(id: "r") { messages(first: 50) { nodes { directMessage { topic } } } } }', 2],
    ['a room in its last message in a room', '{ directMessage(id: "r") { lastMessage { directMessage { lastMessage { directMessage { topic } } } } } }', 3],
    ['a page that continues: one more to fill it, and the allowance to find its place', '{ directMessage(id: "r") { messages(first: 5, after: "c") { nodes { id } } } }', 2 + 20],
    ['the allowance, once', '{ directMessage(id: "r") { a: messages(first: 5, after: "c") { nodes { id } } b: messages(last: 5, before: "c") { nodes { id } } } }', 4 + 20],
    ['a history: its end may have to be asked for', '{ directMessage(id: "r") { history(first: 5) { nodes { id } } } }', 2 + 20],
    ['variables as literals', 'query($n: Int) { directMessage(id: "r") { messages(first: $n) { nodes { readReceipts { totalCount } } } } }', 8, { n: 7 }],
    ['a variable left out, as its default', 'query($n: Int = 3) { directMessage(id: "r") { messages(first: $n) { nodes { readReceipts { totalCount } } } } }', 4],
    ['a variable left out, as the field does', 'query($n: Int) { directMessage(id: "r") { messages(first: $n) { nodes { readReceipts { totalCount } } } } }', 21],
    ['a size out of range as the largest', 'query($n: Int) { directMessage(id: "r") { messages(first: $n) { nodes { readReceipts { totalCount } } } } }', 101, { n: 2_000_000_000 }],
    ['what is skipped', 'query($no: Boolean!) { directMessage(id: "r") { topic @include(if: $no) counters @skip(if: true) { joined } ... @skip(if: true) { history { nodes { id } } } } }', 0, { no: false }],
    ['what is included', 'query($yes: Boolean!) { directMessage(id: "r") { topic @include(if: $yes) counters @skip(if: false) { joined } } }', 2, { yes: true }],
    ['fragments, named and inline, as what they stand for', '{ directMessage(id: "r") { ...A ... on DirectMessage { ...A counters { joined } } } } fragment A on DirectMessage { messages(first: 3) { ...B } } fragment B on MessageConnection { nodes { readReceipts { totalCount } } }', 5],
    ['the caller’s own list and record, once each', '{ viewer { unreadCount user { name } } again: viewer { user { status } } directMessageWith(username: "b") { id } }', 2],
    ['messages, users and receipts by id', '{ message(id: "m") { text readReceipts { totalCount } } user(id: "u") { name } readReceipts(messageId: "m") { totalCount } }', 4],
    ['the deprecated copy of the usernames, room by room', '{ a: directMessage(id: "a") { legacyUsernames } b: directMessage(id: "b") { legacyUsernames } c: directMessage(id: "c") { legacyUsernames topic } }', 4],
  ])('%s', (_name, query, calls, variables) => {
    expect(callsOf(query, variables)).toBe(calls);
  });

  it('is told by endpoint, with the heaviest fields by their paths', () => {
    expect(planOf('{ viewer { rooms: directMessages(first: 5) { nodes { latest: messages(first: 4) { nodes { readReceipts { totalCount } } } } } } }')).toEqual({
      calls: 26,
      values: 20,
      byEndpoint: { 'chat.getMessageReadReceipts': 20, 'dm.messages': 5, 'im.list': 1 },
      heaviest: [
        { path: 'viewer.rooms.latest.readReceipts', calls: 20 },
        { path: 'viewer.rooms.latest', calls: 5 },
        { path: 'viewer.rooms', calls: 1 },
      ],
    });
  });

  it('is not known where the variables do not fit: execution says so', () => {
    const document = parse('query($n: Int!) { directMessage(id: "r") { messages(first: $n) { totalCount } } }');
    const [operation] = document.definitions;
    expect(planner.plan(document, operation as OperationDefinitionNode, { n: 'many' })).toBeUndefined();
  });

  it('is worked out once for the same operation and variables', () => {
    const document = parse('query($n: Int) { directMessage(id: "r") { messages(first: $n) { totalCount } } }');
    const operation = document.definitions[0] as OperationDefinitionNode;
    expect(planner.plan(document, operation, { n: 1 })).toBe(planner.plan(document, operation, { n: 1 }));
    expect(planner.plan(document, operation, { n: 1 })).not.toBe(planner.plan(document, operation, { n: 2 }));
  });
});

describe('a hostile query', () => {
  /** Fragments that use the next one twice, with different arguments: 2 ** levels places. */
  const bomb = (levels: number) =>
    `query($n: Int) { directMessage(id: "r") { ...F0 } } ${Array.from({ length: levels }, (_, level) => {
      const next = level + 1 < levels ? `...F${level + 1}` : 'id';
      const part = (size: string) => `a${level}${size.replace('$', '')}: messages(first: ${size}) { nodes { directMessage { ${next} } } }`;
      return `fragment F${level} on DirectMessage { ${part('$n')} ${part('2')} }`;
    }).join(' ')}`;

  it('of doubling fragments is too expensive, and is given up early: 2 ** 30 and 2 ** 300 places', () => {
    for (const levels of [30, 300]) expect(callsOf(bomb(levels), { n: 1 })).toBe(1e9);
  });

  it('of ten thousand equal fields costs what one costs', () => {
    const fields = Array.from({ length: 10_000 }, (_, index) => `a${index}: counters { joined }`).join(' ');
    expect(callsOf(`{ directMessage(id: "r") { ${fields} } }`)).toBe(1);
  });

  it('of thousands of different fields costs them all', () => {
    const fields = Array.from({ length: 4000 }, (_, index) => `a${index}: counters(userId: "u${index}") { joined }`).join(' ');
    expect(callsOf(`{ directMessage(id: "r") { ${fields} } }`)).toBe(4000);
  });

  it('of fragments that use themselves ends', () => {
    expect(callsOf('{ directMessage(id: "r") { ...A } } fragment A on DirectMessage { counters { joined } ...B } fragment B on DirectMessage { ...A }')).toBe(1);
  });
});

describe('a price list', () => {
  const prices = readPrices(schema);

  it('is the schema itself: every field has an entry', () => {
    expect(prices.get('DirectMessage.messages')).toMatchObject({ calls: [{ endpoint: 'dm.messages', from: 1, searches: true }] });
    expect(prices.get('Message.text')).toMatchObject({ calls: [], fromRecord: 'no', isReference: false });
  });

  it('has a price for every connection, and for every field that leads to another record', () => {
    const unpriced = [...prices].filter(([coordinate, price]) => {
      const [type = '', field = ''] = coordinate.split('.');
      const built = schema.getType(type);
      const returned = built !== undefined && 'getFields' in built ? String(built.getFields()[field]?.type) : '';
      return returned.endsWith('Connection') && price.calls.length === 0;
    });
    expect(unpriced).toEqual([]);
  });
});

describe('a query above the limit', () => {
  it('is refused with what it would cost, and where', () => {
    const error = tooComplex(planOf('{ directMessages(first: 100) { nodes { messages(first: 100) { totalCount } } } }'), 100);
    expect(error.extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', cost: { estimated: 101, limit: 100, heaviest: ['directMessages.messages', 'directMessages'] } });
  });
});
