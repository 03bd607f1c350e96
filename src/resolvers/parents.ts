import type { JsonObject } from '../json.ts';
import type { Connection } from '../pagination/connection.ts';
import type { RestDirectMessage, RestMessage, RestReceipt, RestUser } from '../upstream/types.ts';

/** Parents of the resolvers: upstream's own JSON. There is no second model. */

/** A room of which only the id is known. A field that needs the record loads it. */
export interface RoomStub {
  readonly _id: string;
  readonly t?: undefined;
}

export type RoomParent = RestDirectMessage | RoomStub;

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
  readonly id: string;
}
