import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type Caller, type TestGateway } from '../support/gateway.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const idOf = (text: string): string => `sha256:${hashOf(text)}`;
const persisted = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

interface Sent {
  readonly query?: string;
  readonly documentId?: unknown;
  readonly extensions?: Record<string, unknown>;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { message: string; extensions: { code: string; hint?: string } }[];
}

const answerOf = (status: number, { data, errors = [] }: Answer) => ({
  status,
  data,
  codes: errors.map(({ extensions }) => extensions.code),
  errors,
});

async function send(gateway: TestGateway, body: Sent, as: Caller | null = gateway.demo.world.member) {
  const { status, text } = await gateway.post(body, { as });
  return answerOf(status, JSON.parse(text) as Answer);
}

async function get(gateway: TestGateway, sent: Sent | string) {
  const { id, token } = gateway.demo.world.member;
  const search =
    typeof sent === 'string'
      ? sent
      : new URLSearchParams(
          Object.entries(sent).map(([name, value]) => [
            name,
            typeof value === 'string' ? value : JSON.stringify(value),
          ]),
        ).toString();
  const response = await fetch(`${gateway.url}/graphql?${search}`, {
    headers: { 'x-user-id': id, 'x-auth-token': token },
  });
  return answerOf(response.status, (await response.json()) as Answer);
}

const me = 'query Me { viewer { userId user { username } } }';
const room = 'query Room($id: ID!) { directMessage(id: $id) { id } }';
const open = 'query Open { viewer { userId } }';

describe('documentId, whatever the settings', () => {
  const gateways: TestGateway[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'ids-'));
  beforeAll(async () => {
    const list = join(folder, 'list.json');
    writeFileSync(list, JSON.stringify({ me }));
    for (const env of [
      {},
      { AUTOMATIC_PERSISTED_QUERIES: 'on' },
      { PERSISTED_OPERATIONS: list },
      { PERSISTED_OPERATIONS: list, PERSISTED_OPERATIONS_MODE: 'report' },
    ])
      gateways.push(await startTestGateway({ env }));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    for (const gateway of gateways) await gateway.close();
  });

  const form = /^`documentId` must be `sha256:` and 64 hexadecimal digits in lower case, or 1 to 256 letters/;
  it.each<[string, Sent, RegExp]>([
    ['a number', { documentId: 7 }, /^`documentId` must be a string\.$/],
    ['a list', { documentId: [idOf(me)] }, /^`documentId` must be a string\.$/],
    ['an empty text', { documentId: '' }, form],
    ['an empty text beside a query', { query: me, documentId: '' }, form],
    ['a long text', { documentId: 'a'.repeat(257) }, form],
    ['a space', { documentId: 'my document' }, form],
    ['a character outside ASCII', { documentId: 'é' }, form],
    ['a line break', { documentId: 'a\n' }, form],
    ['an empty prefix', { documentId: ':a' }, form],
    ['nothing after its prefix', { documentId: 'x-mine:' }, form],
    ['a short hash', { documentId: 'sha256:abc' }, form],
    ['a hash in upper case', { documentId: `sha256:${hashOf(me).toUpperCase()}` }, form],
    ['a hash and more', { documentId: `${idOf(me)}0` }, form],
    ['another name beside it', { documentId: idOf(me), extensions: persisted(hashOf(me)) }, /send one of them\.$/],
    ['the hash of another query', { query: me, documentId: idOf(open) }, /is not the SHA-256 of `query`/],
    ['an id that is no hash beside a query', { query: me, documentId: 'me' }, /is not the SHA-256 of `query`/],
  ])('a documentId with %s is a bad request, and says why', async (_what, body, message) => {
    for (const gateway of gateways) {
      const expected = { status: 400, data: undefined, codes: ['BAD_REQUEST'] };
      const answer = await send(gateway, body);
      expect(answer).toMatchObject(expected);
      expect(answer.errors[0]?.message).toMatch(message);
      if (typeof body.documentId === 'string') expect(await get(gateway, body)).toMatchObject(expected);
    }
  });

  it('two of documentId in a URL are a bad request', async () => {
    for (const gateway of gateways)
      expect(await get(gateway, 'documentId=a&documentId=b')).toMatchObject({ status: 400, codes: ['BAD_REQUEST'] });
  });

  it('an empty operationName in a URL counts as absent', async () => {
    for (const gateway of gateways)
      expect(await get(gateway, { query: me, operationName: '' })).toMatchObject({ status: 200, codes: [] });
  });

  it('a null documentId counts as absent', async () => {
    for (const gateway of gateways) {
      expect(await send(gateway, { query: me, documentId: null })).toMatchObject({ status: 200, codes: [] });
      expect(await send(gateway, { documentId: null })).toMatchObject({ status: 400, codes: ['BAD_REQUEST'] });
    }
  });

  it('a query runs with the documentId of its own hash, with prefix or without', async () => {
    for (const gateway of gateways)
      for (const documentId of [idOf(me), hashOf(me)]) {
        expect(await send(gateway, { query: me, documentId })).toMatchObject({ status: 200, codes: [] });
        expect(await get(gateway, { query: me, documentId })).toMatchObject({ status: 200, codes: [] });
      }
  });
});

describe('documentId without a list', () => {
  it('a documentId alone is not supported while automatic persisted queries are off', async () => {
    const gateway = await startTestGateway();
    for (const documentId of [idOf(me), 'me', 'x-mine:me']) {
      const answer = await send(gateway, { documentId });
      expect(answer).toMatchObject({ status: 200, data: undefined, codes: ['PERSISTED_QUERY_NOT_SUPPORTED'] });
      expect(answer.errors[0]?.extensions.hint).toContain('send the query itself');
    }
  });

  it('a documentId finds what was registered under its hash, however it was registered', async () => {
    const gateway = await startTestGateway({ env: { AUTOMATIC_PERSISTED_QUERIES: 'on' } });
    const ways: readonly [register: Sent, ask: readonly Sent[]][] = [
      [
        { query: me, documentId: idOf(me) },
        [{ documentId: idOf(me) }, { documentId: hashOf(me) }, { extensions: persisted(hashOf(me)) }],
      ],
      [{ query: room, extensions: persisted(hashOf(room)) }, [{ documentId: idOf(room) }]],
    ];
    for (const [register, asks] of ways) {
      const variables = { id: 'r1' };
      for (const ask of asks)
        expect(await send(gateway, { ...ask, variables })).toMatchObject({
          status: 200,
          codes: ['PERSISTED_QUERY_NOT_FOUND'],
          errors: [{ message: 'PersistedQueryNotFound' }],
        });
      // The first request is that in which the workspace accepts the caller.
      await send(gateway, { query: '{ viewer { user { name } } }' });
      expect(await send(gateway, { ...register, variables })).toMatchObject({ codes: [] });
      for (const ask of asks) {
        expect(await send(gateway, { ...ask, variables })).toMatchObject({ status: 200, codes: [] });
        expect(await get(gateway, { ...ask, variables })).toMatchObject({ status: 200, codes: [] });
        expect(await send(gateway, { ...ask, variables }, null)).toMatchObject({ codes: ['UNAUTHENTICATED'] });
      }
    }
    expect(await send(gateway, { documentId: 'me' })).toMatchObject({ codes: ['PERSISTED_QUERY_NOT_FOUND'] });
  });

  it('L10: callers whom the workspace does not accept cannot register a query by documentId', async () => {
    const gateway = await startTestGateway({ env: { AUTOMATIC_PERSISTED_QUERIES: 'on' } });
    const nobody = { id: gateway.demo.world.member.id, token: 'x'.repeat(43) };
    for (const as of [nobody, null]) await send(gateway, { query: open, documentId: idOf(open) }, as);
    expect(await send(gateway, { documentId: idOf(open) })).toMatchObject({ codes: ['PERSISTED_QUERY_NOT_FOUND'] });
  });
});

describe('documentId with a list', () => {
  const folder = mkdtempSync(join(tmpdir(), 'listed-'));
  const list = join(folder, 'list.json');
  const mutation = 'mutation Send { send }';
  let gateway: TestGateway;
  beforeAll(async () => {
    writeFileSync(list, JSON.stringify({ [hashOf(me)]: me, 'room-1': room, [idOf(open)]: open }));
    gateway = await startTestGateway({ env: { PERSISTED_OPERATIONS: list, MAX_UPSTREAM_CALLS: '1' } });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await gateway.close();
  });

  it('a listed operation runs by its documentId, as POST and as GET', async () => {
    for (const [documentId, data] of [
      [idOf(me), { viewer: { user: {} } }],
      [hashOf(me), { viewer: { user: {} } }],
      [idOf(open), { viewer: {} }],
      [hashOf(open), { viewer: {} }],
      ['room-1', { directMessage: { id: 'r1' } }],
    ] as const) {
      const asked = { documentId, variables: { id: 'r1' } };
      expect(await send(gateway, asked)).toMatchObject({ status: 200, codes: [], data });
      expect(await get(gateway, asked)).toMatchObject({ status: 200, codes: [], data });
    }
    expect(await send(gateway, { extensions: persisted(hashOf(open)) })).toMatchObject({ status: 200, codes: [] });
  });

  it('a listed operation still needs credentials, and its log line names it', async () => {
    const before = gateway.logs.length;
    expect(await send(gateway, { documentId: idOf(me) }, null)).toMatchObject({ codes: ['UNAUTHENTICATED'] });
    await send(gateway, { documentId: idOf(me) });
    await expect.poll(() => gateway.logs.slice(before)).toHaveLength(2);
    expect(gateway.logs.slice(before)).toMatchObject([
      { operation: 'Me', status: 401 },
      { operation: 'Me', status: 200 },
    ]);
  });

  it.each<[string, Sent]>([
    ['an unknown hash', { documentId: idOf(mutation) }],
    ['an unknown id', { documentId: 'room-2' }],
    ['the hash of a text that is listed under another id', { documentId: idOf(room) }],
    ['an id of an object’s own', { documentId: '__proto__' }],
    [
      'another query with its own hash',
      { query: '{ viewer { unreadCount } }', documentId: idOf('{ viewer { unreadCount } }') },
    ],
  ])('the list of operations rejects a documentId: %s', async (_what, body) => {
    const before = gateway.demo.calls.length;
    const refused = { status: 400, data: undefined, codes: ['PERSISTED_QUERY_NOT_IN_LIST'] };
    expect(await send(gateway, body)).toMatchObject(refused);
    expect(await get(gateway, body)).toMatchObject(refused);
    expect(gateway.demo.calls.length).toBe(before);
  });

  it('variables and costs are checked for a documentId as for any operation', async () => {
    expect(await send(gateway, { documentId: 'room-1' })).toMatchObject({ status: 400, codes: ['BAD_USER_INPUT'] });
    const deep = { documentId: 'room-1', variables: { id: 'r1', list: Array.from({ length: 10_001 }, () => 0) } };
    expect(await send(gateway, deep)).toMatchObject({ status: 400, codes: ['QUERY_TOO_COMPLEX'] });
    expect(await send(gateway, { documentId: 'room-1', operationName: 'Other' })).toMatchObject({
      codes: ['OPERATION_RESOLUTION_FAILURE'],
    });
  });

  it('Claim 12: one hash with two texts, with its prefix and without, stops the start', async () => {
    const twice = join(folder, 'twice.json');
    writeFileSync(twice, JSON.stringify({ [hashOf(me)]: me, [idOf(me)]: open }));
    await expect(startTestGateway({ env: { PERSISTED_OPERATIONS: twice } })).rejects.toThrow(
      /^PERSISTED_OPERATIONS: operation "sha256:[0-9a-f]+" is listed twice, with different texts$/,
    );
  });
});
