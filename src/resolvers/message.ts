import { asId, asInt, asObject, asObjects, asText, asTexts, type JsonObject } from '../json.ts';
import { selectsMoreThanKey } from '../collect-fields.ts';
import type { RestMessage } from '../upstream/types.ts';
import { messageOrder } from './orders.ts';
import { offsetConnection, type OffsetList } from './pages.ts';
import { UserReference, type MessageUserParent, type ReactionParent } from './parents.ts';
import { receiptConnection } from './read-receipt.ts';
import type { MentionKind, Resolvers } from './types.generated.ts';
import { userOf } from './user.ts';
import {
  checkedId,
  checkedInstant,
  equals,
  flag,
  id,
  instant,
  int,
  json,
  objects,
  text,
  texts,
  textUnless,
} from './readers.ts';

export const Message: Resolvers['Message'] = {
  id: checkedId('_id'),
  roomId: checkedId('rid'),
  directMessage: (message) => ({ _id: message.rid }),
  text: textUnless('t', 'e2e', '', text('msg', '')),
  markup: (message) => (Array.isArray(message['md']) ? { tree: message['md'] } : null),
  sentAt: checkedInstant('ts'),
  updatedAt: instant('_updatedAt'),
  editedAt: instant('editedAt'),
  editedBy: (message) => recordedUser(message, 'editedBy'),
  author: (message) => ({ user: message.u, roomId: message.rid }),
  alias: text('alias'),
  avatarUrl: text('avatar'),
  emoji: text('emoji'),
  isBot: (message) => asObject(message['bot']) !== undefined || message['bot'] === true,
  systemType: text('t'),
  isDeleted: equals('t', 'rm'),
  isGroupable: flag('groupable'),
  urls: objects('urls', { text: 'url' }),
  mentions: (message) => asObjects(message['mentions']).map((mention) => ({ mention, roomId: message.rid })),
  channelMentions: objects('channels'),
  reactions: (message) =>
    Object.entries(asObject(message['reactions']) ?? {}).flatMap(([emoji, reaction]): ReactionParent[] => {
      const usernames = asObject(reaction)?.['usernames'];
      return Array.isArray(usernames) ? [{ emoji, usernames: asTexts(usernames) }] : [];
    }),
  attachments: objects('attachments'),
  files: (message) => filesOf(message).filter((file) => asId(file['_id']) !== undefined),
  isStarred: (message, _args, { viewerId }) => asObjects(message['starred']).some((star) => star['_id'] === viewerId),
  isPinned: equals('pinned', true),
  pinnedAt: instant('pinnedAt'),
  pinnedBy: (message) => recordedUser(message, 'pinnedBy'),
  thread: (message) => ((asInt(message['tcount']) ?? 0) > 0 ? message : null),
  threadRootId: id('tmid'),
  threadRoot: (message, _args, { loaders }, info) => {
    const messageId = asId(message['tmid']);
    if (messageId === undefined) return null;
    // No other field is asked for.
    if (!selectsMoreThanKey(info)) return { _id: messageId } as unknown as RestMessage;
    return loaders.threadRoots.load({ messageId, roomId: message.rid });
  },
  isShownInRoom: (message) => (asId(message['tmid']) === undefined ? null : message['tshow'] === true),
  encryption: (message) => (isEncrypted(message) ? message : null),
  isUnreadBySomeone: flag('unread'),
  location: json('location'),
  customFields: json('customFields'),
  blocks: json('blocks'),
  readReceipts: (message, args, { loaders }) => receiptConnection(message._id, args, loaders.receipts),
};

export const MessageUrl: Resolvers['MessageUrl'] = {
  url: text('url', ''),
  meta: json('meta'),
};

export const UserMention: Resolvers['UserMention'] = {
  kind: ({ mention }) => kindOf(mention),
  userId: ({ mention }) => mentionedId(mention),
  username: text('mention.username'),
  name: ({ mention }) => asText(mention['name']) ?? asText(mention['fname']) ?? null,
  user: ({ mention, roomId }) => {
    const userId = kindOf(mention) === 'USER' ? mentionedId(mention) : null;
    return userId === null ? null : new UserReference(userId, roomId);
  },
};

const groups: ReadonlyMap<unknown, MentionKind> = new Map([
  ['all', 'ALL'],
  ['here', 'HERE'],
]);

const kindOf = (mention: JsonObject): MentionKind =>
  groups.get(mention['_id']) ?? (mention['type'] === 'team' ? 'TEAM' : 'USER');

const mentionedId = (mention: JsonObject): string | null =>
  groups.has(mention['_id']) ? null : (asId(mention['_id']) ?? null);

export const ChannelMention: Resolvers['ChannelMention'] = {
  roomId: id('_id'),
  name: text('name'),
};

export const Reaction: Resolvers['Reaction'] = {
  emoji: text('emoji', ''),
  usernames: texts('usernames'),
  count: (reaction) => reaction.usernames.length,
};

export const MessageFile: Resolvers['MessageFile'] = {
  id: text('_id', ''),
  name: text('name'),
  mimeType: text('type'),
  size: int('size'),
};

export const Thread: Resolvers['Thread'] = {
  replies: (root, args, { loaders, search }) => {
    const order = messageOrder({ field: 'SENT_AT', direction: 'ASC' });
    const replies: OffsetList<RestMessage> = {
      binding: `replies ${root._id}`,
      isDescending: order.isDescending,
      placeOf: order.placeOf,
      search,
      load: ({ offset, count, isReversed }, reading) => {
        const sort = order.sortFor(isReversed);
        return loaders.threadPages.load({ rootId: root._id, roomId: root.rid, offset, count, sort, reading });
      },
    };
    return offsetConnection(args, replies);
  },
  replyCount: int('tcount', 0),
  lastReplyAt: instant('tlm'),
  followerIds: texts('replies'),
};

export const MessageEncryption: Resolvers['MessageEncryption'] = {
  status: text('e2e'),
  algorithm: text('content.algorithm'),
  // Messages older than `content` carry the cipher text in `msg`.
  content: (message) => message['content'] ?? (asId(message['msg']) === undefined ? null : message['msg']),
};

/** A user whom the message recorded beside its author. */
function recordedUser(message: RestMessage, field: 'editedBy' | 'pinnedBy'): MessageUserParent | null {
  const user = userOf(message[field]);
  return user && { user, roomId: message.rid };
}

export const isEncrypted = (message: RestMessage): boolean => message['t'] === 'e2e';

/** Older messages have only the deprecated `file`. */
function filesOf(message: RestMessage): JsonObject[] {
  if (Array.isArray(message['files'])) return asObjects(message['files']);
  const file = asObject(message['file']);
  return file === undefined ? [] : [file];
}
