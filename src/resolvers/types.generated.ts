import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { RoomParent, RoomConnection, MessagePageConnection, MemberConnection, ReceiptConnection, HistoryConnection, MarkupParent, ReactionParent, JsonParent, ViewerParent } from './parents.ts';
import type { RestMessage, RestUser, RestCounters, RestReceipt } from '../upstream/types.ts';
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
  /** An instant: ISO 8601, UTC, milliseconds, such as `2023-11-01T23:20:57.357Z`. */
  DateTime: { input: string; output: string; }
  /** Any JSON value, as upstream sent it. */
  JSON: { input: unknown; output: unknown; }
};

/** A file, a quote, or a card below a message. */
export type Attachment = {
  readonly __typename?: 'Attachment';
  /** Attachments inside this one, such as those of a quoted message. */
  readonly attachments: ReadonlyArray<Attachment>;
  /** For a quote: who wrote it. For a card: its author line. */
  readonly authorName?: Maybe<Scalars['String']['output']>;
  /** Text that the sender put beside the file. */
  readonly description?: Maybe<Scalars['String']['output']>;
  /** The attachment exactly as upstream sent it. */
  readonly json: Scalars['JSON']['output'];
  /** What it is, from the shape of upstream's record. */
  readonly kind: AttachmentKind;
  /** For a quote: link of the quoted message. */
  readonly messageLink?: Maybe<Scalars['String']['output']>;
  /** Media type of an image, audio or video file, such as `image/png`. */
  readonly mimeType?: Maybe<Scalars['String']['output']>;
  /** Bytes. */
  readonly size?: Maybe<Scalars['Int']['output']>;
  /** Body of a quote or card. */
  readonly text?: Maybe<Scalars['String']['output']>;
  /** Title, or the file's name. */
  readonly title?: Maybe<Scalars['String']['output']>;
  /** Where the file, or the title's link, is. Relative to the workspace unless it begins with a scheme. */
  readonly url?: Maybe<Scalars['String']['output']>;
};

/** What an attachment is. */
export type AttachmentKind =
  /** Buttons. */
  | 'ACTIONS'
  /** An uploaded or linked sound. */
  | 'AUDIO'
  /** Anything else: title, text, fields, picture, colour. */
  | 'CARD'
  /** Any other file. */
  | 'FILE'
  /** An uploaded or linked picture. */
  | 'IMAGE'
  /** A quoted message. */
  | 'QUOTE'
  /** A file that was deleted since. */
  | 'REMOVED_FILE'
  /** An uploaded or linked video. */
  | 'VIDEO';

/** A channel mentioned in a message. */
export type ChannelMention = {
  readonly __typename?: 'ChannelMention';
  /** Room id of the channel. */
  readonly id?: Maybe<Scalars['ID']['output']>;
  /** Channel name, without `#`. */
  readonly name?: Maybe<Scalars['String']['output']>;
};

/** Totals of a room and what is unread by one user. Upstream can leave out everything but `joined`. */
export type Counters = {
  readonly __typename?: 'Counters';
  /** Whether the user is a member. */
  readonly joined: Scalars['Boolean']['output'];
  /** When the latest message was sent (`latest`); in an empty room, when the room last changed. */
  readonly latestAt?: Maybe<Scalars['DateTime']['output']>;
  /** Active members (`members`): only `im.counters` tells, one upstream call a room. */
  readonly memberCount?: Maybe<Scalars['Int']['output']>;
  /** Messages in the room (`msgs`). */
  readonly messageCount?: Maybe<Scalars['Int']['output']>;
  /** Unread by this user (`unreads`). */
  readonly unreadCount?: Maybe<Scalars['Int']['output']>;
  /** When this user last read the room (`unreadsFrom`). Null when it was never opened. */
  readonly unreadSince?: Maybe<Scalars['DateTime']['output']>;
  /** Unread mentions of this user (`userMentions`). */
  readonly userMentionCount?: Maybe<Scalars['Int']['output']>;
};

/**
 * A direct-message room: one conversation, not one message (see Message). Fields that upstream's record of the room
 * holds cost one call for the room (`rooms.info`), or one for all rooms selected together (`rooms.get`);
 * none where the room came from a list. Of a room that only its id is known of, and that the workspace has not named to
 * this caller before, `messages`, `history` and `members` read the record first: upstream would take a user's id for a
 * room's, and make the room.
 */
export type DirectMessage = {
  readonly __typename?: 'DirectMessage';
  /** The room's announcement, shown above its messages. From the record (`rooms.info`, `rooms.get`). */
  readonly announcement?: Maybe<Scalars['String']['output']>;
  /**
   * Totals of the room, and what is unread by one user: the caller, or `userId`. Counters of many rooms of the caller are
   * read in two upstream calls together (`subscriptions.get`, `rooms.get`); with `memberCount`, or for another user, each
   * room costs one call (`im.counters`).
   */
  readonly counters?: Maybe<Counters>;
  /** When the room was made (`ts`). From the record (`rooms.info`, `rooms.get`). */
  readonly createdAt?: Maybe<Scalars['DateTime']['output']>;
  /** The room's description, as set by a member. From the record (`rooms.info`, `rooms.get`). */
  readonly description?: Maybe<Scalars['String']['output']>;
  /** System-message types hidden in this room (`sysMes` when it is a list). From the record (`rooms.info`, `rooms.get`). */
  readonly hiddenSystemTypes?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /**
   * The room's messages in a time range, newest first (`dm.history`, one upstream call a page, two at the end). System
   * messages that the room or the workspace hides are left out. Upstream reports no total and pages forward only.
   */
  readonly history?: Maybe<MessageHistoryConnection>;
  /** Room id (`_id`; elsewhere upstream `rid` or `roomId`). Opaque: never parse or build one. */
  readonly id: Scalars['ID']['output'];
  /**
   * Whether new users join the room by themselves (`default`); false for direct messages. From the record (`rooms.info`,
   * `rooms.get`).
   */
  readonly isDefault?: Maybe<Scalars['Boolean']['output']>;
  /**
   * Whether messages are end-to-end encrypted (`encrypted`). Null where the room never said so. From the record
   * (`rooms.info`, `rooms.get`).
   */
  readonly isEncrypted?: Maybe<Scalars['Boolean']['output']>;
  /** Whether nobody can write (`ro`), as with a deactivated user. From the record (`rooms.info`, `rooms.get`). */
  readonly isReadOnly?: Maybe<Scalars['Boolean']['output']>;
  /**
   * One-to-one, notes to self, or a group of three and more. From the number of distinct members. From the record
   * (`rooms.info`, `rooms.get`).
   */
  readonly kind?: Maybe<DirectMessageKind>;
  /**
   * The latest message. Null in an empty room, or where the workspace does not store it. From the record (`rooms.info`,
   * `rooms.get`).
   */
  readonly lastMessage?: Maybe<Message>;
  /** When the latest message was sent (`lm`). Null in an empty room. From the record (`rooms.info`, `rooms.get`). */
  readonly lastMessageAt?: Maybe<Scalars['DateTime']['output']>;
  /**
   * Copy kept by upstream's Apps engine (`_USERNAMES`). From the whole record (`rooms.info`).
   * @deprecated May be missing or stale. Use `usernames`.
   */
  readonly legacyUsernames?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /**
   * Members as upstream counted them when the room was made (`usersCount`); notes to self can show 2. From the record
   * (`rooms.info`, `rooms.get`).
   */
  readonly memberCount?: Maybe<Scalars['Int']['output']>;
  /** The room's active members with their names and presence (`im.members`, one upstream call), ordered by username. */
  readonly members?: Maybe<UserConnection>;
  /**
   * Messages ever counted in the room (`msgs`). Neither `messages.totalCount` nor the history's length. From the record
   * (`rooms.info`, `rooms.get`).
   */
  readonly messageCount?: Maybe<Scalars['Int']['output']>;
  /**
   * The room's messages, filtered and ordered by upstream, with an exact total (`dm.messages`, one upstream call a page).
   * Thread replies and system messages included.
   */
  readonly messages?: Maybe<MessageConnection>;
  /**
   * Whether system messages are shown at all (`sysMes`; a list of hidden types counts as true). From the record
   * (`rooms.info`, `rooms.get`).
   */
  readonly showsSystemMessages?: Maybe<Scalars['Boolean']['output']>;
  /** The room's topic, as set by a member. From the record (`rooms.info`, `rooms.get`). */
  readonly topic?: Maybe<Scalars['String']['output']>;
  /** Room type as upstream stores it (`t`): `d`. From the record (`rooms.info`, `rooms.get`). */
  readonly typeCode?: Maybe<Scalars['String']['output']>;
  /** When the room's record last changed (`_updatedAt`). From the record (`rooms.info`, `rooms.get`). */
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Members' user ids (`uids`). Not in the order of `usernames`. From the record (`rooms.info`, `rooms.get`). */
  readonly userIds?: Maybe<ReadonlyArray<Scalars['ID']['output']>>;
  /** Members' usernames. Not in the order of `userIds`: never pair the two lists. From the record (`rooms.info`, `rooms.get`). */
  readonly usernames?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
};


/**
 * A direct-message room: one conversation, not one message (see Message). Fields that upstream's record of the room
 * holds cost one call for the room (`rooms.info`), or one for all rooms selected together (`rooms.get`);
 * none where the room came from a list. Of a room that only its id is known of, and that the workspace has not named to
 * this caller before, `messages`, `history` and `members` read the record first: upstream would take a user's id for a
 * room's, and make the room.
 */
export type DirectMessageCountersArgs = {
  userId?: InputMaybe<Scalars['ID']['input']>;
};


/**
 * A direct-message room: one conversation, not one message (see Message). Fields that upstream's record of the room
 * holds cost one call for the room (`rooms.info`), or one for all rooms selected together (`rooms.get`);
 * none where the room came from a list. Of a room that only its id is known of, and that the workspace has not named to
 * this caller before, `messages`, `history` and `members` read the record first: upstream would take a user's id for a
 * room's, and make the room.
 */
export type DirectMessageHistoryArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  includeThreadReplies?: InputMaybe<Scalars['Boolean']['input']>;
  range?: InputMaybe<TimeRange>;
};


/**
 * A direct-message room: one conversation, not one message (see Message). Fields that upstream's record of the room
 * holds cost one call for the room (`rooms.info`), or one for all rooms selected together (`rooms.get`);
 * none where the room came from a list. Of a room that only its id is known of, and that the workspace has not named to
 * this caller before, `messages`, `history` and `members` read the record first: upstream would take a user's id for a
 * room's, and make the room.
 */
export type DirectMessageMembersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/**
 * A direct-message room: one conversation, not one message (see Message). Fields that upstream's record of the room
 * holds cost one call for the room (`rooms.info`), or one for all rooms selected together (`rooms.get`);
 * none where the room came from a list. Of a room that only its id is known of, and that the workspace has not named to
 * this caller before, `messages`, `history` and `members` read the record first: upstream would take a user's id for a
 * room's, and make the room.
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
  /** The page's rows with their cursors. */
  readonly edges: ReadonlyArray<DirectMessageEdge>;
  /** The page's rows without their cursors. */
  readonly nodes: ReadonlyArray<DirectMessage>;
  /** Whether more rows follow, and where to continue. */
  readonly pageInfo: PageInfo;
  /** Rooms over all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A room in a page, and its place. */
export type DirectMessageEdge = {
  readonly __typename?: 'DirectMessageEdge';
  /** The row's place, for `after` and `before`. Opaque. */
  readonly cursor: Scalars['String']['output'];
  /** The room. */
  readonly node: DirectMessage;
};

/** What sort of conversation a room is. */
export type DirectMessageKind =
  /** Three members or more. */
  | 'GROUP'
  /** Two members. */
  | 'ONE_TO_ONE'
  /** One member: notes to self. */
  | 'SELF';

/** How to order rooms. */
export type DirectMessageOrder = {
  /** Which end comes first. */
  readonly direction: OrderDirection;
  /** What to order by. */
  readonly field: DirectMessageOrderField;
};

/** What rooms can be ordered by. Rooms without the value sort as the smallest. */
export type DirectMessageOrderField =
  /** When the room was made. */
  | 'CREATED_AT'
  /** When the latest message was sent. */
  | 'LAST_MESSAGE_AT'
  /** Messages ever counted in the room. */
  | 'MESSAGE_COUNT'
  /** When the room's record last changed. */
  | 'UPDATED_AT';

/** How often one upstream endpoint may still be called in the current window. */
export type EndpointBudget = {
  readonly __typename?: 'EndpointBudget';
  /** Upstream path below `/api/v1/`, such as `dm.messages`. */
  readonly endpoint: Scalars['String']['output'];
  /** Calls allowed in a window. */
  readonly limit: Scalars['Int']['output'];
  /** Calls left in this window. */
  readonly remaining: Scalars['Int']['output'];
  /** When the window ends. */
  readonly resetAt: Scalars['DateTime']['output'];
};

/** One node of a message's parsed text. */
export type MarkupNode = {
  readonly __typename?: 'MarkupNode';
  /** Position in `nodes`, from 0. */
  readonly index: Scalars['Int']['output'];
  /** `index` of the enclosing node; null at the top. */
  readonly parent?: Maybe<Scalars['Int']['output']>;
  /** Text of a leaf. */
  readonly text?: Maybe<Scalars['String']['output']>;
  /** Upstream's node type, such as `PARAGRAPH`, `BOLD`, `LINK`, `PLAIN_TEXT`. Open set. */
  readonly type: Scalars['String']['output'];
  /** Target of a link or image. */
  readonly url?: Maybe<Scalars['String']['output']>;
};

/** One message. By its id alone, as other subgraphs refer to it: one upstream call (`chat.getMessage`). */
export type Message = {
  readonly __typename?: 'Message';
  /** Name shown instead of the author's, set by integrations (`alias`). */
  readonly alias?: Maybe<Scalars['String']['output']>;
  /** Files, quotes and cards below the text. */
  readonly attachments: ReadonlyArray<Attachment>;
  /** Who sent it (`u`). */
  readonly author: User;
  /** Picture shown instead of the author's (`avatar`). */
  readonly avatarUrl?: Maybe<Scalars['String']['output']>;
  /** UI kit blocks (`blocks`). */
  readonly blocks?: Maybe<Scalars['JSON']['output']>;
  /** Channels mentioned in the text (`channels`). */
  readonly channelMentions: ReadonlyArray<ChannelMention>;
  /** Fields added by the workspace (`customFields`). */
  readonly customFields?: Maybe<Scalars['JSON']['output']>;
  /** The room it was sent in. Selecting only `id` costs no upstream call. */
  readonly directMessage?: Maybe<DirectMessage>;
  /** When the text was last edited, or the message deleted. */
  readonly editedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who last edited or deleted it. */
  readonly editedBy?: Maybe<User>;
  /** Emoji shown instead of a picture (`emoji`). */
  readonly emoji?: Maybe<Scalars['String']['output']>;
  /** End-to-end encrypted payload, opaque to upstream and to this API (`content`, `e2e`). Null for readable messages. */
  readonly encryption?: Maybe<MessageEncryption>;
  /** Files uploaded with it. */
  readonly files: ReadonlyArray<MessageFile>;
  /** Message id (`_id`). Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Sent by an integration (`bot` present). */
  readonly isBot: Scalars['Boolean']['output'];
  /** Deleted, with its place still shown (`t` is `rm`). */
  readonly isDeleted: Scalars['Boolean']['output'];
  /** Whether it may be drawn together with its author's previous message (`groupable`); null means yes. */
  readonly isGroupable?: Maybe<Scalars['Boolean']['output']>;
  /** Pinned to the room (`pinned`). */
  readonly isPinned: Scalars['Boolean']['output'];
  /** For a thread reply: also shown in the room (`tshow`). */
  readonly isShownInRoom?: Maybe<Scalars['Boolean']['output']>;
  /** Starred by the caller. Other users' stars are never visible. */
  readonly isStarred: Scalars['Boolean']['output'];
  /** True while not every member has read it; null where the workspace does not track it (`unread`). */
  readonly isUnreadBySomeone?: Maybe<Scalars['Boolean']['output']>;
  /** GeoJSON point (`location`). */
  readonly location?: Maybe<Scalars['JSON']['output']>;
  /** The text as upstream parsed it (`md`). Null when there is no parse: show `text`. */
  readonly markup?: Maybe<MessageMarkup>;
  /** Users and groups mentioned in the text. */
  readonly mentions: ReadonlyArray<UserMention>;
  /** When it was last pinned; kept by upstream after unpinning. */
  readonly pinnedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who last pinned it; kept by upstream after unpinning. */
  readonly pinnedBy?: Maybe<User>;
  /** Reactions, one entry an emoji. */
  readonly reactions: ReadonlyArray<Reaction>;
  /** Who has read it, and when (`chat.getMessageReadReceipts`: one upstream call for each message). */
  readonly readReceipts?: Maybe<ReadReceiptConnection>;
  /** The room it was sent in (`rid`). */
  readonly roomId: Scalars['ID']['output'];
  /** When it was sent (`ts`). */
  readonly sentAt: Scalars['DateTime']['output'];
  /** System-message code (`t`), such as `uj`: a user joined; `rm`: deleted. Null for an ordinary message. Open set. */
  readonly systemType?: Maybe<Scalars['String']['output']>;
  /** The text as typed (`msg`). Empty for deleted and encrypted messages; in a system message, its parameter. */
  readonly text: Scalars['String']['output'];
  /** Set when the message started a thread that has replies. */
  readonly thread?: Maybe<Thread>;
  /** The message whose thread this one replies to (`tmid`). */
  readonly threadRootId?: Maybe<Scalars['ID']['output']>;
  /** When its record last changed (`_updatedAt`): an edit, a reaction, a reply, a pin. */
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Links in the text, with what upstream fetched of them. */
  readonly urls: ReadonlyArray<MessageUrl>;
};


/** One message. By its id alone, as other subgraphs refer to it: one upstream call (`chat.getMessage`). */
export type MessageReadReceiptsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of a room's messages. */
export type MessageConnection = {
  readonly __typename?: 'MessageConnection';
  /** The page's rows with their cursors. */
  readonly edges: ReadonlyArray<MessageEdge>;
  /** The page's rows without their cursors. */
  readonly nodes: ReadonlyArray<Message>;
  /** Whether more rows follow, and where to continue. */
  readonly pageInfo: PageInfo;
  /** Messages that match the filter, over all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A message in a page, and its place. */
export type MessageEdge = {
  readonly __typename?: 'MessageEdge';
  /** The row's place, for `after` and `before`. Opaque. */
  readonly cursor: Scalars['String']['output'];
  /** The message. */
  readonly node: Message;
};

/** What is known of an end-to-end encrypted message. */
export type MessageEncryption = {
  readonly __typename?: 'MessageEncryption';
  /** Cipher, such as `rc.v2.aes-sha2`. */
  readonly algorithm?: Maybe<Scalars['String']['output']>;
  /** The encrypted payload as upstream sent it. */
  readonly content?: Maybe<Scalars['JSON']['output']>;
  /** `pending` or `done`. */
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
  /** Bytes. */
  readonly size?: Maybe<Scalars['Int']['output']>;
};

/** Which messages to list. Conditions combine with *and*. */
export type MessageFilters = {
  /** Mentions any of these users, 1 to 50 ids. */
  readonly mentioning?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** Only pinned messages. */
  readonly pinnedOnly?: InputMaybe<Scalars['Boolean']['input']>;
  /** Starred by any of these users, 1 to 50 ids. */
  readonly starredBy?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
};

/** A page of a room's history, newest message first. */
export type MessageHistoryConnection = {
  readonly __typename?: 'MessageHistoryConnection';
  /** The page's rows with their cursors. */
  readonly edges: ReadonlyArray<MessageEdge>;
  /**
   * The oldest message of that gap (upstream's `firstUnread`, with the same call); one of the oldest where several were sent
   * in the same millisecond. Null when there is no gap, and where `notLoadedCount` is.
   */
  readonly firstNotLoaded?: Maybe<Message>;
  /** The page's rows without their cursors. */
  readonly nodes: ReadonlyArray<Message>;
  /**
   * Messages between `range.since` and the oldest message of this page, as upstream counts them (`unreadNotLoaded`: one
   * more call, but for the last page). Null without `since`, with `first: 0`, and where the page's oldest message was
   * deleted before they were counted.
   */
  readonly notLoadedCount?: Maybe<Scalars['Int']['output']>;
  /** Whether more rows follow, and where to continue. */
  readonly pageInfo: PageInfo;
};

/** A message's parsed text: lossless as a tree, and flattened so that one query reads any depth. */
export type MessageMarkup = {
  readonly __typename?: 'MessageMarkup';
  /** The tree exactly as upstream sent it. */
  readonly json: Scalars['JSON']['output'];
  /** Its nodes in reading order, parents before children; at most 10,000, and none deeper than 64. */
  readonly nodes: ReadonlyArray<MarkupNode>;
  /** The text without markup, for previews and notifications. */
  readonly plainText: Scalars['String']['output'];
};

/** How to order messages. */
export type MessageOrder = {
  /** Which end comes first. */
  readonly direction: OrderDirection;
  /** What to order by. */
  readonly field: MessageOrderField;
};

/** What messages can be ordered by. */
export type MessageOrderField =
  /** When it was sent. */
  | 'SENT_AT'
  /** When its record last changed. */
  | 'UPDATED_AT';

/** A link in a message. */
export type MessageUrl = {
  readonly __typename?: 'MessageUrl';
  /** Page title, image and the like, as fetched by upstream. */
  readonly meta?: Maybe<Scalars['JSON']['output']>;
  /** The link as found in the text. */
  readonly url: Scalars['String']['output'];
};

/** Which end of an order comes first. */
export type OrderDirection =
  /** Smallest, or earliest, first. */
  | 'ASC'
  /** Largest, or latest, first. */
  | 'DESC';

/** Where a page stands in its connection. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** Cursor of the page's last row. In a page whose rows cannot be read, of the last of those; else null in an empty one. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /**
   * Whether rows follow this page: true exactly when one does, also after a page that is shorter than asked for, or empty as
   * its rows cannot be read. With `first: 0` nothing is asked, and it is false, unless `totalCount` is selected as well.
   */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /**
   * Whether rows come before this page: true exactly when one does; with `first: 0` as `hasNextPage`. Of a history also
   * true where the cursor's message is gone and the workspace cannot be asked for newer ones.
   */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the page's first row. In a page whose rows cannot be read, of the first of those; else null in an empty one. */
  readonly startCursor?: Maybe<Scalars['String']['output']>;
};

/** Where every query starts. */
export type Query = {
  readonly __typename?: 'Query';
  /**
   * One direct-message room by its id. Costs nothing by itself: upstream is asked only for the fields
   * selected below it, and they report an unknown or forbidden room. Asking never makes a room.
   */
  readonly directMessage?: Maybe<DirectMessage>;
  /**
   * The caller's one-to-one room with a user (the caller's own username: notes to self). Null when there is none:
   * unlike upstream's look-up by username, asking never creates a room. One upstream call (`subscriptions.get`).
   */
  readonly directMessageWith?: Maybe<DirectMessage>;
  /**
   * Every direct-message room of the workspace, also those that the caller is not in. Needs the permission
   * `view-room-administration`; a caller's own rooms are `viewer.directMessages`. One upstream call a page
   * (`dm.list.everyone`).
   */
  readonly directMessages?: Maybe<DirectMessageConnection>;
  /**
   * One message by its id (`chat.getMessage`, one upstream call, and the room's record if the workspace has not named the
   * room to this caller before). Null when it does not exist; one of a channel is NOT_FOUND.
   */
  readonly message?: Maybe<Message>;
  /**
   * Who has read one message, for clients that hold only its id (`chat.getMessageReadReceipts`, one upstream call; the
   * message too (`chat.getMessage`) when nobody has, and its room's record as for `message`). NOT_FOUND when there is no such message, or it is
   * a channel's.
   */
  readonly readReceipts?: Maybe<ReadReceiptConnection>;
  /**
   * What is left of the workspace's call budget, as upstream last reported it. Never costs an upstream call.
   * Endpoints not called in the current window have no entry, nor have those where the limiter lets the caller by. Callers
   * whom the workspace has not accepted yet are told of none.
   */
  readonly upstreamBudget: ReadonlyArray<EndpointBudget>;
  /** One user of the workspace by id (`users.info`, one upstream call). Null when there is none. */
  readonly user?: Maybe<User>;
  /**
   * The caller: whose credentials came with the request. That the workspace accepts them shows in the first field below that
   * costs a call, such as `user`.
   */
  readonly viewer: Viewer;
};


/** Where every query starts. */
export type QueryDirectMessageArgs = {
  id: Scalars['ID']['input'];
};


/** Where every query starts. */
export type QueryDirectMessageWithArgs = {
  username: Scalars['String']['input'];
};


/** Where every query starts. */
export type QueryDirectMessagesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: InputMaybe<DirectMessageOrder>;
};


/** Where every query starts. */
export type QueryMessageArgs = {
  id: Scalars['ID']['input'];
};


/** Where every query starts. */
export type QueryReadReceiptsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  messageId: Scalars['ID']['input'];
};


/** Where every query starts. */
export type QueryUserArgs = {
  id: Scalars['ID']['input'];
};

/** All reactions to a message with one emoji. */
export type Reaction = {
  readonly __typename?: 'Reaction';
  /** How many reacted. */
  readonly count: Scalars['Int']['output'];
  /** Emoji code with its colons, such as `:thumbsup:`. */
  readonly emoji: Scalars['String']['output'];
  /** Who reacted. */
  readonly usernames: ReadonlyArray<Scalars['String']['output']>;
};

/** Proof that one user has read one message. */
export type ReadReceipt = {
  readonly __typename?: 'ReadReceipt';
  /** Receipt id. Opaque. */
  readonly id: Scalars['ID']['output'];
  /** The message that was read. */
  readonly messageId: Scalars['ID']['output'];
  /** When it was read (`ts`): the same instant for all messages read in one go. */
  readonly readAt: Scalars['DateTime']['output'];
  /** The room of that message. */
  readonly roomId: Scalars['ID']['output'];
  /** Who read it. Null when the account was deleted. */
  readonly user?: Maybe<User>;
  /** Who read it. */
  readonly userId: Scalars['ID']['output'];
};

/** Receipts come in one upstream answer: pages are cut by the gateway, in order of `readAt`. */
export type ReadReceiptConnection = {
  readonly __typename?: 'ReadReceiptConnection';
  /** The page's rows with their cursors. */
  readonly edges: ReadonlyArray<ReadReceiptEdge>;
  /** False where the workspace has no read receipts, for want of a licence or of the premium endpoints; the list is then empty. */
  readonly isAvailable: Scalars['Boolean']['output'];
  /** The page's rows without their cursors. */
  readonly nodes: ReadonlyArray<ReadReceipt>;
  /** Whether more rows follow, and where to continue. */
  readonly pageInfo: PageInfo;
  /** Receipts over all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A receipt in a page, and its place. */
export type ReadReceiptEdge = {
  readonly __typename?: 'ReadReceiptEdge';
  /** The row's place, for `after` and `before`. Opaque. */
  readonly cursor: Scalars['String']['output'];
  /** The receipt. */
  readonly node: ReadReceipt;
};

/** The replies below a message. */
export type Thread = {
  readonly __typename?: 'Thread';
  /** User ids of those who follow the thread (`replies`). */
  readonly followerIds: ReadonlyArray<Scalars['ID']['output']>;
  /** When the latest reply was sent (`tlm`). */
  readonly lastReplyAt?: Maybe<Scalars['DateTime']['output']>;
  /** Replies (`tcount`). */
  readonly replyCount: Scalars['Int']['output'];
};

/** A stretch of time, open at an end that is left out. */
export type TimeRange = {
  /** Whether messages exactly at `since` and `until` belong to it. */
  readonly inclusive?: InputMaybe<Scalars['Boolean']['input']>;
  /** The earlier end (`oldest`). */
  readonly since?: InputMaybe<Scalars['DateTime']['input']>;
  /** The later end (`latest`); not before `since`. */
  readonly until?: InputMaybe<Scalars['DateTime']['input']>;
};

/**
 * A user, as far as the answer that mentions it says. By its id alone, as other subgraphs refer to it: one upstream call
 * (`users.info`).
 */
export type User = {
  readonly __typename?: 'User';
  /** User id (`_id`). Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Full name, where the answer has it; as it was when the message was sent, unless the workspace shows real names. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** `online`, `away`, `busy` or `offline`, where the answer has it. */
  readonly status?: Maybe<Scalars['String']['output']>;
  /** Username, without `@`. Null on some imported messages. */
  readonly username?: Maybe<Scalars['String']['output']>;
};

/** A page of users. */
export type UserConnection = {
  readonly __typename?: 'UserConnection';
  /** The page's rows with their cursors. */
  readonly edges: ReadonlyArray<UserEdge>;
  /** The page's rows without their cursors. */
  readonly nodes: ReadonlyArray<User>;
  /** Whether more rows follow, and where to continue. */
  readonly pageInfo: PageInfo;
  /** Users over all pages. */
  readonly totalCount: Scalars['Int']['output'];
};

/** A user in a page, and its place. */
export type UserEdge = {
  readonly __typename?: 'UserEdge';
  /** The row's place, for `after` and `before`. Opaque. */
  readonly cursor: Scalars['String']['output'];
  /** The user. */
  readonly node: User;
};

/** Somebody mentioned in a message. `id` is `all` or `here` for a group mention. */
export type UserMention = {
  readonly __typename?: 'UserMention';
  /** User id, `all` or `here`. */
  readonly id?: Maybe<Scalars['ID']['output']>;
  /** Full name, where the workspace shows it. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** `user` or `team`. */
  readonly type?: Maybe<Scalars['String']['output']>;
  /** Username, without `@`. */
  readonly username?: Maybe<Scalars['String']['output']>;
};

/** The person whose credentials came with the request. */
export type Viewer = {
  readonly __typename?: 'Viewer';
  /** The caller's own rooms. Open to every user. One upstream call a page (`im.list`). */
  readonly directMessages?: Maybe<DirectMessageConnection>;
  /**
   * The caller's user id as the request claims it (`X-User-Id`): costs no upstream call, and so is no sign that the
   * credentials are good. `user { id }` is.
   */
  readonly id: Scalars['ID']['output'];
  /** Unread messages over all of the caller's direct-message rooms (`subscriptions.get`, one upstream call). */
  readonly unreadCount?: Maybe<Scalars['Int']['output']>;
  /** The caller's own user record (`me`, one upstream call). */
  readonly user?: Maybe<User>;
};


/** The person whose credentials came with the request. */
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
  Counters: ResolverTypeWrapper<RestCounters>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  DirectMessage: ResolverTypeWrapper<RoomParent>;
  DirectMessageConnection: ResolverTypeWrapper<RoomConnection>;
  DirectMessageEdge: ResolverTypeWrapper<Omit<DirectMessageEdge, 'node'> & { node: ResolversTypes['DirectMessage'] }>;
  DirectMessageKind: DirectMessageKind;
  DirectMessageOrder: DirectMessageOrder;
  DirectMessageOrderField: DirectMessageOrderField;
  EndpointBudget: ResolverTypeWrapper<EndpointBudget>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  MarkupNode: ResolverTypeWrapper<MarkupNode>;
  Message: ResolverTypeWrapper<RestMessage>;
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
  User: ResolverTypeWrapper<RestUser>;
  UserConnection: ResolverTypeWrapper<MemberConnection>;
  UserEdge: ResolverTypeWrapper<Omit<UserEdge, 'node'> & { node: ResolversTypes['User'] }>;
  UserMention: ResolverTypeWrapper<JsonParent>;
  Viewer: ResolverTypeWrapper<ViewerParent>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Attachment: JsonParent;
  Boolean: Scalars['Boolean']['output'];
  ChannelMention: JsonParent;
  Counters: RestCounters;
  DateTime: Scalars['DateTime']['output'];
  DirectMessage: RoomParent;
  DirectMessageConnection: RoomConnection;
  DirectMessageEdge: Omit<DirectMessageEdge, 'node'> & { node: ResolversParentTypes['DirectMessage'] };
  DirectMessageOrder: DirectMessageOrder;
  EndpointBudget: EndpointBudget;
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  JSON: Scalars['JSON']['output'];
  MarkupNode: MarkupNode;
  Message: RestMessage;
  MessageConnection: MessagePageConnection;
  MessageEdge: Omit<MessageEdge, 'node'> & { node: ResolversParentTypes['Message'] };
  MessageEncryption: RestMessage;
  MessageFile: JsonParent;
  MessageFilters: MessageFilters;
  MessageHistoryConnection: HistoryConnection;
  MessageMarkup: MarkupParent;
  MessageOrder: MessageOrder;
  MessageUrl: JsonParent;
  PageInfo: PageInfo;
  Query: Record<PropertyKey, never>;
  Reaction: ReactionParent;
  ReadReceipt: RestReceipt;
  ReadReceiptConnection: ReceiptConnection;
  ReadReceiptEdge: Omit<ReadReceiptEdge, 'node'> & { node: ResolversParentTypes['ReadReceipt'] };
  String: Scalars['String']['output'];
  Thread: RestMessage;
  TimeRange: TimeRange;
  User: RestUser;
  UserConnection: MemberConnection;
  UserEdge: Omit<UserEdge, 'node'> & { node: ResolversParentTypes['User'] };
  UserMention: JsonParent;
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
  id: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  name: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CountersResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Counters'] = ResolversParentTypes['Counters']> = {
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
  messageCount: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  messages: Resolver<Maybe<ResolversTypes['MessageConnection']>, ParentType, ContextType, RequireFields<DirectMessageMessagesArgs, 'orderBy'>>;
  showsSystemMessages: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  topic: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  typeCode: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  updatedAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  userIds: Resolver<Maybe<ReadonlyArray<ResolversTypes['ID']>>, ParentType, ContextType>;
  usernames: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
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

export type MessageResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Message'] = ResolversParentTypes['Message']> = {
  alias: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  attachments: Resolver<ReadonlyArray<ResolversTypes['Attachment']>, ParentType, ContextType>;
  author: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  avatarUrl: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  blocks: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  channelMentions: Resolver<ReadonlyArray<ResolversTypes['ChannelMention']>, ParentType, ContextType>;
  customFields: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  directMessage: Resolver<Maybe<ResolversTypes['DirectMessage']>, ParentType, ContextType>;
  editedAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  editedBy: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
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
  pinnedBy: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  reactions: Resolver<ReadonlyArray<ResolversTypes['Reaction']>, ParentType, ContextType>;
  readReceipts: Resolver<Maybe<ResolversTypes['ReadReceiptConnection']>, ParentType, ContextType, Partial<MessageReadReceiptsArgs>>;
  roomId: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  sentAt: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  systemType: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  text: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  thread: Resolver<Maybe<ResolversTypes['Thread']>, ParentType, ContextType>;
  threadRootId: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  updatedAt: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  urls: Resolver<ReadonlyArray<ResolversTypes['MessageUrl']>, ParentType, ContextType>;
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
  replyCount: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type UserResolvers<ContextType = Context, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  status: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  username: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
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
  id: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  name: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  type: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  username: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ViewerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer']> = {
  directMessages: Resolver<Maybe<ResolversTypes['DirectMessageConnection']>, ParentType, ContextType, RequireFields<ViewerDirectMessagesArgs, 'orderBy'>>;
  id: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  unreadCount: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  user: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
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
  JSON: GraphQLScalarType;
  MarkupNode: MarkupNodeResolvers<ContextType>;
  Message: MessageResolvers<ContextType>;
  MessageConnection: MessageConnectionResolvers<ContextType>;
  MessageEdge: MessageEdgeResolvers<ContextType>;
  MessageEncryption: MessageEncryptionResolvers<ContextType>;
  MessageFile: MessageFileResolvers<ContextType>;
  MessageHistoryConnection: MessageHistoryConnectionResolvers<ContextType>;
  MessageMarkup: MessageMarkupResolvers<ContextType>;
  MessageUrl: MessageUrlResolvers<ContextType>;
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
