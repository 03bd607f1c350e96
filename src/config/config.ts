import type { z } from 'zod';
import { readDoctorCredentials, type DoctorCredentials } from './doctor-credentials.ts';
import { flagOf, noFlags, type Flags } from './flags.ts';
import { mistakesTogether, misspelt } from './mistakes.ts';
import { printSettings } from './print-settings.ts';
import { environment, settings } from './settings.ts';

/** The two origins of Apollo Sandbox: the site, and its embedded form on the gateway's own page. */
const sandboxOrigins = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];

/** What the settings mean to the gateway. */
const configOf = (env: z.output<typeof environment>, isTerminal: boolean) => {
  const isLogPretty = env.LOG_FORMAT === 'auto' ? isTerminal : env.LOG_FORMAT === 'pretty';
  const isProduction = env.NODE_ENV === 'production';
  return {
    /** Undefined: serve the demo workspace. */
    workspaceUrl: env.ROCKETCHAT_URL,
    demo: { hasRateLimit: env.DEMO_RATE_LIMIT, dialect: env.DEMO_DIALECT, isLive: env.DEMO_LIVE },
    port: env.PORT,
    host: env.HOST,
    isProduction,
    /** Lines of JSON would bury the greeting of the demo. */
    logLevel: env.LOG_LEVEL ?? (env.ROCKETCHAT_URL === undefined && !isLogPretty ? 'warn' : 'info'),
    /** Lines for people. */
    isLogPretty,
    hasIntrospection: env.INTROSPECTION ?? !isProduction,
    hasExplorer: env.EXPLORER ?? !isProduction,
    corsOrigins: env.CORS_ORIGINS ?? (isProduction ? [] : sandboxOrigins),
    maxUpstreamCalls: env.MAX_UPSTREAM_CALLS,
    /** Undefined: no limit. */
    callerCallsPerMinute: env.CALLER_CALLS_PER_MINUTE === 0 ? undefined : env.CALLER_CALLS_PER_MINUTE,
    sharesInFlight: env.SHARE_IN_FLIGHT,
    forwardsClientIp: env.FORWARD_CLIENT_IP,
    trustsProxy: env.TRUST_PROXY,
    requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
    upstreamTimeoutMs: env.UPSTREAM_TIMEOUT_MS,
    upstreamAttempts: env.UPSTREAM_ATTEMPTS,
    upstreamPipelining: env.UPSTREAM_PIPELINING,
    /** What replicas share. Undefined: this process is on its own. */
    sharedStore: env.SHARED_STORE === undefined ? undefined : { url: env.SHARED_STORE, name: env.SHARED_STORE_NAME },
    compresses: env.COMPRESSION,
    keepAliveTimeoutMs: env.KEEP_ALIVE_TIMEOUT_MS,
    shutdownDelayMs: env.SHUTDOWN_DELAY_MS,
    /** After that delay. */
    shutdownGraceMs: env.SHUTDOWN_GRACE_MS,
    hasMetrics: env.METRICS,
    hasAutomaticPersistedQueries: env.AUTOMATIC_PERSISTED_QUERIES,
    /** Path of the file with the operations that may run. */
    persistedOperations: env.PERSISTED_OPERATIONS,
    /** Whether others run too, and are reported. */
    admitsUnlistedOperations: env.PERSISTED_OPERATIONS_MODE === 'report',
    graphos:
      env.APOLLO_KEY !== undefined && env.APOLLO_GRAPH_REF !== undefined
        ? { key: env.APOLLO_KEY, graphRef: env.APOLLO_GRAPH_REF, url: env.APOLLO_USAGE_URL }
        : undefined,
    hive:
      env.HIVE_TOKEN === undefined
        ? undefined
        : { token: env.HIVE_TOKEN, target: env.HIVE_TARGET, url: env.HIVE_USAGE_URL },
    tracesInline: env.INLINE_TRACE,
    traces:
      env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
        ? undefined
        : {
            url: env.OTEL_EXPORTER_OTLP_ENDPOINT,
            headers: env.OTEL_EXPORTER_OTLP_HEADERS ?? {},
            serviceName: env.OTEL_SERVICE_NAME,
            sampler: env.OTEL_TRACES_SAMPLER,
            /** Of the requests, where the sampler goes by it. */
            share: env.OTEL_TRACES_SAMPLER_ARG,
            reachWorkspace: env.SEND_TRACEPARENT,
          },
  };
};

export type Config = Readonly<ReturnType<typeof configOf>>;

/** What the demo workspace is like. */
export type DemoSettings = Config['demo'];

/** Reporting usage to Apollo GraphOS. An undefined `url` means Apollo's own. */
export type GraphosUsage = NonNullable<Config['graphos']>;

/** Reporting usage to Hive. An undefined `url` means Hive's own. */
export type HiveUsage = NonNullable<Config['hive']>;

export type { DoctorCredentials };

/** All mistakes in the settings, a line each, by variable or flag. Never repeats a value, which can be a secret. */
export class ConfigError extends Error {}

/** Sending traces by OTLP. */
export type TraceSettings = NonNullable<Config['traces']>;

/**
 * Reads the environment, and the flags, which go before it. An empty variable counts as absent. `readOperations` reads the
 * file of PERSISTED_OPERATIONS and throws a ConfigError for its mistakes, so that they are reported with all others.
 * `isTerminal`: whether somebody reads standard output as it comes.
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
  readOperations: (path: string) => unknown = () => undefined,
  flags: Flags = noFlags,
  isTerminal = false,
): Config {
  const given = Object.fromEntries(Object.entries({ ...env, ...flags.given }).filter(([, value]) => value !== ''));
  const { data, error } = environment.safeParse(given);
  const mistakes = error?.issues.map(({ path, message }) => mistake(String(path[0]), message, given)) ?? [];
  mistakes.push(...misspelt(env, Object.keys(settings)));
  if (given['NODE_ENV'] === 'production' && given['ROCKETCHAT_URL'] === undefined) {
    mistakes.push(
      'ROCKETCHAT_URL: expected the workspace URL, such as https://chat.example.com (required in production)',
    );
  }
  mistakes.push(...mistakesTogether(given), ...mistakesOf(readOperations, given['PERSISTED_OPERATIONS']));
  const all = [...flags.mistakes, ...mistakes.map((line) => asGiven(line, flags))];
  if (data === undefined || all.length > 0) throw new ConfigError(all.join('\n'));
  return Object.freeze(configOf(data, isTerminal));
}

/** What a mistake in a flag's value is about is the flag. */
const asGiven = (mistake: string, { given }: Flags): string =>
  mistake.replace(/^(\w+)(?=: )/, (name) => (given[name] === undefined ? name : (flagOf(name) ?? name)));

/** Mentions white space around a value (from Windows line endings, say): as values are not shown, it would stay hidden. */
function mistake(name: string, message: string, given: Readonly<Record<string, string | undefined>>): string {
  const isPadded = given[name] !== given[name]?.trim();
  return `${name}: ${message}${isPadded ? ' (the value has white space around it)' : ''}`;
}

function mistakesOf(readFile: (path: string) => unknown, path: string | undefined): string[] {
  if (path === undefined) return [];
  try {
    readFile(path);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return [error.message];
    throw error;
  }
}

/** The text of `--print-config`. */
export const printConfig = (flags: Flags, env: Readonly<Record<string, string | undefined>> = process.env): string =>
  printSettings(env, flags.given);

/** What `doctor` calls with; undefined where none is given. */
export function doctorCredentials(
  env: Readonly<Record<string, string | undefined>> = process.env,
): DoctorCredentials | undefined {
  const { credentials, mistakes } = readDoctorCredentials(env);
  if (mistakes.length > 0) throw new ConfigError(mistakes.join('\n'));
  return credentials;
}
