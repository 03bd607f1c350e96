import { codedError } from '../api-error.ts';
import { textOf, type Route } from '../route.ts';
import { roomIdSchema, updatedSinceSchema } from '../schemas.ts';
import { deletedSince, readSince, updatedSince } from '../since.ts';

/**
 * `subscriptions.get`: all of the caller's memberships in one response, with unread counts. With `updatedSince` only those
 * written since, and those of the caller that were deleted since, by their own ids: not by their rooms'.
 */
export const subscriptions: Route = {
  schemas: { R7: updatedSinceSchema, R8: updatedSinceSchema },
  handle({ params, world, caller }) {
    const reason = 'The "lastUpdate" query parameter must be a valid date.';
    const since = readSince(params, codedError('error-roomId-param-invalid', reason));
    const deleted = world.trash.subscriptions.rows().filter(({ u }) => u._id === caller.id);
    return { update: updatedSince(world.subscriptionsOf(caller.id), since), remove: deletedSince(deleted, since) };
  },
};

export const subscription: Route = {
  schemas: { R7: roomIdSchema, R8: roomIdSchema },
  handle({ params, world, caller }) {
    return { subscription: world.subscription(textOf(params['roomId']) ?? '', caller.id) ?? null };
  },
};
