import type { BulkOrSingle, WholeLists } from '../loaders/bulk-or-single.ts';

/** What an operation costs in upstream calls, estimated before it runs. */
export interface QueryCost {
  /** The price in upstream calls: what is spent at most, unless a list moves meanwhile or a list of all rooms fails. */
  readonly calls: number;
  /** Calls that it may take beyond the price then. */
  readonly spareCalls: number;
  /** The price by endpoint. */
  readonly byEndpoint: Readonly<Record<string, number>>;
  /**
   * Leaf values that the answer can hold, each as often as it is selected, and 25 more for each reference of another
   * subgraph: what bounds its size and the time to write it.
   */
  readonly values: number;
  /** The fields that cost the most, most first. A call that several share counts for the first of them. */
  readonly heaviest: readonly { readonly path: string; readonly calls: number }[];
  /** How records and counters of rooms are read. */
  readonly ways: BulkOrSingle;
  /** Ids by which the client asks for rooms of which no record is read for anything else. */
  readonly given: readonly string[];
}

/** What is known of a caller that decides what an operation costs them. */
export interface CallerKnowledge {
  readonly lists: WholeLists;
  /** Whether the workspace has named an id to the caller as a direct-message room's. */
  readonly knowsRoom: (roomId: string) => boolean;
}
