import { GatewayError } from '../errors.ts';
import { maxPageSize, type PagePlan } from './args.ts';
import type { Page } from './connection.ts';
import type { Cursor } from './cursor.ts';
import { comparePlaces, type Place, type Rows } from './place.ts';

/**
 * Exact pages over an upstream list that knows only `offset`, `count` and `total`: a keyset over offsets.
 *
 * The list has a total order (sort key, then id), and a cursor names its row by both. To continue after it we ask for
 * the row again, where it was, and for `size` rows more. The page begins at the first row that sorts after the cursor,
 * and that beginning is proven only by a neighbour: the row before it, in the same answer, sorts before or equals the
 * cursor (or there is no row before it). So it does not matter whether the cursor's row still exists, and no row that
 * stays is skipped or repeated, whatever came or went in front of it.
 *
 * When the beginning is not in the answer, the list has moved: first by as much as its total has changed, then in
 * doubling steps, then by halves. Cost: one call a page when nothing changed, two when the page's beginning was in the
 * answer but not all of its rows, and O(log drift) else.
 *
 * Backward pages are forward pages of the reversed order: upstream is asked with the order turned round, so the last
 * rows cost one call as well, wherever they are.
 *
 * A page holds what one answer brings: fewer rows than asked for where the workspace caps `count`, and 99 instead of
 * 100 after a cursor, as its row is asked for too. `hasNextPage` compares with the total, so it is true all the same.
 *
 * Rows that are left out (they cannot be read, or are hidden) are places like all others: a page of nothing else has no
 * rows, but a cursor to continue with. Only rows without an id have no place; the page goes on behind them.
 *
 * Where answers hold one row only, the neighbour is in the answer before: that proves a beginning as long as nothing
 * changes between the two.
 */
export interface OffsetWindow {
  readonly offset: number;
  /** 1 to 100. */
  readonly count: number;
  /** Ask in the reversed order. */
  readonly isReversed: boolean;
}

export interface OffsetAnswer<Row> extends Rows<Row> {
  readonly total: number;
}

export interface OffsetPage<Row> extends Page<Row> {
  readonly hasPreviousPage: boolean;
  readonly total: number;
}

export interface OffsetQuery {
  readonly plan: PagePlan;
  readonly cursor: Cursor | undefined;
  /** The connection's own order. */
  readonly isDescending: boolean;
}

/** More calls than a search of any list takes; beyond them the list changes faster than it can be read. */
const maxCalls = 40;

/** No cursor sends a page farther than this into a list unless the list's own total does. */
const maxBlindOffset = 100_000;

/** Yields the window to ask for next, takes its answer, and returns the page. Needs `plan.size` of 1 or more. */
export function* readOffsetPage<Row>(query: OffsetQuery): Generator<OffsetWindow, OffsetPage<Row>, OffsetAnswer<Row>> {
  const { plan, cursor, isDescending } = query;
  const isReversed = plan.isBackward;
  // "Offset" counts in reading order here: from the end of the list for a backward page.
  const isAscending = isDescending === isReversed;
  const isSeen = (place: Place) => {
    if (cursor === undefined) return false;
    const order = comparePlaces(place, cursor);
    return isAscending ? order <= 0 : order >= 0;
  };
  const search = new Search(cursor, plan);
  let shortPage: OffsetPage<Row> | undefined;
  for (let call = 1; call <= maxCalls; call += 1) {
    const { offset, count } = search;
    let answer: OffsetAnswer<Row>;
    try {
      answer = yield { offset, count, isReversed };
    } catch (error) {
      if (shortPage === undefined) throw error;
      return shortPage; // what was to fill it up could not be had
    }
    const { placeAt, total } = answer;
    const rows = answer.rows.length;
    const isWholeRest = offset + rows >= total || (offset === 0 && rows === 0);
    const { start, hasSeen } = beginningOf(answer, isSeen);
    const hasNeighbour = offset === 0 || hasSeen || search.hasSeenBefore({ start, rows, total });
    if (hasNeighbour && (start < rows || isWholeRest)) {
      const hasMoreBefore = cursor !== undefined && (offset > 0 || hasSeen);
      const page = cutPage(plan, answer, { offset, start, isWholeRest, hasMoreBefore });
      // Filled up by one more call at most: while others write all the time, the next would find it moved again.
      if (isWholeRest || start <= 1 || cursor === undefined || shortPage !== undefined) return page;
      shortPage = page;
      search.restartAt(offset + start - 1);
    } else {
      search.move({ total, rows, isBefore: !hasNeighbour, endsWithoutPlace: placeAt(rows - 1) === undefined });
    }
  }
  throw new GatewayError('UPSTREAM_BAD_RESPONSE', 'The list changes faster than it can be read: try again.', {
    detail: `no page after ${maxCalls} calls`,
  });
}

/** Index of the first new row, or of the end, and whether a row before it is known to be none. */
function beginningOf<Row>({ rows, placeAt }: Rows<Row>, isSeen: (place: Place) => boolean) {
  let start = 0;
  let hasSeen = false;
  for (; start < rows.length; start += 1) {
    const place = placeAt(start);
    if (place !== undefined && !isSeen(place)) break;
    hasSeen ||= place !== undefined;
  }
  return { start, hasSeen };
}

interface Finding {
  readonly total: number;
  readonly rows: number;
  /** The first new row is before the window (or at its start, unproven); else it is after the window. */
  readonly isBefore: boolean;
  /** The last row of the window has no id, so that it proves nothing the next time. */
  readonly endsWithoutPlace: boolean;
}

/** Where to look next for the first row after the cursor. Bounds hold as long as nothing changes between two calls. */
class Search {
  offset: number;
  count: number;
  readonly #cursorOffset: number;
  readonly #cursorTotal: number;
  /** Offset of a row known to be seen; -1 when none is. */
  #lower = -1;
  /** Offset at or after the first row that is not. */
  #upper = Number.POSITIVE_INFINITY;
  /** Rows of a window, as steps count them: one where the workspace gives no more. */
  #reach: number;
  #step: number;
  #total: number | undefined;
  #hasShifted = false;

  constructor(cursor: Cursor | undefined, { size, isBackward }: PagePlan) {
    this.#cursorTotal = cursor?.total ?? 0;
    const offset = cursor?.offset ?? 0;
    this.#cursorOffset = isBackward && cursor !== undefined ? Math.max(0, cursor.total - 1 - offset) : offset;
    this.offset = Math.min(maxBlindOffset, this.#cursorOffset);
    this.count = cursor === undefined ? size : Math.min(maxPageSize, size + 1);
    this.#reach = Math.max(2, this.count);
    this.#step = this.#reach - 1;
  }

  restartAt(offset: number): void {
    this.offset = offset;
  }

  /**
   * Whether an earlier answer saw the row before the first new one: that row has no id to be known by in this answer, or
   * this answer holds one row only.
   */
  hasSeenBefore({ start, rows, total }: { start: number; rows: number; total: number }): boolean {
    const isNextRow = this.#reach === 1 && rows === 1 && this.offset === this.#lower + 1;
    return total === this.#total && (isNextRow || (start > 0 && this.offset <= this.#lower));
  }

  move({ total, rows, isBefore, endsWithoutPlace }: Finding): void {
    if (isBefore) this.#upper = Math.min(this.offset, total);
    else this.#lower = this.offset + Math.max(1, rows) - 1;
    // Of answers of one row, none shows that an older bound holds no longer; the total may.
    const isOutdated = isBefore && this.#reach === 1 && total !== this.#total;
    if (this.#lower >= this.#upper || isOutdated) {
      // The list changed under the search: what this call showed holds, the older bound does not.
      if (isBefore) this.#lower = -1;
      else this.#upper = Number.POSITIVE_INFINITY;
    }
    if (rows === 1 && this.count > 1 && this.offset + 1 < total && this.#reach > 1) this.#reach = this.#step = 1;
    this.#total = total;
    const next = endsWithoutPlace && !isBefore ? this.#goOn() : this.#nextOffset(total, isBefore);
    this.offset = Math.max(0, Math.min(next, total - 1));
  }

  /** Row by row, as there is no place to jump over. */
  #goOn(): number {
    this.count = maxPageSize;
    return this.#reach === 1 ? this.#lower + 1 : this.#lower;
  }

  #nextOffset(total: number, isBefore: boolean): number {
    const shifted = this.#cursorOffset + total - this.#cursorTotal;
    const canShift = !this.#hasShifted && shifted >= this.#lower && shifted < this.#upper && shifted !== this.offset;
    this.#hasShifted = true;
    if (canShift) return shifted;
    const width = this.#upper - this.#lower;
    if (width < this.#reach) return this.#lower;
    if (width <= 1) return this.#upper;
    const stepped = isBefore ? this.#upper - this.#step : this.#lower + this.#step - this.#reach + 1;
    this.#step *= 2;
    if (stepped >= this.#lower && stepped < this.#upper) return stepped;
    if (isBefore && this.#lower === -1) return 0;
    return Math.floor((this.#lower + this.#upper) / 2);
  }
}

/** Which part of an answer is new. */
interface Cut {
  readonly offset: number;
  /** Index of the first new row. */
  readonly start: number;
  /** Whether no row follows those of the answer. */
  readonly isWholeRest: boolean;
  readonly hasMoreBefore: boolean;
}

function cutPage<Row>(plan: PagePlan, answer: OffsetAnswer<Row>, cut: Cut): OffsetPage<Row> {
  const { offset, start, isWholeRest, hasMoreBefore } = cut;
  const { rows, placeAt } = answer;
  const total = Math.max(answer.total, offset + rows.length);
  const shown: number[] = [];
  const leftOut: number[] = [];
  let end = start;
  for (; end < rows.length && shown.length < plan.size; end += 1) {
    if (rows[end] !== undefined) shown.push(end);
    else if (placeAt(end) !== undefined) leftOut.push(end);
  }
  const places = shown.length > 0 ? shown : leftOut;
  if (plan.isBackward) places.reverse();
  const hasMoreAfter = isWholeRest ? end < rows.length : offset + end < total;
  return {
    rows: places.flatMap((index) => rows[index] ?? []),
    places: places.length,
    cursorAt(position) {
      const index = places[position] as number;
      return {
        ...(placeAt(index) as Place),
        offset: plan.isBackward ? total - 1 - offset - index : offset + index,
        total,
      };
    },
    total: answer.total,
    hasNextPage: plan.isBackward ? hasMoreBefore : hasMoreAfter,
    hasPreviousPage: plan.isBackward ? hasMoreAfter : hasMoreBefore,
  };
}
