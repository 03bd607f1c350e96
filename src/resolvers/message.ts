import { asId, asInt, asObject, asObjects, asTexts, type JsonObject } from '../json.ts';
import { selectsMoreThanKey } from '../collect-fields.ts';
import type { RestMessage } from '../upstream/types.ts';
import { messageOrder } from './orders.ts';
import { offsetConnection, type OffsetList } from './pages.ts';
import {
  UserReference,
  type MarkupParent,
  type MentionParent,
  type MessageUserParent,
  type ReactionParent,
} from './parents.ts';
import { receiptConnection } from './read-receipt.ts';
import type { Resolvers } from './types.generated.ts';
import {
  checkedId,
  checkedInstant,
  choice,
  equals,
  flag,
  id,
  instant,
  int,
  json,
  objects,
  objectsUnder,
  objectUnder,
  text,
  textOr,
  texts,
  textUnless,
  view,
} from './readers.ts';

export const Message: Resolvers['Message'] = {
  id: checkedId('_id'),
  roomId: checkedId('rid'),
  directMessage: (message) => ({ _id: message.rid }),
  text: textUnless('t', 'e2e', '', 'msg'),
  markup: view<MarkupParent | null>({ tree: 'md' }, 'md'),
  sentAt: checkedInstant('ts'),
  updatedAt: instant('_updatedAt'),
  editedAt: instant('editedAt'),
  editedBy: objectUnder<MessageUserParent>('editedBy', 'user'),
  author: view<MessageUserParent>({ user: 'u', roomId: 'rid' }),
  alias: text('alias'),
  avatarUrl: text('avatar'),
  emoji: text('emoji'),
  isBot: (message) => asObject(message['bot']) !== undefined || message['bot'] === true,
  systemType: text('t'),
  isDeleted: equals('t', 'rm'),
  isGroupable: flag('groupable'),
  urls: objects('urls', { text: 'url' }),
  mentions: objectsUnder<MentionParent>('mentions', 'mention'),
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
  pinnedBy: objectUnder<MessageUserParent>('pinnedBy', 'user'),
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

/** Rocket.Chat writes the groups' names in the place of a user's id. */
const mentionKind = choice(
  'mention._id',
  { all: 'ALL', here: 'HERE' },
  choice('mention.type', { team: 'TEAM' }, 'USER'),
);
const mentionedId = choice('mention._id', { all: null, here: null }, id('mention._id'));

export const UserMention: Resolvers['UserMention'] = {
  kind: mentionKind,
  userId: mentionedId,
  username: text('mention.username'),
  name: textOr('mention.name', text('mention.fname')),
  user: (parent) => {
    const userId = mentionKind(parent) === 'USER' ? mentionedId(parent) : null;
    return userId === null ? null : new UserReference(userId, parent.roomId);
  },
};

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

export const isEncrypted = (message: RestMessage): boolean => message['t'] === 'e2e';

/** Older messages have only the deprecated `file`. */
function filesOf(message: RestMessage): JsonObject[] {
  if (Array.isArray(message['files'])) return asObjects(message['files']);
  const file = asObject(message['file']);
  return file === undefined ? [] : [file];
}
