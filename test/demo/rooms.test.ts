import { describe, expect, it } from 'vitest';
import { colleague, encode, openDemo, roomOf } from './support.ts';

describe('rooms by user', () => {
  it('a room with a user is found by id, username and @username, also as roomId', async () => {
    const { get, world } = await openDemo();
    const friend = colleague(world);
    const room = roomOf(world, 1);
    world.createRoom({ userIds: [world.member.id, friend.id, colleague(world, 1).id] });
    for (const query of ['username=', 'username=@', 'roomId=', 'roomId=@']) {
      expect((await get(`dm.messages?${query}${friend.username}`)).body).toMatchObject({
        messages: [{ rid: room._id }],
      });
    }
    expect((await get(`dm.messages?roomId=${friend.id}`)).body['total']).toBe(1);
    expect((await get(`dm.messages?username=${room._id}`)).body['total']).toBe(1);
    expect(world.rooms.size).toBe(2);
  });

  it('a GET creates a missing room', async () => {
    const { get, world } = await openDemo();
    const friend = colleague(world);
    const { status, body } = await get(`dm.messages?username=${friend.username}`);
    expect({ status, body }).toEqual({
      status: 200,
      body: { messages: [], count: 0, offset: 0, total: 0, success: true },
    });
    const [room] = world.rooms.values();
    expect(room).toMatchObject({ t: 'd', msgs: 0, usersCount: 2, uids: [world.member.id, friend.id].toSorted() });
    expect(room?._id).toHaveLength(17);
    expect(world.subscription(room?._id ?? '', friend.id)).toMatchObject({ name: world.member.username, unread: 0 });
    await get(`dm.history?roomId=${friend.username}`);
    expect(world.rooms.size).toBe(1);
  });

  it('the R7 dialect concatenates both user ids to the room’s id', async () => {
    const { get, world } = await openDemo({ dialect: 'R7' });
    const friend = colleague(world);
    await get(`dm.history?roomId=${friend.id}`);
    expect([...world.rooms.keys()]).toEqual([[world.member.id, friend.id].toSorted().join('')]);
  });

  it('the caller’s own username creates notes to self', async () => {
    const { get, world } = await openDemo();
    expect((await get(`dm.messages?username=${world.member.username}`)).status).toBe(200);
    const [room] = world.rooms.values();
    expect(room).toMatchObject({ uids: [world.member.id], usernames: [world.member.username] });
  });

  it('no room is created without the permission', async () => {
    const { get, world } = await openDemo();
    world.member.roles = ['guest'];
    const { status, body } = await get(`dm.messages?username=${colleague(world).username}`);
    expect({ status, body }).toEqual({
      status: 400,
      body: {
        success: false,
        error: 'Not allowed [error-not-allowed]',
        errorType: 'error-not-allowed',
        details: { method: 'createDirectMessage' },
      },
    });
    expect(world.rooms.size).toBe(0);
  });

  it('im.counters never creates a room: it checks access first', async () => {
    const { get, world } = await openDemo();
    expect((await get(`im.counters?roomId=${colleague(world).username}`)).status).toBe(403);
    expect(world.rooms.size).toBe(0);
  });
});

describe('lists of rooms', () => {
  it('dm.list.everyone needs the permission', async () => {
    const { get } = await openDemo();
    const { status, headers, body } = await get('im.list.everyone');
    expect(status).toBe(403);
    expect(headers.get('content-type')).toBe('application/json');
    expect(body).toEqual({
      success: false,
      error: 'User does not have the permissions required for this action [error-unauthorized]',
    });
  });

  it('dm.list.everyone has all direct messages and no channel', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 1);
    world.createRoom({ userIds: [world.member.id], t: 'c', name: 'general' });
    const { body } = await get('dm.list.everyone', world.admin);
    expect(Object.keys(body)).toEqual(['ims', 'offset', 'count', 'total', 'success']);
    expect(body).toMatchObject({
      offset: 0,
      count: 1,
      total: 1,
      ims: [{ _id: room._id, t: 'd', msgs: 1, ro: false, sysMes: true }],
    });
    const [shown] = body['ims'] as object[];
    for (const field of ['usernames', 'lm', 'ts', '_updatedAt', 'lastMessage']) expect(shown).toHaveProperty(field);
  });

  it('room lists omit secrets and other users’ stars', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 1);
    Object.assign(room, { joinCode: 'x', members: [], importIds: [], e2e: {} });
    world.star(room.lastMessage?._id ?? '', world.member.id);
    const [shown] = (await get('dm.list.everyone', world.admin)).body['ims'] as Record<string, unknown>[];
    for (const field of ['joinCode', 'members', 'importIds', 'e2e']) expect(shown).not.toHaveProperty(field);
    expect(shown).toMatchObject({ lastMessage: { starred: [] } });
  });

  it('rooms without the sort field sort lowest', async () => {
    const { get, world } = await openDemo();
    const empty = roomOf(world);
    const full = roomOf(world, 1);
    const ids = async (direction: number) => {
      const { body } = await get(`dm.list.everyone?sort=${encode({ lm: direction })}`, world.admin);
      return (body['ims'] as { _id: string }[]).map((room) => room._id);
    };
    expect(await ids(1)).toEqual([empty._id, full._id]);
    expect(await ids(-1)).toEqual([full._id, empty._id]);
  });

  it('im.list has the caller’s own rooms', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 1);
    world.createRoom({ userIds: [colleague(world, 0).id, colleague(world, 1).id] });
    const { body } = await get('im.list');
    expect(body).toMatchObject({ count: 1, total: 1, ims: [{ _id: room._id, lastMessage: { msg: 'line 0' } }] });
  });

  it('rooms.get has the caller’s rooms of every type, without internal copies, and every deleted room', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 1);
    const foreign = world.createRoom({ userIds: [colleague(world, 0).id, colleague(world, 1).id] });
    world.createRoom({ userIds: [world.member.id], t: 'c', name: 'general' });
    world.removeRoom(foreign._id);
    const all = (await get('rooms.get')).body;
    expect(Object.keys(all)).toEqual(['update', 'remove', 'success']);
    expect((all['update'] as { t: string }[]).map(({ t }) => t)).toEqual(['d', 'c']);
    expect(all['remove']).toEqual([]);
    const [own] = all['update'] as object[];
    expect(own).toHaveProperty('uids', room.uids);
    expect(own).not.toHaveProperty('_USERNAMES');
    const since = (await get(`rooms.get?updatedSince=${world.now.slice(0, 10)}`)).body;
    expect(since['remove']).toMatchObject([{ _id: foreign._id }]);
    expect((await get('rooms.get?updatedSince=2999-01-01')).body).toMatchObject({ update: [], remove: [] });
    expect((await get('rooms.get?updatedSince=nodate')).body['errorType']).toBe('error-updatedSince-param-invalid');
  });

  it('rooms.info tells missing, unknown and foreign rooms apart', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 1);
    expect((await get(`rooms.info?roomId=${room._id}`)).body).toMatchObject({
      room: { _id: room._id, lastMessage: {} },
    });
    expect((await get('rooms.info')).body['errorType']).toBe('error-roomid-param-not-provided');
    expect((await get('rooms.info?roomId=x')).body['error']).toBe(
      'The required "roomId" or "roomName" param provided does not match any channel [error-room-not-found]',
    );
    expect((await get(`rooms.info?roomId=${room._id}`, world.admin)).body).toEqual({
      success: false,
      error: 'not-allowed',
      errorType: 'Not Allowed',
    });
  });
});

describe('members and subscriptions', () => {
  it('im.members lists active members, by roomId as by username', async () => {
    const { get, world } = await openDemo();
    const friend = colleague(world);
    const room = roomOf(world);
    for (const query of [`roomId=${room._id}`, `username=${friend.username}`]) {
      const { body } = await get(`im.members?${query}`);
      expect(Object.keys(body)).toEqual(['members', 'count', 'offset', 'total', 'success']);
      expect(body).toMatchObject({ count: 2, offset: 0, total: 2 });
    }
    const { id, username, name, status, statusText, utcOffset } = friend;
    const subscription = { _id: world.subscription(room._id, id)?._id, ts: room.ts };
    const { body } = await get(`im.members?roomId=${room._id}&filter=${username}`);
    expect(body['members']).toEqual([{ _id: id, username, name, status, statusText, utcOffset, subscription }]);
    friend.active = false;
    expect((await get(`im.members?roomId=${room._id}`)).body['total']).toBe(1);
  });

  it('im.members filters by presence', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world);
    colleague(world).status = 'away';
    world.member.status = 'online';
    const path = `im.members?roomId=${room._id}&status`;
    expect((await get(`${path}[]=online`)).body).toMatchObject({
      count: 1,
      total: 1,
      members: [{ _id: world.member.id }],
    });
    expect((await get(`${path}=away`)).body).toMatchObject({ count: 1, total: 1 });
    expect((await get(`${path}[]=away&status[]=online`)).body).toMatchObject({ total: 2 });
  });

  it('subscriptions.get has all of the caller’s memberships with their unread counts', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 4);
    const { body } = await get('subscriptions.get');
    expect(Object.keys(body)).toEqual(['update', 'remove', 'success']);
    expect(body).toMatchObject({ update: [{ rid: room._id, unread: 2, t: 'd' }], remove: [] });
    expect((await get('subscriptions.get?updatedSince=2999-01-01')).body['update']).toEqual([]);
    expect((await get('subscriptions.get?updatedSince=nodate')).body).toEqual({
      success: false,
      error: 'The "lastUpdate" query parameter must be a valid date. [error-roomId-param-invalid]',
      errorType: 'error-roomId-param-invalid',
    });
  });

  it('subscriptions.getOne is null outside the caller’s rooms', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world);
    expect((await get(`subscriptions.getOne?roomId=${room._id}`)).body).toMatchObject({
      subscription: { fname: colleague(world).name },
    });
    expect((await get('subscriptions.getOne?roomId=x')).body).toEqual({ subscription: null, success: true });
  });
});
