import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const persisted = (id: string) => ({ persistedQuery: { version: 1, sha256Hash: id } });

interface Sent {
  readonly query?: unknown;
  readonly extensions?: unknown;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
}

const codesOf = (body: unknown): unknown[] =>
  ((body as { errors?: { extensions: { code: string } }[] }).errors ?? []).map(({ extensions }) => extensions.code);

async function send(
  gateway: TestGateway,
  body: Sent | Sent[],
  caller: { id: string; token: string } | null = gateway.demo.world.member,
) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(caller !== null && { 'x-user-id': caller.id, 'x-auth-token': caller.token }),
    },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { data?: unknown };
  return { status: response.status, data: answer.data, codes: codesOf(answer) };
}

async function get(gateway: TestGateway, search: string) {
  const { id, token } = gateway.demo.world.member;
  const response = await fetch(`${gateway.url}/graphql?${search}`, {
    headers: { 'x-user-id': id, 'x-auth-token': token },
  });
  const answer = (await response.json()) as { data?: unknown };
  return { status: response.status, data: answer.data, codes: codesOf(answer) };
}

describe('Automatic persisted queries', () => {
  const query = 'query Me { viewer { userId user { username } } }';

  describe('by default', () => {
    let gateway: TestGateway;
    beforeAll(async () => {
      gateway = await startTestGateway();
    });
    afterAll(() => gateway.close());

    it('automatic persisted queries are off by default', async () => {
      expect((await send(gateway, { extensions: persisted(hashOf(query)) })).codes).toEqual([
        'PERSISTED_QUERY_NOT_SUPPORTED',
      ]);
    });

    it.each([
      ['its hash', persisted(hashOf(query))],
      ['another hash', persisted('x')],
      ['no hash at all', { persistedQuery: true }],
      ['more', { ...persisted(hashOf(query)), more: 1 }],
    ])('a query runs although automatic persisted queries are off and it comes with %s', async (_what, extensions) => {
      expect(await send(gateway, { query, extensions })).toMatchObject({
        status: 200,
        codes: [],
        data: { viewer: {} },
      });
      const search = new URLSearchParams({ query, extensions: JSON.stringify(extensions) }).toString();
      expect(await get(gateway, search)).toMatchObject({ status: 200, codes: [], data: { viewer: {} } });
    });
  });

  describe('when on', () => {
    let gateway: TestGateway;
    beforeAll(async () => {
      gateway = await startTestGateway({ env: { AUTOMATIC_PERSISTED_QUERIES: 'on' } });
    });
    afterAll(() => gateway.close());

    it('a persisted query is registered when a caller sends it, and found by its hash from then on', async () => {
      const id = hashOf(query);
      expect(await send(gateway, { extensions: persisted(id) })).toMatchObject({
        codes: ['PERSISTED_QUERY_NOT_FOUND'],
      });
      expect(await send(gateway, { query, extensions: persisted(id) })).toMatchObject({
        codes: [],
        data: { viewer: {} },
      });
      expect(await send(gateway, { extensions: persisted(id) })).toMatchObject({ codes: [], data: { viewer: {} } });
      expect(await send(gateway, { extensions: persisted(id) }, null)).toMatchObject({
        status: 401,
        codes: ['UNAUTHENTICATED'],
      });
    });

    it('L10: callers whom the workspace does not accept cannot register persisted queries, but can use registered ones', async () => {
      const nobody = { id: gateway.demo.world.member.id, token: 'x'.repeat(43) };
      const known = 'query Known { viewer { user { username } unreadCount } }';
      const open = 'query Known { viewer { userId } }';
      for (const text of [known, open])
        await send(gateway, { query: text, extensions: persisted(hashOf(text)) }, nobody);
      for (const text of [known, open])
        expect((await send(gateway, { extensions: persisted(hashOf(text)) })).codes).toEqual([
          'PERSISTED_QUERY_NOT_FOUND',
        ]);
      for (const text of [known, open]) await send(gateway, { query: text, extensions: persisted(hashOf(text)) });
      for (const text of [known, open])
        expect(await send(gateway, { extensions: persisted(hashOf(text)) })).toMatchObject({ status: 200, codes: [] });
      expect((await send(gateway, { extensions: persisted(hashOf(known)) }, nobody)).codes).toContain(
        'UNAUTHENTICATED',
      );
    });

    it('L10: persisted queries are registered from the first request on in which the workspace accepts the caller', async () => {
      const fresh = await startTestGateway({ env: { AUTOMATIC_PERSISTED_QUERIES: 'on' } });
      const open = 'query Open { viewer { userId } }';
      await send(fresh, { query: open, extensions: persisted(hashOf(open)) });
      expect((await send(fresh, { extensions: persisted(hashOf(open)) })).codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
      await send(fresh, { query, extensions: persisted(hashOf(query)) });
      expect((await send(fresh, { extensions: persisted(hashOf(query)) })).codes).toEqual([]);
      await send(fresh, { query: open, extensions: persisted(hashOf(open)) });
      expect((await send(fresh, { extensions: persisted(hashOf(open)) })).codes).toEqual([]);
      await fresh.close();
    });

    it('a persisted query is not registered without credentials, nor under a wrong hash', async () => {
      const stranger = 'query Stranger { viewer { userId } }';
      await send(gateway, { query: stranger, extensions: persisted(hashOf(stranger)) }, null);
      expect((await send(gateway, { extensions: persisted(hashOf(stranger)) })).codes).toEqual([
        'PERSISTED_QUERY_NOT_FOUND',
      ]);
      const wrong = await send(gateway, { query: stranger, extensions: persisted(hashOf(query)) });
      expect(wrong).toEqual({ status: 400, data: undefined, codes: ['BAD_REQUEST'] });
    });

    it.each<[string, unknown]>([
      ['another version', { version: 2, sha256Hash: hashOf(query) }],
      ['no version', { sha256Hash: hashOf(query) }],
      ['no hash', { version: 1 }],
      ['a hash that is no text', { version: 1, sha256Hash: [hashOf(query)] }],
      ['no form', true],
    ])('a persisted query is rejected with %s', async (_what, persistedQuery) => {
      expect(await send(gateway, { extensions: { persistedQuery } })).toEqual({
        status: 400,
        data: undefined,
        codes: ['BAD_REQUEST'],
      });
    });

    it('a persisted query that needs no credentials is not registered without them either', async () => {
      const open = 'query Open { __typename }';
      expect(await send(gateway, { query: open, extensions: persisted(hashOf(open)) }, null)).toMatchObject({
        status: 200,
        codes: [],
      });
      expect((await send(gateway, { extensions: persisted(hashOf(open)) })).codes).toEqual([
        'PERSISTED_QUERY_NOT_FOUND',
      ]);
    });
  });
});

describe('PERSISTED_OPERATIONS', () => {
  const me = 'query Me { viewer { userId __typename } }';
  const room = 'query Room($id: ID!) {\n  directMessage(id: $id) {\n    id\n  }\n}';
  const manifest = {
    format: 'apollo-persisted-query-manifest',
    version: 1,
    operations: [
      { id: hashOf(me), name: 'Me', type: 'query', body: me },
      { id: 'room-1', name: 'Room', type: 'query', body: room },
    ],
  };
  const folder = mkdtempSync(join(tmpdir(), 'manifest-'));
  const file = join(folder, 'manifest.json');
  let gateway: TestGateway;
  beforeAll(async () => {
    writeFileSync(file, JSON.stringify(manifest));
    gateway = await startTestGateway({ env: { PERSISTED_OPERATIONS: file } });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await gateway.close();
  });

  it('a listed operation runs by its id, with variables, as POST and as GET', async () => {
    expect(await send(gateway, { extensions: persisted(hashOf(me)) })).toMatchObject({
      status: 200,
      data: { viewer: { __typename: 'Viewer' } },
    });
    expect(await send(gateway, { extensions: persisted('room-1'), variables: { id: 'r1' } })).toMatchObject({
      data: { directMessage: { id: 'r1' } },
    });
    const search = new URLSearchParams({
      extensions: JSON.stringify(persisted('room-1')),
      variables: '{"id":"r2"}',
    }).toString();
    expect(await get(gateway, search)).toMatchObject({ status: 200, data: { directMessage: { id: 'r2' } } });
  });

  it('a listed operation runs by its exact text, with or without its id', async () => {
    expect(await send(gateway, { query: me })).toMatchObject({ codes: [], data: { viewer: {} } });
    expect(
      await send(gateway, { query: room, extensions: persisted('room-1'), variables: { id: 'r1' } }),
    ).toMatchObject({ codes: [] });
    expect(await get(gateway, new URLSearchParams({ query: me }).toString())).toMatchObject({ status: 200, codes: [] });
  });

  it('a listed operation still needs credentials', async () => {
    expect(await send(gateway, { extensions: persisted(hashOf(me)) }, null)).toMatchObject({
      status: 401,
      codes: ['UNAUTHENTICATED'],
    });
  });

  it.each<[string, Sent | Sent[]]>([
    ['another query', { query: '{ viewer { userId } }' }],
    [
      'another query under the id of a listed one',
      { query: '{ viewer { unreadCount } }', extensions: persisted(hashOf(me)) },
    ],
    [
      'a listed query and something more',
      { query: `${me} query More { viewer { unreadCount } }`, operationName: 'More' },
    ],
    ['a listed query with another space', { query: `${me} ` }],
    ['introspection', { query: '{ __schema { queryType { name } } }' }],
    ['the schema as a subgraph', { query: '{ _service { sdl } }' }],
    ['a query that is not GraphQL', { query: '{' }],
    ['an unknown id', { extensions: persisted('x') }],
    ['an id of an object’s own', { extensions: persisted('__proto__') }],
    ['an id that is no text', { extensions: { persistedQuery: { sha256Hash: ['room-1'] } } }],
  ])('the list of operations rejects %s', async (_what, body) => {
    const before = gateway.demo.calls.length;
    expect(await send(gateway, body)).toEqual({ status: 400, data: undefined, codes: ['PERSISTED_QUERY_NOT_IN_LIST'] });
    expect(gateway.demo.calls.length).toBe(before);
  });

  it.each([
    ['another query', 'query=%7Bviewer%7Bid%7D%7D'],
    ['an unknown id', `extensions=${encodeURIComponent(JSON.stringify(persisted('x')))}`],
  ])('the list of operations rejects %s as GET', async (_what, search) => {
    expect(await get(gateway, search)).toEqual({
      status: 400,
      data: undefined,
      codes: ['PERSISTED_QUERY_NOT_IN_LIST'],
    });
  });

  it.each<[string, Sent | Sent[]]>([
    ['no query', {}],
    ['several at once', [{ query: me }]],
    ['variables that are a list', { query: me, variables: [1] as never }],
  ])('with a list of operations, %s is still a bad request', async (_what, body) => {
    expect(await send(gateway, body)).toEqual({ status: 400, data: undefined, codes: ['BAD_REQUEST'] });
  });

  it.each([
    ['two queries', `query=${encodeURIComponent(me)}&query=%7Bviewer%7Bid%7D%7D`],
    ['broken extensions', 'extensions=%7B'],
  ])('with a list of operations, %s in a GET is still a bad request', async (_what, search) => {
    expect(await get(gateway, search)).toEqual({ status: 400, data: undefined, codes: ['BAD_REQUEST'] });
  });

  it('a listed operation that costs too much or has values out of range is rejected at each request', async () => {
    const costly = join(folder, 'costly.json');
    const rooms = (first: number) =>
      `{ viewer { directMessages(first: ${first}) { nodes { history { nodes { id } } } } } }`;
    writeFileSync(costly, JSON.stringify({ costly: rooms(100), outOfRange: rooms(101) }));
    const other = await startTestGateway({ env: { PERSISTED_OPERATIONS: costly, MAX_UPSTREAM_CALLS: '2' } });
    for (const [id, code] of [
      ['costly', 'QUERY_TOO_COMPLEX'],
      ['outOfRange', 'BAD_USER_INPUT'],
    ] as const)
      expect(await send(other, { extensions: persisted(id) })).toMatchObject({ status: 400, codes: [code] });
    await other.close();
  });

  it('the list may be plain: query texts by id, as Relay and GraphQL Code Generator write them', async () => {
    const plain = join(folder, 'plain.json');
    writeFileSync(plain, JSON.stringify({ 'room-1': room, me }));
    const other = await startTestGateway({ env: { PERSISTED_OPERATIONS: plain } });
    expect(await send(other, { extensions: persisted('room-1'), variables: { id: 'r1' } })).toMatchObject({
      data: { directMessage: { id: 'r1' } },
    });
    expect(await send(other, { query: me })).toMatchObject({ status: 200, codes: [] });
    expect(await send(other, { query: '{ viewer { userId } }' })).toMatchObject({
      status: 400,
      codes: ['PERSISTED_QUERY_NOT_IN_LIST'],
    });
    await other.close();
  });

  it.each<[string, string | undefined, RegExp]>([
    ['no file', undefined, /^PERSISTED_OPERATIONS: expected a file, but none has that name/],
    ['no JSON', '{', /^PERSISTED_OPERATIONS: expected JSON, but the file is not JSON$/],
    ['empty', '', /^PERSISTED_OPERATIONS: expected JSON/],
    [
      'another format',
      '{"format":"relay","version":1,"operations":[]}',
      /^PERSISTED_OPERATIONS: expected the output of generate-persisted-query-manifest/,
    ],
    [
      'another version',
      JSON.stringify({ ...manifest, version: 2 }),
      /^PERSISTED_OPERATIONS: expected the output of generate-persisted-query-manifest/,
    ],
    [
      'without operations',
      JSON.stringify({ ...manifest, operations: [] }),
      /^PERSISTED_OPERATIONS: expected operations, but the file lists none/,
    ],
    ['plain and empty', '{}', /^PERSISTED_OPERATIONS: expected operations, but the file lists none/],
    [
      'a list',
      '["query Me { viewer { userId } }"]',
      /^PERSISTED_OPERATIONS: expected the output of generate-persisted-query-manifest/,
    ],
    ['plain with an empty text', '{"me":""}', /^PERSISTED_OPERATIONS: expected /],
    ['plain with an empty id', '{"":"query Me { viewer { userId } }"}', /^PERSISTED_OPERATIONS: expected /],
    [
      'plain with something else than a text',
      '{"me":["query Me { viewer { userId } }"]}',
      /^PERSISTED_OPERATIONS: expected /,
    ],
    [
      'of an operation without a text',
      JSON.stringify({ ...manifest, operations: [{ id: 'me', body: '' }] }),
      /^PERSISTED_OPERATIONS: expected /,
    ],
    [
      'of an operation without an id',
      JSON.stringify({ ...manifest, operations: [{ id: '', body: me }] }),
      /^PERSISTED_OPERATIONS: expected /,
    ],
    [
      'of an operation that is not GraphQL',
      '{"a":"query {"}',
      /^PERSISTED_OPERATIONS: operation "a" is not GraphQL: Syntax Error: /,
    ],
    [
      'of a field that is not in the schema',
      '{"a":"{ viewer { nothing } }"}',
      /^PERSISTED_OPERATIONS: operation "a" does not fit the schema: .*"nothing"/,
    ],
    ['of a mutation', '{"a":"mutation { x }"}', /^PERSISTED_OPERATIONS: operation "a" does not fit the schema: /],
    ['of fragments alone', '{"a":"fragment F on Viewer { id }"}', /^PERSISTED_OPERATIONS: operation "a" has no query/],
    [
      'of a query that is too large',
      JSON.stringify({ a: `{ ${'a: __typename '.repeat(51)} }` }),
      /^PERSISTED_OPERATIONS: operation "a" is too large: /,
    ],
    [
      'of two texts with one id',
      JSON.stringify({
        ...manifest,
        operations: [
          { id: 'a', body: me },
          { id: 'a', body: room },
        ],
      }),
      /^PERSISTED_OPERATIONS: operation "a" is listed twice, with different texts$/,
    ],
  ])(
    'Claim 12: a list of operations (%s) stops the start, with a message that says so',
    async (_what, text, message) => {
      const other = join(folder, 'other.json');
      rmSync(other, { force: true });
      if (text !== undefined) writeFileSync(other, text);
      await expect(startTestGateway({ env: { PERSISTED_OPERATIONS: other } })).rejects.toThrow(
        expect.objectContaining({ message: expect.stringMatching(message) }),
      );
    },
  );

  it.each([
    ['a folder', tmpdir()],
    ['a device', '/dev/zero'],
    ['no path at all', 'a\0b'],
  ])('Claim 12: PERSISTED_OPERATIONS with %s is not read', async (_what, path) => {
    await expect(startTestGateway({ env: { PERSISTED_OPERATIONS: path } })).rejects.toThrow(
      /^PERSISTED_OPERATIONS: expected a file/,
    );
  });

  it('Claim 12: the start names every operation that could never run, up to ten', async () => {
    const many = join(folder, 'many.json');
    writeFileSync(
      many,
      JSON.stringify({
        me,
        ...Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`q${index}`, `{ f${index} }`])),
      }),
    );
    const error = await startTestGateway({ env: { PERSISTED_OPERATIONS: many } }).then(
      () => undefined,
      (reason: Error) => reason,
    );
    const lines = error?.message.split('\n') ?? [];
    expect(lines.slice(0, 10).map((line) => /operation "(q\d+)"/.exec(line)?.[1])).toEqual(
      Array.from({ length: 10 }, (_, index) => `q${index}`),
    );
    expect(lines.slice(10)).toEqual(['PERSISTED_OPERATIONS: 2 more such operations']);
  });
});
