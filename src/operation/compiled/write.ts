import { ByteString, bytesOf } from '../../byte-string.ts';
import type { TextSlice } from '../../projection/cut-row.ts';
import { ChosenObject, CutObject } from './cut-object.ts';
import type { Completion, Data, Selection, Step } from './operation.ts';

/**
 * The body of a response: `JSON.stringify(data)` for the data of a compiled run between two other texts, except that what
 * aliases repeat is stringified once, and that the texts of cut objects stay the bytes that they are.
 */
export function write(selection: Selection, data: Data, before = '', after = ''): string | ByteString {
  if (!selection.needsWriter) return `${before}${JSON.stringify(data)}${after}`;
  const writer = new Writer();
  writer.add(before);
  writer.object(selection, data);
  writer.add(after);
  return writer.body;
}

/** Writes the parts of a data tree behind each other. */
class Writer {
  /** Written so far, as bytes, but for `#text`. */
  readonly #parts: (string | TextSlice)[] = [];
  #text = '';

  get body(): string | ByteString {
    if (this.#parts.length === 0) return this.#text;
    this.#flush();
    let bytes = '';
    for (const part of this.#parts) bytes += typeof part === 'string' ? part : part.of.slice(part.start, part.end);
    return new ByteString(bytes);
  }

  add(text: string): void {
    this.#text += text;
  }

  object({ steps, needsCopies }: Selection, data: Data): void {
    this.add('{');
    this.#members(steps, data, needsCopies);
    this.add('}');
  }

  #members(steps: readonly Step[], data: Data, needsCopies: boolean): void {
    const places = needsCopies ? new Map<string, readonly [from: number, to: number]>() : undefined;
    let separator = '';
    for (const step of steps) {
      const { responseName } = step;
      this.add(`${separator}"${responseName}":`);
      separator = ',';
      if (step.kind === 'copy') this.#repeat(places?.get(step.of));
      else {
        const from = places && this.#flush();
        if (step.kind === 'field') this.#value(step.completion, data[responseName]);
        else this.add(JSON.stringify(data[responseName]));
        if (from !== undefined) places?.set(responseName, [from, this.#flush()]);
      }
    }
  }

  #value(completion: Completion, value: unknown): void {
    if (value instanceof ChosenObject) this.object(value.selection, value.data);
    else if (completion.kind === 'object' && value instanceof CutObject) this.#cutObject(completion.selection, value);
    else if (value === null || !completion.needsWriter) this.add(JSON.stringify(value));
    else if (completion.kind === 'object') this.object(completion.selection, value as Data);
    else if (completion.kind === 'list') this.#list(completion.item, value as readonly unknown[]);
    else this.add(JSON.stringify(value));
  }

  #list(item: Completion, values: readonly unknown[]): void {
    this.add('[');
    let separator = '';
    for (const value of values) {
      this.add(separator);
      separator = ',';
      this.#value(item, value);
    }
    this.add(']');
  }

  #cutObject({ cut }: Selection, { text, rest }: CutObject): void {
    if (cut?.rest === undefined || rest === undefined) {
      this.#slice(text);
      return;
    }
    this.#slice({ ...text, end: text.end - 1 });
    this.add(',');
    this.#members(cut.rest.steps, rest, cut.rest.needsCopies);
    this.add('}');
  }

  /** Texts that lie behind each other become one. */
  #slice(slice: TextSlice): void {
    const last = this.#text === ',' ? this.#parts.at(-1) : undefined;
    if (typeof last === 'object' && last.of === slice.of && last.end + 1 === slice.start) {
      this.#text = '';
      this.#parts[this.#parts.length - 1] = { of: last.of, start: last.start, end: slice.end };
      return;
    }
    this.#flush();
    this.#parts.push(slice);
  }

  #repeat([from, to]: readonly [number, number] = [0, 0]): void {
    this.#flush();
    for (let index = from; index < to; index += 1) this.#parts.push(this.#parts[index] as string | TextSlice);
  }

  /** The index of the next part. */
  #flush(): number {
    if (this.#text !== '') this.#parts.push(bytesOf(this.#text));
    this.#text = '';
    return this.#parts.length;
  }
}
