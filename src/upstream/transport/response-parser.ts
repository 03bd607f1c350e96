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
   * Reads the bytes that came, and keeps no more than copies of them. What is wrong with them, for the log and without a byte of
   * theirs, if anything is.
   */
  read(bytes: Buffer): string | undefined {
    let rest: Buffer | undefined = bytes;
    while (rest !== undefined && rest.length > 0) rest = this.#step(rest);
    return this.#fault;
  }

  /** The workspace ended the connection. Whether the response is complete. */
  end(): boolean {
    if (this.#state !== 'untilEnd') return false;
    this.#finish(undefined);
    return true;
  }

  /** Reads what comes next, and returns the bytes behind it; undefined: more bytes must come first, or none may. */
  #step(bytes: Buffer): Buffer | undefined {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes);
      case 'body':
      case 'chunk':
        return this.#readBody(bytes);
      case 'size':
        return this.#readSize(bytes);
      case 'chunkEnd':
        return this.#readChunkEnd(bytes);
      case 'trailers':
        return this.#readTrailer(bytes);
      case 'untilEnd':
        this.#handler.onData(bytes, false);
        return undefined;
      case 'done':
        break;
    }
    return this.#refuse('bytes that nobody asked for');
  }

  #readHead(bytes: Buffer): Buffer | undefined {
    const found = this.#textUntil('\r\n\r\n', bytes);
    if (found === undefined) {
      // Something else may never end a line.
      const isHttp = this.#pending === undefined || beginning.startsWith(this.#pending.toString('latin1', 0, 7));
      return isHttp ? undefined : this.#refuse('no HTTP/1.1');
    }
    const { text, rest } = found;
    const first = statusOf(text);
    const headers = first && readHeaders(text, first.line.length);
    if (first === undefined || headers === undefined)
      return this.#refuse(text.startsWith(beginning) ? 'no head of HTTP/1.1' : 'no HTTP/1.1');
    const { status, isCurrent } = first;
    if (status >= 200) return this.#begin(status, headers, isCurrent, rest);
    return status === 101 ? this.#refuse('another protocol') : rest; // an interim response: the final one follows
  }

  #begin(status: number, headers: ResponseHeaders, isCurrent: boolean, rest: Buffer): Buffer | undefined {
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
    if (length === 0) return this.#finish(rest);
    this.#length = this.#left = length ?? 0;
    this.#trailerBytes = 0;
    this.#state = length !== undefined ? 'body' : coding !== undefined ? 'size' : 'untilEnd';
    return rest;
  }

  /** A body, or one chunk of it. */
  #readBody(bytes: Buffer): Buffer | undefined {
    const length = Math.min(this.#left, bytes.length);
    const isWhole = length === this.#length;
    this.#left -= length;
    this.#handler.onData(bytes.subarray(0, length), isWhole);
    if (this.#left > 0) return undefined;
    const rest = bytes.subarray(length);
    if (this.#state === 'body') return this.#finish(rest);
    this.#state = 'chunkEnd';
    return rest;
  }

  #readSize(bytes: Buffer): Buffer | undefined {
    const found = this.#textUntil('\r\n', bytes);
    if (found === undefined) return undefined;
    const [, size] = chunkLine.exec(found.text) ?? [];
    if (size === undefined) return this.#refuse('a chunk without a size');
    this.#left = Number.parseInt(size, 16);
    this.#state = this.#left === 0 ? 'trailers' : 'chunk';
    return found.rest;
  }

  #readChunkEnd(bytes: Buffer): Buffer | undefined {
    const found = this.#textUntil('\r\n', bytes, 2);
    if (found !== undefined) this.#state = 'size';
    return found?.rest;
  }

  #readTrailer(bytes: Buffer): Buffer | undefined {
    const found = this.#textUntil('\r\n', bytes);
    if (found === undefined) return undefined;
    const { text, rest } = found;
    if (text === '') return this.#finish(rest);
    this.#trailerBytes += text.length + 2;
    const isFit = this.#trailerBytes <= maxHeadBytes && readHeaders(text, 0) !== undefined;
    return isFit ? rest : this.#refuse('a trailer that is none');
  }

  /** Returns the bytes of the next response, if one is expected. */
  #finish(rest: Buffer | undefined): Buffer | undefined {
    this.#expected -= 1;
    const isLast = this.#expected === 0;
    const mayBeReused = this.#mayBeReused && (isLast ? rest?.length === 0 : rest !== undefined);
    const next = mayBeReused && !isLast ? rest : undefined;
    this.#state = next === undefined ? 'done' : 'head';
    this.#handler.onEnd(mayBeReused);
    return next;
  }

  #refuse(why: string): undefined {
    this.#fault = why;
  }

  /** The text before `end`, and what comes behind it. Keeps a copy of the bytes where it has not come yet. */
  #textUntil(end: string, bytes: Buffer, maxBytes = maxHeadBytes): { text: string; rest: Buffer } | undefined {
    const all = this.#pending === undefined ? bytes : Buffer.concat([this.#pending, bytes]);
    const place = all.indexOf(end, 0, 'latin1');
    const isFound = place !== -1;
    if (isFound ? place + end.length > maxBytes : all.length >= maxBytes)
      return this.#refuse(`no end of a line or head within ${maxBytes} bytes`);
    this.#pending = isFound ? undefined : all === bytes ? Buffer.from(bytes) : all;
    return isFound ? { text: all.toString('latin1', 0, place), rest: all.subarray(place + end.length) } : undefined;
  }
}
