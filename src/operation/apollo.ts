import {
  ApolloServer,
  HeaderMap,
  type ApolloServerPlugin,
  type GraphQLRequest,
  type GraphQLResponse,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import { createBounds } from './bounds.ts';
import type { Config } from '../config/config.ts';
import { unauthenticated, type RequestContext } from '../context/request-context.ts';
import { DocumentStore } from './document-store.ts';
import { correctCode, formatError, GatewayError } from '../errors.ts';
import { Executor } from './compiled/executor.ts';
import { countAnswers } from './answer-counting.ts';
import { InputCheck } from './input-check.ts';
import type { CallAllowance } from './allowance.ts';
import type { Charge } from '../context/outcome.ts';
import type { QueryCost } from '../context/query-cost.ts';
import {
  asksForData,
  maxRecursiveSelections,
  maxReportedErrors,
  maxTokens,
  maxValues,
  QueriesOnly,
} from '../limits.ts';
import type { Logger } from '../observability/log.ts';
import { summariseErrors } from '../observability/error-summary.ts';
import { PersistedQueries } from './persisted-queries.ts';
import { atMost } from './cost/tally.ts';
import { CostEstimator, tooComplex, tooLarge } from './cost/estimator.ts';
import { argumentChecks } from '../resolvers/argument-checks.ts';

export interface ApolloOptions {
  readonly landingPage: ApolloServerPlugin | undefined;
  /** What one caller may cost; undefined: there is no limit. */
  readonly fairness: CallAllowance | undefined;
  readonly usageReporters: readonly ApolloServerPlugin[];
}

export function createApollo(
  schema: GraphQLSchema,
  config: Config,
  log: Logger,
  { landingPage, usageReporters, fairness }: ApolloOptions,
): ApolloServer<RequestContext> {
  const inputCheck = new InputCheck(schema, argumentChecks);
  const documents = new DocumentStore();
  const persisted = new PersistedQueries();
  // The executor first: it counts by itself.
  const executor = new Executor(schema, documents);
  countAnswers(schema);
  const listener = createListener(
    inputCheck,
    new CostEstimator(schema, documents),
    executor,
    config.maxUpstreamCalls,
    fairness,
  );
  const bounds = createBounds({ schema, documents, persisted });
  return new ApolloServer<RequestContext>({
    schema,
    formatError: (formatted) => formatError(formatted, { givesHints: config.hasIntrospection }),
    logger: log,
    nodeEnv: config.isProduction ? 'production' : 'development',
    introspection: config.hasIntrospection,
    hideSchemaDetailsFromClientErrors: false, // `formatError` does, and cannot be kept busy by it
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    persistedQueries: config.hasAutomaticPersistedQueries && { cache: persisted },
    ...(config.graphos !== undefined && { apollo: { key: config.graphos.key, graphRef: config.graphos.graphRef } }),
    documentStore: documents,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens },
    executionOptions: { maxCoercionErrors: maxReportedErrors - 1 },
    validationOptions: { maxErrors: maxReportedErrors - 1 }, // and one more error to say that there are more
    maxRecursiveSelections,
    validationRules: [QueriesOnly],
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      landingPage ?? ApolloServerPluginLandingPageDisabled(),
      ...usageReporters,
      { requestDidStart: async () => listener },
      { requestDidStart: async () => bounds },
    ],
  });
}

/** Characters of an operation's name in the log: it is the client's to choose. */
const maxLoggedName = 128;

type Listener = Awaited<ReturnType<NonNullable<ApolloServerPlugin<RequestContext>['requestDidStart']>>>;

/** What is done with every operation before and after it runs: credentials, plan, report, and its part of the log line. */
const createListener = (
  inputCheck: InputCheck,
  planner: CostEstimator,
  executor: Executor,
  maxUpstreamCalls: number,
  fairness: CallAllowance | undefined,
): Listener => ({
  async didResolveOperation({ operation, document, contextValue, request }) {
    if (operation === undefined) return; // Apollo Server answers OPERATION_RESOLUTION_FAILURE
    const { outcome, isAuthenticated } = contextValue;
    if (operation.name !== undefined) outcome.operationName = operation.name.value.slice(0, maxLoggedName);
    if (!isAuthenticated && asksForData(operation, document)) {
      const error = unauthenticated();
      error.extensions['http'] = { status: 401 };
      throw error;
    }
    const variables = request.variables ?? {};
    if (!inputCheck.check({ document, operation, variables, callerId: isAuthenticated ? contextValue.viewerId : '' }))
      return;
    const plan = planner.plan(document, operation, variables, contextValue.knowledge);
    if (plan === undefined) return;
    outcome.cost = plan;
    outcome.limit = maxUpstreamCalls;
    if (isPricedOnly(request)) return;
    const refusal = refusalOf(plan, maxUpstreamCalls);
    if (refusal !== undefined) throw refusal;
    contextValue.admit(plan, atMost(plan, maxUpstreamCalls), charge(fairness, contextValue, plan.calls));
  },

  async didEncounterErrors({ errors }) {
    for (const error of errors) correctCode(error);
  },

  async responseForOperation({ request, contextValue, document, operation, metrics }) {
    const { cost: plan } = contextValue.outcome;
    if (plan === undefined || operation === undefined) return null;
    if (isPricedOnly(request)) return single({ data: null, extensions: { upstream: priceOf(plan, maxUpstreamCalls) } });
    // Where a router wants to know of each resolver, graphql-js tells.
    const isTraced = metrics.captureTraces === true;
    const compiles = plan.calls > 0 && contextValue.isAccepted;
    const data = isTraced
      ? undefined
      : await executor.execute(document, operation, request.variables ?? {}, contextValue, compiles);
    contextValue.outcome.runBy = data === undefined ? 'graphql-js' : 'compiled';
    return data === undefined ? null : single({ data });
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
    const { data } = singleResult;
    // A refused request is told of its first mistakes; fields that failed while it ran are all told of.
    if (data == null && singleResult.errors !== undefined)
      singleResult.errors = singleResult.errors.slice(0, maxReportedErrors);
  },
});

const single = (singleResult: {
  data: Record<string, unknown> | null;
  extensions?: Record<string, unknown>;
}): GraphQLResponse => ({
  http: { status: 200, headers: new HeaderMap() },
  body: { kind: 'single', singleResult },
});

const isPricedOnly = ({ http }: GraphQLRequest): boolean => http?.headers.get('x-upstream-plan') === 'only';
const wantsReport = ({ http }: GraphQLRequest): boolean => http?.headers.get('x-upstream-report') === '1';

/** The refusal of an operation that is larger than one request may be. */
function refusalOf(plan: QueryCost, limit: number): GatewayError | undefined {
  if (plan.calls > limit) return tooComplex(plan, limit);
  return plan.values > maxValues ? tooLarge(plan, maxValues) : undefined;
}

/** Takes the plan's price from the caller's allowance, or refuses the request until that has refilled. */
function charge(
  fairness: CallAllowance | undefined,
  { callerKey }: RequestContext,
  plannedCalls: number,
): Charge | undefined {
  if (fairness === undefined || callerKey === undefined || plannedCalls === 0) return undefined;
  const answer = fairness.charge(callerKey, plannedCalls);
  if ('settle' in answer) return answer;
  const { retryAfterSeconds } = answer;
  const error = new GatewayError('RATE_LIMITED', 'You ask for more than one caller may for now.', {
    retryAfterSeconds,
  });
  error.extensions['http'] = { status: 429, headers: new HeaderMap([['retry-after', String(retryAfterSeconds)]]) };
  throw error;
}

/** What an operation would cost, and why it would be refused where it would. */
function priceOf(plan: QueryCost, limit: number): Record<string, unknown> {
  const { calls: plannedCalls, byEndpoint, heaviest } = plan;
  const refusal = refusalOf(plan, limit)?.message;
  return {
    plannedCalls,
    atMost: refusal === undefined ? atMost(plan, limit) : 0,
    byEndpoint,
    heaviest,
    limit,
    refusal,
  };
}

/** What a request was planned to cost, and what it did. */
function reportOf({ outcome, upstreamCalls, sharedCalls, retries }: RequestContext): Record<string, unknown> {
  const byEndpoint = Object.fromEntries([...upstreamCalls].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const calls = Object.values(byEndpoint).reduce((sum, count) => sum + count, 0);
  const { cost: plan, atMost = 0, limit } = outcome;
  return { plannedCalls: plan?.calls, atMost, calls, byEndpoint, shared: sharedCalls, retries, limit };
}
