import type { GraphQLSchema } from 'graphql';
import type { Config } from './config/config.ts';
import { Admission, type AdmissionLimits } from './http/admission.ts';
import { boundMemory, type Memory } from './http/held-bytes.ts';
import type { HttpLimits } from './http/http-server.ts';
import { ShedLog } from './http/shed-log.ts';
import { createLog, Redactor, type Logger } from './observability/log.ts';
import { LoopDelay } from './observability/loop-delay.ts';
import { standardOutput } from './observability/standard-output.ts';
import { StoreLog } from './observability/store-log.ts';
import { CallAllowance } from './operation/allowance.ts';
import { readOperations } from './operation/persisted-operations.ts';
import { Safelist } from './operation/safelist.ts';
import { createSchema } from './schema/executable.ts';
import type { ReplicasStore } from './store/replicas-store.ts';
import { claimedUserOf } from './upstream/memory/caller-key.ts';
import { Workspace } from './upstream/workspace.ts';

export interface PartsOptions {
  readonly config: Config;
  /** Workspace to serve: `config.workspaceUrl`, or the demo's. */
  readonly workspaceUrl: string;
  /** Where log lines go; standard output by default. */
  readonly logDestination?: { write(line: string): void };
}

/** Long-lived objects, in order of creation. */
export interface Parts {
  readonly config: Config;
  readonly schema: GraphQLSchema;
  readonly safelist: Safelist | undefined;
  readonly log: Logger;
  readonly redactor: Redactor;
  /** What replicas share; undefined when this process is on its own. */
  readonly store: ReplicasStore | undefined;
  readonly workspace: Workspace;
  readonly allowance: CallAllowance | undefined;
  readonly loopDelay: LoopDelay;
  readonly admission: Admission;
  readonly memory: Memory;
  readonly shedLog: ShedLog;
}

/** Nothing of it is loaded unless the gateway has a store. */
async function openStore({ config, workspaceUrl }: PartsOptions): Promise<ReplicasStore | undefined> {
  const { sharedStore, requestTimeoutMs, upstreamTimeoutMs } = config;
  if (sharedStore === undefined) return undefined;
  const { ReplicasStore } = await import('./store/replicas-store.ts');
  const store = new ReplicasStore({ ...sharedStore, workspaceUrl, callMs: requestTimeoutMs + upstreamTimeoutMs });
  await store.connect();
  return store;
}

export async function createParts(options: PartsOptions, limits: HttpLimits & AdmissionLimits): Promise<Parts> {
  const { config, workspaceUrl, logDestination } = options;
  const { persistedOperations } = config;
  const schema = createSchema();
  const safelist =
    persistedOperations === undefined ? undefined : new Safelist(readOperations(persistedOperations, schema));
  const store = await openStore(options);
  const redactor = new Redactor();
  const { graphos, hive, traces, sharedStore } = config;
  const secrets = [graphos?.key, hive?.token, passwordOf(sharedStore?.url), ...Object.values(traces?.headers ?? {})];
  for (const secret of secrets) if (secret !== undefined) redactor.hold(secret);
  const log = createLog(config.logLevel, redactor, logDestination ?? standardOutput());
  const workspace = new Workspace({
    url: workspaceUrl,
    timeoutMs: config.upstreamTimeoutMs,
    attempts: config.upstreamAttempts,
    sharesInFlight: config.sharesInFlight,
    pipelining: config.upstreamPipelining,
    store,
  });
  store?.subscribe(new StoreLog(log, store));
  const loopDelay = new LoopDelay();
  const readings = {
    loopDelayMs: () => loopDelay.p99Ms,
    fillsQueue: (callerKey: string) => workspace.isFilledBy(callerKey),
    callerWaitMs: (callerKey: string) => workspace.waitOf(callerKey),
  };
  return {
    config,
    schema,
    safelist,
    log,
    redactor,
    store,
    workspace,
    allowance: createAllowance(config, workspace, store),
    loopDelay,
    admission: new Admission(readings, limits),
    memory: boundMemory(limits),
    shedLog: new ShedLog(log),
  };
}

const passwordOf = (url: string | undefined): string | undefined =>
  (url === undefined ? undefined : decodeURIComponent(new URL(url).password)) || undefined;

function createAllowance(
  { callerCallsPerMinute: callsPerMinute }: Config,
  { acceptedCallers }: Workspace,
  store: ReplicasStore | undefined,
): CallAllowance | undefined {
  if (callsPerMinute === undefined) return undefined;
  const userOf = (callerKey: string) => acceptedCallers.userOf(callerKey);
  return new CallAllowance({ callsPerMinute, userOf, claimOf: claimedUserOf, shared: store?.allowances });
}
