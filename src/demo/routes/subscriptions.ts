import { codedError } from '../api-error.ts';
import { textOf, type Route } from '../route.ts';
import { roomIdSchema, updatedSinceSchema } from '../schemas.ts';
import type { Subscription } from '../types.ts';

/** `subscriptions.get`: all of the caller's memberships in one response, with unread counts. */
export const subscriptions: Route = {
  schemas: { R7: updatedSinceSchema, R8: updatedSinceSchema },
  handle({ params, world, caller }) {
    const since = textOf(params['updatedSince']);
    if (since !== undefined && Number.isNaN(Date.parse(since))) {
      const reason = 'The "lastUpdate" query parameter must be a valid date.';
      throw codedError('error-roomId-param-invalid', reason);
    }
    const from = since === undefined ? undefined : new Date(since).toISOString();
    const isWanted = ({ _updatedAt }: Subscription) => from === undefined || _updatedAt > from;
    const update = world.subscriptionsOf(caller.id).filter(isWanted);
    return { update, remove: [] };
  },
};

export const subscription: Route = {
  schemas: { R7: roomIdSchema, R8: roomIdSchema },
  handle({ params, world, caller }) {
    return { subscription: world.subscription(textOf(params['roomId']) ?? '', caller.id) ?? null };
  },
};
