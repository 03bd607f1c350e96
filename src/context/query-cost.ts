import type { BulkOrSingle, WholeLists } from '../loaders/bulk-or-single.ts';

/** What an operation costs in upstream calls, estimated before it runs. */
export interface QueryCost {
  /** The price in upstream calls: an upper bound unless a list moves meanwhile or the list of all rooms fails. */
  readonly calls: number;
  /** Calls that the operation may make beyond the price in these cases. */
  readonly spareCalls: number;
  /** The price by endpoint. */
  readonly byEndpoint: Readonly<Record<string, number>>;
  /**
   * Leaf values that the response can hold, once per selection, plus 25 for each entity reference: they bound its size and
   * the time to serialize it.
   */
  readonly values: number;
  /** The most expensive fields first. A call that several fields share counts for the first of them. */
  readonly heaviest: readonly { readonly path: string; readonly calls: number }[];
  /** How records and counters of rooms are read. */
  readonly ways: BulkOrSingle;
  /** Room ids of the client’s whose record nothing else in the operation reads. */
  readonly given: readonly string[];
}

/** What the gateway knows of a caller that changes the cost of their operations. */
export interface CallerKnowledge {
  readonly lists: WholeLists;
  /** Whether the workspace has named a direct-message room of that id to the caller. */
  readonly knowsRoom: (roomId: string) => boolean;
}
