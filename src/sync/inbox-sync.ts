import { isTooFar, overlapMs } from './clocks.ts';
import { beginOf, latestOf, type Deletion } from './room-sync.ts';
import { beginAt, clampStamp, digestOf, type SyncCursor } from './sync-cursor.ts';
import { isMissing, latestWitness, type Stamped } from './witness.ts';

/**
 * What changed in the caller's rooms, exactly: as in `room-sync.ts`, but without pages, as upstream has none for these lists.
 *
 * Which rooms are gone, the deleted subscriptions tell: those are the caller's own. `rooms.get` names the rooms deleted in the
 * whole workspace, so it is not asked. A deleted subscription is told by its own id: its room is known if this process has
 * seen the subscription before. If not, only the whole list shows what is left: `mustReload`.
 *
 * Invitations count like memberships, as they do in the list of the caller's rooms.
 */
export interface MembershipUpdate<Membership> {
  readonly id: string;
  readonly stamp: number;
  readonly row: Membership & { readonly rid: string; readonly t: string };
}

export interface RoomUpdate<Room> {
  readonly stamp: number;
  readonly row: Room & { readonly _id: string };
}

export interface InboxReading<Room, Membership> {
  /** When it began to read, by the workspace's clock. */
  readonly readAt: number;
  readonly memberships: readonly MembershipUpdate<Membership>[];
  /** Deleted subscriptions. */
  readonly removed: readonly Deletion[];
  /** Undefined: not read yet. */
  readonly rooms: readonly RoomUpdate<Room>[] | undefined;
  /** The room of a deleted subscription; undefined if it is no direct message, null if unknown. */
  readonly roomOf: (subscriptionId: string) => string | undefined | null;
}

export interface InboxAnswer {
  readonly changedIds: readonly string[];
  readonly removedIds: readonly string[];
  readonly cursor: SyncCursor;
  readonly mustReload: boolean;
}

interface Event {
  readonly kind: string;
  readonly id: string;
  readonly stamp: number;
  readonly row: unknown;
  readonly roomId: string;
}

/** The answer from what was read in the cursor's window (`windowOf`). */
export function inboxChangesSince<Room, Membership>(
  cursor: SyncCursor,
  reading: InboxReading<Room, Membership>,
): InboxAnswer {
  const { memberships, removed, rooms = [] } = reading;
  const readAt = clampStamp(reading.readAt);
  const records = rooms.map(({ row, stamp }) => ({ id: row._id, stamp }));
  const seen = { rows: [...memberships, ...records], deletions: removed };
  // Once the caller has left a room, its record is not read any more.
  const leftRooms = removed.flatMap(({ id, stamp }) => ({ id: reading.roomOf(id) ?? '', stamp }));
  const witness = isMissing(cursor.witness, { rows: leftRooms, deletions: [] }, readAt) ? cursor.witness : undefined;
  const isLost = reading.rooms !== undefined && isMissing(witness, seen, readAt);
  const present = new Set(memberships.map(({ id }) => id));
  // What is in both lists was deleted while the workspace read: the next sync tells it.
  const left = removed.filter(({ id, stamp }) => !present.has(id) && stamp > beginOf(cursor));
  const isUnknown = left.some(
    (deletion) =>
      reading.roomOf(deletion.id) === null &&
      !wasTold(cursor, leaving(deletion)) &&
      !wasTold(cursor, ignoredLeaving(deletion)),
  );
  if (isTooFar(cursor.readAt, readAt) || isLost || isUnknown)
    return {
      changedIds: [],
      removedIds: [],
      cursor: beginAt(readAt, latestWitness(seen, undefined)),
      mustReload: true,
    };

  const own = memberships.filter(({ row, stamp }) => row.t === 'd' && stamp > beginOf(cursor));
  const members = new Set(memberships.map(({ row }) => row.rid));
  const leavings = left.flatMap((deletion) => {
    const roomId = reading.roomOf(deletion.id);
    return roomId == null || members.has(roomId) ? [] : [{ ...leaving(deletion), roomId }];
  });
  const gone = new Set(leavings.map(({ roomId }) => roomId));
  const changes = [
    ...own.map((update) => eventOf('in', update, update.row.rid)),
    ...rooms
      .filter(({ row, stamp }) => stamp > beginOf(cursor) && !gone.has(row._id))
      .map(({ row, stamp }) => eventOf('room', { id: row._id, stamp, row }, row._id)),
  ];
  const events = [...leavings, ...changes].toSorted((a, b) => a.stamp - b.stamp);
  const isFresh = (event: Event) => !wasTold(cursor, event);
  const idsOf = (list: readonly Event[]) => [...new Set(list.filter(isFresh).map(({ roomId }) => roomId))];
  // Those of channels, and those before a reload: they count as unknown no more as long as they are in sight.
  const ignored = left.filter(({ id }) => reading.roomOf(id) == null).map(ignoredLeaving);
  return {
    changedIds: idsOf(events.filter(({ roomId }) => !gone.has(roomId))),
    removedIds: idsOf(events.filter(({ roomId }) => gone.has(roomId))),
    cursor: {
      ...beginAt(readAt, latestWitness(seen, witness)),
      latest: latestOf(cursor.latest, [...ignored, ...events]),
      told: digestsIn(readAt, [...ignored, ...events]),
    },
    mustReload: false,
  };
}

/**
 * The cursor of a client that reads the list again. `all`: the subscriptions as they are after the reading. Of those that it
 * lacks, the list cannot have the rooms.
 */
export function beginInbox(
  { readAt, removed }: Pick<InboxReading<unknown, unknown>, 'readAt' | 'removed'>,
  all: readonly Stamped[],
): SyncCursor {
  const present = new Set(all.map(({ id }) => id));
  const ignored = removed.filter(({ id }) => !present.has(id)).map(ignoredLeaving);
  return {
    ...beginAt(readAt, latestWitness({ rows: all, deletions: removed }, undefined)),
    told: digestsIn(clampStamp(readAt), ignored),
  };
}

const digestsIn = (readAt: number, events: readonly Event[]): string[] =>
  events.filter(({ stamp }) => stamp > readAt - overlapMs).map((event) => digestIn(readAt, event));

const eventOf = (kind: string, { id, stamp, row }: Omit<Event, 'kind' | 'roomId'>, roomId: string): Event => ({
  kind,
  id,
  stamp,
  row,
  roomId,
});

const leaving = ({ id, stamp }: Deletion): Event => eventOf('gone', { id, stamp, row: null }, '');

const ignoredLeaving = ({ id, stamp }: Deletion): Event => eventOf('ignored', { id, stamp, row: null }, '');

const digestIn = (readAt: number, { kind, id, stamp, row }: Event): string =>
  digestOf(readAt, [kind, id, String(stamp), JSON.stringify(row)]);

const wasTold = ({ readAt, told }: SyncCursor, event: Event): boolean =>
  told.length > 0 && told.includes(digestIn(readAt, event));
