/**
 * Where a row stands in a connection's order: its sort key, then its id among rows of equal key.
 * Keys are numbers (instants as epoch milliseconds, or counts); a row without the value has null.
 */
export interface Place {
  readonly key: number | null;
  readonly id: string;
}

/** A row's place, or undefined for a row that cannot be read. */
export type PlaceOf<Row> = (row: Row) => Place;

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
