import { GatewayError } from '../../errors.ts';
import type { RequestUpstream } from '../request-upstream.ts';
import { readDirectMessage, type RestDirectMessage } from '../types.ts';

/**
 * GET /api/v1/rooms.info: one room, whole. Unknown: 400 `error-room-not-found`; of other people: 400 `Not Allowed`. Both
 * become NOT_FOUND, as when rooms are read with `rooms.get`, which contains neither.
 */
export const roomsInfo = (upstream: RequestUpstream, roomId: string): Promise<RestDirectMessage> =>
  upstream.get(
    'rooms.info',
    { roomId },
    {
      read(response) {
        const room = readDirectMessage(response.object('room', roomId));
        if (room === undefined) throw notADirectMessage();
        upstream.rooms.add(roomId);
        return room;
      },
    },
  );

export const notADirectMessage = () => new GatewayError('NOT_FOUND', 'That room is not a direct message.');
