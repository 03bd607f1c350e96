import { asInt, asObject } from '../../json.ts';
import { rowCutter, type RowCut } from '../../projection/row-cutter.ts';
import type { RequestUpstream } from '../request-upstream.ts';
import { messageList, readMessageOf, type RestMessage, type RestRows } from '../types.ts';
import { refuseOtherRoom } from '../user-ids.ts';

export interface DmHistoryParams {
  /** Checked room id, as for `dm.messages`. */
  readonly roomId: string;
  /**
   * Valid instants: Rocket.Chat silently reads anything else as 1970. `latest` defaults to now, which would leave out
   * messages dated later.
   */
  readonly latest: string;
  readonly oldest?: string | undefined;
  /** Whether messages exactly at `latest` and at `oldest` belong to the range. */
  readonly inclusive: boolean;
  readonly offset: number;
  /** Rows wanted, 1 to 100. */
  readonly count: number;
  /** Include thread replies that were not shown in the room; Rocket.Chat's default is false. */
  readonly showThreadMessages: boolean;
  /** Also report what lies between `oldest` and the oldest row of this response. */
  readonly unreads: boolean;
}

export interface DmHistory extends RestRows<RestMessage> {
  /** Visible messages strictly between `oldest` and the oldest row: unrelated to what the caller has read. */
  readonly unreadNotLoaded: number | undefined;
  /** The oldest of those. */
  readonly firstUnread: RestMessage | undefined;
}

/**
 * GET /api/v1/dm.history: messages of a time range, newest first (`sort` has no effect), without a total and
 * without system messages that the room or the workspace hides. 400 `invalid-channel`, 403 as `dm.messages`.
 */
export function dmHistory(upstream: RequestUpstream, params: DmHistoryParams, cut?: RowCut): Promise<DmHistory> {
  const query = {
    roomId: params.roomId,
    latest: params.latest,
    oldest: params.oldest,
    inclusive: String(params.inclusive),
    offset: params.offset,
    count: params.count,
    showThreadMessages: params.showThreadMessages ? 'true' : undefined,
    unreads: params.unreads ? 'true' : undefined,
  };
  return upstream.get('dm.history', query, {
    cutter: cut && rowCutter(messageList, cut),
    read(response) {
      refuseOtherRoom(response, params.roomId);
      const readRow = readMessageOf(params.roomId);
      const firstUnread = asObject(response.body['firstUnread']);
      return {
        ...response.rows('messages', readRow, params.count),
        unreadNotLoaded: asInt(response.body['unreadNotLoaded']),
        firstUnread: firstUnread === undefined ? undefined : readRow(firstUnread),
      };
    },
  });
}
