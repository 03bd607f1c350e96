import { describe, expect, it } from 'vitest';
import { UpstreamClient } from '../../src/upstream/client.ts';
import { readPage, readRows, refuseOtherRoom, refuseOwnName } from '../../src/upstream/rows.ts';
import type { RestUser } from '../../src/upstream/types.ts';
import { Workspace } from '../../src/upstream/workspace.ts';

const client = () =>
  new UpstreamClient(new Workspace({ url: 'http://127.0.0.1:1', timeoutMs: 1 }), { userId: 'u', authToken: 't' }, 0);
const readRow = (row: Readonly<Record<string, unknown>>) => (typeof row['_id'] === 'string' ? row['_id'] : undefined);
const badShape = (detail: string) =>
  expect.objectContaining({
    code: 'UPSTREAM_BAD_RESPONSE',
    message: 'The workspace gave an answer to im.list that cannot be used.',
    detail,
  }) as Error;

describe('the rows of an answer', () => {
  it('leave a gap for each that cannot be read, and those are counted', () => {
    const upstream = client();
    const rows = [{ _id: 'a' }, null, { _id: 5 }, 'text', { _id: 'b' }];
    expect(readRows(upstream, 'im.list', { rows }, 'rows', readRow).rows).toEqual([
      'a',
      undefined,
      undefined,
      undefined,
      'b',
    ]);
    expect(upstream.droppedRows).toBe(3);
    readRows(upstream, 'im.list', { rows }, 'rows', readRow);
    expect(upstream.droppedRows).toBe(6);
  });

  it('are no more than were asked for', () => {
    const upstream = client();
    const rows = [{ _id: 'a' }, { _id: 'b' }, null];
    expect(readRows(upstream, 'im.list', { rows }, 'rows', readRow, 2).rows).toEqual(['a', 'b']);
    expect(upstream.droppedRows).toBe(0);
  });

  it('M9: keep their places by their ids, also those that are left out', () => {
    const [short, long] = ['é'.repeat(64), 'é'.repeat(65)].map((_id) => ({ _id }));
    const rows = [{ _id: 'a', x: 1 }, { _id: 'b' }, { x: 1 }, null, { _id: '' }, short, long];
    const { rows: read, stored } = readRows(client(), 'im.list', { rows }, 'rows', (row) =>
      row['x'] === 1 && row['_id'] === 'a' ? row : undefined,
    );
    expect(read.map((row) => row !== undefined)).toEqual([true, false, false, false, false, false, false]);
    expect(stored).toEqual([rows[0], rows[1], undefined, undefined, undefined, short, undefined]);
  });

  it('L3: are not hidden ones: those are left out in their places, and nothing is wrong with them', () => {
    const upstream = client();
    const rows = [{ _id: 'a' }, { _id: 'b', _hidden: true }, { _id: 'c', _hidden: false }];
    const { rows: read, stored } = readRows(upstream, 'im.list', { rows }, 'rows', readRow);
    expect([read, stored]).toEqual([['a', undefined, 'c'], rows]);
    expect(upstream.droppedRows).toBe(0);
  });

  it.each([{}, { rows: null }, { rows: { length: 0 } }, { rows: 'none' }])(
    'are a list, and never missing: %j',
    (body) => {
      expect(() => readRows(client(), 'im.list', body, 'rows', readRow)).toThrow(badShape('no list `rows`'));
    },
  );
});

describe('a page of an answer', () => {
  const page = (upstream: UpstreamClient, total: unknown, rows: unknown[] = [{ _id: 'a' }]) =>
    readPage(upstream, 'im.list', { rows, total }, 'rows', readRow, 2);

  it('has its total', () => {
    const upstream = client();
    expect(page(upstream, 2_147_483_647)).toEqual({ rows: ['a'], stored: [{ _id: 'a' }], total: 2_147_483_647 });
    expect(page(upstream, 0, [])).toEqual({ rows: [], stored: [], total: 0 });
  });

  it.each([undefined, '3', -1, 1.5, 2_147_483_648, Number.NaN])('is refused with a total of %s', (total) => {
    expect(() => page(client(), total)).toThrow(badShape('no `total`'));
  });
});

describe('a room’s id that turns out to be a user’s', () => {
  const namesAUser = expect.objectContaining({
    code: 'NOT_FOUND',
    message: 'There is no room of that id: it names a user. See `directMessageWith`.',
  }) as Error;
  const user = (_id: string, username?: string) => ({ _id, username }) as unknown as RestUser;

  it('is known by the members, of whom one has that id or name', () => {
    for (const members of [
      [user('a', 'x'), user('b', 'anna')],
      [user('anna', 'a'), user('b')],
      [undefined, user('c', 'anna')],
    ]) {
      expect(() => refuseOwnName(members, 'anna')).toThrow(namesAUser);
    }
    expect(() => refuseOwnName([undefined, user('a', 'anna2'), user('b')], 'anna')).not.toThrow();
    expect(() => refuseOwnName([], 'anna')).not.toThrow();
  });

  it('is known by the messages, which all are of another room', () => {
    const answer =
      (...rooms: unknown[]) =>
      () =>
        refuseOtherRoom({ messages: rooms.map((rid) => ({ rid })) }, 'anna');
    expect(answer('room1', 'room1')).toThrow(namesAUser);
    for (const fine of [
      answer('anna'),
      answer('room1', 'anna'),
      answer('room1', undefined),
      answer('room1', 5),
      answer(),
    ])
      expect(fine).not.toThrow();
    expect(() => refuseOtherRoom({ messages: [null, { rid: 'room1' }] }, 'anna')).not.toThrow();
    expect(() => refuseOtherRoom({ messages: 'none' }, 'anna')).not.toThrow();
    expect(() => refuseOtherRoom({}, 'anna')).not.toThrow();
  });
});
