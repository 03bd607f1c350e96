import { asObjects } from '../../json.ts';
import { badShape } from '../transport/answers.ts';
import type { UpstreamClient } from '../client.ts';
import { readDirectMessage, type RestDirectMessage } from '../types.ts';

/**
 * GET /api/v1/rooms.get: all rooms of the caller in one answer, channels included (left out here), without paging.
 * A room has every field of `rooms.info` but `_USERNAMES`.
 */
export async function roomsGet(upstream: UpstreamClient): Promise<RestDirectMessage[]> {
  const { update } = await upstream.get('rooms.get');
  if (!Array.isArray(update)) throw badShape('rooms.get', 'no list `update`');
  const rooms = asObjects(update).flatMap((room) => readDirectMessage(room) ?? []);
  for (const { _id } of rooms) upstream.rooms.add(_id);
  return rooms;
}
