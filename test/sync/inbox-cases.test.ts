import { describe, expect, it } from 'vitest';
import { keptDeletionsMs, overlapMs } from '../../src/sync/clocks.ts';
import { beginInbox, inboxChangesSince, type InboxReading } from '../../src/sync/inbox-sync.ts';
import { beginAt, decodeSyncCursor, encodeSyncCursor, witnessOf } from '../../src/sync/sync-cursor.ts';

const now = Date.UTC(2026, 10, 25);

type Inbox = InboxReading<{ readonly name: string }, { readonly unread: number }>;

const subscription = (id: string, stamp: number, { rid = `room of ${id}`, t = 'd' } = {}) => ({
  id,
  stamp,
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

  it('removes the rooms of deleted subscriptions', () => {
    const read = inbox({
      removed: ['s1', 'channel'].map((id) => ({ id, stamp: now - 9 })),
      rooms: [{ stamp: now - 8, row: { _id: 'room of s1', name: 'one' } }],
      roomOf: (id) => (id === 's1' ? 'room of s1' : undefined),
    });
    const answer = inboxChangesSince(begin, read);
    expect(answer).toMatchObject({ changedIds: [], removedIds: ['room of s1'], mustReload: false });
    expect(inboxChangesSince(answer.cursor, read).removedIds).toEqual([]);
  });

  it('is not what had happened half a minute before the last sync, or earlier', () => {
    const told = now - 5000 - overlapMs;
    const record = (_id: string, stamp: number) => ({ stamp, row: { _id, name: _id } });
    const read = inbox({
      memberships: [subscription('s1', told), subscription('s2', told + 1)],
      rooms: [record('r1', told), record('r2', told + 1)],
      removed: [
        { id: 's3', stamp: told },
        { id: 's4', stamp: told + 1 },
      ],
      roomOf: (id) => `room of ${id}`,
    });
    expect(inboxChangesSince(begin, read)).toMatchObject({
      changedIds: ['room of s2', 'r2'],
      removedIds: ['room of s4'],
    });
  });

  it('is told in order of time', () => {
    const record = (_id: string, stamp: number) => ({ stamp, row: { _id, name: _id } });
    const read = inbox({
      memberships: [subscription('s1', now - 5)],
      rooms: [record('r2', now - 1), record('r1', now - 9)],
    });
    expect(inboxChangesSince(begin, read).changedIds).toEqual(['r1', 'room of s1', 'r2']);
  });

  it('is told once, also of rooms that are gone, whatever their records say', () => {
    const [first, second] = [
      { id: 's1', stamp: now - 9 },
      { id: 's2', stamp: now - 8 },
    ] as const;
    const roomOf = (id: string) => `room of ${id}`;
    let answer = inboxChangesSince(begin, inbox({ removed: [first], roomOf }));
    expect(answer.removedIds).toEqual(['room of s1']);
    const read = inbox({
      removed: [first, second],
      rooms: [{ stamp: now - 3, row: { _id: 'room of s1', name: 'one' } }],
      roomOf,
    });
    for (const removedIds of [['room of s2'], [], []]) {
      answer = inboxChangesSince(answer.cursor, read);
      expect(answer).toMatchObject({ changedIds: [], removedIds, mustReload: false });
    }
  });

  it('begins with the latest known change where `Date` is far ahead', () => {
    const read = inbox({ memberships: [subscription('s1', 1000), subscription('s2', 1001)] });
    const first = inboxChangesSince(beginAt(now, witnessOf('s1', 1000)), read);
    expect(first.changedIds).toEqual(['room of s2']);
    expect(inboxChangesSince(first.cursor, read).changedIds).toEqual([]);
  });

  it('needs no reload by another gateway for a channel that was left among many older changes', () => {
    const memberships = Array.from({ length: 20 }, (_, index) => subscription(`s${index}`, now - overlapMs));
    const removed = [{ id: 'channel', stamp: now - 9 }];
    const first = inboxChangesSince(begin, inbox({ memberships, removed, roomOf: () => undefined }));
    expect(first.changedIds).toHaveLength(20);
    const cursor = decodeSyncCursor('inbox', encodeSyncCursor('inbox', first.cursor));
    expect(inboxChangesSince(cursor, inbox({ removed }))).toMatchObject({ removedIds: [], mustReload: false });
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

  it('tells a subscription that is still there when the list is read again', () => {
    const removed = [{ id: 's1', stamp: now - 9 }];
    const cursor = beginInbox({ readAt: now, removed }, [{ id: 's1', stamp: now - 5000 }]);
    const next = inbox({ removed });
    expect(inboxChangesSince(cursor, next).mustReload).toBe(true);
    expect(inboxChangesSince(cursor, { ...next, roomOf: () => 'room' })).toMatchObject({ removedIds: ['room'] });
    const gone = beginInbox({ readAt: now, removed }, []);
    expect(inboxChangesSince(gone, next)).toMatchObject({ removedIds: [], mustReload: false });
  });

  it('must be read again where the record that changed last is older or gone, unless its room was left', () => {
    const told = inboxChangesSince(begin, inbox({ rooms: [{ stamp: now - 8, row: { _id: 'room', name: 'one' } }] }));
    const { cursor } = told;
    expect(inboxChangesSince(cursor, inbox()).mustReload).toBe(true);
    const record = (stamp: number) => inbox({ rooms: [{ stamp, row: { _id: 'room', name: 'one' } }] });
    expect(inboxChangesSince(cursor, record(now - 8 - overlapMs - 1)).mustReload).toBe(true);
    expect(inboxChangesSince(cursor, record(now - 8)).mustReload).toBe(false);
    expect(inboxChangesSince(cursor, inbox({ rooms: undefined })).mustReload).toBe(false);
    const left = inbox({ removed: [{ id: 's1', stamp: now }], roomOf: () => 'room' });
    expect(inboxChangesSince(cursor, left)).toMatchObject({ removedIds: ['room'], mustReload: false });
  });

  it('must be read again where a deleted subscription is unknown, or what happened cannot be told', () => {
    const unknown = inbox({ removed: [{ id: 's1', stamp: now - 9 }] });
    const next = inboxChangesSince(beginInbox(unknown, []), unknown);
    expect([next.mustReload, inboxChangesSince(next.cursor, unknown).mustReload]).toEqual([false, false]);
    expect(inboxChangesSince(begin, unknown)).toMatchObject({
      mustReload: true,
      changedIds: [],
      removedIds: [],
      cursor: { readAt: now },
    });
    expect(inboxChangesSince(beginAt(now + overlapMs + 1), inbox()).mustReload).toBe(true);
    expect(inboxChangesSince(beginAt(now - keptDeletionsMs), inbox()).mustReload).toBe(true);
    const witnessed = beginAt(now - 5000, witnessOf('s1', now - 9000));
    expect(inboxChangesSince(witnessed, inbox()).mustReload).toBe(true);
    expect(inboxChangesSince(witnessed, inbox({ memberships: [subscription('s1', now - 9000)] })).mustReload).toBe(
      false,
    );
    const removed = inbox({ removed: [{ id: 's1', stamp: now - 9 }], roomOf: () => 'room' });
    expect(inboxChangesSince(witnessed, removed)).toMatchObject({ mustReload: false, removedIds: ['room'] });
  });
});
