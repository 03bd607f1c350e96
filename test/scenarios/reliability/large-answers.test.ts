import { getIntrospectionQuery } from 'graphql';
import { encodeCursor } from '../../../src/pagination/cursor.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maxAnswerBytes, maxStrangerBytes } from '../../../src/limits.ts';
import { startTestGateway, type Caller, type GatewayBefore } from '../../support/gateway.ts';
import { startHeavyWorkspace, type HeavyWorkspace } from '../../support/heavy-workspace.ts';
import { startSmallProcess } from '../../support/small-process.ts';
import { alice, callerNamed } from '../../support/tiny-workspace.ts';

let gateway: GatewayBefore<HeavyWorkspace>;
beforeAll(async () => {
  gateway = await startTestGateway({ upstream: await startHeavyWorkspace(), env: { INTROSPECTION: 'on' } });
});
afterAll(() => gateway.close());

const times = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');
const page = (kind: string, rows: string, size = 20) =>
  `{ directMessage(id: "${kind}-room") { messages(first: ${size}) { nodes { ${rows} } } } }`;

/** Sends a body, without credentials by default. */
async function send(body: object, caller: Caller | null = null, to = gateway) {
  const { status, text } = await to.post(body, { as: caller });
  const codes = new Set([...text.slice(0, 2000).matchAll(/"code":"(\w+)"/g)].map(([, code = '']) => code));
  return { status, text, bytes: Buffer.byteLength(text), codes: [...codes] };
}

/**
 * Sends the query three times, so graphql-js and the compiled form both run it. Each response is the same rejection.
 */
async function expectTooLarge(query: string, caller?: { id: string; token: string }): Promise<void> {
  for (let time = 0; time < 3; time += 1) {
    const { status, codes, bytes, text } = await send({ query }, caller);
    expect({ status, codes }, text.slice(0, 300)).toEqual({ status: 400, codes: ['QUERY_TOO_COMPLEX'] });
    expect(bytes).toBeLessThan(500);
  }
}

/** Rooms by reference with thirteen fields each, none of which takes a separate call. */
const fields =
  'kind usernames userIds memberCount messageCount createdAt updatedAt lastMessageAt topic description announcement isReadOnly isDefault';
const body = (references: number) => ({
  query: `query($r: [_Any!]!) { _entities(representations: $r) { ... on DirectMessage { ${fields} } } }`,
  variables: {
    r: Array.from({ length: references }, (_, index) => ({ __typename: 'DirectMessage', id: `r${index}` })),
  },
});
const errorsOf = ({ text }: { text: string }) => ((JSON.parse(text) as { errors: unknown[] }).errors ?? []).length;

const tooLarge: readonly (readonly [string, string])[] = [
  [
    'nodes of markup under many names',
    page(
      'markup',
      `markup { nodes { ${times(5, (index) => `a${index}: index b${index}: parent c${index}: type d${index}: text e${index}: url`)} } }`,
    ),
  ],
  ['nodes of markup', page('markup', 'markup { nodes { type text } }', 40)],
  [
    'names of types of nodes of markup',
    page('markup', `markup { nodes { ${times(45, (index) => `t${index}: __typename`)} } }`),
  ],
  ['plain texts of as many nodes', page('markup', 'markup { plainText }', 50)],
  ['trees of markup under many names', page('markup', `markup { ${times(45, (index) => `a${index}: json`)} }`)],
  [
    'JSON under many names',
    page(
      'lists',
      times(45, (index) => `a${index}: customFields`),
      60,
    ),
  ],
  [
    'JSON of attachments in attachments',
    page(
      'lists',
      times(
        3,
        (index) =>
          `a${index}: attachments { json attachments { json attachments { json attachments { json attachments { json } } } } }`,
      ),
      60,
    ),
  ],
  ['reactions, and who made them', page('lists', 'reactions { emoji usernames count }')],
  [
    'attachments in attachments, with nothing else',
    page(
      'lists',
      times(
        9,
        (index) =>
          `a${index}: attachments { attachments { attachments { attachments { attachments { attachments { k${index}: kind title } } } } } }`,
      ),
      60,
    ),
  ],
  [
    'names of those who follow a thread',
    page(
      'lists',
      times(10, (index) => `t${index}: thread { followerIds }`),
    ),
  ],
  [
    'texts that JSON makes six times as long',
    page(
      'texts',
      times(12, (index) => `t${index}: text`),
      100,
    ),
  ],
  [
    'texts that JSON makes longer, by little',
    page(
      'texts',
      times(7, (index) => `t${index}: text`),
      100,
    ),
  ],
];
/** The largest that is answered. */
const large = page('markup', 'id text markup { json }', 50);

describe('Responses over the size limit', () => {
  it.each(tooLarge)('H2: an oversized response is rejected while it is built: %s', async (_what, query) => {
    await expectTooLarge(query, alice);
  });

  it('H2: an oversized response is rejected even if another field fails before or after it', async () => {
    const markup = `directMessage(id: "markup-room") { messages(first: 20) { nodes { markup { ${times(40, (index) => `a${index}: json`)} } } } }`;
    const elsewhere = encodeCursor('another list', { key: 1, id: 'x', offset: 0, total: 1 });
    const bad = `bad: viewer { directMessages(first: 1, after: "${elsewhere}") { totalCount } }`;
    await expectTooLarge(`{ ${bad} ${markup} }`, alice);
    await expectTooLarge(`{ ${markup} ${bad} }`, alice);
  });

  it('H2: a response of too many errors becomes one error, also for callers without valid credentials', async () => {
    const nobody = callerNamed('nobody');
    const caller = { ...nobody, token: 'x'.repeat(43) };
    for (const [references, errors] of [
      [60, 60 * 13],
      [150, 1],
      [650, 1],
    ] as const) {
      const answer = await send(body(references), caller);
      expect([answer.status, answer.codes, errorsOf(answer)]).toEqual([200, ['UNAUTHENTICATED'], errors]);
    }
  });

  it('H2: a response of too many errors becomes one error if the workspace is down', async () => {
    const other = await startTestGateway({ upstream: await startHeavyWorkspace() });
    await send({ query: '{ viewer { user { id } } }' }, alice, other);
    other.upstream.isDown = true;
    for (const [references, errors] of [
      [200, 200 * 13],
      [250, 1],
    ] as const) {
      const answer = await send(body(references), alice, other);
      expect([answer.status, answer.codes, errorsOf(answer)]).toEqual([200, ['UPSTREAM_UNAVAILABLE'], errors]);
    }
  });

  it('H2: a large response below the limits is sent', async () => {
    for (let time = 0; time < 3; time += 1) {
      const { status, bytes } = await send({ query: large }, alice);
      expect(status).toBe(200);
      expect(bytes).toBeGreaterThan(5_000_000);
      expect(bytes).toBeLessThanOrEqual(maxAnswerBytes);
    }
  });

  it('H2: a large response, rejected or not, blocks the event loop for less than 100 ms', async () => {
    const child = await startSmallProcess(512);
    const stranger = { ...callerNamed('nobody'), token: 'x'.repeat(43) };
    const asked = [...tooLarge.map(([, query]) => ({ query })), { query: large }];
    for (const [sent, caller] of [...asked.map((one) => [one, alice] as const), [body(650), stranger] as const]) {
      let calmest = Number.POSITIVE_INFINITY;
      for (let tries = 0; tries < 10 && calmest > 50; tries += 1) {
        await child.longestTurn();
        await child.ask(sent, caller);
        calmest = Math.min(calmest, await child.longestTurn());
      }
      expect(calmest, sent.query.slice(0, 200)).toBeLessThan(100);
    }
  });
});

describe('Responses to unverified callers', () => {
  const copies = (count: number) =>
    `{ ${times(count, (index) => `s${index}: _service { ...S }`)} } fragment S on _Service { ${times(count, (index) => `d${index}: sdl`)} }`;
  const introspection = (width: number, below: string) =>
    `{ __schema { types { ...T } } } fragment T on __Type { ${times(width, (index) => `f${index}: fields(includeDeprecated: true) { name ${below} }`)} }`;

  it.each([
    ['nobody', undefined],
    ['made-up credentials', { id: 'nobody', token: 'x'.repeat(43) }],
  ])('H3: a response to %s may hold a few copies of the schema, not hundreds', async (_who, caller) => {
    for (let time = 0; time < 2; time += 1) {
      const some = await send({ query: copies(2) }, caller);
      expect([some.status, some.bytes > 4 * 20_000, some.bytes <= maxStrangerBytes]).toEqual([200, true, true]);
    }
    await expectTooLarge(copies(25), caller);
  });

  it('H3: a response to an accepted caller has the usual limit', async () => {
    expect((await send({ query: '{ viewer { user { id } } }' }, callerNamed('carol'))).status).toBe(200);
    expect((await send({ query: copies(10) }, callerNamed('carol'))).status).toBe(200);
    await expectTooLarge(copies(25), callerNamed('carol'));
  });

  it('H3: an unverified caller may introspect the schema once in any form, but not recursively', async () => {
    for (const query of [
      getIntrospectionQuery(),
      getIntrospectionQuery({
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        inputValueDeprecation: true,
        schemaDescription: true,
        oneOf: true,
      }),
      introspection(2, 'args { name } type { name }'),
    ]) {
      const { status, bytes } = await send({ query });
      expect([status, bytes <= maxStrangerBytes]).toEqual([200, true]);
    }
    const deep = introspection(8, 'type { name fields { name description type { name } } }');
    await expectTooLarge(deep);
    await expectTooLarge(
      introspection(
        45,
        times(2, (index) => `d${index}: description`),
      ),
    );
    await expectTooLarge(
      introspection(45, 'type { name fields { name description type { name } } }').replace(
        '{ __schema',
        '{ bad: directMessage(id: "@x") { id } __proto__: __schema',
      ),
      alice,
    );
  });
});
