import { ApolloClient, gql, HttpLink, InMemoryCache, type TypedDocumentNode } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createEmptyWorld } from '../../../src/demo/seed.ts';
import type { World } from '../../../src/demo/world.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

const roomId = 'roomOfTheTest1234';
const start = Date.parse('2026-03-02T09:00:00.000Z');

interface Page {
  readonly directMessage: {
    readonly messages: {
      readonly edges: { readonly cursor: string; readonly node: { readonly id: string } }[];
      readonly pageInfo: {
        hasNextPage: boolean;
        hasPreviousPage: boolean;
        startCursor: string | null;
        endCursor: string | null;
      };
    };
  };
}

const query: TypedDocumentNode<Page, Record<string, unknown>> = gql`
  query Page($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    directMessage(id: $id) {
      id
      messages(first: $first, after: $after, last: $last, before: $before) {
        edges {
          cursor
          node {
            id
          }
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          startCursor
          endCursor
        }
      }
    }
  }
`;

function worldOf(count: number): World {
  const world = createEmptyWorld();
  const other = world.accounts.find(({ id }) => id !== world.member.id);
  world.createRoom({ id: roomId, userIds: [world.member.id, other?.id ?? ''], at: '2026-03-02T08:00:00.000Z' });
  // Three messages to a millisecond.
  for (let index = 0; index < count; index += 1) {
    const at = new Date(start + Math.floor(index / 3)).toISOString();
    world.post({ roomId, userId: world.member.id, text: `line ${index}`, at });
  }
  return world;
}

function clientOf({ url, demo }: TestGateway): ApolloClient {
  const { member } = demo.world;
  return new ApolloClient({
    link: new HttpLink({ uri: `${url}/graphql`, headers: { 'X-User-Id': member.id, 'X-Auth-Token': member.token } }),
    cache: new InMemoryCache({ typePolicies: { DirectMessage: { fields: { messages: relayStylePagination() } } } }),
  });
}

/** Writes at most: a reader who pages toward the newest of a room would else never end on a slow machine. */
const maxWrites = 400;

/** Posts in front and deletes anywhere, without pause, until it is stopped; remembers what it deleted. */
function startWriter(world: World) {
  const deleted = new Set<string>();
  const stopping = new AbortController();
  let turn = 0;
  const done = (async () => {
    while (!stopping.signal.aborted && turn < maxWrites) {
      turn += 1;
      world.post({ roomId, userId: world.member.id, text: `new ${turn}` });
      const messages = world.messagesOf(roomId);
      const victim = messages[(turn * 37) % messages.length];
      if (turn % 2 === 0 && victim !== undefined) {
        deleted.add(victim._id);
        world.remove(victim._id);
      }
      await sleep(1);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await done;
      return deleted;
    },
  };
}

describe('Apollo Client pages to the end while messages arrive', () => {
  it.each([
    ['newest first', { first: 17 }, false],
    ['from the oldest backward', { last: 17 }, true],
  ])(
    '%s: Apollo Client gets every message that stays exactly once and in order while messages arrive',
    async (_name, variables, isBackward) => {
      const world = worldOf(400);
      const before = world.messagesOf(roomId).map(({ _id, ts }) => ({ id: _id, ts }));
      const gateway = await startTestGateway({ demo: { world }, env: { LOG_LEVEL: 'silent' } });
      const client = clientOf(gateway);
      const writer = startWriter(world);

      const observed = client.watchQuery({ query, variables: { id: roomId, ...variables } });
      const subscription = observed.subscribe({});
      let { data } = await client.query({ query, variables: { id: roomId, ...variables } });
      for (;;) {
        const { pageInfo } = data?.directMessage.messages ?? { pageInfo: undefined };
        if (!(isBackward ? pageInfo?.hasPreviousPage : pageInfo?.hasNextPage)) break;
        const from = isBackward ? { before: pageInfo?.startCursor } : { after: pageInfo?.endCursor };
        ({ data } = await observed.fetchMore({ variables: from }));
      }
      const deleted = await writer.stop();
      const merged = client.readQuery({ query, variables: { id: roomId, ...variables } });
      subscription.unsubscribe();

      const stayed = before.filter(({ id }) => !deleted.has(id));
      const ids = merged?.directMessage.messages.edges.map(({ node }) => node.id) ?? [];
      expect(deleted.size).toBeGreaterThan(0);
      const initial = new Set(stayed.map(({ id }) => id));
      const expected = stayed.toSorted((a, b) => (a.ts === b.ts ? (a.id < b.id ? 1 : -1) : a.ts < b.ts ? 1 : -1));
      expect(ids.filter((id) => initial.has(id))).toEqual(expected.map(({ id }) => id));
    },
  );
});
