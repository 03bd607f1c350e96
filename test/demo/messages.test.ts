import { describe, expect, it } from 'vitest';
import { colleague, encode, openDemo, roomOf, texts } from './support.ts';

const INVALID_CHANNEL = {
  status: 400,
  body: { success: false, error: '[invalid-channel]', errorType: 'invalid-channel' },
};

describe('dm.messages', () => {
  it('dm.messages is newest first, with the page’s size and the exact total', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 5);
    const { body } = await get(`dm.messages?roomId=${room._id}&count=2&offset=1`);
    expect(Object.keys(body)).toEqual(['messages', 'count', 'offset', 'total', 'success']);
    expect(texts(body)).toEqual(['line 3', 'line 2']);
    expect(body).toMatchObject({ count: 2, offset: 1, total: 5 });
  });

  it('a message has the fields of Rocket.Chat’s messages', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world);
    const message = world.post({
      roomId: room._id,
      userId: world.member.id,
      text: 'Hi!',
      at: '2026-03-02T09:00:00.000Z',
    });
    const { body } = await get(`dm.messages?roomId=${room._id}`);
    expect(body['messages']).toEqual([
      {
        _id: message._id,
        rid: room._id,
        msg: 'Hi!',
        ts: '2026-03-02T09:00:00.000Z',
        u: { _id: world.member.id, username: world.member.username, name: world.member.name },
        _updatedAt: '2026-03-02T09:00:00.046Z',
        urls: [],
        mentions: [],
        channels: [],
        md: [{ type: 'PARAGRAPH', value: [{ type: 'PLAIN_TEXT', value: 'Hi!' }] }],
      },
    ]);
  });

  it('dm.messages sorts by any stored field, missing values lowest', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 3);
    const [first, second] = world.messagesOf(room._id);
    if (first) world.edit(first._id, 'line 0', '2026-03-02T10:00:00.000Z');
    if (second) delete second._updatedAt;
    const sorted = async (sort: object) =>
      texts((await get(`dm.messages?roomId=${room._id}&sort=${encode(sort)}`)).body);
    expect(await sorted({ ts: 1 })).toEqual(['line 0', 'line 1', 'line 2']);
    expect(await sorted({ _updatedAt: 1 })).toEqual(['line 1', 'line 2', 'line 0']);
    expect(await sorted({ _updatedAt: -1 })).toEqual(['line 0', 'line 2', 'line 1']);
    expect(await sorted({ nothing: 1, ts: -1 })).toEqual(['line 2', 'line 1', 'line 0']);
    const [byName] = await sorted({ 'u.username': -1, ts: 1 });
    expect(byName).toBe(world.member.username > colleague(world).username ? 'line 0' : 'line 1');
  });

  it('dm.messages breaks ties by the next sort key', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world);
    const at = '2026-03-02T09:00:00.000Z';
    for (const id of ['b', 'c', 'a']) world.post({ roomId: room._id, userId: world.member.id, text: id, at, id });
    const { body } = await get(`dm.messages?roomId=${room._id}&sort=${encode({ ts: -1, _id: -1 })}`);
    expect(texts(body)).toEqual(['c', 'b', 'a']);
  });

  it.each(['{', '5', '[1]', '"ts"', '{"ts":2}', '{"ts":"1"}', 'null'])('refuses the sort %s', async (sort) => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 1);
    const { status, body } = await get(`dm.messages?roomId=${room._id}&sort=${encodeURIComponent(sort)}`);
    expect(status).toBe(400);
    expect(body).toEqual({
      success: false,
      error: `Invalid sort parameter provided: "${sort}" [error-invalid-sort]`,
      errorType: 'error-invalid-sort',
      details: { helperMethod: 'parseJsonQuery' },
    });
  });

  it('typed routes reject an empty sort, untyped ones ignore it', async () => {
    const demo = await openDemo();
    const room = roomOf(demo.world, 1);
    const path = `dm.messages?roomId=${room._id}&sort=`;
    expect((await demo.get(path)).body['errorType']).toBe('error-invalid-sort');
    demo.configure({ dialect: 'R7' });
    expect((await demo.get(path)).status).toBe(200);
  });

  it('dm.messages filters by mention, star and pin, with the total of matches', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world);
    const [ann, bob] = [colleague(world, 0), colleague(world, 1)];
    const say = (text: string) => world.post({ roomId: room._id, userId: world.member.id, text });
    say(`@${ann.username} look`);
    const toBob = say(`@${bob.username} look`);
    world.star(toBob._id, ann.id);
    world.star(say('mine')._id, world.member.id);
    world.pin(say('pinned')._id, world.member.id);
    const ask = async (filter: string) => (await get(`dm.messages?roomId=${room._id}&${filter}`)).body;
    expect(await ask(`mentionIds=${ann.id}`)).toMatchObject({
      count: 1,
      total: 1,
      messages: [{ mentions: [{ _id: ann.id }] }],
    });
    expect(await ask(`mentionIds=${ann.id},%20${bob.id}`)).toMatchObject({ count: 2, total: 2 });
    expect(await ask(`mentionIds=${encode([ann.id])}`)).toMatchObject({ total: 0 });
    expect(await ask('mentionIds=')).toMatchObject({ total: 4 });
    expect(texts(await ask(`starredIds=${world.member.id}`))).toEqual(['mine']);
    expect(await ask(`starredIds=${ann.id}`)).toMatchObject({ total: 1, messages: [{ starred: [] }] });
    expect(await ask('pinned=true')).toMatchObject({
      total: 1,
      messages: [{ pinned: true, pinnedBy: { _id: world.member.id } }],
    });
    expect(await ask('pinned=TRUE')).toMatchObject({ total: 1 });
    expect(await ask('pinned=1')).toMatchObject({ total: 4 });
    expect(await ask('pinned=false')).toMatchObject({ total: 4 });
  });

  it('dm.messages returns only the caller’s own stars', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 1);
    const [message] = world.messagesOf(room._id);
    for (const account of [world.member, colleague(world)]) world.star(message?._id ?? '', account.id);
    const { body } = await get(`im.messages?roomId=${room._id}`);
    expect(body).toMatchObject({ messages: [{ starred: [{ _id: world.member.id }] }] });
  });

  it('dm.messages has thread replies, system and deleted messages, but no hidden ones', async () => {
    const { get, world } = await openDemo({ hideSystemMessages: ['uj'] });
    const room = roomOf(world, 1);
    const root = world.messagesOf(room._id)[0]?._id ?? '';
    const base = { roomId: room._id, userId: world.member.id };
    world.post({ ...base, text: 'reply', tmid: root });
    world.post({ ...base, text: 'joined', t: 'uj' });
    world.post({ ...base, text: 'copy', _hidden: true });
    world.remove(world.post({ ...base, text: 'gone' })._id, { showStatus: true });
    const { body } = await get(`dm.messages?roomId=${room._id}`);
    expect(texts(body)).toEqual(['', 'joined', 'reply', 'line 0']);
    expect(body['total']).toBe(4);
  });

  it('names are current if the workspace shows real names', async () => {
    const { get, world } = await openDemo({ useRealName: true });
    const room = roomOf(world);
    const friend = colleague(world);
    const message = world.post({ roomId: room._id, userId: friend.id, text: `@${friend.username} hi` });
    world.react(message._id, world.member.id, ':wave:');
    friend.name = 'New Name';
    const expected = {
      u: { name: 'New Name' },
      mentions: [{ name: 'New Name' }],
      reactions: { ':wave:': { usernames: [world.member.username], names: [world.member.name] } },
    };
    expect((await get(`dm.messages?roomId=${room._id}`)).body).toMatchObject({ messages: [expected] });
    expect((await get('im.list')).body).toMatchObject({ ims: [{ lastMessage: expected }] });
  });

  it('dm.messages is forbidden outside the caller’s rooms, even for administrators', async () => {
    const { get, world } = await openDemo();
    const foreign = world.createRoom({ userIds: [colleague(world, 0).id, colleague(world, 1).id] });
    for (const account of [world.member, world.admin]) {
      for (const endpoint of ['dm.messages', 'dm.history', 'im.members']) {
        expect(await get(`${endpoint}?roomId=${foreign._id}`, account)).toMatchObject({
          status: 403,
          body: { success: false, error: 'unauthorized' },
        });
      }
    }
  });

  it('dm.messages rejects other room types, unknown ids and unknown users', async () => {
    const { get, world } = await openDemo();
    const channel = world.createRoom({ userIds: [world.member.id], t: 'c', name: 'general' });
    for (const query of [`roomId=${channel._id}`, 'roomId=nothing', 'username=nobody']) {
      expect(await get(`dm.messages?${query}`)).toMatchObject(INVALID_CHANNEL);
    }
    expect(await get('dm.history?roomId=nothing')).toMatchObject(INVALID_CHANNEL);
  });
});

describe('im.messages.others', () => {
  it('im.messages.others checks the permission, then the setting', async () => {
    const demo = await openDemo();
    const { get, world } = demo;
    const path = `im.messages.others?roomId=${roomOf(world, 1)._id}`;
    const refused = {
      status: 403,
      body: {
        success: false,
        error: 'User does not have the permissions required for this action [error-unauthorized]',
      },
    };
    expect(await get(path)).toMatchObject(refused);
    expect(await get(path, world.admin)).toMatchObject({ status: 400, body: { errorType: 'error-endpoint-disabled' } });
    demo.configure({ directHistoryEndpoint: true });
    expect(await get(path)).toMatchObject(refused);
    expect(await get(path, world.admin)).toMatchObject({ status: 200, body: { count: 1, offset: 0, total: 1 } });
    expect((await get('im.messages.others', world.admin)).body['errorType']).toBe('error-roomid-param-not-provided');
    expect((await get('im.messages.others?roomId=x', world.admin)).body['error']).toBe(
      'No direct message room found by the id of: x [error-room-not-found]',
    );
  });
});

describe('chat.getMessage', () => {
  it('chat.getMessage returns hidden rows too, and fails without a message for an unknown id', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world);
    const hidden = world.post({ roomId: room._id, userId: world.member.id, text: 'x', _hidden: true });
    expect((await get(`chat.getMessage?msgId=${hidden._id}`)).body).toMatchObject({ message: { _id: hidden._id } });
    const unknown = await get('chat.getMessage?msgId=nothing');
    expect({ status: unknown.status, body: unknown.body }).toEqual({ status: 400, body: { success: false } });
    expect((await get(`chat.getMessage?msgId=${hidden._id}`, world.admin)).body).toMatchObject({
      error: 'Not allowed [error-not-allowed]',
      errorType: 'error-not-allowed',
    });
  });
});
