import { asBoolean, asId, asInstant, asInt, asObject, asObjects, asText, asTexts, type JsonObject } from '../json.ts';

/** What a field reads of its source, and as what. */
export interface Reading {
  readonly kind: 'text' | 'id' | 'instant' | 'int' | 'flag' | 'json' | 'texts' | 'objects';
  /** The property, or `a.b` for a property of the object `a`. */
  readonly path: string;
  /** The property without which the source is a stub, whose field has to be resolved; undefined: there are no stubs. */
  readonly needs?: string;
  readonly read: (source: object) => unknown;
}

/**
 * A resolver that only reads its source, upstream's JSON. graphql-js calls it like any other; a compiled operation takes
 * its `reading`, which needs no arguments and no `info`, never waits, and says what comes out.
 */
export interface Reader<Value> {
  (source: object): Value;
  readonly reading: Reading;
}

/** A string, or `orElse`. */
export const text = <Else extends string | null = null>(path: string, orElse = null as Else): Reader<string | Else> =>
  reader('text', path, (value) => asText(value) ?? orElse);

/** `instead` where the property `path` is `wanted`; otherwise what the reader reads. */
export function textUnless(path: string, wanted: string, instead: string, otherwise: Reader<string>): Reader<string> {
  const resolve = (source: object): string => ((source as JsonObject)[path] === wanted ? instead : otherwise(source));
  return Object.assign(resolve, { reading: { ...otherwise.reading, read: resolve } });
}

/** A non-empty string, or null. */
export const id = (path: string): Reader<string | null> => reader('id', path, (value) => asId(value) ?? null);

/** A string that the endpoint's file has checked. */
export const checkedId = (path: string): Reader<string> => reader('id', path, (value) => value as string);

/** An instant, or null. */
export const instant = (path: string): Reader<string | null> =>
  reader('instant', path, (value) => asInstant(value) ?? null);

/** An instant that the endpoint's file has checked. */
export const checkedInstant = (path: string): Reader<string> => reader('instant', path, (value) => value as string);

/** A whole number in GraphQL's range, or `orElse`. */
export const int = <Else extends number | null = null>(path: string, orElse = null as Else): Reader<number | Else> =>
  reader('int', path, (value) => asInt(value) ?? orElse);

/** A boolean, or `orElse`. */
export const flag = <Else extends boolean | null = null>(path: string, orElse = null as Else): Reader<boolean | Else> =>
  reader('flag', path, (value) => asBoolean(value) ?? orElse);

/** Any JSON value; null if it is missing. */
export const json = (path: string): Reader<unknown> => reader('json', path, (value) => value ?? null);

/** Whether the property has this value. */
export const equals = (path: string, wanted: string | true): Reader<boolean> =>
  reader('flag', path, (value) => value === wanted);

/** The strings of a list; empty if there is none. */
export const texts = (path: string): Reader<string[]> => reader('texts', path, asTexts);

/** The same; null if there is no list. */
export const textsOrNull = (path: string): Reader<string[] | null> =>
  reader('texts', path, (value) => (Array.isArray(value) ? asTexts(value) : null));

/** The objects of a list whose `has` is a string of this kind; empty if there is none. */
export const objects = (
  path: string,
  has?: { readonly text: string } | { readonly id: string },
): Reader<JsonObject[]> =>
  reader('objects', path, (value) => {
    const found = asObjects(value);
    if (has === undefined) return found;
    return found.filter((object) =>
      'text' in has ? asText(object[has.text]) !== undefined : asId(object[has.id]) !== undefined,
    );
  });

/** `resolve`, with the reading of `read` for sources that have the property `needs`, if `read` is a reader. */
export function unlessStub<Resolve extends object>(resolve: Resolve, read: unknown, needs: string): Resolve {
  const reading = readingOf(read);
  return reading === undefined ? resolve : Object.assign(resolve, { reading: { ...reading, needs } });
}

/** The reading of a resolver that is a reader. */
export const readingOf = (resolve: unknown): Reading | undefined =>
  typeof resolve === 'function' && 'reading' in resolve ? (resolve as Reader<unknown>).reading : undefined;

function reader<Value>(kind: Reading['kind'], path: string, read: (value: unknown) => Value): Reader<Value> {
  const [property = '', inner] = path.split('.');
  const resolve =
    inner === undefined
      ? (source: object) => read((source as JsonObject)[property])
      : (source: object) => read(asObject((source as JsonObject)[property])?.[inner]);
  return Object.assign(resolve, { reading: { kind, path, read: resolve } });
}
