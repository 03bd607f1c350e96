import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import cors from '@fastify/cors';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { Admission, defaultAdmission, type AdmissionLimits } from './http/admission.ts';
import { errorBody, fixedHeaders } from './http/answer-shape.ts';
import { createApollo } from './operation/apollo.ts';
import type { Config } from './config/config.ts';
import { GatewayError } from './errors.ts';
import { addExplorer, explorerMissing, sandboxPage, type ExplorerHeaders } from './http/explorer.ts';
import { CallAllowance } from './operation/allowance.ts';
import { createGraphqlEndpoint } from './http/graphql-endpoint.ts';
import { HeldBytes } from './http/held-bytes.ts';
import {
  answerUnreadable,
  createHttpServer,
  defaultHttpLimits,
  isLatestOfConnection,
  type HttpLimits,
} from './http/http-server.ts';
import { ShedLog } from './http/shed-log.ts';
import { cannotListen, linkTo } from './http/listening.ts';
import { createLog, describeUnexpected, Redactor, type Logger } from './observability/log.ts';
import { LoopDelay } from './observability/loop-delay.ts';
import { Metrics } from './observability/metrics.ts';
import { standardOutput } from './observability/standard-output.ts';
import { createUsageReporters } from './observability/usage.ts';
import { canKeepConnection } from './http/request-body.ts';
import { readOperations } from './operation/persisted-operations.ts';
import { Safelist } from './operation/safelist.ts';
import { createSchema } from './schema/executable.ts';
import { claimedUserOf } from './upstream/memory/caller-key.ts';
import { Workspace } from './upstream/workspace.ts';

export interface GatewayOptions {
  readonly config: Config;
  /** Workspace to serve: `config.workspaceUrl`, or the demo's. */
  readonly workspaceUrl: string;
  /** Credentials that the explorers open with; none, and they show where to put them. */
  readonly explorerHeaders?: ExplorerHeaders;
  /** Where log lines go; standard output by default. */
  readonly logDestination?: { write(line: string): void };
  /** What is held and waited for; the defaults are meant for the world outside of tests. */
  readonly limits?: Partial<HttpLimits & AdmissionLimits>;
}

export interface Gateway {
  /** `http://host:port`, with the port that was taken; `localhost` where it listens on all addresses. */
  readonly url: string;
  readonly log: Logger;
  /** Says at /readyz that it closes, after the set delay stops taking requests, lets those under way finish, and closes everything. */
  close(): Promise<void>;
}

const blankHeaders: ExplorerHeaders = { 'X-User-Id': '', 'X-Auth-Token': '' };
/** The explorers show what each query was planned to cost, and what it did. */
const reportHeader: ExplorerHeaders = { 'X-Upstream-Report': '1' };

/** Starts the gateway: one port, `/graphql` straight on node:http, everything else on Fastify. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, workspaceUrl, logDestination } = options;
  const explorerHeaders = { ...(options.explorerHeaders ?? blankHeaders), ...reportHeader };
  const limits = {
    ...defaultAdmission,
    ...defaultHttpLimits,
    keepAliveTimeoutMs: config.keepAliveTimeoutMs,
    ...options.limits,
  };
  const schema = createSchema();
  const safelist =
    config.persistedOperations === undefined
      ? undefined
      : new Safelist(readOperations(config.persistedOperations, schema));
  const redactor = new Redactor();
  for (const secret of [config.graphos?.key, config.hive?.token]) if (secret !== undefined) redactor.hold(secret);
  const log = createLog(config.logLevel, redactor, logDestination ?? standardOutput());
  const workspace = new Workspace({
    url: workspaceUrl,
    timeoutMs: config.upstreamTimeoutMs,
    attempts: config.upstreamAttempts,
    sharesInFlight: config.sharesInFlight,
  });
  const loopDelay = new LoopDelay();
  const readings = {
    loopDelayMs: () => loopDelay.p99Ms,
    fillsQueue: (callerKey: string) => workspace.isFilledBy(callerKey),
    callerWaitMs: (callerKey: string) => workspace.waitOf(callerKey),
  };
  const admission = new Admission(readings, limits);
  const arriving = new HeldBytes(limits.maxArrivingBytes, smallBodyBytes);
  const held = new HeldBytes(limits.maxHeldBytes, smallRequestBytes);
  const unsent = new HeldBytes(limits.maxUnsentBytes, smallAnswerBytes);
  const { callerCallsPerMinute: callsPerMinute } = config;
  const userOf = (callerKey: string) => workspace.acceptedCallers.userOf(callerKey);
  const allowance =
    callsPerMinute === undefined ? undefined : new CallAllowance({ callsPerMinute, userOf, claimOf: claimedUserOf });
  const metrics = config.hasMetrics
    ? new Metrics({
        inFlight: () => admission.inFlight,
        shed: () => admission.shed,
        loopDelayMs: () => loopDelay.p99Ms,
        arrivingBytes: () => arriving.bytes,
        heldBytes: () => held.bytes,
        unsentBytes: () => unsent.bytes,
        heldTokens: () => redactor.held,
        connections: () => promisify(app.server.getConnections.bind(app.server))(),
        knownCallers: () => allowance?.knownUsers ?? 0,
        windows: () => workspace.rateLimits.windows(),
        workspace,
      })
    : undefined;
  const landingPage = config.hasExplorer ? sandboxPage(explorerHeaders) : undefined;
  const usageReporters = await createUsageReporters(config);
  const apollo = createApollo(schema, config, log, { landingPage, usageReporters, allowance });
  const shedLog = new ShedLog(log);
  let isDraining = false;
  const graphql = createGraphqlEndpoint({
    apollo,
    workspace,
    safelist,
    hasAutomaticPersistedQueries: config.hasAutomaticPersistedQueries,
    hasPage: landingPage !== undefined,
    corsOrigins: new Set(config.corsOrigins),
    requestTimeoutMs: config.requestTimeoutMs,
    writeTimeoutMs: limits.writeTimeoutMs,
    admission,
    shedLog,
    isDraining: () => isDraining,
    arriving,
    held,
    unsent,
    metrics,
    addresses: { forwards: config.forwardsClientIp, trustsProxy: config.trustsProxy },
    log,
    redactor,
  });

  const app = Fastify({
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: (_error, _request, reply: FastifyReply) => {
      void reply.code(400).headers(fixedHeaders).send(errorBody('The request cannot be read.'));
    },
    serverFactory: (everythingElse) =>
      createHttpServer((req, res) => {
        if (!isGraphqlPath(req.url) || req.method === 'OPTIONS') return everythingElse(req, res);
        graphql.answer(req, res).catch((error: unknown) => {
          log.error({ unexpected: describeUnexpected(error) });
          res.destroy();
        });
      }, limits),
    clientErrorHandler: answerUnreadable,
  });
  await addRoutes(app, config, () => isDraining);
  if (metrics !== undefined) {
    app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.print()));
  }
  const hasOfflineExplorer = config.hasExplorer && (await addExplorer(app, explorerHeaders));
  if (config.hasExplorer && !hasOfflineExplorer) log.warn(explorerMissing);
  app.get('/', (request, reply) => {
    if (request.headers.accept?.includes('text/html') !== true) return reply.callNotFound();
    if (config.hasExplorer) return reply.redirect(hasOfflineExplorer ? '/explorer' : '/graphql');
    return reply.type('text/plain; charset=utf-8').send('This is a GraphQL API: send queries to /graphql, by POST.\n');
  });

  apollo.addPlugin(
    ApolloServerPluginDrainHttpServer({ httpServer: app.server, stopGracePeriodMillis: config.shutdownGraceMs }),
  );
  await apollo.start();
  try {
    await app.listen({ port: config.port, host: config.host });
  } catch (error) {
    loopDelay.stop();
    await Promise.all([apollo.stop(), workspace.close()]);
    throw cannotListen(config, error);
  }
  return {
    url: linkTo(config, app.server.address() as AddressInfo),
    log,
    async close() {
      isDraining = true;
      await delay(config.shutdownDelayMs);
      // Shortly before the connections are cut, what is still under way is answered with what is there.
      const lastCall = setTimeout(
        () => graphql.stopAll(shuttingDown()),
        Math.max(0, config.shutdownGraceMs - lastCallMs),
      );
      await apollo.stop();
      clearTimeout(lastCall);
      loopDelay.stop();
      shedLog.flush();
      await app.close();
      await workspace.close();
      await Promise.race([
        new Promise<void>((resolve) => log.flush(() => resolve())),
        delay(lastCallMs, undefined, { ref: false }),
      ]);
    },
  };
}

/** Smaller bodies are those of nearly all requests, and all connections together hold little of them. */
const smallBodyBytes = 16 * 1024;
/** What usual requests take of the heap, of which all that may be under way take little. */
const smallRequestBytes = 256 * 1024;
/** Smaller answers fit into the buffers of the operating system. */
const smallAnswerBytes = 64 * 1024;
/** Milliseconds for the last answers to be written before the connections are cut, and for the last lines of the log. */
const lastCallMs = 500;

const shuttingDown = () =>
  new GatewayError('SHUTTING_DOWN', 'The gateway shut down before it had this: ask again.', { retryAfterSeconds: 1 });

const isGraphqlPath = (url = ''): boolean => /^\/graphql\/?(?:\?|$)/.test(url);

async function addRoutes(app: FastifyInstance, config: Config, isDraining: () => boolean): Promise<void> {
  await app.register(cors, {
    origin: [...config.corsOrigins],
    methods: ['GET', 'POST'],
    allowedHeaders: [
      'Content-Type',
      'X-Auth-Token',
      'X-User-Id',
      'X-Request-Id',
      'X-Request-Timeout-Ms',
      'X-Upstream-Plan',
      'X-Upstream-Report',
      'Apollo-Require-Preflight',
      'X-Apollo-Operation-Name',
      'ApolloGraphQL-Client-Name',
      'ApolloGraphQL-Client-Version',
    ],
    maxAge: 600,
    strictPreflight: false, // an OPTIONS that is none is told the same
  });
  // Nothing here takes a body, so none is read.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.addHook('onSend', async (request, reply) => {
    const mayBeKept = reply.hasHeader('cache-control'); // files of the explorer
    reply.headers(mayBeKept ? { 'x-content-type-options': 'nosniff' } : fixedHeaders);
    if ((isDraining() && isLatestOfConnection(request.raw)) || !canKeepConnection(request.raw))
      reply.header('connection', 'close');
  });
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) =>
    isDraining() ? reply.code(503).send({ status: 'draining' }) : { status: 'ok' },
  );
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(errorBody('There is nothing here: queries go to /graphql.')),
  );
  app.setErrorHandler((_error, _request, reply) => reply.code(400).send(errorBody('The request cannot be read.')));
}
