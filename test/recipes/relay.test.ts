import { readFileSync } from 'node:fs';
import { fetchQuery, type Environment } from 'relay-runtime';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { compileRelay, load, show, type RelayProject } from '../scenarios/clients/relay-project.ts';
import { startTestGateway } from '../support/gateway.ts';
import { expectKept, sessionOf, startLiveRoom } from '../support/live-room.ts';
import { adviceOn } from './advice.ts';
import { expectNoComplaints } from '../support/complaints.ts';
import { createEnvironment, createMessageSync, NoData, type SyncQueries } from './relay.ts';

let project: RelayProject;
let queries: SyncQueries;
beforeAll(() => {
  project = compileRelay({ Messages: readFileSync(new URL('relay.graphql', import.meta.url), 'utf8') });
  queries = { messages: project.query('MessagesQuery'), changes: project.query('MessagesChangesQuery') };
});
afterAll(() => project.remove());

interface Messages {
  readonly edges: readonly { readonly node: { readonly id: string; readonly text: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

const shownOf = (environment: Environment, id: string): Messages =>
  (show(project, environment, 'MessagesQuery', 'Messages_room', { id }) as { messages: Messages }).messages;

const loadOlder = async (environment: Environment, id: string): Promise<void> => {
  const cursor = shownOf(environment, id).pageInfo.endCursor;
  await load(project, environment, 'MessagesPageQuery', { id, count: 50, cursor });
};

describe('Relay', () => {
  expectNoComplaints();

  it.each(['R7', 'R8'] as const)('keeps the loaded messages by what changed, older pages too (%s)', async (dialect) => {
    const room = await startLiveRoom(180, dialect);
    const environment = createEnvironment(room.url, room.session, vi.fn());
    const { roomId } = room;
    await expectKept(room, {
      get rows() {
        return shownOf(environment, roomId).edges.map(({ node }) => node);
      },
      get hasOlder() {
        return shownOf(environment, roomId).pageInfo.hasNextPage;
      },
      loadOlder: () => loadOlder(environment, roomId),
      sync: createMessageSync(environment, queries, roomId),
    });
    const records = environment.getStore().getSource();
    const kept = records.getRecordIDs().filter((id) => records.get(id)?.['__typename'] === 'Message');
    const messages = room.gateway.demo.world.messagesOf(roomId).map(({ _id }) => _id);
    expect(kept.filter((id) => !messages.includes(id))).toEqual([]);
  });

  it('signs out when the token is refused, and knows what to do about a room that is not there', async () => {
    const gateway = await startTestGateway();
    const { userId, authToken } = sessionOf(gateway);
    const onSignedOut = vi.fn();
    const adviceFor = async (token: string, id: string) => {
      const environment = createEnvironment(`${gateway.url}/graphql`, { userId, authToken: token }, onSignedOut);
      const error: unknown = await fetchQuery(environment, queries.messages, { id })
        .toPromise()
        .catch((thrown: unknown) => thrown);
      return error instanceof NoData ? error.errors.map(adviceOn) : error;
    };
    // One field failed, and the room is there: its fragment says what to make of that.
    expect(await adviceFor(authToken, 'unknownRoom')).toMatchObject({ directMessage: { id: 'unknownRoom' } });
    expect(onSignedOut).not.toHaveBeenCalled();
    expect(await adviceFor('x'.repeat(43), landmarks.busyRoomId)).toMatchObject({
      directMessage: { id: landmarks.busyRoomId },
    });
    expect(onSignedOut).toHaveBeenCalledOnce();
    expect(await adviceFor('', landmarks.busyRoomId)).toEqual([{ kind: 'sign in' }]);
  });
});
