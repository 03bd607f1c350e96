import { asInt, asObject } from '../../json.ts';
import type { UpstreamClient } from '../client.ts';
import { readRows, refuseOtherRoom } from '../rows.ts';
import { readMessageOf, type RestMessage, type RestRows } from '../types.ts';

export interface DmHistoryParams {
  /** Checked room id, as for `dm.messages`. */
  readonly roomId: string;
  /**
   * Valid instants: Rocket.Chat takes anything else for 1970 without a word. Without `latest` it would take now, and leave
   * out messages that are dated later.
   */
  readonly latest: string;
  readonly oldest?: string | undefined;
  /** Whether messages exactly at `latest` and at `oldest` belong to the range. */
  readonly inclusive: boolean;
  readonly offset: number;
  /** Rows wanted, 1 to 100. */
  readonly count: number;
  /** Also replies in threads that were not shown in the room; Rocket.Chat's default is false. */
  readonly showThreadMessages: boolean;
  /** Also what lies between `oldest` and the oldest row of this answer. */
  readonly unreads: boolean;
}

export interface DmHistory extends RestRows<RestMessage> {
  /** Visible messages strictly between `oldest` and the oldest row. Has nothing to do with what the caller has read. */
  readonly unreadNotLoaded: number | undefined;
  /** The oldest of those. */
  readonly firstUnread: RestMessage | undefined;
}

/**
 * GET /api/v1/dm.history: messages of a time range, newest first (`sort` has no effect), without a total. System
 * messages that the room or the workspace hides are left out. 400 `invalid-channel`, 403 as `dm.messages`.
 */
export async function dmHistory(upstream: UpstreamClient, params: DmHistoryParams): Promise<DmHistory> {
  const body = await upstream.get('dm.history', {
    roomId: params.roomId,
    latest: params.latest,
    oldest: params.oldest,
    inclusive: String(params.inclusive),
    offset: params.offset,
    count: params.count,
    showThreadMessages: params.showThreadMessages ? 'true' : undefined,
    unreads: params.unreads ? 'true' : undefined,
  });
  refuseOtherRoom(body, params.roomId);
  const readRow = readMessageOf(params.roomId);
  const rows = readRows(upstream, 'dm.history', body, 'messages', readRow, params.count);
  const firstUnread = asObject(body['firstUnread']);
  return {
    ...rows,
    unreadNotLoaded: asInt(body['unreadNotLoaded']),
    firstUnread: firstUnread === undefined ? undefined : readRow(firstUnread),
  };
}
