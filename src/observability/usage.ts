import type { ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Config, GraphosUsage, HiveUsage } from '../config/config.ts';

/**
 * Usage reports for schema registries: operations, the clients that sent them (as they name themselves), counts,
 * durations and the fields used. Variables, headers, literals and error messages are never sent. A reporter is loaded
 * only when it is configured.
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
    // Timing every resolver costs more than it is worth: the log has the upstream calls of each operation.
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

/** Operations after which a report is sent to Hive without waiting for its interval. */
const maxHiveOperations = 1500;

/** Hive's plugin adds the headers that Apollo Server received to the context. */
interface HiveContext {
  readonly request?: { readonly headers?: { get(name: string): string | undefined } };
}

/** From the same two headers that GraphOS reads. */
function clientInfo({ request }: HiveContext): { name: string; version: string } | null {
  const name = request?.headers?.get('apollographql-client-name');
  return name === undefined ? null : { name, version: request?.headers?.get('apollographql-client-version') ?? '' };
}

/** Only for routers that send `Apollo-Federation-Include-Trace: ftv1`. */
async function inlineTrace(): Promise<ApolloServerPlugin> {
  const { ApolloServerPluginInlineTrace } = await import('@apollo/server/plugin/inlineTrace');
  return ApolloServerPluginInlineTrace({ includeErrors: { masked: true } });
}
