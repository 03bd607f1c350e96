import type { IncomingHttpHeaders } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectWithTls } from 'node:tls';
import type { Exchange, ExchangeHolder } from './exchange.ts';
import type { PipelineDepth } from './pipeline-depth.ts';
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
  /** Milliseconds of a clock that is never set. */
  readonly now: () => number;
  /** How many exchanges it may carry at a time: learns from those that it carries. */
  readonly depth: PipelineDepth;
  /** It can take the next exchange, until `keptUntil`. */
  readonly onFree: (connection: Connection) => void;
  /** It has ended, or is about to: it takes no exchange any more. */
  readonly onClosed: (connection: Connection) => void;
  /** It has closed without having carried these, through no fault of theirs. */
  readonly onReturned: (exchanges: readonly Exchange[]) => void;
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
 * Where the bytes of all connections arrive, until each has taken what is its own. Otherwise a stream would pass them on, and
 * Node would allocate 64 KiB for each piece and give most of it back.
 */
const arrived = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * One connection to the workspace, which carries one exchange, or several whose responses come in the order of the requests
 * (pipelining). What is unexpected ends it.
 */
export class Connection implements ResponseHandler, ExchangeHolder {
  /** Until when a free connection may be used, by its clock. */
  keptUntil = 0;
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #parser = new ResponseParser(this);
  /** The first is the one whose response is read, or comes next. */
  #exchanges: Exchange[] = [];
  /** How many of them, from the first, have gone out and have no response yet. */
  #unanswered = 0;
  /** How many went out together last, when, and after what time the first of them had its response. Milliseconds. */
  #together = 0;
  #sentAt = 0;
  #firstMs: number | undefined;
  #isConnected = false;
  /** Whether it has carried exchanges before those that are out now, and none of these has been answered: it may be stale. */
  #isReused = false;
  #hasClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const { origin, session } = options;
    const { host, port, isSecure } = origin;
    const onread = {
      buffer: arrived,
      callback: (bytes: number) => this.#read(bytes),
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
      this.#sentAt = options.now();
      options.onConnected?.(this.#socket);
    });
    this.#socket.on('end', () => this.#end());
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(closed));
  }

  /** How many exchanges it carries. */
  get load(): number {
    return this.#exchanges.length;
  }

  /** Sends a request, as soon as there is a connection. */
  send(exchange: Exchange): void {
    this.add(exchange);
    this.flush();
  }

  /** Takes an exchange whose request goes out with the next `flush`. */
  add(exchange: Exchange): void {
    this.#exchanges.push(exchange);
    exchange.holder = this;
  }

  /** Writes all requests that it has taken, at once. */
  flush(): void {
    const [first, second] = this.#exchanges;
    if (first === undefined) return; // it has closed
    let requests = first.request;
    if (second !== undefined) {
      this.#exchanges = this.#exchanges.filter(({ hasEnded }) => !hasEnded);
      requests = this.#exchanges.map(({ request }) => request).join('');
    }
    this.#unanswered = this.#exchanges.length;
    this.#together = this.#unanswered;
    if (this.#together > 1) this.#sentAt = this.#options.now();
    this.#parser.expect(this.#unanswered);
    this.#socket.write(requests, 'latin1');
  }

  /** Closes, and fails what it carries. What would have gone out next goes out on another connection, if there was this one. */
  fail(error: TransportError): void {
    const failed = this.#exchanges.splice(0, this.#isConnected ? this.#unanswered : this.load);
    this.#closeEarly();
    for (const exchange of failed) exchange.fail(error);
  }

  /** What it carries still goes out on another connection. */
  close(): void {
    if (this.#hasClosed) return;
    this.#hasClosed = true;
    if (!this.#isConnected) this.#options.onSession(undefined);
    this.#socket.destroy();
    const left = this.#exchanges.filter(({ hasEnded }) => !hasEnded);
    this.#exchanges = [];
    if (left.length > 0) this.#options.onReturned(left);
    this.#options.onClosed(this);
  }

  onHead(status: number, headers: IncomingHttpHeaders, length: number | undefined): void {
    this.#exchanges[0]?.onHead(status, headers, length);
  }

  onData(bytes: Buffer, isWhole: boolean): void {
    this.#exchanges[0]?.onData(bytes, isWhole);
  }

  onEnd(mayBeReused: boolean): void {
    const exchange = this.#takeFirst();
    if (exchange === undefined) return; // it has closed
    const now = this.#options.now();
    this.#unanswered -= 1;
    if (this.#unanswered > 0 && mayBeReused) {
      this.#isReused = false;
      this.#firstMs ??= now - this.#sentAt;
      exchange.complete();
      if (this.#isUseless) this.close();
      return;
    }
    this.#isReused = true;
    this.#observePipeline(now);
    const keptMs = keptMsOf(exchange.headers);
    if (!mayBeReused || keptMs <= 0) this.close();
    this.keptUntil = now + keptMs;
    exchange.complete();
    if (!this.#hasClosed) this.#options.onFree(this);
  }

  /** `shift` gives up the memory of an array that it empties. */
  #takeFirst(): Exchange | undefined {
    return this.#exchanges.length === 1 ? this.#exchanges.pop() : this.#exchanges.shift();
  }

  #observePipeline(now: number): void {
    const { depth } = this.#options;
    if (this.#unanswered > 0) depth.observeEnd();
    else if (this.#firstMs !== undefined) {
      depth.observe(this.#firstMs, now - this.#sentAt - this.#firstMs, this.#together - 1);
      this.#firstMs = undefined;
    }
  }

  /** An exchange ends before its response has. Those behind it wait until the rest of that has come, unless it is too much. */
  leave({ reason }: TransportError): void {
    if (reason === 'too-large') this.#closeEarly();
    else if (this.#isUseless) {
      if (reason === 'timeout') this.#closeEarly();
      else this.close();
    }
  }

  /** Whether nobody wants the responses that have yet to come. */
  get #isUseless(): boolean {
    return this.#exchanges.every(({ hasEnded }) => hasEnded);
  }

  /** Closes before what went out together has been answered: if that happens often, each had better go out alone. */
  #closeEarly(): void {
    if (this.#together > 1) this.#options.depth.observeEnd();
    this.close();
  }

  /** So many bytes have arrived. True: the socket reads on. */
  #read(bytes: number): boolean {
    const fault = this.#parser.read(arrived, bytes);
    if (fault === undefined) return true;
    const exchange = this.#unanswered > 0 ? this.#takeFirst() : undefined;
    this.#closeEarly();
    exchange?.fail(new TransportError('protocol', fault, this.#isReused));
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

/** The latest `Keep-Alive`, and what it means: nearly always the next one, too. */
let latestHint: string | undefined;
let latestKeptMs = usuallyKeptMs;

/** How long the workspace keeps a free connection, less a margin: `Keep-Alive: timeout=5`, in seconds. */
function keptMsOf({ 'keep-alive': hint = '' }: IncomingHttpHeaders): number {
  if (hint === latestHint) return latestKeptMs;
  const [, seconds] = /(?:^|[,\s])timeout\s*=\s*(\d{1,9})/i.exec(String(hint)) ?? [];
  latestHint = String(hint);
  latestKeptMs = seconds === undefined ? usuallyKeptMs : Math.min(longestKeptMs, Number(seconds) * 1000 - keepMarginMs);
  return latestKeptMs;
}
