import { describe, expect, it } from 'vitest';
import type { Cursor } from '../../src/pagination/cursor.ts';
import type { Place } from '../../src/pagination/place.ts';
import { newerWindow, readTimelinePage, type TimelineAnswer, type TimelineQuery, type TimelineWindow } from '../../src/pagination/timeline.ts';

const base = Date.parse('2026-01-02T03:00:00.000Z');
const row = (second: number, id = `id${second}`): Place => ({ key: base + second * 1000, id });
const iso = (second: number) => new Date(base + second * 1000).toISOString();
const cursorAt = (second: number): Cursor => ({ ...row(second), offset: 0, total: 0 });

type Answer = Partial<TimelineAnswer<Place>>;
interface Ask extends Partial<Omit<TimelineQuery<Place>, 'provenCap'>> {
  readonly size: number;
  readonly provenCap?: number;
}

const queryOf = ({ size, provenCap = 100, ...query }: Ask): TimelineQuery<Place> => ({
  plan: { size, isBackward: false, cursor: undefined, cursorArgument: 'after' },
  cursor: undefined,
  since: undefined,
  until: undefined,
  isInclusive: false,
  placeOf: (place) => place,
  provenCap: () => provenCap,
  ...query,
});

/** Reads a page from answers by hand, and tells what was asked for. */
function read(ask: Ask, answer: (window: TimelineWindow, call: number) => Answer) {
  const reader = readTimelinePage(queryOf(ask));
  const windows: TimelineWindow[] = [];
  let step = reader.next();
  while (step.done !== true) {
    windows.push(step.value);
    if (windows.length > 500) throw new Error('it never ends');
    step = reader.next({ rows: [], unreadNotLoaded: undefined, firstUnread: undefined, ...answer(step.value, windows.length) });
  }
  return { windows, page: step.value, ids: step.value.rows.map(({ id }) => id) };
}

describe('the first page of a history', () => {
  it('is asked for with one row more, in the range as it was given', () => {
    const { windows, ids, page } = read({ size: 2, since: iso(1), until: iso(9) }, () => ({ rows: [row(8), row(7), row(6)] }));
    expect(windows).toEqual([{ latest: iso(9), oldest: iso(1), inclusive: false, offset: 0, count: 3 }]);
    expect([ids, page.hasNextPage, page.hasPreviousPage]).toEqual([['id8', 'id7'], true, false]);
    expect(read({ size: 100, isInclusive: true }, () => ({})).windows).toEqual([{ latest: undefined, oldest: undefined, inclusive: true, offset: 0, count: 100 }]);
  });

  it('ends where the rows are fewer than asked for, and answers are known to hold as many', () => {
    const { windows, ids, page } = read({ size: 3 }, () => ({ rows: [row(8), row(7), row(6)] }));
    expect([windows.length, ids, page.hasNextPage]).toEqual([1, ['id8', 'id7', 'id6'], false]);
  });

  it('needs one more call to know what follows where the answer may have been cut', () => {
    const three = read({ size: 3, provenCap: 3 }, (_, call) => ({ rows: call === 1 ? [row(8), row(7), row(6)] : [row(6), row(5)] }));
    expect(three.windows.map(({ latest, offset, count }) => ({ latest, offset, count }))).toEqual([
      { latest: undefined, offset: 0, count: 4 },
      { latest: iso(6), offset: 0, count: 2 },
    ]);
    expect([three.ids, three.page.hasNextPage]).toEqual([['id8', 'id7', 'id6'], true]);
  });
});

describe('a page that continues', () => {
  it('asks from the instant of its cursor on, for two rows more: the cursor’s and the one behind the page', () => {
    const { windows, ids, page } = read({ size: 2, cursor: cursorAt(8), since: iso(1), until: iso(9) }, () => ({ rows: [row(8), row(7), row(6), row(5)] }));
    expect(windows).toEqual([{ latest: iso(8), oldest: iso(1), inclusive: true, offset: 0, count: 4 }]);
    expect([ids, page.hasNextPage, page.hasPreviousPage]).toEqual([['id7', 'id6'], true, true]);
  });

  it('does not know what is before it when its cursor’s row is gone: one row newer than that tells', () => {
    const ask = { size: 2, cursor: cursorAt(8), until: iso(9) };
    expect(read(ask, () => ({ rows: [row(7)] })).page.hasPreviousPage).toBeUndefined();
    expect(newerWindow(queryOf(ask))).toEqual({ latest: iso(9), oldest: iso(8), inclusive: false, offset: 0, count: 1 });
    const justAfter = new Date(base + 8001).toISOString();
    expect(newerWindow(queryOf({ ...ask, isInclusive: true }))).toEqual({ latest: iso(9), oldest: justAfter, inclusive: true, offset: 0, count: 1 });
  });

  it('leaves out a row at `since`, which it has to ask for, where the range does not hold it', () => {
    const ask = { size: 5, cursor: cursorAt(8), since: iso(6), provenCap: 0 };
    const { windows, ids, page } = read(ask, () => ({ rows: [row(8), row(7), row(6)] }));
    expect([windows.length, ids, page.hasNextPage, page.notLoadedCount]).toEqual([1, ['id7'], false, 0]);
    const inclusive = read({ ...ask, isInclusive: true, provenCap: 100 }, () => ({ rows: [row(8), row(7), row(6)] }));
    expect(inclusive.ids).toEqual(['id7', 'id6']);
  });
});

describe('an instant with more rows than an answer', () => {
  const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const ofOne = (list: readonly string[]) => ({ offset, count }: TimelineWindow): Answer => ({ rows: list.map((id) => row(5, id)).slice(offset, offset + Math.min(count, 3)) });

  it('is read on from its last row, which is asked for again', () => {
    const { windows, ids: found } = read({ size: 7, provenCap: 3 }, ofOne(ids));
    expect(windows.map(({ offset, count }) => [offset, count])).toEqual([[0, 8], [2, 2], [3, 9], [5, 2], [6, 9]]);
    expect(found).toEqual(ids.toReversed());
  });

  it('is read on from the next row where answers hold one row only', () => {
    const list = [5, 4, 3].map((second) => row(second));
    const { windows, ids: found, page } = read({ size: 2, provenCap: 1 }, ({ latest, offset }) => ({
      rows: list.filter(({ key }) => latest === undefined || (key ?? 0) <= Date.parse(latest)).slice(offset, offset + 1),
    }));
    expect([found, page.hasNextPage]).toEqual([['id5'], true]);
    expect(windows.map(({ offset }) => offset)).toEqual([0, 1]);
  });

  it('is read anew when its last row stands elsewhere by then', () => {
    const { windows } = read({ size: 7, provenCap: 3 }, (window, call) => ofOne(call === 1 ? ids : ids.slice(1))(window));
    expect(windows.slice(0, 3).map(({ offset, count }) => [offset, count])).toEqual([[0, 8], [2, 2], [0, 8]]);
  });
});

describe('rows that cannot be read', () => {
  it('are left out, and the page goes on behind them', () => {
    const { ids, page } = read({ size: 2 }, () => ({ rows: [row(8), undefined, row(7)] }));
    expect([ids, page.hasNextPage]).toEqual([['id8'], true]);
  });

  it('at the end of an answer are not asked for again', () => {
    const { windows, ids } = read({ size: 3, provenCap: 2 }, (_, call) => ({ rows: call === 1 ? [row(8), undefined] : [row(7), row(6)] }));
    expect(windows.map(({ offset, count }) => [offset, count])).toEqual([[0, 4], [2, 1]]);
    expect(ids).toEqual(['id8', 'id7']);
  });

  it('alone make no page', () => {
    const error = { code: 'UPSTREAM_BAD_RESPONSE', message: 'The workspace gave a history that cannot be read.', detail: 'no page' };
    let asked = 0;
    const run = () => read({ size: 1 }, () => {
      asked += 1;
      return { rows: [undefined, undefined] };
    });
    expect(run).toThrow(expect.objectContaining(error));
    expect(asked).toBe(1);
  });
});

it('a row without an instant, of which there are none, counts as of 1970', () => {
  const start = '1970-01-01T00:00:00.000Z';
  const cursor = { key: null, id: 'b', offset: 0, total: 0 };
  const { windows, ids } = read({ size: 2, cursor }, () => ({ rows: [{ key: null, id: 'b' }, { key: null, id: 'a' }] }));
  expect([windows[0]?.latest, ids]).toEqual([start, ['a']]);
  expect([newerWindow(queryOf({ size: 1, cursor })).oldest, newerWindow(queryOf({ size: 1 })).oldest]).toEqual([start, start]);
});

describe('a history that changes all the time', () => {
  it('is given up after 200 calls', () => {
    let asked = 0;
    const run = () => read({ size: 7, provenCap: 3 }, () => {
      asked += 1;
      return { rows: ['x', 'y', 'z'].map((id) => row(5, `${id}${asked}`)) };
    });
    expect(run).toThrow('The workspace gave a history that cannot be read.');
    expect(asked).toBe(200);
  });
});

describe('what lies between `since` and the page', () => {
  const ask = { size: 2, since: iso(1) };

  it('is what the workspace counts behind its answer, and what the answer holds behind the page', () => {
    const { page } = read(ask, () => ({ rows: [row(8), row(7), row(6)], unreadNotLoaded: 4, firstUnread: row(2) }));
    expect([page.notLoadedCount, page.firstNotLoaded?.id]).toEqual([1 + 4, 'id2']);
  });

  it('begins with the oldest row behind the page where the workspace counts none', () => {
    const rows = [row(8), row(7), row(6), row(5), row(4)];
    const { page } = read({ ...ask, cursor: cursorAt(9) }, () => ({ rows, unreadNotLoaded: 0 }));
    expect([page.notLoadedCount, page.firstNotLoaded?.id, page.hasNextPage]).toEqual([3, 'id4', true]);
  });

  it('has no row at `since` itself, though the page may', () => {
    const { page } = read({ ...ask, isInclusive: true }, () => ({ rows: [row(3), row(2), row(1)] }));
    expect([page.notLoadedCount, page.firstNotLoaded, page.hasNextPage]).toEqual([0, undefined, true]);
  });

  it('is told by the last answer that has rows', () => {
    const { page } = read({ ...ask, provenCap: 2 }, (_, call) => (call === 1 ? { rows: [row(8)], unreadNotLoaded: 3, firstUnread: row(2) } : { unreadNotLoaded: 9 }));
    expect([page.notLoadedCount, page.firstNotLoaded?.id]).toEqual([3, 'id2']);
    expect(read(ask, () => ({})).page).toEqual({ rows: [], hasNextPage: false, hasPreviousPage: false, notLoadedCount: 0, firstNotLoaded: undefined });
  });
});
