import { GatewayError } from '../errors.ts';
import type { RequestUpstream } from '../upstream/request-upstream.ts';
import { UpstreamRefusal } from '../upstream/transport/response.ts';
import type { RestDirectMessage } from '../upstream/types.ts';
import type { Loader } from './loader.ts';

/** What has to be known of a room's id before it is asked with, or before what belongs to the room is shown. */
export interface RoomCheck {
  /**
   * Rejects where the id may be a user's, for which `dm.messages`, `dm.history` and `im.members` would make a room. One
   * that the workspace has named before is a room's; else its record tells, which is read without making anything.
   */
  readonly isRoom: (roomId: string) => Promise<void>;
  /**
   * Whether a room that the workspace named is a direct message. So it is taken to be where that cannot be found out: the
   * workspace lets the caller see what is in it, and one failure costs one field.
   */
  readonly isDirectMessage: (roomId: string) => Promise<boolean>;
}

export function roomCheck({ rooms: known }: RequestUpstream, records: Loader<string, RestDirectMessage>): RoomCheck {
  return {
    async isRoom(roomId) {
      if (known.isRoom(roomId)) return;
      try {
        await records.load(roomId);
      } catch (error) {
        if (isOfOthers(error)) known.addAny(roomId);
        else throw isUnknown(error) ? noSuchRoom() : error;
      }
    },
    async isDirectMessage(roomId) {
      if (known.isDirectMessage(roomId)) return true;
      try {
        await records.load(roomId);
        return true;
      } catch (error) {
        return !(error instanceof GatewayError && error.code === 'NOT_FOUND');
      }
    },
  };
}

/** A room in which the caller is not: it is one, and whoever is asked about it says why they do not answer. */
const isOfOthers = (error: unknown): boolean => error instanceof UpstreamRefusal && error.errorType === 'Not Allowed';

const isUnknown = (error: unknown): boolean => error instanceof GatewayError && error.code === 'NOT_FOUND';

const noSuchRoom = () =>
  new GatewayError(
    'NOT_FOUND',
    'No direct-message room has that id, or this user may not see it. Use `directMessageWith` for the room with a user.',
  );
