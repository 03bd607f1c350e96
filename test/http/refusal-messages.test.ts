import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { bodyOf, sendRaw, type RawRequest } from '../support/raw.ts';

/** How the gateway was started. */
type Kind = 'development' | 'production' | 'persisted' | 'listed';
const folder = mkdtempSync(join(tmpdir(), 'words-'));
const list = join(folder, 'list.json');
const gateways: Partial<Record<Kind, TestGateway>> = {};

beforeAll(async () => {
  writeFileSync(list, JSON.stringify({ me: '{ viewer { userId } }' }));
  const envs: Record<Kind, Record<string, string>> = {
    development: {},
    production: { NODE_ENV: 'production' },
    persisted: { AUTOMATIC_PERSISTED_QUERIES: 'on' },
    listed: { PERSISTED_OPERATIONS: list },
  };
  for (const [kind, env] of Object.entries(envs))
    gateways[kind as Kind] = await startTestGateway({ env: { LOG_LEVEL: 'silent', ...env } });
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  for (const gateway of Object.values(gateways)) await gateway.close();
});

interface Row {
  /** The place in Apollo Server or graphql-js whose message is replaced. */
  readonly of: string;
  readonly to?: Kind;
  readonly request: RawRequest;
  readonly status: number;
  readonly code: string;
  readonly message: string | RegExp;
}

const json = (value: unknown): RawRequest => ({ body: JSON.stringify(value) });
const query = '{ viewer { userId } }';
const get = (search: string, headers: Record<string, string> = {}): RawRequest => ({
  method: 'GET',
  path: `/graphql${search}`,
  headers,
});
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
const persisted = (sha256Hash: unknown, version: unknown = 1) => ({ persistedQuery: { version, sha256Hash } });
const bad = { status: 400, code: 'BAD_REQUEST' };
const wrongValue = { status: 400, code: 'BAD_USER_INPUT' };
const page = '{ directMessages(first: $v) { totalCount } }';
const offered =
  'Responses are application/json or application/graphql-response+json in UTF-8: `Accept` must allow one of them.';
const noObject = 'The body must be a JSON object such as `{"query": "…"}`.';
const noQuery = '`query` is missing: send the text of a GraphQL query.';
const badHash = '`extensions.persistedQuery` must be `{"version": 1, "sha256Hash": "…"}`.';
const anyPage =
  'Any website could make a browser send this GET: add the header `Apollo-Require-Preflight: 1`, or use POST.';

const rows: Row[] = [
  { of: 'runHttpQuery: no body', request: { body: '' }, ...bad, message: 'The body is not valid JSON in UTF-8.' },
  { of: 'runHttpQuery: a body that is not an object', request: json(7), ...bad, message: noObject },
  { of: 'runHttpQuery: a body that is null', request: json(null), ...bad, message: noObject },
  { of: 'runHttpQuery: an empty object', request: json({}), ...bad, message: noQuery },
  { of: 'runHttpQuery: an object of other fields', request: json({ quary: query }), ...bad, message: noQuery },
  {
    of: 'runHttpQuery: a query that is not a string',
    request: json({ query: 7 }),
    ...bad,
    message: '`query` must be a string.',
  },
  {
    of: 'runHttpQuery: a query as a parsed document',
    request: json({ query: { kind: 'Document', definitions: [] } }),
    ...bad,
    message: '`query` must be a string.',
  },
  {
    of: 'runHttpQuery: variables as a string',
    request: json({ query, variables: '{}' }),
    ...bad,
    message: '`variables` must be an object.',
  },
  {
    of: 'runHttpQuery: variables as a list',
    request: json({ query, variables: [] }),
    ...bad,
    message: '`variables` must be an object.',
  },
  {
    of: 'runHttpQuery: extensions as a string',
    request: json({ query, extensions: '{}' }),
    ...bad,
    message: '`extensions` must be an object.',
  },
  {
    of: 'runHttpQuery: extensions as a number',
    request: json({ query, extensions: 0 }),
    ...bad,
    message: '`extensions` must be an object.',
  },
  {
    of: 'runHttpQuery: operationName as a boolean',
    request: json({ query, operationName: false }),
    ...bad,
    message: '`operationName` must be a string.',
  },
  {
    of: 'runHttpQuery: a GET with a content type',
    request: get(`?query=${query}`.replaceAll(' ', '+'), { 'content-type': 'text/plain' }),
    status: 415,
    code: 'BAD_REQUEST',
    message: 'A GET request has no body: remove its `Content-Type` header.',
  },
  {
    of: 'runHttpQuery: a GET with an invalid content type',
    request: get('?query=%7B__typename%7D', { 'content-type': '/' }),
    status: 415,
    code: 'BAD_REQUEST',
    message: 'A GET request has no body: remove its `Content-Type` header.',
  },
  {
    of: 'runHttpQuery: a parameter twice',
    request: get('?query=a&query=b'),
    ...bad,
    message: '`query` appears more than once in the URL.',
  },
  {
    of: 'runHttpQuery: a name twice',
    request: get('?query=a&operationName=a&operationName=a'),
    ...bad,
    message: '`operationName` appears more than once in the URL.',
  },
  {
    of: 'runHttpQuery: variables that are not JSON',
    request: get('?query=a&variables={'),
    ...bad,
    message: '`variables` in the URL is not valid JSON.',
  },
  {
    of: 'runHttpQuery: extensions that are a list',
    request: get('?query=a&extensions=[]'),
    ...bad,
    message: '`extensions` must be an object.',
  },
  { of: 'runHttpQuery: a GET without a query', request: get(''), ...bad, message: noQuery },
  {
    of: 'runHttpQuery: a method other than GET and POST',
    request: { method: 'PUT' },
    status: 405,
    code: 'BAD_REQUEST',
    message: 'Method not allowed: use POST or GET.',
  },
  {
    of: 'runHttpQuery: a media type that is not accepted',
    request: { ...json({ query }), headers: { accept: 'application/json;q=0' } },
    status: 406,
    code: 'BAD_REQUEST',
    message: offered,
  },
  {
    of: 'runHttpQuery: a charset that is not accepted',
    request: { ...json({ query }), headers: { accept: 'application/json;charset=utf-16' } },
    status: 406,
    code: 'BAD_REQUEST',
    message: offered,
  },
  {
    of: 'ApolloServer: text/html without an explorer',
    to: 'production',
    request: { ...get(''), headers: { accept: 'text/html' } },
    status: 406,
    code: 'BAD_REQUEST',
    message: offered,
  },
  {
    of: 'ApolloServer: a browser without an explorer',
    to: 'production',
    request: { ...get(''), headers: { accept: 'text/html,*/*;q=0.8' }, as: null },
    ...bad,
    message: anyPage,
  },
  { of: 'preventCsrf', request: { ...get('?query=%7B__typename%7D'), as: null }, ...bad, message: anyPage },
  {
    of: 'preventCsrf: an empty preflight header',
    request: { ...get('?query=%7B__typename%7D', { 'apollo-require-preflight': '' }), as: null },
    ...bad,
    message: anyPage,
  },
  {
    of: 'httpBatching',
    request: json([{ query }]),
    ...bad,
    message: 'Batching is not supported: send one operation per request.',
  },
  {
    of: 'httpBatching: an empty batch',
    request: json([]),
    ...bad,
    message: 'Batching is not supported: send one operation per request.',
  },
  { of: 'requestPipeline: an empty query', request: json({ query: '' }), ...bad, message: noQuery },
  {
    of: 'requestPipeline: persisted queries are off',
    request: json({ extensions: persisted(sha(query)) }),
    status: 200,
    code: 'PERSISTED_QUERY_NOT_SUPPORTED',
    message: 'PersistedQueryNotSupported',
  },
  {
    of: 'requestPipeline: an unknown hash',
    to: 'persisted',
    request: json({ extensions: persisted(sha(query)) }),
    status: 200,
    code: 'PERSISTED_QUERY_NOT_FOUND',
    message: 'PersistedQueryNotFound',
  },
  {
    of: 'requestPipeline: another version',
    to: 'persisted',
    request: json({ extensions: persisted(sha(query), 2) }),
    ...bad,
    message: badHash,
  },
  {
    of: 'requestPipeline: a hash that is not a string',
    to: 'persisted',
    request: json({ query, extensions: persisted({ a: 1 }) }),
    ...bad,
    message: badHash,
  },
  {
    of: 'requestPipeline: a persisted query that is not an object',
    to: 'persisted',
    request: json({ extensions: { persistedQuery: 'x' } }),
    ...bad,
    message: badHash,
  },
  {
    of: 'requestPipeline: a hash of another query',
    to: 'persisted',
    request: json({ query, extensions: persisted(sha('x')) }),
    ...bad,
    message: '`extensions.persistedQuery.sha256Hash` is not the SHA-256 of the query in hexadecimal.',
  },
  {
    of: 'requestPipeline: an id while persisted queries are off',
    request: json({ documentId: 'x' }),
    status: 200,
    code: 'PERSISTED_QUERY_NOT_SUPPORTED',
    message: 'PersistedQueryNotSupported',
  },
  {
    of: 'requestPipeline: an unknown id',
    to: 'persisted',
    request: json({ documentId: `sha256:${sha(query)}` }),
    status: 200,
    code: 'PERSISTED_QUERY_NOT_FOUND',
    message: 'PersistedQueryNotFound',
  },
  {
    of: 'an id outside the safelist',
    to: 'listed',
    request: json({ documentId: 'x' }),
    status: 400,
    code: 'PERSISTED_QUERY_NOT_IN_LIST',
    message: 'The operation is not in the gateway’s list of persisted operations.',
  },
  {
    of: 'an operation outside the safelist',
    to: 'listed',
    request: json({ query: '{ __typename }' }),
    status: 400,
    code: 'PERSISTED_QUERY_NOT_IN_LIST',
    message: 'The operation is not in the gateway’s list of persisted operations.',
  },
  {
    of: 'graphql-js parse',
    request: json({ query: '{ viewer' }),
    status: 400,
    code: 'GRAPHQL_PARSE_FAILED',
    message: 'Syntax Error: Expected Name, found <EOF>.',
  },
  {
    of: 'graphql-js parse: too many tokens',
    request: json({ query: `{ ${'a '.repeat(2000)}}` }),
    status: 400,
    code: 'QUERY_TOO_COMPLEX',
    message: 'The query has more than 2000 tokens. Ask for less, or send several requests.',
  },
  {
    of: 'graphql-js validate',
    request: json({ query: '{ viewr { id } }' }),
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: 'Cannot query field "viewr" on type "Query". Did you mean "viewer" or "user"?',
  },
  {
    of: 'graphql-js validate, without hints',
    to: 'production',
    request: json({ query: '{ viewr { id } }' }),
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: 'Cannot query field "viewr" on type "Query".',
  },
  {
    of: 'NoIntrospection',
    to: 'production',
    request: json({ query: '{ __schema { queryType { name } } }' }),
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: 'Introspection is disabled: query `{ _service { sdl } }` for the schema.',
  },
  {
    of: 'RecursiveSelectionsLimit',
    request: json({
      query: `{ ${'...A '.repeat(60)}} fragment A on Query { ${Array.from({ length: 50 }, (_, index) => `f${index}`).join(' ')} }`,
    }),
    status: 400,
    code: 'QUERY_TOO_COMPLEX',
    message: 'The query has more than 2000 selections, fragments expanded. Ask for less, or send several requests.',
  },
  {
    of: 'requestPipeline: a mutation by GET',
    request: get('?query=mutation+%7B+a+%7D'),
    status: 400,
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: 'This API has no mutations: it only reads.',
  },
  {
    of: 'graphql-js execute: an unknown operation',
    request: json({ query: 'query A { __typename }', operationName: 'B' }),
    status: 400,
    code: 'OPERATION_RESOLUTION_FAILURE',
    message: 'Unknown operation named "B".',
  },
  {
    of: 'graphql-js execute: an empty operation name',
    request: json({ query: 'query A { __typename }', operationName: '' }),
    status: 400,
    code: 'OPERATION_RESOLUTION_FAILURE',
    message: 'Unknown operation named "".',
  },
  {
    of: 'graphql-js execute: no name for several operations',
    request: json({ query: 'query A { __typename } query B { __typename }' }),
    status: 400,
    code: 'OPERATION_RESOLUTION_FAILURE',
    message: 'Must provide operation name if query contains multiple operations.',
  },
  {
    of: 'graphql-js variables: a wrong type',
    request: json({ query: `query ($v: Int) ${page}`, variables: { v: 'x' } }),
    ...wrongValue,
    message: 'Variable "$v" got invalid value "x"; Int cannot represent non-integer value: "x"',
  },
  {
    of: 'graphql-js variables: null',
    request: json({ query: `query ($v: Int!) ${page}`, variables: { v: null } }),
    ...wrongValue,
    message: 'Variable "$v" of non-null type "Int!" must not be null.',
  },
  {
    of: 'graphql-js variables: none',
    request: json({ query: `query ($v: Int!) ${page}` }),
    ...wrongValue,
    message: 'Variable "$v" of required type "Int!" was not provided.',
  },
  {
    of: 'graphql-js variables: an enum, without hints',
    to: 'production',
    request: json({
      query:
        'query ($v: OrderDirection!) { directMessages(orderBy: { field: CREATED_AT, direction: $v }) { totalCount } }',
      variables: { v: 'ASCC' },
    }),
    ...wrongValue,
    message: 'Variable "$v" got invalid value "ASCC"; Value "ASCC" does not exist in "OrderDirection" enum.',
  },
  {
    of: 'graphql-js variables: a date',
    request: json({
      query: 'query ($v: DateTime) { directMessage(id: "r") { history(range: { since: $v }) { __typename } } }',
      variables: { v: 'today' },
    }),
    ...wrongValue,
    message:
      'Variable "$v" got invalid value "today"; "today" is not a date-time: give ISO 8601 with a time zone, such as "2023-11-01T23:20:57.357Z".',
  },
  {
    of: 'graphql-js arguments: null',
    request: json({ query: 'query ($v: ID = "x") { message(id: $v) { id } }', variables: { v: null } }),
    ...wrongValue,
    message: 'Argument "id" of non-null type "ID!" must not be null.',
  },
  {
    of: 'graphql-js directives: null',
    request: json({ query: 'query ($v: Boolean = true) { __typename @skip(if: $v) }', variables: { v: null } }),
    ...wrongValue,
    message: 'Argument "if" of non-null type "Boolean!" must not be null.',
  },
];

/** Names of the gateway's libraries. The header and the widely known messages of persisted queries are API. */
const foreign =
  /apollo(?!-require-preflight)|graphql-?js|zod|csrf|multipart|expressjs|fastify|undici|node_modules|introspection: true/i;

describe('Messages of refused requests', () => {
  it.each(rows)(
    'part 6: refused in the gateway’s own words: $of',
    async ({ to = 'development', request, status, code, message }) => {
      const gateway = gateways[to] ?? expect.unreachable();
      const answer = await sendRaw(gateway, request);
      const { errors = [], data } = bodyOf(answer);
      expect({
        status: answer.status,
        codes: errors.map(({ extensions }) => extensions?.code),
        data,
        message: errors[0]?.message,
      }).toEqual({
        status,
        codes: [code],
        data: undefined,
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      });
      expect(answer.text.replace('Apollo-Require-Preflight', '')).not.toMatch(foreign);
      expect(gateway.demo.callLines()).toEqual([]);
    },
  );

  it('part 6: a query with many errors gets ten, the last of which says that there are more', async () => {
    const gateway = gateways.development ?? expect.unreachable();
    const answer = await sendRaw(
      gateway,
      json({ query: `{ ${Array.from({ length: 100 }, (_, index) => `f${index}`).join(' ')} }` }),
    );
    const { errors = [] } = bodyOf(answer);
    expect(errors).toHaveLength(10);
    expect(errors.at(-1)).toEqual({
      message: 'There are more errors than these.',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
    expect(answer.text).not.toMatch(foreign);
  });

  it('part 6: refusals have the media type that the client accepts; those of persisted queries have a hint', async () => {
    const gateway = gateways.development ?? expect.unreachable();
    const accept = 'application/graphql-response+json';
    for (const request of [json({}), json({ query: '{' }), json({ extensions: persisted('x') })]) {
      expect((await sendRaw(gateway, { ...request, headers: { accept } })).headers['content-type']).toBe(
        `${accept}; charset=utf-8`,
      );
    }
    expect(bodyOf(await sendRaw(gateway, json({ extensions: persisted('x') }))).errors).toMatchObject([
      { extensions: { hint: expect.stringContaining('send the query itself') } },
    ]);
  });
});
