import {
  getNamedType,
  isNonNullType,
  isObjectType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import type { Caller } from './gateway.ts';
import { list, record, textAt, type Json, type JsonRecord } from './scenario.ts';

/**
 * What every field means in REST's words, written down a second time: from the contract, not from the resolvers.
 * `call` marks fields that are another answer than their parent's, and are compared on their own.
 */
type Read = (rest: JsonRecord, caller: Caller) => Json;

const or = (...values: readonly Json[]): Json => values.find((value) => value !== undefined) ?? null;
const key =
  (name: string): Read =>
  (rest) =>
    rest[name] ?? null;
const items =
  (name: string): Read =>
  (rest) =>
    list(rest[name]);
const userAt =
  (name: string): Read =>
  (rest) =>
    record(rest[name])['_id'] === undefined ? null : (rest[name] ?? null);

const kindOfRoom = (room: JsonRecord): Json => {
  if (room['uids'] === undefined && room['usernames'] === undefined) return null;
  const members = new Set(list(room['uids'] ?? room['usernames'])).size;
  return ['SELF', 'ONE_TO_ONE'][members - 1] ?? 'GROUP';
};

const kindOfMention = ({ _id, type }: JsonRecord): Json => {
  if (_id === 'all' || _id === 'here') return _id.toUpperCase();
  return type === 'team' ? 'TEAM' : 'USER';
};

const kindOfAttachment = (attachment: JsonRecord): Json => {
  const media = ['image', 'audio', 'video'].find((name) => attachment[`${name}_url`] !== undefined)?.toUpperCase();
  if (attachment['type'] === 'removed-file') return 'REMOVED_FILE';
  if (attachment['type'] === 'file') return media ?? 'FILE';
  if (attachment['message_link'] !== undefined) return 'QUOTE';
  if (attachment['actions'] !== undefined) return 'ACTIONS';
  return attachment['text'] === undefined ? (media ?? 'CARD') : 'CARD';
};

/** Nodes of a markup tree, depth first, the plain recursive way. */
function nodesOf(tree: Json, parent: number | null = null, nodes: JsonRecord[] = []): JsonRecord[] {
  for (const node of list(tree).map(record)) {
    if (typeof node['type'] !== 'string') continue;
    const { type } = node;
    const value = record(node['value']);
    const index = nodes.length;
    let text: Json = typeof node['value'] === 'string' ? node['value'] : null;
    if (type === 'EMOJI' && text === null) text = node['unicode'] ?? `:${textAt(node, 'shortCode')}:`;
    const src = record(value['src'])['value'] ?? value['src'] ?? null;
    nodes.push({ index, parent, type, text, url: typeof src === 'string' ? src : null });
    if (text !== null) continue;
    const label = value['label'];
    if (Array.isArray(node['value'])) nodesOf(node['value'], index, nodes);
    else if (value['type'] !== undefined) nodesOf([value], index, nodes);
    else if (label !== undefined) nodesOf(Array.isArray(label) ? label : [label], index, nodes);
    else if (node['fallback'] !== undefined) nodesOf([node['fallback']], index, nodes); // of a type unknown to clients
  }
  return nodes;
}

/** The letters of a text, without what sets them apart. */
export const letters = (text: string): string => text.replaceAll(/[\s@#]/g, '');

export const mapping: Readonly<Record<string, Readonly<Record<string, Read | 'call'>>>> = {
  DirectMessage: {
    id: key('_id'),
    kind: kindOfRoom,
    usernames: key('usernames'),
    userIds: key('uids'),
    memberCount: key('usersCount'),
    members: 'call',
    title: 'call',
    avatarUrl: 'call',
    membership: 'call',
    messageCount: key('msgs'),
    createdAt: key('ts'),
    updatedAt: key('_updatedAt'),
    lastMessageAt: key('lm'),
    lastMessage: key('lastMessage'),
    topic: key('topic'),
    description: key('description'),
    announcement: key('announcement'),
    isReadOnly: key('ro'),
    isDefault: (room) => room['default'] ?? false,
    isEncrypted: key('encrypted'),
    showsSystemMessages: (room) => (Array.isArray(room['sysMes']) ? true : or(room['sysMes'])),
    hiddenSystemTypes: (room) => (Array.isArray(room['sysMes']) ? or(room['sysMes']) : null),
    typeCode: key('t'),
    legacyUsernames: key('_USERNAMES'),
    counters: 'call',
    messages: 'call',
    history: 'call',
    changes: 'call',
  },
  Message: {
    id: key('_id'),
    roomId: key('rid'),
    directMessage: (message) => ({ _id: message['rid'] }),
    text: (message) => (message['t'] === 'e2e' ? '' : (message['msg'] ?? '')),
    markup: (message) => (message['md'] === undefined ? null : message),
    sentAt: key('ts'),
    updatedAt: key('_updatedAt'),
    editedAt: key('editedAt'),
    editedBy: userAt('editedBy'),
    author: key('u'),
    alias: key('alias'),
    avatarUrl: key('avatar'),
    emoji: key('emoji'),
    isBot: (message) => message['bot'] !== undefined,
    systemType: key('t'),
    isDeleted: (message) => message['t'] === 'rm',
    isGroupable: key('groupable'),
    urls: (message) => list(message['urls']).filter((link) => record(link)['url'] !== undefined),
    mentions: items('mentions'),
    channelMentions: items('channels'),
    reactions: (message) =>
      Object.entries(record(message['reactions'])).map(([emoji, reaction]) => ({ emoji, ...record(reaction) })),
    attachments: items('attachments'),
    files: (message) => message['files'] ?? (message['file'] === undefined ? [] : [message['file']]),
    isStarred: (message, caller) => list(message['starred']).some((star) => record(star)['_id'] === caller.id),
    isPinned: (message) => message['pinned'] === true,
    pinnedAt: key('pinnedAt'),
    pinnedBy: userAt('pinnedBy'),
    thread: (message) => (message['tcount'] === undefined ? null : message),
    threadRootId: key('tmid'),
    threadRoot: 'call',
    isShownInRoom: (message) => (message['tmid'] === undefined ? null : message['tshow'] === true),
    encryption: (message) => (message['t'] === 'e2e' ? message : null),
    isUnreadBySomeone: key('unread'),
    location: key('location'),
    customFields: key('customFields'),
    blocks: key('blocks'),
    readReceipts: 'call',
  },
  MessageMarkup: {
    json: key('md'),
    nodes: ({ md }) => nodesOf(md),
    // Compared by its letters: how lines and marks are set is shown on chosen texts.
    plainText: ({ md }) =>
      letters(
        nodesOf(md)
          .map((node) => textAt(node, 'text'))
          .join(''),
      ),
  },
  MarkupNode: { index: key('index'), parent: key('parent'), type: key('type'), text: key('text'), url: key('url') },
  User: {
    id: key('_id'),
    username: key('username'),
    name: key('name'),
    status: ({ status }) => (typeof status === 'string' ? status.toUpperCase() : null),
    avatarUrl: ({ username }) => (typeof username === 'string' ? `/avatar/${encodeURIComponent(username)}` : null),
  },
  MessageUser: { userId: key('_id'), username: key('username'), name: key('name'), user: 'call' },
  Membership: {
    id: key('_id'),
    isOpen: (subscription) => subscription['open'] === true,
    isFavorite: (subscription) => subscription['f'] === true,
    hasAlert: (subscription) => subscription['alert'] === true,
    unreadCount: key('unread'),
    userMentionCount: key('userMentions'),
    groupMentionCount: key('groupMentions'),
    unreadThreadIds: items('tunread'),
    lastReadAt: key('ls'),
    joinedAt: key('ts'),
    updatedAt: key('_updatedAt'),
    isBlocking: (subscription) => subscription['blocker'] === true,
    isBlocked: (subscription) => subscription['blocked'] === true,
    isMuted: (subscription) => subscription['disableNotifications'] === true,
  },
  MessageUrl: { url: key('url'), meta: key('meta') },
  UserMention: {
    kind: kindOfMention,
    userId: (mention) => (['all', 'here'].includes(textAt(mention, '_id')) ? null : or(mention['_id'])),
    username: key('username'),
    name: (mention) => or(mention['name'], mention['fname']),
    user: 'call',
  },
  ChannelMention: { roomId: key('_id'), name: key('name') },
  Reaction: { emoji: key('emoji'), usernames: key('usernames'), count: ({ usernames }) => list(usernames).length },
  Attachment: {
    kind: kindOfAttachment,
    title: key('title'),
    url: (file) => or(file['title_link'], file['image_url'], file['audio_url'], file['video_url']),
    description: key('description'),
    text: key('text'),
    mimeType: (file) => or(file['image_type'], file['audio_type'], file['video_type']),
    size: (file) => or(file['size'], file['image_size'], file['audio_size'], file['video_size']),
    authorName: key('author_name'),
    messageLink: key('message_link'),
    attachments: items('attachments'),
    json: (attachment) => attachment,
  },
  MessageFile: { id: key('_id'), name: key('name'), mimeType: key('type'), size: key('size') },
  Thread: { replies: 'call', replyCount: key('tcount'), lastReplyAt: key('tlm'), followerIds: items('replies') },
  MessageEncryption: {
    status: key('e2e'),
    algorithm: (message) => or(record(message['content'])['algorithm']),
    content: (message) => or(message['content'], message['msg'] === '' ? undefined : message['msg']),
  },
  Counters: {
    id: 'call',
    joined: key('joined'),
    memberCount: key('members'),
    messageCount: key('msgs'),
    unreadCount: key('unreads'),
    unreadSince: key('unreadsFrom'),
    latestAt: key('latest'),
    userMentionCount: key('userMentions'),
  },
  ReadReceipt: {
    id: key('_id'),
    messageId: key('messageId'),
    roomId: key('roomId'),
    userId: key('userId'),
    user: userAt('user'),
    readAt: key('ts'),
  },
  EndpointBudget: {
    endpoint: key('endpoint'),
    limit: key('limit'),
    remaining: key('remaining'),
    resetAt: key('resetAt'),
  },
};

interface TreeField {
  readonly type: GraphQLOutputType;
  readonly below: Tree | undefined;
}
/** Fields of one type, and below those that are objects the fields of theirs. */
export type Tree = ReadonlyMap<string, TreeField>;

/** Quotes in quotes are cut at two by the workspace. */
const maxAttachmentDepth = 3;

/** Every field of a type but the calls, down to the leaves. */
export function everyField(
  schema: GraphQLSchema,
  typeName: string,
  without: readonly string[] = [],
  attachmentDepth = 1,
): Tree {
  const fields = Object.values((schema.getType(typeName) as GraphQLObjectType).getFields());
  const isWanted = (name: string) =>
    mapping[typeName]?.[name] !== 'call' &&
    !without.includes(name) &&
    (attachmentDepth < maxAttachmentDepth || name !== 'attachments');
  return new Map(
    fields
      .filter(({ name }) => isWanted(name))
      .map(({ name, type }): readonly [string, TreeField] => {
        const below = getNamedType(type);
        if (!isObjectType(below)) return [name, { type, below: undefined }];
        if (below.name === 'DirectMessage') return [name, { type, below: onlyId(below) }];
        // A receipt does not say its reader's presence, which takes another call.
        const unsaid = typeName === 'ReadReceipt' && name === 'user' ? ['status'] : [];
        const depth = attachmentDepth + Number(typeName === 'Attachment');
        return [name, { type, below: everyField(schema, below.name, unsaid, depth) }];
      }),
  );
}

const onlyId = (type: GraphQLObjectType): Tree =>
  new Map(
    Object.values(type.getFields())
      .filter(({ name }) => name === 'id')
      .map(({ name, type }) => [name, { type, below: undefined }]),
  );

export const printTree = (tree: Tree): string =>
  [...tree].map(([name, { below }]) => (below === undefined ? name : `${name} { ${printTree(below)} }`)).join(' ');

/** How often each field was expected to be null, and not to be. */
export class Tally {
  readonly fields = new Map<string, { nulls: number; values: number }>();

  note(coordinate: string, isNull: boolean): void {
    const known = this.fields.get(coordinate) ?? { nulls: 0, values: 0 };
    known[isNull ? 'nulls' : 'values'] += 1;
    this.fields.set(coordinate, known);
  }
}

/** The value that the gateway should return for a REST value. */
export function expected(tree: Tree, typeName: string, rest: Json, caller: Caller, tally: Tally): Json {
  if (rest === null) return null;
  if (Array.isArray(rest)) return rest.map((item: Json) => expected(tree, typeName, item, caller, tally));
  const answer: Record<string, Json> = {};
  for (const [name, { type, below }] of tree) {
    const read = mapping[typeName]?.[name];
    if (read === undefined || read === 'call') throw new Error(`${typeName}.${name} is not in the mapping`);
    const value = read(record(rest), caller);
    tally.note(`${typeName}.${name}`, value === null);
    answer[name] = below === undefined ? value : expected(below, getNamedType(type).name, value, caller, tally);
  }
  return answer;
}

/** `Type.field` of all object types of a schema that are its own: neither introspection's nor federation's. */
export const coordinatesOf = (
  schema: GraphQLSchema,
  isWanted: (type: GraphQLOutputType) => boolean = () => true,
): string[] =>
  Object.values(schema.getTypeMap())
    .filter((type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('_'))
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => isWanted(field.type) && !field.name.startsWith('_'))
        .map((field) => `${type.name}.${field.name}`),
    )
    .toSorted();

export const isNullable = (type: GraphQLOutputType): boolean => !isNonNullType(type);
