import { asId, asObject, asText } from '../json.ts';
import type { PageArgs } from '../pagination/args.ts';
import { placeId } from '../pagination/place.ts';
import type { Context } from '../context/request-context.ts';
import type { RestUser } from '../upstream/types.ts';
import { wholeConnection, type WholeList } from './pages.ts';
import { checkSize, userAvatar } from './avatars.ts';
import { UserReference, type MemberConnection, type UserParent } from './parents.ts';
import type { Resolvers, UserAvatarUrlArgs, UserStatus } from './types.generated.ts';
import { checkedId, text } from './readers.ts';

export const User: Resolvers['User'] = {
  id: checkedId('_id'),
  username: fromRecord(true, usernameOf),
  name: fromRecord(true, (user) => asText(user['name']) ?? null),
  status: fromRecord(false, (user) => statuses.get(user['status']) ?? null),
  avatarUrl: fromRecord(true, (user, args: UserAvatarUrlArgs) => {
    checkSize(args);
    const username = usernameOf(user);
    return username === null ? null : userAvatar(username, args);
  }),
};

export const MessageUser: Resolvers['MessageUser'] = {
  userId: checkedId('user._id'),
  username: text('user.username'),
  name: text('user.name'),
  user: ({ user, roomId }) => new UserReference(user._id, roomId),
};

const statuses: ReadonlyMap<unknown, UserStatus> = new Map([
  ['online', 'ONLINE'],
  ['away', 'AWAY'],
  ['busy', 'BUSY'],
  ['offline', 'OFFLINE'],
]);

function usernameOf(user: RestUser): string | null {
  return asText(user['username']) ?? null;
}

/**
 * A field of the user's record, which is loaded unless the user came with it. `isMentioned`: a response that mentions a user
 * as they are now says it. Null for a deleted account.
 */
function fromRecord<Value, Args>(isMentioned: boolean, read: (user: RestUser, args: Args) => Value) {
  return (user: UserParent, args: Args, { loaders }: Context): Value | null | Promise<Value | null> => {
    if (!(user instanceof UserReference)) return read(user, args);
    const { _id: userId, roomId, known } = user;
    if (isMentioned && known !== undefined) return read(known, args);
    return loaders.roomUsers.load({ userId, roomId }).then((record) => record && read(record, args));
  };
}

/** The user that an upstream record names, if it names one. */
export function userOf(value: unknown): RestUser | null {
  const user = asObject(value);
  return asId(user?.['_id']) === undefined ? null : (user as RestUser);
}

/** Active members of a room, ordered by username: upstream's order changes with every presence update. */
export function memberConnection(roomId: string, args: PageArgs, { loaders }: Context): Promise<MemberConnection> {
  const members: WholeList<RestUser> = {
    binding: `members ${roomId}`,
    placeOf: (user) => ({ key: null, id: placeId(`${asText(user['username']) ?? ''}\0${user._id}`) }),
    load: () => loaders.members.load(roomId),
  };
  return wholeConnection(args, members);
}
