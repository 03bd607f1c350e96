import type { ErrorCode } from '../errors.ts';
import type { ErrorSummary } from './error-summary.ts';
import type { Logger } from './log.ts';
import type { Metrics, RunBy } from './metrics.ts';

/** What is known of a GraphQL request once its response is written. */
export interface RequestFigures {
  readonly requestId: string;
  readonly status: number;
  readonly durationMs: number;
  /** Why the request was refused before GraphQL saw it; undefined otherwise. */
  readonly refusedAs: ErrorCode | undefined;
  /** Upstream calls by endpoint. */
  readonly upstreamCalls: ReadonlyMap<string, number>;
  readonly sharedCalls: number;
  readonly retries: number;
  readonly droppedRows: number;
  /** Of the request's trace, if it has one. */
  readonly traceId?: string | undefined;
  /** Calls that the request did without, for the metrics; undefined without those. */
  readonly savedCalls: { readonly joined: number; readonly bulk: number } | undefined;
  /** Whether the operation is in the list of persisted operations. */
  readonly isListed: boolean;
  readonly outcome: {
    readonly operationName?: string;
    readonly errors?: ErrorSummary;
    readonly cost?: { readonly calls: number };
    readonly atMost?: number;
    readonly limit?: number;
    readonly runBy?: RunBy;
  };
}

/** Counts an answered request in the metrics and writes its one log line. */
export function logRequest(figures: RequestFigures, log: Logger, metrics: Metrics | undefined): void {
  const { requestId, status, durationMs, refusedAs, upstreamCalls, sharedCalls, retries, droppedRows } = figures;
  const { operationName, errors: summary, cost, atMost, limit, runBy } = figures.outcome;
  const { codes = refusedAs === undefined ? {} : { [refusedAs]: 1 }, ...errors } = summary ?? {};
  let calls = 0;
  for (const count of upstreamCalls.values()) calls += count;
  const listedName = figures.isListed ? operationName : undefined;
  const operation =
    cost && atMost !== undefined ? { listedName, plannedCalls: cost.calls, spentCalls: calls } : undefined;
  const savedCalls = figures.savedCalls && { ...figures.savedCalls, shared: sharedCalls };
  metrics?.requestEnded({ status, seconds: durationMs / 1000, codes, upstreamCalls, runBy, operation, savedCalls });
  const hasCalls = calls + sharedCalls > 0;
  const line = {
    requestId,
    traceId: figures.traceId,
    operation: operationName,
    status,
    durationMs: Math.round(durationMs * 10) / 10,
    upstreamCalls: calls,
    plannedCalls: cost?.calls,
    byEndpoint: hasCalls ? Object.fromEntries(upstreamCalls) : undefined,
    shared: hasCalls ? sharedCalls : undefined,
    atMost: hasCalls ? atMost : undefined,
    limit: hasCalls ? limit : undefined,
    retries: retries > 0 ? retries : undefined,
    droppedRows: droppedRows > 0 ? droppedRows : undefined,
  };
  log.writeInfo(Object.keys(codes).length > 0 ? { ...line, codes, ...errors } : line);
}
