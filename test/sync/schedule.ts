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
const maxSkew = 10_000;
const maxDateSkew = 5_000;

interface PendingWrite {
  readonly at: number;
  readonly run: () => void;
}

/** The time of a virtual workspace by the clocks of its servers, and what is still to become readable in it. */
export class Schedule {
  now = 1_700_000_000_000;
  /** A whole number below the given one. */
  readonly random: (below: number) => number;
  readonly #skews: number[];
  readonly #dateSkew: number;
  #pending: PendingWrite[] = [];

  constructor(random: (below: number) => number) {
    this.random = random;
    this.#skews = [0, 1, 2].map(() => random(2 * maxSkew) - maxSkew);
    this.#dateSkew = random(2 * maxDateSkew) - maxDateSkew;
  }

  toss(): boolean {
    return this.random(2) === 0;
  }

  /** What a `Date` header lets a reader conclude: never later than the moment of reading. */
  readAt(): number {
    return this.now + this.#dateSkew - this.random(1500);
  }

  /** Now, by the clock of one of the servers. */
  stamp(): number {
    return this.now + (this.#skews[this.random(3)] ?? 0);
  }

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
