import { describe, expect, it } from 'vitest';
import { openDemo, roomOf } from './support.ts';

/** `count` and `offset` as sent, then the rows and the offset that come back, of 130 messages. */
const CASES: readonly (readonly [query: string, rows: number, offset: number])[] = [
  ['', 50, 0],
  ['&count=7', 7, 0],
  ['&count=100', 100, 0],
  ['&count=101', 100, 0],
  ['&count=1e2', 100, 0],
  ['&count=0', 130, 0],
  ['&count=0&offset=100', 30, 100],
  ['&count=1.5', 1, 0],
  ['&count=-5', 5, 0],
  ['&offset=120', 10, 120],
  ['&offset=130', 0, 130],
  ['&offset=1000', 0, 1000],
];

describe('count and offset', () => {
  it.each(CASES)('dm.messages with "%s" has %i rows from %i on', async (query, rows, offset) => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 130);
    const { status, body } = await get(`dm.messages?roomId=${room._id}${query}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ count: rows, offset, total: 130 });
    expect(body['messages']).toHaveLength(rows);
  });

  it('the driver refuses a negative offset', async () => {
    const { get, world } = await openDemo();
    const room = roomOf(world, 1);
    const { status, body } = await get(`dm.messages?roomId=${room._id}&offset=-1`);
    expect(status).toBe(400);
    expect(body).toEqual({ success: false, error: "BSON field 'skip' value must be >= 0, actual value '-1'" });
  });

  it('nothing is unlimited where the workspace forbids it', async () => {
    const { get, world } = await openDemo({ allowInfinite: false, defaultCount: 12 });
    const room = roomOf(world, 20);
    expect((await get(`dm.messages?roomId=${room._id}&count=0`)).body['count']).toBe(12);
    expect((await get(`dm.history?roomId=${room._id}&count=0`)).body['messages']).toHaveLength(12);
  });

  it('the workspace’s upper limit can be changed while it runs', async () => {
    const demo = await openDemo();
    const room = roomOf(demo.world, 20);
    demo.configure({ upperCount: 15 });
    expect((await demo.get(`dm.messages?roomId=${room._id}&count=20`)).body['count']).toBe(15);
  });

  it('dm.list.everyone reads numbers as text: an empty count is unlimited, 1e2 is 1', async () => {
    const { get, world } = await openDemo();
    for (let index = 0; index < 60; index += 1) roomOf(world);
    const count = async (query: string) => (await get(`dm.list.everyone?${query}`, world.admin)).body['count'];
    expect(await count('')).toBe(50);
    expect(await count('count=')).toBe(60);
    expect(await count('count=1e2')).toBe(1);
    expect((await get('dm.list.everyone?count=abc', world.admin)).status).toBe(400);
  });
});
