import { isUtf8 } from 'node:buffer';
import { asObject, asText, type JsonObject } from '../json.ts';
import { engineOf, type Engine, type EngineName } from './engine.ts';
import { imageOf } from './image.ts';
import type { Program } from './program.ts';

/** One item of the list. */
export interface CutRow {
  readonly isObject: boolean;
  /** Whether its property `_hidden` is true. */
  readonly isHidden: boolean;
  /** The answer's object as JSON. Undefined: only the parsed row can answer. */
  readonly text: TextSlice | undefined;
  /** Leaves, nulls in the place of objects, and empty lists of objects: what the text adds to the response's values. */
  readonly values: number;
  /** Objects without leaves in the text, which count as a fraction of a value each. */
  readonly leafless: number;
  /** The text at one of the program's paths, by its index; undefined if there is none. */
  key(index: number): string | undefined;
  /** The parsed row; undefined if it is no object. */
  json(): JsonObject | undefined;
}

/** A text in UTF-8: part of a buffer that nobody changes. A byte lies between the texts of rows that follow each other: a comma. */
export interface TextSlice {
  readonly of: Buffer;
  readonly start: number;
  readonly end: number;
}

export interface CutBody {
  /** The body with an empty list instead of its rows. */
  readonly rest: JsonObject;
  readonly rows: readonly CutRow[];
}

export interface Cutter {
  /**
   * Undefined for what the scanner cannot do: a body that is no object or no JSON, without the list or too large or too deep.
   * Then the caller parses it. The rows refer to the body, which must stay as it is.
   */
  cut(body: Uint8Array): CutBody | undefined;
}

/** Larger bodies are parsed: together with `maxTextBytes`, this bounds the scanner's memory. */
export const maxBodyBytes = 2 * 1024 * 1024;
const maxTextBytes = 4 * 1024 * 1024;
const maxRows = 4096;
const keyStackBytes = 32_768;
/** Zero bytes behind the body, at which the scanner stops. */
const padding = 64;

/** Cuts the answers of rows out of the bytes of bodies: exactly what JSON.parse, `json.ts` and JSON.stringify make of them. */
export function createCutter(program: Program, engineName: EngineName = 'wasm'): Cutter {
  const image = imageOf(program);
  const engine = engineOf(engineName);
  return {
    cut: (body) => {
      if (image === undefined || body.length > maxBodyBytes || !isUtf8(body)) return undefined;
      return cut(engine, image, program.keys, body);
    },
  };
}

const aligned = (bytes: number): number => (bytes + 15) & ~15;

function cut(engine: Engine, image: Uint8Array, keys: Program['keys'], body: Uint8Array): CutBody | undefined {
  const stride = 8 + keys.length * 2;
  const keyStack = aligned(image.length);
  const from = keyStack + keyStackBytes;
  const rowsAt = aligned(from + body.length + padding);
  const out = rowsAt + aligned(Math.min(maxRows, body.length >> 1) * stride * 4);
  const outEnd = out + Math.min(maxTextBytes, body.length * 4 + 4096);
  const memory = engine.reserve(outEnd);
  if (memory === undefined) return undefined;
  memory.set(image, 0);
  memory.set(body, from);
  memory.fill(0, from + body.length, rowsAt);
  const count = engine.cutRows(from, from + body.length, rowsAt, out, outEnd, keyStack);
  const result = count < 0 ? undefined : resultOf(memory, body, { from, rowsAt, out }, keys, count);
  // Nothing that belongs to a caller stays behind.
  memory.fill(0, 0, memory.readInt32LE(32));
  return result;
}

function resultOf(
  memory: Buffer,
  body: Uint8Array,
  { from, rowsAt, out }: { readonly from: number; readonly rowsAt: number; readonly out: number },
  keys: Program['keys'],
  count: number,
): CutBody | undefined {
  const stride = 8 + keys.length * 2;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const listAt = memory.readInt32LE(20) - from;
  const listEnd = memory.readInt32LE(24) - from;
  const rest = asObject(JSON.parse(`${bytes.toString('utf8', 0, listAt)}[]${bytes.toString('utf8', listEnd)}`));
  if (rest === undefined) return undefined;
  const facts = new Int32Array(memory.buffer, memory.byteOffset + rowsAt, count * stride).slice();
  const texts = Buffer.from(memory.subarray(out, memory.readInt32LE(28)));
  const rows = Array.from({ length: count }, (_, index) => {
    const at = index * stride;
    const start = (facts[at + 2] ?? 0) - out;
    const end = (facts[at + 3] ?? 0) - out;
    const text = end < 0 ? undefined : { of: texts, start, end };
    return new Row(bytes, from, facts, at, keys, text);
  });
  return { rest, rows };
}

/** What the scanner says about a row: see `cutRow`. */
class Row implements CutRow {
  readonly text: TextSlice | undefined;
  readonly #body: Buffer;
  /** The address of the body when it was scanned. */
  readonly #from: number;
  readonly #facts: Int32Array;
  readonly #at: number;
  readonly #keys: Program['keys'];

  constructor(
    body: Buffer,
    from: number,
    facts: Int32Array,
    at: number,
    keys: Program['keys'],
    text: TextSlice | undefined,
  ) {
    this.#body = body;
    this.#from = from;
    this.#facts = facts;
    this.#at = at;
    this.#keys = keys;
    this.text = text;
  }

  get values(): number {
    return this.#fact(4);
  }

  get leafless(): number {
    return this.#fact(5);
  }

  get isObject(): boolean {
    return (this.#fact(6) & 1) !== 0;
  }

  get isHidden(): boolean {
    return this.#isClear ? (this.#fact(6) & 4) !== 0 : this.json()?.['_hidden'] === true;
  }

  key(index: number): string | undefined {
    if (!this.#isClear)
      return asText(this.#keys[index]?.reduce<unknown>((value, name) => asObject(value)?.[name], this.json()));
    const start = this.#fact(8 + index * 2);
    if (start === 0) return undefined;
    const text = this.#body.toString('utf8', start - this.#from, this.#fact(9 + index * 2) - this.#from);
    return text.includes('\\') ? asText(JSON.parse(text)) : text.slice(1, -1);
  }

  json(): JsonObject | undefined {
    const row: unknown = JSON.parse(
      this.#body.toString('utf8', this.#fact(0) - this.#from, this.#fact(1) - this.#from),
    );
    return asObject(row);
  }

  /** Whether the scanner could tell its properties apart, or there are none. */
  get #isClear(): boolean {
    return (this.#fact(6) & 3) !== 1;
  }

  #fact(index: number): number {
    return this.#facts[this.#at + index] ?? 0;
  }
}
