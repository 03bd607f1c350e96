import { readConfig } from '../../src/config/config.ts';
import { startDemo, type DemoOptions, type DemoWorkspace } from '../../src/demo/server.ts';
import { startGateway, type GatewayOptions } from '../../src/server.ts';
import { guardSecrets, inspect } from './secrets.ts';

export interface Caller {
  readonly id: string;
  readonly token: string;
}

export interface GraphqlResult {
  readonly status: number;
  readonly headers: Headers;
  /** Typed as loosely as a test needs: what is in it is what the test asserts. */
  readonly data: Record<string, unknown> | null | undefined;
  readonly errors:
    | readonly { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[]
    | undefined;
  readonly extensions: Record<string, unknown> | undefined;
}

export interface AskOptions {
  readonly variables?: Record<string, unknown>;
  /** Who asks: the demo's normal user by default, nobody with null. */
  readonly as?: Caller | null;
  readonly headers?: Record<string, string>;
}

export interface TestGateway {
  readonly url: string;
  readonly demo: DemoWorkspace;
  /** Log lines so far, parsed. */
  readonly logs: Record<string, unknown>[];
  ask(query: string, options?: AskOptions): Promise<GraphqlResult>;
  /** The same, with the upstream calls that it made, decoded: `im.counters?roomId=r1`. */
  askCounting(query: string, options?: AskOptions): Promise<GraphqlResult & { calls: string[] }>;
  close(): Promise<void>;
}

export interface TestGatewayOptions {
  /** Options of the demo workspace to start, or a running one to use (which then stays open). */
  readonly demo?: DemoOptions | DemoWorkspace;
  /** Environment of the gateway. */
  readonly env?: Record<string, string>;
  readonly limits?: GatewayOptions['limits'];
}

/** A busy test machine is not a busy gateway: that it is late, and calls wait, turns no request away. */
export const patient = { maxLoopDelayMs: Number.POSITIVE_INFINITY, maxCallerWaitMs: Number.POSITIVE_INFINITY } as const;

const isRunning = (demo: DemoOptions | DemoWorkspace | undefined): demo is DemoWorkspace =>
  demo !== undefined && 'close' in demo;

/** A demo workspace and a gateway before it, both over real HTTP on free ports. */
export async function startTestGateway({
  demo: given,
  env = {},
  limits,
}: TestGatewayOptions = {}): Promise<TestGateway> {
  const demo = isRunning(given) ? given : await startDemo(given);
  const logs: Record<string, unknown>[] = [];
  const config = readConfig({
    PORT: '0',
    LOG_LEVEL: 'info',
    ROCKETCHAT_URL: demo.url,
    CALLER_CALLS_PER_MINUTE: '0',
    ...env,
  });
  const gateway = await startGateway({
    config,
    workspaceUrl: demo.url,
    limits: { ...patient, ...limits },
    logDestination: {
      write(line) {
        inspect('a log line', line);
        logs.push(JSON.parse(line) as Record<string, unknown>);
      },
    },
  });
  const release = guardSecrets(gateway.url, demo);

  const ask = async (query: string, { variables, as, headers }: AskOptions = {}): Promise<GraphqlResult> => {
    const caller = as === undefined ? demo.world.member : as;
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(caller !== null && { 'x-user-id': caller.id, 'x-auth-token': caller.token }),
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as Pick<GraphqlResult, 'data' | 'errors' | 'extensions'>;
    return {
      status: response.status,
      headers: response.headers,
      data: body.data,
      errors: body.errors,
      extensions: body.extensions,
    };
  };

  return {
    url: gateway.url,
    demo,
    logs,
    ask,
    async askCounting(query, options) {
      const before = demo.calls.length;
      const result = await ask(query, options);
      return { ...result, calls: demo.callLines().slice(before) };
    },
    async close() {
      await gateway.close();
      release();
      if (!isRunning(given)) await demo.close();
    },
  };
}
