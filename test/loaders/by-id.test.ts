import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import type { GatewayError } from '../../src/errors.ts';
import { startLoaders, type LoaderRig } from '../support/request-loaders.ts';

const { busyRoomId, groupRoomId, shapesRoomId, foreignRoomId, channelId, users, messages } = landmarks;
const down = { status: 500, body: { success: false } };

let rig: LoaderRig;
beforeEach(async () => {
  rig = await startLoaders();
});
afterEach(() => rig.close());

/** What became of each: its id, null, or the code of its error. */
const outcomes = async (promises: readonly Promise<unknown>[]): Promise<unknown[]> =>
  (await Promise.allSettled(promises)).map((result) => {
    if (result.status === 'rejected') return (result.reason as GatewayError).code;
    return result.value === null ? null : ((result.value as { _id?: string })._id ?? 'read');
  });

const page = (roomId: string) => ({ roomId, offset: 0, count: 2, sort: { ts: -1, _id: -1 }, reading: 0 }) as const;

describe('A room id from a client', () => {
  it('is looked up once, before a call that could create a room for it', async () => {
    const { loaders } = rig.request();
    const pages = [loaders.messagePages.load(page(groupRoomId)), loaders.members.load(groupRoomId)];
    expect(await outcomes(pages)).toEqual(['read', 'read']);
    expect(rig.endpoints()).toEqual(['dm.messages', 'im.members', 'rooms.info']);
  });

  it('is not looked up again once the workspace has named the room to the caller', async () => {
    await rig.request().loaders.roomPages.own.load({ offset: 0, count: 100, sort: { lm: -1 }, reading: 0 });
    rig.endpoints();
    await rig.request().loaders.members.load(groupRoomId);
    expect(rig.endpoints()).toEqual(['im.members']);
    const admin = rig.demo.world.admin;
    await outcomes([rig.request({ as: admin }).loaders.members.load(groupRoomId)]);
    expect(rig.endpoints()).toContain('rooms.info');
  });

  it('of a user or of nothing is NOT_FOUND; of other people’s room FORBIDDEN, as the workspace says', async () => {
    const { loaders } = rig.request();
    const pages = [users.stranger, 'nothing', foreignRoomId].map((roomId) => loaders.messagePages.load(page(roomId)));
    expect(await outcomes(pages)).toEqual(['NOT_FOUND', 'NOT_FOUND', 'FORBIDDEN']);
    expect(rig.endpoints()).toEqual(['dm.messages', ...Array.from({ length: 3 }, () => 'rooms.info')]);
  });

  it('that cannot be looked up is not used', async () => {
    rig.demo.fail('rooms.info', down);
    expect(await outcomes([rig.request().loaders.members.load(groupRoomId)])).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(rig.endpoints()).toEqual(['rooms.info']);
  });
});

describe('A message by id', () => {
  const inChannel = () =>
    rig.demo.world.post({ roomId: channelId, userId: users.busy, text: 'in a channel', id: 'channelMessage' });

  it('is null if there is none, and NOT_FOUND in a channel', async () => {
    inChannel();
    const { loaders } = rig.request();
    const found = [messages.plain, 'nothing', 'channelMessage'].map((id) => loaders.messages.load(id));
    expect(await outcomes(found)).toEqual([messages.plain, null, 'NOT_FOUND']);
  });

  it('is shown if its room cannot be looked up: the workspace lets the caller see it', async () => {
    rig.demo.fail('rooms.info', down);
    expect(await outcomes([rig.request().loaders.messages.load(messages.plain)])).toEqual([messages.plain]);
  });

  it('that a page has shown takes no call, neither as the root of a thread', async () => {
    const { loaders } = rig.request();
    const { rows } = await loaders.messagePages.load({ ...page(shapesRoomId), count: 100 });
    rig.endpoints();
    const root = { messageId: messages.threadRoot, roomId: shapesRoomId };
    expect(await outcomes([loaders.threadRoots.load(root), loaders.messages.load(messages.plain)])).toEqual([
      messages.threadRoot,
      messages.plain,
    ]);
    expect(rows.length).toBeGreaterThan(20);
    expect(rig.endpoints()).toEqual([]);
  });

  it('is no root of a thread in another room, nor if it is gone', async () => {
    const { loaders } = rig.request();
    const roots = [
      { messageId: messages.threadRoot, roomId: busyRoomId },
      { messageId: 'nothing', roomId: shapesRoomId },
    ];
    expect(await outcomes(roots.map((root) => loaders.threadRoots.load(root)))).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  });
});

describe('An object by id alone', () => {
  it.each<[id: string, type: string | undefined, found: string | null, calls: string[]]>([
    [shapesRoomId, undefined, 'DirectMessage', ['subscriptions.get']],
    [messages.plain, undefined, 'Message', ['chat.getMessage', 'subscriptions.get']],
    [users.busy, undefined, 'User', ['chat.getMessage', 'subscriptions.get', 'users.info']],
    ['nothing', undefined, null, ['chat.getMessage', 'subscriptions.get', 'users.info']],
    [channelId, undefined, null, ['chat.getMessage', 'subscriptions.get', 'users.info']],
    [shapesRoomId, 'DirectMessage', 'DirectMessage', ['rooms.info']],
    ['nothing', 'DirectMessage', null, ['rooms.info']],
    [messages.plain, 'Message', 'Message', ['chat.getMessage', 'rooms.info']],
    [users.busy, 'Message', null, ['chat.getMessage']],
    [users.busy, 'User', 'User', ['users.info']],
    [messages.plain, 'User', null, ['users.info']],
  ])('%s as %s is a %s', async (id, type, found, calls) => {
    const node = await rig.request().loaders.nodes.load({ id, type });
    expect(node?.__typename ?? null).toBe(found);
    expect(node?._id).toBe(found === null ? undefined : id);
    expect(rig.endpoints()).toEqual(calls);
  });

  it('is none if other people’s message has that id', async () => {
    rig.demo.world.post({ roomId: foreignRoomId, userId: users.busy, text: 'secret', id: 'foreign' });
    for (const type of [undefined, 'Message']) {
      expect(await rig.request().loaders.nodes.load({ id: 'foreign', type })).toBeNull();
    }
  });

  it('is none if a message of a channel has that id', async () => {
    const { world } = rig.demo;
    world.post({ roomId: channelId, userId: users.busy, text: 'in a channel', id: 'channelMessage' });
    expect(world.subscription(channelId, users.member)?.t).toBe('c');
    expect(await rig.request().loaders.nodes.load({ id: 'channelMessage', type: undefined })).toBeNull();
  });

  it('is looked for by type and without, each for itself', async () => {
    const { nodes } = rig.request().loaders;
    const found = [undefined, 'User', 'Message'].map((type) => nodes.load({ id: messages.plain, type }));
    expect(await outcomes(found)).toEqual([messages.plain, null, messages.plain]);
  });

  it.each(['subscriptions.get', 'chat.getMessage', 'users.info'])('fails if %s fails', async (endpoint) => {
    rig.demo.fail(endpoint, down);
    expect(await outcomes([rig.request().loaders.nodes.load({ id: users.busy, type: undefined })])).toEqual([
      'UPSTREAM_UNAVAILABLE',
    ]);
  });
});

describe('Users who are met in a room', () => {
  const meet = (context: ReturnType<LoaderRig['request']>, ids: readonly string[]) =>
    outcomes(ids.map((userId) => context.loaders.roomUsers.load({ userId, roomId: groupRoomId })));
  const members = () => rig.demo.world.room(groupRoomId).uids.slice(0, 3);
  const known = async () => {
    await rig.request().loaders.roomInfos.load(groupRoomId);
    rig.endpoints();
  };

  it('cost one call each in single mode, as many as are priced, and then the spare calls', async () => {
    await known();
    const ids = members();
    const priced = { ways: { users: { mode: 'single', priced: 1 } } } as const;
    expect(await meet(rig.request({ ...priced, spareCalls: 1 }), ids)).toEqual([ids[0], ids[1], 'QUERY_TOO_COMPLEX']);
    expect(rig.endpoints()).toEqual(['users.info', 'users.info']);
  });

  it('are read with all members of the room in bulk mode, and with a spare call if they are none', async () => {
    await known();
    const ids = members();
    const inBulk = { ways: { users: { mode: 'bulk', priced: 9 } } } as const;
    const all = [...ids, users.stranger, users.deleted];
    expect(await meet(rig.request({ ...inBulk, spareCalls: 2 }), all)).toEqual([...ids, users.stranger, null]);
    expect(rig.endpoints()).toEqual(['im.members', 'users.info', 'users.info']);
    expect(await meet(rig.request({ ...inBulk, spareCalls: 1 }), all)).toEqual([
      ...ids,
      users.stranger,
      'QUERY_TOO_COMPLEX',
    ]);
  });

  it('take spare calls if the workspace refuses the list of members, and fail with it if it is down', async () => {
    await known();
    const ids = members();
    const inBulk = { ways: { users: { mode: 'bulk', priced: 9 } }, spareCalls: 9 } as const;
    rig.demo.fail('im.members', { status: 403, body: { success: false, error: 'no', errorType: 'unauthorized' } });
    expect(await meet(rig.request(inBulk), ids)).toEqual(ids);
    rig.demo.heal();
    rig.demo.fail('im.members', down);
    expect(await meet(rig.request(inBulk), ids)).toEqual(ids.map(() => 'UPSTREAM_UNAVAILABLE'));
  });
});
