import { rowCutter, type RowCut } from '../../projection/row-cutter.ts';
import type { RequestUpstream } from '../request-upstream.ts';
import { stampOf } from '../stamps.ts';
import { messageList, readMessageOf, readStored, type RestMessage, type RestPage } from '../types.ts';
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
export function dmMessages(
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
  return upstream.get('dm.messages', query, {
    cutter: cut && rowCutter(messageList, cut),
    read(response) {
      refuseOtherRoom(response, params.roomId);
      return response.page('messages', readMessageOf(params.roomId), params.count);
    },
  });
}

/** What a sync begins with. */
export interface LatestChange {
  /** Epoch milliseconds of the workspace's clock, not later than when it began to read. */
  readonly readAt: number;
  /** The message that was changed last (`_updatedAt`), if there is one. */
  readonly newest: { readonly id: string; readonly stamp: number } | undefined;
}

/** The same for the message of a room that was changed last. */
export async function dmMessagesLatest(upstream: RequestUpstream, roomId: string): Promise<LatestChange> {
  const sort = JSON.stringify({ _updatedAt: -1, _id: -1 });
  const response = await upstream.get('dm.messages', { roomId, offset: 0, count: 1, sort });
  refuseOtherRoom(response, roomId);
  const [row] = response.objects('messages');
  const id = row && readStored(row)?._id;
  const stamp = stampOf(row?.['_updatedAt']);
  return { readAt: response.readAt, newest: id === undefined || stamp === undefined ? undefined : { id, stamp } };
}
