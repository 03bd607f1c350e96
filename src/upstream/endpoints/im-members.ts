import type { RequestUpstream } from '../request-upstream.ts';
import { readUser, type RestPage, type RestUser } from '../types.ts';
import { refuseMemberId } from '../user-ids.ts';

export interface ImMembersParams {
  /** Checked room id, as for `dm.messages`. */
  readonly roomId: string;
  readonly offset: number;
  /** Rows wanted, 1 to 100. */
  readonly count: number;
}

/**
 * GET /api/v1/im.members: active members with presence. Rocket.Chat orders by the users' last update, which the
 * response does not contain, then by name: the order moves with every change of presence.
 */
export function imMembers(upstream: RequestUpstream, params: ImMembersParams): Promise<RestPage<RestUser>> {
  const { roomId, offset, count } = params;
  return upstream.get(
    'im.members',
    { roomId, offset, count, sort: '{"username":1}' },
    {
      read(response) {
        const page = response.page('members', readUser, count);
        refuseMemberId(page.rows, roomId);
        return page;
      },
    },
  );
}
