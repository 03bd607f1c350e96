import type { ErrorSummary } from '../observability/error-summary.ts';
import type { RunBy } from '../observability/metrics.ts';
import type { SavedCalls } from '../loaders/loader.ts';
import type { QueryCost } from './query-cost.ts';

/** A request's calls, charged to the caller's allowance in advance. */
export interface Charge {
  /**
   * Takes calls beyond the estimated cost. False, and none taken, if the allowance has too few or the request has ended.
   */
  take(calls: number): boolean;
  /** Refunds unused calls, or charges those beyond. Once, when the request has ended. */
  settle(usedCalls: number): void;
}

/** The outcome of a request, filled in while it runs, for its log line. */
export interface Outcome {
  operationName?: string;
  errors?: ErrorSummary;
  /** The operation's cost; undefined if it was rejected before the estimate. */
  cost?: QueryCost;
  /** The estimated cost that one request may have, at most. */
  limit?: number;
  /** Calls that it may make, at most; undefined if it was rejected. */
  atMost?: number;
  /** What ran it; undefined if it was rejected before. */
  runBy?: RunBy;
  /** What a run on the fast path saved that did not come to its end: a second run finds everything loaded. */
  savedCalls?: SavedCalls;
  /** The calls charged to the caller's allowance. */
  charge?: Charge;
  /** Whether the workspace had accepted the caller before this request. */
  wasAccepted?: boolean;
  /** Hash and text of a query that the client would have persisted. */
  offered?: { readonly hash: string; readonly query: string };
}
