import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import cors from '@fastify/cors';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { Admission, defaultAdmission, type AdmissionLimits } from './http/admission.ts';
import { errorBody, fixedHeaders } from './http/answer-shape.ts';
import { createApollo } from './apollo.ts';
import type { Config } from './config.ts';
import { GatewayError } from './errors.ts';
import { addExplorer, sandboxPage, type ExplorerHeaders } from './explorer.ts';
import { Fairness } from './fairness.ts';
import { createGraphqlEndpoint } from './http/graphql-endpoint.ts';
import { HeldBytes } from './http/held-bytes.ts';
import { answerUnreadable, createHttpServer, defaultHttpLimits, type HttpLimits } from './http/http-server.ts';
import { createLog, describeUnexpected, Redactor, type Logger } from './observability/log.ts';
import { LoopDelay } from './observability/loop-delay.ts';
import { Metrics } from './observability/metrics.ts';
import { standardOutput } from './observability/standard-output.ts';
import { createUsageReporters } from './observability/usage.ts';
import { canKeepConnection } from './http/request-body.ts';
import { Safelist } from './safelist.ts';
import { createSchema } from './schema.ts';
import { defaultLimits as queueLimits } from './upstream/queue.ts';
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
  /** `http://host:port`, with the port that was taken. */
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
  const limits = { ...defaultAdmission, ...defaultHttpLimits, keepAliveTimeoutMs: config.keepAliveTimeoutMs, ...options.limits };
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
    queueUse: () => workspace.queueLength / queueLimits.waiting,
    callerWaitMs: (callerKey: string) => workspace.waitOf(callerKey),
  };
  const admission = new Admission(readings, limits);
  const arriving = new HeldBytes(limits.maxArrivingBytes, smallBodyBytes);
  const held = new HeldBytes(limits.maxHeldBytes, smallRequestBytes);
  const unsent = new HeldBytes(limits.maxUnsentBytes, smallAnswerBytes);
  const { callerCallsPerMinute: callsPerMinute } = config;
  const fairness = callsPerMinute === undefined ? undefined : new Fairness({ callsPerMinute });
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
        knownCallers: () => fairness?.knownCallers ?? 0,
        windows: () => workspace.budget.windows(),
        workspace,
      })
    : undefined;
  const landingPage = config.hasExplorer ? sandboxPage(explorerHeaders) : undefined;
  const usageReporters = await createUsageReporters(config);
  const apollo = createApollo(createSchema(), config, log, { landingPage, usageReporters, fairness });
  const graphql = createGraphqlEndpoint({
    apollo,
    workspace,
    safelist: config.persistedOperations === undefined ? undefined : Safelist.read(config.persistedOperations),
    corsOrigins: new Set(config.corsOrigins),
    requestTimeoutMs: config.requestTimeoutMs,
    writeTimeoutMs: limits.writeTimeoutMs,
    admission,
    arriving,
    held,
    unsent,
    metrics,
    addresses: { forwards: config.forwardsClientIp, trustsProxy: config.trustsProxy },
    log,
    redactor,
  });

  let isDraining = false;
  const app = Fastify({
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
  const hasExplorer = config.hasExplorer && (await addExplorer(app, explorerHeaders));
  if (config.hasExplorer && !hasExplorer) log.warn('The offline explorer is not installed: run `npm install ruru`.');

  apollo.addPlugin(ApolloServerPluginDrainHttpServer({ httpServer: app.server, stopGracePeriodMillis: config.shutdownGraceMs }));
  await apollo.start();
  await app.listen({ port: config.port, host: config.host });
  const { port } = app.server.address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return {
    url: `http://${host}:${port}`,
    log,
    async close() {
      isDraining = true;
      await delay(config.shutdownDelayMs);
      // Shortly before the connections are cut, what is still under way is answered with what is there.
      const lastCall = setTimeout(() => graphql.stopAll(shuttingDown()), Math.max(0, config.shutdownGraceMs - lastCallMs));
      await apollo.stop();
      clearTimeout(lastCall);
      loopDelay.stop();
      await app.close();
      await workspace.close();
      await Promise.race([new Promise<void>((resolve) => log.flush(() => resolve())), delay(lastCallMs, undefined, { ref: false })]);
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

const shuttingDown = () => new GatewayError('UPSTREAM_UNAVAILABLE', 'The gateway is shutting down.', { detail: 'shutdown' });

const isGraphqlPath = (url = ''): boolean => url === '/graphql' || url.startsWith('/graphql?');

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
    if (!canKeepConnection(request.raw)) reply.header('connection', 'close');
  });
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) =>
    isDraining() ? reply.code(503).send({ status: 'draining' }) : { status: 'ok' },
  );
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(errorBody('There is nothing here: queries go to /graphql.')),
  );
  app.setErrorHandler((_error, _request, reply) =>
    reply.code(400).send(errorBody('The request cannot be read.')),
  );
}
