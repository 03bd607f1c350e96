import { asInstant, type JsonObject } from '../json.ts';
import { readStored, type RestDeletion } from './types.ts';

/** An instant in epoch milliseconds. */
export function stampOf(value: unknown): number | undefined {
  const instant = asInstant(value);
  return instant === undefined ? undefined : Date.parse(instant);
}

/** A row that says what was deleted: nothing if it is unreadable. */
export function readDeletion(row: JsonObject): RestDeletion[] {
  const id = readStored(row)?._id;
  const stamp = stampOf(row['_deletedAt']);
  return id === undefined || stamp === undefined ? [] : [{ id, stamp }];
}

/** `updatedSince` and `lastUpdate`: what was changed at that very moment is left out. */
export const sinceOf = (stamp: number): string => new Date(stamp).toISOString();

/**
 * The last millisecond of which a page of changes shows everything. `next`: the time of its last row, as text, or null on the
 * last page. More rows of that millisecond may follow. Undefined: not a time.
 */
export function pageEnd(next: unknown): number | undefined {
  if (next === null) return Number.POSITIVE_INFINITY;
  if (typeof next !== 'string' || !/^\d{1,15}$/.test(next)) return undefined;
  return Number(next) - 1;
}
