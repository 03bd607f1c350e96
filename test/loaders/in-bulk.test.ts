import { afterEach, describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import type { GatewayError } from '../../src/errors.ts';
import type { Loaders } from '../../src/loaders/index.ts';
import { startLoaders, type LoaderRig } from '../support/request-loaders.ts';

const { busyRoomId, groupRoomId, selfRoomId, shapesRoomId, foreignRoomId, users } = landmarks;
const rooms = [busyRoomId, groupRoomId, selfRoomId, shapesRoomId];
const refused = { status: 403, body: { success: false, error: 'no', errorType: 'unauthorized' } };
const tooLarge = { body: 'x'.repeat(9 * 1024 * 1024) };
const missing = { status: 404, body: { success: false } };
const down = { status: 500, body: { success: false } };

let rig: LoaderRig;
afterEach(() => rig.close());

/** What became of each key: its value's id, or the code of its error. */
const outcomes = async (promises: readonly Promise<unknown>[]): Promise<unknown[]> =>
  (await Promise.allSettled(promises)).map((result) =>
    result.status === 'fulfilled'
      ? ((result.value as { _id?: string } | null)?._id ?? 'read')
      : (result.reason as GatewayError).code,
  );
const records = (loaders: Loaders, ids = rooms) => outcomes(ids.map((id) => loaders.rooms.load(id)));
const counters = (loaders: Loaders, ids = rooms) =>
  outcomes(
    ids.map((roomId) => loaders.counters.load({ roomId, userId: undefined, isSingle: false, record: undefined })),
  );
const bulk = { records: 'bulk', counters: { listed: 'bulk', byId: 'bulk' } } as const;
const times = (count: number, endpoint: string) => Array.from({ length: count }, () => endpoint);

describe('Records of several rooms', () => {
  it('are read singly, or from one list, as the cost has chosen', async () => {
    rig = await startLoaders();
    expect(await records(rig.request().loaders)).toEqual(rooms);
    expect(rig.endpoints()).toEqual(times(4, 'rooms.info'));
    expect(await records(rig.request({ ways: bulk }).loaders)).toEqual(rooms);
    expect(rig.endpoints()).toEqual(['rooms.get']);
  });

  it('are NOT_FOUND if the list lacks them', async () => {
    rig = await startLoaders();
    expect(await records(rig.request({ ways: bulk }).loaders, [busyRoomId, 'nothing', foreignRoomId])).toEqual([
      busyRoomId,
      'NOT_FOUND',
      'NOT_FOUND',
    ]);
    expect(rig.endpoints()).toEqual(['rooms.get']);
  });

  it.each([
    ['refuses', refused, 'FORBIDDEN'],
    ['cannot send whole', tooLarge, 'UPSTREAM_BAD_RESPONSE'],
    ['does not have', missing, 'UPSTREAM_BAD_RESPONSE'],
  ])(
    'are read singly with the spare calls, if there are any, when the workspace %s the list',
    async (_what, fault, code) => {
      for (const [spareCalls, found] of [
        [0, 0],
        [2, 2],
        [9, 4],
      ] as const) {
        rig = await startLoaders();
        rig.demo.fail('rooms.get', fault);
        const context = rig.request({ ways: bulk, calls: 1, spareCalls });
        expect(await records(context.loaders)).toEqual(rooms.map((id, index) => (index < found ? id : code)));
        expect(rig.endpoints()).toEqual(['rooms.get', ...times(found, 'rooms.info')]);
        if (found < 4) await rig.close();
      }
    },
  );

  it('are not read singly when the workspace is down', async () => {
    rig = await startLoaders();
    rig.demo.fail('rooms.get', down);
    const context = rig.request({ ways: bulk, spareCalls: 20 });
    expect(await records(context.loaders)).toEqual(times(4, 'UPSTREAM_UNAVAILABLE'));
    expect(rig.endpoints()).toEqual(['rooms.get']);
  });

  it.each([
    ['refuses', refused, false],
    ['cannot send whole', tooLarge, false],
    ['does not have', missing, false],
    ['cannot serve for a moment', down, true],
  ])('a list that the workspace %s is remembered if that will not pass by itself', async (_what, fault, isServed) => {
    rig = await startLoaders();
    await rig.request().loaders.me();
    rig.demo.fail('rooms.get', fault);
    const context = rig.request({ ways: bulk, spareCalls: 20 });
    await records(context.loaders);
    await new Promise((resolve) => setImmediate(resolve));
    expect(rig.request().knowledge.lists).toEqual({ rooms: isServed, memberships: true });
  });
});

describe('Records of several rooms in a rate-limit window', () => {
  const limited = async (calls: number) => {
    rig = await startLoaders({ rateLimit: { calls, ms: 60_000 } });
    await rig.request().loaders.roomInfos.load(busyRoomId);
    rig.endpoints();
    return rig.request().loaders;
  };

  it('come from the list if only it has room in its window', async () => {
    const loaders = await limited(3);
    expect(await records(loaders)).toEqual(rooms);
    expect(rig.endpoints()).toEqual(['rooms.get']);
  });

  it('are read singly while their window has room', async () => {
    const loaders = await limited(9);
    expect(await records(loaders)).toEqual(rooms);
    expect(rig.endpoints()).toEqual(times(4, 'rooms.info'));
  });

  it('one room is read singly, and waits or fails by itself', async () => {
    const loaders = await limited(1);
    expect(await records(loaders, [groupRoomId])).toEqual(['RATE_LIMITED']);
    expect(rig.endpoints()).toEqual([]);
  });

  it('are read singly for the call of a list that was not sent, once in a request', async () => {
    rig = await startLoaders({ rateLimit: { calls: 1, ms: 60_000 } });
    await records(rig.request({ ways: bulk }).loaders);
    rig.endpoints();
    const { loaders } = rig.request({ ways: bulk, spareCalls: 9 });
    expect(await records(loaders)).toEqual([busyRoomId, 'RATE_LIMITED', 'RATE_LIMITED', 'RATE_LIMITED']);
    expect(await records(loaders, [foreignRoomId])).toEqual(['RATE_LIMITED']);
    expect(rig.endpoints()).toEqual(['rooms.info']);
  });

  it('are read singly when the list fails that had room in its window, for the calls that are left', async () => {
    const loaders = await limited(3);
    rig.demo.fail('rooms.get', refused);
    expect(await records(loaders)).toEqual([busyRoomId, groupRoomId, 'RATE_LIMITED', 'FORBIDDEN']);
    expect(rig.endpoints()).toEqual(['rooms.get', 'rooms.info', 'rooms.info']);
  });

  it('come from the list that is there already, whatever the windows', async () => {
    const loaders = await limited(9);
    const key = { roomId: busyRoomId, userId: undefined, isSingle: false, record: undefined };
    const context = rig.request({ ways: { counters: bulk.counters } });
    await context.loaders.counters.load(key);
    rig.endpoints();
    expect(await records(context.loaders)).toEqual(rooms);
    expect(rig.endpoints()).toEqual([]);
    expect(loaders).toBeDefined();
  });

  it('do not come from a list that the workspace does not serve this caller', async () => {
    await limited(3);
    rig.demo.fail('rooms.get', refused);
    await records(rig.request({ ways: bulk, spareCalls: 0 }).loaders);
    await new Promise((resolve) => setImmediate(resolve));
    rig.demo.heal();
    rig.endpoints();
    const found = await records(rig.request().loaders);
    expect(rig.endpoints()).toEqual(times(2, 'rooms.info'));
    expect(found.filter((each) => each === 'RATE_LIMITED')).toHaveLength(2);
  });
});

describe('Counters of several rooms', () => {
  it('are read singly, or from the lists, as the cost has chosen', async () => {
    rig = await startLoaders();
    expect(await counters(rig.request().loaders)).toEqual(times(4, 'read'));
    expect(rig.endpoints()).toEqual(times(4, 'im.counters'));
    expect(await counters(rig.request({ ways: bulk }).loaders)).toEqual(times(4, 'read'));
    expect(rig.endpoints()).toEqual(['rooms.get', 'subscriptions.get']);
  });

  it('with a record at hand need the memberships alone', async () => {
    rig = await startLoaders();
    const { loaders } = rig.request({ ways: { counters: { listed: 'bulk', byId: 'single' } } });
    const found = await Promise.all(rooms.map((id) => loaders.roomInfos.load(id)));
    rig.endpoints();
    const read = found.map((record) =>
      loaders.counters.load({ roomId: record._id, userId: undefined, isSingle: false, record }),
    );
    expect(await outcomes(read)).toEqual(times(4, 'read'));
    expect(rig.endpoints()).toEqual(['subscriptions.get']);
  });

  it.each(['subscriptions.get', 'rooms.get'] as const)(
    'are read singly with the spare calls without %s',
    async (list) => {
      rig = await startLoaders();
      rig.demo.fail(list, refused);
      const { loaders } = rig.request({ ways: bulk, calls: 2, spareCalls: 3 });
      expect(await counters(loaders)).toEqual(['read', 'read', 'read', 'FORBIDDEN']);
      expect(rig.endpoints()).toEqual([...times(3, 'im.counters'), 'rooms.get', 'subscriptions.get']);
    },
  );

  it('are not read from two lists where one has no room in its window', async () => {
    rig = await startLoaders({ rateLimit: { calls: 2, ms: 60_000 } });
    const inBulk = { ways: { records: 'bulk' } } as const;
    for (let time = 0; time < 2; time += 1) await records(rig.request(inBulk).loaders);
    await counters(rig.request().loaders, [busyRoomId]);
    rig.endpoints();
    expect(await counters(rig.request().loaders)).toEqual(['read', ...times(3, 'RATE_LIMITED')]);
    expect(rig.endpoints()).toEqual(['im.counters']);
  });

  it('of another user, or with the number of members, take a call each', async () => {
    rig = await startLoaders();
    const { loaders } = rig.request({ ways: bulk, as: rig.demo.world.admin });
    const keys = [
      { roomId: foreignRoomId, userId: users.busy, isSingle: false, record: undefined },
      { roomId: landmarks.adminRoomId, userId: undefined, isSingle: true, record: undefined },
      { roomId: landmarks.adminRoomId, userId: undefined, isSingle: false, record: undefined },
    ];
    expect(await outcomes(keys.map((key) => loaders.counters.load(key)))).toEqual(times(3, 'read'));
    expect(rig.endpoints()).toEqual(times(2, 'im.counters'));
  });

  it('of a room that the caller is not in are FORBIDDEN, and of a channel NOT_FOUND', async () => {
    rig = await startLoaders();
    const { loaders } = rig.request({ ways: bulk });
    expect(await counters(loaders, [foreignRoomId, landmarks.channelId, busyRoomId])).toEqual([
      'FORBIDDEN',
      'NOT_FOUND',
      'read',
    ]);
  });
});
