import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServerPluginDrainHttpServer } from '@apollo/server/plugin/drainHttpServer';
import cors from '@fastify/cors';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { createApollo } from './apollo.ts';
import type { Config } from './config.ts';
import { addExplorer, sandboxPage, type ExplorerHeaders } from './explorer.ts';
import { createGraphqlEndpoint } from './graphql-endpoint.ts';
import { createLog, describeUnexpected, Redactor, type Logger } from './observability/log.ts';
import { createUsageReporters } from './observability/usage.ts';
import { Safelist } from './safelist.ts';
import { createSchema } from './schema.ts';
import { Workspace } from './upstream/workspace.ts';

export interface GatewayOptions {
  readonly config: Config;
  /** Workspace to serve: `config.workspaceUrl`, or the demo's. */
  readonly workspaceUrl: string;
  /** Credentials that the explorers open with; none, and they show where to put them. */
  readonly explorerHeaders?: ExplorerHeaders;
  /** Where log lines go; standard output by default. */
  readonly logDestination?: { write(line: string): void };
}

export interface Gateway {
  /** `http://host:port`, with the port that was taken. */
  readonly url: string;
  readonly log: Logger;
  /** Stops taking requests, lets those under way finish, and closes everything. */
  close(): Promise<void>;
}

const blankHeaders: ExplorerHeaders = { 'X-User-Id': '', 'X-Auth-Token': '' };
/** The explorers show what each query was planned to cost, and what it did. */
const reportHeader: ExplorerHeaders = { 'X-Upstream-Report': '1' };

/** Starts the gateway: one port, `/graphql` straight on node:http, everything else on Fastify. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, workspaceUrl, logDestination } = options;
  const explorerHeaders = { ...(options.explorerHeaders ?? blankHeaders), ...reportHeader };
  const redactor = new Redactor();
  for (const secret of [config.graphos?.key, config.hive?.token]) if (secret !== undefined) redactor.hold(secret);
  const log = createLog(config.logLevel, redactor, logDestination);
  const workspace = new Workspace({
    url: workspaceUrl,
    timeoutMs: config.upstreamTimeoutMs,
    sharesInFlight: config.sharesInFlight,
  });
  const landingPage = config.hasExplorer ? sandboxPage(explorerHeaders) : undefined;
  const apollo = createApollo(createSchema(), config, log, { landingPage, usageReporters: await createUsageReporters(config) });
  const answerGraphql = createGraphqlEndpoint({
    apollo,
    workspace,
    safelist: config.persistedOperations === undefined ? undefined : Safelist.read(config.persistedOperations),
    corsOrigins: new Set(config.corsOrigins),
    requestTimeoutMs: config.requestTimeoutMs,
    addresses: { forwards: config.forwardsClientIp, trustsProxy: config.trustsProxy },
    log,
    redactor,
  });

  let isDraining = false;
  const app = Fastify({
    frameworkErrors: (_error, _request, reply: FastifyReply) => {
      void reply.code(400).header('cache-control', 'no-store').send(graphqlShaped('The request cannot be read.'));
    },
    serverFactory: (everythingElse) =>
      createHttpServer((req, res) => {
        if (!isGraphqlPath(req.url) || req.method === 'OPTIONS') return everythingElse(req, res);
        answerGraphql(req, res).catch((error: unknown) => {
          log.error({ unexpected: describeUnexpected(error) });
          res.destroy();
        });
      }),
  });
  await addRoutes(app, config, () => isDraining);
  const hasExplorer = config.hasExplorer && (await addExplorer(app, explorerHeaders));
  if (config.hasExplorer && !hasExplorer) log.warn('The offline explorer is not installed: run `npm install ruru`.');

  apollo.addPlugin(ApolloServerPluginDrainHttpServer({ httpServer: app.server }));
  await apollo.start();
  await app.listen({ port: config.port, host: config.host });
  const { port } = app.server.address() as AddressInfo;
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  return {
    url: `http://${host}:${port}`,
    log,
    async close() {
      isDraining = true;
      await apollo.stop();
      await app.close();
      await workspace.close();
    },
  };
}

/** Limits on what a client may make the server hold, and a keep-alive longer than a balancer's usual 60 s. */
const createHttpServer = (listener: RequestListener): Server =>
  createServer(
    {
      maxHeaderSize: 16 * 1024,
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: 65_000,
    },
    listener,
  );

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
  });
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    reply.header('x-content-type-options', 'nosniff');
  });
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) =>
    isDraining() ? reply.code(503).send({ status: 'draining' }) : { status: 'ok' },
  );
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(graphqlShaped('There is nothing here: queries go to /graphql.')),
  );
  app.setErrorHandler((_error, _request, reply) =>
    reply.code(400).send(graphqlShaped('The request cannot be read.')),
  );
}

const graphqlShaped = (message: string) => ({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
