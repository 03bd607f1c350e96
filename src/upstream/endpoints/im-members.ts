import type { UpstreamClient } from '../client.ts';
import { readPage, refuseOwnName } from '../rows.ts';
import { readUser, type RestPage, type RestUser } from '../types.ts';

export interface ImMembersParams {
  /** Checked room id, as for `dm.messages`. */
  readonly roomId: string;
  readonly offset: number;
  /** Rows wanted, 1 to 100. */
  readonly count: number;
}

/**
 * GET /api/v1/im.members: active members with presence. Rocket.Chat orders by the time of the users' last change,
 * which is not in the answer, then by name: the order moves with every change of presence.
 */
export async function imMembers(upstream: UpstreamClient, params: ImMembersParams): Promise<RestPage<RestUser>> {
  const { roomId, offset, count } = params;
  const body = await upstream.get('im.members', { roomId, offset, count, sort: '{"username":1}' });
  const page = readPage(upstream, 'im.members', body, 'members', readUser, count);
  refuseOwnName(page.rows, roomId);
  return page;
}
