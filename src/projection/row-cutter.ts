/**
 * Most of what the gateway answers are upstream's bytes under other names. So where the rows of a list go straight into a
 * response, their answers are cut from the bytes, without JSON.parse and JSON.stringify:
 *
 * - The compiler of operations turns the first fields of such rows into a `RowCut`, as far as they are readers
 *   (`operation/compiled/cut.ts`). It comes with the call (`Loaders.cutting`).
 * - `RowCutter` and `cutter.ts` lay it out as a program (`program.ts`, `image.ts`) beside the body in the scanner's memory, and
 *   read off what the scanner found.
 * - The scanner (`cut.ts`, `scan.ts`, `read.ts`, `write.ts`, `leaves.ts`) checks the whole body by JSON's grammar, and writes each
 *   row's answer. WebAssembly runs it (`scanner.wasm`, built from these files by `npm run build:wasm`); where that is not
 *   allowed, Node does, with the same bytes.
 * - A `LazyRow` stands for the row everywhere else: pages are cut and resolvers run on it as on a parsed one. What the
 *   scanner has not found is read from the row, which is parsed then.
 * - A compiled run puts the texts into its response (`operation/compiled/{run,write}.ts`).
 *
 * Whatever is out of the ordinary has no text: a body or row that JSON.parse would take in another way than the scanner, an
 * unusual instant or number, a null where none may be. Then the compiled steps, or graphql-js, read the same row.
 */
import type { JsonObject } from '../json.ts';
import type { CutRow } from './cut-row.ts';
import { createCutter, type CutBody, type Cutter } from './cutter.ts';
import { expectTexts, LazyRow } from './lazy-row.ts';
import type { CutField } from './program.ts';

/** What the rows of a list are cut into: the first fields of a selection. It serves whatever list has such rows. */
export interface RowCut {
  readonly fields: readonly CutField[];
  /** Paths of further texts that tell whether a row's answer may be used. */
  readonly paths: readonly string[];
}

/** A list of an endpoint's response, and the paths of the texts and whole numbers by which its rows are checked and placed. */
export interface RowList {
  readonly name: string;
  readonly paths: readonly string[];
}

/** Cuts the rows of one list into one kind of answer. */
export class RowCutter {
  readonly list: RowList;
  readonly cut: RowCut;
  /** Which of a row's texts is at a path. */
  readonly indexOf: ReadonlyMap<string, number>;
  #cutter: Cutter | undefined;

  constructor(list: RowList, cut: RowCut) {
    this.list = list;
    this.cut = cut;
    this.indexOf = new Map([...new Set([...list.paths, ...cut.paths])].map((path, index) => [path, index]));
    expectTexts(this.indexOf.keys());
  }

  /** Undefined for a body that has to be parsed. */
  apply(body: Buffer): CutBody | undefined {
    this.#cutter ??= createCutter({
      list: this.list.name,
      keys: [...this.indexOf.keys()].map((path) => path.split('.')),
      fields: this.cut.fields,
    });
    return this.#cutter.cut(body);
  }

  /** The row as an object that is parsed when something is read that the scanner has not found. */
  lazy(row: CutRow): JsonObject {
    return new LazyRow(row, this) as object as JsonObject;
  }
}

/** By what is cut, so that they live as long as the compiled operation. */
const cutters = new WeakMap<RowCut, RowCutter>();

/** The cutter for a list, which is made once for all requests of an operation. */
export function rowCutter(list: RowList, cut: RowCut): RowCutter {
  const known = cutters.get(cut);
  if (known?.list === list) return known;
  const created = new RowCutter(list, cut);
  cutters.set(cut, created);
  return created;
}
