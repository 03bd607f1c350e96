import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import type { Admission, ShedReason } from './admission.ts';
import { clientAddress, type AddressOptions } from './client-address.ts';
import { readCredentials, RequestContext } from './context.ts';
import { GatewayError, type ErrorCode } from './errors.ts';
import { maxBodyBytes, maxVariableDepth } from './limits.ts';
import type { Logger, Redactor } from './observability/log.ts';
import type { Metrics } from './observability/metrics.ts';
import { OperationGuard } from './operation-guard.ts';
import type { Safelist } from './safelist.ts';
import type { Unsent } from './unsent.ts';
import type { Workspace } from './upstream/workspace.ts';

export interface GraphqlEndpointOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly workspace: Workspace;
  /** The only operations that are answered; undefined: all are. */
  readonly safelist: Safelist | undefined;
  readonly corsOrigins: ReadonlySet<string>;
  readonly requestTimeoutMs: number;
  /** For an answer to be read, after the time that its request may take. */
  readonly writeTimeoutMs: number;
  readonly admission: Admission;
  readonly unsent: Unsent;
  readonly metrics: Metrics | undefined;
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

/** The endpoint, and the requests that are under way in it. */
export interface GraphqlEndpoint {
  answer(req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Answers every request under way at once, with what is there. */
  stopAll(reason: GatewayError): void;
}

/**
 * `/graphql`: the path of every query, straight on node:http. It checks the request, reads its body, hands both to
 * Apollo Server, writes the answer in one piece, and one log line after it.
 */
export function createGraphqlEndpoint(options: GraphqlEndpointOptions): GraphqlEndpoint {
  const { apollo, workspace, safelist, corsOrigins, requestTimeoutMs, writeTimeoutMs } = options;
  const { admission, unsent, metrics, addresses, log, redactor } = options;
  const guard = new OperationGuard();
  const underWay = new Set<RequestContext>();

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const requestId = readRequestId(req.headers['x-request-id']);
    const credentials = readCredentials(req);
    const address = clientAddress(req, addresses);
    const timeoutMs = readTimeout(req.headers['x-request-timeout-ms'], requestTimeoutMs);
    const request = new RequestContext(workspace, credentials && { ...credentials, address }, Date.now() + timeoutMs);
    const shed = admission.refusal(request.callerKey);
    if (shed !== undefined) return writeShed(req, res, shed, requestId);
    const release = credentials === undefined ? undefined : redactor.hold(credentials.authToken);
    underWay.add(request);
    let leave: (() => void) | undefined;
    let deadline = setTimeout(() => {
      request.stop(timedOut());
      deadline = setTimeout(() => res.destroy(), writeTimeoutMs); // whoever reads that slowly holds memory and a connection
    }, timeoutMs);
    res.on('close', () => {
      clearTimeout(deadline);
      underWay.delete(request);
      if (!res.writableFinished) request.stop(clientLeft());
      release?.();
    });

    let response: HTTPGraphQLResponse;
    let refusedAs: ErrorCode | undefined;
    try {
      checkAccept(req);
      const body = req.method === 'POST' ? await readBody(req) : undefined;
      const late = admission.refusal(request.callerKey);
      if (late !== undefined) return writeShed(req, res, late, requestId);
      leave = admission.enter();
      const asked = toApollo(req, body);
      const httpGraphQLRequest = safelist === undefined ? asked : safelist.admit(asked);
      if (httpGraphQLRequest === undefined) throw notInList();
      checkSize(httpGraphQLRequest, guard);
      response = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => request });
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error;
      response = error.answer;
      refusedAs = error.code;
    } finally {
      leave?.();
      settle(request);
    }
    const status = response.status ?? 200;
    write(req, res, response, status, requestId);
    const durationMs = performance.now() - startedAt;
    const { codes = refusedAs === undefined ? {} : { [refusedAs]: 1 }, ...errors } = request.outcome.errors ?? {};
    metrics?.requestEnded({ status, seconds: durationMs / 1000, codes, upstreamCalls: request.upstreamCalls });
    log.info({
      requestId,
      operation: request.outcome.operationName,
      status,
      durationMs: Math.round(durationMs * 10) / 10,
      upstreamCalls: sum(request.upstreamCalls.values()),
      ...(request.outcome.plan !== undefined && { plannedCalls: request.outcome.plan.calls }),
      ...(request.retries > 0 && { retries: request.retries }),
      ...(request.droppedRows > 0 && { droppedRows: request.droppedRows }),
      ...(Object.keys(codes).length > 0 && { codes, ...errors }),
    });
  }

  /** Turns a request away, with nothing done for it: not even a log line, of which there would be as many. */
  function writeShed(req: IncomingMessage, res: ServerResponse, reason: ShedReason, requestId: string): void {
    const retryAfter = String(1 + Math.floor(Math.random() * 3)); // not all at the same time
    const { answer } = new BadRequest(503, 'The gateway has too much to do: try again shortly.', 'OVERLOADED');
    answer.headers.set('retry-after', retryAfter);
    // Whoever reads a small body to its end keeps the connection; a balancer would else open a new one for each request.
    const isSmall = req.headers['transfer-encoding'] === undefined && Number(req.headers['content-length'] ?? 0) <= maxBodyBytes;
    write(req, res, answer, 503, requestId, isSmall);
    metrics?.requestEnded({ status: 503, seconds: 0, codes: { OVERLOADED: 1 }, upstreamCalls: new Map() });
    log.debug({ requestId, status: 503, shed: reason });
  }

  function write(
    req: IncomingMessage,
    res: ServerResponse,
    { headers, body }: HTTPGraphQLResponse,
    status: number,
    requestId: string,
    keepsConnection = req.complete,
  ): void {
    if (body.kind !== 'complete') throw new Error('incremental delivery is not enabled');
    const bytes = Buffer.from(body.string);
    const { origin } = req.headers;
    res.writeHead(status, {
      ...Object.fromEntries(headers),
      ...fixedHeaders,
      ...(origin !== undefined && corsOrigins.has(origin) && corsHeaders(origin)),
      connection: keepsConnection ? 'keep-alive' : 'close',
      'x-request-id': requestId,
      'content-length': bytes.length,
    });
    res.end(bytes);
    unsent.add(res, bytes.length);
  }

  return {
    answer,
    stopAll(reason) {
      for (const request of underWay) request.stop(reason);
    },
  };
}

/** Refuses what is too large to be looked at more closely. */
function checkSize({ method, search, body }: HTTPGraphQLRequest, guard: OperationGuard): void {
  const { query, variables } = method === 'GET' ? Object.fromEntries(new URLSearchParams(search)) : asFields(body);
  if (isDeeper(variables, maxVariableDepth)) {
    throw new BadRequest(400, `The variables have more than ${maxVariableDepth} levels.`, 'BAD_USER_INPUT');
  }
  const reason = typeof query === 'string' ? guard.refusalOf(query) : undefined;
  if (reason !== undefined) throw new BadRequest(400, reason, 'QUERY_TOO_COMPLEX');
}

const asFields = (body: unknown): { readonly query?: unknown; readonly variables?: unknown } =>
  typeof body === 'object' && body !== null ? body : {};

/** Whether lists and objects lie deeper in each other than that; looks no deeper to find out. */
const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));

/** Gives back what was taken of the caller's allowance and not used. Whether the workspace knows him shows in the answer. */
function settle({ outcome, upstreamCalls }: RequestContext): void {
  const calls = sum(upstreamCalls.values());
  const codes = Object.keys(outcome.errors?.codes ?? {});
  let isGenuine: boolean | undefined;
  if (codes.includes('UNAUTHENTICATED')) isGenuine = false;
  else if (calls > 0 && codes.every((code) => code === 'FORBIDDEN')) isGenuine = true;
  outcome.charge?.settle(calls, isGenuine);
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
  readonly code: ErrorCode;
  readonly answer: HTTPGraphQLResponse;

  constructor(status: number, message: string, code: ErrorCode = 'BAD_REQUEST') {
    super(message);
    this.code = code;
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
