import type { ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Config, GraphosUsage, HiveUsage } from '../config/config.ts';

/**
 * Who asked for what, for schema registries: which operations were run, by which clients (as they name themselves), how
 * often, how long it took and which fields they used. Variables, headers, literals and words of errors stay here. Each
 * reporter is loaded only when it is configured.
 */
export const createUsageReporters = ({ graphos, hive, tracesInline }: Config): Promise<ApolloServerPlugin[]> =>
  Promise.all([
    graphos === undefined ? ApolloServerPluginUsageReportingDisabled() : graphosReporter(graphos),
    tracesInline ? inlineTrace() : ApolloServerPluginInlineTraceDisabled(),
    ...(hive === undefined ? [] : [hiveReporter(hive)]),
  ]);

async function graphosReporter({ url }: GraphosUsage): Promise<ApolloServerPlugin> {
  const { ApolloServerPluginUsageReporting } = await import('@apollo/server/plugin/usageReporting');
  return ApolloServerPluginUsageReporting({
    sendVariableValues: { none: true },
    sendHeaders: { none: true },
    sendErrors: { masked: true },
    sendUnexecutableOperationDocuments: false,
    // Timing each resolver would cost more than it tells: the calls of an operation are in the log.
    fieldLevelInstrumentation: 0,
    ...(url !== undefined && { endpointUrl: url }),
  });
}

async function hiveReporter({ token, target, url }: HiveUsage): Promise<ApolloServerPlugin> {
  const { useHive } = await import('@graphql-hive/apollo');
  return useHive({
    enabled: true,
    token,
    usage: { clientInfo, processVariables: false, ...(target !== undefined && { target }) },
    agent: { maxSize: maxHiveOperations },
    ...(url !== undefined && { selfHosting: { usageEndpoint: url, graphqlEndpoint: url, applicationUrl: url } }),
  });
}

/** Operations after which Hive is told at once, and not when its time comes. */
const maxHiveOperations = 1500;

/** What Hive's plugin adds to the context: the headers that Apollo Server was given. */
interface HiveContext {
  readonly request?: { readonly headers?: { get(name: string): string | undefined } };
}

/** The same two headers as for GraphOS. */
function clientInfo({ request }: HiveContext): { name: string; version: string } | null {
  const name = request?.headers?.get('apollographql-client-name');
  return name === undefined ? null : { name, version: request?.headers?.get('apollographql-client-version') ?? '' };
}

/** Only for routers that ask with `Apollo-Federation-Include-Trace: ftv1`. */
async function inlineTrace(): Promise<ApolloServerPlugin> {
  const { ApolloServerPluginInlineTrace } = await import('@apollo/server/plugin/inlineTrace');
  return ApolloServerPluginInlineTrace({ includeErrors: { masked: true } });
}
