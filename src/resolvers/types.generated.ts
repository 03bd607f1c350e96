import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { RoomParent, UserParent, MessageUserParent, NodeParent, CountersParent, RoomConnection, MessagePageConnection, MemberConnection, ReceiptConnection, HistoryConnection, MarkupParent, ReactionParent, JsonParent, MentionParent, ViewerParent } from './parents.ts';
import type { RestMessage, RestSubscription, RestReceipt } from '../upstream/types.ts';
import type { Context } from '../context/request-context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /**
   * An instant: RFC 3339 in UTC, always with three digits of milliseconds, such as `2023-11-01T23:20:57.357Z`. Arguments take other
   * time zones and precisions too.
   */
  DateTime: { input: string; output: string; }
  /** Any JSON value, exactly as upstream sent it. */
  JSON: { input: unknown; output: unknown; }
};

/** A file, quote or card below a message. */
export type Attachment = {
  readonly __typename?: 'Attachment';
  /** Nested attachments, such as those of a quoted message. */
  readonly attachments: ReadonlyArray<Attachment>;
  /** For a quote: its author. For a card: its author line. */
  readonly authorName?: Maybe<Scalars['String']['output']>;
  /** The sender's caption for the file. */
  readonly description?: Maybe<Scalars['String']['output']>;
  /** The attachment exactly as upstream sent it. */
  readonly json: Scalars['JSON']['output'];
  /** Kind of attachment, derived from the shape of upstream's record. */
  readonly kind: AttachmentKind;
  /** For a quote: link to the quoted message. */
  readonly messageLink?: Maybe<Scalars['String']['output']>;
  /** Media type of an image, audio or video file, such as `image/png`. */
  readonly mimeType?: Maybe<Scalars['String']['output']>;
  /** Size in bytes. */
  readonly size?: Maybe<Scalars['Int']['output']>;
  /** Body of a quote or card. */
  readonly text?: Maybe<Scalars['String']['output']>;
  /** Title, or file name. */
  readonly title?: Maybe<Scalars['String']['output']>;
  /** URL of the file, or of the title's link. Relative to the workspace unless it has a scheme. */
  readonly url?: Maybe<Scalars['String']['output']>;
};

/** Kinds of attachments. */
export type AttachmentKind =
  /** Buttons. */
  | 'ACTIONS'
  /** An uploaded or linked audio file. */
  | 'AUDIO'
  /** Anything else: a card with a title, text, fields, an image or a colour. */
  | 'CARD'
  /** Any other file. */
  | 'FILE'
  /** An uploaded or linked image. */
  | 'IMAGE'
  /** A quoted message. */
  | 'QUOTE'
  /** A file that has since been deleted. */
  | 'REMOVED_FILE'
  /** An uploaded or linked video. */
  | 'VIDEO';

/** A channel mentioned in a message. */
export type ChannelMention = {
  readonly __typename?: 'ChannelMention';
  /** Channel name, without `#`. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** Room id of the channel. */
  readonly roomId?: Maybe<Scalars['ID']['output']>;
};

/** Totals of a room, and the unread counts of one user. Upstream may omit every field but `joined`. */
export type Counters = {
  readonly __typename?: 'Counters';
  /** Identifies the room and the user together, so that clients can keep counters and merge them. Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Whether the user is a member. */
  readonly joined: Scalars['Boolean']['output'];
  /** When the latest message was sent (`latest`). In an empty room, when the room last changed. */
  readonly latestAt?: Maybe<Scalars['DateTime']['output']>;
  /** Active members (`members`). Only `im.counters` returns it: one upstream call per room. */
  readonly memberCount?: Maybe<Scalars['Int']['output']>;
  /** Messages in the room (`msgs`). */
  readonly messageCount?: Maybe<Scalars['Int']['output']>;
  /** Messages this user has not read (`unreads`). */
  readonly unreadCount?: Maybe<Scalars['Int']['output']>;
  /** When this user last read the room (`unreadsFrom`). Null if they never opened it. */
  readonly unreadSince?: Maybe<Scalars['DateTime']['output']>;
  /** Unread mentions of this user (`userMentions`). */
  readonly userMentionCount?: Maybe<Scalars['Int']['output']>;
};

/**
 * A direct-message room: one conversation. Fields of the room record cost one call for a single room (`rooms.info`), one
 * call for several rooms together (`rooms.get`), and none for a room that came from a list. `messages`, `history` and
 * `members` first read the record of a room that is known only by an id from the client and that the workspace has not yet
 * shown to this caller: upstream would accept a user's id in its place, and create the room.
 */
export type DirectMessage = Node & {
  readonly __typename?: 'DirectMessage';
  /** Announcement, shown above the messages. Room record (`rooms.info`, `rooms.get`). */
  readonly announcement?: Maybe<Scalars['String']['output']>;
  /**
   * Path of the picture to show, below the workspace's URL: the other user's, or the group's. From the caller's membership
   * (`subscriptions.get`), like `title`. Null if the caller is not a member.
   */
  readonly avatarUrl?: Maybe<Scalars['String']['output']>;
  /**
   * What changed in the room's messages since an earlier answer, removed messages among it (`chat.syncMessages`): two
   * upstream calls, or one for a workspace before Rocket.Chat 8. Applied to a copy of `messages` without a filter, until
   * `hasMore` is false, it makes the copy equal to that list. Without `since` only a `cursor` is told, from which to go on
   * once the messages have been read (`dm.messages`, one call). A workspace that hides deleted messages instead of removing
   * them does not tell their deletion: there every answer says `mustReload`.
   */
  readonly changes?: Maybe<MessageChanges>;
  /**
   * Totals of the room, and the unread counts of one user: the caller, or `userId`. Two upstream calls serve any number of
   * the caller's rooms (`subscriptions.get`, `rooms.get`); with `memberCount`, or for another user, each room costs one call
   * (`im.counters`).
   */
  readonly counters?: Maybe<Counters>;
  /** When the room was created (`ts`). Room record (`rooms.info`, `rooms.get`). */
  readonly createdAt?: Maybe<Scalars['DateTime']['output']>;
  /** Description, as set by a member. Room record (`rooms.info`, `rooms.get`). */
  readonly description?: Maybe<Scalars['String']['output']>;
  /** System-message types hidden in this room (`sysMes`, if it is a list). Room record (`rooms.info`, `rooms.get`). */
  readonly hiddenSystemTypes?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /**
   * Messages in a time range, newest first (`dm.history`, one upstream call per page, two for the last). Omits system
   * messages that the room or the workspace hides. Upstream reports no total and pages forward only.
   */
  readonly history?: Maybe<MessageHistoryConnection>;
  /** Room id (upstream `_id`, `rid` or `roomId`). Opaque: never parse or construct one. */
  readonly id: Scalars['ID']['output'];
  /**
   * Whether new users join the room automatically (`default`). False for direct messages. Room record (`rooms.info`,
   * `rooms.get`).
   */
  readonly isDefault?: Maybe<Scalars['Boolean']['output']>;
  /**
   * Whether messages are end-to-end encrypted (`encrypted`). Null if encryption was never set. Room record (`rooms.info`,
   * `rooms.get`).
   */
  readonly isEncrypted?: Maybe<Scalars['Boolean']['output']>;
  /** Whether the room is read-only (`ro`), for example because a member is deactivated. Room record (`rooms.info`, `rooms.get`). */
  readonly isReadOnly?: Maybe<Scalars['Boolean']['output']>;
  /**
   * Whether the room is one-to-one, a group, or notes to self, by its number of distinct members. Room record
   * (`rooms.info`, `rooms.get`).
   */
  readonly kind?: Maybe<DirectMessageKind>;
  /**
   * The latest message. Null in an empty room, and if the workspace does not store it. Room record (`rooms.info`,
   * `rooms.get`).
   */
  readonly lastMessage?: Maybe<Message>;
  /** When the latest message was sent (`lm`). Null in an empty room. Room record (`rooms.info`, `rooms.get`). */
  readonly lastMessageAt?: Maybe<Scalars['DateTime']['output']>;
  /**
   * Usernames as copied by upstream's Apps engine (`_USERNAMES`). Only in the full room record (`rooms.info`).
   * @deprecated May be missing or stale. Use `usernames`.
   */
  readonly legacyUsernames?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /**
   * Number of members when the room was created (`usersCount`); notes to self may show 2. Room record (`rooms.info`,
   * `rooms.get`).
   */
  readonly memberCount?: Maybe<Scalars['Int']['output']>;
  /** Active members with their names and presence, ordered by username (`im.members`, one upstream call). */
  readonly members?: Maybe<UserConnection>;
  /**
   * The caller's membership in the room: one upstream call for all rooms (`subscriptions.get`). Null if the caller is not a
   * member.
   */
  readonly membership?: Maybe<Membership>;
  /**
   * Upstream's running count of messages (`msgs`). It equals neither `messages.totalCount` nor the length of `history`. Room
   * record (`rooms.info`, `rooms.get`).
   */
  readonly messageCount?: Maybe<Scalars['Int']['output']>;
  /**
   * Messages of the room with an exact total, filtered and ordered by upstream (`dm.messages`, one upstream call per page).
   * Includes thread replies and system messages.
   */
  readonly messages?: Maybe<MessageConnection>;
  /**
   * Whether system messages are shown (`sysMes`); true if only some types are hidden. Room record (`rooms.info`,
   * `rooms.get`).
   */
  readonly showsSystemMessages?: Maybe<Scalars['Boolean']['output']>;
  /**
   * Name to show: the other user's full name, the others' names in a group, the caller's own in notes to self. From the
   * caller's membership (`fname`, or else `name`): one upstream call for all rooms (`subscriptions.get`). Null if the caller
   * is not a member.
   */
  readonly title?: Maybe<Scalars['String']['output']>;
  /** Topic, as set by a member. Room record (`rooms.info`, `rooms.get`). */
  readonly topic?: Maybe<Scalars['String']['output']>;
  /** Upstream's room type (`t`): `d`. Room record (`rooms.info`, `rooms.get`). */
  readonly typeCode?: Maybe<Scalars['String']['output']>;
  /** When the room record last changed (`_updatedAt`). Room record (`rooms.info`, `rooms.get`). */
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Members' user ids (`uids`). Their order differs from `usernames`. Room record (`rooms.info`, `rooms.get`). */
  readonly userIds?: Maybe<ReadonlyArray<Scalars['ID']['output']>>;
  /** Members' usernames. Their order differs from `userIds`: never pair the two lists. Room record (`rooms.info`, `rooms.get`). */
  readonly usernames?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};


/**
 * A direct-message room: one conversation. Fields of the room record cost one call for a single room (`rooms.info`), one
 * call for several rooms together (`rooms.get`), and none for a room that came from a list. `messages`, `history` and
 * `members` first read the record of a room that is known only by an id from the client and that the workspace has not yet
 * shown to this caller: upstream would accept a user's id in its place, and create the room.
 */
export type DirectMessageAvatarUrlArgs = {
  size?: InputMaybe<Scalars['Int']['input']>;
};


/**
 * A direct-message room: one conversation. Fields of the room record cost one call for a single room (`rooms.info`), one
 * call for several rooms together (`rooms.get`), and none for a room that came from a list. `messages`, `history` and
 * `members` first read the record of a room that is known only by an id from the client and that the workspace has not yet
 * shown to this caller: upstream would accept a user's id in its place, and create the room.
 */
export type DirectMessageChangesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  since?: InputMaybe<Scalars['String']['input']>;
};


/**
 * A direct-message room: one conversation. Fields of the room record cost one call for a single room (`rooms.info`), one
 * call for several rooms together (`rooms.get`), and none for a room that came from a list. `messages`, `history` and
 * `members` first read the record of a room that is known only by an id from the client and that the workspace has not yet
 * shown to this caller: upstream would accept a user's id in its place, and create the room.
 */
export type DirectMessageCountersArgs = {
  userId?: InputMaybe<Scalars['ID']['input']>;
};


/**
 * A direct-message room: one conversation. Fields of the room record cost one call for a single room (`rooms.info`), one
 * call for several rooms together (`rooms.get`), and none for a room that came from a list. `messages`, `history` and
 * `members` first read the record of a room that is known only by an id from the client and that the workspace has not yet
 * shown to this caller: upstream would accept a user's id in its place, and create the room.
 */
export type DirectMessageHistoryArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  includeThreadReplies?: InputMaybe<Scalars['Boolean']['input']>;
  range?: InputMaybe<TimeRange>;
};


/**
 * A direct-message room: one conversation. Fields of the room record cost one call for a single room (`rooms.info`), one
 * call for several rooms together (`rooms.get`), and none for a room that came from a list. `messages`, `history` and
 * `members` first read the record of a room that is known only by an id from the client and that the workspace has not yet
 * shown to this caller: upstream would accept a user's id in its place, and create the room.
 */
export type DirectMessageMembersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/**
 * A direct-message room: one conversation. Fields of the room record cost one call for a single room (`rooms.info`), one
 * call for several rooms together (`rooms.get`), and none for a room that came from a list. `messages`, `history` and
 * `members` first read the record of a room that is known only by an id from the client and that the workspace has not yet
 * shown to this caller: upstream would accept a user's id in its place, and create the room.
 */
export type DirectMessageMessagesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filterBy?: InputMaybe<MessageFilters>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<MessageOrder>;
};

/** A page of direct-message rooms. */
export type DirectMessageConnection = {
  readonly __typename?: 'DirectMessageConnection';
  /** Rows of the page, each with its cursor. */
  readonly edges: ReadonlyArray<DirectMessageEdge>;
  /** Rows of the page, without cursors. */
  readonly nodes: ReadonlyArray<DirectMessage>;
  /** Whether there are more rows, and the cursors to continue from. */
  readonly pageInfo: PageInfo;
  /** Number of rooms in all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A room in a page, with its cursor. */
export type DirectMessageEdge = {
  readonly __typename?: 'DirectMessageEdge';
  /** Position of the row, for `after` and `before`. Opaque. */
  readonly cursor: Scalars['String']['output'];
  /** The room. */
  readonly node: DirectMessage;
};

/** Kinds of direct-message rooms. */
export type DirectMessageKind =
  /** Three or more members. */
  | 'GROUP'
  /** Two members. */
  | 'ONE_TO_ONE'
  /** One member: notes to self. */
  | 'SELF';

/** Order of rooms. */
export type DirectMessageOrder = {
  /** Ascending or descending. */
  readonly direction: OrderDirection;
  /** Value to order by. */
  readonly field: DirectMessageOrderField;
};

/** Values that rooms can be ordered by. A room without the value sorts as the smallest. */
export type DirectMessageOrderField =
  /** When the room was created. */
  | 'CREATED_AT'
  /** When the latest message was sent. */
  | 'LAST_MESSAGE_AT'
  /** Upstream's running count of messages. */
  | 'MESSAGE_COUNT'
  /** When the room record last changed. */
  | 'UPDATED_AT';

/** Rate-limit window of one upstream endpoint. */
export type EndpointBudget = {
  readonly __typename?: 'EndpointBudget';
  /** Upstream path below `/api/v1/`, such as `dm.messages`. */
  readonly endpoint: Scalars['String']['output'];
  /** Calls allowed per window. */
  readonly limit: Scalars['Int']['output'];
  /** Calls left in this window. */
  readonly remaining: Scalars['Int']['output'];
  /** When the window ends. */
  readonly resetAt: Scalars['DateTime']['output'];
};

/** What changed in the caller's rooms between two moments of the workspace's own clock. */
export type InboxChanges = {
  readonly __typename?: 'InboxChanges';
  /**
   * Rooms that are new to the caller, or whose record or membership changed, each as it is now, once. What their changed
   * record or membership does not tell costs what the field says. A room that was told before may be told again.
   */
  readonly changed: ReadonlyArray<DirectMessage>;
  /** Pass it as `since` next time. It holds no secret, and grants nothing. Less than 200 characters. */
  readonly cursor: Scalars['String']['output'];
  /**
   * Whether what happened since cannot be told, and so always without `since`: read the list again, then go on from `cursor`.
   * `changed` and `removedIds` are then empty.
   */
  readonly mustReload: Scalars['Boolean']['output'];
  /** Ids of rooms that the caller had and has no more: they were deleted, or the caller left them. */
  readonly removedIds: ReadonlyArray<Scalars['ID']['output']>;
};

/** One node of the parsed text. */
export type MarkupNode = {
  readonly __typename?: 'MarkupNode';
  /** Position in `nodes`, from 0. */
  readonly index: Scalars['Int']['output'];
  /** `index` of the enclosing node. Null at the top level. */
  readonly parent?: Maybe<Scalars['Int']['output']>;
  /** Text of a leaf node. */
  readonly text?: Maybe<Scalars['String']['output']>;
  /** Upstream's node type, such as `PARAGRAPH`, `BOLD`, `LINK` or `PLAIN_TEXT`. Open set. */
  readonly type: Scalars['String']['output'];
  /** Target of a link or an image. */
  readonly url?: Maybe<Scalars['String']['output']>;
};

/**
 * How the caller stands to a room: Rocket.Chat's subscription. All fields come from one upstream call for all rooms
 * (`subscriptions.get`).
 */
export type Membership = {
  readonly __typename?: 'Membership';
  /** Unread mentions of the whole room, such as `@all` (`groupMentions`). */
  readonly groupMentionCount?: Maybe<Scalars['Int']['output']>;
  /** Whether there is something new to see, even if `unreadCount` is 0 (`alert`). */
  readonly hasAlert: Scalars['Boolean']['output'];
  /** Membership id (`_id`). Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Whether the other user blocks the caller (`blocked`). */
  readonly isBlocked: Scalars['Boolean']['output'];
  /** Whether the caller blocks the other user (`blocker`). */
  readonly isBlocking: Scalars['Boolean']['output'];
  /** Whether the caller marked the room as a favorite (`f`). */
  readonly isFavorite: Scalars['Boolean']['output'];
  /** Whether the caller turned off notifications for the room (`disableNotifications`). */
  readonly isMuted: Scalars['Boolean']['output'];
  /** Whether the caller's list shows the room (`open`). A room that they have hidden comes back with its next message. */
  readonly isOpen: Scalars['Boolean']['output'];
  /** When the caller joined the room (`ts`). */
  readonly joinedAt?: Maybe<Scalars['DateTime']['output']>;
  /** When the caller last read the room (`ls`). Null if they never opened it. */
  readonly lastReadAt?: Maybe<Scalars['DateTime']['output']>;
  /** Messages the caller has not read (`unread`): the same as `Counters.unreadCount`. */
  readonly unreadCount?: Maybe<Scalars['Int']['output']>;
  /** Ids of messages whose threads have replies that the caller has not read (`tunread`). */
  readonly unreadThreadIds: ReadonlyArray<Scalars['ID']['output']>;
  /** When the membership last changed (`_updatedAt`). */
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Unread mentions of the caller (`userMentions`). */
  readonly userMentionCount?: Maybe<Scalars['Int']['output']>;
};

/** Kinds of mentions. */
export type MentionKind =
  /** All members of the room. */
  | 'ALL'
  /** The members of the room who are online. */
  | 'HERE'
  /** The members of a team. */
  | 'TEAM'
  /** One user. */
  | 'USER';

/** One message. A reference to it from another subgraph costs one upstream call (`chat.getMessage`). */
export type Message = Node & {
  readonly __typename?: 'Message';
  /** Name shown instead of the author's, set by integrations (`alias`). */
  readonly alias?: Maybe<Scalars['String']['output']>;
  /** Files, quotes and cards below the text. */
  readonly attachments: ReadonlyArray<Attachment>;
  /** Who sent it (`u`). */
  readonly author: MessageUser;
  /** Picture shown instead of the author's (`avatar`). */
  readonly avatarUrl?: Maybe<Scalars['String']['output']>;
  /** UI kit blocks (`blocks`). */
  readonly blocks?: Maybe<Scalars['JSON']['output']>;
  /** Channels mentioned in the text (`channels`). */
  readonly channelMentions: ReadonlyArray<ChannelMention>;
  /** Fields added by the workspace (`customFields`). */
  readonly customFields?: Maybe<Scalars['JSON']['output']>;
  /** The room it was sent in. Selecting only its `id` costs no upstream call. */
  readonly directMessage?: Maybe<DirectMessage>;
  /** When the text was last edited, or the message deleted. */
  readonly editedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who last edited or deleted it. */
  readonly editedBy?: Maybe<MessageUser>;
  /** Emoji shown instead of a picture (`emoji`). */
  readonly emoji?: Maybe<Scalars['String']['output']>;
  /** End-to-end encrypted payload (`content`, `e2e`), opaque to upstream and to this API. Null for readable messages. */
  readonly encryption?: Maybe<MessageEncryption>;
  /** Files uploaded with it. */
  readonly files: ReadonlyArray<MessageFile>;
  /** Message id (`_id`). Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Whether an integration sent it (`bot` is present). */
  readonly isBot: Scalars['Boolean']['output'];
  /** Whether it was deleted but its place is still shown (`t` is `rm`). */
  readonly isDeleted: Scalars['Boolean']['output'];
  /** Whether clients may group it with its author's previous message (`groupable`). Null means yes. */
  readonly isGroupable?: Maybe<Scalars['Boolean']['output']>;
  /** Whether it is pinned to the room (`pinned`). */
  readonly isPinned: Scalars['Boolean']['output'];
  /** For a thread reply: whether it is also shown in the room (`tshow`). */
  readonly isShownInRoom?: Maybe<Scalars['Boolean']['output']>;
  /** Whether the caller starred it. Other users' stars are never visible. */
  readonly isStarred: Scalars['Boolean']['output'];
  /** True until every member has read it (`unread`). Null if the workspace does not track it. */
  readonly isUnreadBySomeone?: Maybe<Scalars['Boolean']['output']>;
  /** GeoJSON point (`location`). */
  readonly location?: Maybe<Scalars['JSON']['output']>;
  /** The text as parsed by upstream (`md`). Null if upstream did not parse it: show `text` instead. */
  readonly markup?: Maybe<MessageMarkup>;
  /** Users and groups mentioned in the text. */
  readonly mentions: ReadonlyArray<UserMention>;
  /** When it was last pinned. Upstream keeps the value after unpinning. */
  readonly pinnedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who last pinned it. Upstream keeps the value after unpinning. */
  readonly pinnedBy?: Maybe<MessageUser>;
  /** Reactions, one entry per emoji. */
  readonly reactions: ReadonlyArray<Reaction>;
  /** Who read it, and when (`chat.getMessageReadReceipts`, one upstream call per message). */
  readonly readReceipts?: Maybe<ReadReceiptConnection>;
  /** The room it was sent in (`rid`). */
  readonly roomId: Scalars['ID']['output'];
  /** When it was sent (`ts`). */
  readonly sentAt: Scalars['DateTime']['output'];
  /** System-message type (`t`), such as `uj` (user joined) or `rm` (deleted). Null for an ordinary message. Open set. */
  readonly systemType?: Maybe<Scalars['String']['output']>;
  /** The text as typed (`msg`). Empty in deleted and encrypted messages; the parameter in a system message. */
  readonly text: Scalars['String']['output'];
  /** The thread that this message started. Null if it has no replies. */
  readonly thread?: Maybe<Thread>;
  /**
   * For a thread reply: the message that started the thread (`chat.getMessage`, one upstream call unless the page contains it;
   * one for all replies of a thread). Selecting only its `id` costs no upstream call.
   */
  readonly threadRoot?: Maybe<Message>;
  /** For a thread reply: id of the message that started the thread (`tmid`). */
  readonly threadRootId?: Maybe<Scalars['ID']['output']>;
  /** When its record last changed (`_updatedAt`): by an edit, reaction, reply or pin, for example. */
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Links in the text, with the previews that upstream fetched. */
  readonly urls: ReadonlyArray<MessageUrl>;
};


/** One message. A reference to it from another subgraph costs one upstream call (`chat.getMessage`). */
export type MessageReadReceiptsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** What changed in a room between two moments of the workspace's own clock. */
export type MessageChanges = {
  readonly __typename?: 'MessageChanges';
  /**
   * Messages that are new or changed, each as it is now, once, in the order of their last change. A message that was told
   * before may be told again.
   */
  readonly changed: ReadonlyArray<Message>;
  /** Pass it as `since` next time. It holds no secret, and grants nothing. Less than 200 characters. */
  readonly cursor: Scalars['String']['output'];
  /** Whether there may be more changes: ask again at once, from `cursor`. */
  readonly hasMore: Scalars['Boolean']['output'];
  /**
   * Whether what happened since cannot be told, and so always without `since`: read the messages again, then go on from
   * `cursor`. `changed` and `removedIds` are then empty.
   */
  readonly mustReload: Scalars['Boolean']['output'];
  /** Ids of messages that are gone from `messages`. An id that the client does not know is of a message that came and went. */
  readonly removedIds: ReadonlyArray<Scalars['ID']['output']>;
};

/** A page of a room's messages. */
export type MessageConnection = {
  readonly __typename?: 'MessageConnection';
  /** Rows of the page, each with its cursor. */
  readonly edges: ReadonlyArray<MessageEdge>;
  /** Rows of the page, without cursors. */
  readonly nodes: ReadonlyArray<Message>;
  /** Whether there are more rows, and the cursors to continue from. */
  readonly pageInfo: PageInfo;
  /** Number of matching messages in all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A message in a page, with its cursor. */
export type MessageEdge = {
  readonly __typename?: 'MessageEdge';
  /** Position of the row, for `after` and `before`. Opaque. */
  readonly cursor: Scalars['String']['output'];
  /** The message. */
  readonly node: Message;
};

/** The readable part of an end-to-end encrypted message. */
export type MessageEncryption = {
  readonly __typename?: 'MessageEncryption';
  /** Cipher, such as `rc.v2.aes-sha2`. */
  readonly algorithm?: Maybe<Scalars['String']['output']>;
  /** The encrypted payload as upstream sent it. */
  readonly content?: Maybe<Scalars['JSON']['output']>;
  /** Encryption status: `pending` or `done`. */
  readonly status?: Maybe<Scalars['String']['output']>;
};

/** A file uploaded with a message. */
export type MessageFile = {
  readonly __typename?: 'MessageFile';
  /** Upload id. */
  readonly id: Scalars['ID']['output'];
  /** Media type (`type`), such as `application/pdf`. */
  readonly mimeType?: Maybe<Scalars['String']['output']>;
  /** File name. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** Size in bytes. */
  readonly size?: Maybe<Scalars['Int']['output']>;
};

/** Conditions on messages, combined with *and*. */
export type MessageFilters = {
  /** Messages that mention any of these users: 1 to 50 ids. */
  readonly mentioning?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Only pinned messages. */
  readonly pinnedOnly?: InputMaybe<Scalars['Boolean']['input']>;
  /** Messages starred by any of these users: 1 to 50 ids. */
  readonly starredBy?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
};

/** A page of a room's history, newest message first. */
export type MessageHistoryConnection = {
  readonly __typename?: 'MessageHistoryConnection';
  /** Rows of the page, each with its cursor. */
  readonly edges: ReadonlyArray<MessageEdge>;
  /**
   * The oldest of those messages (`firstUnread`, same upstream call); any one of them if several were sent in the same
   * millisecond. Null if there are none, and whenever `notLoadedCount` is null.
   */
  readonly firstNotLoaded?: Maybe<Message>;
  /** Rows of the page, without cursors. */
  readonly nodes: ReadonlyArray<Message>;
  /**
   * Number of messages between `range.since` and the oldest message of this page (`unreadNotLoaded`, one more upstream call
   * except on the last page). Null without `since`, with `first: 0`, and if the page's oldest message was deleted before
   * upstream counted.
   */
  readonly notLoadedCount?: Maybe<Scalars['Int']['output']>;
  /** Whether there are more rows, and the cursors to continue from. */
  readonly pageInfo: PageInfo;
};

/** Parsed text of a message: as the original tree, and as a flat list that one query can read at any depth. */
export type MessageMarkup = {
  readonly __typename?: 'MessageMarkup';
  /** The tree exactly as upstream sent it. */
  readonly json: Scalars['JSON']['output'];
  /** Nodes in reading order, parents before children: at most 10,000 nodes and 64 levels. */
  readonly nodes: ReadonlyArray<MarkupNode>;
  /** The text without markup, for previews and notifications. */
  readonly plainText: Scalars['String']['output'];
};

/** Order of messages. */
export type MessageOrder = {
  /** Ascending or descending. */
  readonly direction: OrderDirection;
  /** Value to order by. */
  readonly field: MessageOrderField;
};

/** Values that messages can be ordered by. */
export type MessageOrderField =
  /** When the message was sent. */
  | 'SENT_AT'
  /** When its record last changed, for example by an edit or a reaction. */
  | 'UPDATED_AT';

/** A link in a message. */
export type MessageUrl = {
  readonly __typename?: 'MessageUrl';
  /** Page metadata fetched by upstream, such as title and image. */
  readonly meta?: Maybe<Scalars['JSON']['output']>;
  /** The link as written in the text. */
  readonly url: Scalars['String']['output'];
};

/**
 * A user as a message recorded them: it stays as it was when the user is renamed. A workspace that shows real names
 * (`UI_Use_Real_Name`) puts current names in their place, except in the replies of a thread.
 */
export type MessageUser = {
  readonly __typename?: 'MessageUser';
  /** Full name at that time. Null where upstream records none (`editedBy`, `pinnedBy`). */
  readonly name?: Maybe<Scalars['String']['output']>;
  /**
   * The user as they are now. Selecting only `id` costs no upstream call; for other fields, one call reads all members of the
   * room (`im.members`), or one each user (`users.info`), whichever is priced lower.
   */
  readonly user?: Maybe<User>;
  /** User id (`_id`). */
  readonly userId: Scalars['ID']['output'];
  /** Username at that time, without `@`. Null on some imported messages. */
  readonly username?: Maybe<Scalars['String']['output']>;
};

/** An object that clients can ask for again by its id alone. Rocket.Chat's ids are unique over rooms, messages and users. */
export type Node = {
  /** Id, as upstream has it. Opaque. */
  readonly id: Scalars['ID']['output'];
};

/** Direction of an order. */
export type OrderDirection =
  /** Smallest or earliest first. */
  | 'ASC'
  /** Largest or latest first. */
  | 'DESC';

/** Position of a page in its connection. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** Cursor of the last row, even if the page is empty because its rows cannot be read. Otherwise null in an empty page. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /**
   * Whether rows follow this page. Exact even if the page is shorter than requested, or empty because its rows cannot be
   * read. With `first: 0` it costs as much as a page: the gateway calls upstream to find out.
   */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /**
   * Whether rows precede this page. Exact; with `first: 0`, like `hasNextPage`. In a history it is also true if the cursor's
   * message is gone and the call for newer messages fails.
   */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first row, even if the page is empty because its rows cannot be read. Otherwise null in an empty page. */
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

/** The root of every query. */
export type Query = {
  readonly __typename?: 'Query';
  /**
   * One direct-message room by id. Costs no upstream call itself: only its fields call upstream, and they report an unknown
   * or forbidden room; `title`, `avatarUrl` and `membership` are null for any room that the caller is not in. Never creates a
   * room.
   */
  readonly directMessage?: Maybe<DirectMessage>;
  /**
   * The caller's one-to-one room with a user, or the caller's notes to self for their own username. Null if there is none:
   * unlike upstream's lookup by username, this never creates a room. One upstream call (`subscriptions.get`).
   */
  readonly directMessageWith?: Maybe<DirectMessage>;
  /**
   * All direct-message rooms of the workspace, including rooms that the caller is not in. Requires the permission
   * `view-room-administration`; for the caller's own rooms use `viewer.directMessages`. One upstream call per page
   * (`dm.list.everyone`).
   */
  readonly directMessages?: Maybe<DirectMessageConnection>;
  /**
   * One message by id (`chat.getMessage`, one upstream call, plus the room record unless the workspace has already shown the
   * room to this caller). Null if it does not exist; NOT_FOUND if it belongs to a channel.
   */
  readonly message?: Maybe<Message>;
  /**
   * The object of that id, for clients that refetch by id alone, such as Relay. Rocket.Chat's ids do not tell what they
   * identify, so the selection does: with fragments on one type, the gateway looks for that type, which costs as much as the
   * field for it (`directMessage`, `message`, `user`). Otherwise it looks for a room of the caller's (`subscriptions.get`), then
   * for a message in one of these rooms (`chat.getMessage`), then for a user (`users.info`): three upstream calls at most. Null
   * if there is none. A room that the workspace has named to the caller before is not looked up again: if it is gone, its fields
   * say so.
   */
  readonly node?: Maybe<Node>;
  /**
   * Read receipts of one message, for clients that have only its id (`chat.getMessageReadReceipts`, one upstream call; plus
   * `chat.getMessage` if there are no receipts, and the room record as for `message`). NOT_FOUND if the message does not
   * exist or belongs to a channel.
   */
  readonly readReceipts?: Maybe<ReadReceiptConnection>;
  /**
   * Calls left in upstream's rate-limit windows, as upstream last reported them. Never costs an upstream call. Omits endpoints
   * that were not called in the current window or whose limiter exempts the caller. Empty for callers whom the workspace has
   * not yet accepted.
   */
  readonly upstreamBudget: ReadonlyArray<EndpointBudget>;
  /** One user of the workspace by id (`users.info`, one upstream call). Null if there is none. */
  readonly user?: Maybe<User>;
  /**
   * The caller, as named by the request's credentials. Only a field that calls upstream, such as `user`, proves that the
   * workspace accepts them.
   */
  readonly viewer: Viewer;
};


/** The root of every query. */
export type QueryDirectMessageArgs = {
  id: Scalars['ID']['input'];
};


/** The root of every query. */
export type QueryDirectMessageWithArgs = {
  username: Scalars['String']['input'];
};


/** The root of every query. */
export type QueryDirectMessagesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<DirectMessageOrder>;
};


/** The root of every query. */
export type QueryMessageArgs = {
  id: Scalars['ID']['input'];
};


/** The root of every query. */
export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


/** The root of every query. */
export type QueryReadReceiptsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  messageId: Scalars['ID']['input'];
};


/** The root of every query. */
export type QueryUserArgs = {
  id: Scalars['ID']['input'];
};

/** All reactions to a message with the same emoji. */
export type Reaction = {
  readonly __typename?: 'Reaction';
  /** Number of users who reacted. */
  readonly count: Scalars['Int']['output'];
  /** Emoji code with its colons, such as `:thumbsup:`. */
  readonly emoji: Scalars['String']['output'];
  /** Usernames of those who reacted. */
  readonly usernames: ReadonlyArray<Scalars['String']['output']>;
};

/** Proof that one user has read one message. */
export type ReadReceipt = {
  readonly __typename?: 'ReadReceipt';
  /** Receipt id. Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Id of the message that was read. */
  readonly messageId: Scalars['ID']['output'];
  /** When it was read (`ts`). Messages read together share one instant. */
  readonly readAt: Scalars['DateTime']['output'];
  /** Id of the room the message was sent in. */
  readonly roomId: Scalars['ID']['output'];
  /**
   * The user who read it. Null if the account was deleted. Its `status` costs as much as that of `MessageUser.user`; the receipt
   * says the rest.
   */
  readonly user?: Maybe<User>;
  /** Id of the user who read it. */
  readonly userId: Scalars['ID']['output'];
};

/** A page of read receipts, ordered by `readAt`. Upstream returns all receipts together; the gateway pages them. */
export type ReadReceiptConnection = {
  readonly __typename?: 'ReadReceiptConnection';
  /** Rows of the page, each with its cursor. */
  readonly edges: ReadonlyArray<ReadReceiptEdge>;
  /** False if the workspace lacks the licence or the premium endpoints for read receipts. The page is then empty. */
  readonly isAvailable: Scalars['Boolean']['output'];
  /** Rows of the page, without cursors. */
  readonly nodes: ReadonlyArray<ReadReceipt>;
  /** Whether there are more rows, and the cursors to continue from. */
  readonly pageInfo: PageInfo;
  /** Number of receipts in all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A receipt in a page, with its cursor. */
export type ReadReceiptEdge = {
  readonly __typename?: 'ReadReceiptEdge';
  /** Position of the row, for `after` and `before`. Opaque. */
  readonly cursor: Scalars['String']['output'];
  /** The receipt. */
  readonly node: ReadReceipt;
};

/** The replies to a message. */
export type Thread = {
  readonly __typename?: 'Thread';
  /** Ids of the users who follow the thread (`replies`). */
  readonly followerIds: ReadonlyArray<Scalars['ID']['output']>;
  /** When the latest reply was sent (`tlm`). */
  readonly lastReplyAt?: Maybe<Scalars['DateTime']['output']>;
  /**
   * The replies, oldest first, with an exact total (`chat.getThreadMessages`, one upstream call per page). Upstream does not put
   * current names into them where a workspace shows real names.
   */
  readonly replies?: Maybe<MessageConnection>;
  /** Number of replies (`tcount`). */
  readonly replyCount: Scalars['Int']['output'];
};


/** The replies to a message. */
export type ThreadRepliesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** A time range. An omitted end is open. */
export type TimeRange = {
  /** Whether the range includes messages sent exactly at `since` and `until`. */
  readonly inclusive?: InputMaybe<Scalars['Boolean']['input']>;
  /** Start of the range (`oldest`). */
  readonly since?: InputMaybe<Scalars['DateTime']['input']>;
  /** End of the range (`latest`), not before `since`. */
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
};

/**
 * A user of the workspace as they are now: a field has the same value wherever the user is met. What the response that mentions
 * them does not say, the gateway reads: for several active members of a room in one call (`im.members`), otherwise one by one
 * (`users.info`). Fields are null for an account that was deleted. A reference from another subgraph costs one upstream call
 * (`users.info`).
 */
export type User = Node & {
  readonly __typename?: 'User';
  /** Path of the user's picture, below the workspace's URL. Null without a username. */
  readonly avatarUrl?: Maybe<Scalars['String']['output']>;
  /** User id (`_id`). Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Full name. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** Presence. Null if upstream says something else. */
  readonly status?: Maybe<UserStatus>;
  /** Username, without `@`. */
  readonly username?: Maybe<Scalars['String']['output']>;
};


/**
 * A user of the workspace as they are now: a field has the same value wherever the user is met. What the response that mentions
 * them does not say, the gateway reads: for several active members of a room in one call (`im.members`), otherwise one by one
 * (`users.info`). Fields are null for an account that was deleted. A reference from another subgraph costs one upstream call
 * (`users.info`).
 */
export type UserAvatarUrlArgs = {
  size?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of users. */
export type UserConnection = {
  readonly __typename?: 'UserConnection';
  /** Rows of the page, each with its cursor. */
  readonly edges: ReadonlyArray<UserEdge>;
  /** Rows of the page, without cursors. */
  readonly nodes: ReadonlyArray<User>;
  /** Whether there are more rows, and the cursors to continue from. */
  readonly pageInfo: PageInfo;
  /** Number of users in all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A user in a page, with its cursor. */
export type UserEdge = {
  readonly __typename?: 'UserEdge';
  /** Position of the row, for `after` and `before`. Opaque. */
  readonly cursor: Scalars['String']['output'];
  /** The user. */
  readonly node: User;
};

/** A user, team or group mentioned in a message. */
export type UserMention = {
  readonly __typename?: 'UserMention';
  /** Who is mentioned. */
  readonly kind: MentionKind;
  /** Full name, if the workspace shows real names. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** The user as they are now, for `USER`. Costs as much as `MessageUser.user`. */
  readonly user?: Maybe<User>;
  /** User id; for a team, its id. Null for `ALL` and `HERE`, and on some imported messages. */
  readonly userId?: Maybe<Scalars['ID']['output']>;
  /** Username or name of the team, without `@`. */
  readonly username?: Maybe<Scalars['String']['output']>;
};

/** Presence of a user. */
export type UserStatus =
  /** Connected, but not active. */
  | 'AWAY'
  /** Does not want to be disturbed. */
  | 'BUSY'
  /** Not connected, or wants to seem so. */
  | 'OFFLINE'
  /** Connected and active. */
  | 'ONLINE';

/** The user whose credentials came with the request. */
export type Viewer = {
  readonly __typename?: 'Viewer';
  /**
   * What changed in the caller's rooms (`directMessages`) since an earlier answer: two upstream calls (`subscriptions.get`,
   * `rooms.get`), whatever the number of rooms. Applied to a copy of the list, it makes the copy equal to the list. Without
   * `since` only a `cursor` is told, from which to go on once the list has been read (one call).
   */
  readonly changes?: Maybe<InboxChanges>;
  /** The caller's own rooms (`im.list`, one upstream call per page). Requires no permission. */
  readonly directMessages?: Maybe<DirectMessageConnection>;
  /**
   * Identifies the viewer, so that clients can keep what several components select of it. Opaque; the caller's own id is
   * `userId`.
   */
  readonly id: Scalars['ID']['output'];
  /** Number of unread messages in all of the caller's direct-message rooms (`subscriptions.get`, one upstream call). */
  readonly unreadCount?: Maybe<Scalars['Int']['output']>;
  /** The caller's user record (`me`, one upstream call). */
  readonly user?: Maybe<User>;
  /**
   * User id that the request claims (`X-User-Id`). Costs no upstream call, so it does not prove that the credentials are
   * valid; `user { id }` does.
   */
  readonly userId: Scalars['ID']['output'];
};


/** The user whose credentials came with the request. */
export type ViewerChangesArgs = {
  since?: InputMaybe<Scalars['String']['input']>;
};


/** The user whose credentials came with the request. */
export type ViewerDirectMessagesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<DirectMessageOrder>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type ResolversTypes = {
  Attachment: ResolverTypeWrapper<JsonParent>;
  AttachmentKind: AttachmentKind;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  ChannelMention: ResolverTypeWrapper<JsonParent>;
  Counters: ResolverTypeWrapper<CountersParent>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DirectMessage: ResolverTypeWrapper<RoomParent>;
  DirectMessageConnection: ResolverTypeWrapper<RoomConnection>;
  DirectMessageEdge: ResolverTypeWrapper<Omit<DirectMessageEdge, 'node'> & { node: ResolversTypes['DirectMessage'] }>;
  DirectMessageKind: DirectMessageKind;
  DirectMessageOrder: DirectMessageOrder;
  DirectMessageOrderField: DirectMessageOrderField;
  EndpointBudget: ResolverTypeWrapper<EndpointBudget>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  InboxChanges: ResolverTypeWrapper<Omit<InboxChanges, 'changed'> & { changed: ReadonlyArray<ResolversTypes['DirectMessage']> }>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  MarkupNode: ResolverTypeWrapper<MarkupNode>;
  Membership: ResolverTypeWrapper<RestSubscription>;
  MentionKind: MentionKind;
  Message: ResolverTypeWrapper<RestMessage>;
  MessageChanges: ResolverTypeWrapper<Omit<MessageChanges, 'changed'> & { changed: ReadonlyArray<ResolversTypes['Message']> }>;
  MessageConnection: ResolverTypeWrapper<MessagePageConnection>;
  MessageEdge: ResolverTypeWrapper<Omit<MessageEdge, 'node'> & { node: ResolversTypes['Message'] }>;
  MessageEncryption: ResolverTypeWrapper<RestMessage>;
  MessageFile: ResolverTypeWrapper<JsonParent>;
  MessageFilters: MessageFilters;
  MessageHistoryConnection: ResolverTypeWrapper<HistoryConnection>;
  MessageMarkup: ResolverTypeWrapper<MarkupParent>;
  MessageOrder: MessageOrder;
  MessageOrderField: MessageOrderField;
  MessageUrl: ResolverTypeWrapper<JsonParent>;
  MessageUser: ResolverTypeWrapper<MessageUserParent>;
  Node: ResolverTypeWrapper<NodeParent>;
  OrderDirection: OrderDirection;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Reaction: ResolverTypeWrapper<ReactionParent>;
  ReadReceipt: ResolverTypeWrapper<RestReceipt>;
  ReadReceiptConnection: ResolverTypeWrapper<ReceiptConnection>;
  ReadReceiptEdge: ResolverTypeWrapper<Omit<ReadReceiptEdge, 'node'> & { node: ResolversTypes['ReadReceipt'] }>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Thread: ResolverTypeWrapper<RestMessage>;
  TimeRange: TimeRange;
  User: ResolverTypeWrapper<UserParent>;
  UserConnection: ResolverTypeWrapper<MemberConnection>;
  UserEdge: ResolverTypeWrapper<Omit<UserEdge, 'node'> & { node: ResolversTypes['User'] }>;
  UserMention: ResolverTypeWrapper<MentionParent>;
  UserStatus: UserStatus;
  Viewer: ResolverTypeWrapper<ViewerParent>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Attachment: JsonParent;
  Boolean: Scalars['Boolean']['output'];
  ChannelMention: JsonParent;
  Counters: CountersParent;
  DateTime: Scalars['DateTime']['output'];
  DirectMessage: RoomParent;
  DirectMessageConnection: RoomConnection;
  DirectMessageEdge: Omit<DirectMessageEdge, 'node'> & { node: ResolversParentTypes['DirectMessage'] };
  DirectMessageOrder: DirectMessageOrder;
  EndpointBudget: EndpointBudget;
  ID: Scalars['ID']['output'];
  InboxChanges: Omit<InboxChanges, 'changed'> & { changed: ReadonlyArray<ResolversParentTypes['DirectMessage']> };
  Int: Scalars['Int']['output'];
  JSON: Scalars['JSON']['output'];
  MarkupNode: MarkupNode;
  Membership: RestSubscription;
  Message: RestMessage;
  MessageChanges: Omit<MessageChanges, 'changed'> & { changed: ReadonlyArray<ResolversParentTypes['Message']> };
  MessageConnection: MessagePageConnection;
  MessageEdge: Omit<MessageEdge, 'node'> & { node: ResolversParentTypes['Message'] };
  MessageEncryption: RestMessage;
  MessageFile: JsonParent;
  MessageFilters: MessageFilters;
  MessageHistoryConnection: HistoryConnection;
  MessageMarkup: MarkupParent;
  MessageOrder: MessageOrder;
  MessageUrl: JsonParent;
  MessageUser: MessageUserParent;
  Node: NodeParent;
  PageInfo: PageInfo;
  Query: Record<PropertyKey, never>;
  Reaction: ReactionParent;
  ReadReceipt: RestReceipt;
  ReadReceiptConnection: ReceiptConnection;
  ReadReceiptEdge: Omit<ReadReceiptEdge, 'node'> & { node: ResolversParentTypes['ReadReceipt'] };
  String: Scalars['String']['output'];
  Thread: RestMessage;
  TimeRange: TimeRange;
  User: UserParent;
  UserConnection: MemberConnection;
  UserEdge: Omit<UserEdge, 'node'> & { node: ResolversParentTypes['User'] };
  UserMention: MentionParent;
  Viewer: ViewerParent;
};

export type AttachmentResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Attachment'] = ResolversParentTypes['Attachment']> = {
  attachments: Resolver<ReadonlyArray<ResolversTypes['Attachment']>, ParentType, ContextType>;
  authorName: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  description: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  json: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  kind: Resolver<ResolversTypes['AttachmentKind'], ParentType, ContextType>;
  messageLink: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  mimeType: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  size: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  text: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  title: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  url: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ChannelMentionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ChannelMention'] = ResolversParentTypes['ChannelMention']> = {
  name: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  roomId: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type CountersResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Counters'] = ResolversParentTypes['Counters']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  joined: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  latestAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  memberCount: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  messageCount: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  unreadCount: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  unreadSince: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  userMentionCount: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], unknown> {
  name: 'DateTime';
}

export type DirectMessageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DirectMessage'] = ResolversParentTypes['DirectMessage']> = {
  announcement: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  avatarUrl: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType, Partial<DirectMessageAvatarUrlArgs>>;
  changes: Resolver<Maybe<ResolversTypes['MessageChanges']>, ParentType, ContextType, RequireFields<DirectMessageChangesArgs, 'first'>>;
  counters: Resolver<Maybe<ResolversTypes['Counters']>, ParentType, ContextType, Partial<DirectMessageCountersArgs>>;
  createdAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  description: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hiddenSystemTypes: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  history: Resolver<Maybe<ResolversTypes['MessageHistoryConnection']>, ParentType, ContextType, RequireFields<DirectMessageHistoryArgs, 'includeThreadReplies'>>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isDefault: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  isEncrypted: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  isReadOnly: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  kind: Resolver<Maybe<ResolversTypes['DirectMessageKind']>, ParentType, ContextType>;
  lastMessage: Resolver<Maybe<ResolversTypes['Message']>, ParentType, ContextType>;
  lastMessageAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  legacyUsernames: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  memberCount: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  members: Resolver<Maybe<ResolversTypes['UserConnection']>, ParentType, ContextType, Partial<DirectMessageMembersArgs>>;
  membership: Resolver<Maybe<ResolversTypes['Membership']>, ParentType, ContextType>;
  messageCount: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  messages: Resolver<Maybe<ResolversTypes['MessageConnection']>, ParentType, ContextType, RequireFields<DirectMessageMessagesArgs, 'orderBy'>>;
  showsSystemMessages: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  title: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  topic: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  typeCode: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  updatedAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  userIds: Resolver<Maybe<ReadonlyArray<ResolversTypes['ID']>>, ParentType, ContextType>;
  usernames: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type DirectMessageConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DirectMessageConnection'] = ResolversParentTypes['DirectMessageConnection']> = {
  edges: Resolver<ReadonlyArray<ResolversTypes['DirectMessageEdge']>, ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['DirectMessage']>, ParentType, ContextType>;
  pageInfo: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type DirectMessageEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['DirectMessageEdge'] = ResolversParentTypes['DirectMessageEdge']> = {
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node: Resolver<ResolversTypes['DirectMessage'], ParentType, ContextType>;
};

export type EndpointBudgetResolvers<ContextType = Context, ParentType extends ResolversParentTypes['EndpointBudget'] = ResolversParentTypes['EndpointBudget']> = {
  endpoint: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  limit: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  remaining: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  resetAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type InboxChangesResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InboxChanges'] = ResolversParentTypes['InboxChanges']> = {
  changed: Resolver<ReadonlyArray<ResolversTypes['DirectMessage']>, ParentType, ContextType>;
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  mustReload: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  removedIds: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
};

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], unknown> {
  name: 'JSON';
}

export type MarkupNodeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MarkupNode'] = ResolversParentTypes['MarkupNode']> = {
  index: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  parent: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  text: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  type: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  url: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type MembershipResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Membership'] = ResolversParentTypes['Membership']> = {
  groupMentionCount: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  hasAlert: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isBlocked: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isBlocking: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isFavorite: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isMuted: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isOpen: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  joinedAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  lastReadAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  unreadCount: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  unreadThreadIds: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  updatedAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  userMentionCount: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type MessageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Message'] = ResolversParentTypes['Message']> = {
  alias: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  attachments: Resolver<ReadonlyArray<ResolversTypes['Attachment']>, ParentType, ContextType>;
  author: Resolver<ResolversTypes['MessageUser'], ParentType, ContextType>;
  avatarUrl: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  blocks: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  channelMentions: Resolver<ReadonlyArray<ResolversTypes['ChannelMention']>, ParentType, ContextType>;
  customFields: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  directMessage: Resolver<Maybe<ResolversTypes['DirectMessage']>, ParentType, ContextType>;
  editedAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  editedBy: Resolver<Maybe<ResolversTypes['MessageUser']>, ParentType, ContextType>;
  emoji: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  encryption: Resolver<Maybe<ResolversTypes['MessageEncryption']>, ParentType, ContextType>;
  files: Resolver<ReadonlyArray<ResolversTypes['MessageFile']>, ParentType, ContextType>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isBot: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isDeleted: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isGroupable: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  isPinned: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isShownInRoom: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  isStarred: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  isUnreadBySomeone: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  location: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  markup: Resolver<Maybe<ResolversTypes['MessageMarkup']>, ParentType, ContextType>;
  mentions: Resolver<ReadonlyArray<ResolversTypes['UserMention']>, ParentType, ContextType>;
  pinnedAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  pinnedBy: Resolver<Maybe<ResolversTypes['MessageUser']>, ParentType, ContextType>;
  reactions: Resolver<ReadonlyArray<ResolversTypes['Reaction']>, ParentType, ContextType>;
  readReceipts: Resolver<Maybe<ResolversTypes['ReadReceiptConnection']>, ParentType, ContextType, Partial<MessageReadReceiptsArgs>>;
  roomId: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sentAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  systemType: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  text: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  thread: Resolver<Maybe<ResolversTypes['Thread']>, ParentType, ContextType>;
  threadRoot: Resolver<Maybe<ResolversTypes['Message']>, ParentType, ContextType>;
  threadRootId: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  updatedAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  urls: Resolver<ReadonlyArray<ResolversTypes['MessageUrl']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MessageChangesResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageChanges'] = ResolversParentTypes['MessageChanges']> = {
  changed: Resolver<ReadonlyArray<ResolversTypes['Message']>, ParentType, ContextType>;
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  hasMore: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  mustReload: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  removedIds: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
};

export type MessageConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageConnection'] = ResolversParentTypes['MessageConnection']> = {
  edges: Resolver<ReadonlyArray<ResolversTypes['MessageEdge']>, ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['Message']>, ParentType, ContextType>;
  pageInfo: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MessageEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageEdge'] = ResolversParentTypes['MessageEdge']> = {
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
};

export type MessageEncryptionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageEncryption'] = ResolversParentTypes['MessageEncryption']> = {
  algorithm: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  content: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  status: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type MessageFileResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageFile'] = ResolversParentTypes['MessageFile']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  mimeType: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  size: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type MessageHistoryConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageHistoryConnection'] = ResolversParentTypes['MessageHistoryConnection']> = {
  edges: Resolver<ReadonlyArray<ResolversTypes['MessageEdge']>, ParentType, ContextType>;
  firstNotLoaded: Resolver<Maybe<ResolversTypes['Message']>, ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['Message']>, ParentType, ContextType>;
  notLoadedCount: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  pageInfo: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type MessageMarkupResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageMarkup'] = ResolversParentTypes['MessageMarkup']> = {
  json: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['MarkupNode']>, ParentType, ContextType>;
  plainText: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MessageUrlResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageUrl'] = ResolversParentTypes['MessageUrl']> = {
  meta: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  url: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MessageUserResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MessageUser'] = ResolversParentTypes['MessageUser']> = {
  name: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  user: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userId: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  username: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type NodeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'DirectMessage' | 'Message' | 'User', ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  directMessage?: Resolver<Maybe<ResolversTypes['DirectMessage']>, ParentType, ContextType, RequireFields<QueryDirectMessageArgs, 'id'>>;
  directMessageWith?: Resolver<Maybe<ResolversTypes['DirectMessage']>, ParentType, ContextType, RequireFields<QueryDirectMessageWithArgs, 'username'>>;
  directMessages?: Resolver<Maybe<ResolversTypes['DirectMessageConnection']>, ParentType, ContextType, RequireFields<QueryDirectMessagesArgs, 'orderBy'>>;
  message?: Resolver<Maybe<ResolversTypes['Message']>, ParentType, ContextType, RequireFields<QueryMessageArgs, 'id'>>;
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  readReceipts?: Resolver<Maybe<ResolversTypes['ReadReceiptConnection']>, ParentType, ContextType, RequireFields<QueryReadReceiptsArgs, 'messageId'>>;
  upstreamBudget?: Resolver<ReadonlyArray<ResolversTypes['EndpointBudget']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<QueryUserArgs, 'id'>>;
  viewer?: Resolver<ResolversTypes['Viewer'], ParentType, ContextType>;
};

export type ReactionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Reaction'] = ResolversParentTypes['Reaction']> = {
  count: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  emoji: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  usernames: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ReadReceiptResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ReadReceipt'] = ResolversParentTypes['ReadReceipt']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  messageId: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  readAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  roomId: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  user: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userId: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type ReadReceiptConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ReadReceiptConnection'] = ResolversParentTypes['ReadReceiptConnection']> = {
  edges: Resolver<ReadonlyArray<ResolversTypes['ReadReceiptEdge']>, ParentType, ContextType>;
  isAvailable: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['ReadReceipt']>, ParentType, ContextType>;
  pageInfo: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type ReadReceiptEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ReadReceiptEdge'] = ResolversParentTypes['ReadReceiptEdge']> = {
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node: Resolver<ResolversTypes['ReadReceipt'], ParentType, ContextType>;
};

export type ThreadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Thread'] = ResolversParentTypes['Thread']> = {
  followerIds: Resolver<ReadonlyArray<ResolversTypes['ID']>, ParentType, ContextType>;
  lastReplyAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  replies: Resolver<Maybe<ResolversTypes['MessageConnection']>, ParentType, ContextType, Partial<ThreadRepliesArgs>>;
  replyCount: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type UserResolvers<ContextType = Context, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  avatarUrl: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType, Partial<UserAvatarUrlArgs>>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status: Resolver<Maybe<ResolversTypes['UserStatus']>, ParentType, ContextType>;
  username: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UserConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserConnection'] = ResolversParentTypes['UserConnection']> = {
  edges: Resolver<ReadonlyArray<ResolversTypes['UserEdge']>, ParentType, ContextType>;
  nodes: Resolver<ReadonlyArray<ResolversTypes['User']>, ParentType, ContextType>;
  pageInfo: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type UserEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserEdge'] = ResolversParentTypes['UserEdge']> = {
  cursor: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type UserMentionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserMention'] = ResolversParentTypes['UserMention']> = {
  kind: Resolver<ResolversTypes['MentionKind'], ParentType, ContextType>;
  name: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  user: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userId: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  username: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ViewerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer']> = {
  changes: Resolver<Maybe<ResolversTypes['InboxChanges']>, ParentType, ContextType, Partial<ViewerChangesArgs>>;
  directMessages: Resolver<Maybe<ResolversTypes['DirectMessageConnection']>, ParentType, ContextType, RequireFields<ViewerDirectMessagesArgs, 'orderBy'>>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  unreadCount: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  user: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  userId: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  Attachment: AttachmentResolvers<ContextType>;
  ChannelMention: ChannelMentionResolvers<ContextType>;
  Counters: CountersResolvers<ContextType>;
  DateTime: GraphQLScalarType;
  DirectMessage: DirectMessageResolvers<ContextType>;
  DirectMessageConnection: DirectMessageConnectionResolvers<ContextType>;
  DirectMessageEdge: DirectMessageEdgeResolvers<ContextType>;
  EndpointBudget: EndpointBudgetResolvers<ContextType>;
  InboxChanges: InboxChangesResolvers<ContextType>;
  JSON: GraphQLScalarType;
  MarkupNode: MarkupNodeResolvers<ContextType>;
  Membership: MembershipResolvers<ContextType>;
  Message: MessageResolvers<ContextType>;
  MessageChanges: MessageChangesResolvers<ContextType>;
  MessageConnection: MessageConnectionResolvers<ContextType>;
  MessageEdge: MessageEdgeResolvers<ContextType>;
  MessageEncryption: MessageEncryptionResolvers<ContextType>;
  MessageFile: MessageFileResolvers<ContextType>;
  MessageHistoryConnection: MessageHistoryConnectionResolvers<ContextType>;
  MessageMarkup: MessageMarkupResolvers<ContextType>;
  MessageUrl: MessageUrlResolvers<ContextType>;
  MessageUser: MessageUserResolvers<ContextType>;
  Node: NodeResolvers<ContextType>;
  PageInfo: PageInfoResolvers<ContextType>;
  Query: QueryResolvers<ContextType>;
  Reaction: ReactionResolvers<ContextType>;
  ReadReceipt: ReadReceiptResolvers<ContextType>;
  ReadReceiptConnection: ReadReceiptConnectionResolvers<ContextType>;
  ReadReceiptEdge: ReadReceiptEdgeResolvers<ContextType>;
  Thread: ThreadResolvers<ContextType>;
  User: UserResolvers<ContextType>;
  UserConnection: UserConnectionResolvers<ContextType>;
  UserEdge: UserEdgeResolvers<ContextType>;
  UserMention: UserMentionResolvers<ContextType>;
  Viewer: ViewerResolvers<ContextType>;
};
