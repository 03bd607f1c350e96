import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import { acceptedCodings, type Coding } from './content-coding.ts';

/** A smaller body goes into one packet as it is. Bytes. */
const smallBody = 1024;

const [brotli, gzipped, zstd] = [promisify(brotliCompress), promisify(gzip), promisify(zstdCompress)];

/** On threads of their own, so that no other request waits. */
const compressBy: Readonly<Record<Coding, (body: Buffer) => Promise<Buffer>>> = {
  // Level 4 of 11: beyond it, the time grows faster than what it saves.
  br: (body) =>
    brotli(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
    }),
  gzip: (body) => gzipped(body),
  zstd: (body) => zstd(body),
};

/** A body as it is sent. */
export interface PackedBody {
  readonly body: string | Buffer;
  /** Undefined: as it was. */
  readonly coding: Coding | undefined;
}

/** What a body is to be compressed by for a client that sent this `Accept-Encoding`; undefined: it stays as it is. */
export function codingFor(acceptEncoding: string | undefined, bytes: number): Coding | undefined {
  const { coding, plain } = acceptedCodings(acceptEncoding);
  return plain && bytes < smallBody ? undefined : coding;
}

/** A body that compression would not make smaller stays as it is, if the client takes it so. */
export async function pack(
  body: string | Buffer,
  coding: Coding,
  acceptEncoding: string | undefined,
): Promise<PackedBody> {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const packed = await compressBy[coding](bytes);
  const isSmaller = packed.length < bytes.length || !acceptedCodings(acceptEncoding).plain;
  return isSmaller ? { body: packed, coding } : { body, coding: undefined };
}
