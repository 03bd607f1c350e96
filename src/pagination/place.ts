import { hash } from 'node:crypto';

/**
 * Where a row stands in a connection's order: its sort key, then its id among rows of equal key.
 * Keys are numbers (instants as epoch milliseconds, or counts); a row without the value has null.
 */
export interface Place {
  readonly key: number | null;
  readonly id: string;
}

export type PlaceOf<Row> = (row: Row) => Place;

/**
 * The rows of one upstream answer. A row that is left out of the gateway's answers (it cannot be read, or is hidden) is
 * undefined; it keeps its place among the others, so that pages can begin and end at it, as long as it has an id.
 */
export interface Rows<Row> {
  readonly rows: readonly (Row | undefined)[];
  /** The place of the row at an index, left out or not; undefined for a row without an id. */
  readonly placeAt: (index: number) => Place | undefined;
}

/** Ascending as MongoDB compares: missing before present, numbers by value, ids by code unit (they are ASCII). */
export function comparePlaces(a: Place, b: Place): number {
  if (a.key !== b.key) {
    if (a.key === null) return -1;
    if (b.key === null) return 1;
    return a.key - b.key;
  }
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

/** The sort key of an instant; null when there is none. */
export function instantKey(instant: string | undefined): number | null {
  if (instant === undefined) return null;
  const key = Date.parse(instant);
  return Number.isNaN(key) ? null : key;
}

/** Bytes that a cursor has for an id. */
export const maxIdBytes = 128;
/** Beginning of a longer text that is kept, in UTF-16 units of three bytes at most: a digest and its separator follow. */
const keptUnits = 28;

/**
 * A text of any length as the id of a place. One that is too long for a cursor is ordered by its beginning, and by a
 * digest where beginnings are equal: the same on every replica, before and after a restart.
 */
export function placeId(text: string): string {
  const id = text.toWellFormed();
  if (Buffer.byteLength(id) <= maxIdBytes) return id;
  return `${id.slice(0, keptUnits).toWellFormed()}\0${hash('sha256', id, 'base64url')}`;
}
