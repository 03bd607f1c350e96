import type { ApolloClient } from '@apollo/client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { startTestGateway } from '../support/gateway.ts';
import { expectKept, sessionOf, startLiveRoom } from '../support/live-room.ts';
import { adviceOn } from './advice.ts';
import { expectNoComplaints } from '../support/complaints.ts';
import { createClient, createMessageSync, errorsOf, messagesQuery, partly } from './apollo-client.ts';

const shownOf = (client: ApolloClient, id: string) =>
  client.readQuery({ query: messagesQuery, variables: { id } })?.directMessage?.messages ?? expect.unreachable();

/** Reads older pages as a list does that somebody scrolls. */
async function loadOlder(client: ApolloClient, id: string): Promise<void> {
  const list = client.watchQuery({ query: messagesQuery, variables: { id }, fetchPolicy: 'cache-first' });
  const shown = list.subscribe(() => {});
  await list.fetchMore({ variables: { after: shownOf(client, id).pageInfo.endCursor } });
  shown.unsubscribe();
}

describe('Apollo Client', () => {
  expectNoComplaints();

  it('reads a room to its end: every message once, in order', async () => {
    const gateway = await startTestGateway();
    const client = createClient(`${gateway.url}/graphql`, sessionOf(gateway), vi.fn());
    onTestFinished(() => client.stop());
    const id = landmarks.busyRoomId;
    await client.query({ query: messagesQuery, variables: { id } });
    while (shownOf(client, id).pageInfo.hasNextPage) await loadOlder(client, id);
    const { world } = gateway.demo;
    const expected = world.messagesOf(id).filter(({ _hidden }) => _hidden !== true);
    const nodes = shownOf(client, id).edges.map(({ node }) => node);
    expect(nodes.map((node) => node.id).toSorted()).toEqual(expected.map(({ _id }) => _id).toSorted());
    expect(nodes.map(({ sentAt }) => sentAt)).toEqual(
      expected
        .map(({ ts }) => ts)
        .toSorted()
        .toReversed(),
    );
  });

  it.each(['R7', 'R8'] as const)('keeps the loaded messages by what changed, older pages too (%s)', async (dialect) => {
    const room = await startLiveRoom(180, dialect);
    const client = createClient(room.url, room.session, vi.fn());
    onTestFinished(() => client.stop());
    await expectKept(room, {
      get rows() {
        return shownOf(client, room.roomId).edges.map(({ node }) => node);
      },
      get hasOlder() {
        return shownOf(client, room.roomId).pageInfo.hasNextPage;
      },
      loadOlder: () => loadOlder(client, room.roomId),
      sync: createMessageSync(client, room.roomId),
    });
  });

  it('signs out when the token is refused, and knows what to do about a room that is not there', async () => {
    const gateway = await startTestGateway();
    const { userId } = sessionOf(gateway);
    const onSignedOut = vi.fn();
    const stranger = createClient(`${gateway.url}/graphql`, { userId, authToken: 'x'.repeat(43) }, onSignedOut);
    const client = createClient(`${gateway.url}/graphql`, sessionOf(gateway), onSignedOut);
    onTestFinished(() => [stranger, client].forEach((each) => each.stop()));
    const { error } = await client.query({ query: messagesQuery, variables: { id: 'unknownRoom' }, ...partly });
    expect(errorsOf(error).map(adviceOn)).toEqual([{ kind: 'hide' }]);
    expect(onSignedOut).not.toHaveBeenCalled();
    const refused = await stranger.query({ query: messagesQuery, variables: { id: landmarks.busyRoomId }, ...partly });
    expect(errorsOf(refused.error).map(adviceOn)).toEqual([{ kind: 'sign in' }]);
    expect(onSignedOut).toHaveBeenCalledOnce();
  });
});
