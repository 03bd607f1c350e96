import { describe, expect, it } from 'vitest';
import { changesSince, windowOf, type Reading } from '../../src/sync/room-sync.ts';
import { beginAt, decodeSyncCursor, encodeSyncCursor, type SyncCursor } from '../../src/sync/sync-cursor.ts';

const now = Date.UTC(2026, 10, 25);
const row = (id: string, stamp: number) => ({ id, stamp, row: id });
const complete = Number.POSITIVE_INFINITY;
const begin = beginAt(now - 5000);

/** What a workspace with these changes shows in the cursor's window. */
function read(
  cursor: SyncCursor,
  { updates = [], deletions = [], ...parts }: Partial<Reading<string>>,
): Reading<string> {
  const { updatedAfter, deletedAfter } = windowOf(cursor);
  return {
    readAt: now,
    updates: updates.filter(({ stamp }) => stamp > updatedAfter),
    deletions: deletions.filter(({ stamp }) => stamp > deletedAfter),
    knownUntil: complete,
    ...parts,
  };
}

/** All answers of a sync, one change at a time. */
function sync(cursor: SyncCursor, changes: Partial<Reading<string>>) {
  const answers = [changesSince(cursor, read(cursor, changes), 1)];
  for (let last = answers.at(-1); last?.hasMore === true && answers.length < 50; last = answers.at(-1))
    answers.push(changesSince(last.cursor, read(last.cursor, changes), 1));
  const end = answers.at(-1)?.cursor ?? expect.unreachable();
  return { told: answers.map(({ changed, removedIds }) => [...changed, ...removedIds].join(' ')), end };
}

describe('A sync of several answers', () => {
  it.each([
    ['in the overlap', 0],
    ['before it', 31_000],
  ])('tells each change once, if they happened %s, and ends with the last', (_name, before) => {
    const at = now - before;
    const changes = {
      updates: [row('b', at - 3), row('c', at - 2), row('d', at - 1)],
      deletions: [{ id: 'a', stamp: at - 4 }],
    };
    const { told, end } = sync(begin, changes);
    expect(told).toEqual(['a', 'b', 'c', 'd']);
    expect(sync(end, changes).told).toEqual(['']);
  });

  it('is in pages where the first ends among rows that are only read to meet a deletion', () => {
    const page = { updates: [row('old', now - 60_000)], knownUntil: now - 59_000, readAt: now };
    const answer = changesSince(begin, read(begin, page), 50);
    expect(answer).toMatchObject({ changed: [], hasMore: true, cursor: { isWhole: false } });
    expect(windowOf(answer.cursor).updatedAfter).toBe(now - 59_001);
  });
});

describe('A sync', () => {
  it('remembers what the next one reads again, not what it does not, as it can remember sixteen changes', () => {
    const old = Array.from({ length: 15 }, (_, index) => row(`m${index}`, now - 29_000));
    const told = [row('recent', now - 10), ...old];
    const kept = (cursor: SyncCursor) => decodeSyncCursor('room', encodeSyncCursor('room', cursor));
    const first = changesSince(begin, read(begin, { updates: told }), 50);
    expect(first.changed).toHaveLength(16);
    const updates = [...told, row('new', now)];
    const second = changesSince(kept(first.cursor), read(first.cursor, { updates, readAt: now + 2000 }), 50);
    expect(second.changed).toEqual(['new']);
    const third = changesSince(kept(second.cursor), read(second.cursor, { updates, readAt: now + 3000 }), 50);
    expect(third.changed).toEqual([]);
  });
});
