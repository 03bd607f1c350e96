import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Config } from './config.ts';
import { unauthenticated, type RequestContext } from './context.ts';
import { formatError } from './errors.ts';
import { asksForData, maxRecursiveSelections, maxTokens, QueriesOnly } from './limits.ts';
import type { Logger } from './observability/log.ts';
import { summariseErrors } from './observability/outcome.ts';

export function createApollo(
  schema: GraphQLSchema,
  config: Config,
  log: Logger,
  landingPage: ApolloServerPlugin | undefined,
): ApolloServer<RequestContext> {
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
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens },
    maxRecursiveSelections,
    validationRules: [QueriesOnly],
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      landingPage ?? ApolloServerPluginLandingPageDisabled(),
      { requestDidStart: async () => operationListener },
    ],
  });
}

const operationListener: Awaited<ReturnType<NonNullable<ApolloServerPlugin<RequestContext>['requestDidStart']>>> = {
  async didResolveOperation({ operation, document, contextValue }) {
    if (operation === undefined) return; // Apollo Server answers OPERATION_RESOLUTION_FAILURE
    if (operation.name !== undefined) contextValue.outcome.operationName = operation.name.value;
    if (!contextValue.isAuthenticated && asksForData(operation, document)) {
      const error = unauthenticated();
      error.extensions['http'] = { status: 401 };
      throw error;
    }
  },
  async willSendResponse({ response, errors, contextValue }) {
    if (errors === undefined || response.body.kind !== 'single') return;
    contextValue.outcome.errors = summariseErrors(errors);
    const { data } = response.body.singleResult;
    // Nothing came back but refusals of the arguments: the request as a whole was bad.
    const isEmpty = data != null && Object.values(data).every((value) => value === null);
    const isBadInput = Object.keys(contextValue.outcome.errors.codes).every((code) => code === 'BAD_USER_INPUT');
    if (isEmpty && isBadInput) response.http.status = 400;
  },
};
