import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../../src/pagination/cursor.ts';
import { comparePlaces, instantKey, placeId, type Place } from '../../src/pagination/place.ts';

describe('places', () => {
  it('places sort like MongoDB: missing keys first, then by key, then by id bytewise', () => {
    const ordered: Place[] = [
      { key: null, id: 'a' },
      { key: null, id: 'b' },
      { key: -5, id: 'z' },
      { key: 0, id: 'A' },
      { key: 0, id: 'a' },
      { key: 0, id: 'b' },
      { key: 12, id: 'a' },
    ];
    for (const [at, one] of ordered.entries()) {
      const signs = ordered.map((other) => Math.sign(comparePlaces(one, other)));
      expect(signs).toEqual(ordered.map((_, index) => Math.sign(at - index)));
    }
  });

  it('the key of a place is an instant, or null without one', () => {
    expect(instantKey('2023-11-01T23:20:57.357Z')).toBe(1_698_880_857_357);
    expect([instantKey(undefined), instantKey('soon')]).toEqual([null, null]);
  });

  it('S7: the id of a place fits a cursor for any text', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary', minLength: 20, maxLength: 400 }),
      fc.constantFrom('é', '漢', '\ud800', '😀', 'x').map((unit) => unit.repeat(300)),
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(text, { minLength: 1, maxLength: 8, selector: (each) => each.toWellFormed() }),
        (texts) => {
          const ids = texts.map(placeId);
          expect(new Set(ids).size).toBe(texts.length);
          for (const [index, id] of ids.entries()) {
            expect(placeId(texts[index] ?? '')).toBe(id);
            if (id === '') continue;
            const cursor = encodeCursor('list', { key: null, id, offset: 0, total: 0 });
            expect(cursor.length).toBeLessThan(200);
            expect(decodeCursor('list', { cursor, cursorArgument: 'after', isBackward: false, size: 1 })?.id).toBe(id);
          }
        },
      ),
      { seed: 4, numRuns: 60 },
    );
    for (const text of ['\ud800', 'a\udc00b', `${'x'.repeat(27)}😀${'x'.repeat(200)}`]) {
      const id = placeId(text);
      const cursor = encodeCursor('list', { key: null, id, offset: 0, total: 0 });
      expect(decodeCursor('list', { cursor, cursorArgument: 'after', isBackward: false, size: 1 })?.id).toBe(id);
    }
    expect([placeId('x'.repeat(128)), placeId('anna')]).toEqual(['x'.repeat(128), 'anna']);
    const long = placeId('漢'.repeat(50));
    expect([long.slice(0, 29), Buffer.byteLength(long)]).toEqual([`${'漢'.repeat(28)}\0`, 28 * 3 + 1 + 43]);
  });
});
