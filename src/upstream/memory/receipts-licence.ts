import type { Clock } from '../clock.ts';

/** How long "no read receipts here" is believed: a licence that was bought shows within this time. Milliseconds. */
const memoryMs = 60_000;
/** How long other calls wait for the one that finds out: longer than a usual answer takes, and no more. Milliseconds. */
const patienceMs = 300;

/**
 * Whether the workspace has read receipts at all: they need a licence, and a build with the premium endpoints. It is the
 * same for all callers, and learnt from the calls that ask for receipts.
 */
export class ReceiptsLicence {
  readonly #clock: Clock;
  #isLicensed: boolean | undefined;
  /** Epoch milliseconds. */
  #learntAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get state(): 'licensed' | 'missing' | 'unknown' {
    if (this.#isLicensed === undefined) return 'unknown';
    if (this.#isLicensed) return 'licensed';
    return this.#clock.now() - this.#learntAt < memoryMs ? 'missing' : 'unknown';
  }

  learn(isLicensed: boolean): void {
    this.#isLicensed = isLicensed;
    this.#learntAt = this.#clock.now();
  }

  /** Resolves when the call that finds out has ended, or has taken so long that it is not worth waiting for. */
  whenFoundOut(call: Promise<unknown>): Promise<void> {
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
