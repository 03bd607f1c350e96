import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServer, HTTPGraphQLResponse } from '@apollo/server';
import type { Admission } from './admission.ts';
import { toApollo } from './apollo-request.ts';
import { clientAddress, type AddressOptions } from './client-address.ts';
import { RequestContext } from '../context/request-context.ts';
import { GatewayError, type ErrorCode } from '../errors.ts';
import { paramsOfUrl, paramsOfBody, type GraphqlParams } from './graphql-params.ts';
import type { Holder, Memory } from './held-bytes.ts';
import { errorResponse, HttpError, type HttpResponse } from './http-error.ts';
import { LinkedSet } from './linked-set.ts';
import { htmlType, jsonType, type MediaType } from './media-types.ts';
import type { Logger, Redactor } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { logRequest } from '../observability/request-log.ts';
import type { FastPath } from '../operation/fast-path.ts';
import type { UnlistedDocument } from '../operation/safelist.ts';
import type { UnlistedLog } from '../operation/unlisted-log.ts';
import type { Admitted, ParamsGate } from './params-gate.ts';
import { refusals } from './refusals.ts';
import { readBody } from './request-body.ts';
import { settleAllowance } from '../operation/allowance.ts';
import {
  checkFigureHeaders,
  checkMethod,
  checkPreflight,
  negotiateMediaType,
  readCredentials,
  readRequestId,
  readTimeout,
} from './request-headers.ts';
import { RequestWeight } from './request-weight.ts';
import { closesConnection, corsHeaders, fixedHeaders } from './response-headers.ts';
import type { ShedLog } from './shed-log.ts';
import type { Workspace } from '../upstream/workspace.ts';
import { writeBody } from './write-body.ts';

export interface GraphqlEndpointOptions {
  readonly apollo: ApolloServer<RequestContext>;
  /** Answers most repeated operations; undefined: Apollo Server answers all. */
  readonly fastPath: FastPath | undefined;
  readonly workspace: Workspace;
  readonly gate: ParamsGate;
  readonly unlistedLog: UnlistedLog;
  /** Whether a browser that opens the address gets an explorer. */
  readonly hasPage: boolean;
  readonly corsOrigins: ReadonlySet<string>;
  readonly requestTimeoutMs: number;
  /** For the client to read the response, after its request's deadline. */
  readonly writeTimeoutMs: number;
  readonly admission: Admission;
  readonly shedLog: ShedLog;
  /** Whether the gateway is shutting down: connections end after their responses. */
  readonly isDraining: () => boolean;
  readonly memory: Memory;
  readonly metrics: Metrics | undefined;
  readonly addresses: AddressOptions;
  readonly log: Logger;
  readonly redactor: Redactor;
}

/** Headers that ask for more than the data: a price, a trace. */
const pipelineHeaders = ['x-upstream-plan', 'apollo-federation-include-trace'] as const;

/** One HTTP request and its response. */
interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  readonly startedAt: number;
  readonly timeoutMs: number;
  readonly authToken: string | undefined;
  readonly request: RequestContext;
  readonly weight: RequestWeight;
}

interface EndpointResponse extends HttpResponse {
  /** The code of a request that GraphQL never saw. */
  readonly refusedAs?: ErrorCode;
  /** A document that the list would have refused. */
  readonly unlisted?: UnlistedDocument | undefined;
}

/**
 * `/graphql`, straight on node:http because every query takes this path. Checks the request, reads its body, hands it to
 * Apollo Server, writes the response, then one log line.
 */
export class GraphqlEndpoint {
  readonly #options: GraphqlEndpointOptions;
  readonly #underWay = new LinkedSet<RequestContext>();

  constructor(options: GraphqlEndpointOptions) {
    this.#options = options;
  }

  async handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { log, metrics } = this.#options;
    const exchange = this.#open(req, res);
    const { request, requestId, startedAt } = exchange;
    if (this.#sheds(exchange)) return;
    this.#watch(exchange);
    const response = await this.#respond(exchange);
    if (response === undefined) return;
    this.#write(exchange, response);
    const { status, refusedAs } = response;
    const { upstreamCalls, sharedCalls, retries, droppedRows, outcome } = request;
    const durationMs = performance.now() - startedAt;
    const figures = { requestId, status, durationMs, refusedAs, upstreamCalls, sharedCalls, retries, droppedRows };
    logRequest({ ...figures, outcome }, log, metrics);
    this.#reportUnlisted(exchange, response);
  }

  /** Stops every request in progress: each responds with the data that has arrived. */
  stopAll(reason: GatewayError): void {
    for (const request of this.#underWay.values()) request.stop(reason);
  }

  #open(req: IncomingMessage, res: ServerResponse): Exchange {
    const { workspace, addresses, memory, requestTimeoutMs } = this.#options;
    const startedAt = performance.now();
    const timeoutMs = readTimeout(req, requestTimeoutMs);
    const credentials = readCredentials(req);
    const weight = new RequestWeight(memory.held, tooMuchHeld);
    const request = new RequestContext(
      workspace,
      credentials && { ...credentials, address: clientAddress(req, addresses) },
      Date.now() + timeoutMs,
      weight,
    );
    const { authToken } = credentials ?? {};
    return { req, res, requestId: readRequestId(req), startedAt, timeoutMs, authToken, request, weight };
  }

  /**
   * Rejects the request under overload. Nothing else is done for it, not even a log line: `ShedLog` counts such requests.
   */
  #sheds(exchange: Exchange): boolean {
    const { admission, metrics, shedLog, log } = this.#options;
    const reason = admission.refusal(exchange.request.callerKey);
    if (reason === undefined) return false;
    const response = errorResponse(refusals.overloaded());
    const { status } = response;
    this.#write(exchange, response);
    metrics?.requestEnded({ status, seconds: 0, codes: { OVERLOADED: 1 }, upstreamCalls: new Map() });
    shedLog.add(reason);
    log.debug({ requestId: exchange.requestId, status, shedReason: reason });
    return true;
  }

  /** Stops the request at its deadline, or when the client leaves. */
  #watch({ res, request, timeoutMs }: Exchange): void {
    const { writeTimeoutMs } = this.#options;
    const place = this.#underWay.add(request);
    let deadline = setTimeout(() => {
      request.stop(timedOut());
      deadline = setTimeout(() => res.destroy(), writeTimeoutMs); // a slow reader holds memory and a connection
    }, timeoutMs);
    res.on('close', () => {
      clearTimeout(deadline);
      this.#underWay.remove(place);
      if (!res.writableFinished) request.stop(clientLeft());
    });
  }

  /** The response to a request; undefined when the request was shed after its body had arrived. */
  async #respond(exchange: Exchange): Promise<EndpointResponse | undefined> {
    const { apollo, admission, gate } = this.#options;
    const { req, request, weight } = exchange;
    let mediaType: MediaType = jsonType;
    let leave: (() => void) | undefined;
    try {
      checkMethod(req);
      mediaType = negotiateMediaType(req, this.#options.hasPage);
      checkFigureHeaders(req);
      const isPage = mediaType === htmlType;
      const { received, bytes } = isPage ? { received: {}, bytes: 0 } : await this.#receive(exchange);
      if (this.#sheds(exchange)) return undefined;
      leave = admission.enter();
      this.#redactToken(exchange);
      weight.begin(request, bytes);
      const { params, unlisted } = isPage ? blank : gate.admit(received, request.isAccepted);
      const fast = isPage ? undefined : await this.#respondFast(exchange, params);
      if (fast !== undefined)
        return { status: 200, headers: { 'content-type': `${mediaType}; charset=utf-8` }, body: fast, unlisted };
      const httpGraphQLRequest = toApollo(req, mediaType, params);
      const response = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => request });
      return { ...toResponse(response), unlisted };
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const type = mediaType === htmlType ? jsonType : mediaType;
      return { ...errorResponse(error.refusal, type), refusedAs: error.code };
    } finally {
      leave?.();
      settleAllowance(request);
      weight.end();
    }
  }

  /** The body of a response that needs no pipeline. */
  async #respondFast(
    { req: { headers }, request }: Exchange,
    params: GraphqlParams,
  ): Promise<string | Buffer | undefined> {
    const { fastPath } = this.#options;
    const isPlain = pipelineHeaders.every((name) => headers[name] === undefined);
    if (fastPath === undefined || !isPlain) return undefined;
    return fastPath.respond({ ...params, wantsReport: headers['x-upstream-report'] !== undefined }, request);
  }

  /** The GraphQL parameters, checked for form. Everything else in the body is dropped here. */
  async #receive({ req, res, request }: Exchange): Promise<{ received: GraphqlParams; bytes: number }> {
    const { url = '' } = req;
    if (req.method === 'GET') {
      checkPreflight(req);
      return { received: paramsOfUrl(url), bytes: url.length };
    }
    const { json, bytes } = await readBody(req, res, this.#options.memory.arriving, request.isAccepted);
    return { received: paramsOfBody(json), bytes };
  }

  /** Leaves out texts that have no price: GraphQL rejected those in any case. */
  #reportUnlisted({ requestId, request }: Exchange, { unlisted }: EndpointResponse): void {
    const { outcome, isAccepted } = request;
    if (unlisted === undefined || (unlisted.hasText && outcome.cost === undefined)) return;
    const { documentId, operationName: operation = outcome.operationName } = unlisted;
    this.#options.unlistedLog.add({ requestId, documentId, operation, isAccepted });
  }

  /**
   * Redacts the token from log lines until the connection is done with the request. Not before its body has arrived: each
   * line is searched for every token, and clients that send slowly can be many.
   */
  #redactToken({ res, authToken }: Exchange): void {
    if (authToken !== undefined && !res.closed) res.on('close', this.#options.redactor.hold(authToken));
  }

  #write({ req, res, requestId, request }: Exchange, { status, headers, body }: HttpResponse): void {
    if (res.destroyed) return; // the client left
    const { isDraining, corsOrigins, memory } = this.#options;
    const bytes = Buffer.byteLength(body);
    res.writeHead(status, {
      ...headers,
      ...fixedHeaders,
      ...corsHeaders(req.headers.origin, corsOrigins),
      ...(closesConnection(req, isDraining()) && { connection: 'close' }),
      'x-request-id': requestId,
      'content-length': bytes,
    });
    const reader: Holder = { destroy: () => res.destroy(), isAccepted: request.isAccepted };
    res.on('close', () => memory.unsent.drop(reader));
    writeBody(res, body, bytes, (left) => memory.unsent.set(reader, left));
  }
}

function toResponse({ status = 200, headers, body }: HTTPGraphQLResponse): HttpResponse {
  if (body.kind !== 'complete') throw new Error('incremental delivery is not enabled');
  return { status, headers: Object.fromEntries(headers), body: body.string };
}

/** The explorer's page has no operation. */
const blank: Admitted = { params: {}, unlisted: undefined };

const timedOut = () =>
  new GatewayError('UPSTREAM_TIMEOUT', 'The request exceeded its time limit.', { detail: 'deadline' });
const tooMuchHeld = () =>
  new GatewayError('OVERLOADED', 'The gateway is too busy for a request of this size: try again shortly.', {
    retryAfterSeconds: 1,
  });
const clientLeft = () => new GatewayError('CLIENT_CLOSED_REQUEST', 'The client closed the request.');
