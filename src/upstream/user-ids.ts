import { GatewayError } from '../errors.ts';
import { asObject, type JsonObject } from '../json.ts';
import type { RestUser } from './types.ts';

// Rocket.Chat takes a user's id or name as `roomId`, for the room with that user. An id may have one meaning only, so
// responses that show this are refused.

/** Refuses members of whom one has the requested id or name: these are the members of that user's room. */
export function refuseMemberId(members: readonly (RestUser | undefined)[], roomId: string): void {
  if (members.some((member) => member?._id === roomId || member?.['username'] === roomId)) throw isUserId();
}

/** Refuses messages that are all of another room than the requested one. */
export function refuseOtherRoom({ messages }: JsonObject, roomId: string): void {
  if (!Array.isArray(messages) || messages.length === 0) return;
  const isOfOther = (message: unknown): boolean => {
    const room = asObject(message)?.['rid'];
    return typeof room === 'string' && room !== roomId;
  };
  if (messages.every(isOfOther)) throw isUserId();
}

const isUserId = () =>
  new GatewayError('NOT_FOUND', 'No room has that id: it names a user. Use `directMessageWith` for their room.');
