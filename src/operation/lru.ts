interface Entry<Value> {
  readonly value: Value;
  bytes: number;
  /** Since its place in the queue was last looked at. */
  isUsed: boolean;
}

/** Bytes of an entry besides its key and value. */
const entryBytes = 300;

/**
 * Cache bounded by bytes that evicts what was not used of late: a queue of which the first entry goes, or gets a second
 * chance at the end if it has been used since it came there. An exact LRU would move an entry at each use; a small Map
 * replaces its table each time an entry moves, and in V8 each dead table that has grown old keeps the next ones, with all
 * that they held, until the next full collection.
 */
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

  /** The value, marked as used. */
  use(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.isUsed = true;
    return entry.value;
  }

  /** `bytes`: size of the value; one larger than the whole cache is not kept. */
  set(key: string, value: Value, bytes: number): void {
    this.delete(key);
    const entry = { value, bytes: entryBytes + 2 * key.length + bytes, isUsed: false };
    if (entry.bytes > this.#maxBytes) return;
    this.#makeRoom(entry.bytes);
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
  }

  /** Adds bytes to the size of a value. */
  grow(key: string, bytes: number): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.bytes += bytes;
    this.#bytes += bytes;
    this.#makeRoom(0);
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#bytes -= entry.bytes;
    this.#entries.delete(key);
    this.#onDrop(entry.value);
  }

  #makeRoom(bytes: number): void {
    for (const [key, entry] of this.#entries) {
      if (this.#bytes + bytes <= this.#maxBytes) return;
      if (!entry.isUsed) this.delete(key);
      else {
        entry.isUsed = false;
        this.#entries.delete(key);
        this.#entries.set(key, entry); // the loop comes to it again, at the end
      }
    }
  }
}
