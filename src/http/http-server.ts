import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { bodyLength } from '../byte-string.ts';
import { errorResponse, type HttpResponse } from './http-error.ts';
import { refusals, type Refusal } from './refusals.ts';
import { linesOf } from './request-headers.ts';
import { fixedHeaders, trackLatest } from './response-headers.ts';

/** Limits on what clients can make the server hold, and for how long. Milliseconds and bytes. */
export interface HttpLimits {
  /** For the headers of a request to arrive. */
  readonly headersTimeoutMs: number;
  /** For a whole request to arrive. */
  readonly requestTimeoutMs: number;
  /** For the client to read the response, after its request's deadline. */
  readonly writeTimeoutMs: number;
  /** Interval at which the first two timeouts are checked. */
  readonly checkIntervalMs: number;
  /** For idle connections. Longer than the load balancer's, which would otherwise send into a closing connection. */
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
  /** All request bodies that are still arriving, in total. */
  readonly maxArrivingBytes: number;
  /** Estimated heap of all requests in progress, in total. */
  readonly maxHeldBytes: number;
  /** All responses that clients have not read yet, in total. */
  readonly maxUnsentBytes: number;
}

export const defaultHttpLimits: HttpLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  writeTimeoutMs: 30_000,
  checkIntervalMs: 1000,
  keepAliveTimeoutMs: 65_000,
  maxConnections: 4000,
  maxArrivingBytes: 64 * 1024 * 1024,
  maxHeldBytes: 160 * 1024 * 1024,
  maxUnsentBytes: 64 * 1024 * 1024,
};

/** All header lines, in total. */
const maxHeaderBytes = 16 * 1024;
/** Above what proxies add. Requests with more are rejected; node:http by itself would drop the excess lines. */
const maxHeaderLines = 100;

/**
 * The HTTP server with its limits. No `maxRequestsPerSocket`: closing a connection after N requests races with the load
 * balancer's next request and bounds nothing that other limits do not.
 */
export function createHttpServer(listener: RequestListener, limits: HttpLimits): Server {
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: limits.checkIntervalMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      requireHostHeader: false, // `refusalOf` checks it
    },
    (req, res) => {
      // Arrived on a connection that is closing (shutdown): the response could not be sent, so do no work.
      if (!req.socket.writable) return void req.socket.destroy();
      trackLatest(req);
      const refusal = refusalOf(req);
      if (refusal !== undefined) return refuse(res, refusal);
      listener(req, res);
    },
  );
  // The handler that wants the body sends 100 Continue; node:http would send it for every request.
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => server.emit('request', req, res));
  server.on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) =>
    refuse(res, refusals.unsupportedExpect),
  );
  server.maxConnections = limits.maxConnections;
  server.maxHeadersCount = 0; // `refusalOf` counts them
  return server;
}

/** Why a request is rejected whatever its path. */
function refusalOf({ rawHeaders, httpVersion, url }: IncomingMessage): Refusal | undefined {
  if (rawHeaders.length > 2 * maxHeaderLines) return refusals.tooManyHeaders;
  const hosts = linesOf(rawHeaders, 'host').length;
  if (hosts > 1 || (hosts === 0 && httpVersion !== '1.0')) return refusals.notOneHost;
  // `POST http://elsewhere/graphql`: a client that expects a proxy must not get a response of this server instead.
  if (url?.startsWith('/') !== true && url !== '*') return refusals.absoluteUrl;
  return undefined;
}

/** Refusals of unparsable requests, by the error code of node:http. */
const unparsable: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: refusals.headersTooLarge,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: refusals.chunksTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: refusals.requestTimeout,
};

/** Responds to an unparsable request, if the connection still can, and closes it. */
export function respondUnparsable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || hasBegunResponse(socket)) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = closing(unparsable[error.code ?? ''] ?? refusals.notHttp);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${String(body)}`);
  socket.destroySoon();
}

/** Whether a response has been partly written to this connection: nothing may be written into it. */
const hasBegunResponse = (socket: Socket & { readonly _httpMessage?: ServerResponse | null }): boolean =>
  socket._httpMessage?.headersSent === true && !socket._httpMessage.writableFinished;

function refuse(res: ServerResponse, refusal: Refusal): void {
  const { status, headers, body } = closing(refusal);
  res.writeHead(status, headers);
  res.end(body);
}

/** The response to a refused request after which the connection ends, with all its headers. */
function closing(refusal: Refusal): HttpResponse {
  const { status, headers, body } = errorResponse(refusal);
  const length = String(bodyLength(body));
  return { status, headers: { ...headers, ...fixedHeaders, connection: 'close', 'content-length': length }, body };
}
