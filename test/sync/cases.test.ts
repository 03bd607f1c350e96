import { describe, expect, it } from 'vitest';
import { keptDeletionsMs, overlapMs } from '../../src/sync/clocks.ts';
import { changesSince, windowOf, type Reading } from '../../src/sync/room-sync.ts';
import {
  beginAt,
  decodeSyncCursor,
  encodeSyncCursor,
  placeOf,
  witnessOf,
  type SyncCursor,
} from '../../src/sync/sync-cursor.ts';

const now = Date.UTC(2026, 10, 25);
const row = (id: string, stamp: number, text = id) => ({ id, stamp, row: text });
const complete = Number.POSITIVE_INFINITY;

const reading = (parts: Partial<Reading<string>> = {}): Reading<string> => ({
  readAt: now,
  updates: [],
  deletions: [],
  knownUntil: complete,
  ...parts,
});

/** Answers until there are no more, from the same reading. */
function tellAll(from: SyncCursor, read: Reading<string>, first: number) {
  const answers = [changesSince(from, read, first)];
  for (let last = answers.at(-1); last?.hasMore === true && answers.length < 50; last = answers.at(-1))
    answers.push(changesSince(last.cursor, read, first));
  return answers;
}

describe('What changed in a room', () => {
  it('is told once, however often the overlap shows it', () => {
    const read = reading({ updates: [row('a', now - 100)], deletions: [{ id: 'b', stamp: now - 90 }] });
    let answer = changesSince(beginAt(now - 5000), read, 50);
    expect(answer).toMatchObject({ changed: ['a'], removedIds: ['b'], hasMore: false, mustReload: false });
    for (let time = 0; time < 3; time += 1) {
      answer = changesSince(answer.cursor, read, 50);
      expect(answer).toMatchObject({ changed: [], removedIds: [], hasMore: false, mustReload: false });
    }
  });

  it('is told once if it is a deletion that was told before many older changes', () => {
    const updates = Array.from({ length: 20 }, (_, index) => row(`m${index}`, now - overlapMs));
    const read = reading({ updates, deletions: [{ id: 'a', stamp: now - 10 }] });
    const first = changesSince(beginAt(now - 5000), read, 50);
    expect([first.changed.length, first.removedIds]).toEqual([20, ['a']]);
    const cursor = decodeSyncCursor('room', encodeSyncCursor('room', first.cursor));
    expect(changesSince(cursor, read, 50)).toMatchObject({ changed: [], removedIds: [] });
  });

  it('is told again if it changed within the same millisecond', () => {
    const first = changesSince(beginAt(now - 5000), reading({ updates: [row('a', now, 'one')] }), 50);
    const again = changesSince(first.cursor, reading({ updates: [row('a', now, 'two')] }), 50);
    expect(again.changed).toEqual(['two']);
  });

  it('is told later if it became readable late', () => {
    const late = now - overlapMs + 1;
    const { cursor } = changesSince(beginAt(now), reading(), 50);
    expect(windowOf(cursor).updatedAfter).toBeLessThan(late);
    expect(windowOf(cursor).deletedAfter).toBeLessThan(late);
    const answer = changesSince(
      cursor,
      reading({ updates: [row('a', late)], deletions: [{ id: 'b', stamp: late }] }),
      50,
    );
    expect(answer).toMatchObject({ changed: ['a'], removedIds: ['b'] });
  });

  it('has all changes of one millisecond, however few are told at a time', () => {
    const updates = Array.from({ length: 9 }, (_, index) => row(`m${index}`, now - 10));
    for (const first of [1, 2, 4, 9]) {
      const told = tellAll(beginAt(now - 5000), reading({ updates }), first).flatMap(({ changed }) => changed);
      expect(told.toSorted()).toEqual(updates.map(({ id }) => id));
    }
  });

  it('reads without pages where one millisecond fills a page', () => {
    const page = reading({ updates: [row('a', now - 10), row('b', now - 10)], knownUntil: now - 11 });
    const first = changesSince(beginAt(now - 5000), page, 50);
    const stuck = changesSince(first.cursor, page, 50);
    expect([first.hasMore, stuck.hasMore, stuck.changed]).toEqual([true, true, []]);
    expect(windowOf(stuck.cursor).isWhole).toBe(true);
    const whole = changesSince(stuck.cursor, { ...page, knownUntil: complete }, 1);
    expect([whole.changed.length, whole.hasMore, windowOf(whole.cursor).isWhole]).toEqual([1, true, true]);
    const end = changesSince(whole.cursor, { ...page, knownUntil: complete }, 1);
    expect([...whole.changed, ...end.changed].toSorted()).toEqual(['a', 'b']);
    expect([end.hasMore, windowOf(end.cursor).isWhole]).toEqual([false, false]);
  });

  it('is read in pages again once the sync is behind that millisecond', () => {
    const cursor = { ...beginAt(now - 5000), place: placeOf('a', now - 10), isWhole: true };
    const answer = changesSince(cursor, reading({ updates: [row('b', now - 8), row('c', now - 3)] }), 1);
    expect(answer).toMatchObject({ changed: ['b'], hasMore: true, cursor: { isWhole: false } });
  });

  it('does not end at a row that a page shows before others of its millisecond', () => {
    const page = reading({ updates: [row('a', now - 20), row('b', now - 10)], knownUntil: now - 11 });
    const answer = changesSince(beginAt(now - 5000), page, 50);
    expect(answer).toMatchObject({ changed: ['a'], hasMore: true });
  });

  it('shows a row alive that is in both lists, and tells its deletion next time', () => {
    const both = reading({ updates: [row('a', now - 10)], deletions: [{ id: 'a', stamp: now }] });
    const first = changesSince(beginAt(now - 5000), both, 50);
    expect(first).toMatchObject({ changed: ['a'], removedIds: [] });
    expect(changesSince(first.cursor, both, 50)).toMatchObject({ changed: ['a'], removedIds: [] });
    const next = changesSince(first.cursor, reading({ deletions: both.deletions }), 50);
    expect(next).toMatchObject({ changed: [], removedIds: ['a'] });
  });

  it('tells a deletion once more if the row was still there after it was told', () => {
    const deletions = [{ id: 'a', stamp: now - 10 }];
    const page = reading({ updates: [row('b', now - 9), row('c', now - 8)], deletions, knownUntil: now - 9 });
    const first = changesSince(beginAt(now - 5000), page, 50);
    expect(first).toMatchObject({ changed: ['b'], removedIds: ['a'], hasMore: true });
    const second = changesSince(
      first.cursor,
      reading({ updates: [row('c', now - 8), row('a', now - 7)], deletions }),
      50,
    );
    expect(second).toMatchObject({ changed: ['c', 'a'], removedIds: [], hasMore: false });
    const third = changesSince(second.cursor, reading({ updates: [row('c', now - 8)], deletions }), 50);
    expect(third).toMatchObject({ changed: [], removedIds: ['a'] });
  });

  it('tells a hidden row as gone', () => {
    const hidden = reading({ updates: [{ id: 'a', stamp: now, row: undefined }] });
    expect(changesSince(beginAt(now - 5000), hidden, 50)).toMatchObject({ changed: [], removedIds: ['a'] });
  });

  it('has more if something was deleted between its answers', () => {
    const updates = [row('a', now - 20), row('b', now - 10)];
    const first = changesSince(beginAt(now - 5000), reading({ updates }), 1);
    const deletions = [{ id: 'a', stamp: now + 5 }];
    const second = changesSince(first.cursor, reading({ updates: updates.slice(1), deletions }), 5);
    expect(second).toMatchObject({ changed: ['b'], hasMore: true });
    const third = changesSince(second.cursor, reading({ updates: updates.slice(1), deletions }), 5);
    expect(third).toMatchObject({ removedIds: ['a'], hasMore: false });
  });

  it('is told by the latest of equal ids', () => {
    const [old, late] = [row('a', now - 9, 'old'), row('a', now - 5, 'late')];
    for (const [updates, told] of [
      [[late, old], 'late'],
      [[old, late], 'late'],
      [[late, row('a', now - 5, 'later in the list')], 'later in the list'],
    ] as const)
      expect(changesSince(beginAt(now - 5000), reading({ updates }), 50).changed).toEqual([told]);
  });

  it('begins with the latest known change where `Date` is far ahead', () => {
    const { cursor } = changesSince(beginAt(now, witnessOf('a', 1000)), reading({ updates: [row('a', 1000)] }), 50);
    const both = reading({ updates: [row('a', 1000), row('b', 1001)] });
    const answer = changesSince(cursor, both, 50);
    expect(answer).toMatchObject({ changed: ['b'], cursor: { lacksDeletions: false } });
    expect(windowOf(answer.cursor)).toMatchObject({ updatedAfter: 0, deletedAfter: 1000 });
    expect(changesSince(answer.cursor, both, 50).changed).toEqual([]);
  });
});

describe('A sync reads', () => {
  const at = (ago: number) => now - ago;
  const walking = (ago: number): SyncCursor => ({ ...beginAt(now), place: placeOf('a', at(ago)) });

  it.each<[string, SyncCursor, number, number]>([
    ['deletions from the overlap on, and updates further back', beginAt(now), at(60_000), at(30_000)],
    ['no further back for a witness in the overlap', beginAt(now, witnessOf('w', at(1000))), at(60_000), at(30_000)],
    ['from before an older witness', beginAt(now, witnessOf('w', at(99_000))), at(129_000), at(99_001)],
    ['nothing from before the first instant', beginAt(5), 0, 0],
    ['on from a place: deletions are told earlier than updates', walking(90_000), at(90_001), at(60_001)],
    ['on from a place in the overlap: all deletions in it', walking(100), at(101), at(30_000)],
  ])('%s', (_name, cursor, updatedAfter, deletedAfter) => {
    expect(windowOf(cursor)).toEqual({ updatedAfter, deletedAfter, isWhole: false });
  });
});

describe('A client must reload', () => {
  const witness = witnessOf('w', now - 10_000);
  const seen = beginAt(now - 5000, witness);

  it('where deletions are forgotten, and where the cursor is from the future', () => {
    for (const [since, mustReload] of [
      [now - keptDeletionsMs + overlapMs, false],
      [now - keptDeletionsMs + overlapMs - 1, true],
      [now + overlapMs, false],
      [now + overlapMs + 1, true],
    ] as const) {
      const answer = changesSince(beginAt(since), reading({ updates: [row('a', now)] }), 50);
      expect(answer.mustReload, String(since - now)).toBe(mustReload);
      if (mustReload)
        expect(answer).toMatchObject({
          changed: [],
          removedIds: [],
          hasMore: false,
          cursor: { readAt: now, told: [] },
        });
    }
  });

  it('where the row that was changed last is gone without a trace', () => {
    expect(changesSince(seen, reading({ updates: [row('w', now - 10_000)] }), 50).mustReload).toBe(false);
    expect(changesSince(seen, reading({ updates: [row('w', now)] }), 50).mustReload).toBe(false);
    expect(changesSince(seen, reading({ deletions: [{ id: 'w', stamp: now }] }), 50).mustReload).toBe(false);
    expect(changesSince(seen, reading({ updates: [row('a', now)] }), 50).mustReload).toBe(true);
  });

  it('where the latest deletion is gone without a trace, or was repeated, unless the workspace forgot it', () => {
    const deleted = { ...seen, witness: { ...witness, isDeletion: true } };
    const at = (stamp: number) => changesSince(deleted, reading({ deletions: [{ id: 'w', stamp }] }), 50).mustReload;
    expect([now - 10_000, now - 10_000 + overlapMs, now - 10_000 + overlapMs + 1].map(at)).toEqual([
      false,
      false,
      true,
    ]);
    const alive = reading({ updates: [row('w', now - 500)], knownUntil: now - 501 });
    expect(changesSince(deleted, alive, 50)).toMatchObject({ mustReload: true, hasMore: false });
    const old = { ...seen, witness: { ...witness, stamp: now - keptDeletionsMs, isDeletion: true } };
    expect(changesSince(old, reading(), 50).mustReload).toBe(false);
  });

  it('where the row that was changed last is as it was before', () => {
    const at = (stamp: number) => changesSince(seen, reading({ updates: [row('w', stamp)] }), 50).mustReload;
    expect([now - 10_000 - overlapMs, now - 10_000 - overlapMs - 1].map(at)).toEqual([false, true]);
  });

  it('but only where everything was read: else the next answer reads it', () => {
    const answer = changesSince(seen, reading({ updates: [row('a', now - 500)], knownUntil: now - 501 }), 50);
    const nothing = { changed: [], removedIds: [], mustReload: false };
    expect(answer).toMatchObject({ ...nothing, hasMore: true, cursor: { isWhole: true } });
  });
});
