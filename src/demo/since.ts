import type { ApiError } from './api-error.ts';
import { textOf } from './route.ts';
import type { Params } from './schemas.ts';
import type { Deleted } from './trash.ts';

/** What Rocket.Chat reads incrementally: rows written, and rows deleted, later than a moment. Never at that moment. */

export const isAfter = (at: string | undefined, since: number): boolean => Date.parse(at ?? '') > since;

/** Epoch milliseconds. Rocket.Chat takes an empty `updatedSince` for none. */
export function readSince({ updatedSince }: Params, invalid: ApiError): number | undefined {
  const text = textOf(updatedSince);
  if (!text) return undefined;
  const since = Date.parse(text);
  if (Number.isNaN(since)) throw invalid;
  return since;
}

/** Without a moment: all rows. A row without `_updatedAt` counts as never written. */
export function updatedSince<Row extends { _updatedAt?: string | undefined }>(
  rows: readonly Row[],
  since: number | undefined,
): Row[] {
  return rows.filter(({ _updatedAt }) => since === undefined || isAfter(_updatedAt, since));
}

/** Without a moment: none. */
export function deletedSince(
  rows: readonly Deleted<{ _id: string }>[],
  since: number | undefined,
): { _id: string; _deletedAt: string }[] {
  if (since === undefined) return [];
  return rows.flatMap(({ _id, _deletedAt }) => (isAfter(_deletedAt, since) ? { _id, _deletedAt } : []));
}
