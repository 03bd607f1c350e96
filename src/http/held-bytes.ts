/** Something that takes up memory for a client, and can be broken off. */
export interface Holder {
  destroy(): unknown;
}

/**
 * Memory that is held until clients have sent or read something, which is theirs to delay. All of it together is
 * bounded: beyond that, whoever began first is broken off, which hits those who are slowest and nobody else. To turn
 * away whoever comes next would let a few slow clients keep everybody out.
 */
export class HeldBytes {
  readonly #maxBytes: number;
  readonly #smallBytes: number;
  readonly #held = new Map<Holder, number>();
  #bytes = 0;

  /** What holds less than `smallBytes` is not counted: the number of connections bounds that. */
  constructor(maxBytes: number, smallBytes: number) {
    this.#maxBytes = maxBytes;
    this.#smallBytes = smallBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Says what the holder holds now. The one that says so is never broken off by that. */
  set(holder: Holder, bytes: number): void {
    if (bytes < this.#smallBytes) return;
    this.#bytes += bytes - (this.#held.get(holder) ?? 0);
    this.#held.set(holder, bytes);
    for (const oldest of this.#held.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      if (oldest === holder) continue;
      this.drop(oldest);
      oldest.destroy();
    }
  }

  /** Whatever it held is gone. */
  drop(holder: Holder): void {
    this.#bytes -= this.#held.get(holder) ?? 0;
    this.#held.delete(holder);
  }
}
