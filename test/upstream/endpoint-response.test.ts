import { describe, expect, it } from 'vitest';
import { rowCutter, type RowCut } from '../../src/projection/row-cutter.ts';
import { roomList, type RestRows } from '../../src/upstream/types.ts';
import { EndpointResponse } from '../../src/upstream/endpoint-response.ts';

/** A response of `im.list`, and how many rows it has dropped. */
function responseOf(json: Readonly<Record<string, unknown>>, date?: string) {
  const dropped = { rows: 0 };
  const timing = { date, tookMs: 250 };
  const response = new EndpointResponse('im.list', { json, cut: undefined, timing }, () => void (dropped.rows += 1));
  return { response, dropped };
}

const readRow = (row: Readonly<Record<string, unknown>>) => (typeof row['_id'] === 'string' ? row['_id'] : undefined);
const badShape = (detail: string) =>
  expect.objectContaining({
    code: 'UPSTREAM_BAD_RESPONSE',
    message: 'The workspace sent an unusable response to im.list.',
    detail,
  }) as Error;

const storedOf = ({ rows, storedAt }: RestRows<unknown>) => rows.map((_, index) => storedAt(index));

describe('EndpointResponse.rows', () => {
  it('leaves a gap for each unreadable row, and counts it', () => {
    const { response, dropped } = responseOf({ rows: [{ _id: 'a' }, null, { _id: 5 }, 'text', { _id: 'b' }] });
    expect(response.rows('rows', readRow).rows).toEqual(['a', undefined, undefined, undefined, 'b']);
    expect(dropped.rows).toBe(3);
    response.rows('rows', readRow);
    expect(dropped.rows).toBe(6);
  });

  it.each(['漢'.repeat(42), `${'漢'.repeat(42)}xx`, 'x'.repeat(128), '😀'.repeat(32)])(
    'reads an id of up to 128 bytes, and none of more: %s',
    (_id) => {
      const read = responseOf({ rows: [{ _id }, { _id: `${_id}xxx` }] }).response.rows('rows', readRow);
      expect(storedOf(read)).toEqual([{ _id }, undefined]);
    },
  );

  it('cuts off rows beyond the requested number', () => {
    const { response, dropped } = responseOf({ rows: [{ _id: 'a' }, { _id: 'b' }, { _id: 'c' }, null] });
    const { rows, storedAt } = response.rows('rows', readRow, 2);
    expect([rows, [0, 1, 2].map(storedAt)]).toEqual([
      ['a', 'b'],
      [{ _id: 'a' }, { _id: 'b' }, undefined],
    ]);
    expect(dropped.rows).toBe(0);
  });

  it('M9: keeps the place of each row by its id, also of rows that are left out', () => {
    const [short, long] = ['é'.repeat(64), 'é'.repeat(65)].map((_id) => ({ _id }));
    const rows = [{ _id: 'a', x: 1 }, { _id: 'b' }, { x: 1 }, null, { _id: '' }, short, long];
    const read = responseOf({ rows }).response.rows('rows', (row) =>
      row['x'] === 1 && row['_id'] === 'a' ? row : undefined,
    );
    expect(read.rows.map((row) => row !== undefined)).toEqual([true, false, false, false, false, false, false]);
    expect(storedOf(read)).toEqual([rows[0], rows[1], undefined, undefined, undefined, short, undefined]);
  });

  it('L3: leaves out hidden rows in their places without counting them as dropped', () => {
    const rows = [{ _id: 'a' }, { _id: 'b', _hidden: true }, { _id: 'c', _hidden: false }];
    const { response, dropped } = responseOf({ rows });
    const read = response.rows('rows', readRow);
    expect([read.rows, storedOf(read)]).toEqual([['a', undefined, 'c'], rows]);
    expect(dropped.rows).toBe(0);
  });

  it.each([{}, { rows: null }, { rows: { length: 0 } }, { rows: 'none' }])('throws for a missing list: %j', (body) => {
    const { response } = responseOf(body);
    expect(() => response.rows('rows', readRow)).toThrow(badShape('no list `rows`'));
    expect(() => response.objects('rows')).toThrow(badShape('no list `rows`'));
  });
});

describe('EndpointResponse.page', () => {
  const page = (total: unknown, rows: unknown[] = [{ _id: 'a' }]) =>
    responseOf({ rows, total }).response.page('rows', readRow, 2);

  it('returns the rows with their total', () => {
    const read = page(2_147_483_647);
    expect([read.rows, storedOf(read), read.total]).toEqual([['a'], [{ _id: 'a' }], 2_147_483_647]);
    expect(page(0, [])).toMatchObject({ rows: [], total: 0 });
  });

  it.each([undefined, '3', -1, 1.5, 2_147_483_648, Number.NaN])('throws for a total of %s', (total) => {
    expect(() => page(total)).toThrow(badShape('no `total`'));
  });
});

describe('EndpointResponse.object', () => {
  it('returns the requested object', () => {
    expect(responseOf({ room: { _id: 'a', t: 'd' } }).response.object('room', 'a')).toEqual({ _id: 'a', t: 'd' });
  });

  it.each([{}, { room: null }, { room: [] }, { room: { _id: 'b' } }, { room: {} }])(
    'throws when the response has another: %j',
    (body) => {
      expect(() => responseOf(body).response.object('room', 'a')).toThrow(badShape('not the requested `room`'));
    },
  );
});

describe('A response whose rows were cut', () => {
  const cut: RowCut = { fields: [{ name: 'id', kind: 'id', path: ['_id'] }], paths: [] };
  const responseWith = (rows: readonly unknown[]) => {
    const cutter = rowCutter(roomList, cut);
    const body =
      cutter.apply(Buffer.from(JSON.stringify({ ims: rows, other: [{ _id: 'o' }] }))) ?? expect.unreachable();
    const dropped = { rows: 0 };
    const timing = { date: undefined, tookMs: 0 };
    const content = { json: body.rest, cut: { cutter, rows: body.rows }, timing };
    return { response: new EndpointResponse('im.list', content, () => void (dropped.rows += 1)), dropped };
  };

  it('has the same rows, gaps and counts as a parsed one', () => {
    const rows = [{ _id: 'a' }, null, { _id: 5 }, 'text', { _id: 'h', _hidden: true }, { _id: 'b', t: 'd' }];
    const { response, dropped } = responseWith(rows);
    const parsed = responseOf({ ims: rows });
    const found = response.rows('ims', readRow);
    const expected = parsed.response.rows('ims', readRow);
    expect(found.rows).toEqual(expected.rows);
    expect(storedOf(found).map((row) => row?._id)).toEqual(storedOf(expected).map((row) => row?._id));
    expect([found.rows, dropped.rows]).toEqual([['a', undefined, undefined, undefined, undefined, 'b'], 3]);
    expect(parsed.dropped.rows).toBe(3);
    expect(response.rows('other', readRow).rows).toEqual(['o']);
  });

  it('has the same objects, as a request needs that shares a call with one that cuts', () => {
    const rows = [{ _id: 'a' }, null, { _id: 'b', n: [1] }];
    const { response } = responseWith(rows);
    const objects = (name: string) => response.objects(name).map(({ _id, n }) => [_id, n]);
    expect(objects('ims')).toEqual([
      ['a', undefined],
      ['b', [1]],
    ]);
    expect(objects('other')).toEqual([['o', undefined]]);
  });

  it('asks every item of the list, of which none may be missing', () => {
    const isA = ({ _id }: Readonly<Record<string, unknown>>) => _id === 'a';
    expect(responseWith([{ _id: 'a' }, { _id: 'a', x: 1 }]).response.every('ims', isA)).toBe(true);
    for (const rows of [[], [{ _id: 'a' }, { _id: 'b' }], [{ _id: 'a' }, null]]) {
      expect(responseWith(rows).response.every('ims', isA)).toBe(false);
      expect(responseOf({ ims: rows }).response.every('ims', isA)).toBe(false);
    }
    expect(responseWith([]).response.every('other', ({ _id }) => _id === 'o')).toBe(true);
  });
});

describe('EndpointResponse.readAt', () => {
  it('is the `Date` of the response less the time that the call took', () => {
    const { response } = responseOf({}, 'Wed, 25 Nov 2026 12:00:00 GMT');
    expect(response.readAt).toBe(Date.UTC(2026, 10, 25, 11, 59, 59, 750));
  });

  it.each([undefined, '', 'soon', '2026-11-25T12:00:00Z'])('is missing with a `Date` of %j', (date) => {
    expect(() => responseOf({}, date).response.readAt).toThrow(badShape('no `Date`'));
  });
});
