import { describe, expect, it } from 'vitest';
import { colleague } from '../support.ts';
import { ids, openRoom, settled } from './room.ts';

const LATER = '2026-06-01T00:00:00.000Z';

describe.each(['R7', 'R8'] as const)('chat.syncMessages since a moment (%s)', (dialect) => {
  it('C60: nothing new is two empty lists, without cursors', async () => {
    const { ask, room, world } = await openRoom({ dialect, count: 2 });
    const { status, body } = await ask(`roomId=${room._id}&lastUpdate=${settled(world)}`);
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toBe('{"result":{"updated":[],"deleted":[]},"success":true}');
  });

  it('C61: new messages come newest first; a deleted one moves to the deleted', async () => {
    const { since, say, world } = await openRoom({ dialect, count: 1 });
    const before = settled(world);
    const [first, second] = [say('first'), say('second')];
    expect(ids((await since(before)).updated)).toEqual([second._id, first._id]);
    world.remove(second._id, { at: LATER });
    const { updated, deleted } = await since(before);
    expect(ids(updated)).toEqual([first._id]);
    expect(deleted).toEqual([{ _id: second._id, _deletedAt: LATER }]);
  });

  it('has everything, beyond any page', async () => {
    const { since } = await openRoom({ dialect, count: 130 });
    expect((await since('2026-01-01')).updated).toHaveLength(130);
  });

  it('changes are ordered by when messages were sent, not by when they changed', async () => {
    const { since, world, room } = await openRoom({ dialect, count: 3 });
    const [first, second, third] = world.messagesOf(room._id).map(({ _id }) => _id);
    const before = settled(world);
    world.edit(third ?? '', 'edited');
    world.edit(first ?? '', 'edited too');
    world.edit(second ?? '', 'and this');
    expect(ids((await since(before)).updated)).toEqual([third, second, first]);
    for (const id of [second, first, third]) world.remove(id ?? '');
    expect(ids((await since(before)).deleted)).toEqual([third, second, first]);
  });

  it('a change at the very moment is not later than it', async () => {
    const { since, say } = await openRoom({ dialect });
    const { _id, _updatedAt = '' } = say('first');
    expect((await since(_updatedAt)).updated).toEqual([]);
    const before = new Date(Date.parse(_updatedAt) - 1).toISOString();
    expect(ids((await since(before)).updated)).toEqual([_id]);
  });

  it('shows messages as the caller may see them', async () => {
    const { since, say, world, friend } = await openRoom({ dialect });
    const before = settled(world);
    const { _id } = say('first');
    world.star(_id, friend.id);
    expect((await since(before)).updated).toMatchObject([{ _id, starred: [] }]);
  });

  it('C55: an invalid moment', async () => {
    const { ask, room } = await openRoom({ dialect });
    expect(await ask(`roomId=${room._id}&lastUpdate=soon`)).toMatchObject({
      status: 400,
      body: {
        success: false,
        error: 'The "lastUpdate" query parameter must be a valid date [error-lastUpdate-param-invalid]',
        errorType: 'error-lastUpdate-param-invalid',
      },
    });
  });

  it('C56: unknown rooms and rooms of others look alike, for administrators too', async () => {
    const { ask, world, friend } = await openRoom({ dialect });
    const foreign = world.createRoom({ userIds: [friend.id, colleague(world, 1).id] });
    for (const roomId of ['nothing', foreign._id]) {
      for (const account of [world.member, world.admin]) {
        const { status, body } = await ask(`roomId=${roomId}&lastUpdate=2026-01-01`, account);
        expect({ status, body }).toEqual({
          status: 400,
          body: {
            success: false,
            error: 'Not allowed [error-not-allowed]',
            errorType: 'error-not-allowed',
            details: { method: 'messages/get' },
          },
        });
      }
    }
  });

  it('whoever has left, or whose room is deleted, is no longer told', async () => {
    const { ask, world, room, friend } = await openRoom({ dialect, count: 1 });
    world.leave(room._id, world.member.id);
    const query = `roomId=${room._id}&lastUpdate=2026-01-01`;
    expect((await ask(query)).body['errorType']).toBe('error-not-allowed');
    expect((await ask(query, friend)).status).toBe(200);
    world.removeRoom(room._id);
    expect((await ask(query, friend)).body['errorType']).toBe('error-not-allowed');
  });

  it('a member who comes back is told all, whenever it was', async () => {
    const { since, world, room, say } = await openRoom({ dialect, count: 2 });
    world.leave(room._id, world.member.id);
    const gone = world.post({ roomId: room._id, userId: colleague(world).id, text: 'meanwhile' });
    world.remove(gone._id);
    world.join(room._id, world.member.id);
    const last = say('back');
    const { updated, deleted } = await since('2026-01-01');
    expect(updated).toHaveLength(3);
    expect(updated[0]).toMatchObject({ _id: last._id });
    expect(ids(deleted)).toEqual([gone._id]);
  });

  it('the trash of another room is not told', async () => {
    const { since, world, room, friend } = await openRoom({ dialect });
    const other = world.createRoom({ userIds: [world.member.id, friend.id, colleague(world, 1).id] });
    world.remove(world.post({ roomId: other._id, userId: friend.id, text: 'elsewhere' })._id);
    world.post({ roomId: other._id, userId: friend.id, text: 'elsewhere' });
    expect(await since('2026-01-01')).toEqual({ updated: [], deleted: [] });
    expect(room.msgs).toBe(0);
  });

  it('messages of a room that was deleted and created again stay in its trash', async () => {
    const { since, world, room, friend } = await openRoom({ dialect, count: 2 });
    const old = ids(world.messagesOf(room._id));
    world.removeRoom(room._id);
    world.createRoom({ userIds: [world.member.id, friend.id], id: room._id });
    const { updated, deleted } = await since('2026-01-01');
    expect(updated).toEqual([]);
    expect(new Set(ids(deleted))).toEqual(new Set(old));
  });
});

describe('parameters of R7', () => {
  it.each([
    ['C53: without a room', '', "must have required property 'roomId'"],
    ['without a moment', 'roomId=R', "must have required property 'lastUpdate'"],
    ['pages do not exist', 'roomId=R&type=UPDATED&next=0', "must have required property 'lastUpdate'"],
    ['nor do their parameters', 'roomId=R&lastUpdate=2026&count=5', 'must NOT have additional properties'],
    ['two rooms', 'roomId=R&roomId=S&lastUpdate=2026', 'must be string'],
  ])('%s', async (_name, query, error) => {
    const { ask } = await openRoom({ dialect: 'R7' });
    const { status, body } = await ask(query);
    expect({ status, body }).toEqual({
      status: 400,
      body: { success: false, error: `${error} [invalid-params]`, errorType: 'invalid-params' },
    });
  });
});

describe('parameters of R8', () => {
  it.each([
    ['C53: without a room', 'lastUpdate=2026', "must have required property 'roomId'"],
    ['C57: another type', 'roomId=R&type=ADDED', 'must be equal to one of the allowed values'],
    ['a type in lower case', 'roomId=R&type=updated&next=0', 'must be equal to one of the allowed values'],
    ['a count that is no number', 'roomId=R&type=UPDATED&next=0&count=x', 'must be number'],
    ['an unknown parameter', 'roomId=R&lastUpdate=2026&offset=0', 'must NOT have additional properties'],
  ])('%s', async (_name, query, error) => {
    const { ask } = await openRoom();
    const { status, body } = await ask(query);
    expect({ status, body }).toEqual({
      status: 400,
      body: { success: false, errorType: 'error-invalid-params', error },
    });
  });

  it.each([
    ['an empty room', 'roomId=&lastUpdate=2026', 'error-param-required'],
    ['C54: neither moment nor type', 'roomId=R', 'error-param-required'],
    ['C54: only `next`', 'roomId=R&next=0', 'error-param-required'],
    ['C54: only `previous`', 'roomId=R&previous=0', 'error-param-required'],
    ['an empty moment', 'roomId=R&lastUpdate=', 'error-param-required'],
    ['C58: both directions', 'roomId=R&type=UPDATED&next=1&previous=2', 'error-cursor-conflict'],
    ['C59: a moment and `next`', 'roomId=R&lastUpdate=2026&next=1', 'error-cursor-and-lastUpdate-conflict'],
    ['a moment and `previous`', 'roomId=R&lastUpdate=2026&previous=1', 'error-cursor-and-lastUpdate-conflict'],
    ['the room before the conflicts', 'roomId=x&type=UPDATED&next=1&previous=2', 'error-not-allowed'],
    ['the moment before the room', 'roomId=x&lastUpdate=soon', 'error-lastUpdate-param-invalid'],
  ])('%s', async (_name, query, errorType) => {
    const { ask, room } = await openRoom();
    const { status, body } = await ask(query.replaceAll('=R', `=${room._id}`));
    expect(status).toBe(400);
    expect(body).toMatchObject({ success: false, errorType, error: expect.stringContaining(`[${errorType}]`) });
  });
});
