import { rowCutter, type RowCut } from '../../projection/row-cutter.ts';
import type { RequestUpstream } from '../request-upstream.ts';
import { readDirectMessage, roomList, type RestDirectMessage, type RestPage } from '../types.ts';
import type { DmListParams } from './dm-list-everyone.ts';

/** GET /api/v1/im.list: the caller's own rooms, whole. Unread counts are not part of a room. */
export function imList(
  upstream: RequestUpstream,
  { offset, count, sort }: DmListParams,
  cut?: RowCut,
): Promise<RestPage<RestDirectMessage>> {
  const params = { offset, count, sort: JSON.stringify(sort) };
  return upstream.get('im.list', params, {
    cutter: cut && rowCutter(roomList, cut),
    read(response) {
      const page = response.page('ims', readDirectMessage, count);
      upstream.rooms.addRows(page.rows);
      return page;
    },
  });
}
