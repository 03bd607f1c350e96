import { describe, expect, it } from 'vitest';
import { MembershipRooms } from '../../../src/upstream/memory/membership-rooms.ts';
import { RequestUpstream } from '../../../src/upstream/request-upstream.ts';
import { SyncPages } from '../../../src/upstream/memory/sync-pages.ts';
import { Workspace } from '../../../src/upstream/workspace.ts';

describe('What is remembered for syncs', () => {
  it('is that a workspace has no pages, for ten minutes', () => {
    let now = 1000;
    const pages = new SyncPages({ now: () => now });
    expect(pages.areMissing).toBe(false);
    pages.refused();
    now += 599_999;
    expect(pages.areMissing).toBe(true);
    now += 1;
    expect(pages.areMissing).toBe(false);
  });

  it('is the room of a subscription, for its user alone, and of some 50,000', () => {
    const rooms = new MembershipRooms();
    rooms.add('user', 'first', 'room');
    rooms.add('user', 'channel', undefined);
    expect([
      rooms.roomOf('user', 'first') !== null,
      rooms.roomOf('other', 'first') !== null,
      rooms.roomOf('user', 'channel') !== null,
    ]).toEqual([true, false, true]);
    expect([rooms.roomOf('user', 'first'), rooms.roomOf('user', 'channel')]).toEqual(['room', undefined]);
    for (let index = 0; index < 50_000; index += 1) rooms.add('user', `s${index}`, 'room');
    expect([rooms.size, rooms.roomOf('user', 'first') !== null]).toEqual([50_000, false]);
  });

  it('is the room of a subscription seen again, longer than of those seen before that', () => {
    const rooms = new MembershipRooms();
    for (const id of ['first', 'second', 'first']) rooms.add('user', id, 'room');
    for (let index = 2; index <= 50_000; index += 1) rooms.add('user', `s${index}`, 'room');
    expect([rooms.size, rooms.roomOf('user', 'first'), rooms.roomOf('user', 'second')]).toEqual([50_000, 'room', null]);
  });

  it('is nothing of a user whom the workspace has not accepted', async () => {
    const workspace = new Workspace({ url: 'http://127.0.0.1:9', timeoutMs: 1000 });
    const upstream = new RequestUpstream(workspace, { userId: 'user', authToken: 'token' }, Date.now() + 1000);
    upstream.addMembership('subscription', 'room');
    expect([upstream.roomOfMembership('subscription'), workspace.membershipRooms.size]).toEqual([null, 0]);
    await workspace.close();
  });
});
