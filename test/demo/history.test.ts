import { describe, expect, it } from 'vitest';
import { openDemo, roomOf, texts } from './support.ts';

const NINE = '2026-03-02T09:0';

/** Bounds, then the texts that come back of lines 0 to 4, a minute apart from 9:00. */
const RANGES: readonly (readonly [query: string, lines: readonly number[]])[] = [
  ['', [4, 3, 2, 1, 0]],
  [`&latest=${NINE}3:00.000Z`, [2, 1, 0]],
  [`&latest=${NINE}3:00.000Z&inclusive=true`, [3, 2, 1, 0]],
  [`&oldest=${NINE}1:00.000Z`, [4, 3, 2]],
  [`&oldest=${NINE}1:00.000Z&inclusive=true`, [4, 3, 2, 1]],
  [`&oldest=${NINE}1:00.000Z&latest=${NINE}3:00.000Z`, [2]],
  [`&oldest=${NINE}1:00.000Z&latest=${NINE}3:00.000Z&inclusive=true`, [3, 2, 1]],
  [`&oldest=${NINE}3:00.000Z&latest=${NINE}1:00.000Z`, []],
  ['&latest=2999-01-01', [4, 3, 2, 1, 0]],
  ['&oldest=2026-03-02', [4, 3, 2, 1, 0]],
  ['&count=2&offset=1', [3, 2]],
  ['&sort={"ts":1}&count=1', [4]],
  ['&sort=nonsense&count=1', [4]],
  ['&latest=notadate', []],
  ['&oldest=notadate', [4, 3, 2, 1, 0]],
  ['&latest=1777000000000', []],
  ['&oldest=notadate&latest=1970-01-01', []],
];

describe('dm.history', () => {
  it.each(RANGES)('with "%s" has the lines %j', async (query, lines) => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 5);
    const { status, body } = await get(`dm.history?roomId=${room._id}${query}`);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['messages', 'success']);
    expect(texts(body)).toEqual(lines.map((line) => `line ${line}`));
  });

  it('dm.history omits thread replies unless requested', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 1);
    const base = { roomId: room._id, userId: world.member.id, tmid: world.messagesOf(room._id)[0]?._id };
    world.post({ ...base, text: 'inside' });
    world.post({ ...base, text: 'shown', tshow: true });
    const path = `dm.history?roomId=${room._id}&showThreadMessages=`;
    expect(texts((await get(`${path}false`)).body)).toEqual(['shown', 'line 0']);
    expect(texts((await get(`${path}true`)).body)).toEqual(['shown', 'inside', 'line 0']);
  });

  it('dm.history hides system messages by the room’s setting, else the workspace’s', async () => {
    const { get, world } = await openDemo({ hideSystemMessages: ['uj', 'mute_unmute'] });
    const room = roomOf(world);
    const types = ['uj', 'user-muted', 'user-unmuted', 'ul', 'rm'];
    for (const t of types) world.post({ roomId: room._id, userId: world.member.id, text: t, t });
    const path = `dm.history?roomId=${room._id}`;
    expect(texts((await get(path)).body)).toEqual(['rm', 'ul']);
    room.sysMes = ['ul'];
    expect(texts((await get(path)).body)).toEqual(['rm', 'user-unmuted', 'user-muted', 'uj']);
    room.sysMes = [];
    expect(texts((await get(path)).body)).toHaveLength(5);
  });

  it('dm.history never returns hidden rows', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 1);
    world.post({ roomId: room._id, userId: world.member.id, text: 'copy', _hidden: true });
    expect(texts((await get(`dm.history?roomId=${room._id}`)).body)).toEqual(['line 0']);
  });
});

describe('unreads of dm.history', () => {
  it('unreads counts messages strictly between `oldest` and the page', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 5);
    const path = `dm.history?roomId=${room._id}&unreads=true`;
    const { body } = await get(`${path}&oldest=${NINE}0:00.000Z&count=2`);
    expect(texts(body)).toEqual(['line 4', 'line 3']);
    expect(body).toMatchObject({ unreadNotLoaded: 2, firstUnread: { msg: 'line 1' } });
    expect(body['success']).toBe(true);
  });

  it.each(['', '&oldest=notadate', '&oldest=2026-03-02T09:04:00.000Z', '&oldest=2026-03-02T09:02:00.000Z'])(
    'is zero and names no message with "%s"',
    async (query) => {
      const { get, world } = await openDemo();
      const room = roomOf(world, 5);
      const { body } = await get(`dm.history?roomId=${room._id}&unreads=true&count=2${query}`);
      expect(body['unreadNotLoaded']).toBe(0);
      expect(body).not.toHaveProperty('firstUnread');
    },
  );

  it('unreads ignores what the caller has read', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 5);
    world.read(room._id, world.member.id);
    const { body } = await get(`dm.history?roomId=${room._id}&unreads=true&count=1&oldest=2026-03-01`);
    expect(body).toMatchObject({ unreadNotLoaded: 4, firstUnread: { msg: 'line 0' } });
  });
});
