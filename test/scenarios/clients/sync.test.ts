import { ApolloClient, gql, HttpLink, InMemoryCache, type Reference } from '@apollo/client';
import { commitLocalUpdate, ConnectionHandler, type RecordSourceProxy } from 'relay-runtime';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { createLiveWorld } from '../../sync/live-world.ts';
import { randomFrom } from '../../sync/model.ts';
import { compileRelay, load, newEnvironment, show, type RelayProject } from './relay-project.ts';

interface Row {
  readonly id: string;
  readonly text: string;
}

interface Changes {
  readonly changed: readonly Row[];
  readonly removedIds: readonly string[];
  readonly cursor: string;
  readonly hasMore: boolean;
  readonly mustReload: boolean;
}

const changesField = `changes(since: $since) { changed { id text isDeleted sentAt } removedIds cursor hasMore mustReload }`;
const listQuery = `query List($id: ID!) {
  directMessage(id: $id) { id messages(first: 100) { nodes { id text isDeleted sentAt } } }
}`;
const changesQuery = `query Changes($id: ID!, $since: String) { directMessage(id: $id) { id ${changesField} } }`;

let gateway: TestGateway;
let roomId: string;
let writes: (most: number) => void;
beforeEach(async () => {
  const random = randomFrom(42);
  const { world, room, writeMessage } = createLiveWorld(random);
  gateway = await startTestGateway({ demo: { world } });
  roomId = room._id;
  writes = (most) => {
    for (let left = random(most) + 1; left > 0; left -= 1) writeMessage();
  };
  writes(20);
});
afterEach(() => gateway.close());

/** Another client's view, without a cache. */
async function listed(): Promise<string[]> {
  const { data } = await gateway.ask(listQuery, { variables: { id: roomId } });
  const room = data?.['directMessage'] as { messages: { nodes: Row[] } } | undefined;
  return (room ?? expect.unreachable()).messages.nodes.map(({ id, text }) => `${id} ${text}`).toSorted();
}

const sorted = (rows: readonly Row[]): string[] => rows.map(({ id, text }) => `${id} ${text}`).toSorted();

describe('A client that keeps a list by what changed', () => {
  it('is Apollo Client: `modify` adds, `evict` removes', async () => {
    const { member } = gateway.demo.world;
    const headers = { 'x-user-id': member.id, 'x-auth-token': member.token };
    const cache = new InMemoryCache();
    const client = new ApolloClient({ link: new HttpLink({ uri: `${gateway.url}/graphql`, headers }), cache });
    const [list, changes] = [gql(listQuery), gql(changesQuery)];
    const variables = { id: roomId };
    const room = cache.identify({ __typename: 'DirectMessage', id: roomId }) ?? expect.unreachable();
    let since: string | null = null;
    let reloads = 0;
    const sync = async () => {
      for (let hasMore = true; hasMore;) {
        const { data } = await client.query<{ directMessage: { changes: Changes } }>({
          query: changes,
          variables: { ...variables, since },
          fetchPolicy: 'network-only', // and writes the changed messages, which replaces those that the cache has
        });
        const told = data?.directMessage.changes ?? expect.unreachable();
        since = told.cursor;
        hasMore = told.hasMore;
        if (told.mustReload) {
          reloads += 1;
          await client.query({ query: list, variables, fetchPolicy: 'network-only' });
          continue;
        }
        cache.modify({
          id: room,
          fields: {
            messages(value: unknown, { readField, toReference }) {
              const page = value as { readonly nodes: readonly Reference[] };
              const known = new Set(page.nodes.map((node) => readField('id', node)));
              const added = told.changed.filter(({ id }) => !known.has(id));
              const references = added.map(
                ({ id }) => toReference({ __typename: 'Message', id }) ?? expect.unreachable(),
              );
              const kept = page.nodes.filter((node) => !told.removedIds.includes(String(readField('id', node))));
              return { ...page, nodes: [...references, ...kept] };
            },
            changes: (_told, { DELETE }) => DELETE as unknown,
          },
        });
        for (const id of told.removedIds) cache.evict({ id: cache.identify({ __typename: 'Message', id }) ?? id });
        cache.gc();
      }
    };
    await sync();
    for (let round = 0; round < 20; round += 1) {
      writes(6);
      await sync();
      const shown = cache.readQuery<{ directMessage: { messages: { nodes: Row[] } } }>({ query: list, variables });
      expect(sorted(shown?.directMessage.messages.nodes ?? []), `round ${round}`).toEqual(await listed());
    }
    expect(reloads).toBe(1);
    client.stop();
  });

  describe('is Relay', () => {
    let project: RelayProject;
    beforeAll(() => {
      project = compileRelay({
        Synced: `
          query SyncedQuery($id: ID!) { directMessage(id: $id) { id ...Synced_messages } }
          fragment Synced_messages on DirectMessage {
            messages(first: 100) @connection(key: "Synced_messages") { edges { node { id text isDeleted sentAt } } }
          }`,
        SyncedChanges: `query SyncedChangesQuery($id: ID!, $since: String) {
          directMessage(id: $id) { id ${changesField} } }`,
      });
    });
    afterAll(() => project.remove());

    it('with edges inserted and nodes deleted', async () => {
      const environment = newEnvironment(gateway);
      const variables = { id: roomId };
      let since: string | null = null;
      let reloads = 0;
      const apply = (store: RecordSourceProxy, { changed, removedIds }: Changes) => {
        const room = store.get(roomId) ?? expect.unreachable();
        const list = ConnectionHandler.getConnection(room, 'Synced_messages') ?? expect.unreachable();
        const known = new Set(list.getLinkedRecords('edges')?.map((edge) => edge.getLinkedRecord('node')?.getDataID()));
        for (const { id } of changed.filter((row) => !known.has(row.id))) {
          const node = store.get(id) ?? expect.unreachable();
          const edge = ConnectionHandler.createEdge(store, list, node, 'MessageEdge');
          ConnectionHandler.insertEdgeBefore(list, edge);
        }
        for (const id of removedIds) {
          ConnectionHandler.deleteNode(list, id);
          store.delete(id);
        }
      };
      const sync = async () => {
        for (let hasMore = true; hasMore;) {
          const answer = await load(project, environment, 'SyncedChangesQuery', { ...variables, since });
          const told = answer['directMessage']?.['changes'] as Changes;
          since = told.cursor;
          hasMore = told.hasMore;
          if (told.mustReload) {
            reloads += 1;
            await load(project, environment, 'SyncedQuery', variables);
          } else commitLocalUpdate(environment, (store) => apply(store, told));
        }
      };
      await sync();
      for (let round = 0; round < 20; round += 1) {
        writes(6);
        await sync();
        const shown = show(project, environment, 'SyncedQuery', 'Synced_messages', variables) as {
          messages: { edges: { node: Row }[] };
        };
        expect(sorted(shown.messages.edges.map(({ node }) => node)), `round ${round}`).toEqual(await listed());
      }
      expect(reloads).toBe(1);
    });
  });
});
