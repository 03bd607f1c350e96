import { GatewayError } from '../errors.ts';
import { maxPageSize } from '../limits.ts';
import { type PagePlan } from './args.ts';
import type { Page } from './connection.ts';
import type { Cursor } from './cursor.ts';
import { comparePlaces, type Place, type Rows } from './place.ts';

/**
 * Exact pages over an upstream list that knows only `offset`, `count` and `total`: keyset pagination over offsets.
 *
 * The list has a total order (sort key, then id), and a cursor names its row by both. To continue after it, we request
 * that row again at its old offset, and `size` more rows. The page starts at the first row that sorts after the cursor.
 * Only a neighbour proves that start: the row before it, in the same response, sorts before or equals the cursor (or
 * there is no row before it). So the cursor's row need not exist any more, and no row that stays is skipped or
 * repeated, whatever came or went in front of it.
 *
 * If the start is not in the response, the list has moved. We look for it first where the change in total suggests,
 * then in doubling steps, then by bisection. Cost: one call per page if nothing changed, two if the response held the
 * page's start but not all of its rows, otherwise O(log drift).
 *
 * Backward pages are forward pages of the reversed order: upstream sorts in reverse, so the last rows also cost one
 * call, wherever they are.
 *
 * A page holds the rows of one response: fewer than requested if the workspace caps `count`, and 99 instead of 100
 * after a cursor, because the cursor's row takes one. `hasNextPage` compares with the total, so it is exact all the
 * same.
 *
 * Rows left out (unreadable or hidden) keep their places: a page of nothing else has no rows, but a cursor to continue
 * from. Only rows without an id have no place; the page skips them.
 *
 * If responses hold only one row, the neighbour is in the previous response. That proves a start only if nothing
 * changes between the two calls.
 */
export interface OffsetWindow {
  readonly offset: number;
  /** 1 to 100. */
  readonly count: number;
  /** Whether upstream sorts in reverse. */
  readonly isReversed: boolean;
}

export interface OffsetResponse<Row> extends Rows<Row> {
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

/** No search of an unchanging list takes this many calls. */
const maxCalls = 40;

/** Limit for a cursor's offset until upstream's total confirms it. */
const maxBlindOffset = 100_000;

/** Yields each window to load, receives the response, and returns the page. `plan.size` must be at least 1. */
export function* readOffsetPage<Row>(
  query: OffsetQuery,
): Generator<OffsetWindow, OffsetPage<Row>, OffsetResponse<Row>> {
  const { plan, cursor, isDescending } = query;
  const isReversed = plan.isBackward;
  // Offsets count in reading order: for a backward page, from the end of the list.
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
    let response: OffsetResponse<Row>;
    try {
      response = yield { offset, count, isReversed };
    } catch (error) {
      if (shortPage === undefined) throw error;
      return shortPage; // only the call that would fill it up failed
    }
    const { placeAt, total } = response;
    const rows = response.rows.length;
    const isWholeRest = offset + rows >= total || (offset === 0 && rows === 0);
    const { start, hasSeen } = beginningOf(response, isSeen);
    const hasNeighbour = offset === 0 || hasSeen || search.hasSeenBefore({ start, rows, total });
    if (hasNeighbour && (start < rows || isWholeRest)) {
      const hasMoreBefore = cursor !== undefined && (offset > 0 || hasSeen);
      const page = cutPage(plan, response, { offset, start, isWholeRest, hasMoreBefore });
      // Fill it up with one more call at most: in a busy list, every further call would find it moved again.
      if (isWholeRest || start <= 1 || cursor === undefined || shortPage !== undefined) return page;
      shortPage = page;
      search.restartAt(offset + start - 1);
    } else {
      search.move({ total, rows, isBefore: !hasNeighbour, endsWithoutPlace: placeAt(rows - 1) === undefined });
    }
  }
  throw new GatewayError('UPSTREAM_BAD_RESPONSE', 'The list changes faster than the gateway can read it: try again.', {
    detail: `no page after ${maxCalls} calls`,
  });
}

/** Index of the first new row, or of the end, and whether an already seen row precedes it. */
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
  /** Whether the first new row is before the window (or at its start, unproven); otherwise it is after the window. */
  readonly isBefore: boolean;
  /** Whether the last row of the window has no id, so that it proves nothing next time. */
  readonly endsWithoutPlace: boolean;
}

/** Where to look next for the first row after the cursor. The bounds hold while nothing changes between two calls. */
class Search {
  offset: number;
  count: number;
  readonly #cursorOffset: number;
  readonly #cursorTotal: number;
  /** Offset of a row known to be at or before the cursor; -1 if none is. */
  #lower = -1;
  /** Offset at or after the first row behind the cursor. */
  #upper = Number.POSITIVE_INFINITY;
  /** Rows that a window covers; one if the workspace returns only one row at a time. */
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
   * Whether an earlier response showed the row before the first new one. Needed if that row has no id, and if this
   * response holds only one row.
   */
  hasSeenBefore({ start, rows, total }: { start: number; rows: number; total: number }): boolean {
    const isNextRow = this.#reach === 1 && rows === 1 && this.offset === this.#lower + 1;
    return total === this.#total && (isNextRow || (start > 0 && this.offset <= this.#lower));
  }

  move({ total, rows, isBefore, endsWithoutPlace }: Finding): void {
    if (isBefore) this.#upper = Math.min(this.offset, total);
    else this.#lower = this.offset + Math.max(1, rows) - 1;
    // A response of one row never disproves an older bound; a changed total may.
    const isOutdated = isBefore && this.#reach === 1 && total !== this.#total;
    if (this.#lower >= this.#upper || isOutdated) {
      // The list changed during the search: keep what this call showed, drop the older bound.
      if (isBefore) this.#lower = -1;
      else this.#upper = Number.POSITIVE_INFINITY;
    }
    if (rows === 1 && this.count > 1 && this.offset + 1 < total && this.#reach > 1) this.#reach = this.#step = 1;
    this.#total = total;
    const next = endsWithoutPlace && !isBefore ? this.#goOn() : this.#nextOffset(total, isBefore);
    this.offset = Math.max(0, Math.min(next, total - 1));
  }

  /** The next row or window: without a place there is nothing to measure a jump by. */
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

/** Which part of a response is new. */
interface Cut {
  readonly offset: number;
  /** Index of the first new row. */
  readonly start: number;
  /** Whether no row follows the response. */
  readonly isWholeRest: boolean;
  readonly hasMoreBefore: boolean;
}

function cutPage<Row>(plan: PagePlan, response: OffsetResponse<Row>, cut: Cut): OffsetPage<Row> {
  const { offset, start, isWholeRest, hasMoreBefore } = cut;
  const { rows, placeAt } = response;
  const total = Math.max(response.total, offset + rows.length);
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
    rows: shown.map((index) => rows[index] as Row),
    places: places.length,
    cursorAt(position) {
      const index = places[position] as number;
      return {
        ...(placeAt(index) as Place),
        offset: plan.isBackward ? total - 1 - offset - index : offset + index,
        total,
      };
    },
    total: response.total,
    hasNextPage: plan.isBackward ? hasMoreBefore : hasMoreAfter,
    hasPreviousPage: plan.isBackward ? hasMoreAfter : hasMoreBefore,
  };
}
