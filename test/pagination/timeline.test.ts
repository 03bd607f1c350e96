import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import type { Cursor } from '../../src/pagination/cursor.ts';
import { countGap } from '../../src/pagination/gap.ts';
import { newerWindow, readTimelinePage } from '../../src/pagination/timeline.ts';
import type { TimelineQuery, TimelineWindow } from '../../src/pagination/timeline-window.ts';
import { inPlace, type ModelRow } from './model.ts';

const base = Date.parse('2026-01-02T03:00:00.000Z');
const row = (second: number, id = `id${second}`): ModelRow => ({ key: base + second * 1000, id });
const lost = (second: number): ModelRow => ({ ...row(second), isLeftOut: 'in its place' });
const placeless: ModelRow = { key: null, id: '', isLeftOut: 'without a place' };
const iso = (second: number) => new Date(base + second * 1000).toISOString();
const justBefore = (second: number) => new Date(base + second * 1000 - 1).toISOString();
const justAfter = (second: number) => new Date(base + second * 1000 + 1).toISOString();
/** A cursor of a row whose millisecond had `ties` rows. */
const cursorAt = (second: number, ties = 1): Cursor => ({
  key: base + second * 1000,
  id: `id${second}`,
  offset: ties,
  total: 0,
});
const endOfTime = '9999-12-31T23:59:59.999Z';

interface Ask extends Partial<Omit<TimelineQuery, 'plan'>> {
  readonly size: number;
}

const queryOf = ({ size, ...query }: Ask): TimelineQuery => ({
  plan: { size, isBackward: false, cursor: undefined, cursorArgument: 'after' },
  cursor: undefined,
  since: undefined,
  until: undefined,
  isInclusive: false,
  ...query,
});

/** Reads a page from given responses, and returns the windows requested. A response that throws is a failed call. */
function read(ask: Ask, answer: (window: TimelineWindow, call: number) => readonly ModelRow[]) {
  const reader = readTimelinePage<ModelRow>(queryOf(ask));
  const windows: TimelineWindow[] = [];
  let step = reader.next();
  while (step.done !== true) {
    windows.push(step.value);
    if (windows.length > 500) throw new Error('it never ends');
    let rows: readonly ModelRow[];
    try {
      rows = answer(step.value, windows.length);
    } catch (error) {
      step = reader.throw(error);
      continue;
    }
    step = reader.next(inPlace(rows));
  }
  const page = step.value;
  const asked = windows.map(({ latest, offset, count }) => [latest, offset, count]);
  const cursors = Array.from({ length: page.places }, (_, place) => page.cursorAt(place));
  return { windows, asked, page, cursors, ids: page.rows.map(({ id }) => id) };
}

/** A history as the workspace returns it, newest first. */
const answering =
  (list: readonly ModelRow[], cap = 100) =>
  ({ latest, offset, count }: TimelineWindow) =>
    list.filter(({ key }) => (key ?? 0) <= Date.parse(latest)).slice(offset, offset + Math.min(count, cap));

describe('the first page of a history', () => {
  it('the first history page requests one extra row of the whole range', () => {
    const { windows, ids, page } = read({ size: 2, since: iso(1), until: iso(9) }, () => [row(8), row(7), row(6)]);
    expect(windows).toEqual([{ latest: justBefore(9), oldest: justAfter(1), inclusive: true, offset: 0, count: 3 }]);
    expect([ids, page.hasNextPage, page.hasPreviousPage]).toEqual([['id8', 'id7'], true, false]);
    const inclusive = read({ size: 2, since: iso(1), until: iso(9), isInclusive: true }, () => []);
    expect(inclusive.windows).toEqual([{ latest: iso(9), oldest: iso(1), inclusive: true, offset: 0, count: 3 }]);
  });

  it('S2: the first page of an open range requests up to the end of time', () => {
    expect(read({ size: 100 }, () => []).windows).toEqual([
      { latest: endOfTime, oldest: undefined, inclusive: true, offset: 0, count: 100 },
    ]);
    expect(read({ size: 1, since: iso(1) }, () => []).windows).toMatchObject([
      { latest: endOfTime, oldest: justAfter(1), inclusive: true },
    ]);
  });

  it('a range of one millisecond is requested by its neighbours, since equal bounds may mean an empty range', () => {
    const { windows } = read({ size: 2, since: iso(5), until: iso(5), isInclusive: true }, () => []);
    expect(windows).toEqual([{ latest: justAfter(5), oldest: justBefore(5), inclusive: false, offset: 0, count: 3 }]);
  });
});

describe('the end of a history', () => {
  it('an empty response ends an empty history', () => {
    const { asked, ids, page } = read({ size: 3 }, () => []);
    expect([asked.length, ids, page.hasNextPage, page.places]).toEqual([1, [], false, 0]);
  });

  it('H5: the last row coming back alone, of two requested, proves the end of a history', () => {
    const { asked, ids, page } = read({ size: 5 }, answering([row(8), row(7), row(6)]));
    expect(asked).toEqual([
      [endOfTime, 0, 6],
      [iso(6), 0, 2],
    ]);
    expect([ids, page.hasNextPage]).toEqual([['id8', 'id7', 'id6'], false]);
  });

  it('H5: after one-row responses only an empty response proves the end of a history', () => {
    const { asked, ids, page } = read({ size: 5 }, answering([row(8)]));
    expect(asked).toEqual([
      [endOfTime, 0, 6],
      [iso(8), 1, 100],
    ]);
    expect([ids, page.hasNextPage]).toEqual([['id8'], false]);
  });

  it('H5: a capped response does not end a history', () => {
    const list = [8, 7, 6, 5, 4].map((second) => row(second));
    const { asked, ids, page } = read({ size: 5 }, answering(list, 3));
    expect(asked).toEqual([
      [endOfTime, 0, 6],
      [iso(6), 0, 2],
    ]);
    expect([ids, page.hasNextPage]).toEqual([['id8', 'id7', 'id6'], true]);
    const one = read({ size: 5 }, answering(list, 1));
    expect([one.asked, one.ids, one.page.hasNextPage]).toEqual([
      [
        [endOfTime, 0, 6],
        [iso(8), 1, 100],
      ],
      ['id8'],
      true,
    ]);
  });

  it('a page that is full without the rows held back needs no proof of the end', () => {
    const { asked, ids, page } = read({ size: 2, cursor: cursorAt(9, 3) }, () => [row(8), row(7), row(6)]);
    expect([asked, ids, page.hasNextPage]).toEqual([[[iso(9), 0, 6]], ['id8', 'id7'], true]);
  });

  it('a history ends where it was read although its last rows are deleted before the proof', () => {
    const { asked, ids, page } = read({ size: 5 }, (window, call) =>
      answering(call === 1 ? [row(8), row(7)] : [row(8)])(window),
    );
    expect(asked).toEqual([
      [endOfTime, 0, 6],
      [iso(7), 0, 2],
      [iso(7), 0, 100],
    ]);
    expect([ids, page.hasNextPage]).toEqual([['id8', 'id7'], false]);
  });

  it('the end of a history is looked for behind the row that replaced the last', () => {
    const list = [8, 7, 6, 5].map((second) => row(second));
    const { asked, ids, page } = read({ size: 5 }, (window, call) =>
      answering(call === 1 ? list : [row(8), row(6), row(5)], call === 1 ? 2 : 100)(window),
    );
    expect(asked).toEqual([
      [endOfTime, 0, 6],
      [iso(7), 0, 2],
      [iso(7), 0, 100],
      [iso(5), 0, 2],
    ]);
    expect([ids, page.hasNextPage]).toEqual([['id8', 'id7', 'id6', 'id5'], false]);
  });
});

describe('a page that continues', () => {
  it('a continued page requests its cursor’s row, its own rows and one more, from the cursor’s instant', () => {
    const { windows, ids, page } = read({ size: 2, cursor: cursorAt(8), since: iso(1), until: iso(9) }, () => [
      row(8),
      row(7),
      row(6),
      row(5),
    ]);
    expect(windows).toEqual([{ latest: iso(8), oldest: justAfter(1), inclusive: true, offset: 0, count: 4 }]);
    expect([ids, page.hasNextPage, page.hasPreviousPage]).toEqual([['id7', 'id6'], true, true]);
  });

  it('a continued page requests as many extra rows as its cursor’s millisecond had, at most a hundred', () => {
    const countOf = (ties: number) => read({ size: 2, cursor: cursorAt(8, ties) }, () => []).windows[0]?.count;
    expect([0, 1, 2, 60, 97, 98, 4_000_000_000].map(countOf)).toEqual([4, 4, 5, 63, 100, 100, 100]);
  });

  it('hasPreviousPage is unknown if the cursor’s row is gone, unless a newer row is found', () => {
    const ask = { size: 2, cursor: cursorAt(8), until: iso(9) };
    expect(read(ask, () => [row(7), row(6), row(5)]).page.hasPreviousPage).toBeUndefined();
    expect(newerWindow(queryOf(ask))).toEqual({
      latest: justBefore(9),
      oldest: justAfter(8),
      inclusive: true,
      offset: 0,
      count: 1,
    });
    expect(newerWindow(queryOf({ ...ask, isInclusive: true }))).toMatchObject({ latest: iso(9), oldest: justAfter(8) });
    expect(newerWindow(queryOf({ size: 2, cursor: cursorAt(8), since: iso(20) }))).toMatchObject({
      oldest: justAfter(20),
    });
  });

  it('L11: a forged cursor’s page stays in the range', () => {
    const windowOf = (key: number | null) =>
      read({ size: 2, since: iso(1), until: iso(9), cursor: { key, id: 'x', offset: 0, total: 0 } }, () => [])
        .windows[0];
    for (const key of [2 ** 55, base + 10_000]) expect(windowOf(key)?.latest).toBe(justBefore(9));
    for (const key of [null, 0]) expect(windowOf(key)?.latest).toBe('1970-01-01T00:00:00.000Z');
    expect(Number.isNaN(Date.parse(windowOf(-(2 ** 52))?.latest ?? ''))).toBe(false);
    const newer = newerWindow(queryOf({ size: 1, cursor: { key: 2 ** 55, id: 'x', offset: 0, total: 0 } }));
    expect([newer.latest, newer.oldest]).toEqual([endOfTime, '+010000-01-01T00:00:00.000Z']);
  });

  it('cursors hold the number of rows in their millisecond', () => {
    const { cursors } = read({ size: 3, cursor: { ...cursorAt(8), id: 'b' } }, () => [
      row(8, 'c'),
      row(8, 'a'),
      row(7),
      row(6),
      row(5),
    ]);
    expect(cursors.map(({ id, offset }) => [id, offset])).toEqual([
      ['a', 2],
      ['id7', 1],
      ['id6', 1],
    ]);
  });
});

describe('M2: a millisecond with more rows than the page', () => {
  const ofOne = (ids: string, second = 5) => Array.from(ids, (id) => row(second, id));

  it('M2: a large millisecond is requested whole, and complete if an older row follows', () => {
    const { asked, ids, page } = read({ size: 1 }, answering([...ofOne('abcdefg'), row(4), row(3)]));
    expect(asked).toEqual([
      [endOfTime, 0, 2],
      [iso(5), 0, 100],
    ]);
    expect([ids, page.hasNextPage]).toEqual([['g'], true]);
  });

  it('M2: a large millisecond is complete in any upstream order', () => {
    const list = ofOne('abcdefg');
    const { ids } = read({ size: 3 }, (window, call) =>
      answering([...(call === 2 ? list.toReversed() : list), row(4)])(window),
    );
    expect(ids).toEqual(['g', 'f', 'e']);
  });

  it('M2: a large millisecond at the end takes one more call to prove the end', () => {
    const { asked, ids, page } = read({ size: 3 }, (window, call) =>
      answering(call === 3 ? ofOne('gfedcba') : ofOne('abcdefg'))(window),
    );
    expect(asked).toEqual([
      [endOfTime, 0, 4],
      [iso(5), 0, 100],
      [iso(5), 6, 100],
    ]);
    expect([ids, page.hasNextPage]).toEqual([['g', 'f', 'e'], true]);
  });

  it('M2: a millisecond that just fits one response is complete, whichever row comes last', () => {
    const { asked, ids } = read({ size: 3 }, (window, call) =>
      answering([...(call === 3 ? ofOne('cba') : ofOne('abc')), row(4)], 3)(window),
    );
    expect(asked).toEqual([
      [endOfTime, 0, 4],
      [iso(5), 2, 100],
    ]);
    expect(ids).toEqual(['c', 'b', 'a']);
  });

  it('M2: a millisecond larger than a response continues from its last row, which is read again', () => {
    const { asked, ids, page } = read({ size: 7 }, answering(ofOne('abcdefg'), 3));
    expect(asked).toEqual([
      [endOfTime, 0, 8],
      [iso(5), 2, 100],
      [iso(5), 4, 100],
      [iso(5), 6, 100],
    ]);
    expect([ids, page.hasNextPage]).toEqual([['g', 'f', 'e', 'd', 'c', 'b', 'a'], false]);
  });

  it('M2: a millisecond of over a hundred rows continues immediately', () => {
    const list = Array.from({ length: 130 }, (_, index) => row(5, String(index).padStart(3, '0')));
    const { asked, ids } = read({ size: 100 }, answering([...list, row(4)]));
    expect(asked).toEqual([
      [endOfTime, 0, 100],
      [iso(5), 99, 100],
    ]);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([100, '129', '030']);
  });

  it('M2: a millisecond larger than a response starts again if its last row has moved', () => {
    const { asked, ids } = read({ size: 7 }, (window, call) =>
      answering(ofOne(call === 1 ? 'abcdefg' : 'bcdefg'), 3)(window),
    );
    expect(asked.slice(0, 4)).toEqual([
      [endOfTime, 0, 8],
      [iso(5), 2, 100],
      [iso(5), 0, 100],
      [iso(5), 2, 100],
    ]);
    expect(ids).toEqual(expect.arrayContaining(Array.from('bcdefg')));
  });

  it.each([
    ['another row stands last', ['abcdefg', 'gfedcba']],
    ['known rows follow', ['abcdefg', 'defcabg']],
  ])('M2: a millisecond larger than a response, in varying order, is an error: %s', (_name, [one = '', other = '']) => {
    let asked = 0;
    const run = () =>
      read({ size: 7 }, (window, call) => {
        asked += 1;
        return answering(ofOne(call % 2 === 0 ? other : one), 3)(window);
      });
    expect(run).toThrow(
      expect.objectContaining({
        code: 'UPSTREAM_BAD_RESPONSE',
        detail: 'no order within a millisecond',
        message: expect.stringContaining('use `messages` instead') as string,
      }),
    );
    expect(asked).toBeLessThanOrEqual(9);
  });

  it('is the next page’s where its order cannot be relied on and the page has others', () => {
    const { asked, ids, page } = read({ size: 7 }, (window, call) =>
      answering([row(9), row(8), ...ofOne(call === 1 ? 'abcdefg' : 'gabcdef')], 4)(window),
    );
    expect(asked).toEqual([
      [endOfTime, 0, 8],
      [iso(5), 1, 2],
    ]);
    expect([ids, page.hasNextPage]).toEqual([['id9', 'id8'], true]);
    const repeated = read({ size: 7 }, (window, call) =>
      answering([row(9), row(8), ...ofOne(call === 1 ? 'abcdefg' : 'cbadefg')], 4)(window),
    );
    expect([repeated.ids, repeated.page.hasNextPage]).toEqual([['id9', 'id8'], true]);
  });
});

describe('rows that are left out', () => {
  it('M9: rows left out keep their places, and other rows fill the page', () => {
    const { ids, page, cursors } = read({ size: 2, cursor: cursorAt(9, 3) }, () => [
      lost(8),
      row(7),
      lost(6),
      row(5),
      row(4),
      row(3),
    ]);
    expect([ids, page.hasNextPage, page.hasPreviousPage]).toEqual([['id7', 'id5'], true, undefined]);
    expect(cursors.map(({ id }) => id)).toEqual(['id7', 'id5']);
  });

  it('M9: a history page of rows left out has no rows but has cursors', () => {
    const { ids, page, cursors } = read({ size: 2 }, () => [lost(8), lost(7), lost(6)]);
    expect([ids, page.hasNextPage, page.places]).toEqual([[], true, 2]);
    expect(cursors.map(({ id }) => id)).toEqual(['id8', 'id7']);
    const next = read({ size: 2, cursor: cursorAt(7) }, answering([lost(8), lost(7), lost(6), row(5)]));
    expect([next.ids, next.page.hasNextPage]).toEqual([['id5'], false]);
  });

  it('M9: rows without an id are skipped until a row has one', () => {
    const list = [placeless, placeless, placeless, row(8), placeless, row(7)];
    const answer = ({ offset, count }: TimelineWindow) => list.slice(offset, offset + count);
    const { asked, ids, page } = read({ size: 2 }, answer);
    expect(asked).toEqual([
      [endOfTime, 0, 3],
      [endOfTime, 3, 100],
    ]);
    expect([ids, page.hasNextPage]).toEqual([['id8'], true]);
    const all = read({ size: 6 }, answer);
    expect(all.asked).toEqual([
      [endOfTime, 0, 7],
      [endOfTime, 6, 2],
    ]);
    expect([all.ids, all.page.hasNextPage]).toEqual([['id8', 'id7'], false]);
  });

  it('M9: nothing but rows without an id is an empty last page', () => {
    const { asked, ids, page } = read({ size: 2 }, ({ offset }) => [placeless, placeless].slice(offset));
    expect(asked).toEqual([
      [endOfTime, 0, 3],
      [endOfTime, 2, 100],
    ]);
    expect([ids, page.hasNextPage, page.places]).toEqual([[], false, 0]);
  });

  it('rows without an instant are skipped', () => {
    const timeless: ModelRow = { key: null, id: 'x', isLeftOut: 'in its place' };
    const { asked, ids, page } = read({ size: 2 }, ({ offset }) => [row(8), timeless, row(7)].slice(offset));
    expect(asked).toEqual([[endOfTime, 0, 3]]);
    expect([ids, page.hasNextPage]).toEqual([['id8'], true]);
  });

  it('rows without an id do not displace others when newer messages arrive', () => {
    const { asked, ids } = read({ size: 2 }, (_, call) => (call === 1 ? [row(5), placeless] : [row(7), row(4)]));
    expect(asked).toEqual([
      [endOfTime, 0, 3],
      [endOfTime, 2, 100],
    ]);
    expect(ids).toEqual(['id7', 'id5']);
  });

  it('a row without an id inside a millisecond does not break its count', () => {
    const list = [row(8), row(5, 'a'), row(5, 'b'), placeless, row(5, 'c'), row(4)];
    const answer = ({ latest, offset, count }: TimelineWindow) =>
      list.filter(({ key }) => (key ?? base + 5000) <= Date.parse(latest)).slice(offset, offset + Math.min(3, count));
    const { asked, ids, page } = read({ size: 9, cursor: cursorAt(8) }, answer);
    expect(asked).toEqual([
      [iso(8), 0, 11],
      [iso(5), 1, 100],
      [iso(5), 4, 100],
    ]);
    expect([ids, page.hasNextPage]).toEqual([['c', 'b', 'a'], true]);
  });
});

describe('a call that fails', () => {
  const fail = () => {
    throw new GatewayError('RATE_LIMITED', 'no more calls');
  };

  it('M3: a failed call behind a short response leaves a page of the complete rows', () => {
    const { ids, page } = read({ size: 5 }, (_, call) => (call === 1 ? [row(8), row(7), row(6)] : fail()));
    expect([ids, page.hasNextPage]).toEqual([['id8', 'id7'], true]);
  });

  it('a failed call fails the page if no row is complete', () => {
    expect(() => read({ size: 5 }, fail)).toThrow('no more calls');
    expect(() => read({ size: 5 }, (_, call) => (call === 1 ? [row(8)] : fail()))).toThrow('no more calls');
  });
});

it('a history that changes all the time is an error after 200 calls', () => {
  let asked = 0;
  const run = () =>
    read({ size: 7, cursor: cursorAt(900) }, ({ latest }) => {
      asked += 1;
      // Every response has one extra row, which precedes the cursor.
      return [{ key: Date.parse(latest), id: `x${asked}` }, { key: Date.parse(latest), id: `y${asked}` }, placeless];
    });
  expect(run).toThrow(expect.objectContaining({ code: 'UPSTREAM_BAD_RESPONSE', detail: 'no page' }));
  expect(asked).toBe(200);
});

describe('M1: the gap between `since` and the page', () => {
  const ask = { size: 2, since: iso(1) };
  const counted = (rows: readonly ModelRow[], unreadNotLoaded: number | undefined, firstUnread?: ModelRow) => ({
    ...inPlace(rows),
    unreadNotLoaded,
    firstUnread,
  });

  it('M1: the gap is upstream’s count before the oldest row’s millisecond plus the known rows of that millisecond', () => {
    const { page } = read({ ...ask, size: 1 }, answering([row(8, 'c'), row(8, 'b'), row(8, 'a'), row(7), row(6)]));
    expect(page.rows.map(({ id }) => id)).toEqual(['c']);
    expect(page.gap.others).toEqual({ latest: iso(8), oldest: iso(1), inclusive: true, offset: 0, count: 1 });
    expect(countGap(page.gap, counted([row(8, 'a')], 4, row(2)))).toEqual({ count: 2 + 4, first: row(2) });
    expect(countGap(page.gap, counted([row(8, 'a')], 0))).toEqual({ count: 2, first: row(8, 'a') });
  });

  it('M1: the gap is null if the list changed before the count or the workspace does not count', () => {
    const { page } = read(ask, () => [row(8), row(7), row(6)]);
    for (const answer of [
      counted([row(6)], 4),
      counted([], 0),
      counted([row(7)], undefined),
      counted([placeless], 3),
    ]) {
      expect(countGap(page.gap, answer)).toEqual({ count: null, first: undefined });
    }
  });

  it('M1: the gap takes no call at the end of the list', () => {
    const { page } = read({ ...ask, size: 2 }, answering([row(8, 'c'), row(8, 'b'), row(8, 'a')]));
    expect([page.gap.others, countGap(page.gap, undefined)]).toEqual([undefined, { count: 1, first: row(8, 'a') }]);
    expect(countGap(read(ask, () => []).page.gap, undefined)).toEqual({ count: 0, first: undefined });
  });

  it('M1: the gap excludes rows at `since` itself, though the page may include them', () => {
    const { page } = read({ ...ask, isInclusive: true }, answering([row(3), row(2), row(1), row(1, 'a')]));
    expect(page.gap.others).toMatchObject({ latest: iso(2) });
    expect(countGap(page.gap, counted([row(2)], 0))).toEqual({ count: 0, first: undefined });
    const atSince = read(
      { ...ask, size: 1, isInclusive: true, cursor: cursorAt(2) },
      answering([row(2), row(1, 'b'), row(1, 'a'), row(0)]),
    );
    expect([atSince.ids, atSince.page.gap.others, countGap(atSince.page.gap, undefined)]).toEqual([
      ['b'],
      undefined,
      { count: 0, first: undefined },
    ]);
  });

  it('M1: the gap counts rows left out, as upstream does', () => {
    const { page } = read(
      { ...ask, size: 1 },
      answering([row(8, 'c'), { ...row(8, 'b'), isLeftOut: 'in its place' }, row(7), row(6)]),
    );
    expect(countGap(page.gap, counted([row(8, 'c')], 2, row(6)))).toEqual({ count: 3, first: row(6) });
    expect(countGap(page.gap, counted([row(8, 'c')], 0))).toEqual({ count: 1, first: undefined });
  });

  it('M1: without `since` there is no gap', () => {
    expect(read({ size: 1 }, () => [row(8), row(7)]).page.gap).toEqual({ known: [], others: undefined });
  });
});
