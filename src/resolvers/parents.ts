import type { JsonObject } from '../json.ts';
import type { Connection } from '../pagination/connection.ts';
import type { RestDirectMessage, RestMessage, RestReceipt, RestUser } from '../upstream/types.ts';

/**
 * What resolvers get as their parent: upstream's JSON itself, under its own names. There is no second model.
 */

/** A room of which only the id is known so far: its record is read when a field needs it. */
export interface RoomStub {
  readonly _id: string;
  readonly t?: undefined;
}

export type RoomParent = RestDirectMessage | RoomStub;

/** A value, or how to get it where it costs a call that only this field needs. */
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

/** A part of a message that has no checked fields: url, mention, file, attachment. */
export type JsonParent = JsonObject;

/** The caller: everything but the id is asked for. */
export interface ViewerParent {
  readonly id: string;
}
