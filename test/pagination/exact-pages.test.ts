import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { comparePlaces, type Place } from '../../src/pagination/place.ts';
import {
  CallFailed,
  offsetList,
  timelineList,
  wholeList,
  type ModelAsk,
  type ModelList,
  type ModelPage,
  type ModelRow,
} from './model.ts';

/**
 * The promise: read page by page, forward or backward, while rows come and go, every row that is there from the first
 * to the last call, with an unchanged key, is delivered exactly once and in order; and `hasNextPage` and
 * `hasPreviousPage` are true exactly when a row remains on that side. In worlds where many rows have one key, answers
 * are capped by a figure that changes from call to call, rows cannot be read, clocks run apart and far ahead.
 */

/** Runs of each property; the nightly size is set by the environment of the test run. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 1000);
const seed = Number(process.env['PROPERTY_SEED'] ?? 20_261_121);

type Change =
  | { readonly kind: 'insert'; readonly row: ModelRow }
  | { readonly kind: 'delete'; readonly pick: number }
  | { readonly kind: 'move'; readonly pick: number; readonly key: number | null }
  | { readonly kind: 'deleteAround'; readonly width: number };

const idOf = fc.stringMatching(/^[A-Za-z0-9]{3}$/);
const base = 1_700_000_000_000;
const farAhead = Date.parse('9999-12-31T23:59:59.999Z');
/** Few keys, and one that many rows have: ties are the rule. */
const timeOf = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: base, max: base + 12 }) },
  { weight: 4, arbitrary: fc.constant(base + 5) },
  { weight: 1, arbitrary: fc.constantFrom(farAhead, farAhead - 1, Date.parse('2031-01-01T00:00:00.000Z'), 0) },
);
const keyOf = fc.oneof({ weight: 8, arbitrary: timeOf }, { weight: 1, arbitrary: fc.constant(null) });

/** Rows that upstream lists and the gateway leaves out: none in most worlds. */
type Losses = 'none' | 'in their places' | 'also without places';
const lossesOf: fc.Arbitrary<Losses> = fc.constantFrom('none', 'none', 'in their places', 'also without places');

function rowWith(row: { readonly id: string; readonly key: number | null }, losses: Losses): ModelRow {
  const last = row.id.charCodeAt(2);
  if (losses === 'also without places' && last % 8 === 0) return { ...row, isLeftOut: 'without a place' };
  return losses !== 'none' && last % 3 === 0 ? { ...row, isLeftOut: 'in its place' } : row;
}

function changeOf(key: fc.Arbitrary<number | null>): fc.Arbitrary<Change> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('insert' as const), row: fc.record({ id: idOf, key }) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), pick: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('move' as const), pick: fc.nat(), key }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('deleteAround' as const), width: fc.nat(6) }) },
  );
}

interface Walk {
  readonly rows: { readonly id: string; readonly key: number | null }[];
  readonly losses: Losses;
  readonly sizes: number[];
  /** Between two pages. */
  readonly changes: Change[][];
  /** Between two calls of one page. */
  readonly changesWithin: Change[];
  readonly isBackward: boolean;
}

/** Where a page cannot prove that nothing changes between two of its calls, nothing does. */
const atRest = (walk: Walk): Walk => ({ ...walk, changesWithin: [] });

const walkOf = (key: fc.Arbitrary<number | null>, canGoBack: boolean): fc.Arbitrary<Walk> =>
  fc
    .record({
      rows: fc.uniqueArray(fc.record({ id: idOf, key }), { selector: (row) => row.id, maxLength: 60 }),
      losses: lossesOf,
      sizes: fc.array(fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constantFrom(20, 99, 100)), {
        minLength: 1,
        maxLength: 5,
      }),
      changes: fc.array(fc.array(changeOf(key), { maxLength: 8 }), { maxLength: 8 }),
      changesWithin: fc.array(changeOf(key), { maxLength: 4 }),
      isBackward: canGoBack ? fc.boolean() : fc.constant(false),
    })
    // Rows without a place can only be counted.
    .map((walk) => (walk.losses === 'also without places' ? atRest(walk) : walk));

const unstableWalk = walkOf(timeOf, false).filter(({ losses }) => losses !== 'also without places');

/** Applies one change and returns the rows touched, which the guarantee excludes. */
function apply(list: ModelList, change: Change, edge: Place | undefined, losses: Losses): string[] {
  const { rows } = list;
  if (change.kind === 'insert') {
    rows.set(change.row.id, rowWith(change.row, losses));
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
  else rows.set(row.id, { ...row, key: change.key });
  return [row.id];
}

/** A client asks again for a page that it did not get. */
function readPage(list: ModelList, ask: ModelAsk): ModelPage {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return list.page(ask);
    } catch (error) {
      if (!(error instanceof CallFailed) || attempt > 5000) throw error;
    }
  }
}

/** Reads a list to its end while it changes, and returns the calls of its pages. */
function checkWalk(
  list: ModelList,
  { rows, losses, sizes, changes, changesWithin, isBackward }: Walk,
  isDescending: boolean,
): number[] {
  for (const row of rows) list.rows.set(row.id, rowWith(row, losses));
  const touched = new Set<string>();
  const delivered: ModelRow[] = [];
  const calls: number[] = [];
  let cursor: string | undefined;
  let edge: Place | undefined;
  const left = [...changesWithin];
  const touchedWithin = new Set<string>();
  list.betweenCalls = () => {
    for (const change of left.splice(0, 1)) for (const id of apply(list, change, edge, losses)) touchedWithin.add(id);
  };
  for (let turn = 0; ; turn += 1) {
    expect(turn).toBeLessThan(400);
    const size = sizes[turn % sizes.length] ?? 1;
    const page = readPage(list, { size, isBackward, cursor });
    calls.push(page.calls);
    expect(page.rows.length).toBeLessThanOrEqual(size);
    checkFlags(list, page, { isDescending, edge, isBackward, touchedWithin });
    checkGap(list, page, touchedWithin);
    for (const id of touchedWithin) touched.add(id);
    touchedWithin.clear();
    delivered.push(...(isBackward ? page.rows.toReversed() : page.rows));
    edge = (isBackward ? page.startPlace : page.endPlace) ?? edge;
    const hasMore = isBackward ? page.hasPreviousPage : page.hasNextPage;
    if (!hasMore) break;
    // A page may be short, but it may not stand still while rows remain.
    if (losses === 'none') expect(page.rows.length).toBeGreaterThan(0);
    cursor = isBackward ? page.startCursor : page.endCursor;
    expect(cursor).toBeDefined();
    for (const change of changes[turn] ?? []) for (const id of apply(list, change, edge, losses)) touched.add(id);
  }
  const sign = isDescending === isBackward ? 1 : -1;
  const untouched = delivered.filter((row) => !touched.has(row.id));
  const expected = list
    .ordered()
    .filter(({ id, isLeftOut }) => isLeftOut === undefined && !touched.has(id) && rows.some((row) => row.id === id));
  expect(untouched.map(({ id }) => id)).toEqual(
    expected.toSorted((a, b) => sign * comparePlaces(a, b)).map(({ id }) => id),
  );
  // Never twice in the same place, whatever happened to a row.
  const places = delivered.map(({ id, key }) => `${id} ${key}`);
  expect(new Set(places).size).toBe(places.length);
  return calls;
}

const isPlaceless = ({ isLeftOut }: ModelRow): boolean => isLeftOut === 'without a place';

interface FlagCheck {
  readonly isDescending: boolean;
  /** Where the page before this one ended. */
  readonly edge: Place | undefined;
  readonly isBackward: boolean;
  /** Rows that came, went or moved between two calls of this page: the flags may reflect either moment. */
  readonly touchedWithin: ReadonlySet<string>;
}

/** Checks the flags against the current list. If only rows left out remain, either value is right. */
function checkFlags(
  list: ModelList,
  page: ModelPage,
  { isDescending, edge, isBackward, touchedWithin }: FlagCheck,
): void {
  const order = (a: Place, b: Place) => (isDescending ? comparePlaces(b, a) : comparePlaces(a, b));
  const all = list.ordered();
  const check = (flag: boolean, isBeyond: (row: ModelRow) => boolean) => {
    const beyond = all.filter((row) => isBeyond(row));
    if (beyond.some(({ id, isLeftOut }) => isLeftOut === undefined && !touchedWithin.has(id))) expect(flag).toBe(true);
    if (beyond.length === 0 && touchedWithin.size === 0 && !all.some(isPlaceless)) expect(flag).toBe(false);
  };
  const first = page.startPlace;
  const last = page.endPlace;
  if (first !== undefined && last !== undefined) {
    check(page.hasPreviousPage, (row) => order(row, first) < 0);
    check(page.hasNextPage, (row) => order(row, last) > 0);
    return;
  }
  // An empty page lies just behind the edge that the cursor names.
  const isBehind = (row: ModelRow) => edge === undefined || (isBackward ? order(row, edge) < 0 : order(row, edge) > 0);
  const isMissed = (row: ModelRow) => isBehind(row) && row.isLeftOut === undefined && !touchedWithin.has(row.id);
  expect(all.filter(isMissed)).toEqual([]);
  check(isBackward ? page.hasNextPage : page.hasPreviousPage, (row) => !isBehind(row));
}

/** Checks the gap between `since` and the page: exact or null. */
function checkGap(list: ModelList, { gap, endPlace }: ModelPage, touchedWithin: ReadonlySet<string>): void {
  if (gap === undefined || touchedWithin.size > 0) return;
  const { since } = list;
  const behind =
    endPlace === undefined
      ? []
      : list.ordered().filter((row) => comparePlaces(row, endPlace) < 0 && (row.key ?? 0) > (since ?? 0));
  if ([...list.rows.values()].some(isPlaceless)) return;
  expect(gap.count).toBe(behind.length);
  const oldest = behind.filter(({ key }) => key === behind.at(-1)?.key);
  if (gap.first !== undefined) expect(oldest.map(({ id }) => id)).toContain(gap.first.id);
  else expect(oldest.length === 0 || oldest.some(({ isLeftOut }) => isLeftOut !== undefined)).toBe(true);
}

/** Caps of answers: always the same, or by turns those of several instances. */
const capsOf = fc.oneof(
  fc.constantFrom([100], [100], [50], [7], [3], [2]),
  fc.array(fc.constantFrom(2, 3, 7, 50, 100), { minLength: 2, maxLength: 5 }),
);
const rangeOf = {
  since: fc.option(timeOf, { nil: undefined }),
  until: fc.option(timeOf, { nil: undefined }),
  isInclusive: fc.boolean(),
};

describe('Every row that stays is delivered exactly once, in order', () => {
  it('offset lists deliver every row exactly once in both orders and directions, with any cap from 2', () => {
    fc.assert(
      fc.property(walkOf(keyOf, true), fc.boolean(), capsOf, (walk, isDescending, caps) => {
        checkWalk(offsetList({ isDescending, caps }), walk, isDescending);
      }),
      { numRuns: numRuns * 2, seed },
    );
  });

  it('histories deliver every row exactly once with ranges and any cap from 2', () => {
    fc.assert(
      fc.property(walkOf(timeOf, false), fc.record({ ...rangeOf, caps: capsOf }), (walk, options) => {
        checkWalk(timelineList(options), walk, true);
      }),
      { numRuns: numRuns * 2, seed },
    );
  });

  it('histories deliver every row exactly once if the order within a millisecond varies per call', () => {
    const property = fc.property(unstableWalk, fc.record(rangeOf), (walk, options) => {
      checkWalk(timelineList({ ...options, caps: [100], isUnstable: true }), walk, true);
    });
    fc.assert(property, { numRuns, seed });
  });

  it('histories of varying order deliver every row exactly once under caps, or report a millisecond over the cap', () => {
    let refused = 0;
    const property = fc.property(unstableWalk.map(atRest), fc.record({ ...rangeOf, caps: capsOf }), (walk, options) => {
      const list = timelineList({ ...options, isUnstable: true });
      try {
        checkWalk(list, walk, true);
      } catch (error) {
        if (!(error instanceof GatewayError) || error.detail !== 'no order within a millisecond') throw error;
        refused += 1;
        const sizes = [...Map.groupBy(list.rows.values(), ({ key }) => key).values()].map((rows) => rows.length);
        expect(Math.max(...sizes)).toBeGreaterThan(Math.min(...options.caps));
      }
    });
    fc.assert(property, { numRuns, seed });
    expect(refused).toBeGreaterThan(0);
  });

  it('lists deliver every row exactly once at one row per call, if nothing changes during a page', () => {
    const offsets = fc.property(walkOf(keyOf, true).map(atRest), fc.boolean(), (walk, isDescending) => {
      checkWalk(offsetList({ isDescending, caps: [1] }), walk, isDescending);
    });
    fc.assert(offsets, { numRuns: Math.ceil(numRuns / 4), seed });
    const histories = fc.property(walkOf(timeOf, false).map(atRest), fc.record(rangeOf), (walk, options) => {
      checkWalk(timelineList({ ...options, caps: [1] }), walk, true);
    });
    fc.assert(histories, { numRuns: Math.ceil(numRuns / 4), seed });
  });

  it('lists deliver every row exactly once although calls fail: a page is retried or shorter', () => {
    const failuresOf = fc.infiniteStream(fc.boolean());
    const failing = (list: ModelList, failures: Iterator<boolean>): ModelList =>
      Object.assign(list, { failsNext: () => failures.next().value === true });
    const offsets = fc.property(
      walkOf(keyOf, true),
      fc.boolean(),
      capsOf,
      failuresOf,
      (walk, isDescending, caps, failures) => {
        checkWalk(failing(offsetList({ isDescending, caps }), failures), walk, isDescending);
      },
    );
    fc.assert(offsets, { numRuns: Math.ceil(numRuns / 2), seed });
    const histories = fc.property(
      walkOf(timeOf, false),
      fc.record({ ...rangeOf, caps: capsOf }),
      failuresOf,
      (walk, options, failures) => {
        checkWalk(failing(timelineList(options), failures), walk, true);
      },
    );
    fc.assert(histories, { numRuns: Math.ceil(numRuns / 2), seed });
  });

  it('whole lists deliver every row exactly once, in any upstream order', () => {
    fc.assert(
      fc.property(walkOf(keyOf, true), (walk) => {
        checkWalk(wholeList(), walk, false);
      }),
      { numRuns, seed },
    );
  });
});
