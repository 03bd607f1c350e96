import { describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import type { World } from '../../src/demo/world.ts';
import { windowOf } from '../../src/sync/room-sync.ts';
import { decodeSyncCursor } from '../../src/sync/sync-cursor.ts';
import { startTestGateway } from '../support/gateway.ts';
import { askInbox, askRoom, cursorOf, open, openWorld, setDate, settledInbox } from './asking.ts';

const { busyRoomId, groupRoomId, users } = landmarks;

/** Longer than clocks may differ. */
const later = ({ now }: World): string => new Date(Date.parse(now) + 60_000).toISOString();

/** A gateway before the world, whose `Date` is some minutes after the latest write. */
async function openAt(dialect: 'R7' | 'R8', world: World) {
  const gateway = await startTestGateway({ demo: { dialect, world } });
  setDate(gateway, Date.parse(world.now) + 300_000);
  return gateway;
}

/** The same in each world. */
function roomsOf(): World {
  const world = openWorld(['a', 'b', 'c']);
  world.createRoom({ id: groupRoomId, userIds: [users.member, users.busy, users.shapes] });
  return world;
}

describe.each(['R7', 'R8'] as const)('A backup is noticed before %s', (dialect) => {
  it.each<[string, (world: World) => unknown]>([
    ['a deletion', (world) => world.remove('message a')],
    ['a new message', (world) => world.post({ roomId: busyRoomId, userId: users.busy, text: 'd' })],
    ['an edit', (world) => world.edit('message a', 'other', later(world))],
  ])('that undoes %s in a room', async (_name, write) => {
    const world = roomsOf();
    const before = await openAt(dialect, world);
    const cursor = cursorOf(await askRoom(before, cursorOf(await askRoom(before, null))));
    write(world);
    const told = await askRoom(before, cursor);
    expect(told.told?.mustReload).toBe(false);
    const restored = await openAt(dialect, roomsOf());
    const answer = await askRoom(restored, cursorOf(told));
    expect(answer.told).toMatchObject({ changed: [], removedIds: [], mustReload: true });
    expect((await askRoom(restored, cursorOf(answer))).told?.mustReload).toBe(false);
  });

  it.each<[string, (world: World) => unknown]>([
    ['that a room was left', (world) => world.leave(groupRoomId, users.member)],
    ['that a room was read', (world) => world.read(busyRoomId, users.member, later(world))],
    ['that another member left', (world) => world.leave(groupRoomId, users.busy)],
    ['a new room', (world) => world.createRoom({ userIds: [users.member, users.stranger] })],
  ])('that undoes %s', async (_name, write) => {
    const world = roomsOf();
    const before = await openAt(dialect, world);
    const cursor = await settledInbox(before);
    write(world);
    const told = await askInbox(before, cursor);
    expect(told.told.mustReload).toBe(false);
    const restored = await openAt(dialect, roomsOf());
    const answer = await askInbox(restored, cursorOf(told));
    expect(answer.told).toMatchObject({ changed: [], removedIds: [], mustReload: true });
    expect(answer.calls).toHaveLength(2);
    expect((await askInbox(restored, cursorOf(answer))).told.mustReload).toBe(false);
  });

  it('but not where nothing is lost', async () => {
    const world = roomsOf();
    const gateway = await openAt(dialect, world);
    let room = cursorOf(await askRoom(gateway, null));
    let inbox = await settledInbox(gateway);
    const writes = [
      () => world.remove('message a'),
      () => undefined,
      () => world.edit('message b', 'other'),
      () => world.remove('message b'),
      () => world.leave(groupRoomId, users.busy),
      () => undefined,
      () => world.leave(groupRoomId, users.member),
      () => world.removeRoom(groupRoomId),
      () => undefined,
    ];
    for (const [index, write] of writes.entries()) {
      write();
      const answers = [await askRoom(gateway, room), await askInbox(gateway, inbox)] as const;
      expect(
        answers.map(({ told }) => told?.mustReload),
        String(index),
      ).toEqual([false, false]);
      [room, inbox] = [cursorOf(answers[0]), cursorOf(answers[1])];
    }
  });

  it('and so is that the latest message was hidden', async () => {
    const world = roomsOf();
    const gateway = await openAt(dialect, world);
    const cursor = cursorOf(await askRoom(gateway, cursorOf(await askRoom(gateway, null))));
    world.remove('message c', { keepHistory: true });
    const { told } = await askRoom(gateway, cursor);
    expect(told?.mustReload).toBe(true);
    expect((await askRoom(gateway, told?.cursor ?? '')).told?.mustReload).toBe(false);
  });

  it('and so are changes of a room that are too large for a response', async () => {
    const world = roomsOf();
    const gateway = await openAt(dialect, world);
    const cursor = cursorOf(await askRoom(gateway, cursorOf(await askRoom(gateway, null))));
    const tooLarge = { body: { success: true, text: 'x'.repeat(9_000_000) } };
    await askRoom(gateway, cursor); // Rocket.Chat 7 is known from now on
    gateway.demo.heal();
    gateway.demo.fail('chat.syncMessages', { ...tooLarge, when: ({ query }) => query['type'] !== 'DELETED' });
    gateway.demo.fail('*', { headers: { date: new Date(Date.parse(world.now) + 300_000).toUTCString() } });
    const { told, calls } = await askRoom(gateway, cursor);
    expect(told).toMatchObject({ changed: [], removedIds: [], mustReload: true });
    expect(calls).toEqual(['chat.syncMessages', 'dm.messages']);
    setDate(gateway, Date.parse(world.now) + 300_000);
    const at = new Date(Date.parse(world.now) + 300_000).toISOString();
    const id = world.post({ roomId: busyRoomId, userId: users.busy, text: 'later', at })._id;
    expect((await askRoom(gateway, told?.cursor ?? '')).told).toMatchObject({ changed: [{ id }], mustReload: false });
  });
});

describe('A client that must reload is not told so for ever', () => {
  it.each(['R7', 'R8'] as const)('where the latest messages are too large for a response (%s)', async (dialect) => {
    const world = roomsOf();
    const gateway = await openAt(dialect, world);
    let cursor = cursorOf(await askRoom(gateway, cursorOf(await askRoom(gateway, null))));
    await askRoom(gateway, cursor); // Rocket.Chat 7 is known from now on
    const text = 'x'.repeat(90_000);
    const at = later(world);
    for (let count = 0; count < 120; count += 1) world.post({ roomId: busyRoomId, userId: users.busy, text, at });
    setDate(gateway, Date.parse(world.now) + 300_000);
    const answers: (boolean | undefined)[] = [];
    for (let polls = 0; polls < 3; polls += 1) {
      const { told } = await askRoom(gateway, cursor);
      answers.push(told?.mustReload);
      cursor = told?.cursor ?? cursor;
    }
    expect(answers).toEqual([true, false, false]);
  });

  it('where the rooms that were changed are too large for a response', async () => {
    const world = roomsOf();
    const gateway = await openAt('R8', world);
    let cursor = await settledInbox(gateway);
    const now = Date.parse(world.now) + 300_000;
    gateway.demo.heal();
    gateway.demo.fail('rooms.get', {
      body: { success: true, text: 'x'.repeat(9_000_000) },
      when: ({ query }) => Date.parse(query['updatedSince'] ?? '') < now - 60_000,
    });
    gateway.demo.fail('*', { headers: { date: new Date(now).toUTCString() } });
    const answers: boolean[] = [];
    for (let polls = 0; polls < 3; polls += 1) {
      const { told } = await askInbox(gateway, cursor);
      answers.push(told.mustReload);
      cursor = told.cursor;
    }
    expect(answers).toEqual([true, false, false]);
  });
});

describe('The changes of the inbox', () => {
  it('have invitations, as the list of the caller’s rooms has them', async () => {
    const { gateway, world } = await open();
    const cursor = await settledInbox(gateway);
    const invited = world.subscription(groupRoomId, users.member) ?? expect.unreachable();
    world.setOpen(groupRoomId, users.member, true);
    Object.assign(invited, { status: 'INVITED' });
    const { told } = await askInbox(gateway, cursor, 'id membership { unreadCount }');
    expect(told).toMatchObject({ changed: [{ id: groupRoomId, membership: null }], removedIds: [] });
    const { data } = await gateway.ask('{ viewer { directMessages(first: 100) { nodes { id } } } }');
    expect(data).toMatchObject({
      viewer: { directMessages: { nodes: expect.arrayContaining([{ id: groupRoomId }]) as unknown } },
    });
  });

  it('show a membership as it was last, if several are asked for at once', async () => {
    const { gateway, world, say } = await open();
    const old = await settledInbox(gateway);
    say('one');
    const earlier = { ...world.subscription(busyRoomId, users.member) };
    const cursor = cursorOf(await askInbox(gateway, old));
    say('two');
    const { updatedAfter } = windowOf(decodeSyncCursor('changes of the inbox', old));
    gateway.demo.fail('subscriptions.get', {
      delayMs: 30,
      transform: (body) => {
        const { update } = body as { update: { _id: string }[] };
        const rows = update.map((row) => (row._id === earlier._id ? earlier : row));
        return { success: true, update: rows, remove: [] };
      },
      when: ({ query }) => Date.parse(query['updatedSince'] ?? '') === updatedAfter,
    });
    gateway.demo.fail('rooms.get', { delayMs: 100 });
    const unread = Number(world.subscription(busyRoomId, users.member)?.unread);
    const fields = 'changed { id membership { unreadCount } }';
    const { data } = await gateway.ask(
      `query ($old: String, $cursor: String) {
        viewer { old: changes(since: $old) { ${fields} } new: changes(since: $cursor) { ${fields} } }
      }`,
      { variables: { old, cursor } },
    );
    const changed = [{ id: busyRoomId, membership: { unreadCount: unread } }];
    expect(data).toMatchObject({ viewer: { new: { changed } } });
  });
});
