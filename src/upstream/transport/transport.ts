import type { Socket } from 'node:net';
import type { Origin } from './connection.ts';
import { ConnectionPool } from './connection-pool.ts';
import { Exchange, type UpstreamResponse } from './exchange.ts';
import { cancelled, TransportError } from './transport-error.ts';

export interface TransportOptions {
  /** Workspace URL: http or https, with an optional path. */
  readonly url: string;
  /** Connections to the workspace at most. */
  readonly connections?: number;
  /** Bytes of a response body at most. */
  readonly maxBodyBytes?: number;
  /** Runs for each connection as it is opened. */
  readonly onConnected?: (socket: Socket) => void;
}

export interface GetOptions {
  /** Names and values, in turn. */
  readonly headers: readonly string[];
  /** For connecting, the request and the whole response: a dripping body ends by it too. */
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

/** GET over one pool of connections, one call at a time on each, without redirects, decompression or retries. */
export class Transport {
  readonly #pool: ConnectionPool;
  /** How each request begins: method and path of the workspace. */
  readonly #prefix: string;
  readonly #hostLine: string;
  readonly #maxBodyBytes: number;

  constructor({ url, connections = 64, maxBodyBytes = defaultMaxBodyBytes, onConnected }: TransportOptions) {
    const { host, pathname } = new URL(url);
    this.#pool = new ConnectionPool({ origin: originOf(url), connections, onConnected });
    this.#prefix = `GET ${pathname.replace(/\/+$/, '')}`;
    this.#hostLine = ` HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
    this.#maxBodyBytes = maxBodyBytes;
  }

  /** `path` begins with a slash. Never rejects. A path or header that would break the request's lines is not sent. */
  get(
    path: string,
    { headers, timeoutMs, isFresh = false, onStart, onData }: GetOptions,
  ): Promise<UpstreamResponse | TransportError> {
    return new Promise((resolve) => {
      const request = this.#requestOf(path, headers);
      if (request === undefined)
        return resolve(new TransportError('connection', 'a character that HTTP does not allow'));
      const exchange = new Exchange({ request, maxBodyBytes: this.#maxBodyBytes, timeoutMs, resolve, onData });
      onStart(() => exchange.fail(cancelled()));
      if (!exchange.hasEnded) this.#pool.send(exchange, isFresh);
    });
  }

  close(): void {
    this.#pool.close();
  }

  #requestOf(path: string, headers: readonly string[]): string | undefined {
    if (!isTarget.test(path)) return undefined;
    let lines = '';
    for (let index = 0; index < headers.length; index += 2) {
      const line = `${headers[index]}: ${headers[index + 1]}`;
      if (!isHeader.test(line)) return undefined;
      lines += `${line}\r\n`;
    }
    return `${this.#prefix}${path}${this.#hostLine}${lines}\r\n`;
  }
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
