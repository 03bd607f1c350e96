import { GatewayError } from '../errors.ts';
import type { Reading, Window } from '../sync/room-sync.ts';
import {
  chatSyncMessagesPage,
  chatSyncMessagesSince,
  type SyncedMessages,
} from '../upstream/endpoints/chat-sync-messages.ts';
import { dmMessagesLatest, type LatestChange } from '../upstream/endpoints/dm-messages.ts';
import { roomsGetSince, type ChangedRoom } from '../upstream/endpoints/rooms-get.ts';
import { subscriptionsGetSince, type ChangedSubscriptions } from '../upstream/endpoints/subscriptions-get.ts';
import type { RequestUpstream } from '../upstream/request-upstream.ts';
import { tooLarge, UpstreamRefusal } from '../upstream/transport/response.ts';
import { stampOf } from '../upstream/stamps.ts';
import type { RestMessage, RestSubscription } from '../upstream/types.ts';
import { callByKey, sumOf, type Loader, type SavedCalls } from './loader.ts';
import type { RoomCheck } from './room-check.ts';

export interface RoomWindow {
  readonly roomId: string;
  /** When the changes before these were read, by the workspace's clock. */
  readonly since: number;
  readonly window: Window;
  /** Changed messages of a page of upstream's. */
  readonly pageSize: number;
}

/**
 * The workspace does not tell what changed: it is too much, or deletions are hidden. `readAt`: when the workspace was read,
 * if that is known.
 */
export interface Untold {
  readonly isUntold: true;
  readonly readAt: number | undefined;
}

type MessageReading = (Reading<RestMessage> & { readonly isUntold?: false }) | Untold;

/** Deletions of one page, which have some 70 bytes each. */
const maxDeletions = 10_000;

/**
 * What changed in rooms: two pages in Rocket.Chat 8, updates before deletions; one response without pages in Rocket.Chat 7,
 * and where a window asks for that.
 */
export const roomChangesLoader = (upstream: RequestUpstream, check: RoomCheck): Loader<RoomWindow, MessageReading> =>
  callByKey(
    async (wanted) => {
      await refuseChannel(wanted.roomId, check);
      if (await upstream.mayHaveHiddenMessages(wanted.since)) return { isUntold: true, readAt: undefined };
      const isWhole = wanted.window.isWhole || upstream.syncPages.areMissing;
      return isWhole ? await readWhole(upstream, wanted) : await readPages(upstream, wanted);
    },
    (key) => JSON.stringify(key),
  );

async function readWhole(upstream: RequestUpstream, wanted: RoomWindow): Promise<MessageReading> {
  try {
    return await readAll(upstream, wanted);
  } catch (error) {
    if (isTooLarge(error)) return { isUntold: true, readAt: undefined };
    throw error;
  }
}

async function readPages(upstream: RequestUpstream, wanted: RoomWindow): Promise<MessageReading> {
  const { roomId, window, pageSize } = wanted;
  let updated: SyncedMessages;
  try {
    const page = { roomId, after: window.updatedAfter, type: 'UPDATED', count: pageSize } as const;
    updated = await chatSyncMessagesPage(upstream, page);
  } catch (error) {
    if (isTooLarge(error)) return { isUntold: true, readAt: undefined };
    if (!(error instanceof UpstreamRefusal) || error.code !== 'BAD_USER_INPUT') throw error;
    // Rocket.Chat 7. Where that is still unknown, no call is left to begin anew after a response that is too large.
    const reading = await readAll(upstream, wanted).catch((second: unknown) => {
      if (isTooLarge(second)) upstream.syncPages.refused();
      throw second;
    });
    upstream.syncPages.refused();
    return reading;
  }
  const { readAt, updates, knownUntil } = updated;
  const rest = { roomId, after: window.deletedAfter, type: 'DELETED', count: maxDeletions } as const;
  const deleted = await chatSyncMessagesPage(upstream, rest);
  if (deleted.knownUntil !== Number.POSITIVE_INFINITY) return { isUntold: true, readAt };
  return { readAt, updates, deletions: deleted.deletions, knownUntil };
}

const readAll = (upstream: RequestUpstream, { roomId, window }: RoomWindow): Promise<SyncedMessages> =>
  chatSyncMessagesSince(upstream, { roomId, after: Math.min(window.updatedAfter, window.deletedAfter) });

/** Where a room is now: what a sync begins with. */
interface RoomBegin extends LatestChange {
  readonly lacksDeletions: boolean;
}

export const roomBeginLoader = (upstream: RequestUpstream, check: RoomCheck): Loader<string, RoomBegin> =>
  callByKey(async (roomId) => {
    await check.isRoom(roomId);
    const lacksDeletions = await upstream.mayHaveHiddenMessages(Number.POSITIVE_INFINITY);
    return { ...(await dmMessagesLatest(upstream, roomId)), lacksDeletions };
  });

async function refuseChannel(roomId: string, check: RoomCheck): Promise<void> {
  if (await check.isDirectMessageId(roomId)) return;
  throw new GatewayError('NOT_FOUND', 'No direct-message room has that id, or this user may not see it.');
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof GatewayError && error.extensions['reason'] === tooLarge;

/** What a request has read of the caller's changed rooms: fields of these rooms need no other call. */
export class InboxChanges {
  readonly #upstream: RequestUpstream;
  /** By room. */
  readonly memberships = new Map<string, RestSubscription>();
  /** The caller's subscriptions as they are. */
  readonly all: Loader<void, ChangedSubscriptions>;
  /** By the time after which they were changed. */
  readonly subscriptions: Loader<number, ChangedSubscriptions>;
  /** Undefined if they are more than one response tells. */
  readonly rooms: Loader<number, readonly ChangedRoom[] | undefined>;

  constructor(upstream: RequestUpstream) {
    this.#upstream = upstream;
    this.all = callByKey(async () => this.#learn(await subscriptionsGetSince(upstream)));
    this.subscriptions = callByKey(async (after) => this.#learn(await subscriptionsGetSince(upstream, after)));
    this.rooms = callByKey((after) =>
      roomsGetSince(upstream, after).catch((error: unknown) => {
        if (isTooLarge(error)) return undefined;
        throw error;
      }),
    );
  }

  get saved(): SavedCalls {
    return sumOf([this.all, this.subscriptions, this.rooms]);
  }

  /** The room of a deleted subscription; undefined if it was no direct message, null if unknown. */
  readonly roomOf = (subscriptionId: string): string | undefined | null =>
    this.#upstream.roomOfMembership(subscriptionId);

  #learn(subscriptions: ChangedSubscriptions): ChangedSubscriptions {
    for (const { id, stamp, row, isMember } of subscriptions.changed) {
      this.#upstream.addMembership(id, row.t === 'd' ? row.rid : undefined);
      // Of several answers in one request, the one that is read last need not be the latest.
      const known = stampOf(this.memberships.get(row.rid)?.['_updatedAt']) ?? stamp;
      if (row.t === 'd' && isMember && known <= stamp) this.memberships.set(row.rid, row);
    }
    return subscriptions;
  }
}
