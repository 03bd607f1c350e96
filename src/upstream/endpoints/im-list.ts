import type { UpstreamClient } from '../client.ts';
import { nameRooms, readPage } from '../rows.ts';
import { readDirectMessage, type RestDirectMessage, type RestPage } from '../types.ts';
import type { DmListParams } from './dm-list-everyone.ts';

/** GET /api/v1/im.list: the caller's own rooms, whole; what is unread in them is not part of a room. */
export async function imList(upstream: UpstreamClient, params: DmListParams): Promise<RestPage<RestDirectMessage>> {
  const { offset, count, sort } = params;
  const body = await upstream.get('im.list', { offset, count, sort: JSON.stringify(sort) });
  return nameRooms(upstream, readPage(upstream, 'im.list', body, 'ims', readDirectMessage, count));
}
