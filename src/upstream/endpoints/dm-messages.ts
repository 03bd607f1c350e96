import type { UpstreamClient } from '../client.ts';
import { readPage, refuseOtherRoom } from '../rows.ts';
import { readMessageOf, type RestMessage, type RestPage } from '../types.ts';

export interface DmMessagesParams {
  /** Checked room id: for a user's id or name Rocket.Chat would open a room, and create it when there is none. */
  readonly roomId: string;
  readonly offset: number;
  /** Rows wanted, 1 to 100: larger values are cut to the workspace's cap, and 0 means everything. */
  readonly count: number;
  /** `_id` belongs last: rows that are equal in the other fields have no order of their own. */
  readonly sort: Readonly<Record<string, 1 | -1>>;
  /** Only messages that mention any of these users; sent comma-separated (an array text matches nothing). */
  readonly mentionIds?: readonly string[] | undefined;
  readonly starredIds?: readonly string[] | undefined;
  /** Only the text `true` has an effect: there is no way to ask for unpinned messages. */
  readonly pinned?: boolean | undefined;
}

/**
 * GET /api/v1/dm.messages: a page of a room's messages with the total of all that match. Thread replies and system
 * messages are among them. 400 `invalid-channel` for an unknown room, 403 for a room of other people.
 */
export async function dmMessages(upstream: UpstreamClient, params: DmMessagesParams): Promise<RestPage<RestMessage>> {
  const body = await upstream.get('dm.messages', {
    roomId: params.roomId,
    offset: params.offset,
    count: params.count,
    sort: JSON.stringify(params.sort),
    mentionIds: params.mentionIds?.join(','),
    starredIds: params.starredIds?.join(','),
    pinned: params.pinned === true ? 'true' : undefined,
  });
  refuseOtherRoom(body, params.roomId);
  return readPage(upstream, 'dm.messages', body, 'messages', readMessageOf(params.roomId), params.count);
}
