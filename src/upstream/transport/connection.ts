import type { IncomingHttpHeaders } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectWithTls } from 'node:tls';
import type { Exchange } from './exchange.ts';
import { ResponseParser, type ResponseHandler } from './response-parser.ts';
import { reasonOf, TransportError } from './transport-error.ts';

/** Where connections lead. */
export interface Origin {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
}

export interface ConnectionOptions {
  readonly origin: Origin;
  /** It can take the next exchange, until `keptUntil`. */
  readonly onFree: (connection: Connection) => void;
  /** It has ended, or is about to: it takes no exchange any more. */
  readonly onClosed: (connection: Connection) => void;
  /** A session of TLS, to begin the next connection with; undefined: the last one may be of no use any more. */
  readonly onSession: (session: Buffer | undefined) => void;
  readonly session: Buffer | undefined;
  /** Runs when the connection is open. */
  readonly onConnected: ((socket: Socket) => void) | undefined;
}

/** How long a free connection is kept where the workspace does not say. Milliseconds. */
const usuallyKeptMs = 4000;
/** Given up sooner than the workspace would, which could close it just as a request goes out. Milliseconds. */
const keepMarginMs = 1000;
const longestKeptMs = 600_000;
/** Time without a byte after which the operating system finds out whether the other side is still there. Milliseconds. */
const probeAfterMs = 60_000;

/**
 * Where the bytes of all connections arrive: each takes a copy of its own at once. Otherwise a stream would pass them on, and
 * Node would allocate 64 KiB for each piece and give most of it back.
 */
const arrived = Buffer.allocUnsafeSlow(64 * 1024);

/** One connection to the workspace, which carries one exchange at a time. What is unexpected ends it. */
export class Connection implements ResponseHandler {
  /** Until when a free connection may be used, by `performance.now()`. Milliseconds. */
  keptUntil = 0;
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #parser = new ResponseParser(this);
  #exchange: Exchange | undefined;
  #isConnected = false;
  /** Whether it has carried an exchange before this one. */
  #isReused = false;
  #hasClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { origin, session } = options;
    const { host, port, isSecure } = origin;
    const onread = {
      buffer: arrived,
      callback: (bytes: number) => this.#read(Buffer.from(arrived.subarray(0, bytes))),
    };
    const common = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: probeAfterMs, onread };
    const servername = isIP(host) === 0 ? host : '';
    this.#socket = isSecure
      ? connectWithTls({ ...common, servername, session, ALPNProtocols: ['http/1.1'] })
      : connect(common);
    this.#socket.unref(); // the timer of its exchange keeps the process going; a free one does not
    if (isSecure) this.#socket.on('session', options.onSession);
    this.#socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      this.#isConnected = true;
      options.onConnected?.(this.#socket);
    });
    this.#socket.on('end', () => this.#end());
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(closed));
  }

  /** Sends a request, as soon as there is a connection. */
  send(exchange: Exchange): void {
    this.#exchange = exchange;
    exchange.leave = () => this.close();
    this.#parser.expect();
    this.#socket.write(exchange.request, 'latin1');
  }

  /** Ends the exchange that it carries, and closes. */
  fail(error: TransportError): void {
    this.#exchange?.fail(error);
    this.close();
  }

  close(): void {
    if (this.#hasClosed) return;
    this.#hasClosed = true;
    if (!this.#isConnected) this.#options.onSession(undefined);
    this.#socket.destroy();
    this.#options.onClosed(this);
  }

  onHead(status: number, headers: IncomingHttpHeaders, length: number | undefined): void {
    this.#exchange?.onHead(status, headers, length);
  }

  onData(bytes: Buffer): void {
    this.#exchange?.onData(bytes);
  }

  onEnd(mayBeReused: boolean): void {
    const exchange = this.#exchange as Exchange;
    this.#exchange = undefined;
    const keptMs = keptMsOf(exchange.headers);
    if (!mayBeReused || keptMs <= 0) this.close();
    this.#isReused = true;
    this.keptUntil = performance.now() + keptMs;
    exchange.complete();
    if (!this.#hasClosed) this.#options.onFree(this);
  }

  /** True: the socket reads on. */
  #read(bytes: Buffer): boolean {
    const fault = this.#parser.read(bytes);
    if (fault !== undefined) this.fail(new TransportError('protocol', fault, this.#isReused));
    return true;
  }

  #end(): void {
    if (!this.#parser.end()) this.#fail(closed);
  }

  #fail({ code }: { readonly code?: string | undefined }): void {
    this.fail(new TransportError(reasonOf(String(code), this.#isConnected), String(code), this.#isReused));
  }
}

/** The workspace ended the connection. */
const closed = { code: 'ECONNRESET' };

/** How long the workspace keeps a free connection, less a margin: `Keep-Alive: timeout=5`, in seconds. */
function keptMsOf({ 'keep-alive': hint = '' }: IncomingHttpHeaders): number {
  const [, seconds] = /(?:^|[,\s])timeout\s*=\s*(\d{1,9})/i.exec(String(hint)) ?? [];
  return seconds === undefined ? usuallyKeptMs : Math.min(longestKeptMs, Number(seconds) * 1000 - keepMarginMs);
}
