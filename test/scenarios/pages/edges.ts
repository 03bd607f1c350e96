import type { DemoOptions } from '../../../src/demo/server.ts';
import { createEmptyWorld } from '../../../src/demo/seed.ts';
import type { Message } from '../../../src/demo/types.ts';
import type { World } from '../../../src/demo/world.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

export const roomId = 'roomOfTheTest1234';
const start = Date.parse('2026-03-02T09:00:00.000Z');

/** Milliseconds after the room's first message. */
export const at = (ms: number): string => new Date(start + ms).toISOString();

/** A room of the demo's normal user with messages at these milliseconds; the number of each is its text. */
export function worldWith(times: readonly number[]): World {
  const world = createEmptyWorld();
  const other = world.accounts.find(({ id }) => id !== world.member.id);
  world.createRoom({ id: roomId, userIds: [world.member.id, other?.id ?? ''], at: at(-1000) });
  for (const [index, ms] of times.entries())
    world.post({ roomId, userId: world.member.id, text: String(index), at: at(ms) });
  return world;
}

/** Messages that are as old as each other come in another order at every call: Rocket.Chat promises none. */
export function withUnstableTies(world: World): World {
  const stored = world.messagesOf.bind(world);
  let turn = 0;
  world.messagesOf = (id) => {
    turn += 1;
    return shuffled(stored(id), turn);
  };
  return world;
}

/** The same rows in an order that the seed decides. */
export function shuffled<Row>(rows: readonly Row[], seed: number): Row[] {
  const result = [...rows];
  let state = (seed * 2_654_435_761) >>> 0;
  for (let index = result.length - 1; index > 0; index -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (index + 1);
    [result[index], result[other]] = [result[other] as Row, result[index] as Row];
  }
  return result;
}

/** Newest first, and by id within a millisecond: the order of `history` and of `messages`. */
export const newestFirst = (messages: readonly Message[]): string[] =>
  messages.toSorted((a, b) => (a.ts === b.ts ? compare(b._id, a._id) : compare(b.ts, a.ts))).map(({ _id }) => _id);

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));

export async function openAt(world: World, demo: Omit<DemoOptions, 'world'> = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({ demo: { world, ...demo }, env: { LOG_LEVEL: 'silent' } });
  // The workspace names the room, so that no page of it has to make sure that it is one.
  await gateway.ask(`{ directMessage(id: "${roomId}") { typeCode } }`);
  return gateway;
}

export interface EdgePage {
  readonly nodes: { readonly id: string }[];
  readonly pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  readonly totalCount?: number;
  readonly notLoadedCount?: number | null;
  readonly firstNotLoaded?: { readonly id: string } | null;
}

const pageInfo = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

/** Queries with `$ARGS` where the page's arguments go; the connection is always `c`. */
export const queries = {
  history: `{ directMessage(id: "${roomId}") { c: history($ARGS) { nodes { id } ${pageInfo} } } }`,
  messages: `{ directMessage(id: "${roomId}") { c: messages($ARGS) { nodes { id } ${pageInfo} } } }`,
  members: `{ directMessage(id: "${roomId}") { c: members($ARGS) { nodes { id } ${pageInfo} } } }`,
  rooms: `{ viewer { c: directMessages($ARGS) { nodes { id } ${pageInfo} } } }`,
  allRooms: `{ c: directMessages($ARGS) { nodes { id } ${pageInfo} } }`,
} as const;

/** The connection `c` of an answer. */
export function connectionIn(data: unknown): EdgePage | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  if ('c' in data) return (data.c ?? undefined) as EdgePage | undefined;
  return Object.values(data)
    .map(connectionIn)
    .find((page) => page !== undefined);
}

export interface AskedPage extends EdgePage {
  readonly calls: readonly string[];
}

/** One page; an error of it fails the test. */
export async function askPage(gateway: TestGateway, query: string, args: string): Promise<AskedPage> {
  const { world } = gateway.demo;
  const as = query.startsWith('{ c: directMessages') ? world.admin : world.member;
  const { data, errors, calls } = await gateway.askCounting(query.replace('$ARGS', args), { as });
  if (errors !== undefined)
    throw new Error(errors.map(({ message, path }) => `${path?.join('.')}: ${message}`).join('\n'));
  const page = connectionIn(data);
  if (page === undefined) throw new Error('there is no connection in the answer');
  return { ...page, calls };
}

export interface Walk {
  readonly ids: string[];
  readonly pages: AskedPage[];
  /** Calls of each page. */
  readonly calls: number[];
}

/** Reads page by page until the flag says that there is no more. */
export async function walk(
  gateway: TestGateway,
  query: string,
  size: number,
  { isBackward = false, more = '' } = {},
): Promise<Walk> {
  const pages: AskedPage[] = [];
  const ids: string[] = [];
  let from = '';
  for (;;) {
    const page = await askPage(gateway, query, `${isBackward ? 'last' : 'first'}: ${size} ${from} ${more}`);
    pages.push(page);
    const found = page.nodes.map(({ id }) => id);
    ids.push(...(isBackward ? found.toReversed() : found));
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
    if (!(isBackward ? hasPreviousPage : hasNextPage))
      return { ids, pages, calls: pages.map(({ calls }) => calls.length) };
    const cursor = isBackward ? startCursor : endCursor;
    if (cursor === null) throw new Error('there are more rows, and no cursor to continue with');
    from = `${isBackward ? 'before' : 'after'}: "${cursor}"`;
    if (pages.length > 500) throw new Error('it never ends');
  }
}
