import type { JsonObject } from '../json.ts';
import type { CutRow } from './cut-row.ts';

/** What was cut of a row, and for which of its texts and whole numbers the scanner has looked: index by path. */
export interface CutSource {
  readonly cut: object;
  readonly indexOf: ReadonlyMap<string, number>;
}

/**
 * A row whose answer has been cut out of the bytes of a response. Whoever reads a property of it gets what JSON.parse makes of
 * it: a text or number that the scanner has found, or else what the row has, which is parsed then. It cannot list its properties.
 *
 * The properties that the scanner looks for, for whatever cutter, are accessors of this class; a Proxy behind it has all others.
 * So a page is read without a Proxy, which takes ten times as long. All methods are static: one of a row would be found where a
 * property of its name is looked for.
 */
export class LazyRow {
  readonly #row: CutRow;
  readonly #source: CutSource;
  #json: JsonObject | undefined;

  constructor(row: CutRow, source: CutSource) {
    this.#row = row;
    this.#source = source;
  }

  static isOne(value: unknown): value is LazyRow {
    return value instanceof LazyRow;
  }

  /** What the scanner has found of it. */
  static rowOf(lazy: LazyRow): CutRow {
    return lazy.#row;
  }

  /** Whether its answer is the one that this cut makes. */
  static isOf(lazy: LazyRow, cut: object): boolean {
    return lazy.#source.cut === cut;
  }

  /** What it was cut by. */
  static sourceOf(lazy: LazyRow): CutSource {
    return lazy.#source;
  }

  static read(lazy: LazyRow, property: string): unknown {
    if (lazy.#json === undefined) {
      const index = lazy.#source.indexOf.get(property);
      const value = index === undefined ? undefined : lazy.#row.value(index);
      if (value !== undefined) return value;
    }
    return Reflect.get(LazyRow.parsed(lazy), property);
  }

  /** The row as JSON.parse makes it. */
  static parsed(lazy: LazyRow): JsonObject {
    return (lazy.#json ??= lazy.#row.json() ?? {});
  }
}

Reflect.deleteProperty(LazyRow.prototype, 'constructor');
Reflect.setPrototypeOf(
  LazyRow.prototype,
  new Proxy(Object.create(null) as object, {
    get: (_, property, row) => Reflect.get(LazyRow.parsed(row as LazyRow), property),
    getPrototypeOf: () => Object.prototype,
  }),
);

/** Properties that have an accessor. */
const known = new Set<string>();

/** Lets properties be read without the Proxy. They are few: those that endpoints and readers name. */
export function expectTexts(paths: Iterable<string>): void {
  for (const name of paths) {
    if (name.includes('.') || known.has(name)) continue;
    known.add(name);
    Object.defineProperty(LazyRow.prototype, name, {
      get(this: LazyRow) {
        return LazyRow.read(this, name);
      },
    });
  }
}
