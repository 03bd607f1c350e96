import { describe, expect, it } from 'vitest';
import { colleague, openDemo, roomOf } from './support.ts';

const FORBIDDEN = { status: 403, body: { success: false, error: 'unauthorized' } };

describe('im.counters', () => {
  it('im.counters counts for a member who has read the room', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 3);
    world.read(room._id, world.member.id, '2026-03-02T09:05:00.000Z');
    const { body } = await get(`im.counters?roomId=${room._id}`);
    expect(JSON.stringify(body)).toBe(
      JSON.stringify({
        joined: true,
        members: 2,
        unreads: 0,
        unreadsFrom: '2026-03-02T09:05:00.000Z',
        msgs: 3,
        latest: '2026-03-02T09:02:00.000Z',
        userMentions: 0,
        success: true,
      }),
    );
  });

  it('im.counters has unreads but no unreadsFrom for a member who never opened the room', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 1);
    const { body } = await get(`im.counters?roomId=${room._id}`, colleague(world));
    expect(body).toMatchObject({ joined: true, members: 2, unreads: 1, unreadsFrom: null, msgs: 1, userMentions: 0 });
  });

  it('im.counters counts only active members', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world);
    colleague(world).active = false;
    expect((await get(`im.counters?roomId=${room._id}`)).body['members']).toBe(1);
  });

  it('in an empty room `latest` is the room’s last change, and unreadsFrom is null even if it was opened', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world);
    world.read(room._id, world.member.id);
    const { body } = await get(`im.counters?roomId=${room._id}`);
    expect(body).toMatchObject({ unreads: 0, unreadsFrom: null, msgs: 0, latest: room._updatedAt });
  });

  it('a missing unread count is null, and missing mentions are omitted', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 2);
    const subscription = world.subscription(room._id, world.member.id);
    delete subscription?.unread;
    delete subscription?.userMentions;
    const { body } = await get(`im.counters?roomId=${room._id}`);
    expect(body['unreads']).toBeNull();
    expect(body).not.toHaveProperty('userMentions');
  });

  it.each(['R7', 'R8'] as const)('is forbidden in rooms of others and in unknown ones (%s)', async (dialect) => {
    const { get, world } = await openDemo({ dialect });
    const foreign = world.createRoom({ userIds: [colleague(world, 0).id, colleague(world, 1).id] });
    for (const roomId of [foreign._id, 'nothing', colleague(world).username]) {
      for (const account of [world.member, world.admin]) {
        expect(await get(`im.counters?roomId=${roomId}`, account)).toMatchObject(FORBIDDEN);
      }
    }
  });

  it('an administrator gets the counters of a named member', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 2);
    const path = `im.counters?roomId=${room._id}&userId=`;
    expect((await get(path + colleague(world).id, world.admin)).body).toMatchObject({ joined: true, unreads: 1 });
    expect(await get(path + colleague(world, 1).id, world.admin)).toMatchObject(FORBIDDEN);
    expect(await get(`${path}nobody`, world.admin)).toMatchObject(FORBIDDEN);
    expect(await get(path + colleague(world).id, world.member)).toMatchObject(FORBIDDEN);
  });

  it('im.counters rejects a channel', async () => {
    const { get, world } = await openDemo();
    const room = world.createRoom({ userIds: [world.member.id], t: 'c', name: 'general' });
    const { status, body } = await get(`im.counters?roomId=${room._id}`);
    expect({ status, body }).toEqual({
      status: 400,
      body: { success: false, error: '[invalid-channel]', errorType: 'invalid-channel' },
    });
  });
});
