import { rowCutter, type RowCut } from '../../projection/row-cutter.ts';
import type { RequestUpstream } from '../request-upstream.ts';
import { messageList, readMessageOf, type RestMessage, type RestPage } from '../types.ts';
import { refuseOtherRoom } from '../user-ids.ts';

export interface DmMessagesParams {
  /** Checked room id: for a user's id or name Rocket.Chat would open that user's room, or create it. */
  readonly roomId: string;
  readonly offset: number;
  /** Rows wanted, 1 to 100: the workspace caps larger values, and 0 means everything. */
  readonly count: number;
  /** `_id` belongs last: rows that are equal in the other fields have no defined order. */
  readonly sort: Readonly<Record<string, 1 | -1>>;
  /** Messages that mention any of these users; sent comma-separated, as a JSON array matches nothing. */
  readonly mentionIds?: readonly string[] | undefined;
  readonly starredIds?: readonly string[] | undefined;
  /** Only `true` has an effect: Rocket.Chat cannot filter for unpinned messages. */
  readonly pinned?: boolean | undefined;
}

/**
 * GET /api/v1/dm.messages: a page of a room's messages, thread replies and system messages included, with the total of
 * all that match. 400 `invalid-channel` for an unknown room, 403 for a room of other people.
 */
export async function dmMessages(
  upstream: RequestUpstream,
  params: DmMessagesParams,
  cut?: RowCut,
): Promise<RestPage<RestMessage>> {
  const query = {
    roomId: params.roomId,
    offset: params.offset,
    count: params.count,
    sort: JSON.stringify(params.sort),
    mentionIds: params.mentionIds?.join(','),
    starredIds: params.starredIds?.join(','),
    pinned: params.pinned === true ? 'true' : undefined,
  };
  const response = await upstream.get('dm.messages', query, cut && rowCutter(messageList, cut));
  refuseOtherRoom(response, params.roomId);
  return response.page('messages', readMessageOf(params.roomId), params.count);
}
