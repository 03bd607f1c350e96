import { GatewayError } from '../errors.ts';
import { maxPageSize } from '../limits.ts';
import { comparePlaces, type Place, type Rows } from './place.ts';
import { boundsOf, keyOf, windowOf, type TimelineQuery, type TimelineWindow } from './timeline-window.ts';

/** A row that was read; `row` is undefined if the gateway leaves it out. */
export interface Slot<Row> {
  readonly key: number;
  readonly id: string;
  readonly row: Row | undefined;
}

/**
 * Where the next window starts: at the first row of a millisecond, at the last row again, or at the row after it (after
 * responses of one row, and after rows without a place).
 */
type Step = 'anew' | 'again' | 'after';

/** How often to start a millisecond again because its rows came in a different order. */
const maxRestarts = 3;

/** The rows read so far for one page, and the window to load next. See `timeline.ts`. */
export class Reading<Row> {
  readonly #query: TimelineQuery;
  readonly #low: number | undefined;
  readonly #slots = new Map<string, Slot<Row>>();
  #step: Step = 'anew';
  #latest: number;
  #offset = 0;
  #count: number;
  /** Millisecond of the oldest row so far. It may have more rows, which no response has shown. */
  lastKey = Number.POSITIVE_INFINITY;
  /** Ids of the rows read in that millisecond. */
  readonly #idsAtLast = new Set<string>();
  #hasPlaceless = false;
  #restarts = 0;
  /** Proven: no row follows. */
  isEnd = false;
  /** The last response was shorter than requested: whether a row follows is unknown. */
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

  take(response: Rows<Row>): void {
    if (this.#step === 'again') this.#takeAgain(response);
    else if (response.rows.length === 0) this.isEnd = true;
    else if (this.#step === 'after') this.#takeMore(response, 0);
    else this.#takeAnew(response);
  }

  /** Whether at least `size` rows are complete: no unknown row can come before them. */
  isPage(size: number): boolean {
    let complete = 0;
    for (const slot of this.#slots.values()) if (slot.key > this.lastKey && this.#isFresh(slot)) complete += 1;
    return complete >= size;
  }

  /** Rows after the cursor, in the connection's order. */
  fresh(): Slot<Row>[] {
    return [...this.#slots.values()].filter((slot) => this.#isFresh(slot)).toSorted((a, b) => comparePlaces(b, a));
  }

  get hasCursorOrNewer(): boolean {
    return [...this.#slots.values()].some((slot) => !this.#isFresh(slot));
  }

  /** Number of rows read per millisecond. */
  rowsByKey(): Map<number, number> {
    const rows = new Map<number, number>();
    for (const { key } of this.#slots.values()) rows.set(key, (rows.get(key) ?? 0) + 1);
    return rows;
  }

  #isFresh(place: Place): boolean {
    const { cursor } = this.#query;
    return cursor === undefined || comparePlaces(place, cursor) < 0;
  }

  #takeAnew(response: Rows<Row>): void {
    const rows = response.rows.length;
    this.lastKey = Number.POSITIVE_INFINITY;
    this.#add(response, 0);
    this.mayEnd = rows < this.#count;
    if (this.#hasPlaceless || rows === 1) this.#goOn('after');
    else if (this.mayEnd || this.#idsAtLast.size === maxPageSize) this.#goOn('again');
    else this.#beginAnew();
  }

  /**
   * The last row should come first again. Another row of its millisecond may, since their order is undefined: the
   * window skips as many rows as were read, so if no known row follows, the skipped rows are the known ones.
   */
  #takeAgain(response: Rows<Row>): void {
    const last = response.placeAt(0);
    if (last?.key !== this.lastKey || !this.#idsAtLast.has(last.id)) this.#restart();
    else if (response.rows.length === 1) this.isEnd = true;
    else this.#takeMore(response, 1);
  }

  /** Takes the rows from an index on as the rows that follow. */
  #takeMore(response: Rows<Row>, from: number): void {
    if (!this.#repeats(response, from)) {
      this.mayEnd = false;
      this.#add(response, from);
      this.#goOn(this.#hasPlaceless ? 'after' : this.#step);
    } else if (this.isPage(1)) this.mayEnd = false; // the next page reads what follows
    else this.#restart();
  }

  /** Whether a row of the last millisecond that should be new is already known: then another row was missed. */
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
        'Too many messages share one millisecond, and the workspace returns them in varying order: use `messages` instead.',
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
    // With a page complete, one more row tells whether anything follows; otherwise request as many as possible.
    this.#count = this.isPage(1) ? 2 : maxPageSize;
    if (this.#hasPlaceless) return; // the last row's position in its millisecond is unknown: keep the window
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
