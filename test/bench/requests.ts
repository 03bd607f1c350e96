import { authToken, callerId, requestHeaders } from './workloads.ts';

/** A request's bytes, of which each can be sent in the name of another caller. */
export class RequestTemplate {
  readonly #bytes: Buffer;
  readonly #ids: readonly number[];
  readonly #tokens: readonly number[];

  constructor(port: number, body: string) {
    const headers = { host: `127.0.0.1:${port}`, ...requestHeaders, 'content-length': Buffer.byteLength(body) };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#bytes = Buffer.from(`POST /graphql HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
    this.#ids = placesOf(this.#bytes, callerId);
    this.#tokens = placesOf(this.#bytes, authToken);
  }

  /** The request as the usual caller sends it. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** The same request from the caller of this number: another id and token, also where a room's id holds the id. */
  ofCaller(number: number): Buffer {
    const copy = Buffer.from(this.#bytes);
    const id = `u${String(number).padStart(callerId.length - 1, '0')}`;
    const token = `t${String(number).padStart(authToken.length - 1, '0')}`;
    for (const place of this.#ids) copy.write(id, place, 'latin1');
    for (const place of this.#tokens) copy.write(token, place, 'latin1');
    return copy;
  }
}

function placesOf(bytes: Buffer, text: string): number[] {
  const places: number[] = [];
  for (let place = bytes.indexOf(text); place !== -1; place = bytes.indexOf(text, place + text.length)) {
    places.push(place);
  }
  return places;
}

/** The body of the one answer that was received, once it is complete: by its length, or in chunks. */
export function wholeBody(received: readonly Buffer[]): Buffer | undefined {
  const bytes = received.length === 1 && received[0] !== undefined ? received[0] : Buffer.concat(received);
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = /content-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) return joinChunks(bytes, headEnd + 4);
  const end = headEnd + 4 + Number(length);
  return bytes.length < end ? undefined : bytes.subarray(headEnd + 4, end);
}

function joinChunks(bytes: Buffer, start: number): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let place = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', place);
    if (lineEnd === -1) return undefined;
    const length = Number.parseInt(bytes.toString('latin1', place, lineEnd), 16);
    const end = lineEnd + 2 + length;
    if (bytes.length < end + 2) return undefined;
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(lineEnd + 2, end));
    place = end + 2;
  }
}
