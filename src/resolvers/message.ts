import { asBoolean, asId, asInstant, asInt, asObject, asObjects, asText, asTexts, type JsonObject } from '../json.ts';
import type { RestMessage } from '../upstream/types.ts';
import type { ReactionParent } from './parents.ts';
import { receiptConnection } from './read-receipt.ts';
import type { Resolvers } from './types.generated.ts';
import { userOf } from './user.ts';

export const Message: Resolvers['Message'] = {
  id: (message) => message._id,
  roomId: (message) => message.rid,
  directMessage: (message) => ({ _id: message.rid }),
  text: (message) => (isEncrypted(message) ? '' : (asText(message['msg']) ?? '')),
  markup: (message) => (Array.isArray(message['md']) ? { tree: message['md'] } : null),
  sentAt: (message) => message.ts,
  updatedAt: (message) => asInstant(message['_updatedAt']) ?? null,
  editedAt: (message) => asInstant(message['editedAt']) ?? null,
  editedBy: (message) => userOf(message['editedBy']),
  author: (message) => message.u,
  alias: (message) => asText(message['alias']) ?? null,
  avatarUrl: (message) => asText(message['avatar']) ?? null,
  emoji: (message) => asText(message['emoji']) ?? null,
  isBot: (message) => asObject(message['bot']) !== undefined || message['bot'] === true,
  systemType: (message) => asText(message['t']) ?? null,
  isDeleted: (message) => message['t'] === 'rm',
  isGroupable: (message) => asBoolean(message['groupable']) ?? null,
  urls: (message) => asObjects(message['urls']).filter((url) => asText(url['url']) !== undefined),
  mentions: (message) => asObjects(message['mentions']),
  channelMentions: (message) => asObjects(message['channels']),
  reactions: (message) =>
    Object.entries(asObject(message['reactions']) ?? {}).flatMap(([emoji, reaction]): ReactionParent[] => {
      const usernames = asObject(reaction)?.['usernames'];
      return Array.isArray(usernames) ? [{ emoji, usernames: asTexts(usernames) }] : [];
    }),
  attachments: (message) => asObjects(message['attachments']),
  files: (message) => filesOf(message).filter((file) => asId(file['_id']) !== undefined),
  isStarred: (message, _args, { viewerId }) => asObjects(message['starred']).some((star) => star['_id'] === viewerId),
  isPinned: (message) => message['pinned'] === true,
  pinnedAt: (message) => asInstant(message['pinnedAt']) ?? null,
  pinnedBy: (message) => userOf(message['pinnedBy']),
  thread: (message) => ((asInt(message['tcount']) ?? 0) > 0 ? message : null),
  threadRootId: (message) => asId(message['tmid']) ?? null,
  isShownInRoom: (message) => (asId(message['tmid']) === undefined ? null : message['tshow'] === true),
  encryption: (message) => (isEncrypted(message) ? message : null),
  isUnreadBySomeone: (message) => asBoolean(message['unread']) ?? null,
  location: (message) => message['location'] ?? null,
  customFields: (message) => message['customFields'] ?? null,
  blocks: (message) => message['blocks'] ?? null,
  readReceipts: (message, args, { loaders }, info) => receiptConnection(message._id, args, loaders.receipts, info),
};

export const MessageUrl: Resolvers['MessageUrl'] = {
  url: (link) => asText(link['url']) ?? '',
  meta: (link) => link['meta'] ?? null,
};

export const UserMention: Resolvers['UserMention'] = {
  id: (mention) => asId(mention['_id']) ?? null,
  username: (mention) => asText(mention['username']) ?? null,
  name: (mention) => asText(mention['name']) ?? asText(mention['fname']) ?? null,
  type: (mention) => asText(mention['type']) ?? null,
};

export const ChannelMention: Resolvers['ChannelMention'] = {
  id: (channel) => asId(channel['_id']) ?? null,
  name: (channel) => asText(channel['name']) ?? null,
};

export const Reaction: Resolvers['Reaction'] = {
  emoji: (reaction) => reaction.emoji,
  usernames: (reaction) => reaction.usernames,
  count: (reaction) => reaction.usernames.length,
};

export const MessageFile: Resolvers['MessageFile'] = {
  id: (file) => asId(file['_id']) ?? '',
  name: (file) => asText(file['name']) ?? null,
  mimeType: (file) => asText(file['type']) ?? null,
  size: (file) => asInt(file['size']) ?? null,
};

export const Thread: Resolvers['Thread'] = {
  replyCount: (message) => asInt(message['tcount']) ?? 0,
  lastReplyAt: (message) => asInstant(message['tlm']) ?? null,
  followerIds: (message) => asTexts(message['replies']),
};

export const MessageEncryption: Resolvers['MessageEncryption'] = {
  status: (message) => asText(message['e2e']) ?? null,
  algorithm: (message) => asText(asObject(message['content'])?.['algorithm']) ?? null,
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
