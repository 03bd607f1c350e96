import { readFileSync } from 'node:fs';
import { buildSchema, getNullableType, isObjectType } from 'graphql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { docsPage } from '../../support/docs.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { expectNoComplaints } from '../../support/complaints.ts';
import { apolloClient, graphcacheClient, type CacheClient, type ClientOptions, type Data } from './cache-clients.ts';

const { busyRoomId, shapesRoomId, messages, users } = landmarks;
const schema = buildSchema(readFileSync(new URL('../../../schema/published/api.graphql', import.meta.url), 'utf8'));

const page = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const user = 'user { id username name status avatarUrl }';
const message = `fragment M on Message {
  id text sentAt author { userId username name ${user} } mentions { kind userId username name ${user} }
}`;
const screens = {
  mailbox: `query ($after: String) { viewer { id userId directMessages(first: 9, after: $after) { totalCount
    edges { cursor node { id title avatarUrl membership { id isOpen unreadCount } lastMessage { ...M } } } ${page} } } } ${message}`,
  room: `query ($id: ID!, $after: String) { directMessage(id: $id) { id title
    messages(first: 100, after: $after) { totalCount edges { cursor node { ...M } } ${page} } } } ${message}`,
  members: 'query ($id: ID!) { directMessage(id: $id) { id members { nodes { id username name status avatarUrl } } } }',
  receipts: `query ($id: ID!) { readReceipts(messageId: $id) { nodes { id readAt ${user} } } }`,
  me: `{ viewer { id userId ${user} } }`,
  message: `query ($id: ID!) { message(id: $id) { ...M } } ${message}`,
  node: 'query ($id: ID!) { node(id: $id) { id ... on DirectMessage { title usernames counters { id unreadCount } } } }',
} as const;

let gateway: TestGateway;
let requests = 0;
let options: ClientOptions;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { LOG_LEVEL: 'silent' } });
  const { world } = gateway.demo;
  // Everybody of the rooms read here has another name than when they wrote.
  for (const id of [users.shapes, users.busy, users.member]) world.accountOf(id).name += ' (new)';
  options = {
    url: `${gateway.url}/graphql`,
    headers: { 'X-User-Id': world.member.id, 'X-Auth-Token': world.member.token },
    fetch: (...request) => {
      requests += 1;
      return fetch(...request);
    },
    schema,
  };
});
afterAll(() => gateway.close());

beforeEach(() => {
  requests = 0;
});
expectNoComplaints();

interface Page {
  readonly totalCount: number;
  readonly edges: readonly { readonly node: Data & { readonly id: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
const pageOf = (data: Data | null, object: string, list: string): Page => {
  const parent = data?.[object] as Readonly<Record<string, Page>> | undefined;
  return parent?.[list] ?? expect.unreachable('the cache lacks the list');
};

describe.each([
  ['Apollo Client', apolloClient],
  ['urql with graphcache', graphcacheClient],
] as const)('%s', (_name, create) => {
  let client: CacheClient;
  beforeEach(() => {
    client = create(options);
  });
  afterEach(() => client.close());

  /** Reads a list to its end, and returns the rows that the cache has put together. */
  async function readAll(query: string, variables: Data, object: string, list: string): Promise<Page> {
    for (let after: string | null = null; ;) {
      const asked = after === null ? variables : { ...variables, after };
      await client.read(query, asked);
      const merged = pageOf(client.cached(query, asked), object, list);
      if (!merged.pageInfo.hasNextPage) return merged;
      after = merged.pageInfo.endCursor;
    }
  }

  it('reads a mailbox to its end: every room once, each with a title and its membership', async () => {
    const { edges, totalCount } = await readAll(screens.mailbox, {}, 'viewer', 'directMessages');
    const { world } = gateway.demo;
    const own = world.subscriptionsOf(world.member.id).filter(({ t }) => t === 'd');
    expect(edges.map(({ node }) => node.id).toSorted()).toEqual(own.map(({ rid }) => rid).toSorted());
    expect(totalCount).toBe(own.length);
    for (const { node } of edges)
      expect(node).toMatchObject({ title: expect.stringMatching(/./), membership: { isOpen: expect.any(Boolean) } });
  });

  it('reads a room to its end: every message once, in order', async () => {
    const { edges } = await readAll(screens.room, { id: busyRoomId }, 'directMessage', 'messages');
    const ids = edges.map(({ node }) => node.id);
    const visible = gateway.demo.world.messagesOf(busyRoomId).filter(({ _hidden }) => _hidden !== true);
    expect(ids.toSorted()).toEqual(visible.map(({ _id }) => _id).toSorted());
    const sentAt = edges.map(({ node }) => String(node['sentAt']));
    expect(sentAt).toEqual(sentAt.toSorted().toReversed());
  });

  it('shows a user as they are now, and in their messages the name that these recorded', async () => {
    const account = gateway.demo.world.accountOf(users.shapes);
    await client.read(screens.members, { id: shapesRoomId });
    await client.read(screens.message, { id: messages.mention });
    const { message: shown } = (await client.read(screens.message, { id: messages.plain })) as {
      message: { author: { name: string; user: Data } };
    };
    const author = gateway.demo.world.message(messages.plain).u;
    expect(shown.author).toMatchObject({ userId: author._id, name: author.name });
    expect(shown.author.user['name']).toBe(gateway.demo.world.accountOf(author._id).name);
    expect(shown.author.user['name']).not.toBe(shown.author.name);
    expect(JSON.stringify(client.cached(screens.members, { id: shapesRoomId }))).toContain(`"name":"${account.name}"`);
  });

  it('keeps what each screen shows while the others are read, in either order', async () => {
    const read: readonly (readonly [query: string, variables: Data])[] = [
      [screens.members, { id: shapesRoomId }],
      [screens.message, { id: messages.mention }],
      [screens.message, { id: messages.mentionOfMember }],
      [screens.room, { id: shapesRoomId }],
      [screens.receipts, { id: messages.plain }],
      [screens.node, { id: shapesRoomId }],
      [screens.mailbox, {}],
    ];
    for (const order of [read, read.toReversed()]) {
      const mine = create(options);
      const first = new Map<string, Data>();
      for (const [query, variables] of order) {
        first.set(JSON.stringify([query, variables]), await mine.read(query, variables));
        for (const [key, data] of first) {
          const [known, values] = JSON.parse(key) as [string, Data];
          expect(mine.cached(known, values)).toEqual(data);
        }
      }
      mine.close();
    }
    expect(requests).toBe(2 * read.length);
  });

  it('answers two components that select different counters with one request each', async () => {
    const [unread, total] = ['unreadCount', 'messageCount'].map(
      (field) => `query ($id: ID!) { directMessage(id: $id) { id counters { id ${field} } } }`,
    ) as [string, string];
    await client.show(unread, { id: busyRoomId });
    await client.show(total, { id: busyRoomId });
    for (const query of [unread, total]) expect(client.cached(query, { id: busyRoomId })).not.toBeNull();
    expect(requests).toBe(2);
  });

  it('finds by node what other queries have read of the room', async () => {
    await client.read(screens.node, { id: shapesRoomId });
    const title = 'query ($id: ID!) { directMessage(id: $id) { id title } }';
    const { directMessage } = await client.read(title, { id: shapesRoomId });
    const { node } = client.cached(screens.node, { id: shapesRoomId }) as { node: Data };
    expect(node['title']).toBe((directMessage as Data)['title']);
  });
});

/**
 * Types that are one part of an object, and have no id: of these Apollo Client keeps the last answer, unless told to merge.
 * Changes since a cursor are an answer of their own, which nothing may merge.
 */
const partNames = new Set(
  Object.values(schema.getTypeMap())
    .flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()) : []))
    .map(({ type }) => getNullableType(type))
    .filter((type) => isObjectType(type) && !('id' in type.getFields()))
    .map(String)
    .filter((name) => !/^__|(?:Connection|Changes)$|^PageInfo$/.test(name)),
);

it('docs/clients.md names the types that Apollo Client must be told to merge', () => {
  const named = [...docsPage('clients').matchAll(/^ *(\w+): \{ merge: true/gm)].map(([, name]) => name);
  expect(new Set(named)).toEqual(partNames);
});

describe('Two components that select different parts of an object', () => {
  const ofMessage = (id: string, selection: string): string => `{ message(id: "${id}") { id ${selection} } }`;
  const pairs: readonly (readonly [string, string])[] = [
    ['{ viewer { id unreadCount } }', '{ viewer { id userId directMessages(first: 3) { edges { node { id } } } } }'],
    [ofMessage(messages.plain, 'author { name }'), ofMessage(messages.plain, `author { userId ${user} }`)],
    [ofMessage(messages.plain, 'markup { plainText }'), ofMessage(messages.plain, 'markup { nodes { type } }')],
    [
      ofMessage(messages.threadRoot, 'thread { replyCount }'),
      ofMessage(messages.threadRoot, 'thread { replies(first: 2) { edges { node { id } } } }'),
    ],
  ];
  const typePolicies = Object.fromEntries([...partNames].map((name) => [name, { merge: true }]));

  it.each<[string, () => CacheClient]>([
    ['Apollo Client, told to merge', () => apolloClient({ ...options, typePolicies })],
    ['graphcache', () => graphcacheClient(options)],
  ])('%s asks once for each', async (_name, create) => {
    const client = create();
    for (const [one, other] of pairs) {
      await client.show(one);
      await client.show(other);
      for (const query of [one, other]) expect(client.cached(query), query).not.toBeNull();
    }
    expect(requests).toBe(2 * pairs.length);
    client.close();
  });
});
