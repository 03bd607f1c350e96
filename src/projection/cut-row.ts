import { asObject, asText, isInstant, isShortText, type JsonObject } from '../json.ts';
import type { Program } from './program.ts';

/** All rows of a body. */
export interface CutRows {
  readonly body: Buffer;
  /** The address of the body when it was scanned. */
  readonly from: number;
  /** What the scanner says about each row: see `cutRow` in `cut.ts`. */
  readonly facts: Int32Array;
  readonly keys: Program['keys'];
  /** The answers in UTF-8, one behind the other, a character for each byte; and their address when they were written. */
  readonly texts: string;
  readonly textsFrom: number;
}

/** What is at a path: a text without escapes; an instant in the form of all that Rocket.Chat writes; a number, and no text. */
const [isPlain, isUsual, isInt] = [1, 2, 4];

/** One item of the list. */
export class CutRow {
  readonly #of: CutRows;
  /** Index of its first fact. */
  readonly #at: number;
  /** The text that was read last, and its index: a room's id is read once for each of its checks. */
  #text: string | undefined;
  #textIndex = -1;

  constructor(of: CutRows, at: number) {
    this.#of = of;
    this.#at = at;
  }

  get isObject(): boolean {
    return (this.#fact(6) & 1) !== 0;
  }

  /** Whether its property `_hidden` is true. */
  get isHidden(): boolean {
    return this.#isClear ? (this.#fact(6) & 4) !== 0 : this.json()?.['_hidden'] === true;
  }

  /** Whether the answer's object is written as JSON. If not, only the parsed row can answer. */
  get hasText(): boolean {
    return this.textEnd >= 0;
  }

  /** What it is part of. One byte lies between the texts of rows that follow each other: a comma. */
  get texts(): string {
    return this.#of.texts;
  }

  get textStart(): number {
    return this.#fact(2) - this.#of.textsFrom;
  }

  get textEnd(): number {
    return this.#fact(3) - this.#of.textsFrom;
  }

  /** Leaves, nulls in the place of objects, and empty lists of objects: what the text adds to the response's values. */
  get values(): number {
    return this.#fact(4);
  }

  /** Objects without leaves in the text, which count as a fraction of a value each. */
  get leafless(): number {
    return this.#fact(5);
  }

  /** The text at one of the program's paths, by its index; undefined if there is none. */
  key(index: number): string | undefined {
    if (index !== this.#textIndex) this.#text = this.#read(index);
    this.#textIndex = index;
    return this.#text;
  }

  /** The text or number at one of the paths, as far as the scanner can tell. */
  value(index: number): string | number | undefined {
    if (!this.#is(index, isInt)) return this.key(index);
    const { body, from } = this.#of;
    return Number(body.toString('latin1', this.#factOf(index, 0) - from, this.#factOf(index, 1) - from));
  }

  /** Whether that text has characters, but at most so many bytes in UTF-8. */
  isWithin(index: number, bytes: number): boolean {
    if (!this.#is(index, isPlain)) return isShortText(this.key(index), bytes);
    const length = this.#factOf(index, 1) - this.#factOf(index, 0) - 2;
    return length > 0 && length <= bytes;
  }

  /** Whether that text is an instant. */
  isInstant(index: number): boolean {
    return this.#is(index, isUsual) || isInstant(this.key(index) ?? '');
  }

  /** Whether that text is this one. */
  isText(index: number, text: string): boolean {
    return this.#isWritten(index, text) || this.key(index) === text;
  }

  /** The parsed row; undefined if it is no object. */
  json(): JsonObject | undefined {
    const { body, from } = this.#of;
    return asObject(JSON.parse(body.toString('utf8', this.#fact(0) - from, this.#fact(1) - from)));
  }

  #read(index: number): string | undefined {
    if (!this.#isClear) {
      const path = this.#of.keys[index];
      return asText(path?.reduce<unknown>((value, name) => asObject(value)?.[name], this.json()));
    }
    const start = this.#factOf(index, 0);
    if (start === 0 || this.#is(index, isInt)) return undefined;
    const { body, from } = this.#of;
    const end = this.#factOf(index, 1) - from;
    if (this.#is(index, isPlain)) return body.toString('utf8', start - from + 1, end - 1);
    return asText(JSON.parse(body.toString('utf8', start - from, end)));
  }

  /** Whether the bytes of that text are the ASCII characters of this one. */
  #isWritten(index: number, text: string): boolean {
    const { body, from } = this.#of;
    const start = this.#factOf(index, 0) - from + 1;
    const length = this.#factOf(index, 1) - from - 1 - start;
    if (!this.#is(index, isPlain) || length !== text.length) return false;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code > 0x7f || body[start + at] !== code) return false;
    }
    return true;
  }

  /** Whether the scanner could tell its properties apart, or there are none. */
  get #isClear(): boolean {
    return (this.#fact(6) & 3) !== 1;
  }

  /** What the scanner found of a text: nothing, if it could not tell the row's properties apart. */
  #is(index: number, mark: number): boolean {
    return (this.#factOf(index, 2) & mark) !== 0;
  }

  #factOf(index: number, fact: number): number {
    return this.#fact(8 + 3 * index + fact);
  }

  #fact(index: number): number {
    return this.#of.facts[this.#at + index] ?? 0;
  }
}
