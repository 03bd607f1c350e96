import { isForgotten, overlapMs } from './clocks.ts';
import { clampStamp, placeOf, type Witness } from './sync-cursor.ts';

/**
 * Shows whether the workspace lost changes since an earlier sync, as one restored from a backup does: it then lacks the
 * latest change that was seen, the witness. The next sync reads from the witness on, so it must meet it: a row as it was,
 * changed or deleted; a deletion as it was, as a backup from before it has the row alive, and in no list of changes.
 */
export interface Stamped {
  readonly id: string;
  readonly stamp: number;
}

/** What a sync has read. */
export interface Seen {
  readonly rows: readonly Stamped[];
  readonly deletions: readonly Stamped[];
}

/** Whether the witness is missing, and the workspace cannot have forgotten it by itself. `now`: when it was read. */
export const isMissing = (witness: Witness | undefined, seen: Seen, now: number): boolean =>
  witness !== undefined && !isIn(seen, witness) && !(witness.isDeletion && isForgotten(witness.stamp, now));

/** The witness of what was read, and of what was seen `before` unless it was read again. */
export function latestWitness(seen: Seen, before: Witness | undefined): Witness | undefined {
  let witness = before === undefined || isIn(seen, before) ? undefined : before;
  const add = (item: Stamped | undefined, isDeletion: boolean) => {
    if (item === undefined || (witness !== undefined && clampStamp(item.stamp) < witness.stamp)) return;
    witness = { ...placeOf(item.id, item.stamp), isDeletion };
  };
  add(latestOf(seen.rows), false);
  add(latestOf(seen.deletions), true);
  return witness;
}

function isIn({ rows, deletions }: Seen, { tie, stamp, isDeletion }: Witness): boolean {
  const isWitness = (item: Stamped) => {
    const later = clampStamp(item.stamp) - stamp;
    // An older row is from a backup, and so is a row that had to be deleted once more.
    return later >= -overlapMs && (!isDeletion || later <= overlapMs) && placeOf(item.id, 0).tie === tie;
  };
  return (!isDeletion && rows.some(isWitness)) || deletions.some(isWitness);
}

function latestOf(items: readonly Stamped[]): Stamped | undefined {
  let latest: Stamped | undefined;
  for (const item of items) if (latest === undefined || item.stamp > latest.stamp) latest = item;
  return latest;
}
