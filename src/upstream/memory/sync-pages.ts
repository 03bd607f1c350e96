import type { Clock } from '../clock.ts';

/** How long "no pages of changes" is believed: an upgraded workspace is noticed within this time. Milliseconds. */
const memoryMs = 600_000;

/** Whether the workspace has pages of changes, which came with Rocket.Chat 8; the same for all callers. */
export class SyncPages {
  readonly #clock: Pick<Clock, 'now'>;
  /** Epoch milliseconds. */
  #missingUntil = 0;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  get areMissing(): boolean {
    return this.#clock.now() < this.#missingUntil;
  }

  /** The workspace refused a page, but not the same changes in one response. */
  refused(): void {
    this.#missingUntil = this.#clock.now() + memoryMs;
  }
}
