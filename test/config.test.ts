import { describe, expect, it } from 'vitest';
import { ConfigError, help, readConfig, variables } from '../src/config.ts';

function mistakesOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.message.split('\n') : ['not a ConfigError'];
  }
}

describe('the configuration', () => {
  it('has a default for everything, in development', () => {
    expect(readConfig({})).toEqual({
      workspaceUrl: undefined,
      demo: { hasRateLimit: false, dialect: 'R8' },
      port: 4000,
      host: '127.0.0.1',
      isProduction: false,
      logLevel: 'warn',
      hasIntrospection: true,
      hasExplorer: true,
      corsOrigins: ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'],
      maxUpstreamCalls: 100,
      callerCallsPerMinute: 600,
      sharesInFlight: false,
      forwardsClientIp: false,
      trustsProxy: false,
      requestTimeoutMs: 10_000,
      upstreamTimeoutMs: 3000,
      upstreamAttempts: 2,
      hasAutomaticPersistedQueries: false,
      persistedOperations: undefined,
      graphos: undefined,
      hive: undefined,
      tracesInline: false,
      keepAliveTimeoutMs: 65_000,
      shutdownDelayMs: 0,
      shutdownGraceMs: 15_000,
      hasMetrics: false,
    });
  });

  it('shows nothing of itself in production, unless asked to', () => {
    const env = { NODE_ENV: 'production', ROCKETCHAT_URL: 'https://chat.example.com' };
    expect(readConfig(env)).toMatchObject({ isProduction: true, logLevel: 'info', hasIntrospection: false, hasExplorer: false, corsOrigins: [] });
    expect(readConfig({ ...env, INTROSPECTION: 'on', EXPLORER: 'on' })).toMatchObject({ hasIntrospection: true, hasExplorer: true });
  });

  it('reads what is given; an empty value counts as none', () => {
    const config = readConfig({
      ROCKETCHAT_URL: 'http://localhost:3000/chat', PORT: '0', HOST: '::1', LOG_LEVEL: 'debug', EXPLORER: 'off', INTROSPECTION: '',
      CORS_ORIGINS: 'https://a.example, http://localhost:5173', REQUEST_TIMEOUT_MS: '5000', UPSTREAM_TIMEOUT_MS: '1000',
    });
    expect(config).toMatchObject({
      workspaceUrl: 'http://localhost:3000/chat', port: 0, host: '::1', logLevel: 'debug', hasExplorer: false, hasIntrospection: true,
      corsOrigins: ['https://a.example', 'http://localhost:5173'], requestTimeoutMs: 5000, upstreamTimeoutMs: 1000,
    });
  });

  it('reports every mistake at once, by name and without the value', () => {
    const mistakes = mistakesOf({
      ROCKETCHAT_URL: 'https://admin:hunter2@chat.example.com', PORT: 'http', LOG_LEVEL: 'loud', EXPLORER: 'yes', TRUST_PROXY: '10.0.0.1',
      MAX_UPSTREAM_CALLS: '0', UPSTREAM_ATTEMPTS: '6', SHARE_IN_FLIGHT: 'true', FORWARD_CLIENT_IP: '1', DEMO_DIALECT: 'R9',
      CORS_ORIGINS: 'https://a.example/path', REQUEST_TIMEOUT_MS: '-1', UPSTREAM_TIMEOUT_MS: '1.5',
    });
    expect(mistakes.map((line) => line.split(':')[0] ?? '').toSorted()).toEqual([
      'CORS_ORIGINS', 'DEMO_DIALECT', 'EXPLORER', 'FORWARD_CLIENT_IP', 'LOG_LEVEL', 'MAX_UPSTREAM_CALLS', 'PORT', 'REQUEST_TIMEOUT_MS', 'ROCKETCHAT_URL',
      'SHARE_IN_FLIGHT', 'TRUST_PROXY', 'UPSTREAM_ATTEMPTS', 'UPSTREAM_TIMEOUT_MS',
    ]);
    expect(mistakes.join('\n')).not.toMatch(/hunter2|a\.example\/path/);
  });

  it('reports usage to registries whose keys are given', () => {
    const config = readConfig({
      APOLLO_KEY: 'service:g:x', APOLLO_GRAPH_REF: 'g@current', HIVE_TOKEN: 'hvo1/x', HIVE_TARGET: 'org/project/target',
      HIVE_USAGE_URL: 'https://hive.example.com/usage', INLINE_TRACE: 'on',
    });
    expect(config).toMatchObject({
      graphos: { key: 'service:g:x', graphRef: 'g@current', url: undefined },
      hive: { token: 'hvo1/x', target: 'org/project/target', url: 'https://hive.example.com/usage' },
      tracesInline: true,
    });
  });

  it.each([
    [{ APOLLO_KEY: 'service:g:x' }, 'APOLLO_GRAPH_REF'],
    [{ APOLLO_GRAPH_REF: 'g@current' }, 'APOLLO_KEY'],
    [{ APOLLO_KEY: 'service:g x', APOLLO_GRAPH_REF: 'g@current' }, 'APOLLO_KEY'],
    [{ HIVE_TOKEN: 'hvo1/x' }, 'HIVE_TARGET'],
    [{ HIVE_TOKEN: 'x', HIVE_TARGET: 'org/project/target' }, 'HIVE_TARGET'],
    [{ AUTOMATIC_PERSISTED_QUERIES: 'on', PERSISTED_OPERATIONS: 'manifest.json' }, 'AUTOMATIC_PERSISTED_QUERIES'],
  ])('refuses half of what belongs together: %o', (env, name) => {
    expect(mistakesOf(env as Record<string, string>)).toEqual([expect.stringMatching(`^${name}: `)]);
  });

  it.each(['ftp://chat.example.com', 'chat.example.com', 'https://chat.example.com?x=1', 'https://chat.example.com#x'])(
    'refuses the workspace URL %s',
    (url) => expect(mistakesOf({ ROCKETCHAT_URL: url })).toHaveLength(1),
  );

  it.each(['65536', '-1', '1.5'])('refuses port %s', (port) => {
    expect(mistakesOf({ PORT: port })).toEqual(['PORT: expected a whole number from 0 to 65535']);
  });

  it('needs a workspace in production, so that demo data never goes live by accident', () => {
    expect(mistakesOf({ NODE_ENV: 'production' })).toEqual([expect.stringMatching(/^ROCKETCHAT_URL: .*required in production/)]);
  });

  it('explains every variable in --help', () => {
    for (const name of Object.keys(variables)) expect(help()).toContain(name);
  });
});
