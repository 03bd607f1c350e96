import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { createSchema } from '../../../src/schema/executable.ts';
import { startTestGateway, type AskOptions, type TestGateway } from '../../support/gateway.ts';
import { randomOperation } from '../../support/operations.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { LOG_LEVEL: 'silent', INTROSPECTION: 'on' } });
});
afterAll(() => gateway.close());

const times = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');

const plannedCallsOf = (extensions: Record<string, unknown> = {}): number =>
  (extensions['upstream'] as { plannedCalls: number }).plannedCalls;

/** Asks something that must be refused without a call, a large answer, or any of node's own words. */
async function refused(query: string, options?: AskOptions) {
  const { status, calls, errors = [], data, extensions } = await gateway.askCounting(query, options);
  expect({ status, calls, hasData: data != null, extensions }).toEqual({
    status: 400,
    calls: [],
    hasData: false,
    extensions: undefined,
  });
  expect(errors.length).toBeLessThanOrEqual(10);
  expect(JSON.stringify(errors).length).toBeLessThan(20 * 1024);
  expect(JSON.stringify(errors)).not.toMatch(/RangeError|call stack/i);
  return [...new Set(errors.map(({ extensions }) => extensions['code']))];
}

/** `F0` unfolds to two to the power of `count`. */
const doubling = (count: number): string =>
  `{ ...F0 } ${times(count, (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`)} fragment F${count} on Query { __typename }`;

/** Fields within fields: a room's latest message's room's latest message. */
const nested = (depth: number): string =>
  `{ directMessage(id: "${landmarks.busyRoomId}") { ${'lastMessage { directMessage { '.repeat(depth)} id ${'} }'.repeat(depth)} } }`;

describe('Hostile queries', () => {
  it.each([51, 150])('Q01: a query with %i aliases of one field is rejected', async (count) => {
    expect(await refused(`{ ${times(count, (index) => `a${index}: message(id: "m${index}") { id }`)} }`)).toEqual([
      'QUERY_TOO_COMPLEX',
    ]);
  });

  it('Q01: a query with 10,000 aliases is rejected by its token count', async () => {
    expect(await refused(`{ ${times(10_000, (index) => `a${index}: x`)} }`)).toEqual(['QUERY_TOO_COMPLEX']);
  });

  it('Q02: forty equal aliases make one upstream call', async () => {
    const room = landmarks.busyRoomId;
    const { status, errors, calls } = await gateway.askCounting(
      `{ ${times(40, (index) => `a${index}: directMessage(id: "${room}") { messages(first: 1) { nodes { id } } }`)} }`,
    );
    expect({ status, errors }).toEqual({ status: 200, errors: undefined });
    expect(calls).toHaveLength(1);
  });

  it.each([16, 30, 150])('Q03: a query with %i fragments that double each other is rejected', async (count) => {
    expect(await refused(doubling(count))).toEqual(['QUERY_TOO_COMPLEX']);
  });

  it('Q03: a query with unused fragments that double each other is rejected', async () => {
    expect(await refused(doubling(100).replace('...F0', '__typename'))).toEqual(['QUERY_TOO_COMPLEX']);
  });

  it('Q03: a query with a thousand fragments that double each other is rejected and keeps no memory', async () => {
    const before = process.memoryUsage.rss();
    expect(await refused(doubling(1000))).toEqual(['QUERY_TOO_COMPLEX']);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 1024 * 1024);
  });

  it('Q04: a query with circular fragments is rejected', async () => {
    expect(await refused('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }')).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
    ]);
  });

  it('Q04: a query with unused fragments is rejected', async () => {
    const unused = (count: number) =>
      `{ __typename } ${times(count, (index) => `fragment F${index} on Query { __typename }`)}`;
    expect(await refused(unused(200))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(await refused(unused(1500))).toEqual(['QUERY_TOO_COMPLEX']);
  });

  it('Q05: a query is rejected beyond twelve levels of fields, and not before', async () => {
    expect((await gateway.ask(nested(5))).status).toBe(200); // 12 levels
    expect(await refused(nested(6))).toEqual(['QUERY_TOO_COMPLEX']);
    expect(await refused(nested(100))).toEqual(['QUERY_TOO_COMPLEX']);
  });

  it.each([5000, 12_000])('Q05: a query with %i levels is rejected without a stack overflow', async (depth) => {
    expect(await refused(`{ ${'a { '.repeat(depth)} b ${'}'.repeat(depth)} }`)).toEqual(['QUERY_TOO_COMPLEX']);
  });

  it('Q05: a query with 50,000 selections is rejected', async () => {
    expect(await refused(`{ ${'a '.repeat(50_000)} }`)).toEqual(['QUERY_TOO_COMPLEX']);
  });

  it('Q05: levels inside fragments count', async () => {
    const chain = times(
      14,
      (index) => `fragment F${index} on DirectMessage { lastMessage { directMessage { ...F${index + 1} } } }`,
    );
    expect(await refused(`{ directMessage(id: "r") { ...F0 } } ${chain} fragment F14 on DirectMessage { id }`)).toEqual(
      ['QUERY_TOO_COMPLEX'],
    );
  });

  it.each([
    ['list', '[', ']'],
    ['object', '{a:', '}'],
  ])('Q06: a query with %s literals nested 20,000 deep is rejected', async (_, open, close) => {
    expect(await refused(`{ directMessage(id: ${open.repeat(20_000)}1${close.repeat(20_000)}) { id } }`)).toEqual([
      'QUERY_TOO_COMPLEX',
    ]);
    expect(await refused(`{ directMessage(id: ${open.repeat(90)}1${close.repeat(90)}) { id } }`)).toEqual([
      'BAD_USER_INPUT',
    ]);
  });

  it('Q06: variables nested 20,000 deep are rejected', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-user-id': gateway.demo.world.member.id,
        'x-auth-token': gateway.demo.world.member.token,
      },
      body: `{"query":"query($id: ID!) { directMessage(id: $id) { id } }","variables":{"id":${deep}}}`,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX' } }] });
  });

  it('Q07: a query with the same field 5,000 or 1,500 times is rejected', async () => {
    expect(await refused(`{ viewer { ${'id '.repeat(5000)} } }`)).toEqual(['QUERY_TOO_COMPLEX']);
    expect(await refused(`{ viewer { ${'id '.repeat(1500)} } }`)).toEqual(['QUERY_TOO_COMPLEX']);
  });

  it('Q07: a query with an enormous response is rejected, even if it takes few calls', async () => {
    const page = 'messages(first: 100) { nodes { id text sentAt __typename } }';
    const copies = (count: number) =>
      `{ directMessage(id: "${landmarks.busyRoomId}") { ${times(count, (index) => `a${index}: ${page}`)} } }`;
    expect((await gateway.askCounting(copies(40))).calls).toHaveLength(1); // 16,000 values
    const edges = page
      .replace('nodes', 'edges { cursor node')
      .replace('__typename }', `${times(50, (index) => `b${index}: __typename`)} } }`);
    expect(
      await refused(
        `{ viewer { directMessages(first: 98) { nodes { ${page.replace('sentAt', 'sentAt updatedAt isPinned')} } } } }`,
      ),
    ).toEqual(['QUERY_TOO_COMPLEX']);
    expect(await refused(`{ viewer { directMessages(first: 50) { nodes { ${edges} } } } }`)).toEqual([
      'QUERY_TOO_COMPLEX',
    ]);
  });

  it('Q08: a query with more than fifty directives is rejected', async () => {
    expect(await refused(`{ viewer { userId ${'@include(if: true) '.repeat(51)} } }`)).toEqual(['QUERY_TOO_COMPLEX']);
    expect(await refused(`{ viewer { userId ${times(900, (index) => `@d${index}`)} } }`)).toEqual([
      'QUERY_TOO_COMPLEX',
    ]);
    expect(await refused(`{ viewer { userId ${times(10_000, (index) => `@d${index}`)} } }`)).toEqual([
      'QUERY_TOO_COMPLEX',
    ]);
    expect(await refused(`{ viewer { userId ${times(40, (index) => `@d${index}`)} } }`)).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
    ]);
  });

  it('Q09: a query of 2,001 tokens is rejected, not counting white space and comments', async () => {
    expect(await refused(`{ ${'viewer { userId } '.repeat(500)} }`)).toEqual(['QUERY_TOO_COMPLEX']);
    for (const filler of [' '.repeat(90_000), '#\n'.repeat(30_000)]) {
      expect((await gateway.ask(`{ viewer { userId } ${filler} }`)).status).toBe(200);
    }
  });

  const large =
    'viewer { directMessages(first: 100) { nodes { messages(first: 100) { nodes { readReceipts { nodes { readAt } } } } } } }';
  it('Q10: a query is rejected by its cost in upstream calls', async () => {
    const { status, errors = [], calls } = await gateway.askCounting(`{ ${large} }`);
    expect({ status, calls }).toEqual({ status: 400, calls: [] });
    expect(errors).toMatchObject([
      {
        extensions: { code: 'QUERY_TOO_COMPLEX', cost: { estimated: 10_101, limit: 100, heaviest: expect.any(Array) } },
      },
    ]);
  });

  const priceOf = async (query: string, variables?: Record<string, unknown>): Promise<number> => {
    const options = { headers: { 'x-upstream-plan': 'only' }, ...(variables !== undefined && { variables }) };
    const { errors, extensions } = await gateway.ask(query, options);
    const [error] = errors ?? [];
    if (error !== undefined) return (error.extensions['cost'] as { estimated: number }).estimated;
    return plannedCallsOf(extensions);
  };

  it('Q11: a query’s cost follows the values and defaults of its variables', async () => {
    const literal = await priceOf(`{ ${large} }`);
    const query = `query($rooms: Int, $messages: Int = 100) { ${large.replace('100', '$rooms').replace('100', '$messages')} }`;
    expect(await priceOf(query, { rooms: 100 })).toBe(literal);
    expect(await priceOf(query, { rooms: 100, messages: 1 })).toBe(201);
    expect(
      await priceOf('query($n: Int) { viewer { directMessages(first: $n) { nodes { messages { totalCount } } } } }'),
    ).toBe(21);
  });

  it('Q12: a query’s cost excludes what `@skip` and `@include` leave out', async () => {
    const query = `query($all: Boolean!) { viewer { userId } ... @include(if: $all) { ${large} } }`;
    expect(await priceOf(query, { all: true })).toBe(10_101);
    expect(await priceOf(query, { all: false })).toBe(0);
    expect(
      await priceOf(
        `query($none: Boolean!) { ${large.replace('messages(', 'messages @skip(if: $none) (').replace('messages @skip(if: $none) (first: 100)', 'messages(first: 100) @skip(if: $none)')} }`,
        { none: true },
      ),
    ).toBe(1);
  });

  it('Q13: a query costs the same with fragments', async () => {
    const inFragments = `{ ...A } fragment A on Query { ... on Query { viewer { ...B } } }
      fragment B on Viewer { directMessages(first: 100) { ... { nodes { ...C } } } }
      fragment C on DirectMessage { messages(first: 100) { nodes { ... on Message { readReceipts { nodes { readAt } } } } } }`;
    expect(await priceOf(inFragments)).toBe(await priceOf(`{ ${large} }`));
  });

  it('Q14: a room costs once, even if cyclic types lead back to it', async () => {
    const { status, calls } = await gateway.askCounting(nested(5));
    expect(status).toBe(200);
    expect(calls.length).toBeLessThanOrEqual(1);
  });

  it('Q15: circular introspection is rejected, and that of the common tools is not', async () => {
    const circle = (depth: number) =>
      `{ __type(name: "Query") { ${'fields { type { '.repeat(depth)} name ${'} }'.repeat(depth)} } }`;
    expect(await refused(circle(4))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(await refused(circle(12))).toEqual(['QUERY_TOO_COMPLEX']);
    const { status, errors } = await gateway.ask(
      getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }),
      { as: null },
    );
    expect({ status, errors }).toEqual({ status: 200, errors: undefined });
  });

  it('Q16: no query makes more calls than its estimated cost', async () => {
    const { messages, users, busyRoomId, shapesRoomId } = landmarks;
    const values = {
      id: [busyRoomId, shapesRoomId, ...Object.values(users)],
      messageId: Object.values(messages),
      userId: Object.values(users),
    };
    const references = [{ __typename: 'DirectMessage', id: busyRoomId }];
    const schema = createSchema();
    for (let seed = 1; seed <= 300; seed += 1) {
      const { query, variables } = randomOperation({ schema, seed, values, references });
      const { calls, extensions, status } = await gateway.askCounting(query, {
        variables,
        headers: { 'x-upstream-report': '1' },
      });
      if (status === 400) expect(calls, query).toEqual([]);
      else expect(calls.length, query).toBeLessThanOrEqual(plannedCallsOf(extensions));
    }
  });

  it('Q17: a rejected query gets at most ten short errors', async () => {
    expect(await refused(`{ ${times(200, (index) => `unknown${index}`)} }`)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(await refused(`{ ${'x'.repeat(90_000)} }`)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(await refused(`{ ${'x'.repeat(9000)}: viewer { userId } }`)).toEqual(['QUERY_TOO_COMPLEX']);
    const numbers = Array.from({ length: 2000 }, () => 'x'.repeat(40));
    expect(
      await refused(`query($a: Int) { viewer { directMessages(first: $a) { totalCount } } }`, {
        variables: { a: numbers },
      }),
    ).toEqual(['BAD_USER_INPUT']);
  });
});
