import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import { bodyBuffer, type BodyText } from '../byte-string.ts';
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
  readonly body: BodyText;
  /** Undefined: as it was. */
  readonly coding: Coding | undefined;
}

/** What a body is to be compressed by for a client that sent this `Accept-Encoding`; undefined: it stays as it is. */
export function codingFor(acceptEncoding: string | undefined, bytes: number): Coding | undefined {
  const { coding, plain } = acceptedCodings(acceptEncoding);
  return plain && bytes < smallBody ? undefined : coding;
}

/** Bodies that are compressed at a time: as many as Node has threads for it. Each takes up to 2 MB beside the body. */
const maxAtOnce = 4;

/** Compresses bodies, a few at a time: the others wait in their order. */
export class Compressor {
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];

  /**
   * A body that compression would not make smaller stays as it is, if the client takes it so. So does one that nobody
   * wants any more when its turn comes.
   */
  async pack(
    body: BodyText,
    coding: Coding,
    acceptEncoding: string | undefined,
    isWanted: () => boolean,
  ): Promise<PackedBody> {
    if (this.#underWay >= maxAtOnce) await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    else this.#underWay += 1;
    try {
      if (!isWanted()) return { body, coding: undefined };
      const bytes = bodyBuffer(body);
      const packed = await compressBy[coding](bytes);
      const isSmaller = packed.length < bytes.length || !acceptedCodings(acceptEncoding).plain;
      return isSmaller ? { body: packed, coding } : { body, coding: undefined };
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#underWay -= 1;
      else next();
    }
  }
}
