import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chatGetMessage } from '../../../src/upstream/endpoints/chat-get-message.ts';
import { dmListEveryone } from '../../../src/upstream/endpoints/dm-list-everyone.ts';
import { imCounters } from '../../../src/upstream/endpoints/im-counters.ts';
import { imList } from '../../../src/upstream/endpoints/im-list.ts';
import { roomsGet } from '../../../src/upstream/endpoints/rooms-get.ts';
import { roomsInfo } from '../../../src/upstream/endpoints/rooms-info.ts';
import { subscriptionsGet } from '../../../src/upstream/endpoints/subscriptions-get.ts';
import type { RequestUpstream } from '../../../src/upstream/request-upstream.ts';
import { KnownRooms, RoomMemory } from '../../../src/upstream/memory/known-rooms.ts';
import { startFaultUpstream, type FaultUpstream } from '../../support/fault-upstream.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { alice, bob } from '../../support/tiny-workspace.ts';
import { createWorkspace, outcomeOf } from '../../support/workspace.ts';

describe('RoomMemory', () => {
  it('remembers rooms per user, and reveals neither user nor room', () => {
    const memory = new RoomMemory();
    memory.add('alice', 'room');
    expect([
      memory.has('alice', 'room'),
      memory.has('bob', 'room'),
      memory.has('alice', 'other'),
      memory.has('alicer', 'oom'),
    ]).toEqual([true, false, false, false]);
  });

  it('evicts the least recently used room beyond 50,000', () => {
    const memory = new RoomMemory();
    for (let index = 0; index < 50_000; index += 1) memory.add('user', `room${index}`);
    expect(memory.has('user', 'room0')).toBe(true);
    memory.add('user', 'room2');
    memory.add('user', 'one more');
    memory.add('user', 'and another');
    expect([
      memory.size,
      ...['room0', 'room1', 'room2', 'room3', 'room4', 'and another'].map((id) => memory.has('user', id)),
    ]).toEqual([50_000, true, false, true, false, true, true]);
  });
});

describe('KnownRooms', () => {
  const knownTo = (user: string | undefined, memory = new RoomMemory(), id = alice.id) =>
    new KnownRooms(id, memory, () => user);

  it('knows rooms that the workspace has returned, in this request or to this user in an earlier one', () => {
    const memory = new RoomMemory();
    const rooms = knownTo('hash', memory);
    expect([rooms.isRoom('r'), rooms.isDirectMessage('r')]).toEqual([false, false]);
    rooms.add('r');
    rooms.add('r');
    expect([rooms.isRoom('r'), rooms.isDirectMessage('r'), memory.size]).toEqual([true, true, 1]);
    const later = knownTo('hash', memory);
    expect([later.isRoom('r'), later.isDirectMessage('r'), later.isDirectMessage('r')]).toEqual([true, true, true]);
  });

  it('keeps to what it has once said of a room, though the workspace rejects the caller meanwhile', () => {
    const memory = new RoomMemory();
    memory.add('hash', 'r');
    let user: string | undefined = 'hash';
    const rooms = new KnownRooms(alice.id, memory, () => user);
    expect(rooms.isRoom('r')).toBe(true);
    user = undefined;
    expect([rooms.isRoom('r'), rooms.isDirectMessage('r')]).toEqual([true, true]);
  });

  it('does not know rooms of another user, or of a caller whom the workspace has not accepted', () => {
    const memory = new RoomMemory();
    knownTo('hash', memory).add('r');
    expect([knownTo('other', memory), knownTo(undefined, memory)].map((rooms) => rooms.isRoom('r'))).toEqual([
      false,
      false,
    ]);
    const stranger = knownTo(undefined, memory);
    stranger.add('s');
    expect([stranger.isRoom('s'), memory.size]).toEqual([true, 1]);
  });

  it('knows rooms of unknown type as rooms, and not as direct messages', () => {
    const memory = new RoomMemory();
    const rooms = knownTo('hash', memory);
    rooms.addAny('r');
    expect([rooms.isRoom('r'), rooms.isDirectMessage('r'), memory.size]).toEqual([true, false, 0]);
  });

  it('knows ids that contain the caller’s id and another in a row', () => {
    const other = 'q7Zk2mXw9RtB4nYc8';
    const isKnown = (me: string) => {
      const rooms = knownTo('hash', new RoomMemory(), me);
      const ids = [`${me}${other}`, `${other}${me}`, me, other, `x${me}x`, `${other}${other}`];
      return ids.map((id) => [rooms.isRoom(id), rooms.isDirectMessage(id)]);
    };
    expect(isKnown(alice.id)).toEqual([[true, true], [true, true], ...Array.from({ length: 4 }, () => [false, false])]);
    // `rocket.cat2` may be a user.
    expect(isKnown('rocket.cat').flat()).not.toContain(true);
    expect(isKnown('x'.repeat(16)).flat()).not.toContain(true);
  });

  it('keeps no memory of rooms that it knows by their ids', () => {
    const memory = new RoomMemory();
    const rooms = knownTo('hash', memory);
    rooms.addRows([{ _id: `${alice.id}q7Zk2mXw9RtB4nYc8` }, { _id: `q7Zk2mXw9RtB4nYc8${alice.id}` }, { _id: 'r' }]);
    expect(memory.size).toBe(1);
  });

  it('does not know ids that contain the caller’s id and what can be part of a username', () => {
    const rooms = knownTo('hash');
    const others = ['x', 'rocket.cat', 'q7Zk2mXw9RtB4nYc', 'q7Zk2mXw9RtB4nYc8x', 'q7Zk2mXw9RtB.nYc8'];
    const ids = others.flatMap((other) => [`${alice.id}${other}`, `${other}${alice.id}`]);
    expect(ids.filter((id) => rooms.isRoom(id))).toEqual([]);
  });
});

describe('a room id that the workspace has returned', () => {
  let upstream: FaultUpstream;
  beforeEach(async () => {
    upstream = await startFaultUpstream();
  });
  afterEach(() => upstream.close());

  const roomId = 'opaque00000000000';
  const room = { _id: roomId, t: 'd' };
  const page = (name: string) => ({ [name]: [room, { _id: 'channel0000000000', t: 'c' }], total: 2, success: true });
  const sources: readonly [string, (client: RequestUpstream) => Promise<unknown>, object][] = [
    ['im.list', (client) => imList(client, { offset: 0, count: 10, sort: {} }), page('ims')],
    ['dm.list.everyone', (client) => dmListEveryone(client, { offset: 0, count: 10, sort: {} }), page('ims')],
    ['rooms.get', roomsGet, page('update')],
    ['rooms.info', (client) => roomsInfo(client, roomId), { room, success: true }],
    [
      'subscriptions.get',
      subscriptionsGet,
      {
        update: [
          { rid: roomId, t: 'd' },
          { rid: 'channel0000000000', t: 'c' },
        ],
        success: true,
      },
    ],
    ['im.counters', (client) => imCounters(client, { roomId }), { joined: true, success: true }],
  ];

  it.each(sources)(
    'M7: in %s makes calls with it retryable, in that request and later ones',
    async (endpoint, read, body) => {
      const clock = manualClock();
      const { workspace, request } = createWorkspace(upstream.url, { random: () => 0, clock });
      upstream.fail('status', { endpoint, status: 200, body });
      const timeoutMs = 3600_000;
      const first = request({ timeoutMs });
      await read(first);
      expect([first.rooms.isDirectMessage(roomId), first.rooms.isRoom('channel0000000000')]).toEqual([true, false]);
      for (const client of [first, request({ timeoutMs }), request({ as: bob, timeoutMs })]) {
        for (const asking of ['dm.messages', 'dm.history', 'im.members'] as const) {
          upstream.heal();
          upstream.fail('status', { status: 502, times: 1 });
          clock.move(1000); // the retry budget allows three retries a second
          const isBob = client.callerId === bob.id;
          expect(await outcomeOf(client.get(asking, { roomId }))).toBe(isBob ? 'UPSTREAM_UNAVAILABLE' : 'ok');
          expect([asking, upstream.calls.length]).toEqual([asking, isBob ? 1 : 2]);
        }
      }
      await workspace.close();
    },
  );

  it('M7: with a message makes calls retryable in that request, and leaves the room’s type unknown', async () => {
    const { workspace, request } = createWorkspace(upstream.url, { random: () => 0 });
    upstream.fail('changed', {
      endpoint: 'chat.getMessage',
      change: (body) => ({ ...body, message: { ...(body['message'] as object), rid: roomId } }),
    });
    const client = request();
    await chatGetMessage(client, 'm1');
    expect([client.rooms.isRoom(roomId), client.rooms.isDirectMessage(roomId), request().rooms.isRoom(roomId)]).toEqual(
      [true, false, false],
    );
    await workspace.close();
  });

  it('is no id from the client alone, whatever its calls return', async () => {
    const { workspace, request } = createWorkspace(upstream.url, { random: () => 0 });
    const client = request();
    await client.get('dm.messages', { roomId });
    await outcomeOf(imCounters(client, { roomId: alice.id }).then(() => client.get('dm.messages', { roomId: bob.id })));
    expect([client.rooms.isRoom(roomId), client.rooms.isRoom(bob.id)]).toEqual([false, false]);
    await workspace.close();
  });
});
