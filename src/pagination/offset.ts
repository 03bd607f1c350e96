import { GatewayError } from '../errors.ts';
import type { PagePlan } from './args.ts';
import type { Page } from './connection.ts';
import type { Cursor } from './cursor.ts';
import { Search } from './offset-search.ts';
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

/** Yields each window to load, receives the response, and returns the page. `plan.size` must be at least 1. */
export function* readOffsetPage<Row>(
  query: OffsetQuery,
): Generator<OffsetWindow, OffsetPage<Row>, OffsetResponse<Row>> {
  const { plan, cursor, isDescending } = query;
  const isReversed = plan.isBackward;
  // Offsets count in reading order: for a backward page, from the end of the list.
  const isAscending = isDescending === isReversed;
  const isSeen =
    cursor &&
    ((place: Place) => {
      const order = comparePlaces(place, cursor);
      return isAscending ? order <= 0 : order >= 0;
    });
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

/**
 * Index of the first new row, or of the end, and whether an already seen row precedes it. `isSeen`: undefined without a
 * cursor. Then the first row with a place is new; a row that is shown has one.
 */
function beginningOf<Row>({ rows, placeAt }: Rows<Row>, isSeen: ((place: Place) => boolean) | undefined) {
  let start = 0;
  let hasSeen = false;
  for (; start < rows.length; start += 1) {
    if (isSeen === undefined && rows[start] !== undefined) break;
    const place = placeAt(start);
    if (place === undefined) continue;
    if (isSeen?.(place) !== true) break;
    hasSeen = true;
  }
  return { start, hasSeen };
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
  const { isBackward, size } = plan;
  const { shown, end, places, indexAt } = rowsFrom(response, start, size);
  const total = Math.max(response.total, offset + response.rows.length);
  const hasMoreAfter = isWholeRest ? end < response.rows.length : offset + end < total;
  return {
    rows: isBackward ? shown.toReversed() : shown,
    places,
    cursorAt(position) {
      const index = indexAt(isBackward ? places - 1 - position : position);
      return {
        ...(response.placeAt(index) as Place),
        offset: isBackward ? total - 1 - offset - index : offset + index,
        total,
      };
    },
    total: response.total,
    hasNextPage: isBackward ? hasMoreBefore : hasMoreAfter,
    hasPreviousPage: isBackward ? hasMoreAfter : hasMoreBefore,
  };
}

/** The rows shown from `start` on, where they end, and the number and indexes of the places that a page of them has. */
function rowsFrom<Row>({ rows, placeAt }: Rows<Row>, start: number, size: number) {
  const next = rows.slice(start, start + size);
  if (!next.includes(undefined)) {
    const indexAt = (place: number): number => start + place;
    return { shown: next as Row[], end: start + next.length, places: next.length, indexAt };
  }
  const shown: number[] = [];
  const leftOut: number[] = [];
  let end = start;
  for (; end < rows.length && shown.length < size; end += 1) {
    if (rows[end] !== undefined) shown.push(end);
    else if (placeAt(end) !== undefined) leftOut.push(end);
  }
  const places = shown.length > 0 ? shown : leftOut;
  const indexAt = (place: number): number => places[place] as number;
  return { shown: shown.map((index) => rows[index] as Row), end, places: places.length, indexAt };
}
