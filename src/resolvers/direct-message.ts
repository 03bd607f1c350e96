import type { Context } from '../context/request-context.ts';
import { GatewayError } from '../errors.ts';
import { checkId } from './ids.ts';
import { asBoolean, asObject, asTexts } from '../json.ts';
import { lastMessageCheck, readMessage, type RestDirectMessage, type RestMessage } from '../upstream/types.ts';
import { messageChanges } from './changes.ts';
import { historyConnection } from './history.ts';
import { membershipFields } from './membership.ts';
import { messageOrder } from './orders.ts';
import { offsetConnection, type OffsetList } from './pages.ts';
import type { RoomParent } from './parents.ts';
import { explainForbidden } from './permission.ts';
import { isSelected } from '../collect-fields.ts';
import type { MessageFilters, Resolvers } from './types.generated.ts';
import { memberConnection } from './user.ts';
import { checkedId, checkedObject, flag, instant, int, text, textsOrNull, unlessStub } from './readers.ts';

/** Null for the copy of a message that cannot be one of this room. */
const lastMessage = checkedObject(
  'lastMessage',
  (room): RestMessage | null => {
    const message = asObject(room['lastMessage']);
    return (message !== undefined && message['rid'] === room['_id'] ? readMessage(message) : undefined) ?? null;
  },
  lastMessageCheck,
);

export const DirectMessage: Resolvers['DirectMessage'] = {
  id: checkedId('_id'),
  ...membershipFields,
  kind: fromRecord((room) => kindOf(room)),
  usernames: fromRecord(textsOrNull('usernames')),
  userIds: fromRecord(textsOrNull('uids')),
  memberCount: fromRecord(int('usersCount')),
  members: (room, args, context) => memberConnection(room._id, args, context),
  messageCount: fromRecord(int('msgs')),
  createdAt: fromRecord(instant('ts')),
  updatedAt: fromRecord(instant('_updatedAt')),
  lastMessageAt: fromRecord(instant('lm')),
  lastMessage: fromRecord(lastMessage),
  topic: fromRecord(text('topic')),
  description: fromRecord(text('description')),
  announcement: fromRecord(text('announcement')),
  isReadOnly: fromRecord(flag('ro')),
  // Not every response contains the field; without it, the room is not a default room.
  isDefault: fromRecord(flag('default', false)),
  isEncrypted: fromRecord(flag('encrypted')),
  showsSystemMessages: fromRecord((room) => Array.isArray(room['sysMes']) || (asBoolean(room['sysMes']) ?? null)),
  hiddenSystemTypes: fromRecord(textsOrNull('sysMes')),
  typeCode: fromRecord(checkedId('t')),
  legacyUsernames: async (room, _args, { loaders }) =>
    // Only in the full record: the bulk response, which serves the other fields, omits it.
    legacyUsernames(room.t === undefined ? await loaders.roomInfos.load(room._id) : room),

  counters: (room, { userId }, { loaders, viewerId }, info) => {
    // Omit the caller's own id: with any `userId`, upstream requires a permission.
    const isSelf = userId === viewerId;
    const counters = loaders.counters.load({
      roomId: room._id,
      userId: userId == null || isSelf ? undefined : checkId(userId, 'userId'),
      isSingle: isSelf || isSelected(info, 'memberCount'),
      record: room.t === undefined ? undefined : room,
    });
    const explained = userId == null || isSelf ? counters : explainForbidden(counters, othersForbidden);
    return explained.then((found) => ({ counters: found, roomId: room._id, userId: userId ?? viewerId }));
  },

  messages: (room, args, { loaders, search }) => {
    const order = messageOrder(args.orderBy);
    const filters = readFilters(args.filterBy);
    const { mentionIds, starredIds, pinned } = filters;
    const messages: OffsetList<RestMessage> = {
      binding: `messages ${room._id} ${order.name} ${JSON.stringify(filters)}`,
      isDescending: order.isDescending,
      placeOf: order.placeOf,
      search,
      load: ({ offset, count, isReversed }, reading) =>
        loaders.messagePages.load({
          roomId: room._id,
          offset,
          count,
          sort: order.sortFor(isReversed),
          mentionIds,
          starredIds,
          pinned,
          reading,
        }),
    };
    return offsetConnection(args, messages);
  },

  changes: (room, args, context) => messageChanges(room._id, args, context),

  history: (room, args, context) => historyConnection(room._id, args, context),
};

const othersForbidden =
  'Counters of another user require the permission `view-room-administration`, and the user must be in the room: omit `userId` for your own.';

/** A field of the room record, which is loaded unless the room came from a list. */
function fromRecord<Value>(read: (room: RestDirectMessage) => Value) {
  const resolve = (room: RoomParent, _args: unknown, { loaders }: Context): Value | Promise<Value> =>
    room.t === undefined ? loaders.rooms.load(room._id).then(read) : read(room);
  return unlessStub(resolve, read, 't');
}

/** Counts distinct members: `usersCount` is 2 for some notes to self. */
function kindOf(room: RestDirectMessage): 'SELF' | 'ONE_TO_ONE' | 'GROUP' | null {
  const members = new Set(asTexts(room['uids'] ?? room['usernames'])).size;
  if (members === 0) return null;
  if (members === 1) return 'SELF';
  return members === 2 ? 'ONE_TO_ONE' : 'GROUP';
}

const legacyUsernames = textsOrNull('_USERNAMES');

/** Maximum ids per condition: they are sent in the URL of a GET. */
const maxFilterIds = 50;

export function readFilters(filters: MessageFilters | null | undefined) {
  return {
    mentionIds: readIds(filters?.mentioning, 'filterBy.mentioning'),
    starredIds: readIds(filters?.starredBy, 'filterBy.starredBy'),
    pinned: filters?.pinnedOnly === true ? true : undefined,
  };
}

function readIds(ids: readonly string[] | null | undefined, argument: string): string[] | undefined {
  if (ids == null) return undefined;
  if (ids.length === 0 || ids.length > maxFilterIds) {
    const message = `\`${argument}\` has ${ids.length} ids: give 1 to ${maxFilterIds}, or omit it.`;
    throw new GatewayError('BAD_USER_INPUT', message);
  }
  return [...new Set(ids.map((id) => checkId(id, argument)))].toSorted();
}
