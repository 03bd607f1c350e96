import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApolloServer } from '@apollo/server';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import type { FastifyInstance } from 'fastify';
import type { RequestContext } from './context/request-context.ts';
import { errorCodes, GatewayError } from './errors.ts';
import { defaultAdmission, type AdmissionLimits } from './http/admission.ts';
import { Compressor } from './http/compression.ts';
import type { ExplorerHeaders } from './http/explorer-page.ts';
import { GraphqlEndpoint } from './http/graphql-endpoint.ts';
import { ParamsGate } from './http/params-gate.ts';
import { defaultHttpLimits, type HttpLimits } from './http/http-server.ts';
import { cannotListen, linkTo } from './http/listening.ts';
import type { InboxUser } from './http/inbox.ts';
import { createRoutes } from './http/routes.ts';
import type { TourSubjects } from './http/tour.ts';
import type { Logger } from './observability/log.ts';
import type { Traces } from './observability/traces/traces.ts';
import { createUsageReporters } from './observability/usage.ts';
import { createMetrics, createTraces } from './observers.ts';
import { createApollo, type Execution } from './operation/apollo.ts';
import { UnlistedLog } from './operation/unlisted-log.ts';
import { createParts, type Parts, type PartsOptions } from './parts.ts';

export interface GatewayOptions extends PartsOptions {
  /** Credentials that the explorers open with. Without them, the explorers show empty headers to fill in. */
  readonly explorerHeaders?: ExplorerHeaders;
  /** What the explorers' tour shows of this workspace. Without them, what every workspace has. */
  readonly tourSubjects?: TourSubjects;
  /** As whom one can open the inbox. Without them, it asks for a user id and a token. */
  readonly inboxUsers?: readonly InboxUser[];
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

interface Services {
  readonly apollo: ApolloServer<RequestContext>;
  readonly graphql: GraphqlEndpoint;
  readonly app: FastifyInstance;
  readonly traces: Traces | undefined;
}

const blankHeaders: ExplorerHeaders = { 'X-User-Id': '', 'X-Auth-Token': '' };
/** The explorers show the estimated and the actual cost of each query. */
const reportHeader: ExplorerHeaders = { 'X-Upstream-Report': '1' };

/** Assembles the gateway and starts it. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config } = options;
  const { keepAliveTimeoutMs } = config;
  const limits = { ...defaultAdmission, ...defaultHttpLimits, keepAliveTimeoutMs, ...options.limits };
  const parts = await createParts(options, limits);
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

/** Apollo Server, the endpoint before it, and the routes around both. */
async function createServices(
  parts: Parts,
  options: GatewayOptions,
  limits: HttpLimits,
  isDraining: () => boolean,
): Promise<Services> {
  const { config, log, allowance } = parts;
  const headers = { ...(options.explorerHeaders ?? blankHeaders), ...reportHeader };
  const explorer = config.hasExplorer ? { headers, subjects: options.tourSubjects } : undefined;
  const metrics = await createMetrics(parts, () => app);
  const traces = await createTraces({ ...parts, workspaceUrl: options.workspaceUrl, metrics });
  const { apollo, fastPath } = createApollo(parts.schema, config, log, {
    landingPage: explorer && (await import('./http/explorer.ts')).sandboxPage(explorer),
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
    compressor: config.compresses ? new Compressor() : undefined,
    requestTimeoutMs: config.requestTimeoutMs,
    writeTimeoutMs: limits.writeTimeoutMs,
    isDraining,
    metrics,
    traces,
    addresses: { forwards: config.forwardsClientIp, trustsProxy: config.trustsProxy },
  });
  const { corsOrigins, requestTimeoutMs } = config;
  const app = await createRoutes({
    graphql,
    limits,
    requestTimeoutMs,
    corsOrigins,
    explorer,
    inboxUsers: options.inboxUsers ?? [],
    metrics,
    isDraining,
    log,
  });
  return { apollo, graphql, app, traces };
}

/** Milliseconds to write the last responses before connections are cut, and to send the last traces and lines of the log. */
const lastCallMs = 500;

/** Lets requests finish within the grace period. Shortly before it ends, the rest are answered with the data so far. */
async function shutDown(
  { config, workspace, store, loopDelay, shedLog, log }: Parts,
  { apollo, graphql, app, traces }: Services,
): Promise<void> {
  const lastCall = setTimeout(() => graphql.stopAll(shuttingDown()), Math.max(0, config.shutdownGraceMs - lastCallMs));
  await apollo.stop();
  clearTimeout(lastCall);
  loopDelay.stop();
  shedLog.flush();
  await app.close();
  await Promise.all([workspace.close(), traces?.close(lastCallMs)]);
  await store?.close();
  const flushed = new Promise<void>((resolve) => log.flush(() => resolve()));
  await Promise.race([flushed, delay(lastCallMs, undefined, { ref: false })]);
}

const shuttingDown = () =>
  new GatewayError('SHUTTING_DOWN', errorCodes.SHUTTING_DOWN.meaning, { retryAfterSeconds: 1 });
