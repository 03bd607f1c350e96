import { hash } from 'node:crypto';
import { GatewayError } from '../errors.ts';
import type { PagePlan } from './args.ts';
import type { Place } from './place.ts';

/** A row's place, and the offset where it was read: both are needed to find the next row after the list has changed. */
export interface Cursor extends Place {
  /** Rows before it in the connection's order when it was read. In a history: rows in its millisecond. */
  readonly offset: number;
  /** Rows in the whole list when it was read. */
  readonly total: number;
}

/**
 * A cursor is the base64url of: version (1 byte), seal (5), key (7), offset (4), total (4), id (the rest, at most 128):
 * less than 200 characters. The seal is a digest of the rest and of the `binding`, a string that names connection,
 * room, filter and order, so a cursor of another list or a corrupted one is an error. The seal hides nothing and
 * authorises nothing: every page is read with the caller's own credentials, and a cursor's offsets are only hints that
 * upstream's responses must confirm.
 */
const version = 2;
const keyAt = 6;
const offsetAt = keyAt + 7;
const totalAt = offsetAt + 4;
const headBytes = totalAt + 4;
const sealBytes = keyAt - 1;
/** Added to keys, so that none is negative and 0 can encode null. Instants range from -2^46 to 2^48. */
const keyBias = 2 ** 52;
const lowKeyBits = 2 ** 24;

export function encodeCursor(binding: string, { key, id, offset, total }: Cursor): string {
  const bytes = Buffer.allocUnsafe(headBytes + Buffer.byteLength(id));
  const biasedKey = key === null ? 0 : key + keyBias;
  bytes[0] = version;
  bytes.writeUInt32BE(Math.floor(biasedKey / lowKeyBits), keyAt);
  bytes.writeUIntBE(biasedKey % lowKeyBits, keyAt + 4, 3);
  bytes.writeUInt32BE(offset, offsetAt);
  bytes.writeUInt32BE(total, totalAt);
  bytes.write(id, headBytes);
  bytes.write(seal(binding, bytes), 1, sealBytes, 'latin1');
  return bytes.toString('base64url');
}

/** Rejects what cannot be a cursor of any list, before the list is known. */
export function checkCursorForm({ cursor, cursorArgument }: PagePlan): void {
  if (cursor === undefined || readBytes(cursor) !== undefined) return;
  throw new GatewayError(
    'BAD_USER_INPUT',
    `\`${cursorArgument}\` is not a cursor: pass an \`endCursor\` or \`startCursor\` unchanged.`,
  );
}

/** The bytes of a well-formed cursor. */
function readBytes(cursor: string): Buffer | undefined {
  if (cursor.length > 512) return undefined;
  const bytes = Buffer.from(cursor, 'base64url');
  return bytes.length > headBytes && bytes[0] === version && bytes.toString('base64url') === cursor ? bytes : undefined;
}

/** The cursor that a page continues from. A cursor of another list is BAD_USER_INPUT. */
export function decodeCursor(binding: string, { cursor, cursorArgument }: PagePlan): Cursor | undefined {
  if (cursor === undefined) return undefined;
  const bytes = readBytes(cursor);
  if (bytes === undefined || bytes.toString('latin1', 1, 1 + sealBytes) !== seal(binding, bytes)) {
    throw new GatewayError(
      'BAD_USER_INPUT',
      `\`${cursorArgument}\` is not a cursor of this list: use one from the same room, filter and order.`,
    );
  }
  const biasedKey = bytes.readUInt32BE(keyAt) * lowKeyBits + bytes.readUIntBE(keyAt + 4, 3);
  return {
    key: biasedKey === 0 ? null : biasedKey - keyBias,
    offset: bytes.readUInt32BE(offsetAt),
    total: bytes.readUInt32BE(totalAt),
    id: bytes.toString('utf8', headBytes),
  };
}

const seal = (binding: string, bytes: Buffer): string =>
  hash('sha256', `${binding}\0${bytes.toString('latin1', 1 + sealBytes)}`, 'buffer').toString('latin1', 0, sealBytes);
