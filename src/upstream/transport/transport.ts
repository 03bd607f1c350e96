import type { Socket } from 'node:net';
import type { Origin } from './connection.ts';
import { ConnectionPool } from './connection-pool.ts';
import { Exchange, type UpstreamResponse } from './exchange.ts';
import { PipelineDepth } from './pipeline-depth.ts';
import { cancelled, TransportError } from './transport-error.ts';

export interface TransportOptions {
  /** Workspace URL: http or https, with an optional path. */
  readonly url: string;
  /** Connections to the workspace at most. */
  readonly connections?: number;
  /** Calls on one connection at most: see `PipelineDepth`. */
  readonly pipelining?: number | undefined;
  /** Milliseconds of a clock that is never set. */
  readonly now?: () => number;
  /** Bytes of a response body at most. */
  readonly maxBodyBytes?: number;
  /** Runs for each connection as it is opened. */
  readonly onConnected?: (socket: Socket) => void;
}

export interface GetOptions {
  /** Names and values, in turn. An array that serves several calls is read once. */
  readonly headers: readonly string[];
  /** More of them, for this call alone. */
  readonly ownHeaders?: readonly string[] | undefined;
  /** For connecting, the request and the whole response: a dripping body ends by it too. */
  readonly timeoutMs: number;
  /** Calls of the same pipeline may share a connection: their responses then come in order. Undefined: this one shares none. */
  readonly pipeline?: object | undefined;
  /** Opens a new connection, because a kept one has proved stale. */
  readonly isFresh?: boolean;
  /** The body as bytes, in however many pieces it comes. */
  readonly wantsBytes?: boolean;
  /** Receives the function that cancels the call. */
  readonly onStart: (cancel: () => void) => void;
  /** Receives the number of bytes of each chunk of the body. */
  readonly onData?: ((bytes: number) => void) | undefined;
}

const noHeaders: readonly string[] = [];

/** 100 messages are about 100 KB: 8 MiB is far beyond any real response. */
const defaultMaxBodyBytes = 8 * 1024 * 1024;

/** GET over one pool of connections, without redirects, decompression or retries. */
export class Transport {
  readonly #pool: ConnectionPool;
  /** How each request begins: method and path of the workspace. */
  readonly #prefix: string;
  readonly #hostLine: string;
  /** What follows the path, by its headers. It has a caller's token, and goes with the caller. */
  readonly #endings = new WeakMap<readonly string[], string>();
  readonly #maxBodyBytes: number;

  constructor(options: TransportOptions) {
    const { url, connections = 64, pipelining = 1, maxBodyBytes = defaultMaxBodyBytes, onConnected } = options;
    const { now = () => performance.now() } = options;
    const { host, pathname } = new URL(url);
    const depth = new PipelineDepth(pipelining, now);
    this.#pool = new ConnectionPool({ origin: originOf(url), connections, now, depth, onConnected });
    this.#prefix = `GET ${pathname.replace(/\/+$/, '')}`;
    this.#hostLine = ` HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** `path` begins with a slash. Never rejects. A path or header that would break the request's lines is not sent. */
  get(
    path: string,
    { headers, ownHeaders, timeoutMs, pipeline, isFresh = false, wantsBytes = false, onStart, onData }: GetOptions,
  ): Promise<UpstreamResponse | TransportError> {
    return new Promise((resolve) => {
      const request = this.#requestOf(path, headers, ownHeaders);
      if (request === undefined)
        return resolve(new TransportError('connection', 'a character that HTTP does not allow'));
      const exchange = new Exchange({
        request,
        pipeline,
        wantsBytes,
        maxBodyBytes: this.#maxBodyBytes,
        timeoutMs,
        resolve,
        onData,
      });
      onStart(() => exchange.fail(cancelled()));
      if (!exchange.hasEnded) this.#pool.send(exchange, isFresh);
    });
  }

  close(): void {
    this.#pool.close();
  }

  #requestOf(path: string, headers: readonly string[], ownHeaders = noHeaders): string | undefined {
    const ending = this.#endingOf(headers);
    const lines = linesOf(ownHeaders);
    const isSendable = ending !== undefined && lines !== undefined && isTarget.test(path);
    return isSendable ? `${this.#prefix}${path}${ending}${lines}\r\n` : undefined;
  }

  #endingOf(headers: readonly string[]): string | undefined {
    const known = this.#endings.get(headers);
    if (known !== undefined) return known;
    const lines = linesOf(headers);
    if (lines === undefined) return undefined;
    const ending = `${this.#hostLine}${lines}`;
    this.#endings.set(headers, ending);
    return ending;
  }
}

/** Undefined where a character would break the lines. */
function linesOf(headers: readonly string[]): string | undefined {
  let lines = '';
  for (let index = 0; index < headers.length; index += 2) {
    const line = `${headers[index]}: ${headers[index + 1]}`;
    if (!isHeader.test(line)) return undefined;
    lines += `${line}\r\n`;
  }
  return lines;
}

/** Where the connections of a URL lead: the host without the brackets of IPv6, and the scheme's own port unless it has one. */
export function originOf(url: string): Origin {
  const { protocol, hostname, port } = new URL(url);
  const isSecure = protocol === 'https:';
  const usualPort = isSecure ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usualPort : Number(port), isSecure };
}

/** Visible ASCII. */
const isTarget = /^[\x21-\x7e]*$/;
/** What a line in Latin-1 may hold: a character beyond would be written as another, such as a line end. */
const isHeader = /^[\t\x20-\x7e\x80-\xff]*$/;
