import type { Clock } from '../clock.ts';

/** A reading is repeated after this time, beside the requests. Milliseconds. */
const freshMs = 600_000;
/** What was read is believed for this time, should readings fail. Milliseconds. */
const believedMs = 3_600_000;
/** A reading that failed is repeated after this time. Milliseconds. */
const retryMs = 30_000;
/** `Date` has whole seconds. Milliseconds. */
const granularityMs = 1000;

export interface DeletionPolicy {
  readonly isHiding: boolean;
  /** When the workspace said so, by its own clock, in epoch milliseconds. */
  readonly readAt: number;
}

/**
 * Whether the workspace hides deleted messages instead of removing them: then no list of changes tells that they are gone.
 * The same for all callers.
 */
export class DeletedMessages {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #read: () => Promise<DeletionPolicy | undefined>;
  #isHiding = false;
  /** It may have hidden messages until then, by its own clock. */
  #hidUntil = Number.NEGATIVE_INFINITY;
  /** Epoch milliseconds. */
  #believedUntil = 0;
  #nextReadingAt = 0;
  #reading: Promise<void> | undefined;

  /** `read` asks the workspace, and resolves to undefined if it does not say. */
  constructor(clock: Pick<Clock, 'now'>, read: () => Promise<DeletionPolicy | undefined>) {
    this.#clock = clock;
    this.#read = read;
  }

  /**
   * Whether messages may have been hidden since then, by the workspace's clock; true while it does not say. Waits for a
   * reading only if nothing is known.
   */
  async mayBeHiddenSince(since: number): Promise<boolean> {
    if (this.#clock.now() >= this.#nextReadingAt) this.#reading ??= this.#readAgain();
    if (!this.#isKnown) await this.#reading;
    return !this.#isKnown || this.#isHiding || since <= this.#hidUntil;
  }

  get #isKnown(): boolean {
    return this.#clock.now() < this.#believedUntil;
  }

  async #readAgain(): Promise<void> {
    const policy = await this.#read();
    this.#reading = undefined;
    const now = this.#clock.now();
    this.#nextReadingAt = now + (policy === undefined ? retryMs : freshMs);
    if (policy === undefined) return;
    if (this.#isHiding || policy.isHiding) this.#hidUntil = policy.readAt + granularityMs;
    this.#isHiding = policy.isHiding;
    this.#believedUntil = now + believedMs;
  }
}
