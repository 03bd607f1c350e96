import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { projectPath, startMain } from '../support/child.ts';

const reporter = fileURLToPath(new URL('report-loaded.ts', import.meta.url));
const workspace = { NODE_ENV: 'production', ROCKETCHAT_URL: 'http://127.0.0.1:9', LOG_LEVEL: 'info' };

/** Modules of a gateway that has started, answered a request, and stopped: ours by path, others by package. */
async function loadedWith(env: Record<string, string>, query?: string): Promise<string[]> {
  const child = startMain({ flags: ['--import', reporter], env: { PORT: '0', ...env } });
  const [url] = await child.until(/http:\/\/[\w.]+:\d+/);
  if (query !== undefined) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-user-id': 'u'.repeat(17), 'x-auth-token': 't'.repeat(43) },
      body: JSON.stringify({ query }),
    });
    expect(await response.json()).toMatchObject({ data: {} });
  }
  child.signal('SIGTERM');
  const { code, stderr } = await child.ended;
  expect(code).toBe(0);
  const names = stderr.split('\n').flatMap((line) => {
    const path = line.startsWith('file:') ? fileURLToPath(line) : line;
    const [, inPackage] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
    if (inPackage !== undefined) return inPackage;
    return path.startsWith(`${projectPath}src/`) ? path.slice(projectPath.length) : [];
  });
  return [...new Set(names)].toSorted();
}

/** Loaded by those who use them: packages by name, our own modules by pattern. */
const onDemand = {
  'the demo workspace': /^src\/demo\//,
  'commands for the schema': /^src\/registry\//,
  'the doctor': /^src\/doctor\//,
  'lines for people': /^src\/(welcome|observability\/pretty-log)\.ts$/,
  explorers: /^(ruru|src\/http\/(explorer|inbox)\.ts)$/,
  metrics: /^(prom-client|src\/observability\/(metrics|call-metrics|gauges)\.ts)$/,
  // The library of metrics loads the bare interface of traces too.
  traces: /^(@opentelemetry\/(?!api$).*|src\/observability\/traces\/.*)$/,
  'reports to GraphOS': /^@apollo\/(usage-reporting-protobuf|protobufjs|utils\.usagereporting)$/,
  'reports to Hive': /^@graphql-hive\//,
  federation: /^(@apollo\/subgraph|src\/resolvers\/federation\.ts)$/,
  'a shared store': /^(@redis\/client|src\/store\/)/,
  'compilers of JSON schemas': /^(ajv|@fastify\/.*-compiler)$/,
} as const;

const found = (names: readonly string[]): string[] =>
  Object.entries(onDemand).flatMap(([part, pattern]) => (names.some((name) => pattern.test(name)) ? [part] : []));

describe('A start loads only what is used', () => {
  test('before a workspace, nothing that is optional', async () => {
    const names = await loadedWith(workspace, '{ __typename }');
    expect(names).toEqual(expect.arrayContaining(['fastify', 'graphql', 'pino', 'src/server.ts']));
    expect(found(names)).toEqual([]);
  });

  test.each<[part: keyof typeof onDemand, env: Record<string, string>, query?: string]>([
    ['metrics', { METRICS: 'on' }],
    ['lines for people', { LOG_FORMAT: 'pretty' }],
    ['traces', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }],
    ['explorers', { EXPLORER: 'on' }],
    ['reports to Hive', { HIVE_TOKEN: 'token', HIVE_USAGE_URL: 'http://127.0.0.1:9' }],
    [
      'reports to GraphOS',
      { APOLLO_KEY: 'service:graph:key', APOLLO_GRAPH_REF: 'graph@current', APOLLO_USAGE_URL: 'http://127.0.0.1:9' },
    ],
    ['a shared store', { SHARED_STORE: 'redis://127.0.0.1:9' }],
    ['federation', {}, '{ _entities(representations: []) { __typename } }'],
  ])('%s, where used, and nothing else', async (part, env, query) => {
    expect(found(await loadedWith({ ...workspace, ...env }, query))).toEqual([part]);
  });

  test('the demo workspace and its explorers without a workspace', async () => {
    expect(found(await loadedWith({}))).toEqual(['the demo workspace', 'explorers']);
  });
});
