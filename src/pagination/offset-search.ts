import { maxPageSize } from '../limits.ts';
import type { PagePlan } from './args.ts';
import type { Cursor } from './cursor.ts';

/** Limit for a cursor's offset until upstream's total confirms it. */
const maxBlindOffset = 100_000;

interface Finding {
  readonly total: number;
  readonly rows: number;
  /** Whether the first new row is before the window (or at its start, unproven); otherwise it is after the window. */
  readonly isBefore: boolean;
  /** Whether the last row of the window has no id, so that it proves nothing next time. */
  readonly endsWithoutPlace: boolean;
}

/**
 * Where to look next for the first row after the cursor, as `offset.ts` explains. The bounds hold while nothing changes between
 * two calls.
 */
export class Search {
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
