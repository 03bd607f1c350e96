import { asInstant, asObject, asText, isShortText, type JsonObject } from '../json.ts';
import { LazyRow, type CutSource } from './lazy-row.ts';

// Checks of the texts of an object. Of a lazy row the scanner has found most: then no text is made of bytes.

/** `a`, or `a.b` for a property of the object `a`. */
export class TextPath {
  readonly path: string;
  readonly #names: readonly string[];
  /** Where it was looked up last, and what was found: rows come by the page. */
  #indexOf: CutSource['indexOf'] | undefined;
  #index: number | undefined;

  constructor(path: string) {
    this.path = path;
    this.#names = path.split('.');
  }

  /** Which of the texts that the scanner looks for it is. */
  indexIn(lazy: LazyRow): number | undefined {
    const { indexOf } = LazyRow.sourceOf(lazy);
    if (indexOf !== this.#indexOf) {
      this.#indexOf = indexOf;
      this.#index = indexOf.get(this.path);
    }
    return this.#index;
  }

  valueIn(object: JsonObject): unknown {
    let value: unknown = object;
    for (const name of this.#names) value = asObject(value)?.[name];
    return value;
  }
}

/** Whether there is a text that has characters, but at most so many bytes in UTF-8. */
export function isTextWithin(object: JsonObject, path: TextPath, bytes: number): boolean {
  if (LazyRow.isOne(object)) {
    const index = path.indexIn(object);
    if (index !== undefined) return LazyRow.rowOf(object).isWithin(index, bytes);
  }
  return isShortText(path.valueIn(object), bytes);
}

/** Whether there is a text that is an instant. */
export function isInstantAt(object: JsonObject, path: TextPath): boolean {
  if (LazyRow.isOne(object)) {
    const index = path.indexIn(object);
    if (index !== undefined) return LazyRow.rowOf(object).isInstant(index);
  }
  return asInstant(path.valueIn(object)) !== undefined;
}

/** Whether there is this text. */
export function isTextAt(object: JsonObject, path: TextPath, text: string): boolean {
  if (LazyRow.isOne(object)) {
    const index = path.indexIn(object);
    if (index !== undefined) return LazyRow.rowOf(object).isText(index, text);
  }
  return path.valueIn(object) === text;
}

/** The text, if there is one. */
export function textAt(object: JsonObject, path: TextPath): string | undefined {
  if (LazyRow.isOne(object)) {
    const index = path.indexIn(object);
    if (index !== undefined) return LazyRow.rowOf(object).key(index);
  }
  return asText(path.valueIn(object));
}
