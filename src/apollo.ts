import { ApolloServer, HeaderMap, type ApolloServerPlugin, type GraphQLResponse } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import { createBounds } from './bounds.ts';
import type { Config } from './config.ts';
import { unauthenticated, type RequestContext } from './context.ts';
import { DocumentStore } from './document-store.ts';
import { formatError, GatewayError } from './errors.ts';
import { Executor } from './execution/executor.ts';
import type { Fairness } from './fairness.ts';
import { asObject } from './json.ts';
import { countAnswers } from './execution/counting.ts';
import { asksForData, maxRecursiveSelections, maxReportedErrors, maxTokens, maxValues, QueriesOnly } from './limits.ts';
import type { Logger } from './observability/log.ts';
import { summariseErrors } from './observability/outcome.ts';
import { PersistedQueries } from './persisted-queries.ts';
import { Planner, tooComplex, tooLarge } from './planning/planner.ts';

export interface ApolloOptions {
  readonly landingPage: ApolloServerPlugin | undefined;
  /** What one caller may cost; undefined: there is no limit. */
  readonly fairness: Fairness | undefined;
  readonly usageReporters: readonly ApolloServerPlugin[];
}

export function createApollo(
  schema: GraphQLSchema,
  config: Config,
  log: Logger,
  { landingPage, usageReporters, fairness }: ApolloOptions,
): ApolloServer<RequestContext> {
  const documents = new DocumentStore();
  const persisted = new PersistedQueries();
  // The executor first: it counts by itself.
  const executor = new Executor(schema, documents);
  countAnswers(schema);
  const listener = createListener(new Planner(schema, documents), executor, config.maxUpstreamCalls, fairness);
  const bounds = createBounds({ schema, documents, persisted });
  return new ApolloServer<RequestContext>({
    schema,
    formatError,
    logger: log,
    nodeEnv: config.isProduction ? 'production' : 'development',
    introspection: config.hasIntrospection,
    hideSchemaDetailsFromClientErrors: !config.hasIntrospection,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    persistedQueries: config.hasAutomaticPersistedQueries && { cache: persisted },
    ...(config.graphos !== undefined && { apollo: { key: config.graphos.key, graphRef: config.graphos.graphRef } }),
    documentStore: documents,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens },
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
const createListener = (planner: Planner, executor: Executor, maxUpstreamCalls: number, fairness: Fairness | undefined): Listener => ({
  async didResolveOperation({ operation, document, contextValue, request }) {
    if (operation === undefined) return; // Apollo Server answers OPERATION_RESOLUTION_FAILURE
    const { outcome, isAuthenticated } = contextValue;
    if (operation.name !== undefined) outcome.operationName = operation.name.value.slice(0, maxLoggedName);
    if (!isAuthenticated && asksForData(operation, document)) {
      const error = unauthenticated();
      error.extensions['http'] = { status: 401 };
      throw error;
    }
    const plan = planner.plan(document, operation, request.variables ?? {});
    if (plan === undefined) return;
    outcome.plan = plan;
    if (plan.calls > maxUpstreamCalls) throw tooComplex(plan, maxUpstreamCalls);
    if (plan.values > maxValues) throw tooLarge(plan, maxValues);
    charge(fairness, contextValue, plan.calls);
  },

  /** Apollo Server gives no code to what is wrong about a persisted query's extension: it would pass for our mistake. */
  async didEncounterErrors({ errors }) {
    for (const { extensions } of errors) if (asObject(extensions['http'])?.['status'] === 400) extensions['code'] ??= 'BAD_REQUEST';
  },

  async responseForOperation({ request, contextValue, document, operation, metrics }) {
    const { plan } = contextValue.outcome;
    if (plan === undefined || operation === undefined) return null;
    if (request.http?.headers.get('x-upstream-plan') === 'only') {
      const upstream = { plannedCalls: plan.calls, byEndpoint: plan.byEndpoint, heaviest: plan.heaviest, limit: maxUpstreamCalls };
      return single({ data: null, extensions: { upstream } });
    }
    // Where a router wants to know of each resolver, graphql-js tells.
    const isTraced = metrics.captureTraces === true;
    const compiles = plan.calls > 0 && contextValue.isAccepted;
    const data = isTraced ? undefined : await executor.execute(document, operation, request.variables ?? {}, contextValue, compiles);
    contextValue.outcome.runBy = data === undefined ? 'graphql-js' : 'compiled';
    if (data !== undefined) return single({ data });
    contextValue.beginAgain();
    return null;
  },

  async willSendResponse({ response, errors, contextValue, request }) {
    if (response.body.kind !== 'single') return;
    const { singleResult } = response.body;
    const { outcome } = contextValue;
    if (request.http?.headers.get('x-upstream-report') === '1' && singleResult.extensions?.['upstream'] === undefined) {
      singleResult.extensions = { ...singleResult.extensions, upstream: reportOf(contextValue, maxUpstreamCalls) };
    }
    if (errors === undefined) return;
    outcome.errors = summariseErrors(errors);
    const { data } = singleResult;
    // A refused request is told of its first mistakes; fields that failed while it ran are all told of.
    if (data == null && singleResult.errors !== undefined) singleResult.errors = singleResult.errors.slice(0, maxReportedErrors);
    // Nothing came back but refusals of the arguments: the request as a whole was bad.
    const isEmpty = data != null && Object.values(data).every((value) => value === null);
    const isBadInput = Object.keys(outcome.errors.codes).every((code) => code === 'BAD_USER_INPUT');
    if (isEmpty && isBadInput) response.http.status = 400;
  },
});

const single = (singleResult: { data: Record<string, unknown> | null; extensions?: Record<string, unknown> }): GraphQLResponse => ({
  http: { status: 200, headers: new HeaderMap() },
  body: { kind: 'single', singleResult },
});

/** Takes the plan from the caller's allowance, or refuses the request until that has refilled. */
function charge(fairness: Fairness | undefined, { outcome, callerKey }: RequestContext, plannedCalls: number): void {
  if (fairness === undefined || callerKey === undefined || plannedCalls === 0) return;
  const answer = fairness.charge(callerKey, plannedCalls);
  if ('settle' in answer) {
    outcome.charge = answer;
    return;
  }
  const { retryAfterSeconds } = answer;
  const error = new GatewayError('RATE_LIMITED', 'You ask for more than one caller may for now.', { retryAfterSeconds });
  error.extensions['http'] = { status: 429, headers: new HeaderMap([['retry-after', String(retryAfterSeconds)]]) };
  throw error;
}

/** What a request was planned to cost, and what it did. */
function reportOf({ outcome, upstreamCalls, sharedCalls, retries }: RequestContext, limit: number): Record<string, unknown> {
  const byEndpoint = Object.fromEntries([...upstreamCalls].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const calls = Object.values(byEndpoint).reduce((sum, count) => sum + count, 0);
  return { plannedCalls: outcome.plan?.calls ?? 0, calls, byEndpoint, shared: sharedCalls, retries, limit };
}
