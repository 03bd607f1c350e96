import { getOperationAST, type DocumentNode, type GraphQLSchema } from 'graphql';
import { afterAll, beforeAll } from 'vitest';
import { RequestContext } from '../../src/context/request-context.ts';
import { startDemo, type DemoWorkspace } from '../../src/demo/server.ts';
import { CostEstimator } from '../../src/operation/cost/estimator.ts';
import { atMost } from '../../src/operation/cost/tally.ts';
import { Workspace } from '../../src/upstream/workspace.ts';

/** The demo workspace for the tests of a file, and contexts for operations that they run without the HTTP server. */
export interface DirectRequests {
  readonly demo: DemoWorkspace;
  /** Of the demo's member or administrator. The operation's cost is estimated, and may be what it likes. */
  contextOf(as: 'member' | 'admin', document: DocumentNode, variables?: Record<string, unknown>): RequestContext;
}

/** Starts before the tests of the file, and stops after them. */
export function useDirectRequests(schema: GraphQLSchema): DirectRequests {
  let demo: DemoWorkspace | undefined;
  let workspace: Workspace | undefined;
  beforeAll(async () => {
    demo = await startDemo();
    workspace = new Workspace({ url: demo.url, timeoutMs: 5000 });
  });
  afterAll(async () => {
    await workspace?.close();
    await demo?.close();
  });
  const estimator = new CostEstimator(schema);
  const started = () => {
    if (demo === undefined || workspace === undefined) throw new Error('The demo workspace has not started.');
    return { demo, workspace };
  };
  return {
    get demo() {
      return started().demo;
    },
    contextOf(as, document, variables = {}) {
      const { id, token } = started().demo.world[as];
      const credentials = { userId: id, authToken: token };
      const context = new RequestContext(started().workspace, credentials, Date.now() + 60_000);
      const operation = getOperationAST(document);
      const cost = operation && estimator.estimate(document, operation, variables);
      if (cost == null) return context;
      context.outcome.cost = cost;
      context.admit(cost, atMost(cost, Number.MAX_SAFE_INTEGER), undefined);
      return context;
    },
  };
}
