import { asId, type JsonObject } from '../../json.ts';
import type { RequestUpstream } from '../request-upstream.ts';
import { readDeletion, sinceOf, stampOf } from '../stamps.ts';
import { readStored, type RestDeletion, type RestSubscription } from '../types.ts';

/** Subscriptions that are no membership: Rocket.Chat's own access check refuses both. */
const noMembership: ReadonlySet<unknown> = new Set(['INVITED', 'BANNED']);

/**
 * GET /api/v1/subscriptions.get: the caller's memberships in one response, channels included, without paging. For a room
 * with one other user `name` is that user's username; for notes to self, the caller's own. Leaves out
 * invitations and bans.
 */
export async function subscriptionsGet(upstream: RequestUpstream): Promise<RestSubscription[]> {
  const response = await upstream.get('subscriptions.get');
  const rows = response.objects('update').filter(isSubscription).filter(isMembership);
  for (const { rid, t } of rows) if (t === 'd') upstream.rooms.add(rid);
  return rows;
}

export interface ChangedSubscription {
  readonly id: string;
  /** Epoch milliseconds (`_updatedAt`). */
  readonly stamp: number;
  readonly row: RestSubscription;
  /** False for invitations and bans. */
  readonly isMember: boolean;
}

export interface ChangedSubscriptions {
  /** Epoch milliseconds of the workspace's clock, not later than when it began to read. */
  readonly readAt: number;
  readonly changed: readonly ChangedSubscription[];
  /** Ids of subscriptions, which do not tell their rooms. */
  readonly removed: readonly RestDeletion[];
}

/**
 * The same with `updatedSince`: the caller's subscriptions that were changed or deleted since, invitations and bans
 * included; without, all of them.
 */
export async function subscriptionsGetSince(upstream: RequestUpstream, after?: number): Promise<ChangedSubscriptions> {
  const params = after === undefined ? {} : { updatedSince: sinceOf(after) };
  const response = await upstream.get('subscriptions.get', params);
  const changed = response.objects('update').flatMap((row): ChangedSubscription[] => {
    const id = readStored(row)?._id;
    const stamp = stampOf(row['_updatedAt']);
    if (id === undefined || stamp === undefined || !isSubscription(row)) return [];
    return [{ id, stamp, row, isMember: isMembership(row) }];
  });
  for (const { row, isMember } of changed) if (row.t === 'd' && isMember) upstream.rooms.add(row.rid);
  return { readAt: response.readAt, changed, removed: response.objects('remove').flatMap(readDeletion) };
}

const isSubscription = (row: JsonObject): row is RestSubscription =>
  asId(row['rid']) !== undefined && typeof row['t'] === 'string';

const isMembership = (row: RestSubscription): boolean => !noMembership.has(row['status']);
