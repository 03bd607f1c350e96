import { describe, expect, it } from 'vitest';
import { keptDeletionsMs, overlapMs } from '../../src/sync/clocks.ts';
import { inboxChangesSince, type InboxReading } from '../../src/sync/inbox-sync.ts';
import { changesSince, windowOf, type Reading } from '../../src/sync/room-sync.ts';
import { beginAt, placeOf, type SyncCursor } from '../../src/sync/sync-cursor.ts';

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
  it('is told once while it is in the overlap', () => {
    const first = changesSince(beginAt(now - 5000), reading({ updates: [row('a', now - 100)] }), 50);
    expect(first).toMatchObject({ changed: ['a'], hasMore: false, mustReload: false });
    const again = changesSince(first.cursor, reading({ updates: [row('a', now - 100)] }), 50);
    expect(again.changed).toEqual([]);
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
    const updates = [row('a', now - 5, 'new'), row('a', now - 9, 'old')];
    const answer = changesSince(beginAt(now - 5000), reading({ updates }), 50);
    expect(answer.changed).toEqual(['new']);
  });

  it('begins with the latest known change where `Date` is far ahead', () => {
    const { cursor } = changesSince(beginAt(now, placeOf('a', 1000)), reading({ updates: [row('a', 1000)] }), 50);
    const answer = changesSince(cursor, reading({ updates: [row('a', 1000), row('b', 1001)] }), 50);
    expect(answer.changed).toEqual(['b']);
    expect(windowOf(answer.cursor)).toMatchObject({ updatedAfter: 0, deletedAfter: 1001 });
  });
});

describe('A client must reload', () => {
  const witness = placeOf('w', now - 10_000);
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

  it('but only where everything was read: else the next answer reads it', () => {
    const answer = changesSince(seen, reading({ updates: [row('a', now - 500)], knownUntil: now - 501 }), 50);
    expect(answer).toMatchObject({ changed: [], hasMore: true, mustReload: false, cursor: { isWhole: true } });
  });
});

type Inbox = InboxReading<{ readonly name: string }, { readonly unread: number }>;

const subscription = (id: string, stamp: number, { rid = `room of ${id}`, t = 'd', isMember = true } = {}) => ({
  id,
  stamp,
  isMember,
  row: { rid, t, unread: 1 },
});
const inbox = (parts: Partial<Inbox> = {}): Inbox => ({
  readAt: now,
  memberships: [],
  removed: [],
  rooms: [],
  roomOf: () => null,
  ...parts,
});

describe('What changed in the inbox', () => {
  const begin = beginAt(now - 5000);

  it('is each room once, whether its record or its membership changed', () => {
    const read = inbox({
      memberships: [subscription('s1', now - 9), subscription('c', now - 1, { t: 'c' })],
      rooms: [
        { stamp: now - 8, row: { _id: 'room of s1', name: 'one' } },
        { stamp: now - 7, row: { _id: 'other', name: 'two' } },
      ],
    });
    const answer = inboxChangesSince(begin, read);
    expect(answer).toMatchObject({ changedIds: ['room of s1', 'other'], removedIds: [], mustReload: false });
    expect(inboxChangesSince(answer.cursor, read).changedIds).toEqual([]);
  });

  it('removes the rooms of deleted subscriptions, and those of bans', () => {
    const read = inbox({
      memberships: [subscription('banned', now - 5, { isMember: false })],
      removed: ['s1', 'channel'].map((id) => ({ id, stamp: now - 9 })),
      rooms: [{ stamp: now - 8, row: { _id: 'room of s1', name: 'one' } }],
      roomOf: (id) => (id === 's1' ? 'room of s1' : undefined),
    });
    const answer = inboxChangesSince(begin, read);
    expect(answer).toMatchObject({ changedIds: [], removedIds: ['room of s1', 'room of banned'], mustReload: false });
    expect(inboxChangesSince(answer.cursor, read).removedIds).toEqual([]);
  });

  it('keeps a room that the caller left and joined again', () => {
    const read = inbox({
      memberships: [subscription('s2', now - 5, { rid: 'room' })],
      removed: [{ id: 's1', stamp: now - 9 }],
      roomOf: () => 'room',
    });
    expect(inboxChangesSince(begin, read)).toMatchObject({ changedIds: ['room'], removedIds: [] });
  });

  it('tells a subscription that was deleted while the workspace read next time', () => {
    const removed = [{ id: 's1', stamp: now }];
    const first = inboxChangesSince(begin, inbox({ memberships: [subscription('s1', now - 5)], removed }));
    expect(first).toMatchObject({ changedIds: ['room of s1'], removedIds: [] });
    const next = inboxChangesSince(first.cursor, inbox({ removed, roomOf: () => 'room of s1' }));
    expect(next).toMatchObject({ changedIds: [], removedIds: ['room of s1'] });
  });

  it('must be read again where a deleted subscription is unknown, or what happened cannot be told', () => {
    const unknown = inbox({ removed: [{ id: 's1', stamp: now - 9 }] });
    const reloaded = inboxChangesSince(begin, unknown);
    const next = inboxChangesSince(reloaded.cursor, unknown);
    expect([next.mustReload, inboxChangesSince(next.cursor, unknown).mustReload]).toEqual([false, false]);
    expect(inboxChangesSince(begin, unknown)).toMatchObject({
      mustReload: true,
      removedIds: [],
      cursor: { readAt: now },
    });
    expect(inboxChangesSince(beginAt(now + overlapMs + 1), inbox()).mustReload).toBe(true);
    expect(inboxChangesSince(beginAt(now - keptDeletionsMs), inbox()).mustReload).toBe(true);
    const witnessed = beginAt(now - 5000, placeOf('s1', now - 9000));
    expect(inboxChangesSince(witnessed, inbox()).mustReload).toBe(true);
    expect(inboxChangesSince(witnessed, inbox({ memberships: [subscription('s1', now - 9000)] })).mustReload).toBe(
      false,
    );
    const removed = inbox({ removed: [{ id: 's1', stamp: now - 9 }], roomOf: () => 'room' });
    expect(inboxChangesSince(witnessed, removed)).toMatchObject({ mustReload: false, removedIds: ['room'] });
  });
});
