import type { IncomingHttpHeaders } from 'node:http';
import { Client, Pool, type Dispatcher } from 'undici';

/** One complete response. */
export interface UpstreamResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Why there is no response. `unsent`: there was no connection, so the workspace saw nothing of the call; `broken`: the
 * connection ended before the response was complete; `protocol`: the response was not HTTP; `connection`: no connection
 * is possible, and that will not pass by itself (unknown host, wrong certificate); `cancelled`: by the gateway.
 */
export type TransportFailure = 'timeout' | 'too-large' | 'cancelled' | 'unsent' | 'broken' | 'protocol' | 'connection';

export class TransportError extends Error {
  readonly reason: TransportFailure;
  /** Whether the connection had served another call before. */
  readonly isReused: boolean;

  constructor(reason: TransportFailure, message: string, isReused = false) {
    super(message);
    this.reason = reason;
    this.isReused = isReused;
  }
}

export interface TransportOptions {
  /** Workspace URL: http or https, with an optional path. */
  readonly url: string;
  /** Connections to the workspace at most. */
  readonly connections?: number;
  /** Bytes of a response body at most. */
  readonly maxBodyBytes?: number;
  /** Time-out of connecting. Milliseconds. */
  readonly connectTimeoutMs?: number;
}

export interface GetOptions {
  readonly headers: readonly string[];
  readonly timeoutMs: number;
  /** Opens a new connection, because a kept one has proved stale. */
  readonly isFresh?: boolean;
  /** Receives the function that cancels the call. */
  readonly onStart: (cancel: () => void) => void;
  /** Receives the number of bytes of each chunk of the body. */
  readonly onData?: ((bytes: number) => void) | undefined;
}

/** 100 messages are about 100 KB: 8 MiB is far beyond any real response. */
const defaultMaxBodyBytes = 8 * 1024 * 1024;

/**
 * GET over one keep-alive pool, without redirects, decompression or retries. The time-out is total: it also ends a
 * dripping body, which undici's own idle timers would not.
 */
export class Transport {
  readonly #pool: Pool;
  readonly #freshPool: Pool;
  readonly #origin: string;
  readonly #prefix: string;
  readonly #maxBodyBytes: number;

  constructor({
    url,
    connections = 64,
    maxBodyBytes = defaultMaxBodyBytes,
    connectTimeoutMs = 3000,
  }: TransportOptions) {
    const { origin, pathname } = new URL(url);
    this.#origin = origin;
    this.#prefix = pathname.replace(/\/+$/, '');
    this.#maxBodyBytes = maxBodyBytes;
    const options: Pool.Options = {
      connections,
      connectTimeout: connectTimeoutMs,
      allowH2: false, // everything here is built and tested for one call at a time per connection
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: 16 * 1024,
      factory: (address, clientOptions) => new Connection(address, clientOptions),
    };
    this.#pool = new Pool(origin, { ...options, pipelining: 1 });
    this.#freshPool = new Pool(origin, { ...options, pipelining: 0 }); // 0: no keep-alive
  }

  /** `path` begins with a slash. */
  get(
    path: string,
    { headers, timeoutMs, isFresh = false, onStart, onData }: GetOptions,
  ): Promise<UpstreamResponse | TransportError> {
    return new Promise((resolve) => {
      const exchange = new Exchange({ maxBodyBytes: this.#maxBodyBytes, timeoutMs, resolve, onData });
      onStart(() => exchange.fail(new TransportError('cancelled', 'cancelled by the gateway')));
      const pool = isFresh ? this.#freshPool : this.#pool;
      pool.dispatch(
        { origin: this.#origin, path: this.#prefix + path, method: 'GET', headers: headers as string[] },
        exchange,
      );
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.destroy(), this.#freshPool.destroy()]);
  }
}

/** One connection of the pool; tells each call whether the connection was open before. */
class Connection extends Client {
  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    (handler as Exchange).isReused = this.stats.connected;
    return super.dispatch(options, handler);
  }
}

interface ExchangeOptions extends Pick<GetOptions, 'timeoutMs' | 'onData'> {
  readonly maxBodyBytes: number;
  readonly resolve: (response: UpstreamResponse | TransportError) => void;
}

/** Collects one response. Ignores every event after the first outcome. */
class Exchange implements Dispatcher.DispatchHandler {
  isReused = false;
  readonly #maxBodyBytes: number;
  readonly #resolve: (response: UpstreamResponse | TransportError) => void;
  readonly #onData: ((bytes: number) => void) | undefined;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  #bytes = 0;
  #failure: TransportError | undefined;

  constructor({ maxBodyBytes, timeoutMs, resolve, onData }: ExchangeOptions) {
    this.#maxBodyBytes = maxBodyBytes;
    this.#resolve = resolve;
    this.#onData = onData;
    this.#timer = setTimeout(
      () => this.fail(new TransportError('timeout', `no response in ${timeoutMs} ms`)),
      timeoutMs,
    );
  }

  fail(failure: TransportError): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    clearTimeout(this.#timer);
    this.#controller?.abort(failure);
    this.#resolve(failure);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure !== undefined) controller.abort(this.#failure);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return; // an interim response: the final one follows
    this.#status = status;
    this.#headers = headers;
    if (Number(headers['content-length'] ?? 0) > this.#maxBodyBytes) this.#refuseBody();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBodyBytes) return this.#refuseBody();
    this.#chunks.push(chunk);
    this.#onData?.(chunk.length);
  }

  #refuseBody(): void {
    this.#chunks = [];
    this.fail(new TransportError('too-large', `a body over ${this.#maxBodyBytes} bytes`));
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    const [first = Buffer.alloc(0)] = this.#chunks;
    const body = this.#chunks.length < 2 ? first : Buffer.concat(this.#chunks, this.#bytes);
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    this.fail(new TransportError(reasonOf(code, error.message, this.#controller !== undefined), code, this.isReused));
  }
}

/** Transient failures: connection refused, reset or closed, host unreachable, DNS not responding. */
const transient = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'HPE_INVALID_EOF_STATE',
]);

/** The reason behind an error of undici or Node, by its code. `isSent`: the request head went out. */
export function reasonOf(code: string, message: string, isSent: boolean): TransportFailure {
  if (transient.has(code) || (code === 'UND_ERR_SOCKET' && message === 'other side closed'))
    return isSent ? 'broken' : 'unsent';
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'timeout';
  const isGarbage = /^(HPE_|HTTPParserError$|UND_ERR_(SOCKET|HEADERS_OVERFLOW|RES_CONTENT_LENGTH_MISMATCH)$)/.test(
    code,
  );
  return isGarbage ? 'protocol' : 'connection';
}
