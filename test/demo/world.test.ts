import { describe, expect, it } from 'vitest';
import { createEmptyWorld } from '../../src/demo/seed.ts';
import { colleague, roomOf } from './support.ts';

function openRoom(count = 0) {
  const world = createEmptyWorld();
  const room = roomOf(world, count);
  const friend = colleague(world);
  const say = (text: string, extra: Record<string, unknown> = {}) =>
    world.post({ roomId: room._id, userId: world.member.id, text, ...extra });
  return { world, room, friend, say, unread: () => world.subscription(room._id, friend.id) };
}

describe('a message that is sent', () => {
  it('a new message updates its room and is unread for the other members', () => {
    const { world, room, say, unread, friend } = openRoom();
    const message = say(`@${friend.username} hello`, { at: '2026-03-02T09:00:00.000Z' });
    expect(room).toMatchObject({ msgs: 1, lm: message.ts, lastMessage: { _id: message._id } });
    expect(room._updatedAt > message.ts).toBe(true);
    expect(unread()).toMatchObject({ unread: 1, userMentions: 1, alert: true });
    expect(world.subscription(room._id, world.member.id)).toMatchObject({ unread: 0, userMentions: 0 });
  });

  it('an older message, a thread reply or a system message does not become lastMessage', () => {
    const { room, say } = openRoom(2);
    const last = room.lastMessage?._id;
    say('older', { at: '2026-01-01T00:00:00.000Z' });
    say('reply', { tmid: last });
    say('topic', { t: 'room_changed_topic' });
    expect(room).toMatchObject({ msgs: 5, lastMessage: { _id: last } });
    const shown = say('shown', { tmid: last, tshow: true });
    expect(room.lastMessage?._id).toBe(shown._id);
  });

  it('a thread reply updates the root of its thread', () => {
    const { world, say, friend, unread } = openRoom();
    const root = say('root');
    const reply = world.post({ roomId: root.rid, userId: friend.id, text: 'reply', tmid: root._id });
    expect(root).toMatchObject({ tcount: 1, tlm: reply.ts, replies: [world.member.id, friend.id] });
    say('answer', { tmid: root._id });
    expect(unread()).toMatchObject({ unread: 1, tunread: [root._id] });
  });

  it('a field given as undefined is omitted from the message', () => {
    const { say } = openRoom();
    expect(
      JSON.parse(JSON.stringify(say('', { msg: undefined, md: undefined, _updatedAt: undefined }))),
    ).not.toHaveProperty('msg');
  });

  it('the same events give the same world', () => {
    expect([...openRoom(5).world.messages]).toEqual([...openRoom(5).world.messages]);
  });

  it('a message’s id must be new', () => {
    const { say } = openRoom();
    say('first', { id: 'x' });
    expect(() => say('second', { id: 'x' })).toThrow('already has a message x');
  });
});

describe('a message that changes', () => {
  it('an edited message is parsed again', () => {
    const { world, say } = openRoom();
    const message = world.edit(say('first')._id, 'see https://a.example/b');
    expect(message).toMatchObject({
      msg: 'see https://a.example/b',
      urls: [{ url: 'https://a.example/b', meta: {} }],
      editedBy: { _id: world.member.id },
    });
    expect(message.editedAt).toBe(message._updatedAt);
  });

  it('each user stars separately, and an unpinned message keeps who pinned it', () => {
    const { world, say, friend } = openRoom();
    const { _id } = say('first');
    for (const userId of [world.member.id, friend.id, friend.id]) world.star(_id, userId);
    expect(world.unstar(_id, world.member.id).starred).toEqual([{ _id: friend.id }]);
    world.pin(_id, friend.id);
    expect(world.unpin(_id)).toMatchObject({ pinned: false, pinnedBy: { _id: friend.id } });
  });

  it('a deleted message is gone, and the previous one becomes lastMessage', () => {
    const { world, room, say } = openRoom(2);
    const before = room.lastMessage?._id;
    world.remove(say('gone')._id);
    expect(room).toMatchObject({ msgs: 2, lastMessage: { _id: before } });
    expect(world.messagesOf(room._id)).toHaveLength(2);
  });

  it('a room emptied by deletion has no lastMessage', () => {
    const { world, room, say } = openRoom();
    world.remove(say('gone')._id);
    expect(room).not.toHaveProperty('lm');
    expect(room).not.toHaveProperty('lastMessage');
  });

  it('a deleted message stays as `rm` if the workspace shows it, with a hidden copy if it keeps history', () => {
    const { world, room, say } = openRoom();
    const { _id } = say('gone');
    world.remove(_id, { showStatus: true, keepHistory: true });
    expect(world.message(_id)).toMatchObject({
      t: 'rm',
      msg: '',
      urls: [],
      reactions: {},
      editedBy: { _id: world.member.id },
    });
    expect(world.messagesOf(room._id)[1]).toMatchObject({ parent: _id, msg: 'gone', _hidden: true });
    expect(room.msgs).toBe(0);
  });

  it('the deleted root of a thread stays as `rm`', () => {
    const { world, say } = openRoom();
    const root = say('root');
    say('reply', { tmid: root._id });
    world.remove(root._id);
    expect(world.message(root._id).t).toBe('rm');
  });
});

describe('reading', () => {
  it('reading clears unreads up to a moment and adds receipts', () => {
    const { world, room, friend, unread } = openRoom(5);
    world.read(room._id, friend.id, '2026-03-02T09:01:30.000Z');
    expect(unread()).toMatchObject({ ls: '2026-03-02T09:01:30.000Z', unread: 2 });
    const readers = world.messagesOf(room._id).map(({ _id }) => world.receipts.get(_id)?.length);
    expect(readers).toEqual([2, 1, 1, 1, 1]);
    world.read(room._id, friend.id);
    expect(unread()).toMatchObject({ unread: 0, alert: false });
  });

  it('a message that all members have read loses `unread`', () => {
    const { world, room, friend, say } = openRoom();
    const message = say('first', { unread: true });
    world.read(room._id, friend.id);
    expect(message).not.toHaveProperty('unread');
  });
});

describe('a room', () => {
  it('a room lists usernames by display name and user ids by id', () => {
    const world = createEmptyWorld();
    const accounts = world.accounts.slice(0, 6);
    const room = world.createRoom({ userIds: accounts.map(({ id }) => id) });
    expect(room.uids).toEqual(accounts.map(({ id }) => id).toSorted());
    const byName = accounts.toSorted((left, right) => (left.name < right.name ? -1 : 1));
    expect(room.usernames).toEqual(byName.map(({ username }) => username));
  });

  it('a removed room is in the trash', () => {
    const { world, room } = openRoom(2);
    world.removeRoom(room._id);
    expect([world.rooms.size, world.messages.size, world.subscriptions.size]).toEqual([0, 0, 0]);
    expect(world.trash.rooms.rows()).toMatchObject([{ _id: room._id, _deletedAt: world.now }]);
  });
});
