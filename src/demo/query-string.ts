import { ApiError } from './api-error.ts';

export type QueryValue = string | QueryValue[] | { [key: string]: QueryValue };
export type Query = Record<string, QueryValue>;

/** Rocket.Chat rejects longer lists (`Invalid query parameters`). */
const maxListLength = 500;

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced; // a stray percent sign stands for itself
  }
}

const isList = (value: QueryValue | undefined): value is QueryValue[] => Array.isArray(value);
const isObject = (value: QueryValue | undefined): value is Query => typeof value === 'object' && !isList(value);

/** Adds a value to a key that may already have one. */
function combine(present: QueryValue | undefined, added: QueryValue): QueryValue {
  if (present === undefined) return added;
  if (isObject(present) && isObject(added)) return { ...present, ...added };
  const list = [present, added].flat();
  if (list.length > maxListLength) throw new ApiError(400, { success: false, error: 'Invalid query parameters' });
  return list;
}

/** `a[x][]=1` nests from the inside out: `['x', '']` around `1`. */
function nest(segments: readonly string[], value: string): QueryValue {
  return segments.reduceRight<QueryValue>(
    (inner, segment) => (/^\d*$/.test(segment) ? [inner].flat() : { [segment]: inner }),
    value,
  );
}

/**
 * A query string the way `qs` reads it: a repeated key and `a[]=` make a list, `a[x]=` an object.
 * Not a general parser: lists inside objects inside lists are beyond what any endpoint takes.
 */
export function parseQueryString(search: string): Query {
  const query: Query = {};
  for (const pair of search.split('&')) {
    if (pair === '') continue;
    const split = pair.indexOf('=');
    const path = decode(split < 0 ? pair : pair.slice(0, split));
    const value = split < 0 ? '' : decode(pair.slice(split + 1));
    const [, key = path, brackets = ''] = /^([^[]+)((?:\[[^\]]*\])*)$/.exec(path) ?? [];
    if (key in Object.prototype) continue;
    const segments = [...brackets.matchAll(/\[([^\]]*)\]/g)].map(([, segment = '']) => segment);
    query[key] = combine(query[key], nest(segments, value));
  }
  return query;
}

/** The query for the call log: decoded, in its original order, repeated keys joined by commas. */
export function readableQuery(search: string): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [key, value] of new URLSearchParams(search)) {
    query[key] = query[key] === undefined ? value : `${query[key]},${value}`;
  }
  return query;
}
