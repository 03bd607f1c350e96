import type { JsonObject } from '../json.ts';
import { LazyRow } from '../projection/lazy-row.ts';
import type { RowList } from '../projection/row-cutter.ts';
import { isInstantAt, isTextAt, isTextWithin, textAt, TextPath } from '../projection/text-at.ts';

/**
 * The JSON of Rocket.Chat 7 and 8 as it really comes. Only what endpoint files have checked is typed. The rest is
 * `unknown`, because servers, apps and imports differ: code that uses it reads it with the readers of `json.ts`.
 */

/** A message (`IMessage`): checked are its identity, its place in the room and its author's id. */
export interface RestMessage {
  readonly _id: string;
  readonly rid: string;
  readonly ts: string;
  readonly u: RestUser;
  readonly [key: string]: unknown;
}

/** A user, or the part of one in a response (`u`, `editedBy`, `members[]`, …). */
export interface RestUser {
  readonly _id: string;
  readonly [key: string]: unknown;
}

/** A room of type `d` (`IDirectMessageRoom`). Both `lm` and `lastMessage` are absent in an empty room. */
export interface RestDirectMessage {
  readonly _id: string;
  readonly t: 'd';
  readonly [key: string]: unknown;
}

/** What `im.counters` returns: every value but `joined` can be null. */
export interface RestCounters {
  readonly joined: boolean;
  readonly members?: unknown;
  readonly unreads?: unknown;
  readonly unreadsFrom?: unknown;
  readonly msgs?: unknown;
  readonly latest?: unknown;
  readonly userMentions?: unknown;
}

/** A read receipt; `user` is absent when the account was deleted. */
export interface RestReceipt {
  readonly _id: string;
  readonly messageId: string;
  readonly roomId: string;
  readonly userId: string;
  readonly ts: string;
  readonly [key: string]: unknown;
}

/** The caller's membership in a room; unread counts belong to it, not to the room. */
export interface RestSubscription {
  readonly rid: string;
  readonly t: string;
  readonly [key: string]: unknown;
}

/** What the workspace says about a deleted row (`_id`, `_deletedAt`). */
export interface RestDeletion {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly stamp: number;
}

/** A row as it came; only its id is checked. */
export interface StoredRow {
  readonly _id: string;
  readonly [key: string]: unknown;
}

/** The rows of a list, each in its place. */
export interface RestRows<Row> {
  /** Undefined for a row that is left out because it is hidden or unreadable. */
  readonly rows: readonly (Row | undefined)[];
  /** The row at an index as it came, if it has an id, by which a row that is left out keeps its place. */
  readonly storedAt: (index: number) => StoredRow | undefined;
}

/** A page of an endpoint that takes `offset` and `count`. */
export interface RestPage<Row> extends RestRows<Row> {
  /** Matching rows of all pages. Upstream counts them in a separate query, so it can differ during writes. */
  readonly total: number;
}

/** A row, or undefined when it has not the shape of its kind: then it is left out, and counted in the request log. */
export type ReadRow<Row> = (row: JsonObject) => Row | undefined;

/** Bytes. Ids have 17 to 34 characters; a longer one does not fit into arguments and cursors. */
const maxIdLength = 128;

const ownId = new TextPath('_id');
const roomType = new TextPath('t');

const hasId = (row: JsonObject, path = ownId): boolean => isTextWithin(row, path, maxIdLength);

/** Any row that has an id. */
export const readStored: ReadRow<StoredRow> = (row) => (hasId(row) ? (row as StoredRow) : undefined);

export const readUser: ReadRow<RestUser> = (row) => (hasId(row) ? (row as RestUser) : undefined);

/** A room, if it is a direct message: lists of a caller's rooms contain channels as well. */
export const readDirectMessage: ReadRow<RestDirectMessage> = (row) =>
  hasId(row) && isTextAt(row, roomType, 'd') ? (row as RestDirectMessage) : undefined;

/** Where a message has what all have: its id, its room, when it was sent, its author's id. */
class MessagePaths {
  readonly id: TextPath;
  readonly roomId: TextPath;
  readonly sentAt: TextPath;
  readonly authorId: TextPath;

  /** `prefix`: where the message is in its row, with a dot behind. */
  constructor(prefix = '') {
    this.id = new TextPath(`${prefix}_id`);
    this.roomId = new TextPath(`${prefix}rid`);
    this.sentAt = new TextPath(`${prefix}ts`);
    this.authorId = new TextPath(`${prefix}u._id`);
  }

  get all(): string[] {
    return [this.id, this.roomId, this.sentAt, this.authorId].map(({ path }) => path);
  }
}

const ofMessage = new MessagePaths();

export const readMessage: ReadRow<RestMessage> = (row) => (isMessage(row) ? (row as RestMessage) : undefined);

const isMessage = (row: JsonObject, { id, roomId, sentAt, authorId } = ofMessage): boolean =>
  hasId(row, id) && hasId(row, roomId) && isInstantAt(row, sentAt) && hasId(row, authorId);

/** The message with properties that can be listed and copied. */
export const wholeMessage = (message: RestMessage): RestMessage =>
  LazyRow.isOne(message) ? (LazyRow.parsed(message) as RestMessage) : message;

export const readMessageOf =
  (roomId: string): ReadRow<RestMessage> =>
  (row) =>
    isTextAt(row, ofMessage.roomId, roomId) ? readMessage(row) : undefined;

const ofLast = new MessagePaths('lastMessage.');

/** Whether a room's copy of its last message is one of the room. One without an id is none. */
export const lastMessageCheck = {
  paths: [ownId.path, ...ofLast.all],
  holds: (room: JsonObject): boolean => {
    if (!isTextWithin(room, ofLast.id, Number.POSITIVE_INFINITY)) return true;
    const id = textAt(room, ownId);
    return id !== undefined && isTextAt(room, ofLast.roomId, id) && isMessage(room, ofLast);
  },
};

/** Kept copies of edited and deleted messages, which early versions of Rocket.Chat 7 return in lists. */
export const isHidden = (row: JsonObject): boolean => row['_hidden'] === true;

/** Lists of messages, with the texts that tell whether a row is one, and where it stands. */
export const messageList: RowList = { name: 'messages', paths: [...ofMessage.all, '_updatedAt', 'tmid'] };

/** Lists of rooms, with what they are checked and sorted by, and the number of messages, which counters take. */
export const roomList: RowList = { name: 'ims', paths: ['_id', 't', 'lm', 'ts', '_updatedAt', 'msgs'] };
