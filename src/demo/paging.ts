import { codedError, plainFailure } from './api-error.ts';
import type { Params } from './schemas.ts';
import type { Settings } from './settings.ts';

export interface Paging {
  readonly offset: number;
  /** 0 means everything. MongoDB reads a negative count as its absolute value. */
  readonly count: number;
}

const defaultUpper = 100;
const defaultCount = 50;

/** Like JavaScript's `parseInt`; the empty text counts as 0. */
function readInteger(value: Params[string]): number {
  if (typeof value === 'number') return Math.trunc(value);
  return typeof value === 'string' ? Number.parseInt(value || '0', 10) : Number.NaN;
}

export function readPaging({ offset, count }: Params, settings: Settings): Paging {
  const upper = settings.upperCount < 0 ? defaultUpper : settings.upperCount;
  const fallback = settings.defaultCount <= 0 ? defaultCount : settings.defaultCount;
  const skip = offset === undefined ? 0 : readInteger(offset);
  const wanted = count === undefined ? fallback : readInteger(count);
  const clamped = upper > 0 && wanted > upper ? upper : wanted;
  return { offset: skip, count: clamped === 0 && !settings.allowInfinite ? fallback : clamped };
}

/** One page of rows. What MongoDB rejects gets its driver's message, without an `errorType`. */
export function cutPage<Row>(rows: readonly Row[], { offset, count }: Paging): Row[] {
  if (Number.isNaN(offset) || Number.isNaN(count)) throw plainFailure('Operation "limit" requires an integer');
  if (offset < 0) throw plainFailure(`BSON field 'skip' value must be >= 0, actual value '${offset}'`);
  return rows.slice(offset, count === 0 ? undefined : offset + Math.abs(count));
}

export type Direction = 1 | -1;
export type Sort = readonly (readonly [path: string, direction: Direction])[];

function isSort(value: unknown): value is Record<string, Direction> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((direction) => direction === 1 || direction === -1);
}

/** The `sort` parameter: a JSON object of 1 and -1. Rocket.Chat 7 ignores an empty text, 8 rejects it. */
export function readSort(raw: Params[string], settings: Settings, fallback: Sort): Sort {
  if (raw === undefined || (raw === '' && settings.dialect === 'R7')) return fallback;
  const text = typeof raw === 'string' ? raw : JSON.stringify(raw);
  try {
    const sort: unknown = JSON.parse(text);
    if (isSort(sort)) return Object.entries(sort);
  } catch {} // not JSON: rejected below
  throw codedError('error-invalid-sort', `Invalid sort parameter provided: "${text}"`, {
    helperMethod: 'parseJsonQuery',
  });
}

/** Values at a dotted path. A path through a list yields the values of all its elements. */
function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path));
  const [key, ...rest] = path;
  if (key === undefined) return [value];
  if (typeof value !== 'object' || value === null) return [undefined];
  return valuesAt((value as Record<string, unknown>)[key], rest);
}

const kindRanks = ['undefined', 'number', 'string', 'object', 'boolean'];

/** MongoDB's order of types: missing, numbers, strings, objects, booleans. */
function compare(left: unknown, right: unknown): number {
  const leftRank = left === null ? 0 : kindRanks.indexOf(typeof left);
  const rightRank = right === null ? 0 : kindRanks.indexOf(typeof right);
  if (leftRank !== rightRank) return leftRank - rightRank;
  if (leftRank === 0 || leftRank === 3) return 0;
  const [low, high] = [left, right] as [string, string];
  return low < high ? -1 : Number(low > high);
}

/** A row's sort key. Of several values the lowest if ascending, the highest if descending. */
function sortKey(row: object, path: string, direction: Direction): unknown {
  if (!path.includes('.')) {
    const value = (row as Record<string, unknown>)[path];
    if (!Array.isArray(value)) return value;
  }
  return valuesAt(row, path.split('.')).toSorted((left, right) => compare(left, right) * direction)[0];
}

/** Sorted rows; equal rows keep their stored order. */
export function sortRows<Row extends object>(rows: readonly Row[], sort: Sort): Row[] {
  const keyed = rows.map((row) => ({ row, keys: sort.map(([path, direction]) => sortKey(row, path, direction)) }));
  keyed.sort((left, right) => {
    for (const [index, [, direction]] of sort.entries()) {
      const order = compare(left.keys[index], right.keys[index]);
      if (order !== 0) return order * direction;
    }
    return 0;
  });
  return keyed.map(({ row }) => row);
}
