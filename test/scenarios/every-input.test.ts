import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/errors.ts';
import { landmarks } from '../../src/demo/seed.ts';
import { createSchema } from '../../src/schema/executable.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import {
  inputPositions,
  literalOf,
  nullableName,
  type InputPosition,
  type Samples,
} from '../support/input-positions.ts';
import { createRandom } from '../support/random.ts';

/** `INPUT_RUNS=all` tries every value in every place, instead of some; `INPUT_SEED` chooses others. */
const runs = process.env['INPUT_RUNS'] ?? '400';
const seed = Number(process.env['INPUT_SEED'] ?? 1);

const { shapesRoomId, busyRoomId, messages, users } = landmarks;
const samples: Samples = {
  'Query.directMessage(id:)': `"${shapesRoomId}"`,
  'Query.directMessageWith(username:)': '"jonas.weber"',
  'Query.message(id:)': `"${messages.plain}"`,
  'Query.readReceipts(messageId:)': `"${messages.plain}"`,
  'Query.user(id:)': `"${users.busy}"`,
  'Query._entities(representations:)': `[{ __typename: "DirectMessage", id: "${busyRoomId}" }, { __typename: "Message", id: "${messages.plain}" }]`,
  'Query.__type(name:)': '"Query"',
  ID: `"${users.busy}"`,
  String: '"Message"',
  Int: '2',
  Boolean: 'true',
  DateTime: '"2023-11-01T23:20:57.357+02:00"',
  JSON: '{}',
  _Any: `{ __typename: "User", id: "${users.busy}" }`,
};

/** A value as it is written in an operation, and as JSON in the variables: null where one of them cannot say it. */
interface Value {
  readonly literal: string | null;
  readonly json: string | null;
}
const same = (text: string): Value => ({ literal: text, json: text });
const long = 'x'.repeat(40_000);
const deep = (levels: number, open: string, close: string): string => `${open.repeat(levels)}1${close.repeat(levels)}`;

const absent: Value = { literal: null, json: null };
const nothing = same('null');
const values: readonly Value[] = [
  ...[
    '0',
    '-0',
    '-1',
    '1',
    '101',
    '2147483647',
    '2147483648',
    '-2147483649',
    '9007199254740993',
    '1.5',
    '1e400',
    '-1e400',
    '0.1e-400',
    'true',
    'false',
  ].map(same),
  ...[
    '""',
    '" "',
    '"NaN"',
    '"Infinity"',
    '"0"',
    '"null"',
    '"@x"',
    '"a,b"',
    '"\\u0000"',
    '"\\ud800"',
    '"\\udc00\\ud83d"',
    '"\\ud83d\\ude00"',
    '"DESC"',
    '"__proto__"',
  ].map(same),
  ...[
    '"9999-12-31T23:59:59-23:59"',
    '"0000-01-01T00:00:00+23:59"',
    '"2023-11-01T00:00:00+02:00"',
    '"2023-11-01"',
    `"${long}"`,
    `"${'💬'.repeat(9000)}"`,
  ].map(same),
  ...[
    '[]',
    '[null]',
    '[[null]]',
    '[1, "a", true]',
    deep(12, '[', ']'),
    deep(15, '[', ']'),
    `[${'1,'.repeat(600)}1]`,
    '["a","a"]',
    `[${'"a b",'.repeat(60)}"c"]`,
  ].map(same),
  { literal: '{}', json: '{}' },
  { literal: '{ __proto__: { first: 1 } }', json: '{"__proto__":{"first":1}}' },
  { literal: '{ constructor: null, toString: 1 }', json: '{"constructor":null,"toString":1}' },
  { literal: '{ __typename: "User" }', json: '{"__typename":"User"}' },
  { literal: '{ __typename: "__proto__", id: "x" }', json: '{"__typename":"__proto__","id":"x"}' },
  { literal: '{ id: null, field: null, direction: null }', json: '{"id":null,"field":null,"direction":null}' },
  { literal: '{ field: SENT_AT, direction: SIDEWAYS }', json: '{"field":"SENT_AT","direction":"SIDEWAYS"}' },
  { literal: '{ since: "x", until: null, mentioning: null }', json: '{"since":"x","until":null,"mentioning":null}' },
  { literal: deep(12, '{ a: ', ' }'), json: deep(12, '{"a":', '}') },
  { literal: 'DESC', json: null },
  { literal: 'NaN', json: null },
  { literal: '$v', json: null },
  { literal: null, json: `{${Array.from({ length: 900 }, (_, index) => `"k${index}":${index}`).join()}}` },
  { literal: null, json: `"${'\\u0001'.repeat(9000)}"` },
  {
    literal: null,
    json: '[{"__typename":"User"},{"__typename":"Message","id":7},{"__typename":"DirectMessage","id":"a b"},{"__typename":"__proto__"},null,1]',
  },
];

/** How a value comes to its place. */
const forms = {
  'written out': ({ write }: InputPosition, { literal }: Value) =>
    literal === null ? undefined : { query: write(literal), variables: '{}' },
  'in a variable': ({ type, write }: InputPosition, { json }: Value) => ({
    query: write('$v', `($v: ${String(type)})`),
    variables: json === null ? '{}' : `{"v":${json}}`,
  }),
  'in a variable with a default': ({ type, write }: InputPosition, { json }: Value) => ({
    query: write('$v', `($v: ${nullableName(type)} = ${literalOf(type, samples)})`),
    variables: json === null ? '{}' : `{"v":${json}}`,
  }),
  'as the default of a variable': ({ type, write }: InputPosition, { literal }: Value) =>
    literal === null ? undefined : { query: write('$v', `($v: ${nullableName(type)} = ${literal})`), variables: '{}' },
  'in a variable of another name': ({ type, write }: InputPosition, { json }: Value) => ({
    query: write('$__proto__', `($__proto__: ${nullableName(type)} = ${literalOf(type, samples)})`),
    variables: json === null ? '{}' : `{"__proto__":${json}}`,
  }),
};

interface Case {
  readonly position: InputPosition;
  readonly form: keyof typeof forms;
  readonly query: string;
  readonly variables: string;
}

const schema = createSchema();
const positions = inputPositions(schema, samples);

function casesOf(which: readonly Value[], among: readonly InputPosition[] = positions): Case[] {
  return among.flatMap((position) =>
    which.flatMap((value) =>
      Object.entries(forms).flatMap(([form, make]) => {
        const made = make(position, value);
        return made === undefined ? [] : [{ position, form: form as keyof typeof forms, ...made }];
      }),
    ),
  );
}

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { MAX_UPSTREAM_CALLS: '1000' } });
});
afterAll(() => gateway.close());

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly data: unknown;
  readonly codes: readonly string[];
  readonly upstream: { readonly plannedCalls: number; readonly calls?: number } | undefined;
}

async function send(
  body: string,
  credentials: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...credentials, 'x-upstream-report': '1', ...headers },
    body,
  });
  const text = await response.text();
  const {
    data,
    errors = [],
    extensions,
  } = JSON.parse(text) as {
    data?: unknown;
    errors?: { extensions: { code: string } }[];
    extensions?: { upstream?: Answer['upstream'] };
  };
  return {
    status: response.status,
    text,
    data,
    codes: errors.map((error) => error.extensions.code).toSorted(),
    upstream: extensions?.upstream,
  };
}

/** Strict JSON parsers, such as a router's, reject the whole response for one. */
function hasHalfCharacters(json: string): boolean {
  let found = false;
  JSON.parse(json, (key, value: unknown) => {
    if (!key.isWellFormed() || (typeof value === 'string' && !value.isWellFormed())) found = true;
    return value;
  });
  return found;
}

/** What is wrong about how the gateway answers; empty where nothing is. */
async function faultsOf({ position, form, query, variables }: Case): Promise<string[]> {
  const body = `{"query":${JSON.stringify(query)},"variables":${variables}}`;
  const { id, token } = gateway.demo.world.admin;
  const isStranger = position.name.startsWith('_Service') || position.name.startsWith('__');
  const credentials: Record<string, string> = isStranger ? {} : { 'x-user-id': id, 'x-auth-token': token };
  const priced = await send(body, credentials, { 'x-upstream-plan': 'only' });
  const first = await send(body, credentials); // by graphql-js
  const again = await send(body, credentials); // compiled
  const faults: string[] = [];
  for (const { status, codes, text } of [priced, first, again]) {
    if (status !== 200 && status !== 400) faults.push(`status ${status}`);
    for (const code of codes)
      if (!Object.hasOwn(errorCodes, code) || code === 'INTERNAL_SERVER_ERROR') faults.push(code);
    if (hasHalfCharacters(text)) faults.push('halves of characters');
    if (status === 400 && text.length > 20_000) faults.push(`${text.length} characters`); // ten errors at most, each cut
  }
  if (
    JSON.stringify([first.status, first.data, first.codes]) !== JSON.stringify([again.status, again.data, again.codes])
  )
    faults.push(`first ${first.text}, then ${again.text}`);
  if (priced.status !== first.status || (first.status === 400 && priced.codes.join() !== first.codes.join()))
    faults.push(`priced ${priced.text}, run ${first.text}`);
  if (first.status === 400 && first.data !== undefined) faults.push('data of a request that is refused');
  if (first.status === 200 && (first.upstream?.calls ?? 0) > (priced.upstream?.plannedCalls ?? 0))
    faults.push('more calls than planned');
  return [...new Set(faults)]
    .slice(0, 3)
    .map((fault) => `${position.name} ${form}: ${fault.slice(0, 300)} ← ${body.slice(0, 300)}`);
}

async function faultsOfAll(cases: readonly Case[]): Promise<string[]> {
  const faults: string[] = [];
  const left = cases.values();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const each of left) faults.push(...(await faultsOf(each)));
    }),
  );
  return faults.slice(0, 20);
}

const some = <Item>(cases: readonly Item[], part: number): readonly Item[] =>
  runs === 'all' ? cases : createRandom(seed).some(cases, Math.ceil(Number(runs) / part));

const unexpected = () =>
  gateway.logs.filter((line) => Array.isArray(line['unexpected']) && line['unexpected'].length > 0);

describe('No input value causes an internal error', () => {
  it('M10: every input position of the schema is tried', () => {
    const names = new Set(positions.map(({ name }) => name));
    expect(names.size).toBe(positions.length);
    for (const name of [
      'Query.__type(name)',
      'Query._entities(representations)',
      'Query._entities(representations[])',
      'DirectMessage.messages(filterBy.mentioning[])',
      'DirectMessage.history(range.since)',
      'Viewer.directMessages(orderBy.direction)',
      '__Type.fields(includeDeprecated)',
      'Query @skip(if:) of a field',
      'Message @include(if:) of a fragment',
    ])
      expect(names).toContain(name);
  });

  it(`M10: null and omission cause no internal error in any argument, input field or directive condition (${runs})`, async () => {
    const [conditions, inputs] = [true, false].map((isCondition) =>
      positions.filter(({ name }) => name.includes('@') === isCondition),
    );
    expect(
      await faultsOfAll([...casesOf([nothing, absent], inputs), ...some(casesOf([nothing, absent], conditions), 8)]),
    ).toEqual([]);
    expect(unexpected()).toEqual([]);
  }, 3_600_000);

  it.each(['off', 'on'])(
    'M10: parts of the request of any form, as POST and as GET, with automatic persisted queries %s',
    async (persistedQueries) => {
      const other = await startTestGateway({ env: { AUTOMATIC_PERSISTED_QUERIES: persistedQueries } });
      const { id, token } = other.demo.world.member;
      const plain = {
        query: '"query A($a: Int) { __typename }"',
        operationName: '"A"',
        variables: '{"a":1}',
        extensions: '{}',
      };
      const parts = [nothing, ...values].flatMap(({ json }) =>
        json === null || json.length > 5000
          ? []
          : [
              ...Object.keys(plain).map((name) => ({ ...plain, [name]: json })),
              { ...plain, query: 'null', documentId: json },
              { ...plain, query: 'null', extensions: `{"persistedQuery":${json}}` },
              { ...plain, extensions: `{"persistedQuery":{"version":1,"sha256Hash":${json}}}` },
              { ...plain, query: 'null', extensions: `{"persistedQuery":{"version":${json},"sha256Hash":${json}}}` },
            ],
      );
      const faults: string[] = [];
      for (const part of some(parts, 3)) {
        const body = `{${Object.entries(part)
          .map(([name, json]) => `"${name}":${json}`)
          .join()}}`;
        const { query, operationName, variables, extensions } = part;
        const asText = (json: string): string => (json.startsWith('"') ? String(JSON.parse(json)) : json);
        const search = new URLSearchParams({
          query: query === 'null' ? '' : asText(query),
          ...('documentId' in part && { documentId: asText(part.documentId) }),
          operationName: asText(operationName),
          variables,
          extensions,
        });
        for (const [address, init] of [
          ['/graphql', { method: 'POST', body }],
          [`/graphql?${search.toString()}`, { method: 'GET' }],
        ] as const) {
          const response = await fetch(other.url + address, {
            ...init,
            headers: {
              ...(init.method === 'POST' && { 'content-type': 'application/json' }),
              'x-user-id': id,
              'x-auth-token': token,
            },
          });
          const text = await response.text();
          const { errors = [] } = JSON.parse(text) as { errors?: { extensions: { code: string } }[] };
          const codes = errors.map((error) => error.extensions.code);
          const isRight =
            [200, 400].includes(response.status) &&
            codes.every((code) => Object.hasOwn(errorCodes, code) && code !== 'INTERNAL_SERVER_ERROR') &&
            !hasHalfCharacters(text);
          if (!isRight) faults.push(`${init.method} ${body.slice(0, 200)}: ${response.status} ${text.slice(0, 200)}`);
        }
      }
      expect(faults.slice(0, 10)).toEqual([]);
      expect(other.logs.filter((line) => Array.isArray(line['unexpected']) && line['unexpected'].length > 0)).toEqual(
        [],
      );
      await other.close();
    },
  );

  it(`M10: wrong types and extreme values cause no internal error (${runs})`, async () => {
    expect(await faultsOfAll(some(casesOf(values), 1))).toEqual([]);
    expect(unexpected()).toEqual([]);
    expect(({} as Record<string, unknown>)['first']).toBeUndefined();
  }, 3_600_000);
});
