import { canAccess, findDirectRoom, hasPermission } from '../access.ts';
import { codedError, forbidden } from '../api-error.ts';
import { textOf, type Call, type Route } from '../route.ts';
import { countersSchema } from '../schemas.ts';
import type { Account } from '../types.ts';

/** Whose counters to return: the caller's, or with `view-room-administration` those of `userId`. */
function readSubject({ caller, params, world }: Call, canAdminister: boolean): Account {
  const userId = textOf(params['userId']);
  if (!userId) return caller;
  const subject = canAdminister ? world.account(userId) : undefined;
  if (!subject) throw forbidden();
  return subject;
}

/** `im.counters`: for members; an administrator outside the room must name a member. */
export const counters: Route = {
  schemas: { R8: countersSchema },
  handle(call) {
    const { caller, params, world, settings } = call;
    const roomId = params['roomId'];
    if (roomId === undefined || roomId === '') {
      throw codedError('error-room-param-not-provided', 'Query param "roomId" is required');
    }
    const subject = readSubject(call, hasPermission(caller, 'view-room-administration'));
    if (typeof roomId !== 'string' || !canAccess(world, roomId, subject.id)) throw forbidden();
    const room = findDirectRoom(world, roomId, subject, settings);
    const subscription = world.subscription(room._id, subject.id);
    return {
      joined: subscription !== undefined,
      members: room.uids.filter((userId) => world.account(userId)?.active === true).length,
      unreads: subscription?.unread ?? null,
      unreadsFrom: room.msgs ? (subscription?.ls ?? null) : null,
      msgs: room.msgs,
      latest: room.lm ?? room._updatedAt,
      userMentions: subscription ? subscription.userMentions : null,
    };
  },
};
