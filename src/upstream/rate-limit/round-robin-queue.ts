/** A waiting call: whose it is, and since when it waits (epoch milliseconds). */
export interface QueuedCall {
  readonly callerKey: string;
  readonly since: number;
}

/** A queue that serves callers round-robin, and each caller's calls first in, first out. */
export class RoundRobinQueue<Waiter extends QueuedCall> {
  /** By caller, in round-robin order; none is empty. */
  readonly #queues = new Map<string, Waiter[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** A caller's calls, in order. */
  of(callerKey: string): readonly Waiter[] {
    return this.#queues.get(callerKey) ?? [];
  }

  /** The next call of each caller, in round-robin order. */
  get firsts(): Waiter[] {
    return [...this.#queues.values()].flatMap((queue) => queue.slice(0, 1));
  }

  /** All of them, caller by caller. */
  get waiters(): Waiter[] {
    return [...this.#queues.values()].flat();
  }

  /** Whether no other caller's calls wait. */
  isOnly(callerKey: string): boolean {
    return this.#queues.size === 0 || (this.#queues.size === 1 && this.#queues.has(callerKey));
  }

  add(waiter: Waiter): void {
    const queue = this.#queues.get(waiter.callerKey);
    if (queue === undefined) this.#queues.set(waiter.callerKey, [waiter]);
    else queue.push(waiter);
    this.#size += 1;
  }

  /** False when it is not in the queue. */
  remove(waiter: Waiter): boolean {
    const queue = this.#queues.get(waiter.callerKey) ?? [];
    const index = queue.indexOf(waiter);
    if (index === -1) return false;
    queue.splice(index, 1);
    if (queue.length === 0) this.#queues.delete(waiter.callerKey);
    this.#size -= 1;
    return true;
  }

  /** Takes out the first call in round-robin order that may go, and moves its caller to the end of that order. */
  takeNext(mayGo: (waiter: Waiter) => boolean): Waiter | undefined {
    for (const waiter of this.firsts) {
      if (!mayGo(waiter)) continue;
      this.remove(waiter);
      const rest = this.#queues.get(waiter.callerKey);
      if (rest === undefined) return waiter;
      this.#queues.delete(waiter.callerKey);
      this.#queues.set(waiter.callerKey, rest);
      return waiter;
    }
    return undefined;
  }

  /**
   * Makes room for a call of this caller: takes out the newest call of the caller with most calls here. Undefined when no
   * caller has more than this one would have: then their own call is the one too many.
   */
  takeNewestOfLargest(callerKey: string): Waiter | undefined {
    const own = (this.#queues.get(callerKey)?.length ?? 0) + 1;
    let largest: Waiter[] = [];
    for (const queue of this.#queues.values()) if (queue.length > largest.length) largest = queue;
    const newest = largest.at(-1);
    if (newest === undefined || largest.length <= own) return undefined;
    this.remove(newest);
    return newest;
  }
}
