import { LinkedSet, type Place } from './linked-set.ts';

/** Something that holds memory for a client and can be aborted. One `HeldBytes` counts it, and keeps `held`. */
export interface Holder {
  destroy(): unknown;
  /** Whether the workspace has accepted the caller's credentials. */
  readonly isAccepted: boolean;
  held?: Place<Held> | undefined;
}

interface Held {
  readonly holder: Holder;
  bytes: number;
  /** Clock reading in milliseconds at which it last shrank. */
  since: number;
}

/** Milliseconds added to every holding time, so that among new holders the largest goes first. */
const headStartMs = 50;

/**
 * Bounds the total memory held until clients have sent or read something, which they can delay. Beyond the bound it
 * aborts the worst holder, by bytes times the time since they last shrank; it can be the one that is growing. Unverified
 * callers go before accepted ones. Rejecting new requests instead would let a few slow clients lock everyone out.
 */
export class HeldBytes {
  readonly #maxBytes: number;
  readonly #smallBytes: number;
  readonly #now: () => number;
  readonly #held = new LinkedSet<Held>();
  #bytes = 0;

  /** Holders of less than `smallBytes` are not counted: the number of connections bounds them. */
  constructor(maxBytes: number, smallBytes: number, now: () => number = () => performance.now()) {
    this.#maxBytes = maxBytes;
    this.#smallBytes = smallBytes;
    this.#now = now;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Sets what the holder holds now. */
  set(holder: Holder, bytes: number): void {
    if (bytes < this.#smallBytes) return this.drop(holder);
    holder.held ??= this.#held.add({ holder, bytes: 0, since: this.#now() });
    const held = holder.held.value;
    if (bytes < held.bytes) held.since = this.#now();
    this.#bytes += bytes - held.bytes;
    held.bytes = bytes;
    while (this.#bytes > this.#maxBytes) this.#abortWorst();
  }

  /** The holder holds nothing any more. */
  drop(holder: Holder): void {
    if (holder.held === undefined) return;
    this.#bytes -= holder.held.value.bytes;
    this.#held.remove(holder.held);
    holder.held = undefined;
  }

  #abortWorst(): void {
    const now = this.#now();
    let worst: Holder | undefined;
    let worstCost = -1;
    for (const { holder, bytes, since } of this.#held.values()) {
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
