import { expect, onTestFinished, TestRunner } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { startDemo, type DemoOptions, type DemoWorkspace } from '../../src/demo/server.ts';
import { startGateway, type GatewayOptions } from '../../src/server.ts';
import { guardSecrets, inspect } from './secrets.ts';

export interface Caller {
  readonly id: string;
  readonly token: string;
}

/** A fake of Rocket.Chat. */
export interface TestUpstream {
  readonly url: string;
  /** Who sends a test's requests by default; null: they carry no credentials. */
  readonly caller: Caller | null;
  /** What no response and no log line may show. */
  readonly tokens: readonly string[];
  /** The mark in everything that belongs to one user, where upstream has one: other callers must never get it. */
  readonly ownerMark?: RegExp;
  close(): Promise<void>;
}

export interface PostOptions {
  readonly as?: Caller | null;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

export interface AskOptions extends PostOptions {
  readonly variables?: Record<string, unknown>;
}

export interface HttpResult {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly ms: number;
}

export interface GraphqlResult extends HttpResult {
  /** Typed as loosely as a test needs: what is in it is what the test asserts. */
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors:
    | readonly { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[]
    | undefined;
  readonly extensions: Record<string, unknown> | undefined;
  /** Code of each error, by its path. */
  readonly codes: Record<string, unknown>;
}

export interface GatewayBefore<Upstream> {
  readonly url: string;
  readonly upstream: Upstream;
  /** Log lines so far, parsed. */
  readonly logs: Record<string, unknown>[];
  /** Sends any JSON body. */
  readonly post: (body: unknown, options?: PostOptions) => Promise<HttpResult>;
  readonly ask: (query: string, options?: AskOptions) => Promise<GraphqlResult>;
  readonly close: () => Promise<void>;
}

export interface TestGateway extends GatewayBefore<TestUpstream> {
  readonly demo: DemoWorkspace;
  /** Also returns the upstream calls that the query made, decoded: `im.counters?roomId=r1`. */
  readonly askCounting: (query: string, options?: AskOptions) => Promise<GraphqlResult & { calls: string[] }>;
}

interface SharedOptions {
  /** Environment of the gateway. */
  readonly env?: Record<string, string>;
  readonly limits?: GatewayOptions['limits'];
  /**
   * What runs repeated operations: by default what `EXECUTION` says, so that `EXECUTION=reference npm test` runs all others by
   * graphql-js. For tests of who ran them.
   */
  readonly execution?: 'compiled' | 'reference';
}

export interface TestGatewayOptions extends SharedOptions {
  /** Options of the demo workspace to start, or a running one, which stays open when the gateway closes. */
  readonly demo?: DemoOptions | DemoWorkspace;
}

interface UpstreamOptions<Upstream> extends SharedOptions {
  /** Any other upstream, which closes with the gateway. */
  readonly upstream: Upstream;
}

/** The endpoint that the gateway reads now and then for everybody, so that it is no request's call. */
export const settingsOfAll = 'settings.public';

const executionOfTests = process.env['EXECUTION'] === 'reference' ? 'reference' : 'compiled';

/** A busy test machine must not make the gateway shed requests: ignore a late event loop and calls that wait. */
export const patient = { maxLoopDelayMs: Number.POSITIVE_INFINITY, maxCallerWaitMs: Number.POSITIVE_INFINITY } as const;

/**
 * A gateway before the demo workspace or another upstream, over real HTTP on free ports. It closes with the test that
 * starts it; one that a hook or a script starts is closed by its caller.
 */
export async function startTestGateway<Upstream extends TestUpstream>(
  options: UpstreamOptions<Upstream>,
): Promise<GatewayBefore<Upstream>>;
export async function startTestGateway(options?: TestGatewayOptions): Promise<TestGateway>;
export async function startTestGateway({
  demo: given,
  upstream,
  ...options
}: TestGatewayOptions & { readonly upstream?: TestUpstream } = {}): Promise<GatewayBefore<TestUpstream>> {
  if (upstream !== undefined) return startBefore(upstream, options);
  const isRunning = given !== undefined && 'close' in given;
  const demo = isRunning ? given : await startDemo(given);
  const { member, accounts } = demo.world;
  const gateway = await startBefore(
    {
      url: demo.url,
      caller: member,
      tokens: accounts.map(({ token }) => token),
      close: async () => void (isRunning || (await demo.close())),
    },
    options,
  );
  const testGateway: TestGateway = {
    ...gateway,
    demo,
    async askCounting(query, askOptions) {
      const before = demo.calls.length;
      const result = await gateway.ask(query, askOptions);
      return { ...result, calls: demo.callLines().slice(before) };
    },
  };
  return testGateway;
}

async function startBefore<Upstream extends TestUpstream>(
  upstream: Upstream,
  { env = {}, limits, execution = executionOfTests }: SharedOptions,
): Promise<GatewayBefore<Upstream>> {
  const logs: Record<string, unknown>[] = [];
  const gateway = await startGateway({
    config: readConfig({
      PORT: '0',
      LOG_LEVEL: 'info',
      ROCKETCHAT_URL: upstream.url,
      CALLER_CALLS_PER_MINUTE: '0',
      ...env,
    }),
    workspaceUrl: upstream.url,
    limits: { ...patient, ...limits },
    execution: execution === 'reference' ? execution : undefined,
    logDestination: {
      write(line) {
        inspect('a log line', line);
        logs.push(JSON.parse(line) as Record<string, unknown>);
      },
    },
  });
  const release = guardSecrets(gateway.url, upstream);

  async function post(body: unknown, { as = upstream.caller, headers, signal }: PostOptions = {}): Promise<HttpResult> {
    const startedAt = performance.now();
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(as !== null && { 'x-user-id': as.id, 'x-auth-token': as.token }),
        ...headers,
      },
      body: JSON.stringify(body),
      signal: signal ?? null,
    });
    const text = await response.text();
    expect(response.headers.get('cache-control')).toBe('no-store');
    const owners = upstream.ownerMark === undefined ? [] : [...text.matchAll(upstream.ownerMark)];
    expect(owners.filter(([, owner]) => owner !== as?.id)).toEqual([]);
    return { status: response.status, headers: response.headers, text, ms: performance.now() - startedAt };
  }

  let closing: Promise<void> | undefined;
  const close = () =>
    (closing ??= gateway
      .close()
      .then(release)
      .then(() => upstream.close()));
  if (TestRunner.getCurrentTest() !== undefined) onTestFinished(close);
  return {
    url: gateway.url,
    upstream,
    logs,
    post,
    async ask(query, { variables, ...options } = {}) {
      const result = await post({ query, variables }, options);
      const { data, errors, extensions } = JSON.parse(result.text) as Pick<
        GraphqlResult,
        'data' | 'errors' | 'extensions'
      >;
      const codes = Object.fromEntries(
        (errors ?? []).map((error) => [error.path?.join('.') ?? '', error.extensions['code']]),
      );
      return { ...result, data, errors, extensions, codes };
    },
    close,
  };
}
