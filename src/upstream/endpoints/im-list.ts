import type { RowCut } from '../../projection/row-cutter.ts';
import type { RequestUpstream } from '../request-upstream.ts';
import type { RestDirectMessage, RestPage } from '../types.ts';
import { listRooms, type DmListParams } from './dm-list-everyone.ts';

/** GET /api/v1/im.list: the caller's own rooms, whole. Unread counts are not part of a room. */
export const imList = (
  upstream: RequestUpstream,
  params: DmListParams,
  cut?: RowCut,
): Promise<RestPage<RestDirectMessage>> => listRooms(upstream, 'im.list', params, cut);
