import type { Rows } from './place.ts';
import type { Slot } from './timeline-reading.ts';
import { windowOf, type TimelineWindow } from './timeline-window.ts';

/** What lies between `since` and the oldest row of a page, neither included. */
export interface Gap<Row> {
  /** Those of it that were read, newest first: all, or at least those of the oldest row's own millisecond. */
  readonly known: readonly (Row | undefined)[];
  /** Upstream counts the others, as older than the first row of this window. Undefined: there are none. */
  readonly others: TimelineWindow | undefined;
}

export interface GapAnswer<Row> extends Rows<Row> {
  /** Rows strictly between `oldest` and the oldest of these, and the oldest of them. */
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

/** How many there are, and the oldest; null where the list changed before they were counted. */
export function countGap<Row>({ known, others }: Gap<Row>, answer: GapAnswer<Row> | undefined) {
  const none = { count: known.length, first: known.at(-1) };
  if (others === undefined || answer === undefined) return none;
  const { unreadNotLoaded, firstUnread, placeAt } = answer;
  if (unreadNotLoaded === undefined || placeAt(0)?.key !== Date.parse(others.latest))
    return { count: null, first: undefined };
  return unreadNotLoaded === 0 ? none : { count: known.length + unreadNotLoaded, first: firstUnread };
}
