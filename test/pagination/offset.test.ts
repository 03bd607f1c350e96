import { describe, expect, it } from 'vitest';
import type { Cursor } from '../../src/pagination/cursor.ts';
import { readOffsetPage, type OffsetAnswer, type OffsetPage, type OffsetWindow } from '../../src/pagination/offset.ts';
import type { Place } from '../../src/pagination/place.ts';

type Answer = OffsetAnswer<Place>;
const row = (key: number): Place => ({ key, id: `id${key}` });
/** Rows of these keys; null for one that cannot be read. */
const rowsOf = (...keys: (number | null)[]) => keys.map((key) => (key === null ? undefined : row(key)));
/** The rows of an ascending list from one key to another. */
const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => row(from + index));

interface Ask {
  readonly size: number;
  readonly after?: Cursor;
  readonly before?: Cursor;
}

/** Reads a page of an ascending list from answers by hand, and tells what was asked for. */
function read({ size, after, before }: Ask, answer: (window: OffsetWindow, call: number) => Answer) {
  const isBackward = before !== undefined;
  const plan = { size, isBackward, cursor: undefined, cursorArgument: 'after' as const };
  const reader = readOffsetPage<Place>({ plan, cursor: after ?? before, isDescending: false, placeOf: (place) => place });
  const windows: OffsetWindow[] = [];
  let step = reader.next();
  while (step.done !== true) {
    windows.push(step.value);
    if (windows.length > 100) throw new Error('it never ends');
    step = reader.next(answer(step.value, windows.length));
  }
  return { windows, offsets: windows.map(({ offset }) => offset), page: step.value };
}
const keysOf = ({ rows }: OffsetPage<Place>) => rows.map(({ key }) => key);

/** A list of ascending keys as the workspace answers it. */
const answering = (list: readonly (Place | undefined)[], cap = 100) => ({ offset, count }: OffsetWindow): Answer =>
  ({ rows: list.slice(offset, offset + Math.min(count, cap)), total: list.length });

describe('a page with rows that cannot be read', () => {
  it('leaves them out, and knows the places of the others', () => {
    const { page } = read({ size: 4 }, () => ({ rows: rowsOf(1, null, 3, null), total: 9 }));
    expect([keysOf(page), page.offsets, page.hasNextPage, page.hasPreviousPage]).toEqual([[1, 3], [0, 2], true, false]);
  });

  it('counts places from the other end when it is read backward', () => {
    const { page, windows } = read({ size: 3, before: { ...row(90), offset: 90, total: 100 } }, ({ count }) => {
      expect(count).toBe(4);
      return { rows: rowsOf(90, 89, null, 87), total: 100 };
    });
    expect(windows).toEqual([{ offset: 9, count: 4, isReversed: true }]);
    expect([keysOf(page), page.offsets]).toEqual([[87, 89], [87, 89]]);
    expect([page.hasNextPage, page.hasPreviousPage]).toEqual([true, true]);
  });

  it('takes none of them for the row before its first', () => {
    const list = [...rowsOf(0, 1, 2, null), ...range(4, 20)];
    const { page, offsets } = read({ size: 2, after: { ...row(3), offset: 3, total: 21 } }, answering(list));
    expect([offsets[0], keysOf(page)]).toEqual([3, [4]]);
  });
});

describe('a page of a list whose total is wrong', () => {
  it('that is smaller than the rows beside it, is told by the rows', () => {
    const { page } = read({ size: 3 }, () => ({ rows: range(1, 3), total: 1 }));
    expect([keysOf(page), page.hasNextPage, page.total]).toEqual([[1, 2, 3], false, 1]);
    const back = read({ size: 2, before: { ...row(9), offset: 9, total: 10 } }, () => ({ rows: rowsOf(8, 7, 6), total: 1 }));
    expect([keysOf(back.page), back.page.offsets]).toEqual([[7, 8], [1, 2]]);
  });
});

describe('where the next page is looked for', () => {
  const cursor = { ...row(50), offset: 50, total: 200 };

  it('is where its cursor was', () => {
    const { windows, page } = read({ size: 5, after: cursor }, answering(range(0, 199)));
    expect([windows, keysOf(page)]).toEqual([[{ offset: 50, count: 6, isReversed: false }], [51, 52, 53, 54, 55]]);
  });

  it('then as far on as the list has grown, and once only', () => {
    const { offsets, page } = read({ size: 5, after: cursor }, answering(range(-30, 199)));
    expect([offsets, keysOf(page)]).toEqual([[50, 80], [51, 52, 53, 54, 55]]);
  });

  it('not where the total points when an answer has shown that it is elsewhere', () => {
    // Fifty rows came behind the cursor's, and thirty before it: the total says eighty.
    const { offsets, page } = read({ size: 5, after: cursor }, answering(range(-30, 249)));
    expect(keysOf(page)).toEqual([51, 52, 53, 54, 55]);
    expect([offsets[1], new Set(offsets).size]).toEqual([130, offsets.length]);
    // Thirty rows went from the front, and a hundred came at the end.
    const back = read({ size: 5, after: cursor }, answering(range(30, 299)));
    expect([keysOf(back.page), back.offsets.includes(120)]).toEqual([[51, 52, 53, 54, 55], false]);
  });

  it('forward in steps that double, then in the middle of what is left', () => {
    const { offsets, page } = read({ size: 5, after: cursor }, answering(range(-30, 169)));
    expect(offsets).toEqual([50, 55, 65, 85, 77, 80]);
    expect(keysOf(page)).toEqual([51, 52, 53, 54, 55]);
  });

  it('backward in steps that double, then in the middle of what is left', () => {
    const { offsets, page } = read({ size: 5, after: cursor }, answering(range(40, 239)));
    expect(offsets).toEqual([50, 45, 35, 15, 0, 10]);
    expect(keysOf(page)).toEqual([51, 52, 53, 54, 55]);
  });

  it('at the front, when nothing before it is left', () => {
    const { offsets, page } = read({ size: 5, after: { ...row(50), offset: 3, total: 200 } }, answering(range(60, 259)));
    expect(offsets).toEqual([3, 0]);
    expect([keysOf(page), page.hasPreviousPage]).toEqual([[60, 61, 62, 63, 64], false]);
  });
});

describe('a page whose rows are not all in the first answer', () => {
  const cursor = { ...row(50), offset: 50, total: 200 };

  it('is filled up by one more', () => {
    const { offsets, page } = read({ size: 5, after: cursor }, answering(range(-3, 199)));
    expect([offsets, keysOf(page)]).toEqual([[50, 53], [51, 52, 53, 54, 55]]);
  });

  it('is not filled up again when the list has moved in between: it is short', () => {
    const { offsets, page } = read({ size: 5, after: cursor }, (window, call) => answering(range(-3 * call, 199))(window));
    expect([offsets, keysOf(page)]).toEqual([[50, 53], [51, 52]]);
  });

  it('needs no other when the list ends with it', () => {
    const { offsets, page } = read({ size: 5, after: { ...row(50), offset: 50, total: 53 } }, answering(range(-2, 52)));
    expect([offsets, keysOf(page), page.hasNextPage]).toEqual([[50], [51, 52], false]);
  });
});

describe('a list that cannot be paged', () => {
  const cursor = { ...row(50), offset: 50, total: 200 };

  it('as the workspace gives one row a call, is said to be so', () => {
    const error = { code: 'UPSTREAM_BAD_RESPONSE', message: 'The workspace gives one row a call: its lists cannot be paged.' };
    expect(() => read({ size: 5, after: cursor }, answering(range(0, 199), 1))).toThrow(expect.objectContaining(error));
    const last = read({ size: 5, after: { ...row(199), offset: 199, total: 200 } }, answering(range(0, 199), 1));
    expect([keysOf(last.page), last.page.hasNextPage]).toEqual([[], false]);
  });

  it('as it changes faster than it can be read, is given up after 40 calls', () => {
    let asked = 0;
    const run = () => read({ size: 5, after: cursor }, ({ offset, count }) => {
      asked += 1;
      return { rows: offset > 0 && asked % 2 === 0 ? range(900, 899 + count) : range(1, count), total: offset + 1000 };
    });
    expect(run).toThrow(expect.objectContaining({ code: 'UPSTREAM_BAD_RESPONSE', message: 'The list changes faster than it can be read: try again.', detail: 'no page after 40 calls' }));
    expect(asked).toBe(40);
  });
});
