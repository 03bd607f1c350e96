import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { longestPause } from '../../support/pause.ts';
import { sendRaw, type RawRequest } from '../../support/raw.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    env: { LOG_LEVEL: 'info', FORWARD_CLIENT_IP: 'on', TRUST_PROXY: 'on', INTROSPECTION: 'off' },
  });
});
afterAll(() => gateway.close());

const times = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');
const ask = (query: string, variables?: unknown) => ({ body: JSON.stringify({ query, variables }) });
const room = 'query($id: ID!) { directMessage(id: $id) { id } }';
const entities = 'query($r: [_Any!]!) { _entities(representations: $r) { __typename } }';
const threefold = (levels: number): string =>
  times(3, () => `attachments { ${levels === 1 ? 'kind' : threefold(levels - 1)} }`);
/** A body of 100 KiB, filled with repetitions of the text. */
const filled = (before: string, text: string, after: string) => ({
  body: before + text.repeat(Math.floor((102_390 - before.length - after.length) / text.length)) + after,
});
const brackets = `${'['.repeat(51_000)}${']'.repeat(51_000)}`;
const page = 'directMessages(first: 1) { nodes { id messages(first: 1) { nodes { id text author { username } } } } }';

const worst: readonly (readonly [what: string, status: number, request: RawRequest])[] = [
  ['lists in lists, nothing else', 400, { body: brackets }],
  ['lists in lists as an extension', 400, { body: `{"query":"{ viewer { userId } }","extensions":{"a":${brackets}}}` }],
  ['lists in lists as an unknown field', 200, { body: `{"query":"{ viewer { userId } }","a":${brackets}}` }],
  ['lists in lists as a variable', 400, { body: `{"query":"${room}","variables":{"id":${brackets}}}` }],
  [
    'lists in lists as a variable of a GET',
    400,
    {
      method: 'GET',
      path: `/graphql?query=${encodeURIComponent(room)}&variables={"id":${'['.repeat(7000)}${']'.repeat(7000)}}`,
      body: '',
    },
  ],
  ['empty objects in a variable', 400, filled(`{"query":"${entities}","variables":{"r":[{}`, ',{}', ']}}')],
  ['twelve hundred references that are none', 200, ask(entities, { r: Array.from({ length: 1200 }, () => ({})) })],
  ['nearly ten thousand of them', 400, ask(entities, { r: Array.from({ length: 9990 }, () => ({})) })],
  [
    'references of the same room',
    400,
    filled(
      `{"query":"${entities}","variables":{"r":[{"__typename":"DirectMessage","id":"r"}`,
      ',{"__typename":"DirectMessage","id":"r"}',
      ']}}',
    ),
  ],
  [
    'variables that nobody declared',
    200,
    {
      body: `{"query":"{ viewer { userId } }","variables":{${Array.from({ length: 9000 }, (_, index) => `"v${index}":1`).join()}}}`,
    },
  ],
  [
    'ids that are none, each of them',
    400,
    ask('query($a: [ID!]) { directMessage(id: "r") { messages(filterBy: { mentioning: $a }) { totalCount } } }', {
      a: Array.from({ length: 9900 }, () => [0]),
    }),
  ],
  ['more values than variables may have', 400, ask(entities, { r: Array.from({ length: 11_000 }, () => 0) })],
  ['a long id', 400, ask(room, { id: 'x'.repeat(100_000) })],
  [
    'a long cursor',
    400,
    ask('query($a: String) { viewer { directMessages(after: $a) { totalCount } } }', { a: 'eyJ'.repeat(33_000) }),
  ],
  [
    'the words that hints begin with',
    400,
    ask(`{ directMessages(first: "${'Did you mean '.repeat(7800)}") { totalCount } }`),
  ],
  [
    'the words that hints begin with, in a variable',
    400,
    ask('query($a: Int) { directMessages(first: $a) { totalCount } }', { a: `${'Did you mean '.repeat(7800)}?` }),
  ],
  [
    'arguments in fragments that are spread everywhere',
    200,
    ask(
      `{ viewer { ${times(13, (index) => `...F${index}`)} } } ${times(13, (index) => `fragment F${index} on Viewer { ${times(13, (inner) => `...G${inner}`)} }`)} ${times(13, (index) => `fragment G${index} on Viewer { directMessages(first: 0) { totalCount } }`)}`,
    ),
  ],
  [
    'a long instant',
    400,
    ask('query($a: DateTime) { directMessage(id: "r") { history(range: { since: $a }) { nodes { id } } } }', {
      a: '2023-11-01T'.repeat(9000),
    }),
  ],
  ['a long field', 400, ask(`{ ${'viewer'.repeat(16_000)} }`)],
  ['long misspelt fields', 400, ask(`{ ${times(600, (index) => `${'directMessage'.repeat(10)}${index}`)} }`)],
  ['a long operation name', 200, ask(`query ${'a'.repeat(100_000)} { viewer { userId } }`)],
  ['a long comment', 200, ask(`{ viewer { userId } } ${'#\n'.repeat(34_000)}`)],
  ['a long text with escapes', 400, ask(`{ directMessage(id: "${'\\\\u0041'.repeat(11_000)}") { id } }`)],
  ['a long block text', 400, ask(`{ directMessage(id: """${'\n  a'.repeat(20_000)}""") { id } }`)],
  [
    'the same field with other arguments',
    400,
    ask(`{ ${times(99, (index) => `message(id: "${index}") { id text sentAt }`)} }`),
  ],
  [
    'a field a hundred times, at three levels',
    200,
    ask(
      `{ ${times(40, () => 'viewer { userId }')} viewer { ${times(60, () => 'user { id username }')} ${times(20, () => page)} } }`,
    ),
  ],
  [
    'fragments that all overlap',
    400,
    ask(
      `{ viewer { ${times(60, (index) => `...F${index}`)} } } ${times(60, (index) => `fragment F${index} on Viewer { userId unreadCount user { id name username status } ...F${(index + 1) % 60 || 59} }`)}`,
    ),
  ],
  [
    'fragments of fragments that overlap',
    200,
    ask(
      `{ viewer { ${times(13, (index) => `...F${index}`)} } } ${times(13, (index) => `fragment F${index} on Viewer { ${times(13, (inner) => `...G${inner}`)} }`)} ${times(13, (index) => `fragment G${index} on Viewer { userId unreadCount user { id name username } }`)}`,
    ),
  ],
  ['a field in itself, three times at each of five levels', 200, ask(`{ message(id: "m") { ${threefold(5)} } }`)],
  [
    'fragments that double each other to two thousand selections',
    200,
    ask(
      `{ message(id: "m") { ...F0 } } ${times(7, (level) => `fragment F${level} on ${level === 0 ? 'Message' : 'Attachment'} { a: attachments { kind ...F${level + 1} } b: attachments { title ...F${level + 1} } }`)} fragment F7 on Attachment { kind title }`,
    ),
  ],
  [
    'as many conditions as there may be',
    200,
    ask(
      `query(${times(49, (index) => `$v${index}: Boolean!`)}) { message(id: "m") { ${times(49, (index) => `attachments @include(if: $v${index}) { kind title url attachments { kind } }`)} } }`,
      Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`v${index}`, index % 2 === 0])),
    ),
  ],
  ['inline fragments within each other', 200, ask(`{ ${'... { '.repeat(95)} viewer { userId } ${'}'.repeat(95)} }`)],
  [
    'many operations that use the same fragments',
    400,
    ask(
      `${times(100, (index) => `query q${index} { ...F0 }`)} ${times(100, (index) => `fragment F${index} on Query { ${index < 99 ? `...F${index + 1}` : 'viewer { userId }'} }`)}`,
    ),
  ],
  [
    'many variables',
    400,
    ask(
      `query(${times(450, (index) => `$v${index}: Int`)}) { viewer { userId } }`,
      Object.fromEntries(Array.from({ length: 450 }, (_, index) => [`v${index}`, index])),
    ),
  ],
  ['a list literal', 200, ask(`{ _entities(representations: [${times(1200, () => '1')}]) { __typename } }`)],
  [
    'a media type with many parameters',
    200,
    { ...ask('{ viewer { userId } }'), headers: { 'content-type': `application/json${';'.repeat(14_000)}` } },
  ],
  ['a list of media types', 406, { ...ask('{ viewer { userId } }'), headers: { accept: 'application/'.repeat(1200) } }],
  [
    'a list of addresses',
    200,
    { ...ask('{ viewer { userId } }'), headers: { 'x-forwarded-for': '::ffff:'.repeat(2000) } },
  ],
  ['a query string of escapes', 400, { method: 'GET', path: `/graphql?query=${'%20'.repeat(4900)}`, body: '' }],
];

/** Queries of just under 30,000 values: pages of a hundred messages with eleven fields, or fewer with lists. */
const largest = [
  ['flat', 25, 'nodes { id roomId text sentAt updatedAt isBot isPinned isStarred isDeleted systemType alias }'],
  [
    'nested',
    10,
    'edges { cursor node { id text sentAt author { userId username } reactions { emoji count usernames } } }',
  ],
] as const;

describe('No request blocks the event loop for 100 ms', () => {
  it.each(largest)(
    'Hardening: nor does the largest answer there can be, %s, for the first time and again',
    async (_name, copies, rows) => {
      const aliases = times(copies, (index) => `m${index}: messages(first: 100) { ${rows} }`);
      const query = `{ directMessage(id: "${landmarks.busyRoomId}") { ${aliases} } }`;
      let asked = 0;
      const first = await longestPause(() => sendRaw(gateway, ask(`${query} # ${(asked += 1)}`)));
      const again = await longestPause(() => sendRaw(gateway, ask(query)));
      const answer = await sendRaw(gateway, ask(query));
      expect([answer.status, answer.text.slice(0, 200)]).toEqual([200, expect.stringMatching(/^{"data"/)]);
      expect(Math.max(first, again)).toBeLessThan(100);
    },
  );

  it.each(worst)('Hardening: the event loop is not blocked by %s', async (what, status, request) => {
    expect(Buffer.byteLength(request.body ?? ''), what).toBeLessThanOrEqual(102_400);
    const ms = await longestPause(() => sendRaw(gateway, request));
    const answer = await sendRaw(gateway, request);
    expect(answer.status, answer.text.slice(0, 200)).toBe(status);
    expect(answer.text).not.toMatch(/INTERNAL_SERVER_ERROR|RangeError|call stack/i);
    expect(ms).toBeLessThan(100);
  });
});
