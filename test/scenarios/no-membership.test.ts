import { describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { type TestGateway, startTestGateway } from '../support/gateway.ts';
import { codesOf } from '../support/scenario.ts';

const { busyRoomId, groupRoomId, selfRoomId, shapesRoomId } = landmarks;

/** The member's part in a room is an invitation, or a ban, in place of a membership. */
function mark({ demo: { world } }: TestGateway, roomId: string, status: string): void {
  Object.assign(world.subscription(roomId, world.member.id) ?? {}, { status });
}

describe.each(['INVITED', 'BANNED'])('L4: a subscription with the status %s is no membership', (status) => {
  const counters = (ids: readonly string[]) =>
    `{ ${ids.map((id, index) => `r${index}: directMessage(id: "${id}") { counters { joined unreadCount } }`).join(' ')} }`;

  it('a membership that is only an invitation or a ban does not count in counters, of one room or several', async () => {
    const gateway = await startTestGateway();
    mark(gateway, busyRoomId, status);
    const one = await gateway.askCounting(counters([busyRoomId]));
    expect([one.data, codesOf(one), one.calls]).toEqual([
      { r0: { counters: null } },
      ['r0.counters: FORBIDDEN'],
      [`im.counters?roomId=${busyRoomId}`],
    ]);
    const several = await gateway.askCounting(counters([busyRoomId, groupRoomId, selfRoomId]));
    expect([codesOf(several), several.calls.toSorted()]).toEqual([
      ['r0.counters: FORBIDDEN'],
      ['rooms.get', 'subscriptions.get'],
    ]);
    expect(several.data).toMatchObject({ r0: { counters: null }, r1: { counters: { joined: true } } });
  });

  it('a membership that is only an invitation or a ban does not count in viewer.unreadCount', async () => {
    const gateway = await startTestGateway();
    const query = '{ viewer { unreadCount } }';
    const unread = async () =>
      ((await gateway.ask(query)).data as { viewer: { unreadCount: number } }).viewer.unreadCount;
    const before = await unread();
    const { world } = gateway.demo;
    const ofRoom = world.subscription(busyRoomId, world.member.id)?.unread ?? 0;
    expect(ofRoom).toBeGreaterThan(0);
    mark(gateway, busyRoomId, status);
    expect(await unread()).toBe(before - ofRoom);
  });

  it('directMessageWith ignores a membership that is only an invitation or a ban', async () => {
    const gateway = await startTestGateway();
    const ask = async () => (await gateway.ask('{ directMessageWith(username: "priya.raman") { id } }')).data;
    expect(await ask()).toEqual({ directMessageWith: { id: shapesRoomId } });
    mark(gateway, shapesRoomId, status);
    expect(await ask()).toEqual({ directMessageWith: null });
  });
});

it('L4: a membership with any other status, or none, counts', async () => {
  const gateway = await startTestGateway();
  mark(gateway, shapesRoomId, 'ACTIVE');
  expect((await gateway.ask('{ directMessageWith(username: "priya.raman") { id } }')).data).toEqual({
    directMessageWith: { id: shapesRoomId },
  });
});
