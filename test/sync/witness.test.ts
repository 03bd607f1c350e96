import { describe, expect, it } from 'vitest';
import { keptDeletionsMs, overlapMs } from '../../src/sync/clocks.ts';
import { witnessOf } from '../../src/sync/sync-cursor.ts';
import { isMissing, latestWitness, type Stamped } from '../../src/sync/witness.ts';

const now = Date.UTC(2026, 10, 25);
const at = (id: string, stamp: number): Stamped => ({ id, stamp });
const seen = (rows: readonly Stamped[], deletions: readonly Stamped[] = []) => ({ rows, deletions });
const deleted = (id: string, stamp: number) => ({ ...witnessOf(id, stamp), isDeletion: true });

describe('The witness of what was read', () => {
  it.each([
    ['the latest row, wherever it stands', seen([at('a', 5), at('b', 9), at('c', 7)]), witnessOf('b', 9)],
    ['the latest deletion', seen([], [at('a', 5), at('b', 9), at('c', 7)]), deleted('b', 9)],
    ['a row that changed after the latest deletion', seen([at('a', 9)], [at('b', 8)]), witnessOf('a', 9)],
    ['a deletion after the latest change', seen([at('a', 8)], [at('b', 9)]), deleted('b', 9)],
    ['nothing where nothing was read', seen([]), undefined],
  ])('is %s', (_name, read, witness) => {
    expect(latestWitness(read, undefined)).toEqual(witness);
  });

  it('is the one before where nothing later was read', () => {
    const before = witnessOf('w', now);
    expect(latestWitness(seen([]), before)).toEqual(before);
    expect(latestWitness(seen([at('a', now - 1)], [at('b', now - 2)]), before)).toEqual(before);
    expect(latestWitness(seen([at('a', now + 1)]), before)).toEqual(witnessOf('a', now + 1));
  });

  it('is the one before as it was read again, though a clock that runs behind changed it', () => {
    const before = witnessOf('w', now);
    expect(latestWitness(seen([at('w', now - 5000)]), before)).toEqual(witnessOf('w', now - 5000));
  });
});

describe('A witness is missing', () => {
  const row = witnessOf('w', now);
  const deletion = deleted('w', now);

  it.each([
    ['where nothing was read', row, seen([]), true],
    ['where only others were read', row, seen([at('a', now)], [at('b', now)]), true],
    ['unless it is there as it was', row, seen([at('w', now)]), false],
    ['unless it has changed since', row, seen([at('w', now + 86_400_000)]), false],
    ['unless it was deleted since', row, seen([], [at('w', now + 86_400_000)]), false],
    ['where it is an older row than clocks explain', row, seen([at('w', now - overlapMs - 1)]), true],
    ['unless clocks explain that it is older', row, seen([at('w', now - overlapMs)]), false],
    ['where its deletion is not told any more', deletion, seen([at('w', now)]), true],
    ['unless its deletion is told again', deletion, seen([], [at('w', now)]), false],
    ['where it was deleted once more', deletion, seen([], [at('w', now + overlapMs + 1)]), true],
  ])('%s', (_name, witness, read, missing) => {
    expect(isMissing(witness, read, now + 1000)).toBe(missing);
  });

  it('unless there is none, or its deletion is forgotten by now', () => {
    const later = now + keptDeletionsMs;
    expect([undefined, deletion, row].map((witness) => isMissing(witness, seen([]), later))).toEqual([
      false,
      false,
      true,
    ]);
  });
});
