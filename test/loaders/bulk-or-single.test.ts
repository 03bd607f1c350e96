import { describe, expect, it } from 'vitest';
import { allLists, chooseBulkOrSingle, type BulkReads } from '../../src/loaders/bulk-or-single.ts';

const reads = ({
  records = 0,
  listed = 0,
  byId = 0,
  hasMemberships = false,
  references = 0,
  rooms = 0,
}): BulkReads => ({
  records,
  counters: { listed, byId },
  hasMemberships,
  users: { references, rooms },
});
const modesOf = (given: Parameters<typeof reads>[0], lists = allLists) => {
  const { records, counters } = chooseBulkOrSingle(reads(given), lists);
  return `${records} ${counters.listed} ${counters.byId}`;
};

describe('room records', () => {
  it.each([
    [0, 'single'],
    [2, 'single'],
    [3, 'bulk'],
    [100, 'bulk'],
  ])('of %i rooms are read in mode `%s`', (records, mode) => {
    expect(chooseBulkOrSingle(reads({ records }), allLists).records).toBe(mode);
  });

  it('are read singly when the list of rooms fails', () => {
    expect(chooseBulkOrSingle(reads({ records: 100 }), { rooms: false, memberships: true }).records).toBe('single');
  });
});

describe('room counters', () => {
  it.each<[string, Parameters<typeof reads>[0], string]>([
    ['one room by id: one call', { byId: 1 }, 'single single single'],
    ['two rooms by id: two calls in either mode, and single responses are small', { byId: 2 }, 'single single single'],
    ['three rooms by id: two lists', { byId: 3 }, 'single bulk bulk'],
    ['one listed room: one call', { listed: 1 }, 'single single single'],
    ['two listed rooms: the memberships', { listed: 2 }, 'single bulk single'],
    ['listed rooms, and one by id: no list of rooms for it', { listed: 50, byId: 1 }, 'single bulk single'],
    ['listed rooms, and two by id: the list of rooms for them', { listed: 50, byId: 2 }, 'single bulk bulk'],
    ['one by id, with the memberships at hand', { byId: 1, hasMemberships: true }, 'single single single'],
    ['two by id, with the memberships at hand', { byId: 2, hasMemberships: true }, 'single bulk bulk'],
    [
      'one listed room, with the memberships at hand: nothing',
      { listed: 1, hasMemberships: true },
      'single bulk single',
    ],
    ['one by id, with the rooms at hand: one call', { byId: 1, records: 3 }, 'bulk single single'],
    ['two by id, with the rooms at hand: the memberships', { byId: 2, records: 3 }, 'bulk bulk bulk'],
  ])('are read with the fewest calls: %s', (_name, given, modes) => {
    expect(modesOf(given)).toBe(modes);
  });

  it('are read without a list that fails', () => {
    expect(modesOf({ listed: 50, byId: 9 }, { rooms: false, memberships: true })).toBe('single bulk single');
    expect(modesOf({ listed: 50, byId: 9 }, { rooms: true, memberships: false })).toBe('single single single');
  });
});

describe('users whom messages mention', () => {
  it.each([
    [1, 1, 'single'],
    [2, 1, 'bulk'],
    [50, 50, 'single'],
    [51, 50, 'bulk'],
  ] as const)('are read with the fewest calls: %i users met in %i rooms in mode `%s`', (references, rooms, mode) => {
    const { users } = chooseBulkOrSingle(reads({ references, rooms }), allLists);
    expect(users).toEqual({ mode, priced: references });
  });
});
