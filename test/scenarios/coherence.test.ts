import fc from 'fast-check';
import {
  buildClientSchema,
  getIntrospectionQuery,
  parse,
  print,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { startTestGateway, type Caller, type TestGateway } from '../support/gateway.ts';
import { NormalisedStore, withKeys, type Conflict } from '../support/normalised-store.ts';
import { randomOperation, type RandomOperation } from '../support/operations.ts';

const { messages, users } = landmarks;
/** A few objects of each kind, so that many responses meet the same ones. */
const roomIds = [landmarks.shapesRoomId, landmarks.groupRoomId, landmarks.selfRoomId, landmarks.oneMessageRoomId];
const userIds = [users.member, users.shapes, users.busy, users.deactivated, users.deleted];
const messageIds = [
  messages.plain,
  messages.mention,
  messages.edited,
  messages.pinned,
  messages.threadRoot,
  messages.threadReply,
  messages.reacted,
  messages.deletedReader,
];

/** Runs of each world, of several operations each. */
const runs = Number(process.env['COHERENCE_RUNS'] ?? 30);
const operations = 20;

/** Ids by the type that they are of: a client does not take one for another. */
const idsByField: Readonly<Record<string, readonly string[]>> = {
  directMessage: roomIds,
  message: messageIds,
  user: userIds,
  node: [...roomIds, ...messageIds, ...userIds],
};
const values = {
  id: roomIds,
  messageId: messageIds,
  userId: userIds,
  username: ['maya.lindqvist', 'priya.raman'],
};
const references = [
  ...roomIds.map((id) => ({ __typename: 'DirectMessage', id })),
  ...messageIds.map((id) => ({ __typename: 'Message', id })),
  ...userIds.map((id) => ({ __typename: 'User', id })),
];

describe.each(['R7', 'R8'] as const)('One value for a field wherever it is met (%s)', (dialect) => {
  let gateway: TestGateway;
  let schema: GraphQLSchema;
  beforeAll(async () => {
    gateway = await startTestGateway({ demo: { dialect }, env: { LOG_LEVEL: 'silent', MAX_UPSTREAM_CALLS: '400' } });
    const { data } = await gateway.ask(getIntrospectionQuery());
    schema = buildClientSchema(data as unknown as IntrospectionQuery);
  });
  afterAll(() => gateway.close());

  const generate = (seed: number): RandomOperation =>
    randomOperation({ schema, seed, values, idsByField, references, maxDepth: 7 });

  async function conflictsOf(store: NormalisedStore, { query, variables }: RandomOperation, as: Caller) {
    const document: DocumentNode = withKeys(parse(query), schema);
    if (validate(schema, document).length > 0) return [];
    const { data, errors = [] } = await gateway.ask(print(document), { variables, as });
    return store.write({ document, variables, data, errors });
  }

  it('no two responses write different values to a field, and no id is of two types', async () => {
    const { member, admin } = gateway.demo.world;
    // The world stands still, so every response of a caller belongs in one store; other callers may see other things.
    const stores = new Map([member, admin].map((caller) => [caller, new NormalisedStore(schema)]));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.boolean(), async (seed, isAdmin) => {
        const as = isAdmin ? admin : member;
        const store = stores.get(as) ?? expect.unreachable();
        for (let index = 0; index < operations; index += 1) {
          const operation = generate(seed + index);
          const conflicts: Conflict[] = await conflictsOf(store, operation, as);
          expect(conflicts, operation.query).toEqual([]);
        }
      }),
      { numRuns: runs, seed: 20, endOnFailure: true },
    );
    const rewritten = stores.get(member)?.rewritten;
    for (const field of ['User.name', 'User.status', 'DirectMessage.title', 'Message.text', 'Message.editedBy.name'])
      expect(rewritten?.get(field), field).toBeGreaterThan(0);
  });

  it.each<[field: string, first: string, second: string]>([
    [
      'the name of a user: as author, mentioned, as member, by id',
      `{ directMessage(id: "${landmarks.shapesRoomId}") { messages(first: 60) { nodes { author { user { name status } } mentions { user { name status } } } } members { nodes { name status } } } }`,
      `{ user(id: "${users.shapes}") { name status avatarUrl } viewer { user { name status } } }`,
    ],
    [
      'counters in bulk, one by one, and by the caller’s own id',
      '{ viewer { directMessages(first: 50) { nodes { counters { joined unreadCount unreadSince latestAt messageCount userMentionCount } } } } }',
      `{ directMessage(id: "${landmarks.busyRoomId}") { counters { joined memberCount unreadCount unreadSince latestAt messageCount userMentionCount } } }`,
    ],
    [
      'a message: in the page, as the last, in the thread, by id, as a node',
      `{ viewer { directMessages(first: 50) { nodes { lastMessage { ...M } } } } directMessage(id: "${landmarks.shapesRoomId}") { messages(first: 60) { nodes { ...M } } } } fragment M on Message { text isStarred isPinned author { name username } reactions { emoji count } thread { replyCount } updatedAt }`,
      `{ node(id: "${messages.threadReply}") { ... on Message { ...M } } root: message(id: "${messages.threadRoot}") { thread { replies { nodes { ...M } } } } } fragment M on Message { text isStarred isPinned author { name username } reactions { emoji count } thread { replyCount } updatedAt }`,
    ],
  ])('%s', async (_what, first, second) => {
    const store = new NormalisedStore(schema);
    const as = gateway.demo.world.member;
    for (const query of [first, second, first]) {
      expect(await conflictsOf(store, { query, variables: {} }, as)).toEqual([]);
    }
    expect(store.rewritten.size).toBeGreaterThan(3);
  });
});

describe('The store of this file', () => {
  it('notices a field with two values, and an id of two types', async () => {
    const { buildSchema } = await import('graphql');
    const schema = buildSchema(
      'type Query { user: User room: Room } type User { id: ID! name: String room: Room } type Room { id: ID! }',
    );
    const document = withKeys(parse('{ user { name room { id } } room { id } }'), schema);
    const answer = (name: string, roomId: string) => ({
      document,
      variables: {},
      errors: [],
      data: {
        user: { __typename: 'User', id: 'u', name, room: { __typename: 'Room', id: 'r' } },
        room: { __typename: 'Room', id: roomId },
      },
    });
    const store = new NormalisedStore(schema);
    expect(store.write(answer('A', 'r'))).toEqual([]);
    expect(store.write(answer('A', 'r'))).toEqual([]);
    expect(store.write(answer('B', 'r'))).toMatchObject([{ field: 'User.name', id: 'u', values: ['"A"', '"B"'] }]);
    expect(store.write({ ...answer('C', 'r'), errors: [{ path: ['user', 'name'] }] })).toEqual([]);
    expect(store.write(answer('C', 'u')).map(({ field }) => field)).toContain('id');
  });
});
