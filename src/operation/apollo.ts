import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Config } from '../config/config.ts';
import type { RequestContext } from '../context/request-context.ts';
import { DocumentStore } from './document-store.ts';
import { FastPath } from './fast-path.ts';
import { formatError } from './format-error.ts';
import { Executor } from './compiled/executor.ts';
import { countAnswers } from './answer-counting.ts';
import { InputCheck } from './input-check.ts';
import type { CallAllowance } from './allowance.ts';
import { maxRecursiveSelections, maxReportedErrors, maxTokens } from '../limits.ts';
import { QueriesOnly } from './queries-only.ts';
import { createSteps } from './steps.ts';
import { keepDocuments } from './kept-documents.ts';
import { limitResponses } from './response-limits.ts';
import { describeUnexpected, type Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { PersistedQueries, type SharedQueries } from './persisted-queries.ts';
import { CostEstimator } from './cost/estimator.ts';
import { argumentChecks } from '../resolvers/argument-checks.ts';

export interface ApolloOptions {
  readonly landingPage: ApolloServerPlugin | undefined;
  /** Token buckets of the callers; undefined: no limit. */
  readonly allowance: CallAllowance | undefined;
  /** Automatic persisted queries of other replicas. */
  readonly sharedQueries?: SharedQueries | undefined;
  readonly usageReporters: readonly ApolloServerPlugin[];
  readonly metrics: Metrics | undefined;
  /** `reference`: graphql-js runs every operation. A setting for tests. */
  readonly execution?: Execution;
}

export type Execution = 'reference' | undefined;

/** Apollo Server, and the fast path beside it; undefined where there is none. */
export interface OperationServers {
  readonly apollo: ApolloServer<RequestContext>;
  readonly fastPath: FastPath | undefined;
}

export function createApollo(
  schema: GraphQLSchema,
  config: Config,
  log: Logger,
  { landingPage, usageReporters, allowance, sharedQueries, metrics, execution }: ApolloOptions,
): OperationServers {
  const inputCheck = new InputCheck(schema, argumentChecks);
  const documents = new DocumentStore();
  const persisted = new PersistedQueries(Date.now, sharedQueries);
  const reportBug = (error: unknown) => {
    metrics?.compiledRunFailed();
    log.error({ unexpected: describeUnexpected(error) }, 'a compiled operation failed; graphql-js runs it instead');
  };
  // Before `countAnswers`: the executor counts by itself.
  const executor = execution === 'reference' ? undefined : new Executor(schema, documents, reportBug);
  countAnswers(schema);
  const estimator = new CostEstimator(schema, documents);
  const { maxUpstreamCalls } = config;
  const steps = createSteps({ inputCheck, estimator, executor, maxUpstreamCalls, allowance });
  const apollo = new ApolloServer<RequestContext>({
    schema,
    formatError: (formatted) => formatError(formatted, { givesHints: config.hasIntrospection }),
    logger: log,
    nodeEnv: config.isProduction ? 'production' : 'development',
    introspection: config.hasIntrospection,
    hideSchemaDetailsFromClientErrors: false, // `formatError` does, in linear time
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    persistedQueries: config.hasAutomaticPersistedQueries && { cache: persisted },
    ...(config.graphos !== undefined && { apollo: { key: config.graphos.key, graphRef: config.graphos.graphRef } }),
    documentStore: documents,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens },
    executionOptions: { maxCoercionErrors: maxReportedErrors - 1 },
    validationOptions: { maxErrors: maxReportedErrors - 1 }, // plus one error that says there are more
    maxRecursiveSelections,
    validationRules: [QueriesOnly],
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      landingPage ?? ApolloServerPluginLandingPageDisabled(),
      ...usageReporters,
      { requestDidStart: async () => steps },
      { requestDidStart: async () => keepDocuments(documents, persisted) },
      // Last: it measures the response that the other plugins made.
      { requestDidStart: async () => limitResponses(schema) },
    ],
  });
  const parts = { documents, persisted, inputCheck, estimator, maxUpstreamCalls, allowance, onBug: reportBug };
  const reportsUsage = config.graphos !== undefined || config.hive !== undefined;
  const hasFastPath = executor !== undefined && !reportsUsage; // reporters would not see its operations
  return { apollo, fastPath: hasFastPath ? new FastPath({ ...parts, executor }) : undefined };
}
