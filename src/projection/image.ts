import type { CutField, Program, Required } from './program.ts';
import { Scope } from './scope.ts';
import { TooLarge, Words } from './words.ts';

/**
 * A program as it lies in the scanner's memory, from address 0 on. Numbers have 32 bits; a text is its address and its length
 * in bytes; 0 is no address.
 *
 *      4  the texts null, true and false, four bytes apart
 *     20  results: where the body's list begins and ends; where the rows' texts end; where all that was
 *        written ends; where the rows end
 *     48  the list's name; 56 the row's shape; 60 its slots, from and to; 68 its fields; 72 the slot of `_hidden`
 *     76  number of keys; 80 their slots
 *
 * A shape is 32 lists of properties, by a hash of the name. A property: the next one in its list, name, slot, shape of the
 * object inside, whether it is copied whole. A slot: where a value begins and ends, whether JSON.stringify rewrites it. Fields
 * of an object: how many, how many of them are leaves, their addresses. A field: kind, `,"name":`, whether null is refused, the
 * JSON that stands for none, or the field that is read instead and a length of 0, slot, then what its kind needs (`write.ts`).
 *
 * Undefined for a program that takes more memory than it may.
 */
export function imageOf(program: Program): Uint8Array | undefined {
  try {
    return write(program);
  } catch (error) {
    if (error instanceof TooLarge) return undefined;
    throw error;
  }
}

function write({ list, keys, fields }: Program): Uint8Array {
  const words = new Words(80);
  words.alloc(keys.length);
  words.setCharacters(4, 'nulltruefalse');
  const row = new Scope();
  const hidden = row.want(['_hidden']);
  const keyProperties = keys.map((path) => row.want(path));
  row.wantAll(fields, []);
  row.place(words);
  const shape = row.shape(words);
  words.set(48, list, shape, row.from, row.to, fieldsOf(words, fields, row, []), hidden.slot);
  words.set(76, keys.length, ...keyProperties.map(({ slot }) => slot));
  return words.bytes;
}

function fieldsOf(words: Words, fields: readonly CutField[], scope: Scope, base: readonly string[]): number {
  if (fields.length === 0) throw new TypeError('An object of an answer has fields.');
  const leaves = fields.filter(({ kind }) => kind !== 'object' && kind !== 'objects' && kind !== 'within');
  const addresses = fields.map((field, index) => fieldOf(words, field, index, scope, base));
  return words.write(fields.length, leaves.length, ...addresses);
}

function fieldOf(words: Words, field: CutField, index: number, scope: Scope, base: readonly string[]): number {
  const prefix = `${index === 0 ? '{' : ','}${JSON.stringify(field.name)}:`;
  const slotOf = (path: readonly string[]): number => scope.want([...base, ...path]).slot;
  const required = (inner: Scope, at: readonly string[], requires: Required | undefined): [number, number] => {
    if (requires === undefined) return [0, 0];
    return 'id' in requires ? [inner.want([...at, requires.id]).slot, 1] : [inner.want([...at, requires.text]).slot, 0];
  };
  const write = (kind: number, none = 'null', ...more: (number | string)[]): number =>
    words.write(kind, prefix, field.isNonNull === true && none === 'null' ? 1 : 0, none, ...more);
  /** The same for a field that may have another one to read instead of null. */
  const writeOr = (kind: number, { orElse, otherwise }: Alternative, ...more: (number | string)[]): number => {
    if (otherwise === undefined) return write(kind, orElse, ...more);
    const other: CutField = { name: '', isNonNull: field.isNonNull === true, ...otherwise };
    return words.write(kind, prefix, 0, fieldOf(words, other, 0, scope, base), 0, ...more);
  };

  switch (field.kind) {
    case 'constant':
      return write(kinds.constant, field.json);
    case 'text': {
      const { unless } = field;
      const more = unless === undefined ? [0] : [slotOf([unless.property]), escaped(unless.value), unless.json];
      return writeOr(kinds.text, field, slotOf(field.path), ...more);
    }
    case 'id':
    case 'instant':
    case 'int':
    case 'boolean':
    case 'json':
      return write(kinds[field.kind], field.orElse, slotOf(field.path));
    case 'equals':
      return field.value === true
        ? write(kinds.isTrue, undefined, slotOf([field.property]))
        : write(kinds.equals, undefined, slotOf([field.property]), escaped(field.value));
    case 'choice': {
      const cases = field.cases.flatMap(([text, json]) => [escaped(text), json]);
      return writeOr(kinds.choice, field, slotOf([field.property]), field.cases.length, ...cases);
    }
    case 'texts':
      return write(kinds.texts, field.orElse ?? '[]', slotOf([field.property]));
    case 'object': {
      const path = [...base, ...field.path];
      const [slot, isId] = required(scope, path, field.requires);
      return write(kinds.object, undefined, slotOf(field.path), slot, fieldsOf(words, field.of, scope, path), isId);
    }
    case 'objects': {
      const item = new Scope();
      if (field.requires !== undefined) required(item, [], field.requires);
      item.wantAll(field.of, []);
      item.place(words);
      const [slot, isId] = required(item, [], field.requires);
      const of = fieldsOf(words, field.of, item, []);
      const list = slotOf([field.property]);
      return write(kinds.objects, undefined, list, slot, of, isId, item.shape(words), item.from, item.to);
    }
    default: {
      const list = field.unlessNotList === undefined ? 0 : slotOf([field.unlessNotList]);
      return write(kinds.within, undefined, 0, list, fieldsOf(words, field.of, scope, base));
    }
  }
}

type Alternative = Extract<CutField, { kind: 'text' | 'choice' }>;

/** The kinds of fields that `write.ts` knows. */
const kinds = {
  constant: 0,
  text: 1,
  id: 2,
  instant: 3,
  int: 4,
  boolean: 5,
  json: 6,
  equals: 7,
  isTrue: 8,
  choice: 9,
  texts: 10,
  object: 11,
  objects: 12,
  within: 13,
};

/** A text as JSON.stringify writes it between quotes. */
const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
