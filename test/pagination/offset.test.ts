import { describe, expect, it } from 'vitest';
import type { Cursor } from '../../src/pagination/cursor.ts';
import { readOffsetPage, type OffsetPage, type OffsetWindow } from '../../src/pagination/offset.ts';
import type { Place } from '../../src/pagination/place.ts';
import { inPlace, type ModelRow } from './model.ts';

interface Answer {
  readonly rows: readonly ModelRow[];
  readonly total: number;
}
const row = (key: number): ModelRow & Place => ({ key, id: `id${key}` });
const lost = (key: number): ModelRow => ({ ...row(key), isLeftOut: 'in its place' });
const placeless: ModelRow = { key: null, id: '', isLeftOut: 'without a place' };
/** Rows with these keys; null for an unreadable row without an id. */
const rowsOf = (...keys: (number | null)[]) => keys.map((key) => (key === null ? placeless : row(key)));
/** The rows of an ascending list from one key to another. */
const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => row(from + index));

interface Ask {
  readonly size: number;
  readonly after?: Cursor;
  readonly before?: Cursor;
}

/** Reads a page of an ascending list from given responses, and returns the windows requested. */
function read({ size, after, before }: Ask, answer: (window: OffsetWindow, call: number) => Answer) {
  const isBackward = before !== undefined;
  const plan = { size, isBackward, cursor: undefined, cursorArgument: 'after' as const };
  const reader = readOffsetPage<ModelRow>({ plan, cursor: after ?? before, isDescending: false });
  const windows: OffsetWindow[] = [];
  let step = reader.next();
  while (step.done !== true) {
    windows.push(step.value);
    if (windows.length > 100) throw new Error('it never ends');
    let answered: Answer;
    try {
      answered = answer(step.value, windows.length);
    } catch (error) {
      step = reader.throw(error);
      continue;
    }
    step = reader.next({ ...inPlace(answered.rows), total: answered.total });
  }
  return { windows, offsets: windows.map(({ offset }) => offset), page: step.value };
}
const keysOf = ({ rows }: OffsetPage<ModelRow>) => rows.map(({ key }) => key);
/** Offset of each place of a page that has a cursor. */
const offsetsOf = ({ places, cursorAt }: OffsetPage<ModelRow>) =>
  Array.from({ length: places }, (_, index) => cursorAt(index).offset);

/** A list of ascending keys as the workspace returns it. */
const answering =
  (list: readonly ModelRow[], cap = 100) =>
  ({ offset, count }: OffsetWindow): Answer => ({
    rows: list.slice(offset, offset + Math.min(count, cap)),
    total: list.length,
  });

describe('Pages with unreadable rows', () => {
  it('a page leaves unreadable rows out and keeps the places of the others', () => {
    const { page } = read({ size: 4 }, () => ({ rows: rowsOf(1, null, 3, null), total: 9 }));
    expect([keysOf(page), offsetsOf(page), page.hasNextPage, page.hasPreviousPage]).toEqual([
      [1, 3],
      [0, 2],
      true,
      false,
    ]);
  });

  it('a backward page counts places from the other end', () => {
    const { page, windows } = read({ size: 3, before: { ...row(90), offset: 90, total: 100 } }, ({ count }) => {
      expect(count).toBe(4);
      return { rows: rowsOf(90, 89, null, 87), total: 100 };
    });
    expect(windows).toEqual([{ offset: 9, count: 4, isReversed: true }]);
    expect([keysOf(page), offsetsOf(page)]).toEqual([
      [87, 89],
      [87, 89],
    ]);
    expect([page.hasNextPage, page.hasPreviousPage]).toEqual([true, true]);
  });

  it('an unreadable row is not taken for the row before the first', () => {
    const list = [...rowsOf(0, 1, 2, null), ...range(4, 20)];
    const { page, offsets } = read({ size: 2, after: { ...row(3), offset: 3, total: 21 } }, answering(list));
    expect([offsets[0], keysOf(page)]).toEqual([3, [4, 5]]);
  });
});

describe('M9: pages without readable rows', () => {
  it('M9: a page without readable rows has cursors in both directions', () => {
    const { page } = read({ size: 2 }, () => ({ rows: [lost(0), lost(1)], total: 9 }));
    expect([keysOf(page), page.places, page.hasNextPage, page.hasPreviousPage]).toEqual([[], 2, true, false]);
    expect([page.cursorAt(0), page.cursorAt(1)]).toEqual([
      { ...row(0), offset: 0, total: 9 },
      { ...row(1), offset: 1, total: 9 },
    ]);
    const back = read({ size: 2, before: { ...row(9), offset: 9, total: 10 } }, () => ({
      rows: [row(9), lost(8), lost(7)],
      total: 10,
    }));
    expect([keysOf(back.page), offsetsOf(back.page), back.page.hasPreviousPage]).toEqual([[], [7, 8], true]);
  });

  it('M9: the next page continues behind unreadable rows', () => {
    const list = [...range(0, 3), ...[4, 5, 6, 7].map(lost), ...range(8, 12)];
    const next = read({ size: 2, after: { ...row(5), offset: 5, total: 13 } }, answering(list));
    expect([keysOf(next.page), next.page.places, next.page.hasNextPage]).toEqual([[], 2, true]);
    const last = read({ size: 2, after: { ...row(7), offset: 7, total: 13 } }, answering(list));
    expect([last.offsets, keysOf(last.page)]).toEqual([[7], [8, 9]]);
  });

  it('M9: rows without ids are skipped a hundred at a time', () => {
    const list = [...Array.from({ length: 120 }, () => placeless), ...range(120, 330)];
    const first = read({ size: 3 }, answering(list));
    expect([first.windows.map(({ offset, count }) => [offset, count]), keysOf(first.page)]).toEqual([
      [
        [0, 3],
        [2, 100],
        [101, 100],
      ],
      [120, 121, 122],
    ]);
    const middle = [...range(0, 9), ...Array.from({ length: 20 }, () => placeless), ...range(30, 40)];
    const next = read({ size: 3, after: { ...row(9), offset: 9, total: 41 } }, answering(middle));
    expect([next.offsets, keysOf(next.page)]).toEqual([
      [9, 12],
      [30, 31, 32],
    ]);
    const end = read({ size: 3 }, answering(list.slice(0, 5)));
    expect([keysOf(end.page), end.page.places, end.page.hasNextPage]).toEqual([[], 0, false]);
  });

  it('M9: a list ends even if the workspace counts rows that it does not return', () => {
    const { page, offsets } = read({ size: 3 }, () => ({ rows: [], total: 5 }));
    expect([offsets, keysOf(page), page.hasNextPage, page.hasPreviousPage]).toEqual([[0], [], false, false]);
  });
});

describe('L11: a forged cursor', () => {
  it('L11: a forged cursor leads no farther than 100,000 rows, unless the list is longer', () => {
    const list = range(0, 499);
    for (const cursor of [
      { offset: 0, total: 0 },
      { offset: 3, total: 0 },
      { offset: 4_294_967_295, total: 4_294_967_295 },
      { offset: 4_294_967_295, total: 0 },
      { offset: 0, total: 4_294_967_295 },
    ]) {
      for (const ask of [{ after: { ...row(50), ...cursor } }, { before: { ...row(50), ...cursor } }]) {
        const { offsets } = read({ size: 5, ...ask }, answering(list));
        expect(Math.max(...offsets.slice(0, 1))).toBeLessThanOrEqual(100_000);
        expect(Math.max(0, ...offsets.slice(1))).toBeLessThan(500);
        expect(offsets.length).toBeLessThan(15);
      }
    }
  });

  it('L11: a genuine cursor beyond 100,000 rows finds its place with one extra call', () => {
    const key = 150_000;
    const { offsets, page } = read(
      { size: 3, after: { ...row(key), offset: key, total: 200_000 } },
      ({ offset, count }) => ({
        rows: range(offset, offset + count - 1),
        total: 200_000,
      }),
    );
    expect([offsets, keysOf(page)]).toEqual([
      [100_000, 150_000],
      [150_001, 150_002, 150_003],
    ]);
  });
});

describe('M3: failed fill-up calls', () => {
  it('M3: a failed call to fill up a page leaves it short', () => {
    const fail = () => {
      throw new Error('no more calls');
    };
    const { offsets, page } = read({ size: 5, after: { ...row(50), offset: 50, total: 200 } }, (window, call) =>
      call === 1 ? answering(range(-3, 199))(window) : fail(),
    );
    expect([offsets, keysOf(page), page.hasNextPage]).toEqual([[50, 53], [51, 52], true]);
    expect(() => read({ size: 5 }, fail)).toThrow('no more calls');
  });
});

describe('Wrong totals', () => {
  it('a total smaller than the rows beside it is corrected by the rows', () => {
    const { page } = read({ size: 3 }, () => ({ rows: range(1, 3), total: 1 }));
    expect([keysOf(page), page.hasNextPage, page.total]).toEqual([[1, 2, 3], false, 1]);
    const back = read({ size: 2, before: { ...row(9), offset: 9, total: 10 } }, () => ({
      rows: rowsOf(8, 7, 6),
      total: 1,
    }));
    expect([keysOf(back.page), offsetsOf(back.page)]).toEqual([
      [7, 8],
      [1, 2],
    ]);
  });
});

describe('The search for the next page', () => {
  const cursor = { ...row(50), offset: 50, total: 200 };

  it('the search starts at the cursor’s offset', () => {
    const { windows, page } = read({ size: 5, after: cursor }, answering(range(0, 199)));
    expect([windows, keysOf(page)]).toEqual([[{ offset: 50, count: 6, isReversed: false }], [51, 52, 53, 54, 55]]);
  });

  it('the search then shifts by the growth of the list, once only', () => {
    const { offsets, page } = read({ size: 5, after: cursor }, answering(range(-30, 199)));
    expect([offsets, keysOf(page)]).toEqual([
      [50, 80],
      [51, 52, 53, 54, 55],
    ]);
  });

  it('the search ignores a shift that a response has ruled out', () => {
    // Fifty rows came behind the cursor's, and thirty before it: the total says eighty.
    const { offsets, page } = read({ size: 5, after: cursor }, answering(range(-30, 249)));
    expect(keysOf(page)).toEqual([51, 52, 53, 54, 55]);
    expect([offsets[1], new Set(offsets).size]).toEqual([130, offsets.length]);
    // Thirty rows went from the front, and a hundred came at the end.
    const back = read({ size: 5, after: cursor }, answering(range(30, 299)));
    expect([keysOf(back.page), back.offsets.includes(120)]).toEqual([[51, 52, 53, 54, 55], false]);
  });

  it('the search goes forward in doubling steps, then bisects', () => {
    const { offsets, page } = read({ size: 5, after: cursor }, answering(range(-30, 169)));
    expect(offsets).toEqual([50, 55, 65, 85, 77, 80]);
    expect(keysOf(page)).toEqual([51, 52, 53, 54, 55]);
  });

  it('the search goes backward in doubling steps, then bisects', () => {
    const { offsets, page } = read({ size: 5, after: cursor }, answering(range(40, 239)));
    expect(offsets).toEqual([50, 45, 35, 15, 0, 10]);
    expect(keysOf(page)).toEqual([51, 52, 53, 54, 55]);
  });

  it('the search uses whole windows although the first, at the end of the list, held one row', () => {
    const { offsets, page } = read({ size: 5, after: cursor }, answering(range(60, 110)));
    expect([offsets, keysOf(page)]).toEqual([
      [50, 45, 35, 15, 0],
      [60, 61, 62, 63, 64],
    ]);
  });

  it('the search goes to the front when nothing else is left', () => {
    const { offsets, page } = read(
      { size: 5, after: { ...row(50), offset: 3, total: 200 } },
      answering(range(60, 259)),
    );
    expect(offsets).toEqual([3, 0]);
    expect([keysOf(page), page.hasPreviousPage]).toEqual([[60, 61, 62, 63, 64], false]);
  });
});

describe('Pages that the first response does not fill', () => {
  const cursor = { ...row(50), offset: 50, total: 200 };

  it('a page is filled up by a second call', () => {
    const { offsets, page } = read({ size: 5, after: cursor }, answering(range(-3, 199)));
    expect([offsets, keysOf(page)]).toEqual([
      [50, 53],
      [51, 52, 53, 54, 55],
    ]);
  });

  it('a page is short if the list moved before the second call', () => {
    const { offsets, page } = read({ size: 5, after: cursor }, (window, call) =>
      answering(range(-3 * call, 199))(window),
    );
    expect([offsets, keysOf(page)]).toEqual([
      [50, 53],
      [51, 52],
    ]);
  });

  it('a page at the end of the list needs no second call', () => {
    const { offsets, page } = read({ size: 5, after: { ...row(50), offset: 50, total: 53 } }, answering(range(-2, 52)));
    expect([offsets, keysOf(page), page.hasNextPage]).toEqual([[50], [51, 52], false]);
  });
});

describe('One row per call', () => {
  const cursor = { ...row(50), offset: 50, total: 200 };

  it('M2: at one row per call, the previous response holds the row before a page', () => {
    const { windows, page } = read({ size: 5, after: cursor }, answering(range(0, 199), 1));
    expect([windows.map(({ offset, count }) => [offset, count]), keysOf(page)]).toEqual([
      [
        [50, 6],
        [51, 6],
      ],
      [51],
    ]);
    expect([page.hasNextPage, page.hasPreviousPage]).toEqual([true, true]);
    const last = read({ size: 5, after: { ...row(199), offset: 199, total: 200 } }, answering(range(0, 199), 1));
    expect([keysOf(last.page), last.page.hasNextPage]).toEqual([[], false]);
  });

  it('M2: at one row per call, the search goes row by row if the list has moved', () => {
    for (const list of [range(-30, 199), range(30, 199), range(-5, 194), range(5, 204), range(60, 259)]) {
      const { page } = read({ size: 5, after: cursor }, answering(list, 1));
      expect(keysOf(page)).toEqual([list.find(({ key }) => (key ?? 0) > 50)?.key]);
    }
  });

  it('M2: at one row per call, the previous response proves nothing if the total has changed', () => {
    const { offsets, page } = read({ size: 5, after: cursor }, (window, call) =>
      answering(range(call === 1 ? 0 : 1, 199), 1)(window),
    );
    expect(offsets.slice(0, 3)).toEqual([50, 51, 49]);
    expect(keysOf(page)).toEqual([51]);
  });
});

describe('Lists that cannot be paged', () => {
  const cursor = { ...row(50), offset: 50, total: 200 };

  it('a list that changes faster than it can be read is an error after 40 calls', () => {
    let asked = 0;
    const run = () =>
      read({ size: 5, after: cursor }, ({ offset, count }) => {
        asked += 1;
        return {
          rows: offset > 0 && asked % 2 === 0 ? range(900, 899 + count) : range(1, count),
          total: offset + 1000,
        };
      });
    expect(run).toThrow(
      expect.objectContaining({
        code: 'UPSTREAM_BAD_RESPONSE',
        message: 'The list changes faster than the gateway can read it: try again.',
        detail: 'no page after 40 calls',
      }),
    );
    expect(asked).toBe(40);
  });
});
