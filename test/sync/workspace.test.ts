import { describe, expect, it } from 'vitest';
import { createWorld, landmarks } from '../../src/demo/seed.ts';
import { beginAt, encodeSyncCursor } from '../../src/sync/sync-cursor.ts';
import { startTestGateway } from '../support/gateway.ts';
import { askInbox, askRoom, cursorOf, open, openWorld, setDate, settledInbox } from './asking.ts';

const { busyRoomId, groupRoomId, foreignRoomId, channelId, users } = landmarks;
const day = 24 * 60 * 60 * 1000;

describe('The changes of a room', () => {
  it('begin with a cursor alone, for one call', async () => {
    const { gateway } = await open();
    const { told, calls } = await askRoom(gateway, null);
    expect(told).toMatchObject({ changed: [], removedIds: [], hasMore: false, mustReload: true });
    expect(calls).toEqual(['dm.messages']);
  });

  it('take two calls before Rocket.Chat 8, and one before Rocket.Chat 7 once that is known', async () => {
    const pages = ['chat.syncMessages', 'chat.syncMessages'];
    for (const [dialect, ...calls] of [
      ['R8', pages, pages],
      ['R7', pages, ['chat.syncMessages']],
    ] as const) {
      const { gateway, say } = await open({ dialect });
      let cursor = cursorOf(await askRoom(gateway, null));
      for (const [index, wanted] of calls.entries()) {
        const id = say(`text ${index}`);
        const answer = await askRoom(gateway, cursor);
        expect(answer).toMatchObject({
          told: { changed: [{ id, text: `text ${index}` }], hasMore: false },
          calls: wanted,
        });
        cursor = cursorOf(answer);
      }
    }
  });

  it('have a case for each way in which a message can change', async () => {
    const { gateway, world, say } = await open();
    const [gone, shown, moved, root, plain] = ['gone', 'shown', 'moved', 'root', 'plain'].map((text) => say(text));
    const ids = { gone, shown, moved, root, plain } as Record<string, string>;
    const reply = world.post({ roomId: busyRoomId, userId: users.busy, text: 'reply', tmid: root })._id;
    const cases: readonly (readonly [string, () => unknown, readonly string[], readonly string[]])[] = [
      ['deleted for everybody', () => world.remove(ids['gone'] ?? ''), [], [ids['gone'] ?? '']],
      [
        'deleted, but shown as such (`rm`)',
        () => world.remove(ids['shown'] ?? '', { showStatus: true }),
        [ids['shown'] ?? ''],
        [],
      ],
      ['the root of a thread deleted', () => world.remove(root ?? ''), [root ?? ''], []],
      [
        'moved into a thread',
        () => world.moveToThread(ids['moved'] ?? '', plain ?? ''),
        [moved ?? '', plain ?? ''],
        [],
      ],
      ['a reply shown in the room', () => world.showInRoom(reply), [reply], []],
      ['edited', () => world.edit(plain ?? '', 'other'), [plain ?? ''], []],
      ['reacted to', () => world.react(plain ?? '', users.busy, ':tada:'), [plain ?? ''], []],
      ['pinned', () => world.pin(plain ?? '', users.busy), [plain ?? ''], []],
      ['starred', () => world.star(plain ?? '', users.member), [plain ?? ''], []],
    ];
    let cursor = cursorOf(await askRoom(gateway, null));
    for (const [name, write, changed, removedIds] of cases) {
      write();
      const { told } = await askRoom(gateway, cursor);
      const found = { changed: told?.changed.map(({ id }) => id).toSorted(), removedIds: told?.removedIds };
      expect(found, name).toEqual({ changed: changed.toSorted(), removedIds });
      cursor = told?.cursor ?? '';
    }
  });

  it('are told in pieces of `first`, in the order of the last change', async () => {
    const { gateway, say } = await open();
    let cursor = cursorOf(await askRoom(gateway, null));
    const ids = Array.from({ length: 7 }, (_, index) => say(String(index)));
    const pieces: string[][] = [];
    for (let hasMore = true; hasMore;) {
      const { told } = await askRoom(gateway, cursor, { first: 3 });
      pieces.push(told?.changed.map(({ id }) => id) ?? []);
      cursor = told?.cursor ?? '';
      hasMore = told?.hasMore === true;
    }
    expect(pieces).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
  });

  it.each(['R7', 'R8'] as const)('include more than a page changed in one millisecond (%s)', async (dialect) => {
    const { gateway, world } = await open({ dialect });
    let cursor = cursorOf(await askRoom(gateway, null));
    const at = new Date(Date.parse(world.now) + 1000).toISOString();
    const ids = Array.from(
      { length: 130 },
      (_, index) => world.post({ roomId: busyRoomId, userId: users.busy, text: String(index), at })._id,
    );
    const told = new Set<string>();
    for (let hasMore = true, answers = 0; hasMore; answers += 1) {
      expect(answers).toBeLessThan(40);
      const answer = await askRoom(gateway, cursor, { first: 10 });
      for (const { id } of answer.told?.changed ?? []) told.add(id);
      cursor = cursorOf(answer);
      hasMore = answer.told?.hasMore === true;
    }
    expect([...told].toSorted()).toEqual(ids.toSorted());
  });

  it('must be reloaded where more was deleted than a page tells', async () => {
    const { gateway } = await open();
    const cursor = cursorOf(await askRoom(gateway, null));
    const result = { updated: [], deleted: [], cursor: { next: '1793375871360', previous: null } };
    const when = ({ query }: { readonly query: Record<string, string> }) => query['type'] === 'DELETED';
    gateway.demo.fail('chat.syncMessages', { body: { success: true, result }, when });
    const { told, calls } = await askRoom(gateway, cursor);
    expect(told).toMatchObject({ changed: [], removedIds: [], hasMore: false, mustReload: true });
    expect(calls).toEqual(['chat.syncMessages', 'chat.syncMessages']);
  });

  it('must be reloaded where they are too large for a response (R7)', async () => {
    const { gateway } = await open({ dialect: 'R7' });
    const cursor = cursorOf(await askRoom(gateway, null));
    const tooLarge = { body: { success: true, text: 'x'.repeat(9_000_000) } };
    gateway.demo.fail('chat.syncMessages', { ...tooLarge, when: ({ query }) => query['lastUpdate'] !== undefined });
    expect((await askRoom(gateway, cursor)).codes).toEqual({ 'directMessage.changes': 'UPSTREAM_BAD_RESPONSE' });
    const again = await askRoom(gateway, cursor);
    expect(again).toMatchObject({
      told: { changed: [], mustReload: true },
      calls: ['chat.syncMessages', 'dm.messages'],
    });
  });

  it('fail with the workspace, and where it does not say when it read or how far', async () => {
    const { gateway } = await open();
    const cursor = cursorOf(await askRoom(gateway, null));
    for (const [fault, code] of [
      [{ status: 500 }, 'UPSTREAM_UNAVAILABLE'],
      [{ status: 403, body: { success: false } }, 'FORBIDDEN'],
      [{ headers: { date: 'soon' } }, 'UPSTREAM_BAD_RESPONSE'],
      [{ body: { success: true } }, 'UPSTREAM_BAD_RESPONSE'],
      [
        { body: { success: true, result: { updated: [], deleted: [], cursor: { next: 'x' } } } },
        'UPSTREAM_BAD_RESPONSE',
      ],
      [{ body: { success: true, result: { cursor: { next: null } } } }, 'UPSTREAM_BAD_RESPONSE'],
      [{ status: 400, body: { success: false, errorType: 'error-invalid-params' } }, 'BAD_USER_INPUT'],
    ] as const) {
      gateway.demo.fail('chat.syncMessages', fault);
      expect((await askRoom(gateway, cursor)).codes, JSON.stringify(fault)).toEqual({ 'directMessage.changes': code });
      gateway.demo.heal();
    }
  });

  it('are told from the same cursor after the workspace refused the second of their calls', async () => {
    const { gateway, world, say } = await open();
    const [kept, gone] = [say('kept'), say('gone')];
    const cursor = cursorOf(await askRoom(gateway, null));
    world.edit(kept, 'other');
    world.remove(gone);
    const headers = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '0' };
    const when = ({ query }: { readonly query: Record<string, string> }) => query['type'] === 'DELETED';
    gateway.demo.fail('chat.syncMessages', { status: 429, headers, when });
    expect((await askRoom(gateway, cursor)).codes).toEqual({ 'directMessage.changes': 'RATE_LIMITED' });
    gateway.demo.heal();
    const other = await startTestGateway({ demo: gateway.demo });
    expect((await askRoom(other, cursor)).told).toMatchObject({
      changed: [{ id: kept, text: 'other' }],
      removedIds: [gone],
      mustReload: false,
    });
  });

  it('leave out rows of other rooms, and rows that cannot be told', async () => {
    const { gateway, say } = await open();
    const cursor = cursorOf(await askRoom(gateway, null));
    const id = say('a');
    const change = (row: Record<string, unknown>) => [
      row,
      { ...row, _id: 'foreign', rid: groupRoomId },
      { ...row, _id: 'timeless', _updatedAt: undefined },
      { ...row, _id: undefined },
      { ...row, _id: 'hidden', _hidden: true },
      { ...row, _id: 'authorless', u: undefined },
      null,
    ];
    gateway.demo.fail('chat.syncMessages', {
      transform: (body) => {
        const { result } = body as { result: { updated: Record<string, unknown>[] } };
        const deleted = [{ _id: 'gone' }, { _deletedAt: '2026-11-01T00:00:00.000Z' }, 5];
        return {
          success: true,
          result: {
            ...result,
            updated: [...result.updated.slice(0, -1), ...result.updated.slice(-1).flatMap(change)],
            deleted,
          },
        };
      },
    });
    const { told } = await askRoom(
      gateway,
      encodeSyncCursor(`changes of ${busyRoomId}`, beginAt(Date.now(), undefined)),
    );
    expect(told).toMatchObject({ mustReload: false });
    const since = await askRoom(gateway, cursor);
    expect(since.told?.changed.map((row) => row.id)).toEqual([id]);
    expect(since.told?.removedIds.toSorted()).toEqual(['authorless', 'hidden']);
  });

  it('are refused for a bad cursor, another room’s, a bad `first`, and a room that is no direct message', async () => {
    const { gateway } = await open();
    const cursor = cursorOf(await askRoom(gateway, null));
    const path = 'directMessage.changes';
    for (const [since, options, code] of [
      ['nonsense', {}, 'BAD_USER_INPUT'],
      [cursor, { id: groupRoomId }, 'BAD_USER_INPUT'],
      [cursor, { first: 0 }, 'BAD_USER_INPUT'],
      [cursor, { first: 101 }, 'BAD_USER_INPUT'],
      [encodeSyncCursor(`changes of ${channelId}`, beginAt(Date.now())), { id: channelId }, 'NOT_FOUND'],
      [encodeSyncCursor(`changes of ${foreignRoomId}`, beginAt(Date.now())), { id: foreignRoomId }, 'NOT_FOUND'],
      [null, { id: channelId }, 'NOT_FOUND'],
    ] as const) {
      const { codes } = await askRoom(gateway, since, options);
      expect(codes, JSON.stringify(options)).toEqual({ [path]: code });
    }
  });

  it('go on through another gateway, and after a restart', async () => {
    const { gateway, say } = await open();
    const cursor = cursorOf(await askRoom(gateway, null));
    const id = say('meanwhile');
    const other = await startTestGateway({ demo: gateway.demo });
    expect((await askRoom(other, cursor)).told).toMatchObject({ changed: [{ id }], mustReload: false });
  });
});

describe('A client that was away', () => {
  it.each(['R7', 'R8'] as const)('for a week is told all that happened (%s)', async (dialect) => {
    const world = openWorld(['a', 'b']);
    const gateway = await startTestGateway({ demo: { dialect, world } });
    const start = Date.parse(world.now);
    setDate(gateway, start + 60_000);
    let cursor = cursorOf(await askRoom(gateway, null));
    const inbox = cursorOf(await askInbox(gateway, null));
    world.remove('message a', { at: new Date(start + day).toISOString() });
    const ids = Array.from({ length: 300 }, (_, index) => {
      const at = new Date(start + 2 * day + index * 60_000).toISOString();
      return world.post({ roomId: busyRoomId, userId: users.busy, text: 'x', at })._id;
    });
    setDate(gateway, start + 7 * day);
    const told: string[] = [];
    const removed: string[] = [];
    for (let hasMore = true; hasMore;) {
      const answer = await askRoom(gateway, cursor);
      expect(answer.told?.mustReload).toBe(false);
      told.push(...(answer.told?.changed.map(({ id }) => id) ?? []));
      removed.push(...(answer.told?.removedIds ?? []));
      cursor = cursorOf(answer);
      hasMore = answer.told?.hasMore === true;
    }
    expect([told, removed]).toEqual([ids, ['message a']]);
    expect((await askInbox(gateway, inbox)).told).toMatchObject({ changed: [{ id: busyRoomId }], mustReload: false });
  });

  it('for longer than deletions are remembered must reload', async () => {
    const world = openWorld(['a', 'b']);
    const gateway = await startTestGateway({ demo: { world } });
    const start = Date.parse(world.now);
    setDate(gateway, start + 1000);
    const [room, inbox] = [await askRoom(gateway, null), await askInbox(gateway, null)];
    setDate(gateway, start + 30 * day);
    expect((await askRoom(gateway, cursorOf(room))).told).toMatchObject({ changed: [], mustReload: true });
    expect((await askInbox(gateway, cursorOf(inbox))).told).toMatchObject({ changed: [], mustReload: true });
  });

  it('while the workspace was restored or its clock set back must reload, and then goes on', async () => {
    const before = await startTestGateway({ demo: { world: openWorld(['a', 'b', 'c']) } });
    const cursor = cursorOf(await askRoom(before, null));
    const restored = openWorld(['a', 'b']);
    const gateway = await startTestGateway({ demo: { world: restored } });
    const answer = await askRoom(gateway, cursor);
    expect(answer.told).toMatchObject({ changed: [], removedIds: [], mustReload: true });
    const { _id } = restored.post({ roomId: busyRoomId, userId: users.busy, text: 'd' });
    expect((await askRoom(gateway, cursorOf(answer))).told).toMatchObject({
      changed: [{ id: _id }],
      mustReload: false,
    });
    setDate(gateway, Date.now() - day);
    expect((await askRoom(gateway, cursorOf(answer))).told).toMatchObject({ changed: [], mustReload: true });
  });
});

describe('The changes of the inbox', () => {
  it('take one call to begin and two to go on, with what changed of rooms and memberships', async () => {
    const { gateway, say } = await open();
    const begin = await askInbox(gateway, null);
    expect(begin).toMatchObject({
      told: { changed: [], removedIds: [], mustReload: true },
      calls: ['subscriptions.get'],
    });
    say('hello');
    const fields = 'id title lastMessage { text } membership { unreadCount }';
    const { told, calls } = await askInbox(gateway, cursorOf(begin), fields);
    expect(told.changed.at(-1)).toMatchObject({ id: busyRoomId, lastMessage: { text: 'hello' } });
    expect(calls).toEqual(['subscriptions.get', 'rooms.get']);
  });

  it('name no room that others had', async () => {
    const { gateway, world } = await open();
    const cursor = await settledInbox(gateway);
    world.removeRoom(foreignRoomId);
    world.removeRoom(groupRoomId);
    const { told } = await askInbox(gateway, cursor);
    expect(told).toMatchObject({ changed: [], removedIds: [groupRoomId], mustReload: false });
  });

  it('have a case for each way in which a room can come, change and go', async () => {
    const { gateway, world } = await open();
    let cursor = await settledInbox(gateway);
    const cases: readonly (readonly [string, () => unknown, readonly string[], readonly string[]])[] = [
      ['closed', () => world.setOpen(busyRoomId, users.member, false), [busyRoomId], []],
      ['read', () => world.read(busyRoomId, users.member), [busyRoomId], []],
      ['left', () => world.leave(groupRoomId, users.member), [], [groupRoomId]],
      ['joined again', () => world.join(groupRoomId, users.member), [groupRoomId], []],
      ['another member leaves', () => world.leave(groupRoomId, users.busy), [groupRoomId], []],
      ['deleted', () => world.removeRoom(groupRoomId), [], [groupRoomId]],
      ['new', () => world.createRoom({ id: 'newRoom', userIds: [users.member, users.stranger] }), ['newRoom'], []],
    ];
    for (const [name, write, changed, removedIds] of cases) {
      write();
      const { told } = await askInbox(gateway, cursor);
      const ids = told.changed.map(({ id }) => id);
      expect([ids, told.removedIds, told.mustReload], name).toEqual([changed, removedIds, false]);
      cursor = told.cursor;
    }
  });

  it('must be reloaded where a gateway that was just started cannot know which room is gone', async () => {
    const { gateway, world } = await open();
    const begin = await askInbox(gateway, null);
    world.leave(groupRoomId, users.member);
    const other = await startTestGateway({ demo: gateway.demo });
    const reloaded = await askInbox(other, cursorOf(begin));
    expect(reloaded).toMatchObject({
      told: { changed: [], removedIds: [], mustReload: true },
      calls: ['subscriptions.get', 'subscriptions.get'],
    });
    const quiet = await askInbox(other, cursorOf(await askInbox(other, cursorOf(reloaded))));
    expect(quiet.told.mustReload).toBe(false);
    world.removeRoom(busyRoomId);
    expect((await askInbox(other, cursorOf(quiet))).told.removedIds).toEqual([busyRoomId]);
  });

  it('must be reloaded where the changed rooms are too large for a response', async () => {
    const { gateway } = await open({ world: createWorld() });
    const begin = await askInbox(gateway, null);
    gateway.demo.fail('rooms.get', { body: { success: true, text: 'x'.repeat(9_000_000) } });
    expect((await askInbox(gateway, cursorOf(begin))).told.mustReload).toBe(true);
  });
});
