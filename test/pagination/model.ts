import type { PagePlan } from '../../src/pagination/args.ts';
import { decodeCursor, encodeCursor } from '../../src/pagination/cursor.ts';
import { readOffsetPage } from '../../src/pagination/offset.ts';
import { comparePlaces } from '../../src/pagination/place.ts';
import { newerWindow, readTimelinePage, type TimelineQuery } from '../../src/pagination/timeline.ts';
import { cutWhole } from '../../src/pagination/whole.ts';

/** A row of the model: a sort key that may be missing, and an id. */
export interface ModelRow {
  readonly id: string;
  readonly key: number | null;
}

export interface ModelPage {
  readonly rows: readonly ModelRow[];
  readonly startCursor: string | undefined;
  readonly endCursor: string | undefined;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly calls: number;
}

/** What a client asks of a list: a page after or before a cursor. */
export interface ModelAsk {
  readonly size: number;
  readonly isBackward: boolean;
  readonly cursor: string | undefined;
}

/** A list as upstream holds it, and pages read from it as the gateway reads them. */
export interface ModelList {
  readonly rows: Map<string, ModelRow>;
  /** Rows in the connection's order. */
  ordered(): ModelRow[];
  page(ask: ModelAsk): ModelPage;
  /** Called between two calls of one page: others write at any time. */
  betweenCalls: () => void;
}

const planOf = ({ size, isBackward, cursor }: ModelAsk): PagePlan => ({
  size,
  isBackward,
  cursor,
  cursorArgument: isBackward ? 'before' : 'after',
});

function run<Window, Page, Answer>(
  list: ModelList,
  reader: Generator<Window, Page, Answer>,
  answer: (window: Window) => Answer,
) {
  let calls = 0;
  let step = reader.next();
  while (step.done !== true) {
    if (calls > 0) list.betweenCalls();
    calls += 1;
    step = reader.next(answer(step.value));
  }
  return { page: step.value, calls };
}

export interface OffsetModelOptions {
  readonly isDescending: boolean;
  /** Rows that the workspace gives in one answer at most. */
  readonly cap: number;
}

/** `dm.messages`, `im.list`, `dm.list.everyone`: offset, count and total. */
export function offsetList({ isDescending, cap }: OffsetModelOptions): ModelList {
  const rows = new Map<string, ModelRow>();
  const binding = `model ${isDescending}`;
  const ordered = () => {
    const ascending = [...rows.values()].toSorted(comparePlaces);
    return isDescending ? ascending.toReversed() : ascending;
  };
  const list: ModelList = {
    rows,
    ordered,
    betweenCalls: () => undefined,
    page(ask) {
      const plan = planOf(ask);
      const cursor = decodeCursor(binding, plan);
      const reader = readOffsetPage<ModelRow>({ plan, cursor, isDescending, placeOf: (row) => row });
      const { page, calls } = run(list, reader, ({ offset, count, isReversed }) => {
        if (count < 1 || count > 100 || offset < 0) throw new Error(`asked for offset ${offset}, count ${count}`);
        const found = isReversed ? ordered().toReversed() : ordered();
        return { rows: found.slice(offset, offset + Math.min(count, cap)), total: found.length };
      });
      const cursorAt = (index: number) => {
        const row = page.rows.at(index);
        const offset = page.offsets.at(index);
        return row && encodeCursor(binding, { ...row, offset: offset ?? 0, total: page.total });
      };
      return { ...page, startCursor: cursorAt(0), endCursor: cursorAt(-1), calls };
    },
  };
  return list;
}

export interface TimelineModelOptions {
  readonly cap: number;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly isInclusive: boolean;
}

/** `dm.history`: newest first, a range of time, no total, and no order within one millisecond. */
export function timelineList({ cap, since, until, isInclusive }: TimelineModelOptions): ModelList {
  const rows = new Map<string, ModelRow>();
  const iso = (key: number | undefined) => (key === undefined ? undefined : new Date(key).toISOString());
  let provenCap = 0;
  const isInRange = ({ key }: ModelRow) =>
    (since === undefined || (isInclusive ? (key ?? 0) >= since : (key ?? 0) > since)) &&
    (until === undefined || (isInclusive ? (key ?? 0) <= until : (key ?? 0) < until));
  // Upstream's order within a millisecond is nobody's promise: here, the order of insertion.
  const stored = () => [...rows.values()].toSorted((a, b) => (b.key ?? 0) - (a.key ?? 0));
  const list: ModelList = {
    rows,
    betweenCalls: () => undefined,
    ordered: () => [...rows.values()].filter(isInRange).toSorted((a, b) => comparePlaces(b, a)),
    page(ask) {
      const plan = planOf(ask);
      const cursor = decodeCursor('history', plan);
      const query: TimelineQuery<ModelRow> = {
        plan,
        cursor,
        since: iso(since),
        until: iso(until),
        isInclusive,
        placeOf: (row) => row,
        provenCap: () => provenCap,
      };
      const answer = ({ latest, oldest, inclusive, offset, count }: ReturnType<typeof newerWindow>) => {
        if (count < 1 || count > 100 || offset < 0) throw new Error(`asked for offset ${offset}, count ${count}`);
        const low = oldest === undefined ? -Infinity : Date.parse(oldest);
        const high = latest === undefined ? Infinity : Date.parse(latest);
        const visible = stored().filter(({ key }) => {
          const at = key ?? 0;
          return inclusive ? at >= low && at <= high : at > low && at < high;
        });
        const found = visible.slice(offset, offset + Math.min(count, cap));
        provenCap = Math.max(provenCap, found.length);
        return { rows: found, unreadNotLoaded: undefined, firstUnread: undefined };
      };
      const { page, calls } = run(list, readTimelinePage(query), answer);
      const cursorAt = (index: number) => {
        const row = page.rows.at(index);
        return row && encodeCursor('history', { ...row, offset: 0, total: 0 });
      };
      const hasPreviousPage = page.hasPreviousPage ?? answer(newerWindow(query)).rows.length > 0;
      return { ...page, hasPreviousPage, startCursor: cursorAt(0), endCursor: cursorAt(-1), calls };
    },
  };
  return list;
}

/** Receipts and members: upstream answers the list whole. */
export function wholeList(): ModelList {
  const rows = new Map<string, ModelRow>();
  return {
    rows,
    betweenCalls: () => undefined,
    ordered: () => [...rows.values()].toSorted(comparePlaces),
    page(ask) {
      const plan = planOf(ask);
      const page = cutWhole([...rows.values()], plan, decodeCursor('whole', plan), (row) => row);
      const cursorAt = (index: number) => {
        const row = page.rows.at(index);
        return row && encodeCursor('whole', { ...row, offset: 0, total: 0 });
      };
      return { ...page, hasPreviousPage: page.hasPreviousPage === true, startCursor: cursorAt(0), endCursor: cursorAt(-1), calls: 1 };
    },
  };
}
