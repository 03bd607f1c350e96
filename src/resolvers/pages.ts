import { planPage, type PageArgs, type PagePlan } from '../pagination/args.ts';
import { emptyConnection, PageConnection, type Connection, type Page } from '../pagination/connection.ts';
import { decodeCursor, type Cursor } from '../pagination/cursor.ts';
import { readOffsetPage, type OffsetPage, type OffsetWindow } from '../pagination/offset.ts';
import type { PlaceOf, Rows } from '../pagination/place.ts';
import { cutWhole } from '../pagination/whole.ts';
import { pagePrices } from '../pagination/page-prices.ts';
import type { SearchAllowance } from '../loaders/search-allowance.ts';
import type { RestPage, RestRows, StoredRow } from '../upstream/types.ts';

/** Which page is read, and the upstream calls that it may make. */
export interface PageRead {
  /** Names everything the page depends on: equal pages of a request are read once. */
  readonly key: string;
  /** Calls that the query cost already includes. */
  readonly includedCalls: number;
  /** Source of any further calls. */
  readonly search: SearchAllowance;
}

/**
 * Loads a window. `reading` counts from 0 how often this page has loaded the same window: again, if the list changed.
 */
export type Load<Window, Loaded> = (window: Window, reading: number) => Promise<Loaded>;

/** A page, and the calls that it took. */
export interface DrivenPage<Page> {
  readonly page: Page;
  readonly calls: number;
}

/**
 * Drives a pager of `pagination/`: loads every window it yields and passes the rows back in their places, until it returns
 * the page. Equal windows share a call across the pages of a request; within one page each reading is a new call.
 */
export const drivePager = <Window, Page, Loaded, Placed>(
  pager: Generator<Window, Page, Placed>,
  load: Load<Window, Loaded>,
  place: (loaded: Loaded) => Placed,
  { key, includedCalls, search: allowance }: PageRead,
): Promise<DrivenPage<Page>> =>
  allowance.page(key, async (search) => {
    const windows: Window[] = [];
    let calls = 0;
    let step = pager.next();
    while (step.done !== true) {
      const window = step.value;
      const reading = timesIn(windows, window);
      windows.push(window);
      let loaded: Loaded;
      try {
        if (calls >= includedCalls) await search.take();
        calls += 1;
        loaded = await load(window, reading);
      } catch (error) {
        step = pager.throw(error);
        continue;
      }
      step = pager.next(place(loaded));
    }
    return { page: step.value, calls };
  });

/** How many windows are the same as this one. */
function timesIn<Window>(windows: readonly Window[], window: Window): number {
  if (windows.length === 0) return 0;
  const text = JSON.stringify(window);
  return windows.filter((other) => JSON.stringify(other) === text).length;
}

/** Upstream's rows, each with its place, including rows that the gateway leaves out. */
export const inPlace = <Row>({ rows, storedAt }: RestRows<Row>, placeOf: PlaceOf<StoredRow>): Rows<Row> => ({
  rows,
  placeAt: (index) => {
    const stored = storedAt(index);
    return stored && placeOf(stored);
  },
});

export interface OffsetList<Row> {
  /** Names connection, room, filter and order. A cursor of another list is rejected. */
  readonly binding: string;
  readonly isDescending: boolean;
  readonly placeOf: PlaceOf<StoredRow>;
  readonly load: Load<OffsetWindow, RestPage<Row>>;
  readonly search: SearchAllowance;
}

/** A page of a list that upstream pages by offset. See `pagination/offset.ts`. */
export async function offsetConnection<Row>(args: PageArgs, list: OffsetList<Row>): Promise<Counted<Row>> {
  const plan = planPage(args);
  const cursor = decodeCursor(list.binding, plan);
  if (plan.size === 0) return noRows(async () => (await offsetPage({ ...plan, size: 1 }, cursor, list)).page, plan);
  return new CountedConnection((await offsetPage(plan, cursor, list)).page, list.binding);
}

function offsetPage<Row>(
  plan: PagePlan,
  cursor: Cursor | undefined,
  { binding, isDescending, placeOf, load, search }: OffsetList<Row>,
): Promise<DrivenPage<OffsetPage<Row>>> {
  const place = (page: RestPage<Row>) => {
    const { rows, placeAt } = inPlace(page, placeOf);
    return { rows, placeAt, total: page.total };
  };
  const key = `${binding} ${JSON.stringify(plan)}`;
  const read: PageRead = { key, includedCalls: pagePrices.offset.calls, search };
  return drivePager(readOffsetPage<Row>({ plan, cursor, isDescending }), load, place, read);
}

export interface WholeList<Row> {
  readonly binding: string;
  readonly placeOf: PlaceOf<Row>;
  /** All rows; null if there is no such list, which is shown as an empty one. */
  readonly load: () => Promise<readonly Row[] | null>;
}

/** A page of a list that upstream returns whole. See `pagination/whole.ts`. */
export async function wholeConnection<Row>(
  args: PageArgs,
  { binding, placeOf, load }: WholeList<Row>,
): Promise<Counted<Row> & Available> {
  const plan = planPage(args);
  const cursor = decodeCursor(binding, plan);
  if (plan.size === 0) {
    const readOne = async () => cutWhole((await load()) ?? [], { ...plan, size: 1 }, cursor, placeOf);
    return { ...noRows(readOne, plan), isAvailable: async () => (await load()) !== null };
  }
  const rows = await load();
  return new WholeConnection(cutWhole(rows ?? [], plan, cursor, placeOf), binding, rows !== null);
}

/** A connection with `totalCount`, which is a function where it takes a call. */
type Counted<Row> = Connection<Row> & { readonly totalCount: number | (() => Promise<number>) };

interface Available {
  /** Whether there is such a list: a function where finding out takes a call. */
  readonly isAvailable: boolean | (() => Promise<boolean>);
}

interface CountedPage<Row> extends Page<Row> {
  readonly hasPreviousPage: boolean;
  readonly total: number;
}

class CountedConnection<Row> extends PageConnection<Row> {
  readonly totalCount: number;

  constructor(page: CountedPage<Row>, binding: string) {
    super(page, binding);
    this.totalCount = page.total;
  }
}

class WholeConnection<Row> extends CountedConnection<Row> implements Available {
  readonly isAvailable: boolean;

  constructor(page: CountedPage<Row>, binding: string, isAvailable: boolean) {
    super(page, binding);
    this.isAvailable = isAvailable;
  }
}

/** The page of `first: 0`: a fact about all pages takes a call, and the others the same one. */
function noRows<Row>(readOne: () => Promise<CountedPage<Row>>, { cursor }: PagePlan): Counted<Row> {
  const hasNextPage = async () => {
    const { places, hasNextPage: hasMore } = await readOne();
    return places > 0 || hasMore;
  };
  return {
    ...emptyConnection<Row>({
      hasNextPage,
      hasPreviousPage: cursor !== undefined && (async () => (await readOne()).hasPreviousPage),
    }),
    totalCount: async () => (await readOne()).total,
  };
}
