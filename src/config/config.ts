import { z } from 'zod';
import { misspelt, mistakesTogether } from './mistakes.ts';
import { headerValue, host, milliseconds, onOrOff, origins, serviceUrl, wholeNumber, workspaceUrl } from './values.ts';

/** The two origins of Apollo Sandbox: the site, and its embedded form on our own page. */
const sandboxOrigins = ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'];

/** Every environment variable, what it means, and its default; `--help` prints this list. */
export const variables = {
  ROCKETCHAT_URL:
    'Workspace to serve, such as https://chat.example.com. Without it: the demo workspace (an error in production).',
  DEMO_RATE_LIMIT:
    '`on` or `off`: let the demo workspace answer each endpoint 10 times a minute, as a real one does unless set otherwise. Default off.',
  DEMO_DIALECT: 'R7 or R8: the Rocket.Chat that the demo workspace is like. Default R8.',
  PORT: 'Port to listen on; 0 takes a free one. Default 4000.',
  HOST: 'Address to listen on. Default 127.0.0.1; 0.0.0.0 for all.',
  NODE_ENV:
    'development, production or test; production switches introspection, hints and explorers off. Default development.',
  LOG_LEVEL: 'fatal, error, warn, info, debug, trace or silent. Default info (warn in the demo).',
  INTROSPECTION: '`on` or `off`. Default on, in production off.',
  EXPLORER:
    '`on` or `off`: Apollo Sandbox at /graphql, an offline explorer at /explorer (a development dependency). Default on, in production off.',
  CORS_ORIGINS:
    'Browser origins that may ask, separated by commas. Default none; in development those of Apollo Sandbox.',
  MAX_UPSTREAM_CALLS: 'Upstream calls that one request may cost, by its plan. Default 100.',
  CALLER_CALLS_PER_MINUTE:
    'Upstream calls that one user may cost in a minute, by the plans of their requests: no fewer than MAX_UPSTREAM_CALLS, or 0 for no limit. Default 600.',
  SHARE_IN_FLIGHT: '`on` or `off`: share equal calls under way between requests of the same caller. Default off.',
  FORWARD_CLIENT_IP:
    '`on` or `off`: tell the workspace the end user’s address (X-Real-IP), so that each has a call limit of his own; behind a proxy it takes TRUST_PROXY too. Default off.',
  TRUST_PROXY:
    '`on` or `off`, with FORWARD_CLIENT_IP: believe X-Real-IP and X-Forwarded-For of the proxy in front. Default off.',
  REQUEST_TIMEOUT_MS: 'Milliseconds for one GraphQL request in all. Default 10000.',
  UPSTREAM_TIMEOUT_MS: 'Milliseconds for one call to the workspace. Default 3000.',
  UPSTREAM_ATTEMPTS: 'How often a call is tried at most that fails by a fault that can pass, 1 to 5. Default 2.',
  AUTOMATIC_PERSISTED_QUERIES:
    '`on` or `off`: clients may send a query’s hash in its place, once it is known. Default off.',
  PERSISTED_OPERATIONS:
    'File with the only operations that are answered, all of which fit the schema (of generate-persisted-query-manifest, or texts by ids). Default: all are.',
  APOLLO_KEY:
    'Key of Apollo GraphOS, to report usage there; together with APOLLO_GRAPH_REF. Default: nothing is reported.',
  APOLLO_GRAPH_REF: 'Graph and variant in Apollo GraphOS, such as my-graph@current.',
  APOLLO_USAGE_URL: 'Where usage for GraphOS is sent instead. Default Apollo’s own.',
  HIVE_TOKEN: 'Access token of Hive, to report usage there. Default: nothing is reported.',
  HIVE_TARGET: 'Target in Hive, organization/project/target; needed with tokens that begin with `hvo1/`.',
  HIVE_USAGE_URL: 'Where usage for Hive is sent instead: your own Hive. Default Hive’s own.',
  INLINE_TRACE: '`on` or `off`: answer routers that ask for a trace of the resolvers. Default off.',
  KEEP_ALIVE_TIMEOUT_MS:
    'Milliseconds that an idle connection of a client stays open: more than the balancer in front keeps it. Default 65000.',
  SHUTDOWN_DELAY_MS:
    'Milliseconds after SIGTERM in which requests are still taken while /readyz says 503, for balancers to notice. Default 0.',
  SHUTDOWN_GRACE_MS: 'Milliseconds for requests under way to finish after SIGTERM and that delay. Default 15000.',
  METRICS: '`on` or `off`: /metrics, for Prometheus. Default off.',
} as const;

const environment = z.object({
  ROCKETCHAT_URL: workspaceUrl.optional(),
  DEMO_RATE_LIMIT: onOrOff.default('off'),
  DEMO_DIALECT: z.enum(['R7', 'R8'], 'expected R7 or R8').default('R8'),
  PORT: wholeNumber(0, 65_535).default(4000),
  HOST: host.default('127.0.0.1'),
  NODE_ENV: z
    .enum(['development', 'production', 'test'], 'expected development, production or test')
    .default('development'),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'expected fatal, error, warn, info, debug, trace or silent',
    )
    .optional(),
  INTROSPECTION: onOrOff.optional(),
  EXPLORER: onOrOff.optional(),
  CORS_ORIGINS: origins.optional(),
  MAX_UPSTREAM_CALLS: wholeNumber(1, 100_000).default(100),
  CALLER_CALLS_PER_MINUTE: wholeNumber(0, 1_000_000).default(600),
  SHARE_IN_FLIGHT: onOrOff.default('off'),
  FORWARD_CLIENT_IP: onOrOff.default('off'),
  TRUST_PROXY: onOrOff.default('off'),
  REQUEST_TIMEOUT_MS: milliseconds(120_000).default(10_000),
  UPSTREAM_TIMEOUT_MS: milliseconds(60_000).default(3000),
  UPSTREAM_ATTEMPTS: wholeNumber(1, 5).default(2),
  AUTOMATIC_PERSISTED_QUERIES: onOrOff.default('off'),
  PERSISTED_OPERATIONS: z.string().optional(),
  APOLLO_KEY: headerValue.optional(),
  APOLLO_GRAPH_REF: z
    .string()
    .regex(/^[\w-]+@[\w-]+$/, 'expected a graph and its variant, such as my-graph@current')
    .optional(),
  APOLLO_USAGE_URL: serviceUrl.optional(),
  HIVE_TOKEN: headerValue.optional(),
  HIVE_TARGET: z
    .string()
    .regex(/^[\w-]+(\/[\w-]+\/[\w-]+)?$/, 'expected organization/project/target, or its id')
    .optional(),
  HIVE_USAGE_URL: serviceUrl.optional(),
  INLINE_TRACE: onOrOff.default('off'),
  KEEP_ALIVE_TIMEOUT_MS: milliseconds(3_600_000).default(65_000),
  SHUTDOWN_DELAY_MS: wholeNumber(0, 600_000).default(0),
  SHUTDOWN_GRACE_MS: milliseconds(600_000).default(15_000),
  METRICS: onOrOff.default('off'),
});

export interface Config {
  /** Undefined: serve the demo workspace. */
  readonly workspaceUrl: string | undefined;
  readonly demo: DemoSettings;
  readonly port: number;
  readonly host: string;
  readonly isProduction: boolean;
  readonly logLevel: string;
  readonly hasIntrospection: boolean;
  readonly hasExplorer: boolean;
  readonly corsOrigins: readonly string[];
  readonly maxUpstreamCalls: number;
  /** Undefined: no limit. */
  readonly callerCallsPerMinute: number | undefined;
  readonly sharesInFlight: boolean;
  readonly forwardsClientIp: boolean;
  readonly trustsProxy: boolean;
  readonly requestTimeoutMs: number;
  readonly upstreamTimeoutMs: number;
  readonly upstreamAttempts: number;
  readonly keepAliveTimeoutMs: number;
  /** For balancers to notice that the gateway is to close: it still takes requests. */
  readonly shutdownDelayMs: number;
  /** For requests under way to finish, after that. */
  readonly shutdownGraceMs: number;
  readonly hasMetrics: boolean;
  readonly hasAutomaticPersistedQueries: boolean;
  /** File with the only operations that are answered. */
  readonly persistedOperations: string | undefined;
  readonly graphos: GraphosUsage | undefined;
  readonly hive: HiveUsage | undefined;
  readonly tracesInline: boolean;
}

/** What the demo workspace is like. */
export interface DemoSettings {
  readonly hasRateLimit: boolean;
  readonly dialect: 'R7' | 'R8';
}

/** Reporting usage to Apollo GraphOS. */
export interface GraphosUsage {
  readonly key: string;
  readonly graphRef: string;
  /** Undefined: Apollo's own. */
  readonly url: string | undefined;
}

/** Reporting usage to Hive. */
export interface HiveUsage {
  readonly token: string;
  readonly target: string | undefined;
  /** Undefined: Hive's own. */
  readonly url: string | undefined;
}

/** Says every mistake of the environment at once, by variable; never repeats a value, which can be a secret. */
export class ConfigError extends Error {}

/**
 * Reads the environment. An empty variable counts as absent. `readOperations` reads the file of PERSISTED_OPERATIONS, and
 * throws a ConfigError for what is wrong with it, so that it is told together with everything else.
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
  readOperations: (path: string) => unknown = () => undefined,
): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { data, error } = environment.safeParse(given);
  const mistakes = error?.issues.map(({ path, message }) => told(String(path[0]), message, given)) ?? [];
  mistakes.push(...misspelt(env, Object.keys(variables)));
  if (given['NODE_ENV'] === 'production' && given['ROCKETCHAT_URL'] === undefined) {
    mistakes.push(
      'ROCKETCHAT_URL: expected the workspace URL, such as https://chat.example.com (required in production)',
    );
  }
  mistakes.push(
    ...mistakesTogether(given),
    ...smallAllowance(given),
    ...mistakesOf(readOperations, given['PERSISTED_OPERATIONS']),
  );
  if (data === undefined || mistakes.length > 0) throw new ConfigError(mistakes.join('\n'));
  const isProduction = data.NODE_ENV === 'production';
  return Object.freeze({
    workspaceUrl: data.ROCKETCHAT_URL,
    demo: { hasRateLimit: data.DEMO_RATE_LIMIT === 'on', dialect: data.DEMO_DIALECT },
    port: data.PORT,
    host: data.HOST,
    isProduction,
    logLevel: data.LOG_LEVEL ?? (data.ROCKETCHAT_URL === undefined ? 'warn' : 'info'),
    hasIntrospection: data.INTROSPECTION === undefined ? !isProduction : data.INTROSPECTION === 'on',
    hasExplorer: data.EXPLORER === undefined ? !isProduction : data.EXPLORER === 'on',
    corsOrigins: data.CORS_ORIGINS ?? (isProduction ? [] : sandboxOrigins),
    maxUpstreamCalls: data.MAX_UPSTREAM_CALLS,
    callerCallsPerMinute: data.CALLER_CALLS_PER_MINUTE === 0 ? undefined : data.CALLER_CALLS_PER_MINUTE,
    sharesInFlight: data.SHARE_IN_FLIGHT === 'on',
    forwardsClientIp: data.FORWARD_CLIENT_IP === 'on',
    trustsProxy: data.TRUST_PROXY === 'on',
    requestTimeoutMs: data.REQUEST_TIMEOUT_MS,
    upstreamTimeoutMs: data.UPSTREAM_TIMEOUT_MS,
    upstreamAttempts: data.UPSTREAM_ATTEMPTS,
    keepAliveTimeoutMs: data.KEEP_ALIVE_TIMEOUT_MS,
    shutdownDelayMs: data.SHUTDOWN_DELAY_MS,
    shutdownGraceMs: data.SHUTDOWN_GRACE_MS,
    hasMetrics: data.METRICS === 'on',
    hasAutomaticPersistedQueries: data.AUTOMATIC_PERSISTED_QUERIES === 'on',
    persistedOperations: data.PERSISTED_OPERATIONS,
    graphos:
      data.APOLLO_KEY === undefined || data.APOLLO_GRAPH_REF === undefined
        ? undefined
        : { key: data.APOLLO_KEY, graphRef: data.APOLLO_GRAPH_REF, url: data.APOLLO_USAGE_URL },
    hive:
      data.HIVE_TOKEN === undefined
        ? undefined
        : { token: data.HIVE_TOKEN, target: data.HIVE_TARGET, url: data.HIVE_USAGE_URL },
    tracesInline: data.INLINE_TRACE === 'on',
  });
}

/** The value is not repeated, so white space around it, as files with Windows' line ends bring along, would be a riddle. */
function told(name: string, message: string, given: Readonly<Record<string, string | undefined>>): string {
  const isPadded = given[name] !== given[name]?.trim();
  return `${name}: ${message}${isPadded ? ' (the value has white space around it)' : ''}`;
}

/** Callers whose allowance does not cover the largest request could never send it, or send it whatever the allowance says. */
function smallAllowance({
  MAX_UPSTREAM_CALLS,
  CALLER_CALLS_PER_MINUTE,
}: Readonly<Record<string, string | undefined>>): string[] {
  const request = environment.shape.MAX_UPSTREAM_CALLS.safeParse(MAX_UPSTREAM_CALLS).data;
  const caller = environment.shape.CALLER_CALLS_PER_MINUTE.safeParse(CALLER_CALLS_PER_MINUTE).data;
  if (request === undefined || caller === undefined || caller === 0 || caller >= request) return [];
  return [
    `CALLER_CALLS_PER_MINUTE: expected at least ${request}, the MAX_UPSTREAM_CALLS of one request, or 0 for no limit: raise it, or lower the other`,
  ];
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

/** The text of `--help`. */
export const help = (): string =>
  [
    'rocketchat-dm-gateway: GraphQL for the direct messages of a Rocket.Chat workspace.',
    '',
    'Settings are environment variables:',
    ...Object.entries(variables).map(([name, meaning]) => `  ${name.padEnd(28)} ${meaning}`),
  ].join('\n');
