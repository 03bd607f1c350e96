import { describe, expect, it } from 'vitest';
import { createEmptyWorld } from '../../../src/demo/seed.ts';
import type { World } from '../../../src/demo/world.ts';
import type { TestGateway } from '../../support/gateway.ts';
import { askPage, at, newestFirst, openAt, queries, roomId, walk, worldWith } from './edges.ts';

interface Row {
  readonly _id: string;
  readonly [field: string]: unknown;
}

/** The workspace's answers, with some rows of a list changed into what cannot be read. */
function spoil(gateway: TestGateway, endpoint: string, list: string, change: (row: Row) => unknown): void {
  gateway.demo.fail(endpoint, {
    transform: (body) => {
      const answer = body as Record<string, Row[]>;
      return { ...answer, [list]: answer[list]?.map(change) };
    },
  });
}

const withoutAuthor = (row: Row) => ({ ...row, u: undefined });
const withoutId = (row: Row) => ({ ...row, _id: undefined });

const messagesOf = (count: number) => Array.from({ length: count }, (_, index) => index * 10);

const lists = [
  ['messages', queries.messages, 'dm.messages', true],
  ['history', queries.history, 'dm.history', false],
] as const;

describe.each(lists)('Unreadable messages in %s', (_name, query, endpoint, canGoBack) => {
  it.each([
    ['at the front', (index: number) => index < 3],
    ['at the end', (index: number) => index >= 9],
    ['in the middle', (index: number) => index >= 4 && index < 9],
    ['but one', (index: number) => index !== 6],
    ['every other', (index: number) => index % 2 === 0],
    ['all', () => true],
  ])('M9: unreadable messages are skipped in both directions: %s', async (_where, isLost) => {
    const world = worldWith(messagesOf(12));
    const gateway = await openAt(world);
    const all = newestFirst(world.messagesOf(roomId));
    const shown = all.filter((_, index) => !isLost(index));
    spoil(gateway, endpoint, 'messages', (row) => (shown.includes(row._id) ? row : withoutAuthor(row)));
    for (const size of [1, 2, 3, 5, 100]) {
      expect((await walk(gateway, query, size)).ids, `first: ${size}`).toEqual(shown);
      if (canGoBack)
        expect((await walk(gateway, query, size, { isBackward: true })).ids, `last: ${size}`).toEqual(
          shown.toReversed(),
        );
    }
  });

  it('M9: unreadable messages without an id are skipped within the search allowance', async () => {
    const world = worldWith(messagesOf(12));
    const gateway = await openAt(world);
    const all = newestFirst(world.messagesOf(roomId));
    const shown = [...all.slice(4, 8), ...all.slice(10, 11)];
    spoil(gateway, endpoint, 'messages', (row) => (shown.includes(row._id) ? row : withoutId(row)));
    for (const size of [1, 3, 100]) {
      expect((await walk(gateway, query, size)).ids, `first: ${size}`).toEqual(shown);
      if (canGoBack)
        expect((await walk(gateway, query, size, { isBackward: true })).ids, `last: ${size}`).toEqual(
          shown.toReversed(),
        );
    }
  });

  it('M9: a page of unreadable messages has no rows, but cursors and an exact hasNextPage', async () => {
    const world = worldWith(messagesOf(6));
    const gateway = await openAt(world);
    const all = newestFirst(world.messagesOf(roomId));
    spoil(gateway, endpoint, 'messages', (row) => (all.indexOf(row._id) < 4 ? withoutAuthor(row) : row));
    const first = await askPage(gateway, query, 'first: 2');
    expect([first.nodes, first.pageInfo.hasNextPage, first.calls.length]).toEqual([[], true, 1]);
    expect(first.pageInfo.startCursor).not.toBe(first.pageInfo.endCursor);
    const next = await askPage(gateway, query, `first: 2 after: "${first.pageInfo.endCursor}"`);
    expect([next.pageInfo.hasNextPage, next.pageInfo.hasPreviousPage]).toEqual([true, true]);
  });
});

describe('Hidden copies of messages, which early versions of Rocket.Chat 7 list', () => {
  it('L3: hidden copies of messages are left out of `messages` and keep their places, in both directions', async () => {
    const world = worldWith(messagesOf(9));
    const gateway = await openAt(world, { dialect: 'R7' });
    const all = newestFirst(world.messagesOf(roomId));
    const shown = all.filter((_, index) => index % 3 !== 0);
    spoil(gateway, 'dm.messages', 'messages', (row) => (shown.includes(row._id) ? row : { ...row, _hidden: true }));
    for (const size of [1, 2, 4, 9]) {
      expect((await walk(gateway, queries.messages, size)).ids).toEqual(shown);
      expect((await walk(gateway, queries.messages, size, { isBackward: true })).ids).toEqual(shown.toReversed());
    }
  });
});

describe('Other unreadable rows', () => {
  const worldWithRooms = (count: number): World => {
    const world = createEmptyWorld();
    for (let index = 0; index < count; index += 1) {
      const other = world.accounts[index % world.accounts.length]?.id ?? '';
      const room = world.createRoom({ userIds: [world.member.id, other], at: at(index) });
      world.post({ roomId: room._id, userId: world.member.id, text: 'hi', at: at(1000 + index) });
    }
    return world;
  };

  it.each([
    ['rooms', 'im.list'],
    ['allRooms', 'dm.list.everyone'],
  ] as const)('M9: unreadable rows are skipped in %s, in both directions', async (name, endpoint) => {
    const world = worldWithRooms(11);
    const gateway = await openAt(world);
    const all = [...world.rooms.keys()].toReversed();
    for (const isLost of [
      (index: number) => index < 4,
      (index: number) => index >= 7,
      (index: number) => index % 2 === 0,
    ]) {
      const shown = all.filter((_, index) => !isLost(index));
      gateway.demo.heal();
      spoil(gateway, endpoint, 'ims', (row) => (shown.includes(row._id) ? row : { ...row, t: 'c' }));
      for (const size of [1, 3, 100]) {
        expect((await walk(gateway, queries[name], size)).ids).toEqual(shown);
        expect((await walk(gateway, queries[name], size, { isBackward: true })).ids).toEqual(shown.toReversed());
      }
    }
  });

  it('M9: unreadable rows are skipped among members and receipts', async () => {
    const world = worldWith([0]);
    const [message] = world.messagesOf(roomId);
    const users = world.accounts.slice(0, 6);
    for (const [index, user] of users.entries())
      if (message !== undefined) world.addReceipt(message, user.id, at(100 + index));
    const gateway = await openAt(world);
    const receipts =
      `{ readReceipts(messageId: "${message?._id}" $ARGS) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`.replace(
        '{ readReceipts',
        '{ c: readReceipts',
      );
    const whole = await walk(gateway, receipts, 100);
    spoil(gateway, 'chat.getMessageReadReceipts', 'receipts', (row) =>
      row['userId'] === users[1]?.id ? { ...row, ts: 'soon' } : row,
    );
    for (const isBackward of [false, true]) {
      const { ids } = await walk(gateway, receipts, 2, { isBackward });
      const expected = whole.ids.filter((_, index) => index !== 1);
      expect(ids.length).toBe(whole.ids.length - 1);
      expect(new Set(ids).size).toBe(expected.length);
    }
    const members = await walk(gateway, queries.members, 1);
    expect(members.ids).toHaveLength(2);
    spoil(gateway, 'im.members', 'members', (row) => (row._id === members.ids[0] ? withoutId(row) : row));
    expect((await walk(gateway, queries.members, 1)).ids).toEqual(members.ids.slice(1));
  });
});
