import { GatewayError } from '../errors.ts';
import type { RequestUpstream } from '../upstream/request-upstream.ts';
import { UpstreamRefusal } from '../upstream/transport/response.ts';
import type { RestDirectMessage } from '../upstream/types.ts';
import type { Loader } from './loader.ts';

/** What to check about a room id before using it in a call, or before showing what belongs to the room. */
export interface RoomCheck {
  /**
   * Rejects an id that may be a user's: `dm.messages`, `dm.history` and `im.members` would create a room for it. An id
   * that the workspace has returned as a room's passes (undefined); otherwise the room's record decides, which creates nothing.
   */
  readonly isRoom: (roomId: string) => Promise<void> | undefined;
  /**
   * Whether a room that the workspace returned is a direct message. Assumes so when the room's record cannot be read: the
   * workspace lets the caller see what is in the room, and one failure should cost one field only.
   */
  readonly isDirectMessage: (roomId: string) => Promise<boolean>;
  /** Whether an id from the client is a direct message's. Rejects where the workspace does not say. */
  readonly isDirectMessageId: (id: string) => Promise<boolean>;
}

/** `records`: the loader of rooms by id, which few requests need here. */
export function createRoomCheck(
  { rooms: known }: RequestUpstream,
  records: () => Loader<string, RestDirectMessage>,
): RoomCheck {
  async function isDirectMessageId(id: string): Promise<boolean> {
    if (known.isDirectMessage(id)) return true;
    try {
      await records().load(id);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }
  async function readRoom(roomId: string): Promise<void> {
    try {
      await records().load(roomId);
    } catch (error) {
      if (isOfOthers(error)) known.addAny(roomId);
      else throw isNotFound(error) ? noSuchRoom() : error;
    }
  }
  return {
    isRoom: (roomId) => (known.isRoom(roomId) ? undefined : readRoom(roomId)),
    isDirectMessage: (roomId) => isDirectMessageId(roomId).catch(() => true),
    isDirectMessageId,
  };
}

/** Other people's room: the id is a room's, and the call that uses it fails with the right error. */
const isOfOthers = (error: unknown): boolean => error instanceof UpstreamRefusal && error.errorType === 'Not Allowed';

export const isNotFound = (error: unknown): boolean => error instanceof GatewayError && error.code === 'NOT_FOUND';

const noSuchRoom = () =>
  new GatewayError(
    'NOT_FOUND',
    'No direct-message room has that id, or this user may not see it. Use `directMessageWith` for the room with a user.',
  );
