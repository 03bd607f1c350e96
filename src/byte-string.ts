/**
 * A text in UTF-8 as a string whose characters are its bytes. Unlike a Buffer's, they lie where V8 collects young objects
 * for next to nothing: Buffers of 64 MB in all make it look through the whole heap, which at 50 messages a response took
 * more time than everything else.
 */
export class ByteString {
  readonly bytes: string;

  constructor(bytes: string) {
    this.bytes = bytes;
  }

  toBuffer(): Buffer {
    return Buffer.from(this.bytes, 'latin1');
  }

  toString(): string {
    return this.toBuffer().toString();
  }
}

/** The bytes of a text. */
export const bytesOf = (text: string): string =>
  Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString('latin1');

/** What is sent as the body of a response. */
export type BodyText = string | ByteString | Buffer;

/** Its length in bytes. */
export const bodyLength = (body: BodyText): number =>
  body instanceof ByteString ? body.bytes.length : Buffer.byteLength(body);

export function bodyBuffer(body: BodyText): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof ByteString ? body.toBuffer() : body;
}
