import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config/config.ts';
import { settings } from '../../src/config/settings.ts';
import { CannotListen } from '../../src/http/listening.ts';
import { startGateway } from '../../src/server.ts';
import { runMain, startMain, urlOf } from '../support/child.ts';

const workspace = { ROCKETCHAT_URL: 'http://127.0.0.1:9' };

describe('Configuration mistakes', () => {
  test('configuration mistakes are all reported together, by name and without their values', async () => {
    const mistakes = {
      ROCKETCHAT_URL: 'https://gateway:s3cr3t-passphrase@chat.example.com',
      PORT: '99999',
      LOG_LEVEL: 'shouting',
      INTROSPECTION: 'perhaps',
      EXPLORER: 'sometimes',
      CORS_ORIGINS: 'https://app.example.com/with/path',
      REQUEST_TIMEOUT_MS: 'soonish',
      UPSTREAM_TIMEOUT_MS: '-17',
    };
    const { code, stdout, stderr } = await runMain({ env: mistakes });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const lines = stderr.trim().split('\n').slice(1);
    expect(lines.map((line) => line.split(':')[0])).toEqual(expect.arrayContaining(Object.keys(mistakes)));
    for (const value of [...Object.values(mistakes), 's3cr3t', 'passphrase']) expect(stderr).not.toContain(value);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('configuration mistakes in production include a missing workspace', async () => {
    const { code, stdout, stderr } = await runMain({ env: { NODE_ENV: 'production', PORT: '0' } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^ROCKETCHAT_URL: .*production/m);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('Claim 12: configuration mistakes include those in files and between settings', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'operations-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'operations.json');
    await writeFile(file, JSON.stringify({ good: '{ viewer { userId } }', bad: '{ viewer { nothing } }', worse: '{' }));
    const { code, stdout, stderr } = await runMain({
      env: { PORT: 'x', HIVE_TARGET: 'a/b/c', TRUST_PROXY: 'on', PERSISTED_OPERATIONS: file },
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(
      stderr
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.slice(0, 41)),
    ).toEqual([
      expect.stringMatching(/^PORT: /),
      expect.stringMatching(/^HIVE_TOKEN: /),
      expect.stringMatching(/^TRUST_PROXY: /),
      expect.stringMatching(/^PERSISTED_OPERATIONS: operation "bad" /),
      expect.stringMatching(/^PERSISTED_OPERATIONS: operation "worse" /),
    ]);
  });

  test.each<Record<string, string>>([
    { ROCKETCHAT_URL: 'chat.example.com' },
    { CORS_ORIGINS: 'app.example.com', HOST: '999.1.1.1', NODE_ENV: 'Production', PERSISTED_OPERATIONS: '/dev/zero' },
  ])('Fresh 1.3: each mistake in %j is reported on one line, without a stack', async (env) => {
    const { code, stdout, stderr } = await runMain({ env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const lines = stderr.trim().split('\n').slice(1);
    expect(lines.map((line) => /^(\w+): \S/.exec(line)?.[1] ?? '').toSorted()).toEqual(Object.keys(env).toSorted());
  });
});

describe('An address that the gateway cannot listen on', () => {
  test('Fresh 1.3: an unknown host name is reported on one line that names HOST and PORT', async () => {
    const { code, stdout, stderr } = await runMain({ env: { ...workspace, HOST: 'nosuchhost.invalid', PORT: '0' } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^Cannot listen on HOST=nosuchhost\.invalid and PORT=0 \(\w+\): [^\n]*set HOST to [^\n]*\n$/,
    );
  });
});

describe('The printed address', () => {
  test('Newcomer: with HOST=0.0.0.0 the gateway prints an address that a browser can open', async () => {
    const child = startMain({ env: { HOST: '0.0.0.0', PORT: '0' } });
    const [, url = ''] = await child.until(/Explorer\s+(http:\S+)\/explorer/);
    expect(url).toMatch(/^http:\/\/localhost:\d+$/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(child.stdout).not.toContain('0.0.0.0');
  });

  test('Claim 17: with a workspace, standard output is JSON lines only, the first one included', async () => {
    const child = startMain({ env: { ...workspace, PORT: '0' } });
    const url = await urlOf(child);
    await fetch(`${url}/graphql?query=%7B__typename%7D`, { headers: { 'apollo-require-preflight': '1' } });
    child.signal('SIGTERM');
    const { code, stdout, stderr } = await child.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([{ msg: `GraphQL at ${url}/graphql` }, { status: 200 }]);
  });
});

describe('Fresh 1.3: random settings', () => {
  const started = async (env: Record<string, string>): Promise<'refused' | 'cannot listen' | 'started'> => {
    try {
      const config = readConfig(env);
      const gateway = await startGateway({
        config,
        workspaceUrl: config.workspaceUrl ?? 'http://127.0.0.1:9',
        logDestination: { write: () => undefined },
      });
      await gateway.close();
      return 'started';
    } catch (error) {
      if (error instanceof ConfigError) return 'refused';
      if (error instanceof CannotListen) return 'cannot listen';
      throw error;
    }
  };

  test('settings that are accepted lead to a start, or to a line about HOST and PORT', async () => {
    const key = fc.stringMatching(/^[\x21-\x7E]{1,60}$/);
    const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 1 });
    const url = fc.oneof(
      fc.webUrl({ withQueryParameters: false }),
      fc.constantFrom(
        'https://[::1]:1',
        'http://a..b',
        'http:example',
        'https://xn--0',
        'http://127.1',
        'http://h/%zz/../x//',
      ),
    );
    const environments = fc.record({
      ROCKETCHAT_URL: some(url),
      HOST: some(fc.constantFrom('127.0.0.1', 'localhost', '::1', '0.0.0.0', '192.0.2.1', 'ff02::1')),
      CORS_ORIGINS: some(fc.constantFrom('http://localhost', 'https://a.example,https://b.example:8443')),
      NODE_ENV: some(fc.constantFrom('production', 'development', 'test')),
      APOLLO: some(fc.tuple(key, fc.stringMatching(/^[\w-]{1,9}@[\w-]{1,9}$/), some(url))),
      HIVE: some(
        fc.tuple(
          key,
          fc.constantFrom('', 'hvo1/'),
          fc.stringMatching(/^[\w-]{1,9}(\/[\w-]{1,9}\/[\w-]{1,9})?$/),
          some(url),
        ),
      ),
      flags: fc.dictionary(
        fc.constantFrom(
          ...Object.keys(settings).filter((name) =>
            /^(EXPLORER|INTROSPECTION|METRICS|INLINE_TRACE|SHARE_|FORWARD|AUTOMATIC)/.test(name),
          ),
        ),
        fc.constantFrom('on', 'off'),
      ),
    });
    const outcomes = new Map<string, number>();
    const property = fc.asyncProperty(environments, async ({ APOLLO, HIVE, flags, ...single }) => {
      const env: Record<string, string | undefined> = { PORT: '0', LOG_LEVEL: 'silent', ...single, ...flags };
      if (APOLLO !== undefined) [env['APOLLO_KEY'], env['APOLLO_GRAPH_REF'], env['APOLLO_USAGE_URL']] = APOLLO;
      if (HIVE !== undefined) {
        const [token, prefix, target, usageUrl] = HIVE;
        Object.assign(env, {
          HIVE_TOKEN: prefix + token,
          HIVE_USAGE_URL: usageUrl,
          ...(prefix !== '' && { HIVE_TARGET: target }),
        });
      }
      const outcome = await started(
        Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
      );
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    });
    await fc.assert(property, { seed: 13, numRuns: 25 });
    expect(outcomes.get('started')).toBeGreaterThan(10);
  });
});
