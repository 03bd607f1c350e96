/** Who waits in a line: by whom, and since when (epoch milliseconds). */
export interface Waiting {
  readonly callerKey: string;
  readonly since: number;
}

/** A line in which callers take turns, each by the order of their own calls. */
export class Line<Waiter extends Waiting> {
  /** By caller, those whose turn comes first in front; none is empty. */
  readonly #queues = new Map<string, Waiter[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The caller who comes next of each, in the order of turns. */
  get firsts(): Waiter[] {
    return [...this.#queues.values()].flatMap((queue) => queue.slice(0, 1));
  }

  /** All of them, caller by caller. */
  get waiters(): Waiter[] {
    return [...this.#queues.values()].flat();
  }

  isOnly(callerKey: string): boolean {
    return this.#queues.size === 0 || (this.#queues.size === 1 && this.#queues.has(callerKey));
  }

  add(waiter: Waiter): void {
    const queue = this.#queues.get(waiter.callerKey);
    if (queue === undefined) this.#queues.set(waiter.callerKey, [waiter]);
    else queue.push(waiter);
    this.#size += 1;
  }

  /** False when it is not in the line. */
  remove(waiter: Waiter): boolean {
    const queue = this.#queues.get(waiter.callerKey) ?? [];
    const index = queue.indexOf(waiter);
    if (index === -1) return false;
    queue.splice(index, 1);
    if (queue.length === 0) this.#queues.delete(waiter.callerKey);
    this.#size -= 1;
    return true;
  }

  /** Takes out the first in the order of turns who may go; that caller's next call is the last in that order. */
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
   * Makes room for a call of that caller by taking out the newest call of whoever has most of them here. Undefined where
   * nobody has more than the caller would have: then their own call is the one too many.
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
