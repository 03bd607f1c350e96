import { GatewayError } from '../errors.ts';
import { maxPageSize } from './args.ts';
import { comparePlaces, type Place, type Rows } from './place.ts';
import { boundsOf, keyOf, windowOf, type TimelineQuery, type TimelineWindow } from './timeline-window.ts';

/** A row that was read, or one that is left out but has its place. */
export interface Slot<Row> {
  readonly key: number;
  readonly id: string;
  readonly row: Row | undefined;
}

/**
 * How the next window goes on: from the first row of a millisecond, from the last row again, or from the row after it, where
 * that is all that can be relied on (answers of one row, rows without a place).
 */
type Step = 'anew' | 'again' | 'after';

/** How often a millisecond is begun anew, as its rows came in another order. */
const maxRestarts = 3;

/** What the answers of one page have brought so far, and what to ask for next. See `timeline.ts`. */
export class Reading<Row> {
  readonly #query: TimelineQuery;
  readonly #low: number | undefined;
  readonly #slots = new Map<string, Slot<Row>>();
  #step: Step = 'anew';
  #latest: number;
  #offset = 0;
  #count: number;
  /** Millisecond of the oldest row so far: nothing is known of rows in it that were not in an answer. */
  lastKey = Number.POSITIVE_INFINITY;
  /** Ids of the rows in it, from its first on. */
  readonly #idsAtLast = new Set<string>();
  #hasPlaceless = false;
  #restarts = 0;
  /** Proven: nothing follows what was read. */
  isEnd = false;
  /** The last answer was shorter than asked for: it is not known whether anything follows. */
  mayEnd = false;

  constructor(query: TimelineQuery) {
    const { cursor, plan } = query;
    const { low, high } = boundsOf(query);
    this.#query = query;
    this.#low = low;
    this.#latest = cursor === undefined ? high : Math.min(high, keyOf(cursor));
    const before = cursor === undefined ? 0 : Math.max(1, cursor.offset);
    this.#count = Math.min(maxPageSize, before + plan.size + 1);
  }

  get window(): TimelineWindow {
    return windowOf(this.#low, this.#latest, { offset: this.#offset, count: this.#count });
  }

  take(answer: Rows<Row>): void {
    if (this.#step === 'again') this.#takeAgain(answer);
    else if (answer.rows.length === 0) this.isEnd = true;
    else if (this.#step === 'after') this.#takeMore(answer, 0);
    else this.#takeAnew(answer);
  }

  /** Whether so many rows are complete: no unknown row can belong before them. */
  isPage(size: number): boolean {
    let complete = 0;
    for (const slot of this.#slots.values()) if (slot.key > this.lastKey && this.#isFresh(slot)) complete += 1;
    return complete >= size;
  }

  /** What comes after the cursor, in the connection's order. */
  fresh(): Slot<Row>[] {
    return [...this.#slots.values()].filter((slot) => this.#isFresh(slot)).toSorted((a, b) => comparePlaces(b, a));
  }

  get hasCursorOrNewer(): boolean {
    return [...this.#slots.values()].some((slot) => !this.#isFresh(slot));
  }

  /** Rows that were read, by their millisecond. */
  rowsByKey(): Map<number, number> {
    const rows = new Map<number, number>();
    for (const { key } of this.#slots.values()) rows.set(key, (rows.get(key) ?? 0) + 1);
    return rows;
  }

  #isFresh(place: Place): boolean {
    const { cursor } = this.#query;
    return cursor === undefined || comparePlaces(place, cursor) < 0;
  }

  #takeAnew(answer: Rows<Row>): void {
    const rows = answer.rows.length;
    this.lastKey = Number.POSITIVE_INFINITY;
    this.#add(answer, 0);
    this.mayEnd = rows < this.#count;
    if (this.#hasPlaceless || rows === 1) this.#goOn('after');
    else if (this.mayEnd || this.#idsAtLast.size === maxPageSize) this.#goOn('again');
    else this.#beginAnew();
  }

  /**
   * The last row should come first again. Of several of its millisecond another may, as their order is nobody's promise:
   * as many as were read stand before the next, and as long as that is none of them, they are the same.
   */
  #takeAgain(answer: Rows<Row>): void {
    const last = answer.placeAt(0);
    if (last?.key !== this.lastKey || !this.#idsAtLast.has(last.id)) this.#restart();
    else if (answer.rows.length === 1) this.isEnd = true;
    else this.#takeMore(answer, 1);
  }

  /** Rows from an index on are those that follow. */
  #takeMore(answer: Rows<Row>, from: number): void {
    if (!this.#repeats(answer, from)) {
      this.mayEnd = false;
      this.#add(answer, from);
      this.#goOn(this.#hasPlaceless ? 'after' : this.#step);
    } else if (this.isPage(1)) this.mayEnd = false; // what follows is the next page's
    else this.#restart();
  }

  /** Whether rows of the last millisecond are known that should be new: others of it are then missed. */
  #repeats({ rows, placeAt }: Rows<Row>, from: number): boolean {
    return rows.some((_, index) => {
      const place = index < from ? undefined : placeAt(index);
      return place?.key === this.lastKey && this.#idsAtLast.has(place.id);
    });
  }

  #restart(): void {
    this.#restarts += 1;
    if (this.#restarts > maxRestarts) {
      throw new GatewayError(
        'UPSTREAM_BAD_RESPONSE',
        'More messages share one millisecond than one answer holds, and come in another order each time: read them with `messages`.',
        { detail: 'no order within a millisecond' },
      );
    }
    this.#beginAnew();
  }

  #beginAnew(): void {
    this.#step = 'anew';
    this.#latest = this.lastKey;
    this.#offset = 0;
    this.#count = maxPageSize;
  }

  #goOn(step: Step): void {
    this.#step = step;
    // To know whether anything follows takes one row; rows that are needed are asked for at once.
    this.#count = this.isPage(1) ? 2 : maxPageSize;
    if (this.#hasPlaceless) return; // where the last row is in its millisecond, nobody knows: the window stays
    this.#latest = this.lastKey;
    this.#offset = this.#idsAtLast.size - (step === 'again' ? 1 : 0);
  }

  #add({ rows, placeAt }: Rows<Row>, from: number): void {
    for (let index = from; index < rows.length; index += 1) {
      const place = placeAt(index);
      if (place === undefined || place.key === null) {
        this.#hasPlaceless = true;
        continue;
      }
      const { key, id } = place;
      if (key < this.lastKey) {
        this.lastKey = key;
        this.#idsAtLast.clear();
      }
      if (key === this.lastKey) this.#idsAtLast.add(id);
      this.#slots.set(id, { key, id, row: rows[index] });
    }
    this.#offset += rows.length;
  }
}
