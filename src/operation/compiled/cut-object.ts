import type { TextSlice } from '../../projection/cut-row.ts';
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

/** An object whose first fields are text already. */
export class CutObject {
  /** A JSON object. */
  readonly text: TextSlice;
  /** Its further fields. */
  readonly rest: Data | undefined;

  constructor(text: TextSlice, rest: Data | undefined) {
    this.text = text;
    this.rest = rest;
  }
}
