import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePlaces } from '../../src/pagination/place.ts';
import { offsetList, timelineList, wholeList, type ModelList, type ModelPage, type ModelRow } from './model.ts';

/**
 * The promise: read page by page, forward or backward, while rows come and go, every row that is there from the first
 * to the last call, with an unchanged key, is delivered exactly once and in order; and `hasNextPage` and
 * `hasPreviousPage` are true exactly when a row remains on that side.
 */

/** Runs of each property; the nightly size is set by the environment of the test run. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 1500);
const seed = Number(process.env['PROPERTY_SEED'] ?? 20_261_121);

type Change =
  | { readonly kind: 'insert'; readonly row: ModelRow }
  | { readonly kind: 'delete'; readonly pick: number }
  | { readonly kind: 'move'; readonly pick: number; readonly key: number | null }
  | { readonly kind: 'deleteAround'; readonly width: number };

const idOf = fc.stringMatching(/^[A-Za-z0-9]{3}$/);
/** Few keys: ties are the rule. */
const keyOf = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_012 }) }, {
  weight: 1,
  arbitrary: fc.constant(null),
});
const timeOf = fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_012 });

function changeOf(key: fc.Arbitrary<number | null>): fc.Arbitrary<Change> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('insert' as const), row: fc.record({ id: idOf, key }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), pick: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('move' as const), pick: fc.nat(), key }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('deleteAround' as const), width: fc.nat(6) }) },
  );
}

interface Walk {
  readonly rows: ModelRow[];
  readonly sizes: number[];
  /** Between two pages. */
  readonly changes: Change[][];
  /** Between two calls of one page. */
  readonly changesWithin: Change[];
  readonly isBackward: boolean;
}

const walkOf = (key: fc.Arbitrary<number | null>, canGoBack: boolean): fc.Arbitrary<Walk> =>
  fc.record({
    rows: fc.uniqueArray(fc.record({ id: idOf, key }), { selector: (row) => row.id, maxLength: 60 }),
    sizes: fc.array(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constantFrom(20, 99, 100)), { minLength: 1, maxLength: 5 }),
    changes: fc.array(fc.array(changeOf(key), { maxLength: 8 }), { maxLength: 8 }),
    changesWithin: fc.array(changeOf(key), { maxLength: 4 }),
    isBackward: canGoBack ? fc.boolean() : fc.constant(false),
  });

/** Applies one change; tells the rows that were touched, which the promise then leaves out. */
function apply(list: ModelList, change: Change, edge: ModelRow | undefined): string[] {
  const { rows } = list;
  if (change.kind === 'insert') {
    rows.set(change.row.id, change.row);
    return [change.row.id];
  }
  if (change.kind === 'deleteAround') {
    const ordered = list.ordered();
    const at = ordered.findIndex((row) => row.id === edge?.id);
    if (at === -1) return [];
    const gone = ordered.slice(Math.max(0, at - change.width), at + change.width + 1).map((row) => row.id);
    for (const id of gone) rows.delete(id);
    return gone;
  }
  const row = [...rows.values()][change.pick % Math.max(1, rows.size)];
  if (row === undefined) return [];
  if (change.kind === 'delete') rows.delete(row.id);
  else rows.set(row.id, { id: row.id, key: change.key });
  return [row.id];
}

function checkWalk(list: ModelList, { rows, sizes, changes, changesWithin, isBackward }: Walk, isDescending: boolean): void {
  for (const row of rows) list.rows.set(row.id, row);
  const touched = new Set<string>();
  const delivered: ModelRow[] = [];
  let cursor: string | undefined;
  let edge: ModelRow | undefined;
  const left = [...changesWithin];
  const touchedWithin = new Set<string>();
  list.betweenCalls = () => {
    for (const change of left.splice(0, 1)) for (const id of apply(list, change, edge)) touchedWithin.add(id);
  };
  for (let turn = 0; ; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    const page = list.page({ size, isBackward, cursor });
    expect(page.rows.length).toBeLessThanOrEqual(size);
    checkFlags(list, page, { isDescending, edge, isBackward, touchedWithin });
    for (const id of touchedWithin) touched.add(id);
    touchedWithin.clear();
    delivered.push(...(isBackward ? page.rows.toReversed() : page.rows));
    if (page.rows.length > 0) edge = isBackward ? page.rows[0] : page.rows.at(-1);
    const hasMore = isBackward ? page.hasPreviousPage : page.hasNextPage;
    if (!hasMore) break;
    // A page may be short, but it may not stand still while rows remain.
    expect(page.rows.length).toBeGreaterThan(0);
    cursor = isBackward ? page.startCursor : page.endCursor;
    for (const change of changes[turn] ?? []) for (const id of apply(list, change, edge)) touched.add(id);
  }
  const sign = isDescending === isBackward ? 1 : -1;
  const untouched = delivered.filter((row) => !touched.has(row.id));
  const expected = rows.filter((row) => !touched.has(row.id) && list.ordered().some(({ id }) => id === row.id));
  expect(untouched.map(({ id }) => id)).toEqual(
    expected.toSorted((a, b) => sign * comparePlaces(a, b)).map(({ id }) => id),
  );
  // Never twice in the same place, whatever happened to a row.
  const places = delivered.map(({ id, key }) => `${id} ${key}`);
  expect(new Set(places).size).toBe(places.length);
}

interface FlagCheck {
  readonly isDescending: boolean;
  /** The last row delivered before this page. */
  readonly edge: ModelRow | undefined;
  readonly isBackward: boolean;
  /** Rows that came, went or moved between two calls of this page: the flags may tell of either moment. */
  readonly touchedWithin: ReadonlySet<string>;
}

/** The flags against the whole truth of the moment. */
function checkFlags(list: ModelList, page: ModelPage, { isDescending, edge, isBackward, touchedWithin }: FlagCheck): void {
  const order = (a: ModelRow, b: ModelRow) => (isDescending ? comparePlaces(b, a) : comparePlaces(a, b));
  const all = list.ordered();
  const check = (flag: boolean, isBeyond: (row: ModelRow) => boolean) => {
    const beyond = all.filter(isBeyond);
    if (touchedWithin.size === 0) expect(flag).toBe(beyond.length > 0);
    else if (beyond.some(({ id }) => !touchedWithin.has(id))) expect(flag).toBe(true);
  };
  const first = page.rows[0];
  const last = page.rows.at(-1);
  if (first !== undefined && last !== undefined) {
    check(page.hasPreviousPage, (row) => order(row, first) < 0);
    check(page.hasNextPage, (row) => order(row, last) > 0);
    return;
  }
  // An empty page lies just behind the edge that the cursor names.
  const isBehind = (row: ModelRow) => edge !== undefined && (isBackward ? order(row, edge) < 0 : order(row, edge) > 0);
  expect(all.filter((row) => isBehind(row) && !touchedWithin.has(row.id))).toEqual([]);
  check(isBackward ? page.hasNextPage : page.hasPreviousPage, () => true);
}

describe('every row that stays is delivered exactly once, in order', () => {
  it('in lists paged by offset, in both orders and directions, with any cap of the workspace from 2 on', () => {
    fc.assert(
      fc.property(walkOf(keyOf, true), fc.boolean(), fc.constantFrom(2, 3, 7, 50, 100), (walk, isDescending, cap) =>
        checkWalk(offsetList({ isDescending, cap }), walk, isDescending),
      ),
      { numRuns: numRuns * 2, seed },
    );
  });

  it('in histories, with ranges and any cap of the workspace from 2 on', () => {
    const range = fc.record({
      since: fc.option(timeOf, { nil: undefined }),
      until: fc.option(timeOf, { nil: undefined }),
      isInclusive: fc.boolean(),
      cap: fc.constantFrom(2, 3, 7, 50, 100),
    });
    fc.assert(
      fc.property(walkOf(timeOf, false), range, (walk, options) => checkWalk(timelineList(options), walk, true)),
      { numRuns: numRuns * 2, seed },
    );
  });

  it('in lists that upstream answers whole', () => {
    fc.assert(
      fc.property(walkOf(keyOf, true), (walk) => checkWalk(wholeList(), walk, false)),
      { numRuns, seed },
    );
  });
});
