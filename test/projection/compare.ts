import { expect } from 'vitest';
import { ByteString } from '../../src/byte-string.ts';
import type { CutRow } from '../../src/projection/cut-row.ts';
import { createCutter, type CutBody, type Cutter } from '../../src/projection/cutter.ts';
import type { Program } from '../../src/projection/program.ts';
import { referenceOf } from './reference.ts';

/** How many bodies and rows the scanner cut, and how many it left to its caller. */
export interface Tally {
  bodies: number;
  left: number;
  rows: number;
  unfit: number;
}

/** Cuts bodies with both engines, and compares each with the other and with the reference. */
export class Comparison {
  readonly tally: Tally = { bodies: 0, left: 0, rows: 0, unfit: 0 };
  readonly #program: Program;
  readonly #wasm: Cutter;
  readonly #script: Cutter;

  constructor(program: Program) {
    this.#program = program;
    this.#wasm = createCutter(program, 'wasm');
    this.#script = createCutter(program, 'js');
  }

  /** The same for a body that only JSON's grammar can make the scanner leave. */
  checkAll(body: string): void {
    const isCut = this.check(body) !== undefined;
    expect([body, isCut]).toStrictEqual([body, referenceOf(Buffer.from(body), this.#program) !== undefined]);
  }

  /** Returns the texts; undefined if the body is left to the caller. */
  check(body: Buffer | string): (string | undefined)[] | undefined {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const [wasm, script] = [this.#wasm.cut(bytes), this.#script.cut(bytes)];
    expect(plain(wasm, this.#program)).toStrictEqual(plain(script, this.#program));
    this.tally.bodies += 1;
    if (wasm === undefined) {
      this.tally.left += 1;
      return undefined;
    }
    const reference = referenceOf(bytes, this.#program);
    expect(reference).toBeDefined();
    expect(JSON.stringify(wasm.rest)).toBe(JSON.stringify(reference?.rest));
    expect(wasm.rows.length).toBe(reference?.rows.length);
    return wasm.rows.map((row, index) => {
      const expected = reference?.rows[index];
      this.tally.rows += 1;
      expect(row.isHidden).toBe(expected?.isHidden);
      expect(this.#program.keys.map((_, key) => row.key(key))).toStrictEqual(expected?.keys);
      expect(JSON.stringify(row.json())).toBe(JSON.stringify(expected?.json));
      if (!row.hasText) this.tally.unfit += 1;
      else {
        expect(textOf(row)).toBe(expected?.text);
        expect([row.values, row.leafless]).toStrictEqual([expected?.values, expected?.leafless]);
      }
      return textOf(row);
    });
  }
}

function plain(cut: CutBody | undefined, { keys }: Program) {
  return cut?.rows.map((row) => [
    textOf(row),
    row.values,
    row.leafless,
    row.isHidden,
    JSON.stringify(row.json()),
    ...keys.map((_, key) => row.key(key)),
  ]);
}

/** The answer that was cut for a row. */
export const textOf = (row: CutRow | undefined): string | undefined =>
  row?.hasText === true ? String(new ByteString(row.texts.slice(row.textStart, row.textEnd))) : undefined;
