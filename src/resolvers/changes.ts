import type { Context } from '../context/request-context.ts';
import { GatewayError } from '../errors.ts';
import { maxPageSize } from '../limits.ts';
import { beginInbox, inboxChangesSince } from '../sync/inbox-sync.ts';
import { changesSince, windowOf } from '../sync/room-sync.ts';
import {
  beginAt,
  checkSyncCursorForm,
  decodeSyncCursor,
  encodeSyncCursor,
  witnessOf,
  type SyncCursor,
} from '../sync/sync-cursor.ts';
import type { RestMessage } from '../upstream/types.ts';
import type { RoomParent } from './parents.ts';

interface ChangesArgs {
  readonly since?: string | null | undefined;
  readonly first?: number | null | undefined;
}

interface MessageChanges {
  readonly changed: RestMessage[];
  readonly removedIds: string[];
  readonly cursor: string;
  readonly hasMore: boolean;
  readonly mustReload: boolean;
}

interface InboxChanges {
  readonly changed: RoomParent[];
  readonly removedIds: string[];
  readonly cursor: string;
  readonly mustReload: boolean;
}

const defaultFirst = 50;
/** Messages to read beyond those to tell: of the overlap, and of the last one's millisecond. */
const spareRows = 100;
const inbox = 'changes of the inbox';

/** What changed in a room. See `sync/room-sync.ts`. */
export async function messageChanges(
  roomId: string,
  args: ChangesArgs,
  { loaders }: Pick<Context, 'loaders'>,
): Promise<MessageChanges> {
  const { since } = args;
  const first = checkFirst(args.first ?? defaultFirst);
  const binding = `changes of ${roomId}`;
  const reloadFrom = (begin: SyncCursor): MessageChanges => ({
    changed: [],
    removedIds: [],
    cursor: encodeSyncCursor(binding, begin),
    hasMore: false,
    mustReload: true,
  });
  const cursor = since == null ? undefined : decodeSyncCursor(binding, since);
  if (cursor === undefined || cursor.lacksDeletions) {
    const { readAt, newest, lacksDeletions } = await loaders.roomBegins.load(roomId);
    return reloadFrom({ ...beginAt(readAt, newest && witnessOf(newest.id, newest.stamp)), lacksDeletions });
  }
  const window = windowOf(cursor);
  const reading = await loaders.roomChanges.load({ roomId, since: cursor.readAt, window, pageSize: first + spareRows });
  if (reading.isUntold === true) {
    if (reading.readAt !== undefined) return reloadFrom(beginAt(reading.readAt));
    const { readAt, lacksDeletions } = await loaders.roomBegins.load(roomId);
    return reloadFrom({ ...beginAt(readAt), lacksDeletions });
  }
  const changes = changesSince(cursor, reading, first);
  return {
    changed: [...changes.changed],
    removedIds: [...changes.removedIds],
    cursor: encodeSyncCursor(binding, changes.cursor),
    hasMore: changes.hasMore,
    mustReload: changes.mustReload,
  };
}

/** Rejects what is wrong for every list. */
export function checkChanges({ since, first }: ChangesArgs): void {
  if (since != null) checkSyncCursorForm(since);
  checkFirst(first ?? defaultFirst);
}

function checkFirst(first: number): number {
  if (first >= 1 && first <= maxPageSize) return first;
  throw new GatewayError('BAD_USER_INPUT', `\`first\` is ${first}: give 1 to ${maxPageSize}, or omit it.`);
}

/** What changed in the caller's rooms. See `sync/inbox-sync.ts`. */
export async function inboxChanges(
  { since }: ChangesArgs,
  { loaders: { inboxChanges: lists } }: Pick<Context, 'loaders'>,
): Promise<InboxChanges> {
  const reloadFrom = (cursor: SyncCursor): InboxChanges => ({
    changed: [],
    removedIds: [],
    cursor: encodeSyncCursor(inbox, cursor),
    mustReload: true,
  });
  if (since == null) {
    const { readAt, changed: all } = await lists.all.load();
    return reloadFrom(beginInbox({ readAt, removed: [] }, all));
  }
  const cursor = decodeSyncCursor(inbox, since);
  const { updatedAfter, deletedAfter } = windowOf(cursor);
  const after = Math.min(updatedAfter, deletedAfter);
  const { readAt, changed: memberships, removed } = await lists.subscriptions.load(after);
  const roomIds = new Map(removed.map(({ id }) => [id, lists.roomOf(id)]));
  const reading = { readAt, memberships, removed, rooms: undefined, roomOf: (id: string) => roomIds.get(id) };
  const ofMemberships = inboxChangesSince(cursor, reading);
  if (ofMemberships.mustReload) {
    const { changed: all } = await lists.all.load(); // shows which room each is of, for when it is deleted
    return reloadFrom(beginInbox(reading, all));
  }
  const rooms = await lists.rooms.load(deletedAfter);
  if (rooms === undefined) return reloadFrom(beginAt(readAt));
  const changes = inboxChangesSince(cursor, { ...reading, rooms });
  if (changes.mustReload) return reloadFrom(changes.cursor);
  const records = new Map(rooms.map(({ row }) => [row._id, row]));
  return {
    changed: changes.changedIds.map((_id) => records.get(_id) ?? { _id }),
    removedIds: [...changes.removedIds],
    cursor: encodeSyncCursor(inbox, changes.cursor),
    mustReload: false,
  };
}
