import type { Rows } from './place.ts';
import type { Slot } from './timeline-reading.ts';
import { windowOf, type TimelineWindow } from './timeline-window.ts';

/** The rows strictly between `since` and the oldest row of a page. */
export interface Gap<Row> {
  /** Rows of the gap that were read, newest first: all, or at least those in the oldest row's own millisecond. */
  readonly known: readonly (Row | undefined)[];
  /** The window by which upstream counts the others: those older than its first row. Undefined if there are none. */
  readonly others: TimelineWindow | undefined;
}

export interface GapResponse<Row> extends Rows<Row> {
  /** Number of rows strictly between `oldest` and the oldest row of the response, and the oldest of them. */
  readonly unreadNotLoaded: number | undefined;
  readonly firstUnread: Row | undefined;
}

export function gapBehind<Row>(
  last: Slot<Row> | undefined,
  left: readonly Slot<Row>[],
  { since, isEnd }: { readonly since: string | undefined; readonly isEnd: boolean },
): Gap<Row> {
  if (since === undefined) return { known: [], others: undefined };
  const sinceKey = Date.parse(since);
  const known = left.filter(({ key }) => key > sinceKey && (isEnd || key === last?.key)).map(({ row }) => row);
  const hasOthers = !isEnd && last !== undefined && last.key > sinceKey;
  const window = hasOthers ? windowOf(sinceKey, last.key, { offset: 0, count: 1 }) : undefined;
  return { known, others: window };
}

/** The size of the gap and its oldest row. The size is null if the list changed before upstream counted. */
export function countGap<Row>({ known, others }: Gap<Row>, response: GapResponse<Row> | undefined) {
  const none = { count: known.length, first: known.at(-1) };
  if (others === undefined || response === undefined) return none;
  const { unreadNotLoaded, firstUnread, placeAt } = response;
  if (unreadNotLoaded === undefined || placeAt(0)?.key !== Date.parse(others.latest))
    return { count: null, first: undefined };
  return unreadNotLoaded === 0 ? none : { count: known.length + unreadNotLoaded, first: firstUnread };
}
