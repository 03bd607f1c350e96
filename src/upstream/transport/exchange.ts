import type { IncomingHttpHeaders } from 'node:http';
import type { ResponseHandler } from './response-parser.ts';
import { TransportError } from './transport-error.ts';

/** One complete response. */
export interface UpstreamResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** A text where it came in one piece, and its bytes were not asked for. */
  readonly body: Buffer | string;
}

export interface ExchangeOptions {
  /** The bytes of the request, in Latin-1. */
  readonly request: string;
  /** What it may share a connection with, undefined for nothing: see `Exchange`. */
  readonly pipeline?: object | undefined;
  /** Whether the body is wanted as bytes in any case. */
  readonly wantsBytes: boolean;
  /** Bytes of the response's body at most. */
  readonly maxBodyBytes: number;
  /** For connecting, the request and the whole response. */
  readonly timeoutMs: number;
  readonly resolve: (outcome: UpstreamResponse | TransportError) => void;
  /** Receives the number of bytes of each chunk of the body. */
  readonly onData: ((bytes: number) => void) | undefined;
}

/** What an exchange waits in. */
export interface ExchangeHolder {
  /** The exchange ends, before its response has. */
  leave(error: TransportError): void;
}

/** Chunks that are kept apart at most: each takes some 140 bytes besides its own, and a body may come in millions. */
const maxLooseChunks = 1024;

/** One request and its response. It ends once, with a response or with an error, and ignores what comes later. */
export class Exchange implements Omit<ResponseHandler, 'onEnd'> {
  readonly request: string;
  /** What it may share a connection with: exchanges of the same pipeline. Undefined: nothing. */
  pipeline: object | undefined;
  /** The queue or the connection that has it. */
  holder: ExchangeHolder | undefined;
  readonly #options: ExchangeOptions;
  readonly #timer: NodeJS.Timeout;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #text: string | undefined;
  #chunks: Buffer[] = [];
  /** How many of them, from the first, are joined ones. */
  #joined = 0;
  #bytes = 0;
  #hasEnded = false;

  constructor(options: ExchangeOptions) {
    const { request, pipeline, timeoutMs } = options;
    this.request = request;
    this.pipeline = pipeline;
    this.#options = options;
    this.#timer = setTimeout(
      () => this.fail(new TransportError('timeout', `no response in ${timeoutMs} ms`)),
      timeoutMs,
    );
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The headers of the response, once they are there. */
  get headers(): IncomingHttpHeaders {
    return this.#headers;
  }

  fail(error: TransportError): void {
    if (!this.#end()) return;
    this.#chunks = [];
    this.holder?.leave(error);
    this.#options.resolve(error);
  }

  onHead(status: number, headers: IncomingHttpHeaders, length = 0): void {
    this.#status = status;
    this.#headers = headers;
    if (length > this.#options.maxBodyBytes) this.#refuseBody();
  }

  onData(chunk: Buffer, isWhole: boolean): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#options.maxBodyBytes) return this.#refuseBody();
    if (this.#hasEnded) return;
    if (isWhole && !this.#options.wantsBytes) this.#text = chunk.toString();
    else this.#keep(Buffer.from(chunk));
    this.#options.onData?.(chunk.length);
  }

  #keep(chunk: Buffer): void {
    this.#chunks.push(chunk);
    if (this.#chunks.length - this.#joined === maxLooseChunks) {
      this.#chunks.push(Buffer.concat(this.#chunks.splice(this.#joined)));
      this.#joined += 1;
    }
  }

  /** The response is complete. */
  complete(): void {
    if (!this.#end()) return;
    this.#options.resolve({ status: this.#status, headers: this.#headers, body: this.#text ?? this.#joinedBytes() });
  }

  #joinedBytes(): Buffer {
    const [first = Buffer.alloc(0)] = this.#chunks;
    return this.#chunks.length < 2 ? first : Buffer.concat(this.#chunks, this.#bytes);
  }

  /** Leaves the connection even if it has ended before: others wait behind the body. */
  #refuseBody(): void {
    const error = new TransportError('too-large', `a body over ${this.#options.maxBodyBytes} bytes`);
    if (this.#hasEnded) this.holder?.leave(error);
    else this.fail(error);
  }

  /** False when it has ended before. */
  #end(): boolean {
    if (this.#hasEnded) return false;
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    return true;
  }
}
