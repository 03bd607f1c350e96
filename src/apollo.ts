import { ApolloServer, HeaderMap, type ApolloServerPlugin, type GraphQLResponse } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Config } from './config.ts';
import { unauthenticated, type RequestContext } from './context.ts';
import { DocumentStore } from './document-store.ts';
import { correctCode, formatError, GatewayError } from './errors.ts';
import { Executor } from './execution/executor.ts';
import { InputCheck } from './execution/input-check.ts';
import type { Fairness } from './fairness.ts';
import { asksForData, maxRecursiveSelections, maxReportedErrors, maxTokens, maxValues, QueriesOnly } from './limits.ts';
import type { Logger } from './observability/log.ts';
import { summariseErrors } from './observability/outcome.ts';
import { Planner, tooComplex, tooLarge } from './planning/planner.ts';
import { argumentChecks } from './resolvers/argument-checks.ts';

export interface ApolloOptions {
  readonly landingPage: ApolloServerPlugin | undefined;
  /** What one caller may cost; undefined: there is no limit. */
  readonly fairness: Fairness | undefined;
  readonly usageReporters: readonly ApolloServerPlugin[];
}

/** Seconds that an automatic persisted query is remembered without being asked for; Apollo Server's store holds 31 million characters. */
const persistedQueryTtl = 24 * 3600;

export function createApollo(
  schema: GraphQLSchema,
  config: Config,
  log: Logger,
  { landingPage, usageReporters, fairness }: ApolloOptions,
): ApolloServer<RequestContext> {
  const inputCheck = new InputCheck(schema, argumentChecks);
  const listener = createListener(inputCheck, new Planner(schema), new Executor(schema), config.maxUpstreamCalls, fairness);
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
    persistedQueries: config.hasAutomaticPersistedQueries && { ttl: persistedQueryTtl },
    ...(config.graphos !== undefined && { apollo: { key: config.graphos.key, graphRef: config.graphos.graphRef } }),
    documentStore: new DocumentStore(),
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
    ],
  });
}

/** Characters of an operation's name in the log: it is the client's to choose. */
const maxLoggedName = 128;

type Listener = Awaited<ReturnType<NonNullable<ApolloServerPlugin<RequestContext>['requestDidStart']>>>;

/** What is done with every operation before and after it runs: credentials, plan, report, and its part of the log line. */
const createListener = (
  inputCheck: InputCheck,
  planner: Planner,
  executor: Executor,
  maxUpstreamCalls: number,
  fairness: Fairness | undefined,
): Listener => ({
  async didResolveOperation({ operation, document, contextValue, request, metrics }) {
    if (operation === undefined) return; // Apollo Server answers OPERATION_RESOLUTION_FAILURE
    const { outcome, isAuthenticated } = contextValue;
    if (operation.name !== undefined) outcome.operationName = operation.name.value.slice(0, maxLoggedName);
    if (!isAuthenticated) metrics.persistedQueryRegister = false; // strangers take up no place in the store
    if (!isAuthenticated && asksForData(operation, document)) {
      const error = unauthenticated();
      error.extensions['http'] = { status: 401 };
      throw error;
    }
    const variables = request.variables ?? {};
    if (!inputCheck.check({ document, operation, variables, callerId: isAuthenticated ? contextValue.viewerId : '' })) return;
    const plan = planner.plan(document, operation, variables);
    if (plan === undefined) return;
    outcome.plan = plan;
    if (plan.calls > maxUpstreamCalls) throw tooComplex(plan, maxUpstreamCalls);
    if (plan.values > maxValues) throw tooLarge(plan, maxValues);
    charge(fairness, contextValue, plan.calls);
  },

  async didEncounterErrors({ errors }) {
    for (const error of errors) correctCode(error);
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
    const data = isTraced ? undefined : await executor.execute(document, operation, request.variables ?? {}, contextValue);
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
