import { CombinedError, gql } from '@urql/core';
import { describe, expect, it, vi } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { startTestGateway } from '../support/gateway.ts';
import { expectKept, sessionOf, startLiveRoom } from '../support/live-room.ts';
import { adviceOn } from './advice.ts';
import { expectNoComplaints } from '../support/complaints.ts';
import { createClient, keepMessages } from './urql.ts';

describe('urql', () => {
  expectNoComplaints();

  it.each(['R7', 'R8'] as const)('keeps the loaded messages by what changed, older pages too (%s)', async (dialect) => {
    const room = await startLiveRoom(180, dialect);
    await expectKept(room, keepMessages(createClient(room.url, room.session, vi.fn()), room.roomId));
  });

  it('reads an inbox to its end through the cache: every room once', async () => {
    const gateway = await startTestGateway();
    const client = createClient(`${gateway.url}/graphql`, sessionOf(gateway), vi.fn());
    const inbox = gql`
      query Inbox($after: String) {
        viewer {
          id
          directMessages(first: 9, after: $after) {
            nodes {
              id
              title
            }
            pageInfo {
              hasNextPage
              endCursor
            }
          }
        }
      }
    `;
    const { world } = gateway.demo;
    const own = world.subscriptionsOf(world.member.id).filter(({ t }) => t === 'd');
    const read = async (after: string | null) =>
      (await client.query<Inbox>(inbox, { after }).toPromise()).data?.viewer.directMessages ?? expect.unreachable();
    let rooms = await read(null);
    while (rooms.pageInfo.hasNextPage) rooms = await read(rooms.pageInfo.endCursor);
    const shown = rooms.nodes.map(({ id }) => id);
    expect(shown.toSorted()).toEqual(own.map(({ rid }) => rid).toSorted());
  });

  it('signs out when the token is refused, and knows what to do about a room that is not there', async () => {
    const gateway = await startTestGateway();
    const { userId } = sessionOf(gateway);
    const onSignedOut = vi.fn();
    const adviceFor = async (authToken: string, id: string) => {
      const client = createClient(`${gateway.url}/graphql`, { userId, authToken }, onSignedOut);
      const error: unknown = await keepMessages(client, id)
        .loadOlder()
        .catch((thrown: unknown) => thrown);
      return error instanceof CombinedError ? error.graphQLErrors.map(adviceOn) : error;
    };
    expect(await adviceFor(sessionOf(gateway).authToken, 'unknownRoom')).toEqual([{ kind: 'hide' }]);
    expect(onSignedOut).not.toHaveBeenCalled();
    expect(await adviceFor('x'.repeat(43), landmarks.busyRoomId)).toEqual([{ kind: 'sign in' }]);
    expect(onSignedOut).toHaveBeenCalledOnce();
  });
});

interface Inbox {
  readonly viewer: {
    readonly directMessages: {
      readonly nodes: readonly { readonly id: string }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    };
  };
}
