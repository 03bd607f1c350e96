import { RequestContext } from '../../src/context/request-context.ts';
import type { DemoOptions } from '../../src/demo/server.ts';
import { startDemo } from '../../src/demo/server.ts';
import { singly, type BulkOrSingle } from '../../src/loaders/bulk-or-single.ts';
import { Workspace } from '../../src/upstream/workspace.ts';
import type { Caller } from './gateway.ts';

/** What a request was allowed before its loaders run. */
export interface Allowed {
  readonly ways?: Partial<BulkOrSingle>;
  /** Calls of the query cost, and of the search allowance. */
  readonly calls?: number;
  readonly spareCalls?: number;
  readonly as?: Caller;
}

/** Loaders of single requests, in front of a demo workspace that is reached over HTTP; no GraphQL in between. */
export async function startLoaders(options: DemoOptions = {}) {
  const demo = await startDemo(options);
  const workspace = new Workspace({ url: demo.url, timeoutMs: 5000 });
  return {
    demo,
    workspace,
    /** The context of a new request. */
    request({ ways, calls = 1000, spareCalls = 0, as = demo.world.member }: Allowed = {}): RequestContext {
      const context = new RequestContext(workspace, { userId: as.id, authToken: as.token }, Date.now() + 60_000);
      const cost = {
        calls,
        spareCalls,
        byEndpoint: {},
        values: 0,
        heaviest: [],
        ways: { ...singly, ...ways },
        given: [],
      };
      context.outcome.cost = cost;
      context.admit(cost, calls + spareCalls, undefined);
      return context;
    },
    /** Endpoints called since the last time, sorted. */
    endpoints(): string[] {
      const called = demo.calls.map(({ endpoint }) => endpoint).toSorted();
      demo.resetCalls();
      return called;
    },
    async close(): Promise<void> {
      await workspace.close();
      await demo.close();
    },
  };
}

export type LoaderRig = Awaited<ReturnType<typeof startLoaders>>;
