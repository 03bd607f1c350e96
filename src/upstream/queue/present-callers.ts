import type { Clock } from '../clock.ts';

/** How long after their latest call callers count as present. Milliseconds. */
const presentMs = 1000;

interface LatestCall {
  /** Epoch milliseconds. */
  at: number;
  readonly isAccepted: boolean;
}

/**
 * Callers who made a call within the last second. They share the bulkhead, so that one who calls without pause does not
 * fill the workspace in the moments between the others' calls.
 */
export class PresentCallers {
  readonly #clock: Clock;
  /** Their latest calls, oldest first. */
  readonly #latest = new Map<string, LatestCall>();
  /** The latest of all: it has its place already. */
  #last: LatestCall | undefined;
  #unaccepted = 0;
  /** When the oldest of them becomes absent, at the earliest. Epoch milliseconds. */
  #absentFrom = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Callers whom the workspace has accepted. */
  get accepted(): number {
    return this.#latest.size - this.#unaccepted;
  }

  get unaccepted(): number {
    return this.#unaccepted;
  }

  note(callerKey: string, isAccepted: boolean): void {
    const known = this.#latest.get(callerKey);
    if (known !== undefined && known === this.#last && known.isAccepted === isAccepted) known.at = this.#clock.now();
    else this.#add(callerKey, { at: this.#clock.now(), isAccepted });
    this.forgetAbsent();
  }

  /** Runs with each call, so it removes no more entries than calls added. */
  forgetAbsent(): void {
    const now = this.#clock.now();
    if (now < this.#absentFrom) return;
    for (const [key, { at }] of this.#latest) {
      this.#absentFrom = at + presentMs;
      if (now < this.#absentFrom) return;
      this.#forget(key);
    }
  }

  #add(callerKey: string, call: LatestCall): void {
    this.#forget(callerKey);
    this.#latest.set(callerKey, call);
    this.#last = call;
    if (!call.isAccepted) this.#unaccepted += 1;
  }

  #forget(callerKey: string): void {
    if (this.#latest.get(callerKey)?.isAccepted === false) this.#unaccepted -= 1;
    this.#latest.delete(callerKey);
  }
}
