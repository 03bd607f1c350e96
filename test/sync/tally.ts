import { expect } from 'vitest';

/** What a client was told so far. */
export interface ToldClient {
  /** Answers, and those of them that said to reload. */
  readonly answers: number;
  readonly reloads: number;
  /** Changes of all answers. */
  readonly told: number;
}

/** What the clients of all seeds were told: one that is always told to reload holds what it should, and syncs nothing. */
export class Tally {
  #answers = 0;
  #told = 0;
  reloads = 0;

  add({ answers, reloads, told }: ToldClient): void {
    this.#answers += answers;
    this.reloads += reloads;
    this.#told += told;
  }

  expectChangesTold(): void {
    expect(this.#told).toBeGreaterThan(0);
    expect(this.reloads).toBeLessThan(this.#answers / 2);
  }
}
