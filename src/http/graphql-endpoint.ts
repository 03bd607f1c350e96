import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ApolloServer, HTTPGraphQLResponse } from '@apollo/server';
import type { Admission, ShedReason } from './admission.ts';
import { fixedHeaders } from './answer-shape.ts';
import { toApollo } from './apollo-request.ts';
import { HttpError, overloaded } from './http-error.ts';
import { clientAddress, type AddressOptions } from './client-address.ts';
import { readCredentials, RequestContext } from '../context/request-context.ts';
import { GatewayError, type ErrorCode } from '../errors.ts';
import { checkSize, paramsOfAddress, paramsOfBody, withPersistedQuery, type GraphqlParams } from './graphql-params.ts';
import type { HeldBytes } from './held-bytes.ts';
import { isLatestOfConnection } from './http-server.ts';
import { jsonAnswer, page, type AnswerType } from './media-types.ts';
import type { Logger, Redactor } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import { OperationGuard } from '../operation/size-guard.ts';
import { canKeepConnection, readBody } from './request-body.ts';
import { note } from './request-end.ts';
import { settleAllowance } from '../operation/allowance.ts';
import {
  checkFigureHeaders,
  checkMethod,
  checkPreflight,
  readAnswerType,
  readRequestId,
  readTimeout,
} from './request-headers.ts';
import { writeAnswer } from './write-answer.ts';
import { RequestWeight } from './request-weight.ts';
import type { Safelist } from '../operation/safelist.ts';
import type { ShedLog } from './shed-log.ts';
import type { Workspace } from '../upstream/workspace.ts';

export interface GraphqlEndpointOptions {
  readonly apollo: ApolloServer<RequestContext>;
  readonly workspace: Workspace;
  /** The only operations that are answered; undefined: all are. */
  readonly safelist: Safelist | undefined;
  readonly hasAutomaticPersistedQueries: boolean;
  /** Whether a browser that opens the address is shown an explorer. */
  readonly hasPage: boolean;
  readonly corsOrigins: ReadonlySet<string>;
  readonly requestTimeoutMs: number;
  /** For an answer to be read, after the time that its request may take. */
  readonly writeTimeoutMs: number;
  readonly admission: Admission;
  readonly shedLog: ShedLog;
  /** Whether connections end after their answers, as the gateway shuts down. */
  readonly isDraining: () => boolean;
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
  const { admission, shedLog, isDraining, arriving, held, unsent, metrics, addresses, log, redactor } = options;
  const guard = new OperationGuard();
  const underWay = new Set<RequestContext>();

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const requestId = readRequestId(req);
    const credentials = readCredentials(req);
    const address = clientAddress(req, addresses);
    const timeoutMs = readTimeout(req, requestTimeoutMs);
    const weight = new RequestWeight(held, tooMuchHeld);
    const request = new RequestContext(
      workspace,
      credentials && { ...credentials, address },
      Date.now() + timeoutMs,
      weight,
    );
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
    let answerType: AnswerType = jsonAnswer;
    try {
      checkMethod(req);
      answerType = readAnswerType(req, options.hasPage);
      checkFigureHeaders(req);
      const isPage = answerType === page;
      if (req.method === 'GET' && !isPage) checkPreflight(req);
      const { asked, bytes } = isPage ? { asked: {}, bytes: 0 } : await receive(req, res, request.isAccepted);
      const late = admission.refusal(request.callerKey);
      if (late !== undefined) return writeShed(req, res, late, requestId);
      leave = admission.enter();
      // Not before: each log line is searched for all of them, and clients that send slowly are many.
      if (credentials !== undefined && !res.closed) release = redactor.hold(credentials.authToken);
      weight.begin(request, bytes);
      const httpGraphQLRequest = toApollo(req, answerType, isPage ? asked : admit(asked, request.isAccepted));
      response = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context: async () => request });
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      response = error.answer;
      response.headers.set('content-type', `${answerType === page ? jsonAnswer : answerType}; charset=utf-8`);
      refusedAs = error.code;
    } finally {
      leave?.();
      settleAllowance(request);
      weight.end();
    }
    answered.isAccepted = request.isAccepted;
    const status = response.status ?? 200;
    write(req, res, response, status, requestId, (bytes) => unsent.set(answered, bytes));
    note(request, { requestId, status, durationMs: performance.now() - startedAt, refusedAs }, log, metrics);
  }

  /** What is asked, each part of its form. What else a body held is forgotten here. */
  async function receive(req: IncomingMessage, res: ServerResponse, isAccepted: boolean) {
    const { url = '' } = req;
    if (req.method === 'GET') return { asked: paramsOfAddress(url), bytes: url.length };
    const { json, bytes } = await readBody(req, res, arriving, isAccepted);
    return { asked: paramsOfBody(json), bytes };
  }

  /** What is asked, as Apollo Server is to see it; throws where it is too large, or only listed operations are answered. */
  function admit(asked: GraphqlParams, isAccepted: boolean): GraphqlParams {
    const admitted = safelist === undefined ? asked : safelist.admit(asked);
    if (admitted === undefined) throw notInList();
    const params = withPersistedQuery(admitted, options.hasAutomaticPersistedQueries);
    checkSize(params, guard, isAccepted);
    return params;
  }

  /** Turns a request away, with nothing done for it: not even a log line of its own, of which there would be as many. */
  function writeShed(req: IncomingMessage, res: ServerResponse, reason: ShedReason, requestId: string): void {
    write(req, res, overloaded().answer, 503, requestId);
    metrics?.requestEnded({ status: 503, seconds: 0, codes: { OVERLOADED: 1 }, upstreamCalls: new Map() });
    shedLog.add(reason);
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
      ...(((isDraining() && isLatestOfConnection(req)) || !canKeepConnection(req)) && { connection: 'close' }), // else it is the client's to say
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

const timedOut = () =>
  new GatewayError('UPSTREAM_TIMEOUT', 'The request took longer than it may.', { detail: 'deadline' });
const tooMuchHeld = () =>
  new GatewayError('OVERLOADED', 'The gateway has too much to do for a request as large as this: try again shortly.', {
    retryAfterSeconds: 1,
  });
const clientLeft = () => new GatewayError('CLIENT_CLOSED_REQUEST', 'The client left.');
const notInList = () =>
  new HttpError(
    400,
    'This gateway answers only the operations of its list, and this is none of them.',
    'PERSISTED_QUERY_NOT_IN_LIST',
  );
