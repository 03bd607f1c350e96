import { rowCutter, type RowCut } from '../../projection/row-cutter.ts';
import type { RequestUpstream } from '../request-upstream.ts';
import { readDirectMessage, roomList, type RestDirectMessage, type RestPage } from '../types.ts';

/** Both lists of rooms: Rocket.Chat's own order is by `name`, which rooms of this kind do not have. */
export interface DmListParams {
  readonly offset: number;
  /** Rows wanted, 1 to 100: 0 would return every room of the workspace. */
  readonly count: number;
  /** `_id` belongs last, for a total order. */
  readonly sort: Readonly<Record<string, 1 | -1>>;
}

/** GET /api/v1/dm.list.everyone: every direct-message room of the workspace. 403 without `view-room-administration`. */
export const dmListEveryone = (
  upstream: RequestUpstream,
  params: DmListParams,
  cut?: RowCut,
): Promise<RestPage<RestDirectMessage>> => listRooms(upstream, 'dm.list.everyone', params, cut);

/** A page of either list. */
export function listRooms(
  upstream: RequestUpstream,
  endpoint: 'dm.list.everyone' | 'im.list',
  { offset, count, sort }: DmListParams,
  cut: RowCut | undefined,
): Promise<RestPage<RestDirectMessage>> {
  const params = { offset, count, sort: JSON.stringify(sort) };
  return upstream.get(endpoint, params, {
    cutter: cut && rowCutter(roomList, cut),
    read(response) {
      const page = response.page('ims', readDirectMessage, count);
      upstream.rooms.addRows(page.rows);
      return page;
    },
  });
}
