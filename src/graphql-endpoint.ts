import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import { clientAddress, type AddressOptions } from './client-address.ts';
import { readCredentials, RequestContext } from './context.ts';
import { GatewayError, type ErrorCode } from './errors.ts';
import { maxBodyBytes } from './limits.ts';
import type { Logger, Redactor } from './observability/log.ts';
import type { Safelist } from './safelist.ts';
import type { Workspace } from './upstream/workspace.ts';

export interface GraphqlEndpointOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly workspace: Workspace;
  /** The only operations that are answered; undefined: all are. */
  readonly safelist: Safelist | undefined;
  readonly corsOrigins: ReadonlySet<string>;
  readonly requestTimeoutMs: number;
  readonly addresses: AddressOptions;
  readonly log: Logger;
  readonly redactor: Redactor;
}

/** Every answer holds one caller's data, or depends on who asks: no cache may keep it. */
const fixedHeaders = {
  'cache-control': 'no-store',
  vary: 'Origin, Accept, X-Auth-Token, X-User-Id',
  'x-content-type-options': 'nosniff',
} as const;

/** The request headers that are looked at behind this: media types, proofs of a preflight, our own two, and for registries. */
const apolloHeaders = [
  'accept',
  'content-type',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-upstream-report',
  'x-upstream-plan',
  'apollographql-client-name',
  'apollographql-client-version',
  'apollo-federation-include-trace',
] as const;

/**
 * `/graphql`: the path of every query, straight on node:http. It checks the request, reads its body, hands both to
 * Apollo Server, writes the answer in one piece, and one log line after it.
 */
export function createGraphqlEndpoint(options: GraphqlEndpointOptions) {
  const { apollo, workspace, safelist, corsOrigins, requestTimeoutMs, addresses, log, redactor } = options;

  return async function answerGraphql(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const requestId = readRequestId(req.headers['x-request-id']);
    const credentials = readCredentials(req);
    const release = credentials === undefined ? undefined : redactor.hold(credentials.authToken);
    const address = clientAddress(req, addresses);
    const timeoutMs = readTimeout(req.headers['x-request-timeout-ms'], requestTimeoutMs);
    const request = new RequestContext(workspace, credentials && { ...credentials, address }, Date.now() + timeoutMs);
    const deadline = setTimeout(() => request.stop(timedOut()), timeoutMs);
    res.on('close', () => {
      clearTimeout(deadline);
      if (!res.writableFinished) request.stop(clientLeft());
      release?.();
    });

    let answer: HTTPGraphQLResponse;
    try {
      checkAccept(req);
      const body = req.method === 'POST' ? await readBody(req) : undefined;
      const asked = toApollo(req, body);
      const httpGraphQLRequest = safelist === undefined ? asked : safelist.admit(asked);
      if (httpGraphQLRequest === undefined) throw notInList();
      answer = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => request });
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error;
      answer = error.answer;
    }
    const status = answer.status ?? 200;
    write(req, res, answer, status, requestId);
    log.info({
      requestId,
      operation: request.outcome.operationName,
      status,
      durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
      upstreamCalls: sum(request.upstreamCalls.values()),
      ...(request.outcome.plan !== undefined && { plannedCalls: request.outcome.plan.calls }),
      ...(request.retries > 0 && { retries: request.retries }),
      ...(request.droppedRows > 0 && { droppedRows: request.droppedRows }),
      ...request.outcome.errors,
    });
  };

  function write(
    req: IncomingMessage,
    res: ServerResponse,
    { headers, body }: HTTPGraphQLResponse,
    status: number,
    requestId: string,
  ): void {
    if (body.kind !== 'complete') throw new Error('incremental delivery is not enabled');
    const bytes = Buffer.from(body.string);
    const { origin } = req.headers;
    res.writeHead(status, {
      ...Object.fromEntries(headers),
      ...fixedHeaders,
      ...(origin !== undefined && corsOrigins.has(origin) && corsHeaders(origin)),
      ...(!req.complete && { connection: 'close' }),
      'x-request-id': requestId,
      'content-length': bytes.length,
    });
    res.end(bytes);
  }
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);

const corsHeaders = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': 'Retry-After, X-Request-Id',
});

const timedOut = () => new GatewayError('UPSTREAM_TIMEOUT', 'The request took longer than it may.', { detail: 'deadline' });
const clientLeft = () => new GatewayError('UPSTREAM_UNAVAILABLE', 'The client left.', { detail: 'client left' });

/** With less time than this no call would be worth beginning. */
const minTimeoutMs = 100;

/** A client that waits less than the gateway would may say so; what is not a number of milliseconds is ignored. */
const readTimeout = (header: string | string[] | undefined, longestMs: number): number =>
  typeof header === 'string' && /^\d{1,9}$/.test(header)
    ? Math.min(longestMs, Math.max(minTimeoutMs, Number(header)))
    : longestMs;

/** The client's id if it is safe to log, else a fresh one. */
const readRequestId = (header: string | string[] | undefined): string =>
  typeof header === 'string' && /^[\w.-]{1,128}$/.test(header) ? header : randomUUID();

function toApollo(req: IncomingMessage, body: unknown): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const name of apolloHeaders) {
    const value = req.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  // A browser sends this header to another site only after a preflight, which proves as much as Apollo's own header.
  if (req.headers['x-auth-token'] !== undefined) headers.set('apollo-require-preflight', 'by x-auth-token');
  const url = req.url ?? '';
  const question = url.indexOf('?');
  return { method: req.method ?? '', headers, search: question === -1 ? '' : url.slice(question), body };
}

/** A request that is refused before GraphQL sees it, in the shape of a GraphQL answer. */
class BadRequest extends Error {
  readonly answer: HTTPGraphQLResponse;

  constructor(status: number, message: string, code: ErrorCode = 'BAD_REQUEST') {
    super(message);
    const string = JSON.stringify({ errors: [{ message, extensions: { code } }] });
    const headers = new HeaderMap([['content-type', 'application/json; charset=utf-8']]);
    this.answer = { status, headers, body: { kind: 'complete', string } };
  }
}

/** Media types that an answer can have; a browser that opens the address takes HTML first. */
const acceptable = /\*\/\*|application\/(?:\*|json|graphql-response\+json)/i;

/** Refuses a client that could not read the answer before anything is asked for it. */
function checkAccept({ method, headers: { accept } }: IncomingMessage): void {
  if (accept === undefined || acceptable.test(accept) || (method === 'GET' && accept.includes('text/html'))) return;
  throw new BadRequest(406, 'The answer is application/json or application/graphql-response+json: accept one of them.');
}

/** The JSON of a POST: UTF-8, not packed, of at most 100 KiB. */
async function readBody(req: IncomingMessage): Promise<unknown> {
  checkBodyHeaders(req);
  const bytes = await readBytes(req);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new BadRequest(400, 'The body is not JSON in UTF-8.');
  }
}

function checkBodyHeaders({ headers }: IncomingMessage): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new BadRequest(415, 'Send the body without content-encoding.');
  }
  const [type = '', ...parameters] = (headers['content-type'] ?? '').split(';').map((part) => part.trim().toLowerCase());
  if (type !== 'application/json') throw new BadRequest(415, 'Send the query as application/json.');
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (charset !== undefined && !['utf-8', 'utf8', '"utf-8"'].includes(charset)) {
    throw new BadRequest(415, 'Send the body in UTF-8.');
  }
  if (Number(headers['content-length'] ?? 0) > maxBodyBytes) throw tooLarge();
}

function readBytes(req: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBodyBytes) {
        req.pause();
        reject(tooLarge());
      } else chunks.push(chunk);
    });
    req.on('end', () => resolve(Buffer.concat(chunks, length)));
    req.on('error', () => reject(new BadRequest(400, 'The body broke off.')));
  });
}

const notInList = () =>
  new BadRequest(400, 'This gateway answers only the operations of its list, and this is none of them.', 'PERSISTED_QUERY_NOT_IN_LIST');
const tooLarge = () => new BadRequest(413, `The body is larger than ${maxBodyBytes} bytes.`);
