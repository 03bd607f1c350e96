import { asId, asObjects } from '../../json.ts';
import { badShape } from '../transport/answers.ts';
import type { UpstreamClient } from '../client.ts';
import type { RestSubscription } from '../types.ts';

/** What Rocket.Chat stores as a subscription and takes for no membership: its own access check refuses both. */
const noMembership: ReadonlySet<unknown> = new Set(['INVITED', 'BANNED']);

/**
 * GET /api/v1/subscriptions.get: the caller's memberships in one answer, channels included, without paging. For a room
 * with one other user `name` is that user's username; for notes to self, the caller's own. Invitations and bans come
 * among them, and are left out.
 */
export async function subscriptionsGet(upstream: UpstreamClient): Promise<RestSubscription[]> {
  const { update } = await upstream.get('subscriptions.get');
  if (!Array.isArray(update)) throw badShape('subscriptions.get', 'no list `update`');
  const rows = asObjects(update).filter(
    (row): row is RestSubscription =>
      asId(row['rid']) !== undefined && typeof row['t'] === 'string' && !noMembership.has(row['status']),
  );
  for (const { rid, t } of rows) if (t === 'd') upstream.rooms.add(rid);
  return rows;
}
