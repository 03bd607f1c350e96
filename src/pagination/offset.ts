import { GatewayError } from '../errors.ts';
import { maxPageSize, type PagePlan } from './args.ts';
import type { Page } from './connection.ts';
import type { Cursor } from './cursor.ts';
import { comparePlaces, type PlaceOf } from './place.ts';

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
 */
export interface OffsetWindow {
  readonly offset: number;
  /** 1 to 100. */
  readonly count: number;
  /** Ask in the reversed order. */
  readonly isReversed: boolean;
}

export interface OffsetAnswer<Row> {
  /** A row that could not be read is undefined, in its place. */
  readonly rows: readonly (Row | undefined)[];
  readonly total: number;
}

export interface OffsetPage<Row> extends Page<Row> {
  readonly hasPreviousPage: boolean;
  readonly total: number;
  /** Offset of each row in the connection's order. */
  readonly offsets: readonly number[];
}

export interface OffsetQuery<Row> {
  readonly plan: PagePlan;
  readonly cursor: Cursor | undefined;
  /** The connection's own order. */
  readonly isDescending: boolean;
  readonly placeOf: PlaceOf<Row>;
}

/** More calls than a search of any list takes; beyond them the list changes faster than it can be read. */
const maxCalls = 40;

/** Yields the window to ask for next, takes its answer, and returns the page. Needs `plan.size` of 1 or more. */
export function* readOffsetPage<Row>(
  query: OffsetQuery<Row>,
): Generator<OffsetWindow, OffsetPage<Row>, OffsetAnswer<Row>> {
  const { plan, cursor, placeOf } = query;
  const isReversed = plan.isBackward;
  const { size } = plan;
  if (cursor === undefined) {
    const answer = yield { offset: 0, count: size, isReversed };
    return cutPage(query, answer, 0, 0);
  }
  // From here on "offset" counts in reading order: from the end of the list for a backward page.
  const isAscending = query.isDescending === isReversed;
  const isSeen = (row: Row) => {
    const order = comparePlaces(placeOf(row), cursor);
    return isAscending ? order <= 0 : order >= 0;
  };
  const count = Math.min(maxPageSize, size + 1);
  const cursorOffset = isReversed ? Math.max(0, cursor.total - 1 - cursor.offset) : cursor.offset;
  const search = new Search(cursorOffset, cursor.total, count);
  let hasRestarted = false;
  for (let call = 1; call <= maxCalls; call += 1) {
    const { offset } = search;
    const answer = yield { offset, count, isReversed };
    const { rows, total } = answer;
    const firstNew = rows.findIndex((row) => row !== undefined && !isSeen(row));
    const isWholeRest = offset + rows.length >= total;
    const start = firstNew === -1 ? rows.length : firstNew;
    const hasNeighbour = offset === 0 || rows.slice(0, start).some((row) => row !== undefined);
    if (hasNeighbour && (firstNew !== -1 || isWholeRest)) {
      // Filled up by one more call at most: while others write all the time, the next would find it moved again.
      const isBest = isWholeRest || start <= 1 || hasRestarted;
      if (isBest) return cutPage(query, answer, offset, start);
      hasRestarted = true;
      search.restartAt(offset + start - 1);
    } else if (rows.length === 1 && !isWholeRest) {
      throw new GatewayError('UPSTREAM_BAD_RESPONSE', 'The workspace gives one row a call: its lists cannot be paged.');
    } else {
      search.move({ total, rows: rows.length, isBefore: !hasNeighbour });
    }
  }
  throw new GatewayError('UPSTREAM_BAD_RESPONSE', 'The list changes faster than it can be read: try again.', {
    detail: `no page after ${maxCalls} calls`,
  });
}

/** Where to look next for the first row after the cursor. Bounds hold as long as nothing changes between two calls. */
class Search {
  offset: number;
  readonly #cursorOffset: number;
  readonly #cursorTotal: number;
  readonly #count: number;
  /** Offset of a row known to be seen; -1 when none is. */
  #lower = -1;
  /** Offset at or after the first row that is not. */
  #upper = Number.POSITIVE_INFINITY;
  #step: number;
  #hasShifted = false;

  constructor(cursorOffset: number, cursorTotal: number, count: number) {
    this.offset = cursorOffset;
    this.#cursorOffset = cursorOffset;
    this.#cursorTotal = cursorTotal;
    this.#count = count;
    this.#step = Math.max(1, count - 1);
  }

  restartAt(offset: number): void {
    this.offset = offset;
  }

  /** `isBefore`: the first new row is before the window (or at its start, unproven); else it is after the window. */
  move({ total, rows, isBefore }: { total: number; rows: number; isBefore: boolean }): void {
    if (isBefore) this.#upper = Math.min(this.offset, total);
    else this.#lower = this.offset + Math.max(1, rows) - 1;
    if (this.#lower >= this.#upper) {
      // The list changed under the search: what this call showed holds, the older bound does not.
      if (isBefore) this.#lower = -1;
      else this.#upper = Number.POSITIVE_INFINITY;
    }
    const shifted = this.#cursorOffset + total - this.#cursorTotal;
    const canShift = !this.#hasShifted && shifted >= this.#lower && shifted < this.#upper && shifted !== this.offset;
    this.#hasShifted = true;
    if (canShift) this.offset = Math.max(0, shifted);
    else this.offset = this.#nextOffset(isBefore);
  }

  #nextOffset(isBefore: boolean): number {
    if (this.#upper - this.#lower < this.#count) return Math.max(0, this.#lower);
    const stepped = isBefore ? this.#upper - this.#step : this.#lower + this.#step - this.#count + 1;
    this.#step *= 2;
    if (stepped >= this.#lower && stepped < this.#upper) return Math.max(0, stepped);
    if (isBefore && this.#lower === -1) return 0;
    return Math.max(0, Math.floor((this.#lower + this.#upper) / 2));
  }
}

function cutPage<Row>(query: OffsetQuery<Row>, answer: OffsetAnswer<Row>, offset: number, start: number): OffsetPage<Row> {
  const { plan } = query;
  const { rows } = answer;
  const total = Math.max(answer.total, offset + rows.length);
  const kept: Row[] = [];
  const offsets: number[] = [];
  let index = start;
  for (; index < rows.length && index < start + plan.size; index += 1) {
    const row = rows[index];
    if (row === undefined) continue;
    kept.push(row);
    offsets.push(plan.isBackward ? total - 1 - offset - index : offset + index);
  }
  const hasMoreAfter = offset + index < total;
  const hasMoreBefore = offset + start > 0;
  if (plan.isBackward) {
    return {
      rows: kept.toReversed(),
      offsets: offsets.toReversed(),
      total: answer.total,
      hasNextPage: hasMoreBefore,
      hasPreviousPage: hasMoreAfter,
    };
  }
  return { rows: kept, offsets, total: answer.total, hasNextPage: hasMoreAfter, hasPreviousPage: hasMoreBefore };
}

