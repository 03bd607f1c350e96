import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config/config.ts';
import { settings } from '../../src/config/settings.ts';

function mistakesOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.message.split('\n') : ['not a ConfigError'];
  }
}

describe('readConfig', () => {
  it('every setting has a default in development', () => {
    expect(readConfig({})).toEqual({
      workspaceUrl: undefined,
      demo: { hasRateLimit: false, dialect: 'R8', isLive: false },
      port: 4000,
      host: '127.0.0.1',
      isProduction: false,
      logLevel: 'warn',
      isLogPretty: false,
      hasIntrospection: true,
      hasExplorer: true,
      corsOrigins: ['https://studio.apollographql.com', 'https://sandbox.embed.apollographql.com'],
      maxUpstreamCalls: 100,
      callerCallsPerMinute: 600,
      sharesInFlight: false,
      compresses: false,
      forwardsClientIp: false,
      trustsProxy: false,
      requestTimeoutMs: 10_000,
      upstreamTimeoutMs: 3000,
      upstreamAttempts: 2,
      upstreamPipelining: 1,
      hasAutomaticPersistedQueries: false,
      persistedOperations: undefined,
      admitsUnlistedOperations: false,
      graphos: undefined,
      hive: undefined,
      tracesInline: false,
      sharedStore: undefined,
      traces: undefined,
      keepAliveTimeoutMs: 65_000,
      shutdownDelayMs: 0,
      shutdownGraceMs: 15_000,
      hasMetrics: false,
    });
  });

  it('in production, introspection and explorers are off unless turned on', () => {
    const env = { NODE_ENV: 'production', ROCKETCHAT_URL: 'https://chat.example.com' };
    expect(readConfig(env)).toMatchObject({
      isProduction: true,
      logLevel: 'info',
      hasIntrospection: false,
      hasExplorer: false,
      corsOrigins: [],
    });
    expect(readConfig({ ...env, INTROSPECTION: 'on', EXPLORER: 'on' })).toMatchObject({
      hasIntrospection: true,
      hasExplorer: true,
    });
  });

  it('settings are read from the environment; an empty value counts as absent', () => {
    const config = readConfig({
      ROCKETCHAT_URL: 'http://localhost:3000/chat',
      PORT: '0',
      HOST: '::1',
      LOG_LEVEL: 'debug',
      EXPLORER: 'off',
      INTROSPECTION: '',
      CORS_ORIGINS: 'https://a.example, http://localhost:5173',
      REQUEST_TIMEOUT_MS: '5000',
      UPSTREAM_TIMEOUT_MS: '1000',
    });
    expect(config).toMatchObject({
      workspaceUrl: 'http://localhost:3000/chat',
      port: 0,
      host: '::1',
      logLevel: 'debug',
      hasExplorer: false,
      hasIntrospection: true,
      corsOrigins: ['https://a.example', 'http://localhost:5173'],
      requestTimeoutMs: 5000,
      upstreamTimeoutMs: 1000,
    });
  });

  it('all mistakes are reported together, by name and without values', () => {
    const mistakes = mistakesOf({
      ROCKETCHAT_URL: 'https://admin:hunter2@chat.example.com',
      PORT: 'http',
      LOG_LEVEL: 'loud',
      EXPLORER: 'yes',
      TRUST_PROXY: '10.0.0.1',
      MAX_UPSTREAM_CALLS: '0',
      UPSTREAM_ATTEMPTS: '6',
      SHARE_IN_FLIGHT: 'true',
      FORWARD_CLIENT_IP: '1',
      DEMO_DIALECT: 'R9',
      CORS_ORIGINS: 'https://a.example/path',
      REQUEST_TIMEOUT_MS: '-1',
      UPSTREAM_TIMEOUT_MS: '1.5',
    });
    expect(mistakes.map((line) => line.split(':')[0] ?? '').toSorted()).toEqual([
      'CORS_ORIGINS',
      'DEMO_DIALECT',
      'EXPLORER',
      'FORWARD_CLIENT_IP',
      'LOG_LEVEL',
      'MAX_UPSTREAM_CALLS',
      'PORT',
      'REQUEST_TIMEOUT_MS',
      'ROCKETCHAT_URL',
      'SHARE_IN_FLIGHT',
      'TRUST_PROXY',
      'UPSTREAM_ATTEMPTS',
      'UPSTREAM_TIMEOUT_MS',
    ]);
    expect(mistakes.join('\n')).not.toMatch(/hunter2|a\.example\/path/);
  });

  it('usage reporting is configured by the keys of the registries', () => {
    const config = readConfig({
      APOLLO_KEY: 'service:g:x',
      APOLLO_GRAPH_REF: 'g@current',
      HIVE_TOKEN: 'hvo1/x',
      HIVE_TARGET: 'org/project/target',
      HIVE_USAGE_URL: 'https://hive.example.com/usage',
      INLINE_TRACE: 'on',
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
    [{ HIVE_TARGET: 'org/project/target' }, 'HIVE_TOKEN'],
    [{ HIVE_USAGE_URL: 'https://hive.example.com' }, 'HIVE_TOKEN'],
    [{ APOLLO_USAGE_URL: 'https://usage.example.com' }, 'APOLLO_KEY'],
    [{ SHARED_STORE_NAME: 'chat' }, 'SHARED_STORE'],
    [{ TRUST_PROXY: 'on' }, 'TRUST_PROXY'],
    [{ DEMO_RATE_LIMIT: 'on', ROCKETCHAT_URL: 'https://chat.example.com' }, 'DEMO_RATE_LIMIT'],
    [{ DEMO_DIALECT: 'R7', ROCKETCHAT_URL: 'https://chat.example.com' }, 'DEMO_DIALECT'],
    [{ DEMO_LIVE: 'on', ROCKETCHAT_URL: 'https://chat.example.com' }, 'DEMO_LIVE'],
    [{ APOLLO_KEY: 'service:g:x', APOLLO_GRAPH_REF: 'g@current', APOLLO_GRAPH_ID: 'g' }, 'APOLLO_GRAPH_ID'],
    [{ APOLLO_GRAPH_VARIANT: 'current' }, 'APOLLO_GRAPH_VARIANT'],
    [{ AUTOMATIC_PERSISTED_QUERIES: 'on', PERSISTED_OPERATIONS: 'manifest.json' }, 'AUTOMATIC_PERSISTED_QUERIES'],
    [{ PERSISTED_OPERATIONS_MODE: 'report' }, 'PERSISTED_OPERATIONS'],
    [{ PERSISTED_OPERATIONS_MODE: 'enforce' }, 'PERSISTED_OPERATIONS'],
    [{ PERSISTED_OPERATIONS_MODE: 'report', PERSISTED_OPERATIONS: '' }, 'PERSISTED_OPERATIONS'],
  ])('settings that need another one are refused without it: %o', (env, name) => {
    expect(mistakesOf(env as Record<string, string>)).toEqual([expect.stringMatching(`^${name}: `)]);
  });

  it.each([
    'redis://store',
    'redis://store:6379/2',
    'rediss://gateway:s3cret@store.example.com:6380',
    'redis://:s3cret@[::1]:6379',
  ])('the shared store is Redis or Valkey: %s', (url) => {
    expect(readConfig({ SHARED_STORE: url }).sharedStore).toEqual({ url, name: 'dm-gateway' });
    expect(readConfig({ SHARED_STORE: url, SHARED_STORE_NAME: 'chat.eu-1' }).sharedStore?.name).toBe('chat.eu-1');
  });

  it.each([
    'store:6379',
    'http://store:6379',
    'redis://',
    'redis://store/x',
    'redis://store?s3cret',
    'redis://store#1',
    'redis://:%zz@store',
    'redis://%@store',
    'redis://%C3:%A9@store',
  ])('the shared store is not %s, which the message does not repeat', (url) => {
    expect(mistakesOf({ SHARED_STORE: url })).toEqual([
      expect.stringMatching(/^SHARED_STORE: expected redis:\/\/host:port or rediss:/),
    ]);
  });

  it.each(['a b', '-a', 'ä', 'a'.repeat(65), '{a}'])('keys of a shared store do not begin with %o', (name) => {
    const mistakes = mistakesOf({ SHARED_STORE: 'redis://store', SHARED_STORE_NAME: name });
    expect(mistakes).toEqual([expect.stringMatching(/^SHARED_STORE_NAME: expected up to 64 /)]);
  });

  it('keys of a shared store begin as usual without a name', () => {
    const { sharedStore } = readConfig({ SHARED_STORE: 'redis://store', SHARED_STORE_NAME: '' });
    expect(sharedStore?.name).toBe('dm-gateway');
  });

  it.each([
    'ftp://chat.example.com',
    'chat.example.com',
    'chat.example.com:3000',
    'https://',
    'https://chat.example.com?x=1',
    'https://chat.example.com#x',
    '?',
    ' ',
  ])('Fresh 1.3: the workspace URL %s is refused with an example of a valid one', (url) =>
    expect(mistakesOf({ ROCKETCHAT_URL: url })).toEqual([
      expect.stringMatching(/^ROCKETCHAT_URL: expected .*(such as https:\/\/chat\.example\.com|without credentials)/),
    ]),
  );

  it.each(['65536', '-1', '1.5', '1e3', '0x50', '٣'])('PORT=%s is refused', (port) => {
    expect(mistakesOf({ PORT: port })).toEqual(['PORT: expected a whole number from 0 to 65535']);
  });

  it('Newcomer: mistakes mention white space around a value, which is invisible', () => {
    const hint = ' (the value has white space around it)';
    expect(mistakesOf({ PORT: '4000 ', EXPLORER: 'on\r', NODE_ENV: ' ' })).toEqual([
      `PORT: expected a whole number from 0 to 65535${hint}`,
      `NODE_ENV: expected development, production or test${hint}`,
      `EXPLORER: expected on or off${hint}`,
    ]);
  });

  it.each(['Production', 'prod', 'PRODUCTION', 'staging', 'on'])(
    'Claim 2: NODE_ENV=%s is refused, as it would start with the defaults of development',
    (value) => {
      expect(mistakesOf({ NODE_ENV: value })).toEqual(['NODE_ENV: expected development, production or test']);
    },
  );

  it.each(['loud', 'INFO', 'warning', '30'])(
    'Claim 13: LOG_LEVEL=%s is refused in the gateway’s own words',
    (value) => {
      expect(mistakesOf({ LOG_LEVEL: value })).toEqual([
        'LOG_LEVEL: expected fatal, error, warn, info, debug, trace or silent',
      ]);
    },
  );

  it.each(['999.1.1.1', '[::1]', 'http://localhost', 'local host', '127.0.0.1:4000', '1.2.3', '-', '*'])(
    'Claim 13: HOST=%s is refused',
    (value) => {
      expect(mistakesOf({ HOST: value })).toEqual([
        'HOST: expected an address or name of this machine, such as 127.0.0.1, or 0.0.0.0 for all',
      ]);
    },
  );

  it.each(['0.0.0.0', '::', '::1', 'fe80::1%eth0', 'localhost', 'my_service', 'gateway-1.internal.'])(
    'HOST=%s is accepted',
    (value) => {
      expect(readConfig({ HOST: value }).host).toBe(value);
    },
  );

  it.each([
    ['app.example.com', /^CORS_ORIGINS: entry 1 is not an origin: expected .*https:\/\/app\.example\.com/],
    ['*', /^CORS_ORIGINS: entry 1 is not an origin: /],
    ['null', /^CORS_ORIGINS: entry 1 is not an origin: /],
    ['https://a.example,https://b.example/', /^CORS_ORIGINS: entry 2 is not an origin: /],
    ['https://a.example,HTTPS://B.example', /^CORS_ORIGINS: entry 2 is not an origin: /],
    ['https://user@a.example', /^CORS_ORIGINS: entry 1 is not an origin: /],
    ['ftp://a.example', /^CORS_ORIGINS: entry 1 is not an origin: /],
    ['blob:https://a.example', /^CORS_ORIGINS: entry 1 is not an origin: /],
    [' , ', /^CORS_ORIGINS: expected /],
  ])('Claim 13: CORS_ORIGINS=%s is refused, naming the entry that is not an origin', (value, message) => {
    expect(mistakesOf({ CORS_ORIGINS: value })).toEqual([expect.stringMatching(message)]);
  });

  it('Notice: CORS_ORIGINS may have spaces around entries, and empty entries', () => {
    const { corsOrigins } = readConfig({
      CORS_ORIGINS: ' https://a.example ,\thttp://localhost:5173\n,, https://b.example:8443 ,',
    });
    expect(corsOrigins).toEqual(['https://a.example', 'http://localhost:5173', 'https://b.example:8443']);
  });

  it('Claim 1: an allowance smaller than the highest cost of one request is refused, naming both settings', () => {
    const names = /^CALLER_CALLS_PER_MINUTE: .*MAX_UPSTREAM_CALLS/;
    expect(mistakesOf({ CALLER_CALLS_PER_MINUTE: '99' })).toEqual([expect.stringMatching(names)]);
    expect(mistakesOf({ MAX_UPSTREAM_CALLS: '601' })).toEqual([expect.stringMatching(names)]);
    expect(mistakesOf({ CALLER_CALLS_PER_MINUTE: '5', MAX_UPSTREAM_CALLS: '6', PORT: 'x' })).toEqual([
      expect.stringMatching(/^PORT: /),
      expect.stringMatching(names),
    ]);
    expect(mistakesOf({ CALLER_CALLS_PER_MINUTE: '5', MAX_UPSTREAM_CALLS: '5' })).toEqual([]);
    expect(mistakesOf({ CALLER_CALLS_PER_MINUTE: '0', MAX_UPSTREAM_CALLS: '5000' })).toEqual([]);
  });

  it('Claim 12: mistakes of single settings, of combinations and of files are reported together', () => {
    const readFile = () => {
      throw new ConfigError('PERSISTED_OPERATIONS: one\nPERSISTED_OPERATIONS: two');
    };
    const env = { PORT: 'x', HIVE_TARGET: 'a/b/c', PERSISTED_OPERATIONS: 'manifest.json', ROCKETCHAT_URI: 'x' };
    expect(() => readConfig(env, readFile)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /^PORT: .*\nROCKETCHAT_URI: .*\nHIVE_TOKEN: .*\nPERSISTED_OPERATIONS: one\nPERSISTED_OPERATIONS: two$/,
        ),
      }),
    );
  });

  it('production requires a workspace, so that demo data never goes live by accident', () => {
    expect(mistakesOf({ NODE_ENV: 'production' })).toEqual([
      expect.stringMatching(/^ROCKETCHAT_URL: .*required in production/),
    ]);
  });

  describe('Fresh 1.3: any text in any variable', () => {
    const names = Object.keys(settings);
    const nearly = fc.constantFrom(
      'on',
      'off',
      '0',
      '1',
      '80',
      '65536',
      '-1',
      '1e999',
      'NaN',
      'null',
      'undefined',
      '__proto__',
      '[object Object]',
      'true',
      '*',
      ',',
      '://',
      'http://',
      'https:',
      'http:///',
      'http://[',
      'http://[::1]:99999',
      'http://a:b@c',
      'https://%',
      'https://a b',
      'https://xn--',
      'https://\u{1F600}',
      '//a',
      'chat.example.com',
      'https://chat.example.com',
      'mailto:a@b',
      'javascript:1',
      '127.0.0.1',
      '::',
      '999.1.1.1',
      'localhost',
      'a@b',
      '@',
      'a/b/c',
      'hvo1/',
      'hvo1/x',
      'service:a:b',
      'production',
      'Production',
      'R7',
      'debug',
      '/',
      '.',
      '/dev/null',
    );
    const piece = fc.oneof(
      nearly,
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ maxLength: 40 }),
      fc.webUrl(),
      fc.nat().map(String),
    );
    const text = fc.oneof(
      { weight: 3, arbitrary: piece },
      fc.array(piece, { maxLength: 4 }).map((parts) => parts.join(',')),
      fc.tuple(piece, piece).map((parts) => parts.join('')),
    );
    const anyEnv = fc.dictionary(fc.constantFrom(...names), text, { maxKeys: 8 });

    /** A config, or the lines of its mistakes. */
    const outcomeOf = (env: Record<string, string>) => {
      try {
        return readConfig(env);
      } catch (error) {
        if (error instanceof ConfigError) return error.message.split('\n');
        throw error;
      }
    };

    it('any environment gives a config, or lines that name a variable and what is expected of it', () => {
      const line = new RegExp(`^(${[...names, 'APOLLO_GRAPH_ID'].join('|')}): \\S.{10,}$`);
      const check = (env: Record<string, string>) => {
        const outcome = outcomeOf(env);
        if (!Array.isArray(outcome)) return;
        expect(outcome.length).toBeGreaterThan(0);
        for (const mistake of outcome) expect(mistake).toMatch(line);
        expect(outcome.join('\n')).not.toMatch(/zod|Invalid (input|option|url)|expected one of|\n\s+at /i);
      };
      fc.assert(
        fc.property(fc.constantFrom(...names), text, (name, value) => check({ [name]: value })),
        { seed: 10, numRuns: 5000 },
      );
      fc.assert(fc.property(anyEnv, check), { seed: 11, numRuns: 3000 });
    });

    it('a mistake in one variable is reported whatever the others hold', () => {
      const wrong = fc
        .tuple(fc.constantFrom(...names), text)
        .filter(([name, value]) => Array.isArray(outcomeOf({ [name]: value })));
      const isReported = (outcome: unknown, name: string) =>
        Array.isArray(outcome) && outcome.some((line: string) => line.startsWith(`${name}: `));
      const alone = wrong.filter(([name, value]) => isReported(outcomeOf({ [name]: value }), name));
      fc.assert(
        fc.property(anyEnv, alone, (env, [name, value]) => {
          // A mistake that is only a missing counterpart can vanish beside other settings.
          const others = outcomeOf({ ...env, [name]: value });
          if (!isReported(others, name)) expect(Object.keys(env).filter((other) => other !== name)).not.toEqual([]);
          if (!/^(APOLLO|HIVE|TRUST|DEMO|CALLER|MAX|AUTOMATIC)/.test(name)) expect(isReported(others, name)).toBe(true);
        }),
        { seed: 12, numRuns: 1000 },
      );
    });
  });
});
