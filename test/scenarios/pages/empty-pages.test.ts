import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../../src/pagination/cursor.ts';
import { createEmptyWorld } from '../../../src/demo/seed.ts';
import { askPage, at, openAt, queries, roomId, walk, worldWith } from './edges.ts';

const spread = (count: number) => Array.from({ length: count }, (_, index) => index * 10);

/** The same with its total, which `history` has not. */
const withTotal = (query: string) => query.replace('nodes { id }', 'nodes { id } totalCount');

describe('L8: a page of no rows', () => {
  it.each(['messages', 'members', 'rooms'] as const)(
    'tells what lies around it where the total is asked for: %s',
    async (name) => {
      const gateway = await openAt(worldWith(spread(3)));
      const query = withTotal(queries[name]);
      const front = await askPage(gateway, query, 'first: 0');
      expect(front.pageInfo).toEqual({ hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null });
      expect(front.calls).toHaveLength(1);
      const { pages } = await walk(gateway, query, 1);
      for (const { pageInfo, totalCount } of pages) {
        const behind = await askPage(gateway, query, `first: 0 after: "${pageInfo.endCursor}"`);
        expect(behind).toMatchObject({
          nodes: [],
          totalCount,
          pageInfo: { hasNextPage: pageInfo.hasNextPage, hasPreviousPage: true },
        });
        expect(behind.calls).toHaveLength(1);
      }
      const empty = await openAt(worldWith([]));
      expect((await askPage(empty, withTotal(queries.messages), 'first: 0')).pageInfo.hasNextPage).toBe(false);
    },
  );

  it('L8: `first: 0` makes no call, unless the flags are selected, which then tell the truth', async () => {
    const gateway = await openAt(worldWith(spread(3)));
    const withoutFlags = (query: string) => query.replace(/hasNextPage|hasPreviousPage/g, '');
    for (const name of ['messages', 'history', 'members', 'rooms'] as const) {
      const { startCursor, endCursor } = (await askPage(gateway, queries[name], 'first: 100')).pageInfo;
      for (const [args, hasNextPage, hasPreviousPage] of [
        ['first: 0', true, false],
        [`first: 0 after: "${startCursor}"`, name !== 'rooms', true],
        [`first: 0 after: "${endCursor}"`, false, true],
      ] as const) {
        const free = await askPage(gateway, withoutFlags(queries[name]), args);
        expect(free).toEqual({ nodes: [], pageInfo: { startCursor: null, endCursor: null }, calls: [] });
        const { nodes, pageInfo, calls } = await askPage(gateway, queries[name], args);
        const told = { hasNextPage, hasPreviousPage, startCursor: null, endCursor: null };
        expect({ name, args, nodes, pageInfo }).toEqual({ name, args, nodes: [], pageInfo: told });
        expect(calls.length).toBeGreaterThan(0);
      }
    }
    const gap = `{ directMessage(id: "${roomId}") { c: history($ARGS range: { since: "${at(-1)}" }) { nodes { id } notLoadedCount firstNotLoaded { id } pageInfo { startCursor } } } }`;
    expect(await askPage(gateway, gap, 'first: 0')).toEqual({
      nodes: [],
      notLoadedCount: null,
      firstNotLoaded: null,
      pageInfo: { startCursor: null },
      calls: [],
    });
  });
});

describe('L11: forged cursors', () => {
  it('L11: a forged cursor sends no offset beyond its list or 100,000', async () => {
    const gateway = await openAt(worldWith(spread(30)));
    const binding = `messages ${roomId} SENT_AT DESC ${JSON.stringify({ mentionIds: undefined, starredIds: undefined, pinned: undefined })}`;
    const real = (await askPage(gateway, queries.messages, 'first: 3')).pageInfo.endCursor ?? '';
    const decoded = decodeCursor(binding, { cursor: real, cursorArgument: 'after', isBackward: false, size: 1 });
    if (decoded === undefined) throw new Error('the test binds cursors otherwise than the gateway');
    for (const [offset, total] of [
      [4_294_967_295, 4_294_967_295],
      [4_294_967_295, 0],
      [0, 4_294_967_295],
      [100_001, 3],
    ] as const) {
      const forged = encodeCursor(binding, { ...decoded, offset, total });
      for (const args of [`first: 3 after: "${forged}"`, `last: 3 before: "${forged}"`]) {
        const { calls } = await gateway.askCounting(queries.messages.replace('$ARGS', args));
        const offsets = calls.map((call) => Number(/offset=(\d+)/.exec(call)?.[1]));
        expect(offsets[0]).toBeLessThanOrEqual(100_000);
        expect(Math.max(0, ...offsets.slice(1))).toBeLessThan(30);
      }
    }
  });
});

describe('L11: a cursor forged in any part', () => {
  const bindings = {
    messages: `messages ${roomId} SENT_AT DESC {}`,
    history: `history ${roomId} ${JSON.stringify([{ since: undefined, until: undefined, isInclusive: false }, false])}`,
    rooms: 'rooms own LAST_MESSAGE_AT DESC',
    members: `members ${roomId}`,
  } as const;
  const farthest = 2 ** 56 - 2 ** 52 - 8;

  it.each(Object.entries(bindings))(
    'of %s is a page or nothing, in few calls, and never our mistake',
    async (name, binding) => {
      const gateway = await openAt(worldWith(spread(40)));
      const query = queries[name as keyof typeof bindings];
      for (const key of [null, 0, -(2 ** 52) + 1, 2 ** 53, farthest, Date.parse(at(200))]) {
        for (const [id, offset, total] of [
          ['x', 0, 0],
          ['\0', 4_294_967_295, 1],
          ['漢', 20, 4_294_967_295],
        ] as const) {
          const cursor = encodeCursor(binding, { key, id, offset, total });
          const { errors, calls } = await gateway.askCounting(query.replace('$ARGS', `first: 2 after: "${cursor}"`));
          expect(errors).toBeUndefined();
          expect(calls.length).toBeLessThan(12);
        }
      }
    },
  );
});

describe('S7: a cursor that the gateway issues', () => {
  it('S7: a cursor the gateway issues is accepted and short for any length of usernames and ids', async () => {
    const world = createEmptyWorld();
    const members = world.accounts.slice(0, 8);
    for (const [index, account] of members.entries())
      account.username = `${'漢'.repeat(index * 40)}${account.username}`;
    world.createRoom({ id: roomId, userIds: [world.member.id, ...members.map(({ id }) => id)], at: at(0) });
    const message = world.post({ roomId, userId: world.member.id, text: 'read me', at: at(1) });
    for (const { id } of members) world.addReceipt(message, id, at(2));
    for (const [index, receipt] of (world.receipts.get(message._id) ?? []).entries())
      receipt._id = `${'r'.repeat(index * 60)}${receipt._id}`;
    const gateway = await openAt(world);
    const receipts = `{ c: readReceipts(messageId: "${message._id}" $ARGS) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
    for (const query of [queries.members, receipts]) {
      const whole = await askPage(gateway, query, 'first: 100');
      const { ids, pages } = await walk(gateway, query, 1);
      expect(ids).toEqual(whole.nodes.map(({ id }) => id));
      expect((await walk(gateway, query, 2, { isBackward: true })).ids).toEqual(ids.toReversed());
      for (const { pageInfo } of pages) expect(pageInfo.endCursor).toMatch(/^[\w-]{1,199}$/);
    }
  });

  it('S7: a cursor of a message with the latest possible date is accepted', async () => {
    const world = worldWith(spread(2));
    for (const ts of ['0000-01-01T00:00:00.000Z', '6500-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z']) {
      world.post({ roomId, userId: world.member.id, text: 'odd', at: at(50), ts, _updatedAt: ts });
    }
    const gateway = await openAt(world);
    for (const query of [queries.history, queries.messages])
      expect((await walk(gateway, query, 1)).ids).toHaveLength(5);
  });
});
