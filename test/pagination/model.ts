import type { PagePlan } from '../../src/pagination/args.ts';
import { decodeCursor, encodeCursor, type Cursor } from '../../src/pagination/cursor.ts';
import { countGap } from '../../src/pagination/gap.ts';
import { readOffsetPage } from '../../src/pagination/offset.ts';
import { comparePlaces, type Place, type Rows } from '../../src/pagination/place.ts';
import { newerWindow, readTimelinePage } from '../../src/pagination/timeline.ts';
import type { TimelineQuery, TimelineWindow } from '../../src/pagination/timeline-window.ts';
import { cutWhole } from '../../src/pagination/whole.ts';

/** A row of the model: a sort key that may be missing, and an id. */
export interface ModelRow {
  readonly id: string;
  readonly key: number | null;
  /** Left out of answers, as a row that cannot be read or is hidden: with its place, or even without an id. */
  readonly isLeftOut?: 'in its place' | 'without a place';
}

export interface ModelPage {
  readonly rows: readonly ModelRow[];
  readonly startCursor: string | undefined;
  readonly endCursor: string | undefined;
  readonly startPlace: Place | undefined;
  readonly endPlace: Place | undefined;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly calls: number;
  /** For a history with `since`: the reported gap. */
  readonly gap?: { readonly count: number | null; readonly first: ModelRow | undefined };
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
  /** Whether the next call fails. */
  failsNext: () => boolean;
  /** Where the range of a history begins. */
  readonly since?: number | undefined;
}

const planOf = ({ size, isBackward, cursor }: ModelAsk): PagePlan => ({
  size,
  isBackward,
  cursor,
  cursorArgument: isBackward ? 'before' : 'after',
});

/** A call that the workspace, or its limiter, does not answer. */
export class CallFailed extends Error {}

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
    if (calls > 300) throw new Error('it never ends');
    step = list.failsNext() ? reader.throw(new CallFailed()) : reader.next(answer(step.value));
  }
  return { page: step.value, calls };
}

/** Rows as in an upstream response. */
export const inPlace = (rows: readonly ModelRow[]): Rows<ModelRow> => ({
  rows: rows.map((row) => (row.isLeftOut === undefined ? row : undefined)),
  placeAt: (index) => {
    const row = rows[index];
    return row === undefined || row.isLeftOut === 'without a place' ? undefined : { key: row.key, id: row.id };
  },
});

function endsOf(
  binding: string,
  { places, cursorAt }: { readonly places: number; readonly cursorAt: (place: number) => Cursor },
) {
  const [start, end] = places === 0 ? [] : [cursorAt(0), cursorAt(places - 1)];
  return {
    startPlace: start,
    endPlace: end,
    startCursor: start && encodeCursor(binding, start),
    endCursor: end && encodeCursor(binding, end),
  };
}

/** The same rows in an order that the seed decides. */
function shuffled<Row>(rows: readonly Row[], seed: number): Row[] {
  const result = [...rows];
  let state = seed;
  for (let index = result.length - 1; index > 0; index -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (index + 1);
    [result[index], result[other]] = [result[other] as Row, result[index] as Row];
  }
  return result;
}

export interface OffsetModelOptions {
  readonly isDescending: boolean;
  /** The workspace's cap per response, call by call, then again from the first. */
  readonly caps: readonly number[];
}

/** `dm.messages`, `im.list`, `dm.list.everyone`: offset, count and total. */
export function offsetList({ isDescending, caps }: OffsetModelOptions): ModelList {
  const rows = new Map<string, ModelRow>();
  const binding = `model ${isDescending}`;
  let call = 0;
  const ordered = () => {
    const ascending = [...rows.values()].toSorted(comparePlaces);
    return isDescending ? ascending.toReversed() : ascending;
  };
  const list: ModelList = {
    rows,
    ordered,
    betweenCalls: () => undefined,
    failsNext: () => false,
    page(ask) {
      const plan = planOf(ask);
      const cursor = decodeCursor(binding, plan);
      const { page, calls } = run(
        list,
        readOffsetPage<ModelRow>({ plan, cursor, isDescending }),
        ({ offset, count, isReversed }) => {
          if (count < 1 || count > 100 || offset < 0) throw new Error(`asked for offset ${offset}, count ${count}`);
          const found = isReversed ? ordered().toReversed() : ordered();
          const cap = caps[call % caps.length] ?? 100;
          call += 1;
          return { ...inPlace(found.slice(offset, offset + Math.min(count, cap))), total: found.length };
        },
      );
      return { ...page, ...endsOf(binding, page), calls };
    },
  };
  return list;
}

export interface TimelineModelOptions {
  readonly caps: readonly number[];
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly isInclusive: boolean;
  /** Rows of one millisecond come in another order at every call; else in that of their insertion. */
  readonly isUnstable?: boolean;
}

/** `dm.history`: newest first, a range of time, no total, and no order within one millisecond. */
export function timelineList({ caps, since, until, isInclusive, isUnstable = false }: TimelineModelOptions): ModelList {
  const rows = new Map<string, ModelRow>();
  const iso = (key: number | undefined) => (key === undefined ? undefined : new Date(key).toISOString());
  let call = 0;
  const isInRange = ({ key }: ModelRow) =>
    (since === undefined || (isInclusive ? (key ?? 0) >= since : (key ?? 0) > since)) &&
    (until === undefined || (isInclusive ? (key ?? 0) <= until : (key ?? 0) < until));
  const stored = () => {
    const all = [...rows.values()];
    return (isUnstable ? shuffled(all, call) : all).toSorted((a, b) => (b.key ?? 0) - (a.key ?? 0));
  };
  const answer = ({ latest, oldest, inclusive, offset, count }: TimelineWindow): ModelRow[] => {
    if (count < 1 || count > 100 || offset < 0) throw new Error(`asked for offset ${offset}, count ${count}`);
    const low = oldest === undefined ? -Infinity : Date.parse(oldest);
    const high = Date.parse(latest);
    if (low === high) throw new Error('the workspace may take equal bounds for nothing');
    const visible = stored().filter(({ key }) => {
      const at = key ?? 0;
      return inclusive ? at >= low && at <= high : at > low && at < high;
    });
    const cap = caps[call % caps.length] ?? 100;
    call += 1;
    return visible.slice(offset, offset + Math.min(count, cap));
  };
  /** With `unreads`: what lies strictly between `oldest` and the last row. */
  const answerWithGap = (window: TimelineWindow) => {
    const found = answer(window);
    const gap = stored().filter(
      ({ key }) => (key ?? 0) > Date.parse(window.oldest ?? '') && (key ?? 0) < (found.at(-1)?.key ?? 0),
    );
    const first = gap.at(-1);
    return {
      ...inPlace(found),
      unreadNotLoaded: gap.length,
      firstUnread: first?.isLeftOut === undefined ? first : undefined,
    };
  };
  const list: ModelList = {
    rows,
    since,
    betweenCalls: () => undefined,
    failsNext: () => false,
    ordered: () => [...rows.values()].filter(isInRange).toSorted((a, b) => comparePlaces(b, a)),
    page(ask) {
      const plan = planOf(ask);
      const query: TimelineQuery = {
        plan,
        cursor: decodeCursor('history', plan),
        since: iso(since),
        until: iso(until),
        isInclusive,
      };
      const { page, calls } = run(list, readTimelinePage<ModelRow>(query), (window) => inPlace(answer(window)));
      const { gap, ...rest } = page;
      return {
        ...rest,
        ...endsOf('history', page),
        hasPreviousPage: page.hasPreviousPage ?? answer(newerWindow(query)).length > 0,
        calls,
        ...(since !== undefined && { gap: countGap(gap, gap.others && answerWithGap(gap.others)) }),
      };
    },
  };
  return list;
}

/** Receipts and members: upstream returns the whole list, in any order. */
export function wholeList(): ModelList {
  const rows = new Map<string, ModelRow>();
  let call = 0;
  return {
    rows,
    betweenCalls: () => undefined,
    failsNext: () => false,
    ordered: () => [...rows.values()].toSorted(comparePlaces),
    page(ask) {
      const plan = planOf(ask);
      const shown = [...rows.values()].filter(({ isLeftOut }) => isLeftOut === undefined);
      const page = cutWhole(shuffled(shown, (call += 1)), plan, decodeCursor('whole', plan), (row) => ({
        key: row.key,
        id: row.id,
      }));
      return { ...page, ...endsOf('whole', page), calls: 1 };
    },
  };
}
