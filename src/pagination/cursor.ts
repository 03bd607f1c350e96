import { hash } from 'node:crypto';
import { GatewayError } from '../errors.ts';
import type { PagePlan } from './args.ts';
import type { Place } from './place.ts';

/** A row's place, and where it was found: both are needed to find what follows it after the list has changed. */
export interface Cursor extends Place {
  /** Rows before it in the connection's order, when it was read. In a history: rows of its millisecond. */
  readonly offset: number;
  /** Rows in the whole list, when it was read. */
  readonly total: number;
}

/**
 * A cursor is base64url of: version (1 byte), seal (5), key (7), offset (4), total (4), id (the rest, 128 at most): under
 * 200 characters. The seal is a digest of the rest and of the `binding`, the text that names connection,
 * room, filter and order. It makes a cursor of another list, and a mangled one, an error. It keeps no secret and grants
 * nothing: every page is asked for with the caller's own credentials, and what a cursor says of offsets is believed only
 * as far as the workspace's own answers bear it out.
 */
const version = 2;
const keyAt = 6;
const offsetAt = keyAt + 7;
const totalAt = offsetAt + 4;
const headBytes = totalAt + 4;
const sealBytes = keyAt - 1;
/** Added to keys, so that none is negative; 0 then stands for a key of null. Instants reach from -2^46 to 2^48. */
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

/** Refuses what is no cursor of any list, before it is known which list it is meant for. */
export function checkCursorForm({ cursor, cursorArgument }: PagePlan): void {
  if (cursor === undefined || readBytes(cursor) !== undefined) return;
  throw new GatewayError(
    'BAD_USER_INPUT',
    `\`${cursorArgument}\` is not a cursor: use an \`endCursor\` or \`startCursor\` as it was given.`,
  );
}

/** The bytes of a text that has the form of a cursor. */
function readBytes(cursor: string): Buffer | undefined {
  if (cursor.length > 512) return undefined;
  const bytes = Buffer.from(cursor, 'base64url');
  return bytes.length > headBytes && bytes[0] === version && bytes.toString('base64url') === cursor ? bytes : undefined;
}

/** The cursor that a page continues from. One that was not issued for this very list is BAD_USER_INPUT. */
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
