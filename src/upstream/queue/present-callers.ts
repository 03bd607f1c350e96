import type { Clock } from '../clock.ts';

/** How long after their latest call callers count as present. Milliseconds. */
const presentMs = 1000;

/**
 * Callers who made a call within the last second. They share the bulkhead, so that one who calls without pause does not
 * fill the workspace in the moments between the others' calls.
 */
export class PresentCallers {
  readonly #clock: Clock;
  /** Their latest calls, oldest first. */
  readonly #latest = new Map<string, { readonly at: number; readonly isAccepted: boolean }>();
  #unaccepted = 0;

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
    this.#forget(callerKey);
    this.#latest.set(callerKey, { at: this.#clock.now(), isAccepted });
    if (!isAccepted) this.#unaccepted += 1;
    this.forgetAbsent();
  }

  /** Runs with each call, so it removes no more entries than calls added. */
  forgetAbsent(): void {
    const now = this.#clock.now();
    for (const [key, { at }] of this.#latest) {
      if (now - at < presentMs) return;
      this.#forget(key);
    }
  }

  #forget(callerKey: string): void {
    if (this.#latest.get(callerKey)?.isAccepted === false) this.#unaccepted -= 1;
    this.#latest.delete(callerKey);
  }
}
