import { describe, expect, it } from 'vitest';
import { landmarks, createWorld } from '../../src/demo/seed.ts';
import type { Message } from '../../src/demo/types.ts';
import { openDemo } from './support.ts';

const world = createWorld();
const { messages: shapes, users } = landmarks;
const shape = (name: keyof typeof shapes): Message => world.message(shapes[name]);
const json = (name: keyof typeof shapes): unknown => JSON.parse(JSON.stringify(shape(name)));

describe('the demo workspace', () => {
  it('the demo world is the same every time', () => {
    const again = createWorld();
    expect(JSON.stringify([...again.rooms.values()])).toBe(JSON.stringify([...world.rooms.values()]));
    expect(JSON.stringify([...again.messages.values()])).toBe(JSON.stringify([...world.messages.values()]));
    expect(JSON.stringify([...again.receipts])).toBe(JSON.stringify([...world.receipts]));
  });

  it('the demo world has thirty people, one administrator and one bot', () => {
    expect(world.accounts).toHaveLength(30);
    expect(new Set(world.accounts.map(({ id }) => id)).size).toBe(30);
    for (const { token } of world.accounts) expect(token).toMatch(/^\w{43}$/);
    expect(world.admin.roles).toContain('admin');
    expect(world.bot).toMatchObject({ roles: ['bot'], id: 'rocket.cat' });
  });

  it('the demo world has rooms of all kinds', () => {
    const own = world.subscriptionsOf(users.member).filter(({ t }) => t === 'd');
    expect(own).toHaveLength(41);
    expect(world.room(landmarks.busyRoomId).msgs).toBeGreaterThan(400);
    expect(world.room(landmarks.hundredRoomId).msgs).toBe(100);
    expect(world.messagesOf(landmarks.hundredRoomId)).toHaveLength(100);
    expect(world.messagesOf(landmarks.oneMessageRoomId)).toHaveLength(1);
    expect(world.room(landmarks.emptyRoomId)).not.toHaveProperty('lm');
    expect(world.room(landmarks.selfRoomId)).toMatchObject({ usersCount: 2, uids: [users.member] });
    expect(world.room(landmarks.largestGroupRoomId).uids).toHaveLength(8);
    expect(world.room(landmarks.readOnlyRoomId).ro).toBe(true);
    expect(world.room(landmarks.hiddenTypesRoomId).sysMes).toEqual(expect.any(Array));
    expect(world.room(landmarks.encryptedRoomId)['encrypted']).toBe(true);
    expect(world.room(landmarks.noLastMessageRoomId)).toHaveProperty('lm');
    expect(world.room(landmarks.noLastMessageRoomId)).not.toHaveProperty('lastMessage');
    expect(world.room(landmarks.channelId).t).toBe('c');
    expect(world.room(landmarks.groupRoomId)).toMatchObject({ topic: 'Release 4.2', announcementDetails: null });
    expect([...world.rooms.keys()].filter((id) => id.length === 34)).toContain(landmarks.busyRoomId);
  });

  it('the demo world has memberships never opened, and one without an unread count', () => {
    const own = (roomId: string) => world.subscription(roomId, users.member);
    expect(own(landmarks.neverOpenedRoomId)).not.toHaveProperty('ls');
    expect(own(landmarks.neverOpenedRoomId)?.unread).toBe(3);
    expect(own(landmarks.noUnreadFieldRoomId)).not.toHaveProperty('unread');
    expect(own(landmarks.busyRoomId)).toMatchObject({ unread: 3 });
    expect(own(landmarks.foreignRoomId)).toBeUndefined();
    expect(world.subscription(landmarks.foreignRoomId, users.admin)).toBeUndefined();
  });

  it('the member has no room with the stranger', () => {
    const shared = [...world.rooms.values()].filter(
      ({ t, uids }) => t === 'd' && uids.includes(users.stranger) && uids.includes(users.member),
    );
    expect(shared).toEqual([]);
  });

  it('the demo world’s counts match its messages', () => {
    for (const room of world.rooms.values()) {
      const visible = world.messagesOf(room._id).filter(({ _hidden, t }) => _hidden !== true && t !== 'rm');
      expect([room._id, room.msgs]).toEqual([room._id, visible.length]);
    }
  });

  it('the demo world ends in the busy room, on the afternoon of 30 October 2026', () => {
    expect(world.room(landmarks.busyRoomId).lm).toBe('2026-10-30T15:58:21.314Z');
    expect(world.now).toBe('2026-10-30T15:58:21.314Z');
  });
});

describe('the shapes of messages', () => {
  it.each(Object.keys(shapes) as (keyof typeof shapes)[])('has one that is %s', (name) => {
    const room = name === 'encrypted' ? landmarks.encryptedRoomId : landmarks.shapesRoomId;
    expect(shape(name).rid).toBe(room);
  });

  it('each shape of message is what its name says', () => {
    expect(shape('sameMomentA').ts).toBe(shape('sameMomentB').ts);
    expect(shape('edited')).toHaveProperty('editedBy');
    expect(shape('editedCopy')).toMatchObject({ _hidden: true, parent: shapes.edited });
    expect(shape('threadRoot')).toMatchObject({ tcount: 2, replies: [users.shapes, users.member] });
    expect(shape('threadReplyShown')).toMatchObject({ tmid: shapes.threadRoot, tshow: true });
    expect(shape('reacted').reactions?.[':heart:']?.usernames).toHaveLength(2);
    expect(shape('starredByOther').starred).toEqual([{ _id: users.shapes }]);
    expect(shape('starredByMember').starred).toContainEqual({ _id: users.member });
    expect(shape('unpinned')).toMatchObject({ pinned: false, pinnedBy: { _id: users.shapes } });
    expect(shape('image')['attachments']).toMatchObject([{ type: 'file', image_type: 'image/png' }]);
    expect(shape('nestedQuote')['attachments']).toMatchObject([{ attachments: [{ author_name: 'maya.lindqvist' }] }]);
    expect(shape('mention').mentions).toHaveLength(2);
    expect(shape('mentionAll').mentions).toMatchObject([{ _id: 'all' }]);
    expect(shape('channelMention')['channels']).toEqual([{ _id: landmarks.channelId, name: 'general' }]);
    expect(shape('removed')).toMatchObject({ t: 'rm', msg: '' });
    expect(shape('removedThreadRoot')).toMatchObject({ t: 'rm', tcount: 1 });
    expect(shape('encrypted')).toMatchObject({ t: 'e2e', content: { algorithm: 'rc.v2.aes-sha2' } });
    expect(json('legacy')).not.toHaveProperty('urls');
    expect(json('legacy')).not.toHaveProperty('_updatedAt');
    expect(json('noText')).not.toHaveProperty('msg');
    expect(shape('unnamedAuthor').u).toEqual({ _id: users.shapes });
    expect(world.receipts.get(shapes.noReceipts)).toBeUndefined();
    expect(world.receipts.get(shapes.deletedReader)?.map(({ userId }) => userId)).toContain(users.deleted);
  });

  it('receipts are no earlier than their message and no later than the end of the world', () => {
    for (const receipts of world.receipts.values()) {
      for (const { messageId, ts } of receipts) {
        const sentAt = world.message(messageId).ts;
        expect(ts >= sentAt && ts < '2026-10-31').toBe(true);
      }
    }
  });

  it('the receipt of a deleted user is served without the user', async () => {
    const { get } = await openDemo({ world: createWorld() });
    const { body } = await get(`chat.getMessageReadReceipts?messageId=${shapes.deletedReader}`);
    const receipt = (body['receipts'] as { userId: string }[]).find(({ userId }) => userId === users.deleted);
    expect(receipt).toBeDefined();
    expect(receipt).not.toHaveProperty('user');
  });
});
