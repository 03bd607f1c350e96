import type { GraphQLRequest } from '@apollo/server';
import type { QueryCost } from '../../context/query-cost.ts';
import type { RequestContext } from '../../context/request-context.ts';
import { refusalOfCost } from './limits.ts';
import { atMost } from './tally.ts';

/** `X-Upstream-Plan: only`: the client wants the price, and no data. */
export const isPricedOnly = ({ http }: GraphQLRequest): boolean => http?.headers.get('x-upstream-plan') === 'only';

/** `X-Upstream-Report: 1`: the client wants a report beside the data. */
export const wantsReport = ({ http }: GraphQLRequest): boolean => http?.headers.get('x-upstream-report') === '1';

/** `extensions.upstream` of an operation that is priced and not run. `refusal`: why the gateway would reject it. */
export function priceOf(cost: QueryCost, limit: number): Record<string, unknown> {
  const { calls: plannedCalls, byEndpoint, heaviest } = cost;
  const refusal = refusalOfCost(cost, limit)?.message;
  return {
    plannedCalls,
    atMost: refusal === undefined ? atMost(cost, limit) : 0,
    byEndpoint,
    heaviest,
    limit,
    refusal,
  };
}

/** `extensions.upstream` of an operation that ran or was rejected: its estimated and its actual calls. */
export function reportOf(request: RequestContext): Record<string, unknown> {
  const { outcome, upstreamCalls, callCount: calls, sharedCalls, retries, isStoreAway } = request;
  const byEndpoint = Object.fromEntries([...upstreamCalls].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const { cost, atMost: bound = 0, limit } = outcome;
  const store = isStoreAway ? 'away' : undefined;
  return { plannedCalls: cost?.calls, atMost: bound, calls, byEndpoint, shared: sharedCalls, retries, limit, store };
}
