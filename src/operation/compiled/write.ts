import { ByteString, bytesOf } from '../../byte-string.ts';
import { ChosenObject, CutObject } from './cut-object.ts';
import type { Completion, Data, Selection, Step } from './operation.ts';

/**
 * The body of a response: `JSON.stringify(data)` for the data of a compiled run between two other texts, except that what
 * aliases repeat is stringified once, and that the texts of cut objects stay the bytes that they are.
 */
export function write(selection: Selection, data: Data, before = '', after = ''): string | ByteString {
  if (!selection.needsWriter) return `${before}${JSON.stringify(data)}${after}`;
  const writer = new Writer();
  writer.add(bytesOf(before));
  writer.object(selection, data);
  writer.add(bytesOf(after));
  return new ByteString(writer.bytes);
}

/** Writes the parts of a data tree behind each other. */
class Writer {
  /** Written so far, a character for each byte. */
  readonly #parts: string[] = [];
  /** The texts of rows behind it, which lie behind each other in a text: from 0 to 0 if there are none. */
  #of = '';
  #start = 0;
  #end = 0;
  /** What is written behind them. */
  #text = '';

  get bytes(): string {
    this.#flush();
    let bytes = '';
    for (const part of this.#parts) bytes += part;
    return bytes;
  }

  add(bytes: string): void {
    this.#text += bytes;
  }

  /** Each value by itself: looking through all that is written would copy it. */
  #json(value: unknown): void {
    this.add(bytesOf(JSON.stringify(value)));
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
        else this.#json(data[responseName]);
        if (from !== undefined) places?.set(responseName, [from, this.#flush()]);
      }
    }
  }

  #value(completion: Completion, value: unknown): void {
    if (value instanceof ChosenObject) this.object(value.selection, value.data);
    else if (completion.kind === 'object' && value instanceof CutObject) this.#cutObject(completion.selection, value);
    else if (value === null || !completion.needsWriter) this.#json(value);
    else if (completion.kind === 'object') this.object(completion.selection, value as Data);
    else if (completion.kind === 'list') this.#list(completion.item, value as readonly unknown[]);
    else this.#json(value);
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

  #cutObject({ cut }: Selection, { of, start, end, rest }: CutObject): void {
    if (cut?.rest === undefined || rest === undefined) {
      this.#slice(of, start, end);
      return;
    }
    this.#slice(of, start, end - 1);
    this.add(',');
    this.#members(cut.rest.steps, rest, cut.rest.needsCopies);
    this.add('}');
  }

  /** Texts that lie behind each other become one. */
  #slice(of: string, start: number, end: number): void {
    if (this.#text === ',' && this.#end + 1 === start && this.#of === of) this.#text = '';
    else {
      this.#flush();
      this.#of = of;
      this.#start = start;
    }
    this.#end = end;
  }

  #repeat([from, to]: readonly [number, number] = [0, 0]): void {
    this.#flush();
    for (let index = from; index < to; index += 1) this.#parts.push(this.#parts[index] as string);
  }

  /** The index of the next part. */
  #flush(): number {
    if (this.#end > 0) this.#parts.push(this.#of.slice(this.#start, this.#end));
    if (this.#text !== '') this.#parts.push(this.#text);
    this.#of = this.#text = '';
    this.#start = this.#end = 0;
    return this.#parts.length;
  }
}
