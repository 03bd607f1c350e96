import { planPage, type PageArgs } from '../pagination/args.ts';
import { emptyPage, toConnection, type Connection } from '../pagination/connection.ts';
import { decodeCursor, encodeCursor } from '../pagination/cursor.ts';
import { readOffsetPage, type OffsetAnswer, type OffsetWindow } from '../pagination/offset.ts';
import type { PlaceOf } from '../pagination/place.ts';
import { cutWhole } from '../pagination/whole.ts';
import { pagePrices } from '../planning/page-prices.ts';
import type { SearchAllowance } from '../planning/search-allowance.ts';

/** What a page may cost. */
export interface PageBudget {
  /** Names all that the page depends on: a page of that name is read once a request. */
  readonly key: string;
  /** Calls of its own, which the plan counted. */
  readonly calls: number;
  /** Where further ones come from. */
  readonly search: SearchAllowance;
}

/** Runs a reader of pages: every window it yields is loaded, and the answer given back, until it returns the page. */
export const follow = <Window, Page, Answer>(
  reader: Generator<Window, Page, Answer>,
  load: (window: Window) => Promise<Answer>,
  { key, calls, search: allowance }: PageBudget,
): Promise<Page> =>
  allowance.page(key, async (search) => {
    let step = reader.next();
    for (let call = 1; step.done !== true; call += 1) {
      if (call > calls) await search.take();
      step = reader.next(await load(step.value));
    }
    return step.value;
  });

export interface OffsetList<Row> {
  /** Names connection, room, filter and order: a cursor of another list is refused. */
  readonly binding: string;
  readonly isDescending: boolean;
  readonly placeOf: PlaceOf<Row>;
  readonly load: (window: OffsetWindow) => Promise<OffsetAnswer<Row>>;
  readonly search: SearchAllowance;
}

/** A page of a list that upstream pages by offset. See `pagination/offset.ts`. */
export async function offsetConnection<Row>(
  args: PageArgs,
  { binding, isDescending, placeOf, load, search }: OffsetList<Row>,
): Promise<Connection<Row> & { totalCount: number | (() => Promise<number>) }> {
  const plan = planPage(args);
  const cursor = decodeCursor(binding, plan);
  if (plan.size === 0) {
    const totalCount = async () => (await load({ offset: 0, count: 1, isReversed: false })).total;
    return { ...toConnection<Row>(emptyPage, () => ''), totalCount };
  }
  const budget = { key: `${binding} ${JSON.stringify(plan)}`, calls: pagePrices.offset.calls, search };
  const page = await follow(readOffsetPage({ plan, cursor, isDescending, placeOf }), load, budget);
  const { offsets, total } = page;
  const cursorOf = (row: Row, index: number) =>
    encodeCursor(binding, { ...placeOf(row), offset: offsets[index] ?? 0, total });
  return { ...toConnection(page, cursorOf), totalCount: total };
}

export interface WholeList<Row> {
  readonly binding: string;
  readonly placeOf: PlaceOf<Row>;
  readonly load: () => Promise<readonly Row[]>;
}

/** A page of a list that upstream answers whole. See `pagination/whole.ts`. */
export async function wholeConnection<Row>(
  args: PageArgs,
  { binding, placeOf, load }: WholeList<Row>,
): Promise<Connection<Row> & { totalCount: number | (() => Promise<number>) }> {
  const plan = planPage(args);
  const cursor = decodeCursor(binding, plan);
  if (plan.size === 0) {
    return { ...toConnection<Row>(emptyPage, () => ''), totalCount: async () => (await load()).length };
  }
  const page = cutWhole(await load(), plan, cursor, placeOf);
  const cursorOf = (row: Row) => encodeCursor(binding, { ...placeOf(row), offset: 0, total: 0 });
  return { ...toConnection(page, cursorOf), totalCount: page.total };
}
