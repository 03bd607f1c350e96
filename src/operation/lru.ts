interface Entry<Value> {
  readonly value: Value;
  bytes: number;
}

/** Bytes of an entry besides its key and value. */
const entryBytes = 300;

/** LRU cache bounded by bytes: it evicts the least recently used entries first. */
export class Lru<Value> {
  readonly #maxBytes: number;
  readonly #onDrop: (value: Value) => void;
  readonly #entries = new Map<string, Entry<Value>>();
  #bytes = 0;

  /** `onDrop` receives each value that leaves the cache. */
  constructor(maxBytes: number, onDrop: (value: Value) => void = () => undefined) {
    this.#maxBytes = maxBytes;
    this.#onDrop = onDrop;
  }

  /** Bytes of all entries, as declared. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value, without marking it as used. */
  peek(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** The value, marked as most recently used. */
  use(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** `bytes`: size of the value; one larger than the whole cache is not kept. */
  set(key: string, value: Value, bytes: number): void {
    this.delete(key);
    const entry = { value, bytes: entryBytes + 2 * key.length + bytes };
    if (entry.bytes > this.#maxBytes) return;
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
    this.#shrink();
  }

  /** Adds bytes to the size of a value. */
  grow(key: string, bytes: number): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.bytes += bytes;
    this.#bytes += bytes;
    this.#shrink();
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#bytes -= entry.bytes;
    this.#entries.delete(key);
    this.#onDrop(entry.value);
  }

  #shrink(): void {
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.delete(oldest);
    }
  }
}
