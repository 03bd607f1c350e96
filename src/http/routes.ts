import type { IncomingMessage } from 'node:http';
import cors from '@fastify/cors';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Explorer } from './explorer-page.ts';
import type { GraphqlEndpoint } from './graphql-endpoint.ts';
import { errorResponse } from './http-error.ts';
import { respondUnparsable, createHttpServer, type HttpLimits } from './http-server.ts';
import { htmlType, jsonType, preferredType } from './media-types.ts';
import { describeUnexpected, type Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { refusals, type Refusal } from './refusals.ts';
import { closesConnection, fixedHeaders } from './response-headers.ts';
import { welcomePage, welcomePageHeaders } from './welcome-page.ts';

export interface RouteOptions {
  readonly graphql: GraphqlEndpoint;
  readonly limits: HttpLimits;
  readonly requestTimeoutMs: number;
  readonly corsOrigins: readonly string[];
  /** Undefined: no explorer. */
  readonly explorer: Explorer | undefined;
  readonly metrics: Metrics | undefined;
  readonly isDraining: () => boolean;
  readonly log: Logger;
}

/** One port: `/graphql` straight on node:http, every other path on Fastify. */
export async function createRoutes(options: RouteOptions): Promise<FastifyInstance> {
  const { graphql, limits, requestTimeoutMs, isDraining, metrics, log } = options;
  const app = Fastify({
    routerOptions: { ignoreTrailingSlash: true },
    frameworkErrors: (_error, _request, reply: FastifyReply) => void sendRefusal(reply, refusals.malformed),
    serverFactory: (handleOtherPaths) =>
      createHttpServer((req, res) => {
        if (!isGraphql(req)) {
          // As long as for a query, which can be under way before it on the same connection.
          const deadline = setTimeout(() => res.destroy(), requestTimeoutMs + limits.writeTimeoutMs);
          res.on('close', () => clearTimeout(deadline));
          return handleOtherPaths(req, res);
        }
        graphql.handle(req, res).catch((error: unknown) => {
          log.error({ unexpected: describeUnexpected(error) });
          res.destroy();
        });
      }, limits),
    clientErrorHandler: respondUnparsable,
    schemaController: { compilersFactory: withoutSchemas },
  });
  await addCors(app, options.corsOrigins);
  // No route here takes a body, so none is read.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  app.addHook('onSend', async (request, reply) => {
    reply.headers(fixedHeaders);
    if (closesConnection(request.raw, isDraining())) reply.header('connection', 'close');
  });
  app.setNotFoundHandler((_request, reply) => sendRefusal(reply, refusals.notFound));
  app.setErrorHandler((_error, _request, reply) => sendRefusal(reply, refusals.malformed));
  addProbes(app, isDraining);
  if (metrics !== undefined) {
    app.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.print()));
  }
  await addPages(app, options);
  return app;
}

/**
 * No route has a JSON schema, so nothing compiles one. Without these, Fastify loads its compilers, which take longer to load
 * than Fastify itself.
 */
const withoutSchemas = { buildValidator: noCompiler, buildSerializer: noCompiler };

function noCompiler(): never {
  throw new Error('A route with a JSON schema needs the compilers that Fastify would load by default.');
}

/** CORS preflights of `/graphql` are Fastify's too. */
const isGraphql = ({ url = '', method }: IncomingMessage): boolean =>
  /^\/graphql\/?(?:\?|$)/.test(url) && method !== 'OPTIONS';

/** With the fixed headers, because Fastify runs no hooks for `frameworkErrors`. */
function sendRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status, headers, body } = errorResponse(refusal);
  return reply
    .code(status)
    .headers({ ...headers, ...fixedHeaders })
    .send(body);
}

const addCors = (app: FastifyInstance, corsOrigins: readonly string[]) =>
  app.register(cors, {
    origin: [...corsOrigins],
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
      // Of a browser that traces its requests, which would fail without.
      'Traceparent',
      'Tracestate',
    ],
    maxAge: 600,
    strictPreflight: false, // answer OPTIONS requests that are not preflights the same way
  });

/** Liveness and readiness. */
function addProbes(app: FastifyInstance, isDraining: () => boolean): void {
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_request, reply) =>
    isDraining() ? reply.code(503).send({ status: 'draining' }) : { status: 'ok' },
  );
}

/** The offline explorer, and `/`, which leads browsers to an explorer, or tells them where queries go. */
async function addPages(app: FastifyInstance, { explorer, log }: RouteOptions): Promise<void> {
  const hasExplorer = explorer !== undefined;
  const hasOfflineExplorer = hasExplorer && (await addOfflineExplorer(app, explorer, log));
  app.get('/', (request, reply) => {
    if (preferredType(request.headers.accept, [jsonType, htmlType]) !== htmlType) return reply.callNotFound();
    if (hasExplorer) return reply.redirect(hasOfflineExplorer ? '/explorer' : '/graphql');
    return reply.headers(welcomePageHeaders).send(welcomePage);
  });
}

async function addOfflineExplorer(app: FastifyInstance, explorer: Explorer, log: Logger): Promise<boolean> {
  const { addExplorer, explorerMissing } = await import('./explorer.ts');
  const isInstalled = await addExplorer(app, explorer);
  if (!isInstalled) log.warn(explorerMissing);
  return isInstalled;
}
