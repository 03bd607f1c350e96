import { hash } from 'node:crypto';
import { GatewayError } from '../errors.ts';

/** A place among rows in order of their last change; rows changed in the same millisecond are ordered by `tie`. */
export interface Place {
  /** Epoch milliseconds by the workspace's clock. */
  readonly stamp: number;
  /** Digest of the row's id: ids are too long for a cursor. */
  readonly tie: string;
}

/** Of all that was read, what changed last: every later reading must show it, unless the workspace lost changes. */
export interface Witness extends Place {
  /** Whether it is what the workspace remembers of a deleted row. */
  readonly isDeletion: boolean;
}

/**
 * Where a sync goes on. It holds no row and no secret, and grants nothing: each sync reads with the caller's own
 * credentials. All of it comes from the workspace, so any gateway before the same workspace can go on from it.
 */
export interface SyncCursor {
  /** When the sync began to read. A sync of several answers keeps the time of its first. */
  readonly readAt: number;
  /** The last change told, if more is to be told; undefined at the end of a sync. */
  readonly place: Place | undefined;
  /** Whether more rows were changed in one millisecond than a page of upstream's holds. */
  readonly isWhole: boolean;
  readonly witness: Witness | undefined;
  /** The latest change told. Should `Date` be far ahead of the workspace's own times, the next sync begins here. */
  readonly latest: number | undefined;
  /** Within a sync of several answers: digest of the deletions since `readAt` as its first answer read them. */
  readonly deletions: string;
  /** Whether deletions may have been hidden since: the workspace hid them, or did not say, when the cursor was made. */
  readonly lacksDeletions: boolean;
  /** Digests of the latest changes that were told and that the next sync reads again. */
  readonly told: readonly string[];
}

/**
 * A cursor is the base64url of: version (1 byte), seal (5), flags (1), readAt (6), place (6 + 8), witness (6 + 8), latest
 * (6), deletions (6), and up to 16 digests (6 each): 199 characters at most. The seal is a digest of the rest and of
 * `binding`, which names the list.
 */
const version = 1;
const sealAt = 1;
const flagsAt = 6;
const readAtAt = 7;
const placeAt = 13;
const witnessAt = 27;
const latestAt = 41;
const deletionsAt = 47;
const headBytes = 53;
const tieBytes = 8;
const digestBytes = 6;
const maxTold = 16;
const flag = { hasPlace: 1, hasWitness: 2, isWhole: 4, hasLatest: 8, isDeletion: 16, lacksDeletions: 32 } as const;
/** The largest time that a cursor holds: later than the year 9999. */
const maxStamp = 2 ** 48 - 1;

export function encodeSyncCursor(binding: string, cursor: SyncCursor): string {
  const { readAt, place, isWhole, witness, latest, deletions, lacksDeletions, told } = cursor;
  const kept = told.slice(-maxTold);
  const bytes = Buffer.alloc(headBytes + kept.length * digestBytes);
  bytes[0] = version;
  bytes[flagsAt] =
    (place === undefined ? 0 : flag.hasPlace) |
    (witness === undefined ? 0 : flag.hasWitness) |
    (isWhole ? flag.isWhole : 0) |
    (latest === undefined ? 0 : flag.hasLatest) |
    (witness?.isDeletion === true ? flag.isDeletion : 0) |
    (lacksDeletions ? flag.lacksDeletions : 0);
  bytes.writeUIntBE(readAt, readAtAt, 6);
  if (place !== undefined) writePlace(bytes, place, placeAt);
  if (witness !== undefined) writePlace(bytes, witness, witnessAt);
  if (latest !== undefined) bytes.writeUIntBE(latest, latestAt, 6);
  bytes.write(deletions, deletionsAt, 'latin1');
  kept.forEach((digest, index) => bytes.write(digest, headBytes + index * digestBytes, 'latin1'));
  bytes.write(seal(binding, bytes), sealAt, 'latin1');
  return bytes.toString('base64url');
}

/** Refuses what is no cursor of this list. */
export function decodeSyncCursor(binding: string, text: string): SyncCursor {
  const bytes = bytesOf(text);
  if (bytes.toString('latin1', sealAt, flagsAt) !== seal(binding, bytes)) throw notOurs();
  const flags = bytes.readUInt8(flagsAt);
  const told: string[] = [];
  for (let at = headBytes; at + digestBytes <= bytes.length; at += digestBytes)
    told.push(bytes.toString('latin1', at, at + digestBytes));
  return {
    readAt: bytes.readUIntBE(readAtAt, 6),
    place: (flags & flag.hasPlace) === 0 ? undefined : readPlace(bytes, placeAt),
    isWhole: (flags & flag.isWhole) !== 0,
    witness:
      (flags & flag.hasWitness) === 0
        ? undefined
        : { ...readPlace(bytes, witnessAt), isDeletion: (flags & flag.isDeletion) !== 0 },
    latest: (flags & flag.hasLatest) === 0 ? undefined : bytes.readUIntBE(latestAt, 6),
    deletions: bytes.toString('latin1', deletionsAt, headBytes),
    lacksDeletions: (flags & flag.lacksDeletions) !== 0,
    told,
  };
}

/** Throws if the text has not the form of a cursor, of whatever list. */
export const checkSyncCursorForm = (text: string): void => void bytesOf(text);

function bytesOf(text: string): Buffer {
  const bytes = Buffer.from(text.slice(0, 200), 'base64url');
  const hasForm = bytes.length >= headBytes && bytes[0] === version && bytes.toString('base64url') === text;
  if (!hasForm) throw notOurs();
  return bytes;
}

const notOurs = () =>
  new GatewayError(
    'BAD_USER_INPUT',
    '`since` is not a cursor of this list: pass the `cursor` of an earlier answer for it unchanged.',
  );

/** The place of a row; times outside a cursor's range count as its ends. */
export const placeOf = (id: string, stamp: number): Place => ({ stamp: clampStamp(stamp), tie: tieOf(id) });

/** A row to witness that the workspace has lost nothing. */
export const witnessOf = (id: string, stamp: number): Witness => ({ ...placeOf(id, stamp), isDeletion: false });

export const clampStamp = (stamp: number): number => Math.min(maxStamp, Math.max(0, stamp));

/** Negative where `a` comes first. */
export function comparePlaces(a: Place, b: Place): number {
  if (a.stamp !== b.stamp) return a.stamp - b.stamp;
  if (a.tie === b.tie) return 0;
  return a.tie < b.tie ? -1 : 1;
}

/** After every row of that millisecond. */
export const endOf = (stamp: number): Place => ({ stamp: clampStamp(stamp), tie: '\u00ff'.repeat(tieBytes) });

/**
 * Digest of changes, to recognise them by. `readAt` makes it another one in each sync: a user who chooses the ids of their
 * messages cannot prepare two with the same digest, of which one would not be told.
 */
export const digestOf = (readAt: number, parts: readonly string[]): string =>
  hash('sha256', `${readAt} ${parts.join(' ')}`, 'buffer').toString('latin1', 0, digestBytes);

/**
 * The cursor of a client that is about to read the whole list. After more changed than a response tells, it has no `witness`:
 * from there, the next sync would read all of it again.
 */
export const beginAt = (readAt: number, witness?: Witness): SyncCursor => ({
  readAt: clampStamp(readAt),
  place: undefined,
  isWhole: false,
  witness,
  latest: witness?.stamp,
  deletions: '',
  lacksDeletions: false,
  told: [],
});

const tieOf = (id: string): string => hash('sha256', id, 'buffer').toString('latin1', 0, tieBytes);

function writePlace(bytes: Buffer, { stamp, tie }: Place, at: number): void {
  bytes.writeUIntBE(stamp, at, 6);
  bytes.write(tie, at + 6, 'latin1');
}

const readPlace = (bytes: Buffer, at: number): Place => ({
  stamp: bytes.readUIntBE(at, 6),
  tie: bytes.toString('latin1', at + 6, at + 6 + tieBytes),
});

const seal = (binding: string, bytes: Buffer): string =>
  hash('sha256', `${binding}\0${bytes.toString('latin1', flagsAt)}`, 'buffer').toString('latin1', 0, flagsAt - sealAt);
