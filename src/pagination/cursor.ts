import { hash } from 'node:crypto';
import { GatewayError } from '../errors.ts';
import type { PagePlan } from './args.ts';
import type { Place } from './place.ts';

/** A row's place, and where it was found: both are needed to find what follows it after the list has changed. */
export interface Cursor extends Place {
  /** Rows before it in the connection's order, when it was read. */
  readonly offset: number;
  /** Rows in the whole list, when it was read. */
  readonly total: number;
}

/**
 * A cursor is base64url of: version (1 byte), seal (6), key (6), offset (4), total (4), id (the rest): 28 bytes and the
 * id, so under 200 characters. The seal is a digest of the rest and of the `binding`, the text that names connection,
 * room, filter and order. It makes a cursor of another list, and a mangled one, an error. It keeps no secret and grants
 * nothing: every page is asked for with the caller's own credentials.
 */
const version = 1;
const sealBytes = 6;
const headBytes = 1 + sealBytes + 6 + 4 + 4;
/** Stands for a key of null; no instant or count is that small. */
const noKey = -(2 ** 47);

export function encodeCursor(binding: string, { key, id, offset, total }: Cursor): string {
  const bytes = Buffer.allocUnsafe(headBytes + Buffer.byteLength(id));
  bytes[0] = version;
  bytes.writeIntBE(key ?? noKey, 1 + sealBytes, 6);
  bytes.writeUInt32BE(offset, 1 + sealBytes + 6);
  bytes.writeUInt32BE(total, 1 + sealBytes + 10);
  bytes.write(id, headBytes);
  bytes.write(seal(binding, bytes), 1, sealBytes, 'latin1');
  return bytes.toString('base64url');
}

/** Refuses what is no cursor of any list, before it is known which list it is meant for. */
export function checkCursorForm({ cursor, cursorArgument }: PagePlan): void {
  if (cursor === undefined || readBytes(cursor) !== undefined) return;
  throw new GatewayError('BAD_USER_INPUT', `\`${cursorArgument}\` is not a cursor: use an \`endCursor\` or \`startCursor\` as it was given.`);
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
  const key = bytes.readIntBE(1 + sealBytes, 6);
  return {
    key: key === noKey ? null : key,
    offset: bytes.readUInt32BE(1 + sealBytes + 6),
    total: bytes.readUInt32BE(1 + sealBytes + 10),
    id: bytes.toString('utf8', headBytes),
  };
}

const seal = (binding: string, bytes: Buffer): string =>
  hash('sha256', `${binding}\0${bytes.toString('latin1', 1 + sealBytes)}`, 'buffer').toString('latin1', 0, sealBytes);
