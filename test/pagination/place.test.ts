import { describe, expect, it } from 'vitest';
import { comparePlaces, instantKey, type Place } from '../../src/pagination/place.ts';

describe('places', () => {
  it('are in the order of MongoDB: without a key first, then by the key, then by the id as its bytes are', () => {
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

  it('have an instant for a key, or none where there is none', () => {
    expect(instantKey('2023-11-01T23:20:57.357Z')).toBe(1_698_880_857_357);
    expect([instantKey(undefined), instantKey('soon')]).toEqual([null, null]);
  });
});
