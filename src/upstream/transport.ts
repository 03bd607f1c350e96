import type { IncomingHttpHeaders } from 'node:http';
import { Pool, type Dispatcher } from 'undici';

/** One answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Why there is no answer: too slow, too large, given up by us, or the connection failed (with its error code). */
export class NoAnswer extends Error {
  readonly reason: 'timeout' | 'too-large' | 'cancelled' | 'connection';

  constructor(reason: NoAnswer['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface TransportOptions {
  /** Workspace URL: http or https, with an optional path. */
  readonly url: string;
  /** Sockets kept to the workspace at most. */
  readonly connections?: number;
  /** Bytes of a body that are read at most. */
  readonly maxBodyBytes?: number;
}

/** Rows of 100 messages are about 100 KB; 8 MiB is far beyond any honest answer. */
const defaultMaxBodyBytes = 8 * 1024 * 1024;

/**
 * GET over one keep-alive pool. Nothing is followed, unpacked or retried here. A time-out is total: it also ends a body
 * that drips, which undici's own idle timers would not.
 */
export class Transport {
  readonly #pool: Pool;
  readonly #origin: string;
  readonly #prefix: string;
  readonly #maxBodyBytes: number;

  constructor({ url, connections = 64, maxBodyBytes = defaultMaxBodyBytes }: TransportOptions) {
    const { origin, pathname } = new URL(url);
    this.#origin = origin;
    this.#prefix = pathname.replace(/\/+$/, '');
    this.#maxBodyBytes = maxBodyBytes;
    this.#pool = new Pool(origin, { connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0, maxHeaderSize: 16 * 1024 });
  }

  /** `path` begins with a slash. `onStart` receives what gives the call up. */
  get(path: string, headers: readonly string[], timeoutMs: number, onStart: (cancel: () => void) => void): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      const exchange = new Exchange(this.#maxBodyBytes, timeoutMs, resolve, reject);
      onStart(() => exchange.fail(new NoAnswer('cancelled', 'given up')));
      this.#pool.dispatch({ origin: this.#origin, path: this.#prefix + path, method: 'GET', headers: headers as string[] }, exchange);
    });
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** Collects one answer. After the first outcome every later event is ignored. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #maxBodyBytes: number;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (reason: NoAnswer) => void;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  #bytes = 0;
  #failure: NoAnswer | undefined;

  constructor(
    maxBodyBytes: number,
    timeoutMs: number,
    resolve: (answer: Answer) => void,
    reject: (reason: NoAnswer) => void,
  ) {
    this.#maxBodyBytes = maxBodyBytes;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(() => this.fail(new NoAnswer('timeout', `no answer in ${timeoutMs} ms`)), timeoutMs);
  }

  fail(failure: NoAnswer): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    clearTimeout(this.#timer);
    this.#controller?.abort(failure);
    this.#reject(failure);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure !== undefined) controller.abort(this.#failure);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return; // an interim answer: the real one follows
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#maxBodyBytes) {
      this.#chunks = [];
      this.fail(new NoAnswer('too-large', `a body over ${this.#maxBodyBytes} bytes`));
      return;
    }
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    const [first = Buffer.alloc(0)] = this.#chunks;
    const body = this.#chunks.length < 2 ? first : Buffer.concat(this.#chunks, this.#bytes);
    this.#resolve({ status: this.#status, headers: this.#headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
    this.fail(new NoAnswer('connection', code));
  }
}
