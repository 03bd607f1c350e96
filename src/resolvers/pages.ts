import type { GraphQLResolveInfo } from 'graphql';
import { planPage, type PageArgs, type PagePlan } from '../pagination/args.ts';
import { emptyConnection, toConnection, type Connection } from '../pagination/connection.ts';
import { decodeCursor, encodeCursor } from '../pagination/cursor.ts';
import { readOffsetPage, type OffsetPage, type OffsetWindow } from '../pagination/offset.ts';
import type { PlaceOf, Rows } from '../pagination/place.ts';
import { cutWhole } from '../pagination/whole.ts';
import { pagePrices } from '../pagination/page-prices.ts';
import type { SearchAllowance } from '../loaders/search-allowance.ts';
import type { RestPage, RestRows, StoredRow } from '../upstream/types.ts';
import { isSelected } from './selection.ts';

/** What a page may cost. */
export interface PageBudget {
  /** Names all that the page depends on: a page of that name is read once a request. */
  readonly key: string;
  /** Calls of its own, which the plan counted. */
  readonly calls: number;
  /** Where further ones come from. */
  readonly search: SearchAllowance;
}

/** A window to load. One that a page reads again, because the list changed, has the number of the reading, from 0 on. */
export type Load<Window, Answer> = (window: Window, reading: number) => Promise<Answer>;

/** A page as it was read, and the calls that it took. */
export interface ReadPage<Result> {
  readonly page: Result;
  readonly calls: number;
}

/**
 * Runs a reader of pages: every window it yields is loaded, and the answer given back, until it returns the page. Equal
 * windows of a request share a call, but within one page each reading is a call of its own.
 */
export const follow = <Window, Result, Answer>(
  reader: Generator<Window, Result, Answer>,
  load: Load<Window, Answer>,
  { key, calls, search: allowance }: PageBudget,
): Promise<ReadPage<Result>> =>
  allowance.page(key, async (search) => {
    const readings = new Map<string, number>();
    let taken = 0;
    let step = reader.next();
    while (step.done !== true) {
      const window = JSON.stringify(step.value);
      const reading = readings.get(window) ?? 0;
      readings.set(window, reading + 1);
      let answer: Answer;
      try {
        if (taken >= calls) await search.take();
        taken += 1;
        answer = await load(step.value, reading);
      } catch (error) {
        step = reader.throw(error);
        continue;
      }
      step = reader.next(answer);
    }
    return { page: step.value, calls: taken };
  });

/** Rows as upstream listed them, each in the place that `placeOf` reads from it, also those that are left out. */
export const inPlace = <Row>({ rows, stored }: RestRows<Row>, placeOf: PlaceOf<StoredRow>): Rows<Row> => ({
  rows,
  placeAt: (index) => {
    const row = stored[index];
    return row && placeOf(row);
  },
});

export interface OffsetList<Row> {
  /** Names connection, room, filter and order: a cursor of another list is refused. */
  readonly binding: string;
  readonly isDescending: boolean;
  readonly placeOf: PlaceOf<StoredRow>;
  readonly load: Load<OffsetWindow, RestPage<Row>>;
  readonly search: SearchAllowance;
}

/** A page of a list that upstream pages by offset. See `pagination/offset.ts`. */
export async function offsetConnection<Row>(
  args: PageArgs,
  { binding, isDescending, placeOf, load, search }: OffsetList<Row>,
  info: GraphQLResolveInfo,
): Promise<Connection<Row> & { totalCount: number | (() => Promise<number>) }> {
  const plan = planPage(args);
  const cursor = decodeCursor(binding, plan);
  const read = async (size: number): Promise<OffsetPage<Row>> => {
    const sized = { ...plan, size };
    const loadInPlace = async (window: OffsetWindow, reading: number) => {
      const page = await load(window, reading);
      return { ...inPlace(page, placeOf), total: page.total };
    };
    const budget = { key: `${binding} ${JSON.stringify(sized)}`, calls: pagePrices.offset.calls, search };
    return (await follow(readOffsetPage<Row>({ plan: sized, cursor, isDescending }), loadInPlace, budget)).page;
  };
  if (plan.size === 0) return noRows(() => read(1), plan, info);
  const page = await read(plan.size);
  return { ...toConnection(page, (at) => encodeCursor(binding, at)), totalCount: page.total };
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
  info: GraphQLResolveInfo,
): Promise<Connection<Row> & { totalCount: number | (() => Promise<number>) }> {
  const plan = planPage(args);
  const cursor = decodeCursor(binding, plan);
  const read = async (size: number) => cutWhole(await load(), { ...plan, size }, cursor, placeOf);
  if (plan.size === 0) return noRows(() => read(1), plan, info);
  const page = await read(plan.size);
  return { ...toConnection(page, (at) => encodeCursor(binding, at)), totalCount: page.total };
}

interface SizedPage {
  readonly places: number;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly total: number;
}

/** What `first: 0` answers: nothing is asked, unless for `totalCount`, which tells what lies around the page as well. */
function noRows<Row>(
  readOne: () => Promise<SizedPage>,
  { cursor }: PagePlan,
  info: GraphQLResolveInfo,
): Connection<Row> & { totalCount: () => Promise<number> } {
  const isAsked = isSelected(info, 'totalCount');
  const hasNextPage = async () => {
    const { places, hasNextPage: hasMore } = await readOne();
    return places > 0 || hasMore;
  };
  return {
    ...emptyConnection<Row>({
      hasNextPage: isAsked && hasNextPage,
      hasPreviousPage: isAsked && cursor !== undefined && (async () => (await readOne()).hasPreviousPage),
    }),
    totalCount: async () => (await readOne()).total,
  };
}
