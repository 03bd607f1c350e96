import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { offsetList, timelineList, type ModelList } from './model.ts';

const base = 1_700_000_000_000;
const idAt = (index: number) => `m${String(index).padStart(5, '0')}`;

function fill(list: ModelList, count: number, key = (index: number) => base + index * 1000): ModelList {
  for (let index = 0; index < count; index += 1) list.rows.set(idAt(index), { id: idAt(index), key: key(index) });
  return list;
}

function walk(list: ModelList, size: number, isBackward = false) {
  const calls: number[] = [];
  const sizes: number[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = list.page({ size, isBackward, cursor });
    calls.push(page.calls);
    sizes.push(page.rows.length);
    if (!(isBackward ? page.hasPreviousPage : page.hasNextPage)) return { calls, sizes };
    cursor = isBackward ? page.startCursor : page.endCursor;
  }
}

describe('The calls of a page', () => {
  it.each([
    ['0 rows', 0, [1], [0]],
    ['1 row', 1, [1], [1]],
    ['20 rows', 20, [1], [20]],
    ['21 rows', 21, [1, 1], [20, 1]],
    ['100 rows', 100, [1, 1, 1, 1, 1], [20, 20, 20, 20, 20]],
  ])('a page takes one call if nothing changed: %s, forward and backward', (_name, count, calls, sizes) => {
    for (const isBackward of [false, true]) {
      const list = fill(offsetList({ isDescending: true, caps: [100] }), count);
      expect(walk(list, 20, isBackward)).toEqual({ calls, sizes });
    }
  });

  it('a page of a hundred rows takes one call, and after a cursor has ninety-nine rows', () => {
    const list = fill(offsetList({ isDescending: true, caps: [100] }), 300);
    expect(walk(list, 100)).toEqual({ calls: [1, 1, 1, 1], sizes: [100, 99, 99, 2] });
  });

  it('a page takes one call and has fewer rows if the workspace caps responses at 50', () => {
    const list = fill(offsetList({ isDescending: false, caps: [50] }), 120);
    expect(walk(list, 100)).toEqual({ calls: [1, 1, 1], sizes: [50, 49, 21] });
  });

  it('a history page takes one call, and two if it must prove the end', () => {
    const history = (count: number) => fill(timelineList({ caps: [100], isInclusive: false }), count);
    expect(walk(history(100), 20)).toEqual({ calls: [1, 1, 1, 1, 2], sizes: [20, 20, 20, 20, 20] });
    expect(walk(history(5), 20)).toEqual({ calls: [2], sizes: [5] });
    expect(walk(history(1), 20)).toEqual({ calls: [2], sizes: [1] });
    expect(walk(history(0), 20)).toEqual({ calls: [1], sizes: [0] });
  });

  it('a history page takes two calls if the workspace capped it, except behind all its rows', () => {
    const list = fill(timelineList({ caps: [21], isInclusive: false }), 60);
    expect(walk(list, 40)).toEqual({ calls: [2, 2, 2], sizes: [21, 20, 19] });
    expect(walk(fill(timelineList({ caps: [20], isInclusive: false }), 60), 19).calls.slice(0, 2)).toEqual([1, 2]);
  });

  it('a history page takes at most two calls if many messages share a millisecond, and three once at the end', () => {
    const property = fc.property(
      fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 100 }),
      fc.boolean(),
      (bursts, size, isUnstable) => {
        const keys = bursts.flatMap((burst, at) => Array.from({ length: burst }, () => base + at));
        const list = fill(
          timelineList({ caps: [100], isInclusive: false, isUnstable }),
          keys.length,
          (index) => keys[index] ?? 0,
        );
        const { calls, sizes } = walk(list, size);
        expect(sizes.reduce((sum, rows) => sum + rows, 0)).toBe(keys.length);
        expect(Math.max(...calls)).toBeLessThanOrEqual(3);
        expect(calls.filter((count) => count === 3).length).toBeLessThanOrEqual(1);
        if ((bursts[0] ?? 0) === 1) expect(Math.max(...calls)).toBeLessThanOrEqual(2);
      },
    );
    fc.assert(property, { numRuns: 300, seed: 5 });
  });

  it('a history page of a hundred holds back its last row for the next page', () => {
    const list = fill(timelineList({ caps: [100], isInclusive: false }), 100);
    expect(walk(list, 100)).toEqual({ calls: [1, 2], sizes: [99, 1] });
  });

  it('backward pages from the oldest row take one call while newer messages arrive', () => {
    const list = fill(offsetList({ isDescending: true, caps: [100] }), 60);
    const first = list.page({ size: 20, isBackward: true, cursor: undefined });
    fill(list, 200);
    expect(list.page({ size: 20, isBackward: true, cursor: first.startCursor })).toMatchObject({ calls: 1 });
  });

  it('a page takes two calls and is full if a few messages arrived in front', () => {
    const list = fill(offsetList({ isDescending: true, caps: [100] }), 60);
    const first = list.page({ size: 20, isBackward: false, cursor: undefined });
    fill(list, 65);
    const second = list.page({ size: 20, isBackward: false, cursor: first.endCursor });
    expect(second.calls).toBe(2);
    expect(second.rows.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, index) => idAt(39 - index)));
  });

  it('a page takes two calls for any number of arrivals in front, because the total shows the shift', () => {
    const list = fill(offsetList({ isDescending: true, caps: [100] }), 60);
    const first = list.page({ size: 20, isBackward: false, cursor: undefined });
    fill(list, 9000);
    expect(list.page({ size: 20, isBackward: false, cursor: first.endCursor })).toMatchObject({ calls: 2 });
  });

  it('a page takes O(log drift) calls if the total does not show the shift', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4000 }), fc.boolean(), fc.constantFrom(1, 5, 20), (drift, isGone, size) => {
        // As many rows come at one end as go at the other, so the total stays and the cursor's row moves by `drift`.
        const list = fill(offsetList({ isDescending: false, caps: [100] }), 9000);
        const start = isGone ? 4500 : 300;
        let cursor: string | undefined;
        for (let at = 0; at < start; at += 99) cursor = list.page({ size: 99, isBackward: false, cursor }).endCursor;
        for (let index = 0; index < drift; index += 1) {
          if (isGone) list.rows.delete(idAt(index));
          else list.rows.set(`n${index}`, { id: `n${index}`, key: base - 1 - index });
          const other = 8999 - index;
          if (isGone) list.rows.set(`n${index}`, { id: `n${index}`, key: base + 9_000_000 + index });
          else list.rows.delete(idAt(other));
        }
        const page = list.page({ size, isBackward: false, cursor });
        expect(page.rows).toHaveLength(size);
        expect(page.calls).toBeLessThanOrEqual(4 + 2 * Math.ceil(Math.log2(drift / size + 2)));
      }),
      { numRuns: 40, seed: 7 },
    );
  });
});

describe('Regressions found by the model', () => {
  it('a page continues where its cursor and all neighbours were deleted', () => {
    const list = fill(offsetList({ isDescending: true, caps: [100] }), 60);
    const first = list.page({ size: 20, isBackward: false, cursor: undefined });
    for (let index = 30; index < 60; index += 1) list.rows.delete(idAt(index));
    const second = list.page({ size: 5, isBackward: false, cursor: first.endCursor });
    expect(second.rows.map(({ id }) => id)).toEqual([29, 28, 27, 26, 25].map(idAt));
    expect(second).toMatchObject({ hasPreviousPage: false, hasNextPage: true });
  });

  it('a row alone at the end of a response is not taken for the row behind the previous response', () => {
    const list = offsetList({ isDescending: false, caps: [100] });
    const put = (...ids: string[]) => {
      for (const id of ids) list.rows.set(id, { id, key: id.length });
    };
    put('b', 'c', 'f');
    const first = list.page({ size: 1, isBackward: false, cursor: undefined });
    put('a', 'e', 'gg');
    list.betweenCalls = () => {
      for (const id of ['a', 'b', 'c']) list.rows.delete(id);
    };
    const second = list.page({ size: 1, isBackward: false, cursor: first.endCursor });
    expect(second.rows.map(({ id }) => id)).toEqual(['e']);
  });

  it('a millisecond with more messages than a page loses none', () => {
    for (const cap of [2, 7, 100]) {
      const list = fill(timelineList({ caps: [cap], isInclusive: true }), 150, () => base);
      let cursor: string | undefined;
      const seen: string[] = [];
      for (;;) {
        const page = list.page({ size: 10, isBackward: false, cursor });
        seen.push(...page.rows.map(({ id }) => id));
        if (!page.hasNextPage) break;
        cursor = page.endCursor;
      }
      expect(seen).toEqual(list.ordered().map(({ id }) => id));
    }
  });

  it('a message deleted between two calls of one page hides none that shares its millisecond', () => {
    const list = fill(timelineList({ caps: [2], isInclusive: false }), 3, () => base);
    list.betweenCalls = () => {
      list.rows.delete(idAt(0));
      list.betweenCalls = () => undefined;
    };
    const page = list.page({ size: 20, isBackward: false, cursor: undefined });
    expect(page.rows.map(({ id }) => id)).toEqual(expect.arrayContaining([idAt(1), idAt(2)]));
  });

  it('a list end that disappears while the next page is read is an empty page, not an error', () => {
    const list = fill(offsetList({ isDescending: true, caps: [100] }), 40);
    const first = list.page({ size: 20, isBackward: false, cursor: undefined });
    list.rows.clear();
    expect(list.page({ size: 20, isBackward: false, cursor: first.endCursor })).toMatchObject({
      rows: [],
      hasNextPage: false,
      hasPreviousPage: false,
    });
  });
});
