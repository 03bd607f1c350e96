import { GatewayError } from '../errors.ts';
import type { Page } from './connection.ts';
import { gapBehind, type Gap } from './gap.ts';
import type { Rows } from './place.ts';
import { Reading, type Slot } from './timeline-reading.ts';
import { boundsOf, keyOf, windowOf, type TimelineQuery, type TimelineWindow } from './timeline-window.ts';

/**
 * Exact pages over an upstream list that knows only a range of time, newest first, without a total: a keyset on time.
 *
 * A page asks from the cursor's own millisecond on, that included, and drops what does not come after the cursor. Rows
 * of one millisecond come in no defined order, perhaps in another each time, so they are ordered by id here, and those of
 * an answer's last millisecond are held back: more of it may follow. What is held back is also how a next page is
 * known: one row more than the page is asked for.
 *
 * **The end** is never told by an answer that is shorter than asked for: the workspace caps answers as it likes, each
 * of its instances by a setting of its own that can change at any time. So what follows a short answer is asked for, from
 * its last row on: the end is proven where that row comes back alone, though two were asked for. Where the short answer
 * was of one row, which may be all that the workspace gives at a time, only an answer of nothing behind it proves it. So
 * an end costs two calls, or one where there is nothing at all. (A cap that falls to one row between two calls of a page
 * would pass for the end.)
 *
 * **One millisecond with more rows than the page**: it is asked for once more from its first row on, for a hundred.
 * That is whole, whatever its order, when an older row follows in the same answer. Cursors remember how many rows their
 * millisecond had, so that the next page asks for enough at once. With more rows than one answer holds, `offset` goes on
 * from the last row, which must come again, and nothing that is known behind it; else the order is not to be relied on,
 * and that is an error.
 *
 * A page holds what this brings, so it can be shorter than asked for: with 100 rows asked, where the workspace caps
 * `count`, and where rows of one millisecond meet its end. Cost: one call, two at the end and where a page meets
 * a millisecond that is larger than itself; three where both are true at once.
 */
export interface TimelinePage<Row> extends Omit<Page<Row>, 'hasPreviousPage'> {
  /** Undefined where the cursor's row is gone and nothing beside it tells: see `newerWindow`. */
  readonly hasPreviousPage: boolean | undefined;
  readonly gap: Gap<Row>;
}

/** More calls than any page takes; beyond them something is wrong upstream. */
const maxCalls = 200;

/** Yields the window to ask for next, takes its answer, and returns the page. Needs `plan.size` of 1 or more. */
export function* readTimelinePage<Row>(query: TimelineQuery): Generator<TimelineWindow, TimelinePage<Row>, Rows<Row>> {
  const reading = new Reading<Row>(query);
  for (let call = 1; call <= maxCalls; call += 1) {
    let answer: Rows<Row>;
    try {
      answer = yield reading.window;
    } catch (error) {
      // Rows that are complete are a page without the call that failed: those that are held back follow it.
      if (!reading.isPage(1)) throw error;
      return pageOf(query, reading);
    }
    reading.take(answer);
    if (reading.isEnd || reading.isPage(reading.mayEnd ? query.plan.size : 1)) return pageOf(query, reading);
  }
  throw new GatewayError('UPSTREAM_BAD_RESPONSE', 'The workspace gave a history that cannot be read.', {
    detail: 'no page',
  });
}

/** Asks for one row that is newer than the cursor: whether there is one tells whether a previous page has rows. */
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
