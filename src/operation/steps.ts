import { HeaderMap, type ApolloServerPlugin, type GraphQLRequestContext, type GraphQLResponse } from '@apollo/server';
import type { QueryCost } from '../context/query-cost.ts';
import type { RequestContext } from '../context/request-context.ts';
import { correctCode } from './format-error.ts';
import { maxReportedErrors } from '../limits.ts';
import { summariseErrors } from '../observability/error-summary.ts';
import { chargeAllowance, type CallAllowance } from './allowance.ts';
import type { Executor } from './compiled/executor.ts';
import type { CostEstimator } from './cost/estimator.ts';
import { refusalOfCost } from './cost/limits.ts';
import { isPricedOnly, priceOf, reportOf, wantsReport } from './cost/report.ts';
import { atMost } from './cost/tally.ts';
import { requireCredentials } from './credentials.ts';
import type { InputCheck } from './input-check.ts';

type Listener = NonNullable<Awaited<ReturnType<NonNullable<ApolloServerPlugin<RequestContext>['requestDidStart']>>>>;

export interface StepParts {
  readonly inputCheck: InputCheck;
  readonly estimator: CostEstimator;
  /** Undefined: graphql-js runs every operation. */
  readonly executor: Executor | undefined;
  readonly maxUpstreamCalls: number;
  /** The callers' token buckets; undefined: there is no limit. */
  readonly allowance: CallAllowance | undefined;
}

/** An operation's name in the log: the client chooses it. */
export const loggedName = (name: string): string => name.slice(0, 128);

/**
 * What happens to each operation before and after its resolvers, in this order: name it for the log, require credentials,
 * check the input, estimate the cost, enforce the limits, charge the allowance; run it; attach the report, summarise the
 * errors. The first step that throws rejects the request.
 */
export const createSteps = ({ inputCheck, estimator, executor, maxUpstreamCalls, allowance }: StepParts): Listener => ({
  async didResolveOperation({ operation, document, contextValue, request }) {
    if (operation === undefined) return; // Apollo Server answers OPERATION_RESOLUTION_FAILURE
    const { outcome, isAuthenticated, isAdmitted, knowledge } = contextValue;
    if (isAdmitted) return; // on the fast path, which did not come to its end
    const variables = request.variables ?? {};
    if (operation.name !== undefined) outcome.operationName = loggedName(operation.name.value);
    requireCredentials(operation, document, contextValue);
    const callerId = isAuthenticated ? contextValue.viewerId : '';
    const cost = tracePlan(contextValue, () =>
      inputCheck.check({ document, operation, variables, callerId }) === undefined
        ? undefined
        : estimator.estimate(document, operation, variables, knowledge),
    );
    if (cost === undefined) return; // graphql-js reports wrong types
    outcome.cost = cost;
    outcome.limit = maxUpstreamCalls;
    if (isPricedOnly(request)) return;
    const refusal = refusalOfCost(cost, maxUpstreamCalls);
    if (refusal !== undefined) throw refusal;
    contextValue.admit(cost, atMost(cost, maxUpstreamCalls), chargeAllowance(allowance, contextValue, cost.calls));
  },

  async didEncounterErrors({ errors }) {
    for (const error of errors) correctCode(error);
  },

  async responseForOperation(operationContext) {
    const { cost } = operationContext.contextValue.outcome;
    if (cost === undefined) return null;
    if (!isPricedOnly(operationContext.request)) return runCompiled(executor, operationContext);
    return single({ data: null, extensions: { upstream: priceOf(cost, maxUpstreamCalls) } });
  },

  async willSendResponse({ response, errors, contextValue, request }) {
    if (response.body.kind !== 'single') return;
    const { singleResult } = response.body;
    const { outcome } = contextValue;
    if (wantsReport(request) && outcome.cost !== undefined && !isPricedOnly(request)) {
      singleResult.extensions = { ...singleResult.extensions, upstream: reportOf(contextValue) };
    }
    if (errors === undefined) return;
    outcome.errors = summariseErrors(errors);
    // Truncate request errors; report every field error.
    if (singleResult.data == null && singleResult.errors !== undefined)
      singleResult.errors = singleResult.errors.slice(0, maxReportedErrors);
  },
});

/** Runs the compiled form of an operation; null leaves it to graphql-js. */
async function runCompiled(
  executor: Executor | undefined,
  { request, contextValue, document, operation, metrics }: GraphQLRequestContext<RequestContext>,
): Promise<GraphQLResponse | null> {
  const { outcome, isAccepted } = contextValue;
  const hasFailed = outcome.runBy === 'graphql-js'; // on the fast path
  outcome.runBy = 'graphql-js';
  if (hasFailed || executor === undefined) return null;
  if (document === undefined || operation === undefined) return null;
  // Inline tracing needs `willResolveField`, which only graphql-js calls.
  if (metrics.captureTraces === true) return null;
  const compiles = outcome.cost !== undefined && outcome.cost.calls > 0 && isAccepted;
  const data = await executor.execute(document, operation, request.variables ?? {}, contextValue, compiles);
  if (data === undefined) return null;
  outcome.runBy = 'compiled';
  return single({ data });
}

const single = (singleResult: {
  data: Record<string, unknown> | null;
  extensions?: Record<string, unknown>;
}): GraphQLResponse => ({
  http: { status: 200, headers: new HeaderMap() },
  body: { kind: 'single', singleResult },
});

/** Works a plan out, and tells the trace of it, also where that refuses the operation. */
function tracePlan({ trace }: RequestContext, plan: () => QueryCost | undefined): QueryCost | undefined {
  if (trace === undefined) return plan();
  const began = performance.now();
  let cost: QueryCost | undefined;
  try {
    return (cost = plan());
  } finally {
    trace.planned(performance.now() - began, cost?.calls);
  }
}
