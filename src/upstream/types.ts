import { asId, asInstant, asObject, type JsonObject } from '../json.ts';

/**
 * The JSON of Rocket.Chat 7 and 8 as it really comes. Only what an endpoint file has checked is typed; the rest is
 * `unknown` and is read with the readers of `json.ts` where it is used, because servers, apps and imports differ.
 */

/** A message (`IMessage`): checked are its identity, its place in the room and its author's id. */
export interface RestMessage {
  readonly _id: string;
  readonly rid: string;
  readonly ts: string;
  readonly u: RestUser;
  readonly [key: string]: unknown;
}

/** A user, or the part of one that an answer carries (`u`, `editedBy`, `members[]`, …). */
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

/** What `im.counters` says: every value but `joined` can be null. */
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

/** The caller's membership in a room: what is unread lives here, not in the room. */
export interface RestSubscription {
  readonly rid: string;
  readonly t: string;
  readonly [key: string]: unknown;
}

/** A row as it came, of which only the id is checked. */
export interface StoredRow {
  readonly _id: string;
  readonly [key: string]: unknown;
}

/** The rows of a list, each in its place. */
export interface RestRows<Row> {
  /** Undefined where a row is left out: it cannot be read, or is hidden. */
  readonly rows: readonly (Row | undefined)[];
  /** The same as they came, where they have an id: a row that is left out keeps its place by it. */
  readonly stored: readonly (StoredRow | undefined)[];
}

/** A page of an endpoint that takes `offset` and `count`. */
export interface RestPage<Row> extends RestRows<Row> {
  /** All rows that match, over all pages: counted apart from the page, so it can differ while somebody writes. */
  readonly total: number;
}

/** A row of the wanted shape, or undefined: it is then left out of the answer and counted in the request's log line. */
export type ReadRow<Row> = (row: JsonObject) => Row | undefined;

/** Bytes. Ids are 17 to 34 characters long; nothing longer than this can be asked for again, or be in a cursor. */
const maxIdLength = 128;

const hasId = (value: unknown): boolean => {
  const id = asId(value);
  return id !== undefined && Buffer.byteLength(id) <= maxIdLength;
};

/** Any row that has an id. */
export const readStored: ReadRow<StoredRow> = (row) => (hasId(row['_id']) ? (row as StoredRow) : undefined);

export const readUser: ReadRow<RestUser> = (row) => (hasId(row['_id']) ? (row as RestUser) : undefined);

/** A room, if it is a direct message: lists of a caller's rooms hold channels as well. */
export const readDirectMessage: ReadRow<RestDirectMessage> = (row) =>
  hasId(row['_id']) && row['t'] === 'd' ? (row as RestDirectMessage) : undefined;

export const readMessage: ReadRow<RestMessage> = (row) => {
  const author = asObject(row['u']);
  const isReadable =
    hasId(row['_id']) && hasId(row['rid']) && asInstant(row['ts']) !== undefined && hasId(author?.['_id']);
  return isReadable ? (row as RestMessage) : undefined;
};

export const readMessageOf =
  (roomId: string): ReadRow<RestMessage> =>
  (row) =>
    row['rid'] === roomId ? readMessage(row) : undefined;

/** The copies that are kept of edited and deleted messages: early versions of Rocket.Chat 7 list them among the others. */
export const isHidden = (row: JsonObject): boolean => row['_hidden'] === true;
