import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { errorResponse, type HttpResponse } from './http-error.ts';
import { refusals, type Refusal } from './refusals.ts';
import { fixedHeaders, trackLatest } from './response-headers.ts';

/** What one client may make the server hold, and for how long. Milliseconds and bytes. */
export interface HttpLimits {
  /** For the headers of a request to arrive, from its first byte. */
  readonly headersTimeoutMs: number;
  /** For a whole request to arrive. */
  readonly requestTimeoutMs: number;
  /** For an answer to be read, after the time that its request may take. */
  readonly writeTimeoutMs: number;
  /** How often arriving requests are looked at for the first two. */
  readonly checkIntervalMs: number;
  /** An idle connection stays open: longer than a balancer keeps it, which else sends into a connection that closes. */
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
  /** Of request bodies that have not come whole, all together. */
  readonly maxArrivingBytes: number;
  /** Of the heap that all requests under way take together, about. */
  readonly maxHeldBytes: number;
  /** Of answers that wait to be read, all together. */
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

/** Of all header lines together. */
const maxHeaderBytes = 16 * 1024;
/** More than any proxies add; a request with more is refused rather than cut, as node:http would by itself. */
const maxHeaderLines = 100;

/**
 * The HTTP server, with its limits set. The number of requests on one connection has none: a connection that is closed
 * after so many requests is a race with the balancer's next one, and bounds nothing that the other limits do not.
 */
export function createHttpServer(listener: RequestListener, limits: HttpLimits): Server {
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      connectionsCheckingInterval: limits.checkIntervalMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      requireHostHeader: false, // looked at below
    },
    (req, res) => {
      // It came as the connection was being closed, at a shutdown: nobody could be told the answer, so nothing is asked.
      if (!req.socket.writable) return void req.socket.destroy();
      trackLatest(req);
      const refusal = refusalOf(req);
      if (refusal !== undefined) return refuse(res, refusal);
      listener(req, res);
    },
  );
  // Whoever wants the body says so, rather than node:http for everybody.
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => server.emit('request', req, res));
  server.on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) =>
    refuse(res, refusals.unsupportedExpect),
  );
  server.maxConnections = limits.maxConnections;
  server.maxHeadersCount = 0; // counted above
  return server;
}

/** What is wrong with a request, whatever it asks. */
function refusalOf({ rawHeaders, headersDistinct, httpVersion, url }: IncomingMessage): Refusal | undefined {
  if (rawHeaders.length > 2 * maxHeaderLines) return refusals.tooManyHeaders;
  const hosts = headersDistinct['host']?.length ?? 0;
  if (hosts > 1 || (hosts === 0 && httpVersion !== '1.0')) return refusals.notOneHost;
  // `POST http://elsewhere/graphql`: this is no proxy, and whoever asks one should not be told otherwise.
  if (url?.startsWith('/') !== true && url !== '*') return refusals.absoluteUrl;
  return undefined;
}

/** Faults below HTTP, by the codes of node:http: what cannot be read has no other answer. */
const unreadable: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: refusals.headersTooLarge,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: refusals.chunksTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: refusals.requestTimeout,
};

/** Answers what is no HTTP, as far as the connection still can, and closes it. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || hasBegunAnswer(socket)) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = closing(unreadable[error.code ?? ''] ?? refusals.notHttp);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  socket.destroySoon();
}

/** Whether part of another answer is under way on this connection, into which nothing may be written. */
const hasBegunAnswer = (socket: Socket & { readonly _httpMessage?: ServerResponse | null }): boolean =>
  socket._httpMessage?.headersSent === true && !socket._httpMessage.writableFinished;

function refuse(res: ServerResponse, refusal: Refusal): void {
  const { status, headers, body } = closing(refusal);
  res.writeHead(status, headers);
  res.end(body);
}

/** The response to a refused request after which the connection ends, with all its headers. */
function closing(refusal: Refusal): HttpResponse {
  const { status, headers, body } = errorResponse(refusal);
  const length = String(Buffer.byteLength(body));
  return { status, headers: { ...headers, ...fixedHeaders, connection: 'close', 'content-length': length }, body };
}
