import { execute, isObjectType, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../../../src/context/request-context.ts';
import { landmarks } from '../../../src/demo/seed.ts';
import { countAnswers } from '../../../src/operation/answer-counting.ts';
import { Executor } from '../../../src/operation/compiled/executor.ts';
import { ChosenObject, CutObject } from '../../../src/operation/compiled/cut-object.ts';
import { write } from '../../../src/operation/compiled/write.ts';
import { readingOf } from '../../../src/resolvers/readers.ts';
import { resolvers } from '../../../src/resolvers/index.ts';
import { createSchema } from '../../../src/schema/executable.ts';
import { useDirectRequests } from '../../support/direct-requests.ts';
import { createRandom, type Random } from '../../support/random.ts';

const noBug = (error: unknown): never => {
  throw error;
};

const count = Number(process.env['CUT_RUNS'] ?? 400);
const schema = createSchema();
const counted = createSchema();
countAnswers(counted);
const requests = useDirectRequests(schema);

const user = '{ userId username name }';
/** Fields of a message: those that the scanner cuts, in several ways, and those that only resolvers answer. */
const messageFields = [
  'id',
  'roomId',
  'text',
  'sentAt',
  'updatedAt',
  'editedAt',
  'alias',
  'avatarUrl',
  'emoji',
  'systemType',
  'isDeleted',
  'isGroupable',
  'isPinned',
  'pinnedAt',
  'threadRootId',
  'isUnreadBySomeone',
  'location',
  'customFields',
  'blocks',
  '__typename',
  'again: text',
  'same: id',
  `author ${user}`,
  `editedBy ${user}`,
  `pinnedBy ${user}`,
  'urls { url meta again: url }',
  'mentions { kind userId username name __typename }',
  'channelMentions { roomId name }',
  'markup { json }',
  'other: markup { a: json b: json }',
  'isBot',
  'isStarred',
  'isShownInRoom',
  'files { id name }',
  'attachments { kind title }',
  'reactions { emoji count }',
  'thread { replyCount }',
  'markup { plainText }',
];
const roomFields = [
  'id',
  'usernames',
  'userIds',
  'memberCount',
  'messageCount',
  'createdAt',
  'updatedAt',
  'lastMessageAt',
  'topic',
  'description',
  'announcement',
  'isReadOnly',
  'isDefault',
  'isEncrypted',
  'hiddenSystemTypes',
  'typeCode',
  'kind',
  'showsSystemMessages',
  '__typename',
  'again: topic',
  'lastMessage { id text sentAt markup { json } }',
  `lastMessage { id author ${user} mentions { kind } }`,
];

const some = (random: Random, fields: readonly string[]): string => {
  const chosen = fields.filter(() => random.chance(random.chance(0.5) ? 0.15 : 0.5));
  // Conflicting selections of one name are left out.
  const names = new Set<string>();
  const kept = chosen.filter((field) => {
    const name = field.split(/[\s{]/)[0] ?? '';
    return names.has(name) ? false : names.add(name);
  });
  return kept.length === 0 ? 'id' : random.some(kept, kept.length).join(' ');
};

/** A page, whose rows are asked for in one way or two. */
function pageOf(random: Random, fields: readonly string[]): string {
  const nodes = `nodes { ${some(random, fields)} }`;
  const edges = `edges { cursor node { ${some(random, fields)} } }`;
  const rows = random.pick([nodes, nodes, edges, `${nodes} ${edges}`, `a: ${nodes} b: ${nodes}`]);
  return `{ ${random.chance(0.5) ? 'totalCount ' : ''}${rows.replace('totalCount', '')} pageInfo { hasNextPage } }`;
}

function queryOf(random: Random): string {
  const first = random.pick([1, 2, 10, 50]);
  const room = random.pick([landmarks.busyRoomId, landmarks.shapesRoomId]);
  const page = pageOf(random, messageFields);
  return random.pick([
    `{ directMessage(id: "${room}") { id messages(first: ${first}) ${page} } }`,
    `{ directMessage(id: "${room}") { history(first: ${first}) ${page.replace('totalCount', '')} } }`,
    `{ viewer { directMessages(first: ${first}) ${pageOf(random, roomFields)} } }`,
    `{ directMessages(first: ${first}) ${pageOf(random, roomFields)} }`,
    `{ x: directMessage(id: "${room}") { messages(first: 5) ${page} } y: directMessage(id: "${room}") { messages(first: 5) ${page} } }`,
    `{ viewer { directMessages(first: 2) { nodes { id messages(first: ${first}) ${page} } } } }`,
    `{ node(id: "${room}") { __typename ... on DirectMessage { id messages(first: ${first}) ${page} } ... on Message { id } } }`,
    `{ _entities(representations: [{ __typename: "DirectMessage", id: "${room}" }]) { ... on DirectMessage { messages(first: 5) ${page} } } }`,
  ]);
}

const odd: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  3_000_000_000,
  '',
  'x',
  'all',
  'here',
  'team',
  'e2e',
  'rm',
  '\n"\\é\u0001 漢',
  '2023-11-01T23:20:57.357Z',
  '2023-11-01T23:20:57+02:00',
  '2023-02-30T00:00:00.000Z',
  'x'.repeat(200),
  [],
  {},
  [null, 'x', 5, {}, { _id: 'a', url: 'u' }],
  { _id: 'u1', username: 5, name: null },
  { rid: 'other', _id: 'm' },
];

/** Rows with odd values here and there, always the same ones for the same rows. */
function damaged(body: unknown, seed: number, rate: number): unknown {
  const random = createRandom(seed);
  const change = (value: unknown, depth: number): unknown => {
    if (depth > 0 && random.chance(rate)) return random.pick(odd);
    if (Array.isArray(value)) return value.map((item) => change(item, depth));
    if (typeof value !== 'object' || value === null || depth > 3) return value;
    const entries = Object.entries(value).filter(() => depth === 0 || !random.chance(rate / 2));
    return Object.fromEntries(entries.map(([name, item]) => [name, change(item, depth + 1)]));
  };
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      name === 'messages' || name === 'ims' ? change(value, 0) : value,
    ]),
  );
}

const newContext = (query: string): RequestContext =>
  requests.contextOf(/^\{ (readReceipts.*? \} )?directMessages/.test(query) ? 'admin' : 'member', parse(query));

const cutObjects = (value: unknown): number => {
  if (value instanceof ChosenObject) return cutObjects(value.data);
  if (value instanceof CutObject) return 1 + cutObjects(value.rest);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, inner) => sum + cutObjects(inner), 0);
};

/** The gateway asks about a room only once. */
const callsOf = ({ upstreamCalls }: RequestContext) =>
  new Map([...upstreamCalls].filter(([endpoint]) => endpoint !== 'rooms.info'));

const total = ({ upstreamCalls }: RequestContext): number =>
  [...upstreamCalls.values()].reduce((sum, calls) => sum + calls, 0);

describe('Cut rows', () => {
  it('every reader is one in the schema, or nothing would be cut', () => {
    let readers = 0;
    for (const [name, fields] of Object.entries(resolvers)) {
      const type = schema.getType(name);
      if (!isObjectType(type)) continue;
      for (const [field, resolve] of Object.entries(fields as Record<string, unknown>)) {
        if (readingOf(resolve) === undefined) continue;
        readers += 1;
        expect([name, field, readingOf(type.getFields()[field]?.resolve)]).toEqual([name, field, readingOf(resolve)]);
      }
    }
    expect(readers).toBeGreaterThan(70);
  });

  it(
    `${count} random pages, sound and damaged, are the same in three ways: graphql-js, steps, cut from the bytes`,
    async () => {
      let [cut, left, compared] = [0, 0, 0];
      for (let seed = 1; seed <= count; seed += 1) {
        const random = createRandom(seed);
        const fails = random.chance(0.1) ? '{ readReceipts(messageId: "nothing") { totalCount } ' : '{ ';
        const query = queryOf(random).replace('{ ', fails);
        const rate = random.pick([0, 0, 0.02, 0.1]);
        if (rate > 0) requests.demo.fail('*', { transform: (body) => damaged(body, seed, rate) });
        const document = parse(query);
        const [operation] = document.definitions as [OperationDefinitionNode];
        const reference = newContext(query);
        const { data, errors } = await execute({ schema: counted, document, contextValue: reference });
        const executor = new Executor(schema, { keep: () => true }, noBug);
        const bySteps = newContext(query);
        const stepped = await executor.execute(document, operation, {}, bySteps, true);
        const form = executor.find(operation, {}) ?? expect.unreachable();
        const byBytes = newContext(query);
        const found = await executor.run(form, {}, byBytes, true);
        const context = `seed ${seed}: ${query}`;
        expect([stepped === undefined, found === undefined], context).toEqual([
          errors !== undefined,
          errors !== undefined,
        ]);
        if (found === undefined) {
          left += 1;
          // graphql-js takes over, and reads the rows that were cut.
          byBytes.answerSize.reset();
          const again = await execute({ schema: counted, document, contextValue: byBytes });
          expect(JSON.stringify([again.data, again.errors]), context).toBe(JSON.stringify([data, errors]));
        } else {
          compared += 1;
          cut += cutObjects(found);
          const text = JSON.stringify(data);
          expect(String(write(form.selection, found)), context).toBe(text);
          expect(String(write(form.selection, found, '<', '>')), context).toBe(`<${text}>`);
          expect([byBytes.answerSize.values, bySteps.answerSize.values], context).toEqual([
            reference.answerSize.values,
            reference.answerSize.values,
          ]);
          expect(byBytes.answerSize.bytes * 6, context).toBeGreaterThanOrEqual(Buffer.byteLength(text));
          expect(byBytes.answerSize.bytes, context).toBeLessThanOrEqual(1.2 * Buffer.byteLength(text) + 10);
        }
        // A run that fails ends before its last calls.
        if (found !== undefined) expect(callsOf(byBytes), context).toEqual(callsOf(reference));
        expect(total(byBytes), context).toBeLessThanOrEqual(total(reference));
        requests.demo.heal();
      }
      expect(cut).toBeGreaterThan(count * 4);
      expect(compared).toBeGreaterThan(count / 2);
      expect(left).toBeGreaterThan(count / 20);
    },
    60_000 + count * 60,
  );
});
