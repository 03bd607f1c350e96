import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { World } from '../../../src/demo/world.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { withUnstableTies } from './edges.ts';
import { historyList, membersList, messagesList, receiptsList, roomsList, type LivingList } from './lists.ts';

/** The promise of `test/pagination/exact-pages.test.ts`, through the real server and a real upstream over HTTP. */

const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 40);
const seed = Number(process.env['PROPERTY_SEED'] ?? 20_261_121);

const lists: LivingList[] = [
  messagesList('SENT_AT', 'DESC', false),
  messagesList('SENT_AT', 'ASC', true),
  messagesList('UPDATED_AT', 'DESC', true),
  historyList('', () => true),
  historyList(
    'range: { since: "2026-03-02T09:00:00.003Z", until: "2026-03-02T09:00:00.012Z" }',
    (ts) => ts > '2026-03-02T09:00:00.003Z' && ts < '2026-03-02T09:00:00.012Z',
  ),
  historyList(
    'range: { since: "2026-03-02T09:00:00.003Z", inclusive: true }',
    (ts) => ts >= '2026-03-02T09:00:00.003Z',
  ),
  roomsList(true, 'LAST_MESSAGE_AT', 'DESC'),
  roomsList(true, 'MESSAGE_COUNT', 'ASC'),
  roomsList(false, 'CREATED_AT', 'DESC'),
  receiptsList(),
  membersList(),
];

const change = fc.record({
  kind: fc.constantFrom('insert', 'insert', 'delete', 'move' as const),
  number: fc.nat(10_000),
});
const walk = fc.record({
  rows: fc.array(fc.nat(10_000), { maxLength: 40 }),
  sizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
  changes: fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 12 }),
  isBackward: fc.boolean(),
  /** Caps of answers, by turns: instances of a workspace can have settings of their own. */
  caps: fc.constantFrom([100], [100], [5], [2], [100, 7, 3], [2, 50]),
  dialect: fc.constantFrom('R7' as const, 'R8' as const),
  /** Rows that sort alike come in another order at every call. */
  isUnstable: fc.boolean(),
});

interface Connection {
  readonly totalCount?: number;
  readonly edges: { cursor: string; node: { id: string } }[];
  readonly pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

/** Worlds are made anew for each case: the demo workspace serves the one that is current. */
let gateway: TestGateway | undefined;
afterAll(() => gateway?.close());

async function startCapped(world: World, dialect: 'R7' | 'R8', caps: readonly number[]): Promise<TestGateway> {
  await gateway?.close();
  const opened = await startTestGateway({ demo: { world, dialect }, env: { LOG_LEVEL: 'silent' } });
  let call = 0;
  const account = world.account.bind(world);
  // Before each call the workspace gets a different cap.
  world.account = (id) => {
    opened.demo.configure({ upperCount: caps[(call += 1) % caps.length] ?? 100 });
    return account(id);
  };
  gateway = opened;
  return opened;
}

async function readPage(gateway: TestGateway, list: LivingList, args: string): Promise<Connection> {
  const { member, admin } = gateway.demo.world;
  const result = await gateway.ask(list.query.replace('$ARGS', args), { as: list.isAdmin === true ? admin : member });
  expect(result.errors).toBeUndefined();
  return list.path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], result.data) as Connection;
}

describe('Through the server, every row that stays is delivered exactly once, in order', () => {
  it.each(lists.map((list) => [list.name, list] as const))(
    '%s',
    async (_name, list) => {
      const property = fc.asyncProperty(
        walk,
        async ({ rows, sizes, changes, isBackward, caps, dialect, isUnstable }) => {
          const world = list.create(rows);
          // A millisecond with more messages than a response holds can be read only if their order is stable.
          if (isUnstable && (list.path.at(-1) !== 'history' || Math.min(...caps) === 100)) withUnstableTies(world);
          const server = await startCapped(world, dialect, caps);
          const back = isBackward && list.canGoBack;
          const before = list.rows();
          const touched = new Set<string>();
          const delivered: string[] = [];
          let cursor: string | null = null;
          for (let turn = 0; ; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            const from = cursor === null ? '' : `${back ? 'before' : 'after'}: "${cursor}"`;
            const { edges, pageInfo, totalCount } = await readPage(
              server,
              list,
              `${back ? 'last' : 'first'}: ${size} ${from}`,
            );
            const now = list.rows();
            if (totalCount !== undefined) expect(totalCount).toBe(now.length);
            const ids = edges.map(({ node }) => node.id);
            expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([
              edges[0]?.cursor ?? null,
              edges.at(-1)?.cursor ?? null,
            ]);
            const [first, last] = [ids[0], ids.at(-1)].map((id) => now.findIndex((row) => row.id === id));
            if (ids.length > 0) {
              expect(pageInfo.hasPreviousPage).toBe((first ?? 0) > 0);
              expect(pageInfo.hasNextPage).toBe((last ?? 0) < now.length - 1);
            }
            delivered.push(...(back ? ids.toReversed() : ids));
            if (!(back ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) break;
            expect(ids.length).toBeGreaterThan(0);
            cursor = back ? pageInfo.startCursor : pageInfo.endCursor;
            for (const { kind, number } of changes[turn] ?? [])
              for (const id of list.change(kind, number)) touched.add(id);
          }
          const stayed = before.map(({ id }) => id).filter((id) => !touched.has(id));
          expect(delivered.filter((id) => !touched.has(id))).toEqual(back ? stayed.toReversed() : stayed);
        },
      );
      await fc.assert(property, { numRuns, seed });
    },
    120_000,
  );
});
