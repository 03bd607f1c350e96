import type { IncomingHttpHeaders } from 'node:http';
import { readHeaders, type ResponseHeaders } from './header-lines.ts';

/** What a response consists of, in order. An interim response (1xx) is none. */
export interface ResponseHandler {
  /** `length`: bytes of the body, where the response says it. */
  onHead(status: number, headers: IncomingHttpHeaders, length: number | undefined): void;
  /** The bytes are the handler's until it returns. `isWhole`: they are the whole body. */
  onData(bytes: Buffer, isWhole: boolean): void;
  /** `mayBeReused`: the connection is as it was before the request, or the next response comes on it. */
  onEnd(mayBeReused: boolean): void;
}

/** Bytes of a head, of a line before a chunk, and of all that follows the last chunk, at most. */
const maxHeadBytes = 16 * 1024;

const nothing = Buffer.alloc(0);

const beginning = 'HTTP/1.';
const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\0\r\n]*)?(?:\r\n|$)/;
const chunkLine = /^([\da-f]{1,8})[ \t]*(?:;[^\0\r\n]*)?$/i;
const endsConnection = /(?:^|,)\s*close\s*(?:,|$)/i;

interface StatusLine {
  /** With its end. */
  readonly line: string;
  readonly status: number;
  /** Whether it is of HTTP/1.1, and not of 1.0. */
  readonly isCurrent: boolean;
}

/** The latest: nearly always the next one, too. */
let latestStatus: StatusLine | undefined;

/** Undefined for a head that does not begin with one. */
function statusOf(head: string): StatusLine | undefined {
  if (latestStatus !== undefined && head.slice(0, latestStatus.line.length) === latestStatus.line) return latestStatus;
  const [line, minor, code] = statusLine.exec(head) ?? [];
  if (line === undefined) return undefined;
  const read = { line, status: Number(code), isCurrent: minor === '1' };
  if (line.endsWith('\n')) latestStatus = read; // another could begin with one that has no end
  return read;
}

/** What comes next: the head; a body of known length; a chunk's size, bytes and end; trailers; all until the end. */
type State = 'head' | 'body' | 'size' | 'chunk' | 'chunkEnd' | 'trailers' | 'untilEnd' | 'done';

/**
 * Reads one HTTP/1.1 response after another off a connection (RFC 9112), whatever pieces its bytes come in.
 *
 * Why not a library's: with undici, a third of the CPU time of a request of 21 calls went into the client, sockets included,
 * and a gateway needs little of HTTP: responses to GET, in turn. It is strict where two readers could disagree on where a response
 * ends, because what follows would be taken for another user's: a length beside chunks, two lengths, line ends that are no
 * CR LF, bytes that nobody asked for. `test/upstream/transport/` compares it with Node's own client.
 */
export class ResponseParser {
  readonly #handler: ResponseHandler;
  #state: State = 'done';
  /** Responses that have yet to end. */
  #expected = 0;
  /** What is read: from `#at` to `#end`. Only bodies are passed on as parts of it, as each takes 0.1 µs. */
  #bytes: Buffer = nothing;
  #at = 0;
  #end = 0;
  /** The beginning of a head or line whose end has not come. */
  #pending: Buffer | undefined;
  /** Bytes of the body; 0 where it does not say so many, as before a chunk. */
  #length = 0;
  /** Bytes left of the body or chunk. */
  #left = 0;
  #trailerBytes = 0;
  #mayBeReused = false;
  #fault: string | undefined;

  constructor(handler: ResponseHandler) {
    this.#handler = handler;
  }

  /** So many requests go out: as many responses may come. */
  expect(responses: number): void {
    this.#expected = responses;
    this.#state = 'head';
  }

  /**
   * Reads the bytes that came, the first `length`, and keeps no more than copies of them. What is wrong with them, for the log
   * and without a byte of theirs, if anything is.
   */
  read(bytes: Buffer, length = bytes.length): string | undefined {
    this.#bytes = bytes;
    this.#at = 0;
    this.#end = length;
    let goesOn = true;
    while (goesOn && this.#at < this.#end) goesOn = this.#step();
    this.#bytes = nothing;
    return this.#fault;
  }

  /** The workspace ended the connection. Whether the response is complete. */
  end(): boolean {
    if (this.#state !== 'untilEnd') return false;
    this.#mayBeReused = false;
    this.#finish();
    return true;
  }

  /** Reads what comes next. False: more bytes must come first, or none may. */
  #step(): boolean {
    switch (this.#state) {
      case 'head':
        return this.#readHead();
      case 'body':
      case 'chunk':
        return this.#readBody();
      case 'size':
        return this.#readSize();
      case 'chunkEnd':
        return this.#readChunkEnd();
      case 'trailers':
        return this.#readTrailer();
      case 'untilEnd':
        this.#handler.onData(this.#bytes.subarray(this.#at, this.#end), false);
        return false;
      case 'done':
        break;
    }
    return this.#refuse('bytes that nobody asked for');
  }

  #readHead(): boolean {
    const text = this.#textUntil('\r\n\r\n');
    if (text === undefined) {
      // Something else may never end a line.
      const isHttp = this.#pending === undefined || beginning.startsWith(this.#pending.toString('latin1', 0, 7));
      return isHttp ? false : this.#refuse('no HTTP/1.1');
    }
    const first = statusOf(text);
    const headers = first && readHeaders(text, first.line.length);
    if (first === undefined || headers === undefined)
      return this.#refuse(text.startsWith(beginning) ? 'no head of HTTP/1.1' : 'no HTTP/1.1');
    const { status, isCurrent } = first;
    if (status >= 200) return this.#begin(status, headers, isCurrent);
    return status !== 101 || this.#refuse('another protocol'); // an interim response: the final one follows
  }

  #begin(status: number, headers: ResponseHeaders, isCurrent: boolean): boolean {
    const { 'transfer-encoding': coding, 'content-length': given, connection = '' } = headers;
    if (coding !== undefined && (given !== undefined || !isCurrent || coding.toLowerCase() !== 'chunked'))
      return this.#refuse('a transfer encoding that is not understood');
    if (given !== undefined && !/^\d{1,15}$/.test(given)) return this.#refuse('a length that is none');
    const isEmpty = status === 204 || status === 304;
    const length = isEmpty ? 0 : given === undefined ? undefined : Number(given);
    // Without content, and yet a length or chunks: a workspace that sends them after all means the next reader.
    const isOdd = isEmpty && (coding !== undefined || Number(given ?? 0) > 0);
    this.#mayBeReused = isCurrent && !isOdd && (connection === 'keep-alive' || !endsConnection.test(connection));
    this.#handler.onHead(status, headers, length);
    if (length === 0) return this.#finish();
    this.#length = this.#left = length ?? 0;
    this.#trailerBytes = 0;
    this.#state = length !== undefined ? 'body' : coding !== undefined ? 'size' : 'untilEnd';
    return true;
  }

  /** A body, or one chunk of it. */
  #readBody(): boolean {
    const start = this.#at;
    const length = Math.min(this.#left, this.#end - start);
    this.#left -= length;
    this.#at += length;
    this.#handler.onData(this.#bytes.subarray(start, this.#at), length === this.#length);
    if (this.#left > 0) return false;
    if (this.#state === 'body') return this.#finish();
    this.#state = 'chunkEnd';
    return true;
  }

  #readSize(): boolean {
    const line = this.#textUntil('\r\n');
    if (line === undefined) return false;
    const [, size] = chunkLine.exec(line) ?? [];
    if (size === undefined) return this.#refuse('a chunk without a size');
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? 'trailers' : 'chunk';
    return true;
  }

  #readChunkEnd(): boolean {
    if (this.#textUntil('\r\n', 2) === undefined) return false;
    this.#state = 'size';
    return true;
  }

  #readTrailer(): boolean {
    const line = this.#textUntil('\r\n');
    if (line === undefined) return false;
    if (line === '') return this.#finish();
    this.#trailerBytes += line.length + 2;
    const isFit = this.#trailerBytes <= maxHeadBytes && readHeaders(line, 0) !== undefined;
    return isFit || this.#refuse('a trailer that is none');
  }

  /** True: the next response is expected. */
  #finish(): boolean {
    this.#expected -= 1;
    const isLast = this.#expected === 0;
    const mayBeReused = this.#mayBeReused && (!isLast || this.#at === this.#end);
    const goesOn = mayBeReused && !isLast;
    this.#state = goesOn ? 'head' : 'done';
    this.#handler.onEnd(mayBeReused);
    return goesOn;
  }

  #refuse(why: string): false {
    this.#fault = why;
    return false;
  }

  /** The text before `end`, which is passed over. Keeps a copy of the bytes where it has not come yet. */
  #textUntil(end: string, maxBytes = maxHeadBytes): string | undefined {
    const before = this.#pending;
    if (before !== undefined) {
      this.#bytes = Buffer.concat([before, this.#bytes.subarray(this.#at, this.#end)]);
      this.#at = 0;
      this.#end = this.#bytes.length;
    }
    const start = this.#at;
    const place = this.#bytes.indexOf(end, start, 'latin1');
    const next = place === -1 || place + end.length > this.#end ? undefined : place + end.length;
    if ((next ?? this.#end) - start > (next === undefined ? maxBytes - 1 : maxBytes)) {
      this.#refuse(`no end of a line or head within ${maxBytes} bytes`);
      return undefined;
    }
    this.#at = next ?? this.#end;
    if (next === undefined) {
      this.#pending = before === undefined ? Buffer.from(this.#bytes.subarray(start, this.#end)) : this.#bytes;
      return undefined;
    }
    this.#pending = undefined;
    return this.#bytes.toString('latin1', start, place);
  }
}
