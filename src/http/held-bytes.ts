/** Something that takes up memory for a client, and can be broken off. */
export interface Holder {
  destroy(): unknown;
  /** Whether it is held for a caller whom the workspace has accepted. */
  readonly isAccepted: boolean;
}

interface Held {
  bytes: number;
  /** Milliseconds of the clock since when it has not become less. */
  since: number;
}

/** So much is added to the time for which something was held: of what has just begun, the largest goes first. Milliseconds. */
const headStartMs = 50;

/**
 * Memory that is held until clients have sent or read something, which is theirs to delay. All of it together is
 * bounded: beyond that the largest and slowest is broken off, by its bytes times the time for which they have not become
 * less, be it the one that grows just then. What is held for strangers goes before what is held for callers. To turn away
 * whoever comes next would let a few slow clients keep everybody out.
 */
export class HeldBytes {
  readonly #maxBytes: number;
  readonly #smallBytes: number;
  readonly #now: () => number;
  readonly #held = new Map<Holder, Held>();
  #bytes = 0;

  /** What holds less than `smallBytes` is not counted: the number of connections bounds that. */
  constructor(maxBytes: number, smallBytes: number, now: () => number = () => performance.now()) {
    this.#maxBytes = maxBytes;
    this.#smallBytes = smallBytes;
    this.#now = now;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Says what the holder holds now. */
  set(holder: Holder, bytes: number): void {
    if (bytes < this.#smallBytes) return this.drop(holder);
    let held = this.#held.get(holder);
    if (held === undefined) this.#held.set(holder, (held = { bytes: 0, since: this.#now() }));
    else if (bytes < held.bytes) held.since = this.#now();
    this.#bytes += bytes - held.bytes;
    held.bytes = bytes;
    while (this.#bytes > this.#maxBytes) this.#breakOff();
  }

  /** Whatever it held is gone. */
  drop(holder: Holder): void {
    this.#bytes -= this.#held.get(holder)?.bytes ?? 0;
    this.#held.delete(holder);
  }

  #breakOff(): void {
    const now = this.#now();
    let worst: Holder | undefined;
    let worstCost = -1;
    for (const [holder, { bytes, since }] of this.#held) {
      const cost = bytes * (now - since + headStartMs);
      const isWorse =
        worst === undefined || holder.isAccepted === worst.isAccepted ? cost > worstCost : !holder.isAccepted;
      if (isWorse) [worst, worstCost] = [holder, cost];
    }
    if (worst === undefined) return;
    this.drop(worst);
    worst.destroy();
  }
}

/** The memory that clients make the gateway hold, by what holds it. */
export interface Memory {
  /** Bodies that have not arrived completely. */
  readonly arriving: HeldBytes;
  /** What requests under way take of the heap, estimated. */
  readonly held: HeldBytes;
  /** Responses that clients have not read yet. */
  readonly unsent: HeldBytes;
}

export interface MemoryLimits {
  readonly maxArrivingBytes: number;
  readonly maxHeldBytes: number;
  readonly maxUnsentBytes: number;
}

/** Nearly all bodies are smaller, and together, over all connections, they hold little. */
const smallBodyBytes = 16 * 1024;
/** Heap of a usual request; as many as may be under way take little together. */
const smallRequestBytes = 256 * 1024;
/** Smaller responses fit into the buffers of the operating system. */
const smallResponseBytes = 64 * 1024;

export const boundMemory = ({ maxArrivingBytes, maxHeldBytes, maxUnsentBytes }: MemoryLimits): Memory => ({
  arriving: new HeldBytes(maxArrivingBytes, smallBodyBytes),
  held: new HeldBytes(maxHeldBytes, smallRequestBytes),
  unsent: new HeldBytes(maxUnsentBytes, smallResponseBytes),
});
