import { describe, expect, it } from 'vitest';
import { createEmptyWorld } from '../../../src/demo/seed.ts';
import type { Message } from '../../../src/demo/types.ts';
import type { Clock } from '../../../src/demo/world-clock.ts';
import { colleague, roomOf } from '../support.ts';
import { ids, openRoom, settled } from './room.ts';

const AT = '2026-05-01T00:00:00.000Z';

/** A thread of a root and a reply, then a last message; and what writing at `AT` changes for the member. */
async function openThread() {
  const demo = await openRoom({ dialect: 'R8' });
  const { world, room, say, friend, get } = demo;
  const root = say('root');
  const reply = say('reply', { tmid: root._id });
  const last = say('last');
  const before = settled(world);
  return {
    ...demo,
    root,
    reply,
    last,
    before,
    own: () => world.subscription(room._id, world.member.id),
    theirs: () => world.subscription(room._id, friend.id),
    lists: async () => {
      const { updated, deleted } = await demo.since(before);
      const rooms = (await get(`rooms.get?updatedSince=${before}`)).body['update'] as unknown[];
      const memberships = (await get(`subscriptions.get?updatedSince=${before}`)).body['update'] as unknown[];
      return { updated: ids(updated), deleted: ids(deleted), isRoom: rooms.length > 0, isOwn: memberships.length > 0 };
    },
  };
}

type Thread = Awaited<ReturnType<typeof openThread>>;

/** Write, then the messages updated and deleted by it, whether the room and the member's membership are. */
const WRITES: readonly [
  string,
  (thread: Thread) => unknown,
  { updated?: (keyof Thread)[]; deleted?: (keyof Thread)[]; isRoom?: boolean; isOwn?: boolean },
][] = [
  ['edit an older message', ({ world, root }) => world.edit(root._id, 'new', AT), { updated: ['root'] }],
  ['edit the last message', ({ world, last }) => world.edit(last._id, 'new', AT), { updated: ['last'], isRoom: true }],
  ['react', ({ world, friend, root }) => world.react(root._id, friend.id, ':+1:', AT), { updated: ['root'] }],
  [
    'react to the last message',
    ({ world, friend, last }) => world.react(last._id, friend.id, ':+1:', AT),
    { updated: ['last'], isRoom: true },
  ],
  ['star', ({ world, friend, root }) => world.star(root._id, friend.id, AT), { updated: ['root'] }],
  ['unstar', ({ world, friend, root }) => world.unstar(root._id, friend.id, AT), { updated: ['root'] }],
  ['pin', ({ world, friend, root }) => world.pin(root._id, friend.id, AT), { updated: ['root'] }],
  ['unpin', ({ world, root }) => world.unpin(root._id, AT), { updated: ['root'] }],
  ['delete', ({ world, last }) => world.remove(last._id, { at: AT }), { deleted: ['last'], isRoom: true }],
  [
    'delete a reply',
    ({ world, reply }) => world.remove(reply._id, { at: AT }),
    { updated: ['root'], deleted: ['reply'], isRoom: true },
  ],
  [
    'delete the root of a thread, which stays as `rm`',
    ({ world, root }) => world.remove(root._id, { at: AT }),
    { updated: ['root'], isRoom: true },
  ],
  [
    'delete, shown as `rm`',
    ({ world, last }) => world.remove(last._id, { showStatus: true, at: AT }),
    { updated: ['last'], isRoom: true },
  ],
  [
    'delete, shown as `rm` with a hidden copy',
    ({ world, last }) => world.remove(last._id, { showStatus: true, keepHistory: true, at: AT }),
    { updated: ['last'], isRoom: true },
  ],
  [
    'delete, but keep history: nothing tells that the message is gone',
    ({ world, last }) => world.remove(last._id, { keepHistory: true, at: AT }),
    { isRoom: true },
  ],
  ['hide an older message', ({ world, root }) => world.hide(root._id, AT), {}],
  ['hide the last message', ({ world, last }) => world.hide(last._id, AT), { isRoom: true }],
  [
    'move into a thread',
    ({ world, root, last }) => world.moveToThread(last._id, root._id, AT),
    { updated: ['last', 'root'], isRoom: true },
  ],
  ['show an older reply in the room', ({ world, reply }) => world.showInRoom(reply._id, AT), { updated: ['reply'] }],
  ['read', ({ world, room }) => world.read(room._id, world.member.id, AT), { isOwn: true }],
  ['another member reads', ({ world, room, friend }) => world.read(room._id, friend.id, AT), {}],
  ['close', ({ world, room }) => world.setOpen(room._id, world.member.id, false, AT), { isOwn: true }],
  ['open', ({ world, room }) => world.setOpen(room._id, world.member.id, true, AT), { isOwn: true }],
  ['another member leaves', ({ world, room, friend }) => world.leave(room._id, friend.id, AT), { isRoom: true }],
];

describe('what each write changes', () => {
  it.each(WRITES)('%s', async (_name, write, { updated = [], deleted = [], isRoom = false, isOwn = false }) => {
    const thread = await openThread();
    const idsOf = (names: readonly (keyof Thread)[]) => names.map((name) => (thread[name] as Message)._id);
    write(thread);
    expect(await thread.lists()).toEqual({ updated: idsOf(updated), deleted: idsOf(deleted), isRoom, isOwn });
  });

  it('a message from another member writes the room and the membership, a thread reply also the root', async () => {
    const { world, room, friend, lists, root } = await openThread();
    const message = world.post({ roomId: room._id, userId: friend.id, text: 'new', at: AT });
    expect(await lists()).toEqual({ updated: [message._id], deleted: [], isRoom: true, isOwn: true });
    const reply = world.post({ roomId: room._id, userId: friend.id, text: 'reply', tmid: root._id });
    expect((await lists()).updated).toEqual([reply._id, message._id, root._id]);
  });

  it('a thread reply alone writes the membership of those who have not read it', () => {
    const world = createEmptyWorld();
    const room = roomOf(world, 1);
    const root = world.messagesOf(room._id)[0]?._id;
    world.post({ roomId: room._id, userId: colleague(world).id, text: 'reply', tmid: root, at: AT });
    expect(world.subscription(room._id, world.member.id)).toMatchObject({ tunread: [root], unread: 0, _updatedAt: AT });
  });

  it('the last member to read changes the messages that were unread until then', async () => {
    const { world, room, friend, say, since } = await openRoom();
    const message = say('hello', { unread: true });
    const before = settled(world);
    world.read(room._id, friend.id, AT);
    expect(ids((await since(before)).updated)).toEqual([message._id]);
    expect(room._updatedAt > AT).toBe(true);
  });
});

describe('rows after a write', () => {
  it('a hidden last message gives way to the one before', async () => {
    const { world, room, last, root } = await openThread();
    world.hide(last._id, AT);
    expect(room).toMatchObject({ lm: root.ts, lastMessage: { _id: root._id } });
    expect(world.message(last._id)).toMatchObject({ _hidden: true, _updatedAt: AT });
  });

  it('a message in a thread counts there, and is no longer the room’s last', async () => {
    const { world, room, last, root, reply } = await openThread();
    world.moveToThread(last._id, root._id, AT);
    expect(last).toMatchObject({ tmid: root._id, _updatedAt: AT });
    expect(root).toMatchObject({ tcount: 2, tlm: last.ts, _updatedAt: AT });
    expect(room.lastMessage?._id).toBe(root._id);
    world.showInRoom(last._id, AT);
    expect(room).toMatchObject({ lm: last.ts, lastMessage: { _id: last._id, tshow: true } });
    expect(reply).not.toHaveProperty('tshow');
  });

  it('a root without replies is a usual message again', async () => {
    const { world, root, reply, say } = await openThread();
    const [second, third] = ['second', 'third'].map((text) => say(text, { tmid: root._id })._id);
    world.remove(third ?? '');
    expect(root).toMatchObject({ tcount: 2, tlm: reply.ts });
    world.remove(second ?? '', { at: AT });
    expect(root).toMatchObject({ tcount: 1, tlm: reply.ts, _updatedAt: AT });
    world.remove(reply._id);
    for (const field of ['tcount', 'tlm', 'replies']) expect(root).not.toHaveProperty(field);
    expect(root._updatedAt).toBe(world.now);
  });

  it('what is in the trash no longer changes', async () => {
    const { world, room, last } = await openThread();
    world.remove(last._id, { at: AT });
    expect(() => world.edit(last._id, 'new')).toThrow(`no message ${last._id}`);
    expect(world.trash.messages.rows()).toMatchObject([{ _id: last._id, rid: room._id, msg: 'last', _deletedAt: AT }]);
  });
});

describe('clocks', () => {
  it('a server whose clock is behind sets rows back: a later write can have an earlier moment', async () => {
    const { world, room, last, since } = await openThread();
    world.edit(last._id, 'first', '2026-05-01T00:00:05.000Z');
    const seen = room._updatedAt;
    world.edit(last._id, 'second', '2026-05-01T00:00:03.000Z');
    expect(last).toMatchObject({ msg: 'second', _updatedAt: '2026-05-01T00:00:03.000Z' });
    expect(room._updatedAt < seen).toBe(true);
    expect((await since('2026-05-01T00:00:04.000Z')).updated).toEqual([]);
  });

  it('a world lives by the clock that it is given', () => {
    const clock: Clock = { now: AT, moment: (at = AT) => at };
    const world = createEmptyWorld(clock);
    const room = world.createRoom({ userIds: [world.member.id, colleague(world).id] });
    const messages = ['a', 'b'].map((text) => world.post({ roomId: room._id, userId: world.member.id, text }));
    expect(messages.map(({ ts }) => ts)).toEqual([AT, AT]);
    expect(new Set(messages.map(({ _updatedAt }) => _updatedAt)).size).toBe(1);
    world.removeRoom(room._id);
    expect([world.now, world.trash.rooms.rows()[0]?._deletedAt]).toEqual([AT, AT]);
  });
});
