import { asId } from '../../json.ts';
import type { RequestUpstream } from '../request-upstream.ts';
import type { RestSubscription } from '../types.ts';

/** Subscriptions that are no membership: Rocket.Chat's own access check refuses both. */
const noMembership: ReadonlySet<unknown> = new Set(['INVITED', 'BANNED']);

/**
 * GET /api/v1/subscriptions.get: the caller's memberships in one response, channels included, without paging. For a room
 * with one other user `name` is that user's username; for notes to self, the caller's own. Leaves out
 * invitations and bans.
 */
export async function subscriptionsGet(upstream: RequestUpstream): Promise<RestSubscription[]> {
  const response = await upstream.get('subscriptions.get');
  const rows = response
    .objects('update')
    .filter(
      (row): row is RestSubscription =>
        asId(row['rid']) !== undefined && typeof row['t'] === 'string' && !noMembership.has(row['status']),
    );
  for (const { rid, t } of rows) if (t === 'd') upstream.rooms.add(rid);
  return rows;
}
