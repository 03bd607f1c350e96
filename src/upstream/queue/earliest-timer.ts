import type { Clock } from '../clock.ts';

/** One timer for many times: it runs at the earliest of those that were set since it last ran or was cancelled. */
export class EarliestTimer {
  readonly #clock: Clock;
  readonly #run: () => void;
  #at = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, run: () => void) {
    this.#clock = clock;
    this.#run = run;
  }

  /** `time`: epoch milliseconds. */
  set(time: number): void {
    if (time >= this.#at) return;
    this.cancel();
    this.#at = time;
    this.#cancel = this.#clock.after(time - this.#clock.now(), () => {
      this.cancel();
      this.#run();
    });
  }

  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#at = Number.POSITIVE_INFINITY;
  }
}
