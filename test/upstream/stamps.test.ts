import { describe, expect, it } from 'vitest';
import { pageEnd, readDeletion, sinceOf, stampOf } from '../../src/upstream/stamps.ts';

const at = Date.UTC(2026, 10, 25, 12, 0, 0, 7);

describe('The time of a row', () => {
  it.each<[unknown, number | undefined]>([
    ['2026-11-25T12:00:00.007Z', at],
    ['2026-11-25T13:00:00.007+01:00', at],
    ['2026-11-25', undefined],
    ['2026-11-31T12:00:00.007Z', undefined],
    [at, undefined],
    [null, undefined],
    [undefined, undefined],
  ])('of %j is %j', (value, stamp) => {
    expect(stampOf(value)).toBe(stamp);
  });

  it('is written as upstream takes it, with all its milliseconds', () => {
    expect([at, 0].map(sinceOf)).toEqual(['2026-11-25T12:00:00.007Z', '1970-01-01T00:00:00.000Z']);
  });
});

describe('A row that says what was deleted', () => {
  const _deletedAt = '2026-11-25T12:00:00.007Z';

  it('gives the id and the time', () => {
    expect(readDeletion({ _id: 'a', _deletedAt, other: 1 })).toEqual([{ id: 'a', stamp: at }]);
  });

  it.each([{ _deletedAt }, { _id: 5, _deletedAt }, { _id: 'a' }, { _id: 'a', _deletedAt: at }])(
    'gives nothing without an id or a time: %j',
    (row) => {
      expect(readDeletion(row)).toEqual([]);
    },
  );
});

describe('A page of changes', () => {
  it('is known until the millisecond before its last row’s, of which more may follow', () => {
    expect(['0', '1', String(at), '9'.repeat(15)].map(pageEnd)).toEqual([-1, 0, at - 1, 999_999_999_999_998]);
  });

  it('is known for ever if it is the last one', () => {
    expect(pageEnd(null)).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([undefined, at, '', '-5', '1.5', ' 5', '5 ', '1'.repeat(16), 'x5', '5x', '2026-11-25T12:00:00.007Z'])(
    'is unusable where it ends at %j',
    (next) => {
      expect(pageEnd(next)).toBeUndefined();
    },
  );
});
