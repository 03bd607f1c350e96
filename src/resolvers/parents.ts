import type { JsonObject } from '../json.ts';
import type { Connection } from '../pagination/connection.ts';
import type { RestCounters, RestDirectMessage, RestMessage, RestReceipt, RestUser } from '../upstream/types.ts';

/** Parents of the resolvers: upstream's own JSON. There is no second model. */

/** A room of which only the id is known. A field that needs the record loads it. */
export interface RoomStub {
  readonly _id: string;
  readonly t?: undefined;
}

export type RoomParent = RestDirectMessage | RoomStub;

/**
 * A user whom a message or receipt mentions. A field that the response at hand does not say loads the user: as they are
 * now, so that a field has the same value wherever the user is met.
 */
export class UserReference {
  readonly _id: string;
  /** The room that they were met in. */
  readonly roomId: string;
  /** What the response at hand says of the user as they are now. */
  readonly known: RestUser | undefined;

  constructor(_id: string, roomId: string, known?: RestUser) {
    this._id = _id;
    this.roomId = roomId;
    this.known = known;
  }
}

export type UserParent = RestUser | UserReference;

/** A user as a message recorded them. */
export interface MessageUserParent {
  readonly user: RestUser;
  readonly roomId: string;
}

export interface MentionParent {
  readonly mention: JsonObject;
  readonly roomId: string;
}

/** Counters with the room and the user that they are of. */
export interface CountersParent {
  readonly counters: RestCounters;
  readonly roomId: string;
  readonly userId: string;
}

export type { NodeRow as NodeParent } from '../loaders/nodes.ts';

/** A value, or a function that gets it with a call that only this field needs. */
type Lazy<Value> = Value | (() => Promise<Value>);

export type RoomConnection = Connection<RestDirectMessage> & { readonly totalCount: Lazy<number> };
export type MessagePageConnection = Connection<RestMessage> & { readonly totalCount: Lazy<number> };
export type MemberConnection = Connection<RestUser> & { readonly totalCount: Lazy<number> };
export type ReceiptConnection = Connection<RestReceipt> & {
  readonly totalCount: Lazy<number>;
  readonly isAvailable: Lazy<boolean>;
};
export type HistoryConnection = Connection<RestMessage> & {
  readonly notLoadedCount: Lazy<number | null>;
  readonly firstNotLoaded: Lazy<RestMessage | null>;
};

export interface MarkupParent {
  /** Upstream's `md`. */
  readonly tree: readonly unknown[];
}

export interface ReactionParent {
  readonly emoji: string;
  readonly usernames: readonly string[];
}

/** A part of a message whose fields are unchecked: URL, mention, file or attachment. */
export type JsonParent = JsonObject;

/** The caller. Everything but the id takes a call. */
export interface ViewerParent {
  readonly userId: string;
}
