import { describe, expect, it } from 'vitest';
import {
  beginAt,
  checkSyncCursorForm,
  comparePlaces,
  decodeSyncCursor,
  digestOf,
  encodeSyncCursor,
  endOf,
  placeOf,
  witnessOf,
  type SyncCursor,
} from '../../src/sync/sync-cursor.ts';

const full: SyncCursor = {
  readAt: Date.UTC(2026, 10, 25),
  place: placeOf('message', Date.UTC(2026, 10, 24)),
  isWhole: true,
  witness: { ...placeOf('other', Date.UTC(2026, 10, 23)), isDeletion: true },
  latest: Date.UTC(2026, 10, 22),
  deletions: 'àbcdef',
  lacksDeletions: true,
  told: Array.from({ length: 16 }, (_, index) => `told ${String.fromCodePoint(200 + index)}`),
};

const notACursor = expect.objectContaining({
  code: 'BAD_USER_INPUT',
  message: '`since` is not a cursor of this list: pass the `cursor` of an earlier answer for it unchanged.',
}) as Error;

describe('The cursor of a sync', () => {
  it('keeps all it knows in less than 200 characters', () => {
    const text = encodeSyncCursor('list', full);
    expect(text).toMatch(/^[\w-]{1,199}$/);
    expect(decodeSyncCursor('list', text)).toEqual(full);
  });

  it('keeps whether its witness is a deletion, and what else is so or not', () => {
    for (const isSo of [true, false]) {
      const witness = { ...witnessOf('other', 7), isDeletion: isSo };
      const cursor = { ...full, witness, isWhole: !isSo, lacksDeletions: isSo };
      expect(decodeSyncCursor('list', encodeSyncCursor('list', cursor))).toEqual(cursor);
    }
  });

  it('of a beginning knows when it was, and perhaps a witness', () => {
    const nothing = { place: undefined, isWhole: false, deletions: '', lacksDeletions: false, told: [] };
    expect(beginAt(5)).toEqual({ ...nothing, readAt: 5, witness: undefined, latest: undefined });
    const witness = witnessOf('message', 3);
    expect(beginAt(5, witness)).toEqual({ ...nothing, readAt: 5, witness, latest: 3 });
  });

  it('keeps the latest of too many digests', () => {
    const told = ['oldest', ...full.told];
    expect(decodeSyncCursor('list', encodeSyncCursor('list', { ...full, told })).told).toEqual(full.told);
  });

  it('keeps what a beginning does not know', () => {
    const begin = { ...beginAt(5), deletions: '\0'.repeat(6) };
    expect(decodeSyncCursor('list', encodeSyncCursor('list', begin))).toEqual(begin);
  });

  it('holds any time that an instant can name', () => {
    const latest = Date.parse('9999-12-31T23:59:59.999Z');
    for (const [stamp, held] of [
      [latest, latest],
      [-5, 0],
      [0, 0],
      [2 ** 60, 2 ** 48 - 1],
    ] as const) {
      const text = encodeSyncCursor('list', beginAt(stamp, witnessOf('message', stamp)));
      expect(decodeSyncCursor('list', text)).toMatchObject({ readAt: held, witness: { stamp: held }, latest: held });
    }
  });

  it('is refused for another list, after any change, and where it is none', () => {
    const text = encodeSyncCursor('list', full);
    expect(() => decodeSyncCursor('other list', text)).toThrow(notACursor);
    for (let at = 0; at < text.length; at += 7) {
      const changed = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
      expect(() => decodeSyncCursor('list', changed)).toThrow(notACursor);
    }
    for (const none of ['', 'none', `${text}=`, `${text}AAAA`, text.slice(0, 40), 'A'.repeat(5000), '💥'])
      expect(() => decodeSyncCursor('list', none)).toThrow(notACursor);
  });

  it('has a form by which any list refuses what is no cursor', () => {
    const text = encodeSyncCursor('list', full);
    expect(() => checkSyncCursorForm(text)).not.toThrow();
    const shortest = Buffer.from(encodeSyncCursor('list', beginAt(5)), 'base64url');
    const other = Buffer.from(shortest);
    other[0] = 2;
    const bytes = [shortest.subarray(0, -1), other].map((none) => none.toString('base64url'));
    for (const none of ['', 'none', `${text}=`, ...bytes]) expect(() => checkSyncCursorForm(none)).toThrow(notACursor);
    expect(() => checkSyncCursorForm(shortest.toString('base64url'))).not.toThrow();
  });
});

describe('The digest of a change', () => {
  it('differs by each of its parts, wherever they end, and by when it was read', () => {
    const changes = [['a', 'b'], ['ab', ''], ['', 'ab'], ['a'], ['b', 'a']];
    const digests = [5, 6].flatMap((readAt) => changes.map((parts) => digestOf(readAt, parts)));
    expect(new Set(digests).size).toBe(10);
    expect(digestOf(5, ['a', 'b'])).toBe(digests[0]);
  });
});

describe('Places', () => {
  it('are in order of time, then of the digest of the id, all before the end of their millisecond', () => {
    const ids = Array.from({ length: 50 }, (_, index) => `message ${index}`);
    const places = [...ids.map((id) => placeOf(id, 7)), endOf(7), placeOf('early', 6), placeOf('late', 8)];
    const sorted = places.toSorted(comparePlaces);
    expect([sorted[0], sorted.at(-2), sorted.at(-1)]).toEqual([placeOf('early', 6), endOf(7), placeOf('late', 8)]);
    expect(comparePlaces(placeOf('same', 7), placeOf('same', 7))).toBe(0);
    const ties = ids.map((id) => placeOf(id, 7).tie);
    for (const order of [places, places.toReversed()])
      expect(
        order
          .toSorted(comparePlaces)
          .slice(1, -2)
          .map(({ tie }) => tie),
      ).toEqual(ties.toSorted());
  });
});
