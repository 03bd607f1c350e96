import { asBoolean, asId, asInstant, asInt, asObject, asObjects, asText, asTexts, type JsonObject } from '../json.ts';

/**
 * What a field reads of its source, and as what. `path`: the property, or `a.b` for a property of the object `a`. `orElse`:
 * instead of what is missing, null by default.
 */
export type Reading = {
  /** The property without which the source is a stub, whose field has to be resolved; undefined: there are no stubs. */
  readonly needs?: string;
  readonly read: (source: object) => unknown;
} & Reads;

export type Reads =
  | { readonly kind: 'id' | 'instant' | 'json'; readonly path: string }
  | { readonly kind: 'int' | 'flag'; readonly path: string; readonly orElse: unknown }
  /** `unless`: the text `instead` where a property is `wanted`. `otherwise`: what to read if there is no text. */
  | {
      readonly kind: 'text';
      readonly path: string;
      readonly orElse: string | null;
      readonly unless?: { readonly path: string; readonly wanted: string; readonly instead: string };
      readonly otherwise?: Reading;
    }
  | { readonly kind: 'equals'; readonly path: string; readonly wanted: string | true }
  /** The value of the case that a text is, otherwise what `otherwise` reads, or else `orElse`. */
  | {
      readonly kind: 'choice';
      readonly path: string;
      readonly cases: Readonly<Record<string, string | null>>;
      readonly orElse: string | null;
      readonly otherwise?: Reading;
    }
  | { readonly kind: 'texts'; readonly path: string; readonly isNullable: boolean }
  /** `has`: a property that each object needs. `under`: the name by which the fields below find the object. */
  | { readonly kind: 'objects'; readonly path: string; readonly has?: Has; readonly under?: string }
  /** `check`: whether texts at these paths of the source allow that the object is read. */
  | {
      readonly kind: 'object';
      readonly path: string;
      readonly has: Has;
      readonly under?: string;
      readonly check?: TextCheck;
    }
  /** The source under other names: each is the property of a path. `list`: the property that has to be a list. */
  | { readonly kind: 'view'; readonly names: Readonly<Record<string, string>>; readonly list?: string };

type Has = { readonly text: string } | { readonly id: string };

/** What the texts at some paths of a source say. */
export interface TextCheck {
  readonly paths: readonly string[];
  readonly holds: (source: JsonObject) => boolean;
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
  reader({ kind: 'text', path, orElse }, (value) => asText(value) ?? orElse);

/** A string, or what the next reader reads. */
export function textOr<Value>(path: string, otherwise: Reader<Value>): Reader<string | Value> {
  const read = readerOf(path, asText);
  const resolve = (source: object) => read(source) ?? otherwise(source);
  return withReading(resolve, { kind: 'text', path, orElse: null, otherwise: otherwise.reading });
}

/** `instead` where the property `path` is `wanted`; otherwise the string of another one, or an empty one. */
export function textUnless(path: string, wanted: string, instead: string, textPath: string): Reader<string> {
  const otherwise = text(textPath, '');
  const resolve = (source: object): string => ((source as JsonObject)[path] === wanted ? instead : otherwise(source));
  return withReading(resolve, { kind: 'text', path: textPath, orElse: '', unless: { path, wanted, instead } });
}

/** The value of the case that a string is; otherwise `orElse`, or what that reader reads. */
export function choice<const Value extends string | null, const Else extends string | null>(
  path: string,
  cases: Readonly<Record<string, Value>>,
  orElse: Else | Reader<Else>,
): Reader<Value | Else> {
  const read = readerOf(path, asText);
  const resolve = (source: object): Value | Else => {
    const value = read(source);
    if (value !== undefined && Object.hasOwn(cases, value)) return cases[value] as Value;
    return typeof orElse === 'function' ? orElse(source) : orElse;
  };
  const last = typeof orElse === 'function' ? { orElse: null, otherwise: orElse.reading } : { orElse };
  return withReading(resolve, { kind: 'choice', path, cases, ...last });
}

/** A non-empty string, or null. */
export const id = (path: string): Reader<string | null> => reader({ kind: 'id', path }, (value) => asId(value) ?? null);

/** A string that the endpoint's file has checked. */
export const checkedId = (path: string): Reader<string> => reader({ kind: 'id', path }, (value) => value as string);

/** An instant, or null. */
export const instant = (path: string): Reader<string | null> =>
  reader({ kind: 'instant', path }, (value) => asInstant(value) ?? null);

/** An instant that the endpoint's file has checked. */
export const checkedInstant = (path: string): Reader<string> =>
  reader({ kind: 'instant', path }, (value) => value as string);

/** A whole number in GraphQL's range, or `orElse`. */
export const int = <Else extends number | null = null>(path: string, orElse = null as Else): Reader<number | Else> =>
  reader({ kind: 'int', path, orElse }, (value) => asInt(value) ?? orElse);

/** A boolean, or `orElse`. */
export const flag = <Else extends boolean | null = null>(path: string, orElse = null as Else): Reader<boolean | Else> =>
  reader({ kind: 'flag', path, orElse }, (value) => asBoolean(value) ?? orElse);

/** Any JSON value; null if it is missing. */
export const json = (path: string): Reader<unknown> => reader({ kind: 'json', path }, (value) => value ?? null);

/** Whether the property has this value. */
export const equals = (path: string, wanted: string | true): Reader<boolean> =>
  reader({ kind: 'equals', path, wanted }, (value) => value === wanted);

/** The strings of a list; empty if there is none. */
export const texts = (path: string): Reader<string[]> => reader({ kind: 'texts', path, isNullable: false }, asTexts);

/** The same; null if there is no list. */
export const textsOrNull = (path: string): Reader<string[] | null> =>
  reader({ kind: 'texts', path, isNullable: true }, (value) => (Array.isArray(value) ? asTexts(value) : null));

/** The objects of a list that have a property; empty if there is none. */
export const objects = (path: string, has?: Has): Reader<JsonObject[]> =>
  reader({ kind: 'objects', path, ...(has !== undefined && { has }) }, (value) => objectsWith(value, has));

/** The same, each below the name `under`, beside the message's room. */
export const objectsUnder = <Parent>(path: string, under: string): Reader<Parent[]> =>
  withReading(
    (source: object) =>
      asObjects((source as JsonObject)[path]).map((object) => beside(under, object, source) as Parent),
    { kind: 'objects', path, under },
  );

/** An object with an id, below the name `under`, beside the message's room; null if there is none. */
export const objectUnder = <Parent>(path: string, under: string): Reader<Parent | null> =>
  withReading(
    (source: object) => {
      const object = asObject((source as JsonObject)[path]);
      return asId(object?.['_id']) === undefined ? null : (beside(under, object, source) as Parent);
    },
    { kind: 'object', path, under, has: { id: '_id' } },
  );

/** An object with an id, which `resolve` gives as it is where the check holds; null if it has none: then the check holds. */
export const checkedObject = <Value>(
  path: string,
  resolve: (source: JsonObject) => Value,
  check: TextCheck,
): Reader<Value> =>
  withReading((source) => resolve(source as JsonObject), { kind: 'object', path, has: { id: '_id' }, check });

/** Properties of the source under other names; null where the property `list` is named and no list. */
export const view = <Parent>(names: Readonly<Record<string, string>>, list?: string): Reader<Parent> => {
  const entries = Object.entries(names);
  const resolve = (source: object): Parent => {
    if (list !== undefined && !Array.isArray((source as JsonObject)[list])) return null as Parent;
    const parent: Record<string, unknown> = {};
    for (const [name, property] of entries) parent[name] = (source as JsonObject)[property];
    return parent as Parent;
  };
  return withReading(resolve, { kind: 'view', names, ...(list !== undefined && { list }) });
};

/** `resolve`, with the reading of `read` for sources that have the property `needs`, if `read` is a reader. */
export function unlessStub<Resolve extends object>(resolve: Resolve, read: unknown, needs: string): Resolve {
  const reading = readingOf(read);
  return reading === undefined ? resolve : Object.assign(resolve, { reading: { ...reading, needs } });
}

/** The reading of a resolver that is a reader. */
export const readingOf = (resolve: unknown): Reading | undefined =>
  typeof resolve === 'function' && 'reading' in resolve ? (resolve as Reader<unknown>).reading : undefined;

function objectsWith(value: unknown, has: Has | undefined): JsonObject[] {
  const found = asObjects(value);
  if (has === undefined) return found;
  return found.filter((object) =>
    'text' in has ? asText(object[has.text]) !== undefined : asId(object[has.id]) !== undefined,
  );
}

const beside = (under: string, object: unknown, source: object): JsonObject => ({
  [under]: object,
  roomId: (source as JsonObject)['rid'],
});

const reader = <Value>(reads: Reads & { readonly path: string }, read: (value: unknown) => Value): Reader<Value> =>
  withReading(readerOf(reads.path, read), reads);

const withReading = <Value>(resolve: (source: object) => Value, reads: Reads): Reader<Value> =>
  Object.assign(resolve, { reading: { ...reads, read: resolve } });

function readerOf<Value>(path: string, read: (value: unknown) => Value): (source: object) => Value {
  const [property = '', inner] = path.split('.');
  return inner === undefined
    ? (source) => read((source as JsonObject)[property])
    : (source) => read(asObject((source as JsonObject)[property])?.[inner]);
}
