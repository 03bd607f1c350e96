import type { Clock } from '../clock.ts';

/** How long "no read receipts" is believed: a newly bought licence shows within this time. Milliseconds. */
const memoryMs = 60_000;
/** How long other calls wait for the first one: a little longer than a usual response takes. Milliseconds. */
const patienceMs = 300;

/**
 * Whether the workspace has read receipts, which take a licence and a build with the premium endpoints. The same for all
 * callers; learnt from calls for receipts.
 */
export class ReceiptsLicence {
  readonly #clock: Clock;
  #isLicensed = false;
  /** Epoch milliseconds. */
  #learnedAt = Number.NEGATIVE_INFINITY;
  readonly #onMissing: (ms: number) => void;

  /** `onMissing` runs when the licence turns out to be missing, with the milliseconds that this is believed. */
  constructor(clock: Clock, onMissing: (ms: number) => void = () => undefined) {
    this.#clock = clock;
    this.#onMissing = onMissing;
  }

  get state(): 'licensed' | 'missing' | 'unknown' {
    if (this.#isLicensed) return 'licensed';
    return this.#clock.now() - this.#learnedAt < memoryMs ? 'missing' : 'unknown';
  }

  learn(isLicensed: boolean): void {
    this.#isLicensed = isLicensed;
    this.#learnedAt = this.#clock.now();
    if (!isLicensed) this.#onMissing(memoryMs);
  }

  /** Another gateway found the licence missing, which is believed for so many milliseconds more, if for any. */
  hearMissing(ms: number): void {
    if (this.state !== 'unknown') return;
    this.#isLicensed = false;
    this.#learnedAt = this.#clock.now() - memoryMs + Math.min(ms, memoryMs);
  }

  /** Resolves when the first call for receipts has ended, or has taken too long to wait for. */
  whenKnown(call: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(patienceMs, resolve);
      const end = () => {
        cancel();
        resolve();
      };
      call.then(end, end);
    });
  }
}
