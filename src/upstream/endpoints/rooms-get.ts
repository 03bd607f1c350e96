import type { RequestUpstream } from '../request-upstream.ts';
import { readDirectMessage, type RestDirectMessage } from '../types.ts';

/**
 * GET /api/v1/rooms.get: all rooms of the caller in one response, without paging; channels are left out here. A room has
 * every field of `rooms.info` but `_USERNAMES`.
 */
export async function roomsGet(upstream: RequestUpstream): Promise<RestDirectMessage[]> {
  const response = await upstream.get('rooms.get');
  const rooms = response.objects('update').flatMap((room) => readDirectMessage(room) ?? []);
  upstream.rooms.addRows(rooms);
  return rooms;
}
