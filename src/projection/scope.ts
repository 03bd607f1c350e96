import type { CutField } from './program.ts';
import type { Words } from './words.ts';

interface Property {
  slot: number;
  isCopied: boolean;
  readonly inside: Map<string, Property>;
}

const buckets = 32;

/** The properties that are wanted of one object and of the objects in it, without those in lists. */
export class Scope {
  readonly #properties = new Map<string, Property>();
  readonly #slots: Property[] = [];
  /** Where its slots begin and end. */
  from = 0;
  to = 0;

  want(path: readonly string[]): Property {
    let properties = this.#properties;
    let property: Property | undefined;
    for (const name of path) {
      property = properties.get(name) ?? this.#add(properties, name);
      properties = property.inside;
    }
    if (property === undefined) throw new TypeError('A path names a property.');
    return property;
  }

  wantAll(fields: readonly CutField[], base: readonly string[]): void {
    for (const field of fields) {
      if ('path' in field) {
        const property = this.want([...base, ...field.path]);
        if (field.kind === 'json') property.isCopied = true;
      }
      if ('property' in field) this.want([...base, field.property]);
      if (field.kind === 'text' && field.unless !== undefined) this.want([...base, field.unless.property]);
      if ((field.kind === 'text' || field.kind === 'choice') && field.otherwise !== undefined) {
        this.wantAll([{ name: '', ...field.otherwise }], base);
      }
      if (field.kind === 'object') {
        const path = [...base, ...field.path];
        if (field.requires !== undefined) {
          this.want([...path, 'id' in field.requires ? field.requires.id : field.requires.text]);
        }
        this.wantAll(field.of, path);
      }
      if (field.kind === 'within') {
        if (field.unlessNotList !== undefined) this.want([...base, field.unlessNotList]);
        this.wantAll(field.of, base);
      }
    }
  }

  /** Gives all properties wanted so far their slots. */
  place(words: Words): void {
    this.from = words.alloc(this.#slots.length * 3);
    this.#slots.forEach((property, index) => {
      property.slot = this.from + index * 12;
    });
    this.to = this.from + this.#slots.length * 12;
  }

  /** Writes the shape by which the scanner finds properties. */
  shape(words: Words): number {
    return shapeOf(this.#properties, words);
  }

  #add(properties: Map<string, Property>, name: string): Property {
    // Every object inherits these: reading one that is not there would find something else.
    if (name in Object.prototype) throw new TypeError(`A property named ${name} cannot be cut.`);
    if (this.from !== 0) throw new Error('A property is wanted after the slots have their places.');
    const property = { slot: 0, isCopied: false, inside: new Map<string, Property>() };
    properties.set(name, property);
    this.#slots.push(property);
    return property;
  }
}

function shapeOf(properties: ReadonlyMap<string, Property>, words: Words): number {
  const first = Array.from({ length: buckets }, () => 0);
  for (const [name, { slot, isCopied, inside }] of properties) {
    const inner = inside.size === 0 ? 0 : shapeOf(inside, words);
    const bucket = bucketOf(name);
    first[bucket] = words.write(first[bucket] ?? 0, name, slot, inner, isCopied ? 1 : 0);
  }
  return words.write(...first);
}

/** As `propertyOf` of `read.ts` works it out. The quotes stand for the first and last byte of an empty name. */
function bucketOf(name: string): number {
  const bytes = Buffer.from(name);
  const quote = 0x22;
  return (bytes.length * 5 + (bytes[0] ?? quote) + (bytes.at(-1) ?? quote) * 3) % buckets;
}
