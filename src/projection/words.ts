const maxBytes = 65_536;
const encoder = new TextEncoder();

/** Thrown when what is written takes more memory than it may. */
export class TooLarge extends Error {}

/** Numbers of 32 bits and texts, written behind each other. A text is its address and its length in bytes. */
export class Words {
  readonly #bytes = new Uint8Array(maxBytes);
  readonly #view = new DataView(this.#bytes.buffer);
  #end: number;

  /** `start`: the address of what is written first. */
  constructor(start: number) {
    this.#end = start;
  }

  /** What has been written, from address 0 on. */
  get bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#end);
  }

  /** The address of so many numbers, which are 0. */
  alloc(numbers: number): number {
    return this.#reserve(numbers * 4);
  }

  /** Writes numbers and texts behind each other, and returns their address. */
  write(...values: readonly (number | string)[]): number {
    const numbers = values.flatMap((value) => (typeof value === 'string' ? this.#text(value) : [value]));
    const address = this.alloc(numbers.length);
    this.#set(address, numbers);
    return address;
  }

  /** Writes the same at an address that is reserved. */
  set(address: number, ...values: readonly (number | string)[]): void {
    this.#set(
      address,
      values.flatMap((value) => (typeof value === 'string' ? this.#text(value) : [value])),
    );
  }

  /** The characters themselves, at an address that is reserved. */
  setCharacters(address: number, text: string): void {
    this.#bytes.set(encoder.encode(text), address);
  }

  #set(address: number, numbers: readonly number[]): void {
    numbers.forEach((value, index) => this.#view.setInt32(address + index * 4, value, true));
  }

  #text(text: string): [address: number, length: number] {
    const encoded = encoder.encode(text);
    const address = this.#reserve(encoded.length);
    this.#bytes.set(encoded, address);
    return [address, encoded.length];
  }

  #reserve(bytes: number): number {
    const address = this.#end;
    this.#end = (address + bytes + 3) & ~3;
    if (this.#end > maxBytes) throw new TooLarge();
    return address;
  }
}
