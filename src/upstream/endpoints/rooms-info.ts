import { GatewayError } from '../../errors.ts';
import { asObject } from '../../json.ts';
import { badShape } from '../transport/answers.ts';
import type { UpstreamClient } from '../client.ts';
import { readDirectMessage, type RestDirectMessage } from '../types.ts';

/**
 * GET /api/v1/rooms.info: one room, whole. Unknown: 400 `error-room-not-found`; of other people: 400 `Not Allowed`. Both
 * are NOT_FOUND, as when rooms are read with `rooms.get`, which holds neither.
 */
export async function roomsInfo(upstream: UpstreamClient, roomId: string): Promise<RestDirectMessage> {
  const room = asObject((await upstream.get('rooms.info', { roomId }))['room']);
  if (room?.['_id'] !== roomId) throw badShape('rooms.info', 'not the `room` that was asked for');
  const directMessage = readDirectMessage(room);
  if (directMessage === undefined) throw new GatewayError('NOT_FOUND', 'That room is not a direct message.');
  upstream.rooms.add(roomId);
  return directMessage;
}
