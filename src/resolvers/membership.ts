import { GatewayError } from '../errors.ts';
import { asId } from '../json.ts';
import type { Context } from '../context/request-context.ts';
import type { RestSubscription } from '../upstream/types.ts';
import { checkSize, roomAvatar, userAvatar } from './avatars.ts';
import type { RoomParent } from './parents.ts';
import type { DirectMessageAvatarUrlArgs, Resolvers } from './types.generated.ts';
import { equals, instant, int, texts } from './readers.ts';

export const Membership: Resolvers['Membership'] = {
  id: (membership) => {
    const id = asId(membership['_id']);
    if (id === undefined)
      throw new GatewayError('UPSTREAM_BAD_RESPONSE', 'The workspace returned a membership without an id.');
    return id;
  },
  isOpen: equals('open', true),
  isFavorite: equals('f', true),
  hasAlert: equals('alert', true),
  unreadCount: int('unread'),
  userMentionCount: int('userMentions'),
  groupMentionCount: int('groupMentions'),
  unreadThreadIds: texts('tunread'),
  lastReadAt: instant('ls'),
  joinedAt: instant('ts'),
  updatedAt: instant('_updatedAt'),
  isBlocking: equals('blocker', true),
  isBlocked: equals('blocked', true),
  isMuted: equals('disableNotifications', true),
};

/** The fields of a room that the caller's membership tells: null if they are not a member. */
export const membershipFields = {
  title: fromMembership((membership) => asId(membership['fname']) ?? asId(membership['name']) ?? null),
  avatarUrl: fromMembership((membership, args: DirectMessageAvatarUrlArgs) => {
    checkSize(args);
    const name = asId(membership['name']);
    if (name === undefined) return null;
    // A group is named after all other members, separated by commas, which no username contains.
    return name.includes(',') ? roomAvatar(membership.rid, args) : userAvatar(name, args);
  }),
  membership: fromMembership((membership) => membership),
};

function fromMembership<Value, Args>(read: (membership: RestSubscription, args: Args) => Value) {
  return async (room: RoomParent, args: Args, { loaders }: Context): Promise<Value | null> => {
    const changed = loaders.changedMembership(room._id);
    const membership = changed ?? (await loaders.subscriptions()).get(room._id);
    return membership?.t === 'd' ? read(membership, args) : null;
  };
}
