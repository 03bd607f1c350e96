/** An answer on its way, which can be broken off. */
interface Sending {
  once(event: 'close', listener: () => void): unknown;
  destroy(): unknown;
}

/** Smaller answers fit into the buffers of the operating system, and need not be watched. */
const smallBytes = 64 * 1024;

/**
 * Answers that their clients have not read yet. They are held in memory, so all of them together are bounded: beyond
 * that, the one that has waited longest is broken off, which hits those who read slowest and nobody else.
 */
export class Unsent {
  readonly #maxBytes: number;
  readonly #answers = new Map<Sending, number>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(sending: Sending, bytes: number): void {
    if (bytes < smallBytes) return;
    this.#answers.set(sending, bytes);
    this.#bytes += bytes;
    sending.once('close', () => this.#remove(sending));
    for (const oldest of this.#answers.keys()) {
      if (this.#bytes <= this.#maxBytes || oldest === sending) return;
      oldest.destroy();
      this.#remove(oldest);
    }
  }

  #remove(sending: Sending): void {
    this.#bytes -= this.#answers.get(sending) ?? 0;
    this.#answers.delete(sending);
  }
}
