import type { RequestUpstream } from '../request-upstream.ts';
import { readDirectMessage, type RestDirectMessage, type RestPage } from '../types.ts';
import type { DmListParams } from './dm-list-everyone.ts';

/** GET /api/v1/im.list: the caller's own rooms, whole. Unread counts are not part of a room. */
export async function imList(
  upstream: RequestUpstream,
  { offset, count, sort }: DmListParams,
): Promise<RestPage<RestDirectMessage>> {
  const response = await upstream.get('im.list', { offset, count, sort: JSON.stringify(sort) });
  const page = response.page('ims', readDirectMessage, count);
  upstream.rooms.addRows(page.rows);
  return page;
}
