import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import type { Config } from './config/config.ts';
import type { Admission } from './http/admission.ts';
import type { Memory } from './http/held-bytes.ts';
import type { Logger, Redactor } from './observability/log.ts';
import type { LoopDelay } from './observability/loop-delay.ts';
import type { Metrics } from './observability/metrics.ts';
import type { Traces } from './observability/traces/traces.ts';
import type { CallAllowance } from './operation/allowance.ts';
import { packageVersion } from './package-version.ts';
import type { ReplicasStore } from './store/replicas-store.ts';
import type { Workspace } from './upstream/workspace.ts';

// What not every gateway uses is loaded only where it is used, so that the others start sooner and take less memory.

export interface MeasuredParts {
  readonly config: Config;
  readonly redactor: Redactor;
  readonly workspace: Workspace;
  readonly allowance: CallAllowance | undefined;
  readonly loopDelay: LoopDelay;
  readonly admission: Admission;
  readonly memory: Memory;
  readonly store: ReplicasStore | undefined;
}

export async function createMetrics(parts: MeasuredParts, app: () => FastifyInstance): Promise<Metrics | undefined> {
  const { config, admission, loopDelay, memory, redactor, allowance, workspace, store } = parts;
  if (!config.hasMetrics) return undefined;
  const { Metrics } = await import('./observability/metrics.ts');
  return new Metrics({
    inFlight: () => admission.inFlight,
    shed: () => admission.shed,
    loopDelayMs: () => loopDelay.p99Ms,
    arrivingBytes: () => memory.arriving.bytes,
    heldBytes: () => memory.held.bytes,
    unsentBytes: () => memory.unsent.bytes,
    heldTokens: () => redactor.held,
    connections: () => promisify(app().server.getConnections.bind(app().server))(),
    knownCallers: () => allowance?.knownUsers ?? 0,
    windows: () => workspace.rateLimits.windows(),
    workspace,
    store,
    versions: { version: packageVersion(), node: process.version },
  });
}

export interface TracedParts {
  readonly config: Config;
  readonly redactor: Redactor;
  readonly log: Logger;
  readonly workspaceUrl: string;
  readonly metrics: Metrics | undefined;
}

export async function createTraces(parts: TracedParts): Promise<Traces | undefined> {
  const { config, redactor, log, workspaceUrl, metrics } = parts;
  const { traces: settings } = config;
  if (settings === undefined) return undefined;
  const { Traces } = await import('./observability/traces/traces.ts');
  const clean = (text: string) => redactor.clean(text);
  return new Traces({ settings, workspaceUrl, version: packageVersion(), calls: metrics?.calls, clean, log });
}
