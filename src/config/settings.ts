import { z } from 'zod';
import {
  choice,
  endpointUrl,
  headerPairs,
  headerValue,
  host,
  keyPrefix,
  milliseconds,
  onOrOff,
  origins,
  serviceUrl,
  share,
  storeUrl,
  wholeNumber,
  workspaceUrl,
} from './values.ts';

/** A setting with a default of its own, written as in the environment. */
const setting = <S extends z.ZodType<unknown, string>>(schema: S, byDefault: z.input<S> & string, help: string) => ({
  schema: schema.prefault(byDefault as Exclude<z.input<S>, undefined>),
  default: `\`${byDefault}\``,
  help,
});

/** A setting without one: `byDefault` says what its absence means. */
const optional = <S extends z.ZodType<unknown, string>>(schema: S, byDefault: string, help: string) => ({
  schema: schema.optional(),
  default: byDefault,
  help,
});

/** A credential: `--print-config` hides it, and it has no flag, as everybody on a machine can read command lines. */
const secret = (help: string) => ({ ...optional(headerValue, 'none', help), isSecret: true });

/**
 * Every environment variable: what it may be, its default, and its meaning. `--help` and `docs/settings.md` list the same. Each is
 * a flag too, of the same name unless `flag` gives another.
 */
export const settings = {
  ROCKETCHAT_URL: {
    ...optional(
      workspaceUrl,
      'demo workspace',
      'The workspace, such as `https://chat.example.com`. Required with `NODE_ENV=production`.',
    ),
    flag: '--upstream',
  },
  DEMO_RATE_LIMIT: setting(
    onOrOff,
    'off',
    '`on` or `off`: limit each endpoint of the demo workspace to 10 calls a minute, as Rocket.Chat does by default.',
  ),
  DEMO_DIALECT: setting(
    choice('R7', 'R8'),
    'R8',
    '`R7` or `R8`: the Rocket.Chat version that the demo workspace imitates.',
  ),
  DEMO_LIVE: setting(
    onOrOff,
    'off',
    '`on` or `off`: in the demo workspace people write, reply, read, react, edit and delete, something every few seconds.',
  ),
  PORT: setting(wholeNumber(0, 65_535), '4000', 'Port to listen on; 0 picks a free one.'),
  HOST: setting(host, '127.0.0.1', 'Address to listen on; `0.0.0.0` for all.'),
  NODE_ENV: setting(
    choice('development', 'production', 'test'),
    'development',
    '`development`, `production` or `test`; `production` turns off introspection, hints and explorers.',
  ),
  LOG_LEVEL: optional(
    choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    '`info`; demo with JSON lines `warn`',
    '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`.',
  ),
  LOG_FORMAT: setting(
    choice('auto', 'json', 'pretty'),
    'auto',
    '`auto`, `json` or `pretty`: lines of JSON, or for people; `auto` is `pretty` at a terminal.',
  ),
  INTROSPECTION: optional(onOrOff, '`on`; production `off`', '`on` or `off`: introspection of the schema.'),
  EXPLORER: optional(
    onOrOff,
    '`on`; production `off`',
    '`on` or `off`: Apollo Sandbox at `/graphql` (loaded from the internet), an offline explorer at `/explorer` (a development dependency; `/` redirects browsers there) and an inbox at `/inbox`.',
  ),
  CORS_ORIGINS: optional(
    origins,
    'Apollo Sandbox; production none',
    'Browser origins that may send requests, separated by commas.',
  ),
  MAX_UPSTREAM_CALLS: setting(
    wholeNumber(1, 100_000),
    '100',
    'Highest cost of one request, in upstream calls, as estimated before it runs.',
  ),
  CALLER_CALLS_PER_MINUTE: setting(
    wholeNumber(0, 1_000_000),
    '600',
    'Upstream calls that one user may spend in a minute: at least `MAX_UPSTREAM_CALLS`, or 0 for no limit. Beyond it, requests get HTTP 429.',
  ),
  SHARE_IN_FLIGHT: setting(
    onOrOff,
    'off',
    '`on` or `off`: share identical upstream calls in flight between requests of the same caller. A response can then be older than the caller’s own latest write.',
  ),
  FORWARD_CLIENT_IP: setting(
    onOrOff,
    'off',
    '`on` or `off`: send the end user’s address to the workspace as `X-Real-IP`, which gives each user a rate limit of their own. Behind a proxy, set `TRUST_PROXY=on` too: otherwise it is the proxy’s address.',
  ),
  TRUST_PROXY: setting(
    onOrOff,
    'off',
    '`on` or `off`, with `FORWARD_CLIENT_IP`: trust `X-Real-IP` and `X-Forwarded-For`. Only where clients cannot bypass the proxy that sets them.',
  ),
  REQUEST_TIMEOUT_MS: setting(milliseconds(120_000), '10000', 'Milliseconds for one GraphQL request in all.'),
  UPSTREAM_TIMEOUT_MS: setting(milliseconds(60_000), '3000', 'Milliseconds for one call to the workspace.'),
  UPSTREAM_ATTEMPTS: setting(
    wholeNumber(1, 5),
    '2',
    'Attempts per upstream call, first one included, when failures are transient (a broken connection, 502, 503, 504, a rate limit about to reset): 1 to 5. Retries add at most a fifth of the calls and three a second.',
  ),
  UPSTREAM_PIPELINING: setting(
    wholeNumber(1, 32),
    '1',
    'Calls of one request to one endpoint that may share a connection at a time (HTTP pipelining), at most: they go out in one write, and a slow one holds up those behind it. Where calls are answered one after another, as by most proxies, the gateway finds out and takes fewer.',
  ),
  SHARED_STORE: optional(
    storeUrl,
    'none',
    'Redis or Valkey that several replicas before one workspace share, such as `redis://store:6379` (`rediss://` with TLS), so that together they keep to the workspace’s rate limit.',
  ),
  SHARED_STORE_NAME: setting(
    keyPrefix,
    'dm-gateway',
    'With `SHARED_STORE`: name of the deployment, which its keys there begin with. The same for all replicas of one deployment, and for no others.',
  ),
  AUTOMATIC_PERSISTED_QUERIES: setting(
    onOrOff,
    'off',
    '`on` or `off`: clients may send a query’s hash in its place once the gateway knows it.',
  ),
  PERSISTED_OPERATIONS: optional(
    z.string(),
    'none',
    'File with the only operations that may run: a manifest of `generate-persisted-query-manifest`, or texts by id.',
  ),
  PERSISTED_OPERATIONS_MODE: setting(
    choice('enforce', 'report'),
    'enforce',
    '`enforce` or `report`, with `PERSISTED_OPERATIONS`: `report` answers everything, and logs each operation that `enforce` would reject once.',
  ),
  APOLLO_KEY: secret('API key of Apollo GraphOS: reports usage there. Needs `APOLLO_GRAPH_REF`.'),
  APOLLO_GRAPH_REF: optional(
    z.string().regex(/^[\w-]+@[\w-]+$/, 'expected a graph and its variant, such as my-graph@current'),
    'none',
    'Graph and variant in Apollo GraphOS, such as `my-graph@current`.',
  ),
  APOLLO_USAGE_URL: optional(serviceUrl, 'Apollo’s own', 'Where usage for GraphOS is sent.'),
  HIVE_TOKEN: secret('Access token of Hive: reports usage there.'),
  HIVE_TARGET: optional(
    z.string().regex(/^[\w-]+(\/[\w-]+\/[\w-]+)?$/, 'expected organization/project/target, or its id'),
    'none',
    'Target in Hive, `organization/project/target`: required with tokens that begin with `hvo1/`.',
  ),
  HIVE_USAGE_URL: optional(serviceUrl, 'Hive’s own', 'Where usage for Hive is sent, such as a self-hosted Hive.'),
  INLINE_TRACE: setting(onOrOff, 'off', '`on` or `off`: add a trace of the resolvers for routers that request one.'),
  COMPRESSION: setting(
    onOrOff,
    'off',
    '`on` or `off`: compress responses by `zstd`, `br` or `gzip`, as `Accept-Encoding` asks. Where a proxy stands before the gateway, let it do that.',
  ),
  KEEP_ALIVE_TIMEOUT_MS: setting(
    milliseconds(3_600_000),
    '65000',
    'Milliseconds that an idle client connection stays open: longer than the load balancer keeps it.',
  ),
  SHUTDOWN_DELAY_MS: setting(
    wholeNumber(0, 600_000),
    '0',
    'Milliseconds after SIGTERM in which the gateway still accepts requests while `/readyz` fails, for load balancers to notice.',
  ),
  SHUTDOWN_GRACE_MS: setting(
    milliseconds(600_000),
    '15000',
    'Milliseconds for requests under way to finish, after SIGTERM and that delay.',
  ),
  METRICS: setting(
    onOrOff,
    'off',
    '`on` or `off`: Prometheus metrics at `/metrics`, without users, addresses or queries.',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(
    endpointUrl,
    'none',
    'Where traces are sent by OTLP over HTTP, such as `http://127.0.0.1:4318`; `/v1/traces` is appended.',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: {
    ...optional(headerPairs, 'none', 'Headers to send with traces: `name=value`, separated by commas.'),
    isSecret: true,
  },
  OTEL_SERVICE_NAME: optional(z.string(), '`rocketchat-dm-gateway`', 'Name of the service in traces.'),
  OTEL_TRACES_SAMPLER: setting(
    choice(
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ),
    'parentbased_always_on',
    'Which requests are traced, as OpenTelemetry names it: `always_on`, `always_off`, `traceidratio`, or one of them after `parentbased_`, where a `traceparent` header decides.',
  ),
  OTEL_TRACES_SAMPLER_ARG: setting(share, '1', 'Share of requests that `traceidratio` traces: 0 to 1.'),
  SEND_TRACEPARENT: setting(
    onOrOff,
    'off',
    '`on` or `off`, with `OTEL_EXPORTER_OTLP_ENDPOINT`: send `traceparent` to the workspace with each call.',
  ),
} as const;

/** A row of that table. */
export interface Setting {
  readonly default: string;
  readonly help: string;
  readonly flag?: string;
  readonly isSecret?: boolean;
}

type Schemas = { [Name in keyof typeof settings]: (typeof settings)[Name]['schema'] };

export const environment = z.object(
  Object.fromEntries(Object.entries(settings).map(([name, { schema }]) => [name, schema])) as Schemas,
);
