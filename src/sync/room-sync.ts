import { isTooFar, marginMs, overlapMs } from './clocks.ts';
import {
  beginAt,
  clampStamp,
  comparePlaces,
  digestOf,
  endOf,
  placeOf,
  type Place,
  type SyncCursor,
  type Witness,
} from './sync-cursor.ts';
import { isMissing, latestWitness } from './witness.ts';

/**
 * What changed in a room, exactly: a client that puts `changed` and deletes `removedIds` of every answer until `hasMore` is
 * false holds the rows that the workspace lists.
 *
 * A sync reads updates and deletions from `overlapMs` before the previous sync began to read, tells them in order of their
 * time, and at its end goes on from when it began. So a change that becomes readable while a sync reads, or between its
 * answers, is read by this sync or by the next. Changes that the overlap shows again are recognised by digests in the
 * cursor: of id, time and content, as a row can change twice in a millisecond. There may be more of them than it has digests:
 * then they are told twice, which changes nothing.
 *
 * Updates are read before deletions, which are read from the trash, where a row is put before it is deleted. So each row is
 * in at least one of the two. A row in both was deleted after the updates were read, or was sent again under its id. It is
 * told as changed: in the first case its deletion is new to the next sync, which no longer reads an update of it.
 *
 * Deletions are told in order of their time less `marginMs`, and so before what was sent again under their ids, even by
 * clocks that differ. A deletion during a sync of several answers can belong before the place that the sync has reached:
 * `hasMore` is then true at its end as well, and the next sync tells it.
 *
 * An answer ends at a place: (time, tie). The next one reads from the millisecond before, so that rows changed in the same
 * one are complete, and goes on after the place. Upstream's pages of updates and deletions can end within a millisecond;
 * what they show is known to be complete only before the last one's. If one millisecond fills a whole page (an update of many
 * rows at once), the sync reads without pages until it is behind it.
 *
 * The cursor names one more change, the witness (`witness.ts`), from which the next sync reads.
 */
export interface Update<Row> {
  readonly id: string;
  /** When it last changed. */
  readonly stamp: number;
  /** Undefined for a row that exists, but is not listed: a hidden one. */
  readonly row: Row | undefined;
}

export interface Deletion {
  readonly id: string;
  readonly stamp: number;
}

/** What the workspace said about the changes in a window. */
export interface Reading<Row> {
  /** When it began to read, by its clock. */
  readonly readAt: number;
  readonly updates: readonly Update<Row>[];
  readonly deletions: readonly Deletion[];
  /** The last millisecond of which all updates are in the list; infinite if it is complete. The deletions are. */
  readonly knownUntil: number;
}

/** What to read: everything after these times. */
export interface Window {
  readonly updatedAfter: number;
  readonly deletedAfter: number;
  /** Without pages. */
  readonly isWhole: boolean;
}

export interface RoomChanges<Row> {
  readonly changed: readonly Row[];
  readonly removedIds: readonly string[];
  readonly cursor: SyncCursor;
  readonly hasMore: boolean;
  readonly mustReload: boolean;
}

/** The window that a sync reads next. */
export function windowOf(cursor: SyncCursor): Window {
  const { readAt, place, witness, isWhole } = cursor;
  if (place !== undefined) {
    const after = place.stamp - 1;
    const deletedAfter = Math.min(after + marginMs, readAt - overlapMs);
    return { updatedAfter: clampStamp(after), deletedAfter: clampStamp(deletedAfter), isWhole };
  }
  const begin = beginOf(cursor);
  const beforeWitness = witness === undefined ? begin : witness.stamp - 1;
  const updatedAfter = Math.min(begin - marginMs, beforeWitness);
  return { updatedAfter: clampStamp(updatedAfter), deletedAfter: clampStamp(Math.min(begin, beforeWitness)), isWhole };
}

/** Changes after this time are told at the start of a sync. */
export const beginOf = ({ readAt, latest }: SyncCursor): number => Math.min(readAt - overlapMs, latest ?? readAt);

/** The answer where what happened cannot be told. */
const reloadAt = (readAt: number, witness?: Witness): RoomChanges<never> => ({
  changed: [],
  removedIds: [],
  cursor: beginAt(readAt, witness),
  hasMore: false,
  mustReload: true,
});

interface Change<Row> {
  readonly kind: 'changed' | 'removed';
  readonly id: string;
  readonly stamp: number;
  /** Where it is told. */
  readonly place: Place;
  readonly row: Row | undefined;
}

/** The answer from what was read in the cursor's window: at most `first` changes. */
export function changesSince<Row>(cursor: SyncCursor, reading: Reading<Row>, first: number): RoomChanges<Row> {
  const live = latestById(reading.updates);
  const gone = latestById(reading.deletions);
  const updates = [...live.values()].map(toChange);
  const deletions = [...gone.values()].filter(({ id }) => !live.has(id)).map(toRemoval);
  const { knownUntil } = reading;
  const isStart = cursor.place === undefined;
  const isComplete = knownUntil === Number.POSITIVE_INFINITY;
  const seen = { rows: reading.updates, deletions: reading.deletions };
  const { witness } = cursor;
  const isLost = isStart && isMissing(witness, seen, reading.readAt);
  // A row may have changed later than the page shows: the next answer reads all.
  const isOutOfSight = isLost && !isComplete && witness?.isDeletion === false;
  if (isTooFar(cursor.readAt, reading.readAt) || (isLost && !isOutOfSight))
    return reloadAt(reading.readAt, latestWitness(seen, undefined));
  if (isOutOfSight) return nothingYet({ ...cursor, isWhole: true });

  const known = [...updates, ...deletions].filter(
    (change) => change.place.stamp <= knownUntil && isAfter(change, cursor),
  );
  // A row that was deleted and sent again is told as long as its deletion is in sight: what told of it may be outdated.
  const isRepeated = (change: Change<Row>) =>
    cursor.told.length > 0 &&
    cursor.told.includes(digestIn(cursor.readAt, change)) &&
    !(change.kind === 'changed' && gone.has(change.id));
  const { repeated = [], unseen = [] } = Object.groupBy(known, (change) =>
    isRepeated(change) ? 'repeated' : 'unseen',
  );
  const fresh = unseen.toSorted((a, b) => comparePlaces(a.place, b.place));
  const told = fresh.slice(0, cutAt(fresh, first));
  const last = isComplete ? undefined : endOf(knownUntil);
  const end = told.length < fresh.length ? told.at(-1)?.place : last;
  const start = cursor.place ?? endOf(windowOf(cursor).updatedAfter - marginMs);
  const isStuck = end !== undefined && comparePlaces(end, start) <= 0;
  const isAtSameTime = end !== undefined && end.stamp - start.stamp <= 1;

  // A sync of several answers covers, as a whole, what happened since it began.
  const readAt = isStart ? clampStamp(reading.readAt) : cursor.readAt;
  const isReadAgain = ({ stamp }: Change<Row>) => stamp > readAt - overlapMs;
  const digest = (change: Change<Row>) => digestIn(readAt, change);
  // The deletion of a row that is still there, or again, must be told once more when the row is gone.
  const isUndone = new Set(
    [...gone.values()]
      .filter(({ id }) => live.has(id))
      .map(toRemoval)
      .map(digest),
  );
  const before = isStart ? repeated.filter(isReadAgain).map(digest) : cursor.told.filter((one) => !isUndone.has(one));
  const recent = reading.deletions.filter(({ stamp }) => stamp > readAt).map(nameOf);
  const recentDigest = digestOf(readAt, recent.toSorted());
  return {
    changed: told.flatMap(({ row }) => row ?? []),
    removedIds: told.filter(({ kind }) => kind === 'removed').map(({ id }) => id),
    cursor: {
      readAt,
      place: isStuck ? start : end,
      isWhole: isStuck || (cursor.isWhole && isAtSameTime),
      witness: latestWitness(seen, witness),
      latest: latestOf(cursor.latest, [...told, ...repeated]),
      deletions: isStart ? recentDigest : cursor.deletions,
      lacksDeletions: false,
      told: [...before, ...told.filter(isReadAgain).map(digest)],
    },
    hasMore: end !== undefined || (!isStart && recentDigest !== cursor.deletions),
    mustReload: false,
  };
}

const nothingYet = (cursor: SyncCursor): RoomChanges<never> => ({
  changed: [],
  removedIds: [],
  cursor,
  hasMore: true,
  mustReload: false,
});

/** Whether a change is not behind the cursor. */
const isAfter = ({ place, stamp }: Change<unknown>, cursor: SyncCursor): boolean =>
  cursor.place === undefined ? stamp > beginOf(cursor) : comparePlaces(place, cursor.place) > 0;

export const latestOf = (
  before: number | undefined,
  changes: readonly { readonly stamp: number }[],
): number | undefined =>
  changes.reduce<number | undefined>((latest, { stamp }) => Math.max(latest ?? stamp, clampStamp(stamp)), before);

/** How many changes to tell: changes at one place stay together, as a cursor cannot stand between them. */
function cutAt(changes: readonly Change<unknown>[], first: number): number {
  let end = Math.min(first, changes.length);
  for (; end < changes.length; end += 1) {
    const [last, next] = [changes[end - 1], changes[end]];
    if (last === undefined || next === undefined || comparePlaces(last.place, next.place) !== 0) break;
  }
  return end;
}

const toChange = <Row>({ id, stamp, row }: Update<Row>): Change<Row> => ({
  kind: row === undefined ? 'removed' : 'changed',
  id,
  stamp,
  place: placeOf(id, stamp),
  row,
});

/** A deletion is told before what may have been sent again under its id: by clocks that differ, that may seem older. */
const toRemoval = ({ id, stamp }: Deletion): Change<never> => ({
  kind: 'removed',
  id,
  stamp,
  place: placeOf(id, stamp - marginMs),
  row: undefined,
});

const digestIn = (readAt: number, { kind, id, place, row }: Change<unknown>): string =>
  digestOf(readAt, [kind, id, String(place.stamp), JSON.stringify(row) ?? '']);

const nameOf = ({ id, stamp }: Deletion): string => `${id} ${stamp}`;

function latestById<Item extends Deletion>(items: readonly Item[]): Map<string, Item> {
  const latest = new Map<string, Item>();
  for (const item of items) {
    const known = latest.get(item.id);
    if (known === undefined || known.stamp <= item.stamp) latest.set(item.id, item);
  }
  return latest;
}
