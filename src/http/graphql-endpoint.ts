import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyLength, type ByteString } from '../byte-string.ts';
import { fromApollo, toApollo } from './apollo-request.ts';
import { clientAddress } from './client-address.ts';
import { codingFor, type Compressor } from './compression.ts';
import { RequestContext } from '../context/request-context.ts';
import { GatewayError } from '../errors.ts';
import { paramsOfUrl, paramsOfBody, type GraphqlParams } from './graphql-params.ts';
import type { EndpointResponse, Exchange, GraphqlEndpointOptions } from './exchange.ts';
import { errorResponse, HttpError, type HttpResponse } from './http-error.ts';
import { LinkedSet } from './linked-set.ts';
import { htmlType, jsonType, type MediaType } from './media-types.ts';
import { logRequest } from '../observability/request-log.ts';
import type { Admitted } from './params-gate.ts';
import { refusals } from './refusals.ts';
import { readBody } from './request-body.ts';
import { settleAllowance } from '../operation/allowance.ts';
import {
  checkCoding,
  checkFigureHeaders,
  checkMethod,
  checkPreflight,
  negotiateMediaType,
  readCredentials,
  readRequestId,
  readTimeout,
} from './request-headers.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';
import { RequestWeight } from './request-weight.ts';
import { ResponseReader } from './response-reader.ts';
import { closesConnection, corsHeaders, fixedHeaders, varyByCoding } from './response-headers.ts';
import { writeBody } from './write-body.ts';

/** Headers that ask for more than the data: a price, a trace. */
const pipelineHeaders = ['x-upstream-plan', 'apollo-federation-include-trace'] as const;

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
    const { request, requestId, startedAt, trace } = exchange;
    if (this.#sheds(exchange)) return;
    this.#watch(exchange);
    const response = await this.#respond(exchange);
    if (response === undefined) return;
    const { compressor } = this.#options;
    this.#write(exchange, compressor === undefined ? response : await this.#compress(exchange, response, compressor));
    const { status, refusedAs, unlisted } = response;
    const { upstreamCalls, sharedCalls, retries, droppedRows, outcome } = request;
    const durationMs = performance.now() - startedAt;
    const isListed = this.#options.gate.hasList && unlisted === undefined;
    const figures = { requestId, status, durationMs, refusedAs, upstreamCalls, sharedCalls, retries, droppedRows };
    const savedCalls = metrics && request.savedCalls;
    logRequest({ ...figures, savedCalls, isListed, outcome, traceId: trace?.traceId }, log, metrics);
    trace?.ended({ requestId, status, refusedAs, callCount: request.callCount, outcome });
    this.#reportUnlisted(exchange, response);
  }

  /** Stops every request in progress: each responds with the data that has arrived. */
  stopAll(reason: GatewayError): void {
    for (const request of this.#underWay.values()) request.stop(reason);
  }

  #open(req: IncomingMessage, res: ServerResponse): Exchange {
    const { workspace, addresses, memory, requestTimeoutMs, metrics, traces } = this.#options;
    const startedAt = performance.now();
    const trace = traces?.begin(req.method ?? '', req.headers['traceparent']);
    const timeoutMs = readTimeout(req, requestTimeoutMs);
    const credentials = readCredentials(req);
    const weight = new RequestWeight(memory.held, tooMuchHeld);
    const request = new RequestContext(
      workspace,
      credentials && { ...credentials, address: clientAddress(req, addresses) },
      Date.now() + timeoutMs,
      weight,
      { calls: trace ?? metrics?.calls, trace },
    );
    const { authToken } = credentials ?? {};
    const reader = new ResponseReader(res, request);
    return { trace, req, res, requestId: readRequestId(req), startedAt, timeoutMs, authToken, request, weight, reader };
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
    const { requestId, request, trace } = exchange;
    trace?.ended({ requestId, status, refusedAs: 'OVERLOADED', callCount: request.callCount, outcome: {} });
    shedLog.add(reason);
    log.debug({ requestId, status, shedReason: reason });
    return true;
  }

  /** Stops the request at its deadline, or when the client leaves. */
  #watch({ res, request, timeoutMs, reader }: Exchange): void {
    const { writeTimeoutMs, memory } = this.#options;
    const place = this.#underWay.add(request);
    let deadline = setTimeout(() => {
      request.stop(timedOut());
      deadline = setTimeout(() => res.destroy(), writeTimeoutMs); // a slow reader holds memory and a connection
    }, timeoutMs);
    res.on('close', () => {
      clearTimeout(deadline);
      this.#underWay.remove(place);
      memory.unsent.drop(reader);
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
      if (this.#options.compressor !== undefined) checkCoding(req);
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
      return { ...fromApollo(response), unlisted };
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
  ): Promise<string | ByteString | undefined> {
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

  /** Holds the body in the client's name while it is compressed, as while the client reads it. */
  async #compress(
    { req, res, reader }: Exchange,
    response: HttpResponse,
    compressor: Compressor,
  ): Promise<HttpResponse> {
    const bytes = bodyLength(response.body);
    const acceptEncoding = req.headers['accept-encoding'];
    const wanted = codingFor(acceptEncoding, bytes);
    if (wanted === undefined || res.destroyed) return response;
    this.#options.memory.unsent.set(reader, bytes);
    const isWanted = () => !res.destroyed;
    const { body, coding } = await compressor.pack(response.body, wanted, acceptEncoding, isWanted);
    const headers = coding === undefined ? response.headers : { ...response.headers, 'content-encoding': coding };
    return { ...response, headers, body };
  }

  #write({ req, res, requestId, request, reader }: Exchange, { status, headers, body }: HttpResponse): void {
    if (res.destroyed) return; // the client left
    const { isDraining, corsOrigins, memory, allowance, compressor } = this.#options;
    const bytes = bodyLength(body);
    res.writeHead(status, {
      ...headers,
      ...fixedHeaders,
      ...(compressor && { vary: varyByCoding }),
      ...corsHeaders(req.headers.origin, corsOrigins),
      ...rateLimitHeaders(allowance, request),
      ...(closesConnection(req, isDraining()) && { connection: 'close' }),
      'x-request-id': requestId,
      'content-length': bytes,
    });
    writeBody(res, body, bytes, (left) => memory.unsent.set(reader, left));
  }
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
