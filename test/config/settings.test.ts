import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig, type Config } from '../../src/config/config.ts';
import { settings } from '../../src/config/settings.ts';

/** Each setting by itself: the values it accepts, and that it changes its own field of Config only. */

function mistakesOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.message.split('\n') : [`no ConfigError: ${String(error)}`];
  }
}

const defaults = readConfig({});
const changedBy = (env: Record<string, string>): Partial<Config> =>
  Object.fromEntries(
    Object.entries(readConfig(env)).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(defaults[name as keyof Config]),
    ),
  );

describe('Numbers', () => {
  it.each<[name: string, min: number, max: number, field: keyof Config]>([
    ['PORT', 0, 65_535, 'port'],
    ['CALLER_CALLS_PER_MINUTE', 0, 1_000_000, 'callerCallsPerMinute'],
    ['REQUEST_TIMEOUT_MS', 1, 120_000, 'requestTimeoutMs'],
    ['UPSTREAM_TIMEOUT_MS', 1, 60_000, 'upstreamTimeoutMs'],
    ['UPSTREAM_ATTEMPTS', 1, 5, 'upstreamAttempts'],
    ['UPSTREAM_PIPELINING', 1, 32, 'upstreamPipelining'],
    ['KEEP_ALIVE_TIMEOUT_MS', 1, 3_600_000, 'keepAliveTimeoutMs'],
    ['SHUTDOWN_DELAY_MS', 0, 600_000, 'shutdownDelayMs'],
    ['SHUTDOWN_GRACE_MS', 1, 600_000, 'shutdownGraceMs'],
  ])('%s accepts whole numbers from %i to %i', (name, min, max, field) => {
    const wrong = [expect.stringMatching(`^${name}: `)];
    expect([min, max].flatMap((value) => mistakesOf({ [name]: String(value) }))).toEqual([]);
    expect([min - 1, max + 1].map((value) => mistakesOf({ [name]: String(value) }))).toEqual([wrong, wrong]);
    expect(['x', '1.5', 'NaN', 'Infinity'].map((value) => mistakesOf({ [name]: value }))).toEqual([
      wrong,
      wrong,
      wrong,
      wrong,
    ]);
    expect(changedBy({ [name]: String(max) })).toEqual({ [field]: max });
  });

  it('MAX_UPSTREAM_CALLS accepts whole numbers from 1 to 100000, up to CALLER_CALLS_PER_MINUTE', () => {
    const beside = { CALLER_CALLS_PER_MINUTE: '0' };
    const wrong = [expect.stringMatching('^MAX_UPSTREAM_CALLS: ')];
    expect(
      [1, 100_000].map((value) => readConfig({ ...beside, MAX_UPSTREAM_CALLS: String(value) }).maxUpstreamCalls),
    ).toEqual([1, 100_000]);
    expect(['0', '100001', 'x', '1.5'].map((value) => mistakesOf({ ...beside, MAX_UPSTREAM_CALLS: value }))).toEqual([
      wrong,
      wrong,
      wrong,
      wrong,
    ]);
    expect([600, 601].map((value) => mistakesOf({ MAX_UPSTREAM_CALLS: String(value) }).length)).toEqual([0, 1]);
  });

  it('CALLER_CALLS_PER_MINUTE=0 means no limit', () => {
    expect(readConfig({ CALLER_CALLS_PER_MINUTE: '0' }).callerCallsPerMinute).toBeUndefined();
    expect(readConfig({ CALLER_CALLS_PER_MINUTE: '100' }).callerCallsPerMinute).toBe(100);
  });
});

describe('Switches', () => {
  it.each<[name: string, byDefault: 'on' | 'off', changed: Partial<Config>]>([
    ['DEMO_RATE_LIMIT', 'off', { demo: { ...defaults.demo, hasRateLimit: true } }],
    ['DEMO_LIVE', 'off', { demo: { ...defaults.demo, isLive: true } }],
    ['SHARE_IN_FLIGHT', 'off', { sharesInFlight: true }],
    ['FORWARD_CLIENT_IP', 'off', { forwardsClientIp: true }],
    ['AUTOMATIC_PERSISTED_QUERIES', 'off', { hasAutomaticPersistedQueries: true }],
    ['INLINE_TRACE', 'off', { tracesInline: true }],
    ['METRICS', 'off', { hasMetrics: true }],
    ['COMPRESSION', 'off', { compresses: true }],
    ['INTROSPECTION', 'on', { hasIntrospection: false }],
    ['EXPLORER', 'on', { hasExplorer: false }],
  ])('%s is %s by default, and the other value changes one field', (name, byDefault, changed) => {
    const other = byDefault === 'on' ? 'off' : 'on';
    expect(changedBy({ [name]: byDefault })).toEqual({});
    expect(changedBy({ [name]: other })).toEqual(changed);
    expect(['On', 'true', '1', 'yes', ' on'].flatMap((value) => mistakesOf({ [name]: value }))).toEqual(
      Array.from({ length: 5 }, () => expect.stringMatching(`^${name}: `) as string),
    );
  });

  it('TRUST_PROXY adds trust in the proxy to FORWARD_CLIENT_IP', () => {
    expect(changedBy({ FORWARD_CLIENT_IP: 'on', TRUST_PROXY: 'on' })).toEqual({
      forwardsClientIp: true,
      trustsProxy: true,
    });
  });
});

describe('Traces', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://otel.example.com' };

  it('are sent only where there is an endpoint, by the defaults of OpenTelemetry', () => {
    expect(
      changedBy({ OTEL_SERVICE_NAME: 'mine', OTEL_TRACES_SAMPLER: 'always_off', OTEL_TRACES_SAMPLER_ARG: '0.5' }),
    ).toEqual({});
    expect(readConfig(endpoint).traces).toEqual({
      url: 'https://otel.example.com',
      headers: {},
      serviceName: undefined,
      sampler: 'parentbased_always_on',
      share: 1,
      reachWorkspace: false,
    });
  });

  it('are sent as the settings say', () => {
    const env = {
      ...endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'Api-Key=a%20secret, other = b=c ',
      OTEL_SERVICE_NAME: 'mine',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
      SEND_TRACEPARENT: 'on',
    };
    expect(readConfig(env).traces).toEqual({
      url: 'https://otel.example.com',
      headers: { 'api-key': 'a secret', other: 'b=c' },
      serviceName: 'mine',
      sampler: 'traceidratio',
      share: 0.25,
      reachWorkspace: true,
    });
  });

  it.each(['otel.example.com:4318', 'http://c?key=s3cret', 'http://c/#s3cret', 'http://%zz:s3cret@c', 'http://c '])(
    'are not sent to %j: nothing can be appended to it, or nobody can read it',
    (url) => {
      expect(mistakesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: url })).toEqual([
        expect.stringMatching(/^OTEL_EXPORTER_OTLP_ENDPOINT: expected a URL[^\n]*$/),
      ]);
      expect(mistakesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: url }).join()).not.toContain('s3cret');
    },
  );

  it('cannot reach the workspace without an endpoint', () => {
    expect(mistakesOf({ SEND_TRACEPARENT: 'on' })).toEqual([expect.stringMatching('^OTEL_EXPORTER_OTLP_ENDPOINT: ')]);
  });
});

describe('Texts', () => {
  it.each<[name: string, right: string[], wrong: string[]]>([
    ['DEMO_DIALECT', ['R7', 'R8'], ['r7', 'R9']],
    ['LOG_FORMAT', ['auto', 'json', 'pretty'], ['text', 'JSON']],
    ['LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], ['loud', 'Info']],
    [
      'ROCKETCHAT_URL',
      ['http://chat.example.com', 'https://chat.example.com:3000/chat/'],
      ['ftp://chat.example.com', 'https://u@chat.example.com', 'https://chat.example.com/?a'],
    ],
    [
      'CORS_ORIGINS',
      ['https://a.example', 'https://a.example,http://localhost:5173'],
      ['https://a.example/', 'https://a.example/x', 'ftp://a.example'],
    ],
  ])('%s accepts only its own form', (name, right, wrong) => {
    expect(right.flatMap((value) => mistakesOf({ [name]: value }))).toEqual([]);
    for (const value of wrong) expect(mistakesOf({ [name]: value })).toEqual([expect.stringMatching(`^${name}: `)]);
  });

  it.each<[name: string, right: string[], wrong: string[], others: Record<string, string>]>([
    ['APOLLO_KEY', ['service:g:x', '~'], ['a b', 'ä', 'a\n'], { APOLLO_GRAPH_REF: 'g@current' }],
    [
      'APOLLO_GRAPH_REF',
      ['my-graph@current', 'a_1@b-2'],
      ['my-graph', '@current', 'a@b@c', 'a@b c'],
      { APOLLO_KEY: 'k' },
    ],
    [
      'APOLLO_USAGE_URL',
      ['https://usage.example.com', 'http://127.0.0.1:9'],
      ['usage.example.com', 'ftp://usage.example.com'],
      { APOLLO_KEY: 'k', APOLLO_GRAPH_REF: 'g@v' },
    ],
    [
      'HIVE_USAGE_URL',
      ['https://hive.example.com/usage'],
      ['hive.example.com', 'file:///etc/passwd'],
      { HIVE_TOKEN: 't' },
    ],
    ['HIVE_TOKEN', ['x'], ['a b'], {}],
    [
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      ['http://127.0.0.1:4318', 'https://otel.example.com/base/'],
      ['127.0.0.1:4318', 'grpc://otel.example.com'],
      {},
    ],
    [
      'OTEL_EXPORTER_OTLP_HEADERS',
      ['api-key=secret', 'a=1, b=x%20y', 'a=b=c'],
      ['secret', '=secret', 'a=', 'a=%zz', 'a=ä', 'a=b\nc', 'a b=c', 'a=1,,b=2', 'a=%0d%0ab: c'],
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' },
    ],
    [
      'OTEL_TRACES_SAMPLER',
      ['always_on', 'always_off', 'traceidratio', 'parentbased_always_on', 'parentbased_traceidratio'],
      ['jaeger_remote', 'on'],
      {},
    ],
    ['OTEL_TRACES_SAMPLER_ARG', ['0', '1', '0.25', '1.0'], ['1.01', '-1', '.5', '50%', '1e-3'], {}],
    ['SEND_TRACEPARENT', ['on', 'off'], ['yes'], { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }],
    ['HIVE_TARGET', ['id', 'org/project/target'], ['a/b', 'a/b/c/d', 'a//b', 'a b/c/d'], { HIVE_TOKEN: 'hvo1/x' }],
  ])('%s, with the settings that it needs, accepts only its own form', (name, right, wrong, others) => {
    expect(right.flatMap((value) => mistakesOf({ ...others, [name]: value }))).toEqual([]);
    for (const value of wrong)
      expect(mistakesOf({ ...others, [name]: value })).toEqual([expect.stringMatching(`^${name}: `)]);
  });

  it('PERSISTED_OPERATIONS_MODE=report lets the list report only, and goes with automatic persisted queries', () => {
    const env = { PERSISTED_OPERATIONS: 'manifest.json', PERSISTED_OPERATIONS_MODE: 'report' };
    expect(changedBy(env)).toEqual({ persistedOperations: 'manifest.json', admitsUnlistedOperations: true });
    expect(mistakesOf({ ...env, AUTOMATIC_PERSISTED_QUERIES: 'on' })).toEqual([]);
    expect(changedBy({ ...env, PERSISTED_OPERATIONS_MODE: 'enforce' })).toEqual({
      persistedOperations: 'manifest.json',
    });
    for (const mode of ['Report', 'off', 'warn'])
      expect(mistakesOf({ ...env, PERSISTED_OPERATIONS_MODE: mode })).toEqual([
        'PERSISTED_OPERATIONS_MODE: expected enforce or report',
      ]);
  });

  it('settings of registries are passed on unchanged', () => {
    const env = {
      APOLLO_KEY: 'k',
      APOLLO_GRAPH_REF: 'g@v',
      APOLLO_USAGE_URL: 'https://a.example',
      HIVE_TOKEN: 'hvo1/t',
      HIVE_TARGET: 'a/b/c',
      HIVE_USAGE_URL: 'https://h.example',
    };
    expect(changedBy(env)).toEqual({
      graphos: { key: 'k', graphRef: 'g@v', url: 'https://a.example' },
      hive: { token: 'hvo1/t', target: 'a/b/c', url: 'https://h.example' },
    });
    expect(changedBy({ HIVE_TOKEN: 't' })).toEqual({ hive: { token: 't', target: undefined, url: undefined } });
  });
});

describe('Misspelt names', () => {
  it.each([
    ['a letter is wrong', 'LOG_LEVAL', 'LOG_LEVEL'],
    ['a letter is missing', 'LOG_LEVL', 'LOG_LEVEL'],
    ['the first letter is missing', 'OG_LEVEL', 'LOG_LEVEL'],
    ['the last letter is missing', 'LOG_LEVE', 'LOG_LEVEL'],
    ['there is an extra letter', 'LOG_LEVELL', 'LOG_LEVEL'],
    ['there is an extra letter in the middle', 'LOG__LEVEL', 'LOG_LEVEL'],
    ['two letters are swapped', 'LOG_LEVLE', 'LOG_LEVEL'],
    ['it is in lower case', 'log_level', 'LOG_LEVEL'],
    ['it is in mixed case, with a slip', 'Max_Upstream_Cals', 'MAX_UPSTREAM_CALLS'],
  ])('a misspelt setting is refused with the right name: %s', (_what, name, meant) => {
    expect(mistakesOf({ [name]: 'warn' })).toEqual([`${name}: unknown; did you mean ${meant}?`]);
  });

  it.each(['PATH', 'HOME', 'LOG_LVL', 'LOG_LEVELS_X', 'POST', 'HOSTS', 'LEVEL_LOG', 'HIVE'])(
    '%s is not taken for a misspelt setting',
    (name) => {
      expect(mistakesOf({ [name]: 'x' })).toEqual([]);
    },
  );
});

describe('Config', () => {
  it('the config is frozen', () => expect(Object.isFrozen(readConfig({}))).toBe(true));

  it('every empty setting counts as absent', () => {
    expect(readConfig(Object.fromEntries(Object.keys(settings).map((name) => [name, ''])))).toEqual(defaults);
  });

  it('the log is for people at a terminal, unless LOG_FORMAT says otherwise; the demo then shows requests', () => {
    const logOf = (env: Record<string, string>, isTerminal: boolean) => {
      const { isLogPretty, logLevel } = readConfig(env, undefined, undefined, isTerminal);
      return [isLogPretty, logLevel];
    };
    expect([false, true].map((isTerminal) => logOf({}, isTerminal))).toEqual([
      [false, 'warn'],
      [true, 'info'],
    ]);
    for (const isTerminal of [false, true]) {
      expect(logOf({ LOG_FORMAT: 'json' }, isTerminal)).toEqual([false, 'warn']);
      expect(logOf({ LOG_FORMAT: 'pretty' }, isTerminal)).toEqual([true, 'info']);
      expect(logOf({ LOG_FORMAT: 'pretty', LOG_LEVEL: 'error' }, isTerminal)).toEqual([true, 'error']);
    }
  });

  it('the default log level is warn in the demo, and info with a workspace', () => {
    expect([{}, { ROCKETCHAT_URL: 'https://chat.example.com' }].map((env) => readConfig(env).logLevel)).toEqual([
      'warn',
      'info',
    ]);
  });
});
