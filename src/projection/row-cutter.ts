import { createCutter, type CutBody, type Cutter } from './cutter.ts';
import type { CutField } from './program.ts';

/** What the rows of a list are cut into: the first fields of a selection. It serves whatever list has such rows. */
export interface RowCut {
  readonly fields: readonly CutField[];
  /** Paths of further texts that tell whether a row's answer may be used. */
  readonly paths: readonly string[];
}

/** A list of an endpoint's response, and the paths of the texts by which its rows are checked and placed. */
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
  }

  /** Undefined for a body that has to be parsed. */
  apply(body: Uint8Array): CutBody | undefined {
    this.#cutter ??= createCutter({
      list: this.list.name,
      keys: [...this.indexOf.keys()].map((path) => path.split('.')),
      fields: this.cut.fields,
    });
    return this.#cutter.cut(body);
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
