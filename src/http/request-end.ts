import type { RequestContext } from '../context/request-context.ts';
import type { ErrorCode } from '../errors.ts';
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';

/** How a request was answered. */
export interface Ending {
  readonly requestId: string;
  readonly status: number;
  readonly durationMs: number;
  /** Why GraphQL never saw it; undefined where it did. */
  readonly refusedAs: ErrorCode | undefined;
}

/** Counts a request that has been answered, and writes its one log line. */
export function note(request: RequestContext, ending: Ending, log: Logger, metrics: Metrics | undefined): void {
  const { requestId, status, durationMs, refusedAs } = ending;
  const { codes = refusedAs === undefined ? {} : { [refusedAs]: 1 }, ...errors } = request.outcome.errors ?? {};
  const { cost: plan, atMost, limit, runBy } = request.outcome;
  const upstreamCalls = sum(request.upstreamCalls.values());
  metrics?.requestEnded({ status, seconds: durationMs / 1000, codes, upstreamCalls: request.upstreamCalls, runBy });
  log.info({
    requestId,
    operation: request.outcome.operationName,
    status,
    durationMs: Math.round(durationMs * 10) / 10,
    upstreamCalls,
    ...(plan !== undefined && { plannedCalls: plan.calls }),
    ...(upstreamCalls + request.sharedCalls > 0 && {
      byEndpoint: Object.fromEntries(request.upstreamCalls),
      shared: request.sharedCalls,
      atMost,
      limit,
    }),
    ...(request.retries > 0 && { retries: request.retries }),
    ...(request.droppedRows > 0 && { droppedRows: request.droppedRows }),
    ...(Object.keys(codes).length > 0 && { codes, ...errors }),
  });
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
