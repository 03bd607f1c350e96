import { GatewayError } from '../errors.ts';
import type { Page } from './connection.ts';
import { gapBehind, type Gap } from './gap.ts';
import type { Rows } from './place.ts';
import { Reading, type Slot } from './timeline-reading.ts';
import { boundsOf, keyOf, windowOf, type TimelineQuery, type TimelineWindow } from './timeline-window.ts';

/**
 * Exact pages over an upstream list that takes only a time range, returns the newest rows first, and reports no total:
 * keyset pagination on time.
 *
 * A page starts at the cursor's own millisecond, inclusive, and drops the rows up to the cursor. Upstream's order
 * within a millisecond is undefined and may change from call to call, so the gateway sorts those rows by id. It holds
 * back the rows of a response's last millisecond, because more of them may follow. It requests one row more than the
 * page needs, so a row held back also proves that there is a next page.
 *
 * **The end.** A response shorter than requested does not prove it: each instance of the workspace may cap responses,
 * by a setting that can change at any time. So the gateway requests two rows from the last row on: if only that row
 * comes back, it was the last. After a response of one row, which may be all that the workspace returns at a time, only
 * an empty response proves the end. The end therefore takes two calls, or one if the range is empty. (If the cap drops
 * to one row between two calls of a page, the gateway mistakes that for the end.)
 *
 * **A millisecond with more rows than the page.** The gateway requests it again from its first row, for a hundred rows.
 * The millisecond is complete, in any order, if an older row follows in the same response. Cursors store how many rows
 * their millisecond had, so that the next page requests enough. If the millisecond exceeds one response, `offset`
 * continues from its last row: that row must come again, with no other known row behind it. Otherwise upstream's order
 * is unreliable, which is an error.
 *
 * So a page can be shorter than requested: with 100 rows, if the workspace caps `count`, and if rows of one millisecond
 * meet its end. Cost: one call; two at the end, or if a page meets a millisecond larger than itself; three if both.
 */
export interface TimelinePage<Row> extends Omit<Page<Row>, 'hasPreviousPage'> {
  /** Undefined if the cursor's row is gone and no other row proves it: see `newerWindow`. */
  readonly hasPreviousPage: boolean | undefined;
  readonly gap: Gap<Row>;
}

/** No page takes this many calls: beyond them, upstream is inconsistent. */
const maxCalls = 200;

/** Yields each window to load, receives its rows, and returns the page. `plan.size` must be at least 1. */
export function* readTimelinePage<Row>(query: TimelineQuery): Generator<TimelineWindow, TimelinePage<Row>, Rows<Row>> {
  const reading = new Reading<Row>(query);
  for (let call = 1; call <= maxCalls; call += 1) {
    let response: Rows<Row>;
    try {
      response = yield reading.window;
    } catch (error) {
      // Complete rows are a page even though this call failed; the rows held back belong to the next page.
      if (!reading.isPage(1)) throw error;
      return pageOf(query, reading);
    }
    reading.take(response);
    if (reading.isEnd || reading.isPage(reading.mayEnd ? query.plan.size : 1)) return pageOf(query, reading);
  }
  throw new GatewayError('UPSTREAM_BAD_RESPONSE', 'The workspace returned an inconsistent history.', {
    detail: 'no page',
  });
}

/** The window of one row newer than the cursor: if there is one, the page has a previous page. */
export function newerWindow(query: TimelineQuery): TimelineWindow {
  const { low, high } = boundsOf(query);
  const afterCursor = keyOf(query.cursor) + 1;
  return windowOf(Math.max(low ?? afterCursor, afterCursor), high, { offset: 0, count: 1 });
}

function pageOf<Row>({ plan, cursor, since }: TimelineQuery, reading: Reading<Row>): TimelinePage<Row> {
  const { isEnd } = reading;
  const fresh = reading.fresh();
  const complete = isEnd ? fresh : fresh.filter(({ key }) => key > reading.lastKey);
  let end = 0;
  for (let rows = 0; end < complete.length && rows < plan.size; end += 1)
    if (complete[end]?.row !== undefined) rows += 1;
  const page = complete.slice(0, end);
  const shown = page.filter(({ row }) => row !== undefined);
  const places = shown.length > 0 ? shown : page;
  const oldest = places.at(-1);
  let rowsByKey: Map<number, number> | undefined;
  return {
    rows: shown.map(({ row }) => row as Row),
    places: places.length,
    cursorAt(position) {
      const { key, id } = places[position] as Slot<Row>;
      rowsByKey ??= reading.rowsByKey();
      return { key, id, offset: rowsByKey.get(key) as number, total: 0 };
    },
    hasNextPage: end < fresh.length,
    hasPreviousPage: cursor === undefined ? false : reading.hasCursorOrNewer || undefined,
    gap: gapBehind(oldest, oldest === undefined ? [] : fresh.slice(fresh.indexOf(oldest) + 1), { since, isEnd }),
  };
}
