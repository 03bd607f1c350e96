import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ApolloServer } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Config } from './config/config.ts';
import type { RequestContext } from './context/request-context.ts';
import { errorCodes, GatewayError } from './errors.ts';
import { Admission, defaultAdmission, type AdmissionLimits } from './http/admission.ts';
import type { ExplorerHeaders } from './http/explorer.ts';
import { GraphqlEndpoint } from './http/graphql-endpoint.ts';
import { ParamsGate } from './http/params-gate.ts';
import { boundMemory, type Memory } from './http/held-bytes.ts';
import { defaultHttpLimits, type HttpLimits } from './http/http-server.ts';
import { cannotListen, linkTo } from './http/listening.ts';
import { createRoutes } from './http/routes.ts';
import { ShedLog } from './http/shed-log.ts';
import { createLog, Redactor, type Logger } from './observability/log.ts';
import { LoopDelay } from './observability/loop-delay.ts';
import type { Metrics } from './observability/metrics.ts';
import { standardOutput } from './observability/standard-output.ts';
import { StoreLog } from './observability/store-log.ts';
import { createUsageReporters } from './observability/usage.ts';
import { CallAllowance } from './operation/allowance.ts';
import { createApollo, type Execution } from './operation/apollo.ts';
import { readOperations } from './operation/persisted-operations.ts';
import { Safelist } from './operation/safelist.ts';
import { UnlistedLog } from './operation/unlisted-log.ts';
import { createSchema } from './schema/executable.ts';
import type { ReplicasStore } from './store/replicas-store.ts';
import { claimedUserOf } from './upstream/memory/caller-key.ts';
import { Workspace } from './upstream/workspace.ts';

export interface GatewayOptions {
  readonly config: Config;
  /** Workspace to serve: `config.workspaceUrl`, or the demo's. */
  readonly workspaceUrl: string;
  /** Credentials that the explorers open with. Without them, the explorers show empty headers to fill in. */
  readonly explorerHeaders?: ExplorerHeaders;
  /** Where log lines go; standard output by default. */
  readonly logDestination?: { write(line: string): void };
  /** Overrides of the limits, for tests. */
  readonly limits?: Partial<HttpLimits & AdmissionLimits>;
  /** What runs operations; a setting for tests. */
  readonly execution?: Execution;
}

export interface Gateway {
  /** `http://host:port` with the actual port; `localhost` if the gateway listens on all addresses. */
  readonly url: string;
  readonly log: Logger;
  /** Fails /readyz, stops accepting requests after the configured delay, lets requests in progress finish, closes everything. */
  close(): Promise<void>;
}

/** Long-lived objects, in order of creation. */
interface Parts {
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

interface Services {
  readonly apollo: ApolloServer<RequestContext>;
  readonly graphql: GraphqlEndpoint;
  readonly app: FastifyInstance;
}

const blankHeaders: ExplorerHeaders = { 'X-User-Id': '', 'X-Auth-Token': '' };
/** The explorers show the estimated and the actual cost of each query. */
const reportHeader: ExplorerHeaders = { 'X-Upstream-Report': '1' };

/** Assembles the gateway and starts it. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config } = options;
  const { keepAliveTimeoutMs } = config;
  const limits = { ...defaultAdmission, ...defaultHttpLimits, keepAliveTimeoutMs, ...options.limits };
  const parts = createParts(options, limits, await openStore(options));
  let isDraining = false;
  const services = await createServices(parts, options, limits, () => isDraining);
  const { apollo, app } = services;
  apollo.addPlugin(
    ApolloServerPluginDrainHttpServer({ httpServer: app.server, stopGracePeriodMillis: config.shutdownGraceMs }),
  );
  await apollo.start();
  try {
    await app.listen({ port: config.port, host: config.host });
  } catch (error) {
    parts.loopDelay.stop();
    await Promise.all([apollo.stop(), parts.workspace.close(), parts.store?.close()]);
    throw cannotListen(config, error);
  }
  return {
    url: linkTo(config, app.server.address() as AddressInfo),
    log: parts.log,
    async close() {
      isDraining = true;
      await delay(config.shutdownDelayMs);
      await shutDown(parts, services);
    },
  };
}

/** Nothing of it is loaded unless the gateway has a store. */
async function openStore({ config, workspaceUrl }: GatewayOptions): Promise<ReplicasStore | undefined> {
  const { sharedStore, requestTimeoutMs, upstreamTimeoutMs } = config;
  if (sharedStore === undefined) return undefined;
  const { ReplicasStore } = await import('./store/replicas-store.ts');
  return ReplicasStore.open({ ...sharedStore, workspaceUrl, callMs: requestTimeoutMs + upstreamTimeoutMs });
}

function createParts(
  { config, workspaceUrl, logDestination }: GatewayOptions,
  limits: HttpLimits & AdmissionLimits,
  store: ReplicasStore | undefined,
): Parts {
  const { persistedOperations } = config;
  const schema = createSchema();
  const safelist =
    persistedOperations === undefined ? undefined : new Safelist(readOperations(persistedOperations, schema));
  const redactor = new Redactor();
  const { graphos, hive, sharedStore } = config;
  for (const secret of [graphos?.key, hive?.token, passwordOf(sharedStore?.url)])
    if (secret !== undefined) redactor.hold(secret);
  const log = createLog(config.logLevel, redactor, logDestination ?? standardOutput());
  const workspace = new Workspace({
    url: workspaceUrl,
    timeoutMs: config.upstreamTimeoutMs,
    attempts: config.upstreamAttempts,
    sharesInFlight: config.sharesInFlight,
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

/** Apollo Server, the endpoint before it, and the routes around both. */
async function createServices(
  parts: Parts,
  options: GatewayOptions,
  limits: HttpLimits,
  isDraining: () => boolean,
): Promise<Services> {
  const { config, log, allowance } = parts;
  const explorerHeaders = config.hasExplorer
    ? { ...(options.explorerHeaders ?? blankHeaders), ...reportHeader }
    : undefined;
  const metrics = config.hasMetrics ? await createMetrics(parts, () => app) : undefined;
  const { apollo, fastPath } = createApollo(parts.schema, config, log, {
    landingPage: explorerHeaders && (await import('./http/explorer.ts')).sandboxPage(explorerHeaders),
    usageReporters: await createUsageReporters(config),
    allowance,
    sharedQueries: parts.store?.queries,
    metrics,
    execution: options.execution,
  });
  const graphql = new GraphqlEndpoint({
    ...parts,
    apollo,
    fastPath,
    gate: new ParamsGate({ ...config, safelist: parts.safelist }),
    unlistedLog: new UnlistedLog(log, metrics),
    hasPage: config.hasExplorer,
    corsOrigins: new Set(config.corsOrigins),
    requestTimeoutMs: config.requestTimeoutMs,
    writeTimeoutMs: limits.writeTimeoutMs,
    isDraining,
    metrics,
    addresses: { forwards: config.forwardsClientIp, trustsProxy: config.trustsProxy },
  });
  const { corsOrigins, requestTimeoutMs } = config;
  const app = await createRoutes({
    graphql,
    limits,
    requestTimeoutMs,
    corsOrigins,
    explorerHeaders,
    metrics,
    isDraining,
    log,
  });
  return { apollo, graphql, app };
}

/** What not every gateway uses is loaded only where it is used, so that the others start sooner and take less memory. */
const createMetrics = async (parts: Parts, app: () => FastifyInstance): Promise<Metrics> => {
  const { Metrics } = await import('./observability/metrics.ts');
  const { admission, loopDelay, memory, redactor, allowance, workspace, store } = parts;
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
  });
};

/** Milliseconds to write the last responses before connections are cut, and to write the last lines of the log. */
const lastCallMs = 500;

/** Lets requests finish within the grace period. Shortly before it ends, the rest are answered with the data so far. */
async function shutDown(
  { config, workspace, store, loopDelay, shedLog, log }: Parts,
  { apollo, graphql, app }: Services,
): Promise<void> {
  const lastCall = setTimeout(() => graphql.stopAll(shuttingDown()), Math.max(0, config.shutdownGraceMs - lastCallMs));
  await apollo.stop();
  clearTimeout(lastCall);
  loopDelay.stop();
  shedLog.flush();
  await app.close();
  await workspace.close();
  await store?.close();
  const flushed = new Promise<void>((resolve) => log.flush(() => resolve()));
  await Promise.race([flushed, delay(lastCallMs, undefined, { ref: false })]);
}

const shuttingDown = () =>
  new GatewayError('SHUTTING_DOWN', errorCodes.SHUTTING_DOWN.meaning, { retryAfterSeconds: 1 });
