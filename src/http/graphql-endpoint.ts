import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServer, HTTPGraphQLResponse } from '@apollo/server';
import type { Admission, ShedReason } from './admission.ts';
import { fixedHeaders } from './answer-shape.ts';
import { checkSize, toApollo } from './apollo-request.ts';
import { BadRequest, overloaded } from './bad-request.ts';
import { clientAddress, type AddressOptions } from './client-address.ts';
import { readCredentials, RequestContext } from '../context.ts';
import { GatewayError, type ErrorCode } from '../errors.ts';
import type { HeldBytes } from './held-bytes.ts';
import type { Logger, Redactor } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { OperationGuard } from '../operation-guard.ts';
import { canKeepConnection, readBody, type Body } from './request-body.ts';
import { note, settle } from './request-end.ts';
import { writeAnswer } from './write-answer.ts';
import { RequestWeight } from './request-weight.ts';
import { checkAccept, checkMethod, readRequestId, readTimeout } from './request-headers.ts';
import type { Safelist } from '../safelist.ts';
import type { Workspace } from '../upstream/workspace.ts';

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
  /** Bodies that have not come whole. */
  readonly arriving: HeldBytes;
  /** What requests under way take of the heap. */
  readonly held: HeldBytes;
  /** Answers that have not been read. */
  readonly unsent: HeldBytes;
  readonly metrics: Metrics | undefined;
  readonly addresses: AddressOptions;
  readonly log: Logger;
  readonly redactor: Redactor;
}

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
  const { admission, arriving, held, unsent, metrics, addresses, log, redactor } = options;
  const guard = new OperationGuard();
  const underWay = new Set<RequestContext>();

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const requestId = readRequestId(req);
    const credentials = readCredentials(req);
    const address = clientAddress(req, addresses);
    const timeoutMs = readTimeout(req, requestTimeoutMs);
    const weight = new RequestWeight(held, tooMuchHeld);
    const request = new RequestContext(workspace, credentials && { ...credentials, address }, Date.now() + timeoutMs, weight);
    const answered = { destroy: () => res.destroy(), isAccepted: false };
    const shed = admission.refusal(request.callerKey);
    if (shed !== undefined) return writeShed(req, res, shed, requestId);
    underWay.add(request);
    let leave: (() => void) | undefined;
    let release: (() => void) | undefined;
    let deadline = setTimeout(() => {
      request.stop(timedOut());
      deadline = setTimeout(() => res.destroy(), writeTimeoutMs); // whoever reads that slowly holds memory and a connection
    }, timeoutMs);
    res.on('close', () => {
      clearTimeout(deadline);
      underWay.delete(request);
      unsent.drop(answered);
      if (!res.writableFinished) request.stop(clientLeft());
      release?.();
    });

    let response: HTTPGraphQLResponse;
    let refusedAs: ErrorCode | undefined;
    try {
      checkMethod(req);
      checkAccept(req);
      const { sent, bytes } = await receive(req, res, request.isAccepted);
      const late = admission.refusal(request.callerKey);
      if (late !== undefined) return writeShed(req, res, late, requestId);
      leave = admission.enter();
      // Not before: each log line is searched for all of them, and clients that send slowly are many.
      if (credentials !== undefined && !res.closed) release = redactor.hold(credentials.authToken);
      weight.begin(request, bytes);
      const httpGraphQLRequest = safelist === undefined ? sent : safelist.admit(sent);
      if (httpGraphQLRequest === undefined) throw notInList();
      checkSize(httpGraphQLRequest, guard, request.isAccepted);
      response = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => request });
    } catch (error) {
      if (!(error instanceof BadRequest)) throw error;
      response = error.answer;
      refusedAs = error.code;
    } finally {
      leave?.();
      settle(request);
      weight.end();
    }
    answered.isAccepted = request.isAccepted;
    const status = response.status ?? 200;
    write(req, res, response, status, requestId, (bytes) => unsent.set(answered, bytes));
    note(request, { requestId, status, durationMs: performance.now() - startedAt, refusedAs }, log, metrics);
  }

  /** The request as Apollo Server takes it. What else its body held is forgotten here. */
  async function receive(req: IncomingMessage, res: ServerResponse, isAccepted: boolean) {
    const { json, bytes } = req.method === 'POST' ? await readBody(req, res, arriving, isAccepted) : noBody(req);
    return { sent: toApollo(req, json), bytes };
  }

  /** Turns a request away, with nothing done for it: not even a log line, of which there would be as many. */
  function writeShed(req: IncomingMessage, res: ServerResponse, reason: ShedReason, requestId: string): void {
    write(req, res, overloaded().answer, 503, requestId);
    metrics?.requestEnded({ status: 503, seconds: 0, codes: { OVERLOADED: 1 }, upstreamCalls: new Map() });
    log.debug({ requestId, status: 503, shed: reason });
  }

  function write(
    req: IncomingMessage,
    res: ServerResponse,
    { headers, body }: HTTPGraphQLResponse,
    status: number,
    requestId: string,
    onLeft: (bytes: number) => void = () => undefined,
  ): void {
    if (res.destroyed) return; // the client left
    if (body.kind !== 'complete') throw new Error('incremental delivery is not enabled');
    const { string } = body;
    const bytes = Buffer.byteLength(string);
    const { origin } = req.headers;
    const own: Record<string, string> = {};
    for (const [name, value] of headers) own[name] = value;
    res.writeHead(status, {
      ...own,
      ...fixedHeaders,
      ...(origin !== undefined && corsOrigins.has(origin) && corsHeaders(origin)),
      ...(!canKeepConnection(req) && { connection: 'close' }), // else it is the client's to say
      'x-request-id': requestId,
      'content-length': bytes,
    });
    writeAnswer(res, string, bytes, onLeft);
  }

  return {
    answer,
    stopAll(reason) {
      for (const request of underWay) request.stop(reason);
    },
  };
}

const corsHeaders = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': 'Retry-After, X-Request-Id',
});

const timedOut = () => new GatewayError('UPSTREAM_TIMEOUT', 'The request took longer than it may.', { detail: 'deadline' });
/** What a GET asks stands in its address. */
const noBody = ({ url = '' }: IncomingMessage): Body => ({ json: undefined, bytes: url.length });

const tooMuchHeld = () =>
  new GatewayError('OVERLOADED', 'The gateway has too much to do for a request as large as this: try again shortly.', { retryAfterSeconds: 1 });
const clientLeft = () => new GatewayError('UPSTREAM_UNAVAILABLE', 'The client left.', { detail: 'client left' });
const notInList = () =>
  new BadRequest(400, 'This gateway answers only the operations of its list, and this is none of them.', 'PERSISTED_QUERY_NOT_IN_LIST');
