import type { JsonObject } from '../json.ts';
import type { CutRow } from './cutter.ts';
import type { RowCut, RowCutter } from './row-cutter.ts';

/**
 * A row whose answer has been cut out of the bytes of a response. Whoever reads it as an object gets what JSON.parse makes of
 * the row: the texts that the scanner has found without parsing it, everything else after parsing it once.
 */
export class LazyRow {
  readonly #row: CutRow;
  readonly #cutter: RowCutter;
  readonly #texts: (string | undefined)[] = [];
  #json: JsonObject | undefined;

  constructor(row: CutRow, cutter: RowCutter) {
    this.#row = row;
    this.#cutter = cutter;
  }

  /** The text at a path, if the cutter knows the path and there is a text. */
  textAt(path: string): string | undefined {
    const index = this.#cutter.indexOf.get(path);
    return index === undefined ? undefined : (this.#texts[index] ??= this.#row.key(index));
  }

  /** The row with the answer that this cut made; undefined if another one did, or if only the parsed row can answer. */
  answerOf(cut: RowCut): CutRow | undefined {
    return this.#cutter.cut === cut && this.#row.text !== undefined ? this.#row : undefined;
  }

  get json(): JsonObject {
    return (this.#json ??= this.#row.json() ?? {});
  }
}

const asLazy = Symbol('lazy row');

const handler: ProxyHandler<LazyRow> = {
  get(row, name) {
    if (name === asLazy) return row;
    return (typeof name === 'string' ? row.textAt(name) : undefined) ?? Reflect.get(row.json, name);
  },
  has: (row, name) => (typeof name === 'string' && row.textAt(name) !== undefined) || Reflect.has(row.json, name),
  ownKeys: (row) => Reflect.ownKeys(row.json),
  getOwnPropertyDescriptor: (row, name) => Reflect.getOwnPropertyDescriptor(row.json, name),
  getPrototypeOf: () => Object.prototype,
  set: () => false,
  defineProperty: () => false,
  deleteProperty: () => false,
};

/** The row as an object that is parsed when something is read that the scanner has not found. */
export const lazyObject = (row: CutRow, cutter: RowCutter): JsonObject =>
  new Proxy(new LazyRow(row, cutter), handler) as unknown as JsonObject;

/** The row behind such an object; undefined for any other value. */
export const lazyRowOf = (value: unknown): LazyRow | undefined =>
  typeof value === 'object' && value !== null ? (value as { readonly [asLazy]?: LazyRow })[asLazy] : undefined;

/** The value at a path of an object. If it is a text of a lazy row, nothing is parsed. */
export function valueAt(object: JsonObject, path: readonly [string, string]): unknown {
  const [outer, inner] = path;
  const text = lazyRowOf(object)?.textAt(`${outer}.${inner}`);
  if (text !== undefined) return text;
  const value = object[outer];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)[inner]
    : undefined;
}
