import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApollo } from '../../src/apollo.ts';
import { readConfig } from '../../src/config.ts';
import { RequestContext } from '../../src/context.ts';
import { createLog, Redactor } from '../../src/observability/log.ts';
import { createSchema } from '../../src/schema.ts';
import { Workspace } from '../../src/upstream/workspace.ts';
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

async function send(gateway: TestGateway, body: Sent | Sent[], caller: { id: string; token: string } | null = gateway.demo.world.member) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(caller !== null && { 'x-user-id': caller.id, 'x-auth-token': caller.token }) },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { data?: unknown };
  return { status: response.status, data: answer.data, codes: codesOf(answer) };
}

async function get(gateway: TestGateway, search: string) {
  const { id, token } = gateway.demo.world.member;
  const response = await fetch(`${gateway.url}/graphql?${search}`, { headers: { 'x-user-id': id, 'x-auth-token': token } });
  const answer = (await response.json()) as { data?: unknown };
  return { status: response.status, data: answer.data, codes: codesOf(answer) };
}

describe('Automatic persisted queries', () => {
  const query = 'query Me { viewer { id } }';

  describe('as a rule', () => {
    let gateway: TestGateway;
    beforeAll(async () => {
      gateway = await startTestGateway();
    });
    afterAll(() => gateway.close());

    it('are off', async () => {
      expect((await send(gateway, { extensions: persisted(hashOf(query)) })).codes).toEqual(['PERSISTED_QUERY_NOT_SUPPORTED']);
    });
  });

  describe('where they are on', () => {
    let gateway: TestGateway;
    beforeAll(async () => {
      gateway = await startTestGateway({ env: { AUTOMATIC_PERSISTED_QUERIES: 'on' } });
    });
    afterAll(() => gateway.close());

    it('are kept when a caller sends them, and found by their hash from then on', async () => {
      const id = hashOf(query);
      expect(await send(gateway, { extensions: persisted(id) })).toMatchObject({ codes: ['PERSISTED_QUERY_NOT_FOUND'] });
      expect(await send(gateway, { query, extensions: persisted(id) })).toMatchObject({ codes: [], data: { viewer: {} } });
      expect(await send(gateway, { extensions: persisted(id) })).toMatchObject({ codes: [], data: { viewer: {} } });
      expect(await send(gateway, { extensions: persisted(id) }, null)).toMatchObject({ status: 401, codes: ['UNAUTHENTICATED'] });
    });

    it('are not kept from somebody without credentials, nor under a hash that is not theirs', async () => {
      const stranger = 'query Stranger { viewer { id } }';
      await send(gateway, { query: stranger, extensions: persisted(hashOf(stranger)) }, null);
      expect((await send(gateway, { extensions: persisted(hashOf(stranger)) })).codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
      const wrong = await send(gateway, { query: stranger, extensions: persisted(hashOf(query)) });
      expect(wrong).toEqual({ status: 400, data: undefined, codes: ['BAD_REQUEST'] });
    });

    it.each([['another version', { version: 2, sha256Hash: hashOf(query) }], ['no version', { sha256Hash: hashOf(query) }]])('are refused in %s', async (_what, persistedQuery) => {
      expect(await send(gateway, { extensions: { persistedQuery } })).toEqual({ status: 400, data: undefined, codes: ['BAD_REQUEST'] });
    });

    it('are not kept from somebody without credentials where none are needed, either', async () => {
      const open = 'query Open { __typename }';
      expect(await send(gateway, { query: open, extensions: persisted(hashOf(open)) }, null)).toMatchObject({ status: 200, codes: [] });
      expect((await send(gateway, { extensions: persisted(hashOf(open)) })).codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    });
  });

  it('are kept up to a size: those that were not asked for longest go first', async () => {
    const config = readConfig({ AUTOMATIC_PERSISTED_QUERIES: 'on' });
    const log = createLog('silent', new Redactor(), { write: () => undefined });
    const apollo = createApollo(createSchema(), config, log, { landingPage: undefined, usageReporters: [], fairness: undefined });
    const workspace = new Workspace({ url: 'http://127.0.0.1:1', timeoutMs: 1000, sharesInFlight: false });
    const ask = async (request: { query?: string; extensions: Record<string, unknown> }): Promise<unknown[]> => {
      const contextValue = new RequestContext(workspace, { userId: 'u', authToken: 't' }, Date.now() + 10_000);
      const { body } = await apollo.executeOperation(request, { contextValue });
      return body.kind === 'single' ? codesOf(body.singleResult) : ['incremental'];
    };
    const megabyte = 'x'.repeat(2 ** 20);
    const queries = Array.from({ length: 31 }, (_, index) => `query Q${index} { viewer { id } } # ${megabyte}`);
    for (const query of queries) expect(await ask({ query, extensions: persisted(hashOf(query)) })).toEqual([]);
    const codes = [0, 30].map((index) => ask({ extensions: persisted(hashOf(queries[index] ?? '')) }));
    expect(await Promise.all(codes)).toEqual([['PERSISTED_QUERY_NOT_FOUND'], []]);
    await apollo.stop();
    await workspace.close();
  });
});

describe('A list of operations', () => {
  const me = 'query Me { viewer { id __typename } }';
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

  it('is answered by id, with variables, as POST and as GET', async () => {
    expect(await send(gateway, { extensions: persisted(hashOf(me)) })).toMatchObject({ status: 200, data: { viewer: { __typename: 'Viewer' } } });
    expect(await send(gateway, { extensions: persisted('room-1'), variables: { id: 'r1' } })).toMatchObject({ data: { directMessage: { id: 'r1' } } });
    const search = new URLSearchParams({ extensions: JSON.stringify(persisted('room-1')), variables: '{"id":"r2"}' }).toString();
    expect(await get(gateway, search)).toMatchObject({ status: 200, data: { directMessage: { id: 'r2' } } });
  });

  it('is answered when sent to the letter, with or without its id', async () => {
    expect(await send(gateway, { query: me })).toMatchObject({ codes: [], data: { viewer: {} } });
    expect(await send(gateway, { query: room, extensions: persisted('room-1'), variables: { id: 'r1' } })).toMatchObject({ codes: [] });
    expect(await get(gateway, new URLSearchParams({ query: me }).toString())).toMatchObject({ status: 200, codes: [] });
  });

  it('gives nobody rights: credentials are needed as ever', async () => {
    expect(await send(gateway, { extensions: persisted(hashOf(me)) }, null)).toMatchObject({ status: 401, codes: ['UNAUTHENTICATED'] });
  });

  it.each<[string, Sent | Sent[]]>([
    ['another query', { query: '{ viewer { id } }' }],
    ['another query under the id of a listed one', { query: '{ viewer { unreadCount } }', extensions: persisted(hashOf(me)) }],
    ['a listed query and something more', { query: `${me} query More { viewer { unreadCount } }`, operationName: 'More' }],
    ['a listed query with another space', { query: `${me} ` }],
    ['introspection', { query: '{ __schema { queryType { name } } }' }],
    ['the schema as a subgraph', { query: '{ _service { sdl } }' }],
    ['a query that is not GraphQL', { query: '{' }],
    ['an unknown id', { extensions: persisted('x') }],
    ['an id of an object’s own', { extensions: persisted('__proto__') }],
    ['an id that is no text', { extensions: { persistedQuery: { sha256Hash: ['room-1'] } } }],
    ['no query', {}],
    ['several at once', [{ query: me }]],
  ])('refuses %s', async (_what, body) => {
    const before = gateway.demo.calls.length;
    expect(await send(gateway, body)).toEqual({ status: 400, data: undefined, codes: ['PERSISTED_QUERY_NOT_IN_LIST'] });
    expect(gateway.demo.calls.length).toBe(before);
  });

  it.each([
    ['another query', 'query=%7Bviewer%7Bid%7D%7D'],
    ['two queries', `query=${encodeURIComponent(me)}&query=%7Bviewer%7Bid%7D%7D`],
    ['an unknown id', `extensions=${encodeURIComponent(JSON.stringify(persisted('x')))}`],
    ['broken extensions', 'extensions=%7B'],
  ])('refuses %s as GET', async (_what, search) => {
    expect(await get(gateway, search)).toEqual({ status: 400, data: undefined, codes: ['PERSISTED_QUERY_NOT_IN_LIST'] });
  });

  it('may be plain: texts by their ids, as Relay and GraphQL Code Generator write them', async () => {
    const plain = join(folder, 'plain.json');
    writeFileSync(plain, JSON.stringify({ 'room-1': room, me }));
    const other = await startTestGateway({ env: { PERSISTED_OPERATIONS: plain } });
    expect(await send(other, { extensions: persisted('room-1'), variables: { id: 'r1' } })).toMatchObject({ data: { directMessage: { id: 'r1' } } });
    expect(await send(other, { query: me })).toMatchObject({ status: 200, codes: [] });
    expect(await send(other, { query: '{ viewer { id } }' })).toMatchObject({ status: 400, codes: ['PERSISTED_QUERY_NOT_IN_LIST'] });
    await other.close();
  });

  it.each([
    ['no file', undefined],
    ['no JSON', '{'],
    ['another format', '{"format":"relay","version":1,"operations":[]}'],
    ['another version', JSON.stringify({ ...manifest, version: 2 })],
    ['plain and empty', '{}'],
    ['a list', '["query Me { viewer { id } }"]'],
    ['plain with an empty text', '{"me":""}'],
    ['plain with an empty id', '{"":"query Me { viewer { id } }"}'],
    ['plain with something else than a text', '{"me":["query Me { viewer { id } }"]}'],
    ['of an operation without a text', JSON.stringify({ ...manifest, operations: [{ id: 'me', body: '' }] })],
    ['of an operation without an id', JSON.stringify({ ...manifest, operations: [{ id: '', body: me }] })],
  ])(
    'that is %s stops the start, and names the setting',
    async (_what, text) => {
      const other = join(folder, 'other.json');
      rmSync(other, { force: true });
      if (text !== undefined) writeFileSync(other, text);
      await expect(startTestGateway({ env: { PERSISTED_OPERATIONS: other } })).rejects.toThrow(/^PERSISTED_OPERATIONS: expected /);
    },
  );
});
