import { ApolloClient, gql as apolloGql, HttpLink, InMemoryCache, type TypedDocumentNode } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { Client, fetchExchange, gql as urqlGql, type ClientOptions } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

interface Connection {
  readonly totalCount: number;
  readonly edges: readonly { readonly node: { readonly id: string } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly endCursor: string | null;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
  };
}

interface Messages {
  readonly directMessage: { readonly id: string; readonly messages: Connection };
}

interface Rooms {
  readonly viewer: { readonly id: string; readonly directMessages: Connection };
}

interface PageVariables {
  readonly roomId?: string;
  readonly first?: number;
  readonly after?: string | null;
  readonly last?: number;
  readonly before?: string | null;
}

const rows = `totalCount edges { cursor node { id } } pageInfo { hasNextPage endCursor hasPreviousPage startCursor }`;
const messagesQuery = `
  query Messages($roomId: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    directMessage(id: $roomId) { id messages(first: $first, after: $after, last: $last, before: $before) { ${rows} } }
  }`;
const roomsQuery = `
  query Rooms($first: Int, $after: String, $last: Int, $before: String) {
    viewer { userId directMessages(first: $first, after: $after, last: $last, before: $before) { ${rows} } }
  }`;

let gateway: TestGateway;
let headers: Record<string, string>;
/** The member's room with the most messages, and its messages in the API's order: newest first. */
let roomId: string;
let messageIds: string[];
let roomCount: number;

beforeAll(async () => {
  gateway = await startTestGateway();
  const { world } = gateway.demo;
  headers = { 'X-User-Id': world.member.id, 'X-Auth-Token': world.member.token };
  const own = world.subscriptionsOf(world.member.id).filter(({ t }) => t === 'd');
  roomCount = own.length;
  const visible = (id: string) => world.messagesOf(id).filter(({ _hidden }) => _hidden !== true);
  roomId = own.map(({ rid }) => rid).toSorted((a, b) => visible(b).length - visible(a).length)[0] ?? '';
  messageIds = visible(roomId)
    .toSorted((a, b) => compareText(b.ts, a.ts) || compareText(b._id, a._id))
    .map(({ _id }) => _id);
});
afterAll(() => gateway.close());

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const idsOf = ({ edges }: Connection): string[] => edges.map(({ node }) => node.id);

const createApolloClient = () =>
  new ApolloClient({
    link: new HttpLink({ uri: `${gateway.url}/graphql`, headers }),
    cache: new InMemoryCache({
      typePolicies: {
        DirectMessage: { fields: { messages: relayStylePagination(['orderBy', 'filterBy']) } },
        Viewer: { fields: { directMessages: relayStylePagination(['orderBy']) } },
      },
    }),
  });

/** Fetches page after page, and returns the list that the cache has merged. */
async function readAllWithApollo<Data>(
  query: TypedDocumentNode<Data, PageVariables>,
  connectionOf: (data: Data) => Connection,
  variables: PageVariables,
): Promise<{ merged: Connection; pages: number }> {
  const client = createApolloClient();
  const { data } = await client.query({ query, variables });
  if (data === undefined) throw new Error('The first page has no data.');
  const list = client.watchQuery({ query, variables });
  const subscription = list.subscribe(() => {});
  let page = connectionOf(data);
  let pages = 1;
  for (; variables.last === undefined ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage; pages += 1) {
    const { startCursor, endCursor } = page.pageInfo;
    const place = variables.last === undefined ? { after: endCursor } : { before: startCursor };
    const more = await list.fetchMore({ variables: place });
    if (more.data === undefined) throw new Error('A further page has no data.');
    page = connectionOf(more.data);
  }
  subscription.unsubscribe();
  const cached = client.readQuery({ query, variables });
  if (cached === null) throw new Error('The cache does not hold the list.');
  return { merged: connectionOf(cached), pages };
}

const createUrqlClient = (options: Partial<ClientOptions>) =>
  new Client({
    url: `${gateway.url}/graphql`,
    fetchOptions: { headers },
    exchanges: [
      cacheExchange({
        resolvers: { DirectMessage: { messages: relayPagination() }, Viewer: { directMessages: relayPagination() } },
      }),
      fetchExchange,
    ],
    ...options,
  });

/** Queries page after page. urql returns all pages so far each time. */
async function readAllWithUrql<Data>(
  query: TypedDocumentNode<Data, PageVariables>,
  connectionOf: (data: Data) => Connection,
  variables: PageVariables,
  options: Partial<ClientOptions> = { preferGetMethod: false },
): Promise<{ merged: Connection; pages: number }> {
  const client = createUrqlClient(options);
  let after: string | null = null;
  let pages = 0;
  for (;;) {
    const { data, error } = await client.query(query, { ...variables, after }).toPromise();
    if (data === undefined) throw new Error('A page has no data.', { cause: error });
    const merged = connectionOf(data);
    pages += 1;
    if (!merged.pageInfo.hasNextPage) return { merged, pages };
    after = merged.pageInfo.endCursor;
  }
}

test('the test room and the test caller have enough rows for many pages', () => {
  expect(messageIds.length).toBeGreaterThan(300);
  expect(roomCount).toBeGreaterThan(30);
});

const messagesWithApollo = (variables: PageVariables) => {
  const query: TypedDocumentNode<Messages, PageVariables> = apolloGql(messagesQuery);
  return readAllWithApollo(query, (data) => data.directMessage.messages, { roomId, ...variables });
};

const roomsWithApollo = (variables: PageVariables) => {
  const query: TypedDocumentNode<Rooms, PageVariables> = apolloGql(roomsQuery);
  return readAllWithApollo(query, (data) => data.viewer.directMessages, variables);
};

const messagesWithUrql = (options?: Partial<ClientOptions>) => {
  const query: TypedDocumentNode<Messages, PageVariables> = urqlGql(messagesQuery);
  return readAllWithUrql(query, (data) => data.directMessage.messages, { roomId, first: 50 }, options);
};

const roomsWithUrql = () => {
  const query: TypedDocumentNode<Rooms, PageVariables> = urqlGql(roomsQuery);
  return readAllWithUrql(query, (data) => data.viewer.directMessages, { first: 7 });
};

describe('Apollo Client with relayStylePagination', () => {
  test('Apollo Client reads a whole room forward: every message once, in order', async () => {
    const { merged, pages } = await messagesWithApollo({ first: 50 });
    expect(idsOf(merged)).toEqual(messageIds);
    expect(merged.totalCount).toBe(messageIds.length);
    expect(pages).toBe(Math.ceil(messageIds.length / 50));
    expect(merged.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
  });

  test('Apollo Client reads a whole room backward', async () => {
    const { merged } = await messagesWithApollo({ last: 60 });
    expect(idsOf(merged)).toEqual(messageIds);
    expect(merged.totalCount).toBe(messageIds.length);
    expect(merged.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
  });

  test('Apollo Client reads a whole room in pages of 100', async () => {
    const { merged } = await messagesWithApollo({ first: 100 });
    expect(idsOf(merged)).toEqual(messageIds);
  });

  test('Apollo Client reads the caller’s rooms forward and backward', async () => {
    const { merged: forward } = await roomsWithApollo({ first: 7 });
    const { merged: backward } = await roomsWithApollo({ last: 7 });
    expect(new Set(idsOf(forward)).size).toBe(roomCount);
    expect(forward.edges.length).toBe(roomCount);
    expect(forward.totalCount).toBe(roomCount);
    expect(idsOf(backward)).toEqual(idsOf(forward));
  });
});

describe('urql with relayPagination', () => {
  test('urql reads a whole room forward: every message once, in order', async () => {
    const { merged, pages } = await messagesWithUrql();
    expect(idsOf(merged)).toEqual(messageIds);
    expect(merged.totalCount).toBe(messageIds.length);
    expect(pages).toBe(Math.ceil(messageIds.length / 50));
  });

  test('urql reads the caller’s rooms', async () => {
    const { merged, pages } = await roomsWithUrql();
    expect(new Set(idsOf(merged)).size).toBe(roomCount);
    expect(merged.edges.length).toBe(merged.totalCount);
    expect(merged.totalCount).toBe(roomCount);
    expect(pages).toBe(Math.ceil(roomCount / 7));
  });

  test('urql reads a whole room with GET requests, its default', async () => {
    const { merged } = await messagesWithUrql({});
    expect(idsOf(merged)).toEqual(messageIds);
  });
});
