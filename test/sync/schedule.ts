/** The generator of a case: the same seed makes the same case. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 13), 3_266_489_917);
    return ((mixed ^ (mixed >>> 16)) >>> 0) % below;
  };
}

/**
 * Changes become readable late, and carry the times of servers whose clocks run apart; a row that is in the trash stays in
 * its list for a while. Milliseconds.
 */
export const maxDelay = 7000;
export const maxRemoval = 3000;
export const maxSkew = 10_000;
export const maxDateSkew = 5_000;

interface PendingWrite {
  readonly at: number;
  readonly run: () => void;
}

/** The time of a virtual workspace, and what is still to become readable in it. */
export class Schedule {
  now = 1_700_000_000_000;
  #pending: PendingWrite[] = [];

  later(delay: number, run: () => void): void {
    if (delay === 0) run();
    else this.#pending.push({ at: this.now + delay, run });
  }

  dropPending(): void {
    this.#pending = [];
  }

  pass(ms: number): void {
    const until = this.now + ms;
    for (let next = this.#takeDue(until); next !== undefined; next = this.#takeDue(until)) {
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = until;
  }

  #takeDue(until: number): PendingWrite | undefined {
    const next = this.#pending.toSorted((a, b) => a.at - b.at).at(0);
    if (next === undefined || next.at > until) return undefined;
    this.#pending = this.#pending.filter((one) => one !== next);
    return next;
  }
}
