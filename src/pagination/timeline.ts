import { GatewayError } from '../errors.ts';
import { maxPageSize, type PagePlan } from './args.ts';
import type { Cursor } from './cursor.ts';
import { comparePlaces, type PlaceOf } from './place.ts';

/**
 * Exact pages over an upstream list that knows only a range of time, newest first, without a total: a keyset on time.
 *
 * A page asks from the cursor's own instant on, that instant included, and drops what does not come after the cursor.
 * Rows of one millisecond come in no defined order, so they are ordered by id here, and the last millisecond of an
 * answer is held back unless the list ends there: more of it may follow. That held-back row is also how the end is
 * known: one row more than the page is asked for. When all of an answer is one millisecond, `offset` goes on in it,
 * from the last row again: should another stand there, the millisecond has changed and is read anew.
 *
 * A page holds what one answer brings, so it can be shorter than asked for: with 100 rows asked, where the workspace
 * caps `count`, and where rows of one millisecond meet its end. It is never empty while rows remain. An answer shorter
 * than asked for is the end only if longer ones were seen (`provenCap`); else one more row is asked for, to be sure.
 */
export interface TimelineWindow {
  readonly latest: string | undefined;
  readonly oldest: string | undefined;
  /** Whether rows exactly at `latest` and `oldest` belong to it. */
  readonly inclusive: boolean;
  readonly offset: number;
  /** 1 to 100. */
  readonly count: number;
}

export interface TimelineAnswer<Row> {
  /** A row that could not be read is undefined. */
  readonly rows: readonly (Row | undefined)[];
  /** Rows strictly between `oldest` and the oldest of these, and the oldest of them, where they were asked for. */
  readonly unreadNotLoaded: number | undefined;
  readonly firstUnread: Row | undefined;
}

export interface TimelineQuery<Row> {
  readonly plan: PagePlan;
  readonly cursor: Cursor | undefined;
  /** Normalised instants. */
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly isInclusive: boolean;
  /** Place by instant: the key is never null. */
  readonly placeOf: PlaceOf<Row>;
  /** Rows that one answer is known to hold at the least. */
  readonly provenCap: () => number;
}

export interface TimelinePage<Row> {
  readonly rows: readonly Row[];
  readonly hasNextPage: boolean;
  /** Undefined where the cursor's row is gone and nothing beside it tells: see `newerWindow`. */
  readonly hasPreviousPage: boolean | undefined;
  readonly notLoadedCount: number;
  readonly firstNotLoaded: Row | undefined;
}

/** More calls than any page takes; beyond them something is wrong upstream. */
const maxCalls = 200;

/** Yields the window to ask for next, takes its answer, and returns the page. Needs `plan.size` of 1 or more. */
export function* readTimelinePage<Row>(
  query: TimelineQuery<Row>,
): Generator<TimelineWindow, TimelinePage<Row>, TimelineAnswer<Row>> {
  const { plan, cursor, since } = query;
  const read = new Read(query);
  const fullCount = Math.min(maxPageSize, plan.size + (cursor === undefined ? 1 : 2));
  let window: TimelineWindow = {
    latest: cursor === undefined ? query.until : isoOf(cursor.key ?? 0),
    oldest: since,
    inclusive: cursor === undefined ? query.isInclusive : true,
    offset: 0,
    count: fullCount,
  };
  let overlap = 0;
  for (let call = 1; call <= maxCalls; call += 1) {
    const answer = yield window;
    const isShort = answer.rows.length < window.count;
    if (overlap === 0 || read.continuesWith(answer.rows[0])) {
      const isEnd = answer.rows.length <= overlap || (isShort && window.count <= query.provenCap());
      read.take(answer, overlap);
      if (isEnd || read.hasReachedSince) return read.page(true);
      if (read.complete().length >= (isShort ? plan.size : 1)) return read.page(false);
      if (read.lastKey === Number.POSITIVE_INFINITY) break; // not one row could be read
      overlap = read.canContinue && query.provenCap() > 1 ? 1 : 0;
      const count = Math.min(maxPageSize, (isShort ? 1 : fullCount) + overlap);
      window = { latest: isoOf(read.lastKey), oldest: since, inclusive: true, offset: read.rowsAtLastKey - overlap, count };
    } else {
      overlap = 0;
      read.forgetLastKey();
      window = { ...window, offset: 0, count: fullCount };
    }
  }
  throw new GatewayError('UPSTREAM_BAD_RESPONSE', 'The workspace gave a history that cannot be read.', { detail: 'no page' });
}

/** Asks for one row that is newer than the cursor: whether there is one tells whether a previous page has rows. */
export function newerWindow<Row>({ cursor, until, isInclusive }: TimelineQuery<Row>): TimelineWindow {
  const oldest = isoOf((cursor?.key ?? 0) + (isInclusive ? 1 : 0));
  return { latest: until, oldest, inclusive: isInclusive, offset: 0, count: 1 };
}

/** What the answers of one page have brought so far. */
class Read<Row> {
  readonly #query: TimelineQuery<Row>;
  readonly #sinceKey: number;
  readonly #known = new Map<string, Row>();
  #lastAnswer: TimelineAnswer<Row> | undefined;
  #lastRow: Row | undefined;
  /** Instant of the oldest row so far; nothing is known of rows at it that were not in an answer. */
  lastKey = Number.POSITIVE_INFINITY;
  rowsAtLastKey = 0;

  constructor(query: TimelineQuery<Row>) {
    this.#query = query;
    this.#sinceKey = query.since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(query.since);
  }

  /** Adds the rows of an answer but for the first `overlap`, which are known. */
  take(answer: TimelineAnswer<Row>, overlap: number): void {
    if (answer.rows.length > 0) this.#lastAnswer = answer;
    for (const row of answer.rows.slice(overlap)) {
      const key = row === undefined ? this.lastKey : this.#keyOf(row);
      this.rowsAtLastKey = key === this.lastKey ? this.rowsAtLastKey + 1 : 1;
      this.lastKey = key;
      this.#lastRow = row;
      if (row !== undefined) this.#known.set(this.#query.placeOf(row).id, row);
    }
  }

  /** Whether the last row can be told apart when it is asked for again. */
  get canContinue(): boolean {
    return this.#lastRow !== undefined;
  }

  continuesWith(row: Row | undefined): boolean {
    const { placeOf } = this.#query;
    return row !== undefined && this.#lastRow !== undefined && comparePlaces(placeOf(row), placeOf(this.#lastRow)) === 0;
  }

  /** The rows of the oldest instant are about to be read anew, from its first one. */
  forgetLastKey(): void {
    this.rowsAtLastKey = 0;
  }

  /** Whether the oldest row is at a `since` that does not belong to the range: then no older one does. */
  get hasReachedSince(): boolean {
    return !this.#query.isInclusive && this.lastKey <= this.#sinceKey;
  }

  /** Rows after the cursor and in the range, in the connection's order. */
  #fresh(): Row[] {
    const { cursor, placeOf, isInclusive } = this.#query;
    return [...this.#known.values()]
      .filter((row) => cursor === undefined || comparePlaces(placeOf(row), cursor) < 0)
      .filter((row) => isInclusive || this.#keyOf(row) > this.#sinceKey)
      .toSorted((a, b) => comparePlaces(placeOf(b), placeOf(a)));
  }

  /** Those of them before which no unknown row can belong. */
  complete(): Row[] {
    return this.#fresh().filter((row) => this.#keyOf(row) > this.lastKey);
  }

  page(isEnd: boolean): TimelinePage<Row> {
    const { plan, cursor, placeOf } = this.#query;
    const fresh = this.#fresh();
    const rows = (isEnd ? fresh : this.complete()).slice(0, plan.size);
    const left = fresh.slice(rows.length);
    const gap = left.filter((row) => this.#keyOf(row) > this.#sinceKey);
    const hasCursorOrNewer =
      cursor !== undefined && [...this.#known.values()].some((row) => comparePlaces(placeOf(row), cursor) >= 0);
    return {
      rows,
      hasNextPage: left.length > 0,
      hasPreviousPage: cursor === undefined ? false : hasCursorOrNewer || undefined,
      notLoadedCount: gap.length + (this.#lastAnswer?.unreadNotLoaded ?? 0),
      firstNotLoaded: this.#lastAnswer?.firstUnread ?? gap.at(-1),
    };
  }

  #keyOf(row: Row): number {
    return this.#query.placeOf(row).key ?? 0;
  }
}

const isoOf = (key: number): string => new Date(key).toISOString();
