import type { CutRow } from '../../projection/cut-row.ts';
import type { Data, Selection } from './operation.ts';

// What stands for an object in the data of a run, until `write` has written it.

/** An object of a union, with the selection of its type. */
export class ChosenObject {
  readonly selection: Selection;
  readonly data: Data;

  constructor(selection: Selection, data: Data) {
    this.selection = selection;
    this.data = data;
  }
}

/** An object whose first fields are text already: a JSON object, which is part of a text. */
export class CutObject {
  readonly of: string;
  readonly start: number;
  readonly end: number;
  /** Its further fields. */
  readonly rest: Data | undefined;

  constructor({ texts, textStart, textEnd }: Pick<CutRow, 'texts' | 'textStart' | 'textEnd'>, rest: Data | undefined) {
    this.of = texts;
    this.start = textStart;
    this.end = textEnd;
    this.rest = rest;
  }
}
