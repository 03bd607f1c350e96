import { expect } from 'vitest';
import { startMain, urlOf, type Child } from './child.ts';
import type { Caller } from './gateway.ts';
import { metricOf } from './metric.ts';

export interface Replica {
  readonly url: string;
  readonly child: Child;
  /** Code of the first error, or `ok`; `gone` when the process does not answer. */
  ask(as: Caller, query?: string): Promise<string>;
  /** A value of its metrics. */
  metric(name: string): Promise<number>;
}

const plainQuery = '{ viewer { user { name } } }';

/** Processes of the gateway before one workspace, with one store. */
export const startReplicas = (
  count: number,
  workspaceUrl: string,
  storeUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Replica[]> => Promise.all(Array.from({ length: count }, () => startReplica(workspaceUrl, storeUrl, env)));

export async function startReplica(
  workspaceUrl: string,
  storeUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Replica> {
  const child = startMain({
    env: {
      PORT: '0',
      LOG_LEVEL: 'info',
      EXPLORER: 'off',
      METRICS: 'on',
      ROCKETCHAT_URL: workspaceUrl,
      SHARED_STORE: storeUrl,
      CALLER_CALLS_PER_MINUTE: '0',
      ...env,
    },
  });
  const url = await urlOf(child);
  return {
    url,
    child,
    async ask({ id, token }, query = plainQuery) {
      try {
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-user-id': id, 'x-auth-token': token },
          body: JSON.stringify({ query }),
        });
        const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
        return errors?.[0]?.extensions.code ?? 'ok';
      } catch {
        return 'gone';
      }
    },
    metric: (name) => metricOf({ url }, name),
  };
}

/** How often the replicas lost the store, as a busy machine makes it too slow at times. */
export async function outagesOf(replicas: readonly Replica[]): Promise<number> {
  const outages = await Promise.all(replicas.map((replica) => replica.metric('gateway_store_outages_total')));
  return outages.reduce((sum, each) => sum + each, 0);
}

/**
 * The first of three runs in which no replica loses the store and none sheds a request, as those on a busy machine do: only
 * such a run shows whether users take turns. `run` returns the codes of its requests.
 */
export async function runUndisturbed<Result extends { readonly codes: readonly string[] }>(
  replicas: readonly Replica[],
  run: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 0; tries < 3; tries += 1) {
    const before = await outagesOf(replicas);
    const result = await run();
    if ((await outagesOf(replicas)) === before && !result.codes.includes('OVERLOADED')) return result;
    await expect.poll(() => areUp(replicas), { timeout: 10_000, interval: 100 }).toBe(true);
  }
  throw new Error(
    'A replica lost the store or shed requests in each of three runs: the machine is too busy for this test.',
  );
}

async function areUp(replicas: readonly Replica[]): Promise<boolean> {
  const up = await Promise.all(replicas.map((replica) => replica.metric('gateway_store_up')));
  return up.every((each) => each === 1);
}
