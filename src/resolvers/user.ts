import type { GraphQLResolveInfo } from 'graphql';
import { asId, asObject, asText } from '../json.ts';
import type { PageArgs } from '../pagination/args.ts';
import { placeId } from '../pagination/place.ts';
import type { Context } from '../context/request-context.ts';
import type { RestUser } from '../upstream/types.ts';
import { wholeConnection, type WholeList } from './pages.ts';
import type { MemberConnection } from './parents.ts';
import type { Resolvers } from './types.generated.ts';

export const User: Resolvers['User'] = {
  id: (user) => user._id,
  username: (user) => asText(user['username']) ?? null,
  name: (user) => asText(user['name']) ?? null,
  status: (user) => asText(user['status']) ?? null,
};

/** The user that an upstream record names, if it names one. */
export function userOf(value: unknown): RestUser | null {
  const user = asObject(value);
  return asId(user?.['_id']) === undefined ? null : (user as RestUser);
}

/** Active members of a room, ordered by username: upstream's order changes with every presence update. */
export function memberConnection(
  roomId: string,
  args: PageArgs,
  { loaders }: Context,
  info: GraphQLResolveInfo,
): Promise<MemberConnection> {
  const members: WholeList<RestUser> = {
    binding: `members ${roomId}`,
    placeOf: (user) => ({ key: null, id: placeId(`${asText(user['username']) ?? ''}\0${user._id}`) }),
    load: () => loaders.members.load(roomId),
  };
  return wholeConnection(args, members, info);
}
