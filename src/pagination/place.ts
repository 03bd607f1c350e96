import { hash } from 'node:crypto';

/**
 * A row's position in a connection's order: its sort key, then its id among rows with equal keys. Keys are numbers:
 * epoch milliseconds, or counts. The key of a row without the value is null.
 */
export interface Place {
  readonly key: number | null;
  readonly id: string;
}

export type PlaceOf<Row> = (row: Row) => Place;

/**
 * The rows of one upstream response. A row that the gateway leaves out (unreadable or hidden) is undefined. It keeps
 * its place if it has an id, so that pages can begin and end at it.
 */
export interface Rows<Row> {
  readonly rows: readonly (Row | undefined)[];
  /** The place of the row at an index, even if it is left out. Undefined for a row without an id. */
  readonly placeAt: (index: number) => Place | undefined;
}

/** Ascending in MongoDB's order: missing before present, numbers by value, ids by code unit (they are ASCII). */
export function comparePlaces(a: Place, b: Place): number {
  if (a.key !== b.key) {
    if (a.key === null) return -1;
    if (b.key === null) return 1;
    return a.key - b.key;
  }
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

/** The sort key of an instant, null if there is none. */
export function instantKey(instant: string | undefined): number | null {
  if (instant === undefined) return null;
  const key = Date.parse(instant);
  return Number.isNaN(key) ? null : key;
}

/** Maximum bytes of an id in a cursor. */
const maxIdBytes = 128;
/** UTF-16 units (at most three bytes each) kept of a longer text, before a separator and a digest. */
const keptUnits = 28;

/**
 * A text of any length as the id of a place. Texts too long for a cursor are ordered by their beginning, then by a
 * digest, which is the same on every replica and after a restart.
 */
export function placeId(text: string): string {
  const id = text.toWellFormed();
  if (Buffer.byteLength(id) <= maxIdBytes) return id;
  return `${id.slice(0, keptUnits).toWellFormed()}\0${hash('sha256', id, 'base64url')}`;
}
