import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import type { JsonObject } from '../../src/json.ts';
import { RequestUpstream } from '../../src/upstream/request-upstream.ts';
import { startFaultUpstream, type FaultUpstream } from '../support/fault-upstream.ts';
import { idleStore } from '../support/idle-store.ts';
import { alice, bob } from '../support/tiny-workspace.ts';
import { createWorkspace } from '../support/workspace.ts';

let upstream: FaultUpstream;
beforeEach(async () => {
  upstream = await startFaultUpstream();
});
afterEach(() => upstream.close());

const date = new Date(1_800_000_000_000).toUTCString();
const settings = (keepsHistory: boolean) => ({
  endpoint: 'settings.public',
  status: 200,
  headers: { date },
  body: {
    success: true,
    settings: [
      { _id: 'Message_KeepHistory', value: keepsHistory },
      { _id: 'Message_ShowDeletedStatus', value: false },
    ],
  },
});

describe('A request that asks whether messages may be hidden', () => {
  it.each([true, false])('is told what the workspace says: %s', async (isHiding) => {
    const { workspace, request } = createWorkspace(upstream.url);
    upstream.fail('status', settings(isHiding));
    expect(await request().mayHaveHiddenMessages(0)).toBe(isHiding);
    await workspace.close();
  });

  it('does not wait for the workspace once it is stopped, and the next request waits', { timeout: 5000 }, async () => {
    const { workspace, request } = createWorkspace(upstream.url);
    upstream.fail('slow-headers', { endpoint: 'settings.public', ms: 100 });
    const [stopped, other] = [request(), request()];
    const reason = new GatewayError('UPSTREAM_TIMEOUT', 'The time is up.');
    const ends: string[] = [];
    const answer = other.mayHaveHiddenMessages(0).finally(() => ends.push('answered'));
    const asked = stopped.mayHaveHiddenMessages(0).finally(() => ends.push('stopped'));
    stopped.stop(reason);
    await expect(asked).rejects.toBe(reason);
    expect(await answer).toBe(true);
    expect(ends).toEqual(['stopped', 'answered']);
    other.stop(reason); // when nothing waits any more
    await workspace.close();
  });
});

it('A request remembers rooms of memberships for its user, whose next request finds them, and nobody else’s', async () => {
  const { workspace, request } = createWorkspace(upstream.url);
  const [mine, others] = [request(), request({ as: bob })];
  expect([mine.isAccepted, others.isAccepted]).toEqual([false, false]);
  for (const each of [mine, others]) await each.get('me');
  expect([mine.isAccepted, others.isAccepted]).toEqual([true, true]);
  mine.addMembership('s1', 'room');
  mine.addMembership('channel', undefined);
  const found = [request(), others].map((each) => ['s1', 'channel', 's2'].map((id) => each.roomOfMembership(id)));
  expect(found).toEqual([
    ['room', undefined, null],
    [null, null, null],
  ]);
  await workspace.close();
});

it('A request is told how many bytes it has received so far, of all its calls', async () => {
  const { workspace } = createWorkspace(upstream.url);
  const totals: number[] = [];
  const credentials = { userId: alice.id, authToken: alice.token };
  const client = new RequestUpstream(workspace, credentials, Date.now() + 5000, (bytes) => void totals.push(bytes));
  upstream.fail('status', { status: 200, body: { success: true, text: 'x'.repeat(100) } });
  const size = JSON.stringify({ success: true, text: 'x'.repeat(100) }).length;
  await client.get('me');
  expect(totals.at(-1)).toBe(size);
  await client.get('im.list');
  expect(totals.at(-1)).toBe(2 * size);
  expect(totals).toEqual(totals.toSorted((a, b) => a - b));
  await workspace.close();
});

it('A request counts the rows that it had to leave out, of all its responses', async () => {
  const { workspace, request } = createWorkspace(upstream.url);
  const client = request();
  const readable = (row: JsonObject) => (row['_id'] === `${alice.id}room1` ? row : undefined);
  for (const dropped of [2, 4]) {
    (await client.get('im.list')).rows('ims', readable);
    expect(client.droppedRows).toBe(dropped);
  }
  expect(request().droppedRows).toBe(0);
  await workspace.close();
});

it('A request knows what the workspace has shown to all: whether it has pages of changes', async () => {
  const { workspace, request } = createWorkspace(upstream.url);
  request().syncPages.refused();
  expect(request().syncPages.areMissing).toBe(true);
  await workspace.close();
});

it.each([
  ['no store', undefined, false],
  ['a store that is there', idleStore(), false],
  ['a store that is away', idleStore({ isAway: true }), true],
])('A request with %s knows whether its store is away', async (_name, store, isAway) => {
  const { workspace, request } = createWorkspace(upstream.url, { store });
  expect(request().isStoreAway).toBe(isAway);
  await workspace.close();
});
