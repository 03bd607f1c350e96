import type { Context } from '../context/request-context.ts';
import { inboxChanges } from './changes.ts';
import { checkId, checkRoomId, checkUsername, isRoomId } from './ids.ts';
import { typesSelected } from '../collect-fields.ts';
import type { PageArgs } from '../pagination/args.ts';
import { asInt } from '../json.ts';
import type { RestDirectMessage } from '../upstream/types.ts';
import { roomOrder } from './orders.ts';
import { offsetConnection, type OffsetList } from './pages.ts';
import type { RoomConnection } from './parents.ts';
import { explainForbidden } from './permission.ts';
import { receiptConnection } from './read-receipt.ts';
import type { DirectMessageOrder, Resolvers } from './types.generated.ts';
import { checkedId } from './readers.ts';

export const Query: Resolvers['Query'] = {
  node: (_root, { id }, { loaders, viewerId }, info) => {
    const selected = typesSelected(
      info.fieldNodes.flatMap(({ selectionSet }) => selectionSet ?? []),
      { schema: info.schema, fragments: info.fragments, variables: info.variableValues },
    );
    const [type] = selected.size === 1 ? selected : [];
    checkId(id, 'id');
    // Rocket.Chat would take a user's id or name for the room with that user.
    if (type === 'DirectMessage' && !isRoomId(id, viewerId)) return null;
    return loaders.nodes.load({ id, type });
  },
  directMessages: (_root, args, context) => roomConnection('everyone', args, context),
  directMessage: (_root, { id }, { viewerId }) => ({ _id: checkRoomId(id, 'id', viewerId) }),
  directMessageWith: async (_root, { username }, { loaders }) => {
    const wanted = checkUsername(username, 'username');
    // A membership is named after the other user; in notes to self, after the caller.
    for (const { t, rid, name } of (await loaders.subscriptions()).values()) {
      if (t === 'd' && name === wanted) return { _id: rid };
    }
    return null;
  },
  message: (_root, { id }, { loaders }) => loaders.messages.load(checkId(id, 'id')),
  readReceipts: (_root, { messageId, ...args }, { loaders }) =>
    receiptConnection(checkId(messageId, 'messageId'), args, loaders.receiptsById),
  user: (_root, { id }, { loaders }) => loaders.users.load(checkId(id, 'id')),
  viewer: (_root, _args, { viewerId }) => ({ userId: viewerId }),
  upstreamBudget: (_root, _args, { upstreamBudget }) =>
    upstreamBudget.map((window) => ({ ...window, resetAt: new Date(window.resetAt).toISOString() })),
};

export const Node: Resolvers['Node'] = {
  __resolveType: ({ __typename }) => __typename,
};

export const Viewer: Resolvers['Viewer'] = {
  // No id of a room, message or user has a space.
  id: ({ userId }) => `viewer ${userId}`,
  userId: checkedId('userId'),
  user: (_viewer, _args, { loaders }) => loaders.me(),
  directMessages: (_viewer, args, context) => roomConnection('own', args, context),
  changes: (_viewer, args, context) => inboxChanges(args, context),
  unreadCount: async (_viewer, _args, { loaders }) => {
    let unread = 0;
    for (const row of (await loaders.subscriptions()).values()) if (row.t === 'd') unread += asInt(row['unread']) ?? 0;
    return unread;
  },
};

const everyoneForbidden =
  'Listing all rooms requires the permission `view-room-administration`: use `viewer { directMessages }` for your own rooms.';

interface RoomListArgs extends PageArgs {
  readonly orderBy?: DirectMessageOrder | null | undefined;
}

function roomConnection(
  list: 'everyone' | 'own',
  args: RoomListArgs,
  { loaders, search }: Context,
): Promise<RoomConnection> {
  const order = roomOrder(args.orderBy);
  const rooms: OffsetList<RestDirectMessage> = {
    binding: `rooms ${list} ${order.name}`,
    isDescending: order.isDescending,
    placeOf: order.placeOf,
    search,
    load: ({ offset, count, isReversed }, reading) => {
      const page = loaders.roomPages[list].load({ offset, count, sort: order.sortFor(isReversed), reading });
      return list === 'own' ? page : explainForbidden(page, everyoneForbidden);
    },
  };
  return offsetConnection(args, rooms);
}
