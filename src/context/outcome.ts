import type { ErrorSummary } from '../observability/error-summary.ts';
import type { QueryCost } from './query-cost.ts';

/** A request's calls, charged to the caller's allowance in advance. */
export interface Charge {
  /**
   * Takes so many calls more, which the cost did not hold; false where the allowance has not as many, or the request has
   * ended, and none is taken.
   */
  take(calls: number): boolean;
  /** Gives back what was not used, or takes what was used beyond that. Once, when the request has ended. */
  settle(usedCalls: number): void;
}

/** What became of a request, filled in while it runs, for its log line. */
export interface Outcome {
  operationName?: string;
  errors?: ErrorSummary;
  /** What the operation costs; none where it was refused before that was known. */
  cost?: QueryCost;
  /** Calls that one request may be priced at. */
  limit?: number;
  /** Calls that it may make in all; none where it was refused. */
  atMost?: number;
  /** What ran it; undefined where it was refused before. */
  runBy?: 'compiled' | 'graphql-js';
  /** What was taken of the caller's allowance for it. */
  charge?: Charge;
  /** Whether the workspace had accepted the caller before this request. */
  wasAccepted?: boolean;
  /** Hash and text of a query that the client would have persisted. */
  offered?: { readonly hash: string; readonly query: string };
}
