import { describe, expect, it } from 'vitest';
import { colleague, openDemo, roomOf, type Reply } from '../support.ts';

const DIALECTS = ['R7', 'R8'] as const;

const ids = (rows: unknown): unknown[] => (rows as { _id: string }[]).map(({ _id }) => _id);
const roomIds = (rows: unknown): unknown[] => (rows as { rid: string }[]).map(({ rid }) => rid);
const changes = ({ body }: Reply) => ({ update: ids(body['update']), remove: ids(body['remove']) });

async function openInbox(dialect: 'R7' | 'R8' = 'R8') {
  const demo = await openDemo({ dialect });
  const { world, get } = demo;
  const friend = colleague(world);
  const room = roomOf(world, 2);
  const group = world.createRoom({ userIds: [world.member.id, friend.id, colleague(world, 1).id] });
  return {
    ...demo,
    friend,
    room,
    group,
    own: (roomId: string) => world.subscription(roomId, world.member.id)?._id,
    rooms: async (since: string, account = world.member) =>
      changes(await get(`rooms.get?updatedSince=${since}`, account)),
    memberships: async (since: string, account = world.member) =>
      changes(await get(`subscriptions.get?updatedSince=${since}`, account)),
  };
}

describe.each(DIALECTS)('updatedSince (%s)', (dialect) => {
  it('names rows written after the moment, never at it', async () => {
    const { world, rooms, memberships, friend, room, own } = await openInbox(dialect);
    const before = world.now;
    world.post({ roomId: room._id, userId: friend.id, text: 'new' });
    expect(await rooms(before)).toEqual({ update: [room._id], remove: [] });
    expect(await rooms(room._updatedAt)).toEqual({ update: [], remove: [] });
    expect(await memberships(before)).toEqual({ update: [own(room._id)], remove: [] });
    expect(await memberships(world.now)).toEqual({ update: [], remove: [] });
  });

  it('compares instants, whatever their spelling', async () => {
    const { world, rooms, room, group } = await openInbox(dialect);
    expect(await rooms(encodeURIComponent('Mon, 02 Mar 2026 09:00:00 +0100'))).toEqual({
      update: [room._id, group._id],
      remove: [],
    });
    expect(await rooms('+010000-01-01T00:00:00.000Z'.replace('+', '%2B'))).toEqual({ update: [], remove: [] });
    expect(world.rooms.size).toBe(2);
  });

  it('an empty moment is none: everything, and no deletions', async () => {
    const { world, rooms, memberships, room, group, own } = await openInbox(dialect);
    world.removeRoom(group._id);
    expect(await rooms('')).toEqual({ update: [room._id], remove: [] });
    expect(await memberships('')).toEqual({ update: [own(room._id)], remove: [] });
  });

  it('an invalid moment is refused in the words of each endpoint', async () => {
    const { get } = await openInbox(dialect);
    expect(await get('subscriptions.get?updatedSince=soon')).toMatchObject({
      status: 400,
      body: {
        success: false,
        error: 'The "lastUpdate" query parameter must be a valid date. [error-roomId-param-invalid]',
        errorType: 'error-roomId-param-invalid',
      },
    });
    expect(await get('rooms.get?updatedSince=soon')).toMatchObject({
      status: 400,
      body: {
        success: false,
        error: 'The "updatedSince" query parameter must be a valid date. [error-updatedSince-param-invalid]',
        errorType: 'error-updatedSince-param-invalid',
      },
    });
  });

  it('subscriptions.get has a strict schema, rooms.get has none', async () => {
    const { get } = await openInbox(dialect);
    expect((await get('subscriptions.get?roomId=x')).body['error']).toMatch(/^must NOT have additional properties/);
    expect((await get('subscriptions.get?updatedSince=a&updatedSince=b')).body['error']).toMatch(/^must be string/);
    expect((await get('rooms.get?roomId=x')).status).toBe(200);
  });
});

describe('deleted rooms', () => {
  it('rooms.get names rooms deleted in the whole workspace, subscriptions.get only memberships of the caller', async () => {
    const { world, rooms, memberships, friend, group, own } = await openInbox();
    const foreign = world.createRoom({ userIds: [friend.id, colleague(world, 1).id] });
    const ownId = own(group._id);
    const friends = [group, foreign].map(({ _id }) => world.subscription(_id, friend.id)?._id);
    const before = world.now;
    world.removeRoom(group._id);
    world.removeRoom(foreign._id);
    expect(await rooms(before)).toEqual({ update: [], remove: [group._id, foreign._id] });
    expect(await memberships(before)).toEqual({ update: [], remove: [ownId] });
    expect(await memberships(before, friend)).toEqual({ update: [], remove: friends });
    expect(await rooms(before, world.admin)).toEqual({ update: [], remove: [group._id, foreign._id] });
    expect(await rooms(world.now)).toEqual({ update: [], remove: [] });
  });

  it('a deletion tells an id and its moment, nothing else', async () => {
    const { world, get, group, own } = await openInbox();
    const ownId = own(group._id);
    const before = world.now;
    world.removeRoom(group._id, '2026-05-01T00:00:00.000Z');
    const removed = (await get(`rooms.get?updatedSince=${before}`)).body['remove'];
    expect(removed).toEqual([{ _id: group._id, _deletedAt: '2026-05-01T00:00:00.000Z' }]);
    const left = (await get(`subscriptions.get?updatedSince=${before}`)).body['remove'];
    expect(left).toEqual([{ _id: ownId, _deletedAt: '2026-05-01T00:00:00.000Z' }]);
  });

  it('a room created again under its old id is in both lists, with a new membership', async () => {
    const { world, get, rooms, friend, room, own } = await openInbox('R7');
    const before = world.now;
    world.removeRoom(room._id);
    const old = world.createRoom({ userIds: [world.member.id, friend.id], id: room._id });
    expect(await rooms(before)).toEqual({ update: [old._id], remove: [old._id] });
    const { update, remove } = (await get(`subscriptions.get?updatedSince=${before}`)).body;
    expect(roomIds(update)).toEqual([old._id]);
    expect(ids(update)).toEqual([own(old._id)]);
    expect(ids(remove)).not.toContain(own(old._id));
  });

  it('a room deleted, created and deleted again is named once, as of the second time', async () => {
    const { world, get, friend, room } = await openInbox();
    world.removeRoom(room._id);
    world.createRoom({ userIds: [world.member.id, friend.id], id: room._id });
    const between = world.now;
    world.removeRoom(room._id, '2026-06-01T00:00:00.000Z');
    expect((await get(`rooms.get?updatedSince=${between}`)).body['remove']).toEqual([
      { _id: room._id, _deletedAt: '2026-06-01T00:00:00.000Z' },
    ]);
    expect((await get('rooms.get?updatedSince=2026-01-01')).body['remove']).toHaveLength(1);
    expect((await get('subscriptions.get?updatedSince=2026-01-01')).body['remove']).toHaveLength(2);
  });

  it('deletions are forgotten, silently', async () => {
    const { world, rooms, memberships, room, group } = await openInbox();
    world.removeRoom(room._id, '2026-05-01T00:00:00.000Z');
    world.removeRoom(group._id, '2026-05-20T00:00:00.000Z');
    world.forgetDeletions('2026-05-20T00:00:00.000Z');
    expect((await rooms('2026-04-01')).remove).toEqual([group._id]);
    expect((await memberships('2026-04-01')).remove).toHaveLength(1);
  });
});

describe('closed rooms and members who leave', () => {
  it('a closed room is still in both lists; a new message opens it', async () => {
    const { world, get, memberships, friend, room, own } = await openInbox();
    const before = world.now;
    world.setOpen(room._id, world.member.id, false);
    expect(await memberships(before)).toEqual({ update: [own(room._id)], remove: [] });
    expect((await get(`subscriptions.get?updatedSince=${before}`)).body['update']).toMatchObject([{ open: false }]);
    expect(ids((await get('rooms.get')).body['update'])).toContain(room._id);
    world.post({ roomId: room._id, userId: friend.id, text: 'still there?' });
    expect((await get(`subscriptions.get?updatedSince=${before}`)).body['update']).toMatchObject([{ open: true }]);
  });

  it('closing a room writes neither the room nor other memberships', async () => {
    const { world, rooms, memberships, friend, room } = await openInbox();
    const before = world.now;
    world.setOpen(room._id, world.member.id, false);
    expect(await rooms(before)).toEqual({ update: [], remove: [] });
    expect(await memberships(before, friend)).toEqual({ update: [], remove: [] });
  });

  it('whoever leaves loses the membership, and is told of no room that is gone', async () => {
    const { world, get, rooms, memberships, friend, group, own } = await openInbox();
    const ownId = own(group._id);
    const before = world.now;
    world.leave(group._id, world.member.id);
    expect(await memberships(before)).toEqual({ update: [], remove: [ownId] });
    expect(await rooms(before)).toEqual({ update: [], remove: [] });
    expect(await rooms(before, friend)).toEqual({ update: [group._id], remove: [] });
    expect((await get(`rooms.info?roomId=${group._id}`, friend)).body).toMatchObject({
      room: { uids: [friend.id, colleague(world, 1).id].toSorted(), usersCount: 3 },
    });
  });

  it('whoever comes back has a new membership beside the deleted one', async () => {
    const { world, memberships, rooms, group, own } = await openInbox();
    const before = world.now;
    const ownId = own(group._id);
    world.leave(group._id, world.member.id);
    const between = world.now;
    world.join(group._id, world.member.id);
    expect(own(group._id)).not.toBe(ownId);
    expect(await memberships(before)).toEqual({ update: [own(group._id)], remove: [ownId] });
    expect(await memberships(between)).toEqual({ update: [own(group._id)], remove: [] });
    expect(await rooms(between)).toEqual({ update: [group._id], remove: [] });
    expect(group.uids).toContain(world.member.id);
    world.leave(group._id, world.member.id);
    expect((await memberships(before)).remove).toHaveLength(2);
  });

  it('nobody joins twice, or leaves a room they are not in', async () => {
    const { world, group } = await openInbox();
    expect(() => world.join(group._id, world.member.id)).toThrow('already');
    world.leave(group._id, world.member.id);
    expect(() => world.leave(group._id, world.member.id)).toThrow('is not in');
    expect(() => world.setOpen(group._id, world.member.id, true)).toThrow('is not in');
  });
});
