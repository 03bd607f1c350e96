import { GatewayError } from '../errors.ts';
import type { EndpointResponse } from './endpoint-response.ts';
import type { RestUser } from './types.ts';

// Rocket.Chat takes a user's id or name as `roomId`, for the room with that user. An id may have one meaning only, so
// responses that show this are refused.

/** Refuses members of whom one has the requested id or name: these are the members of that user's room. */
export function refuseMemberId(members: readonly (RestUser | undefined)[], roomId: string): void {
  if (members.some((member) => member?._id === roomId || member?.['username'] === roomId)) throw isUserId();
}

/** Refuses messages that are all of another room than the requested one. */
export function refuseOtherRoom(response: Pick<EndpointResponse, 'every'>, roomId: string): void {
  const isOfOther = response.every('messages', ({ rid }) => typeof rid === 'string' && rid !== roomId);
  if (isOfOther) throw isUserId();
}

const isUserId = () =>
  new GatewayError('NOT_FOUND', 'No room has that id: it names a user. Use `directMessageWith` for their room.');
