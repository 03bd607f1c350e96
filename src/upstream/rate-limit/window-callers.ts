import type { RateLimitWindow } from './rate-limit-window.ts';

/** How long a caller's further calls in a window yield to other callers. Milliseconds. */
export const courtesyMs = 50;
/** Callers remembered per window; further ones never yield. */
const maxCallers = 1000;

/**
 * Who has called in the current window. When several callers share a window, each makes their first call immediately and
 * later calls wait `courtesyMs`, so that one caller's burst of twenty cannot starve callers who arrive at the same moment.
 * A caller who is alone never waits.
 */
export class WindowCallers {
  readonly #keys = new Set<string>();
  /** Number of callers of the window before. */
  #before = 0;
  #window: RateLimitWindow | undefined;

  /** Starts anew with each window. */
  enterWindow(window: RateLimitWindow | undefined): void {
    if (window !== this.#window && this.#window !== undefined) {
      this.#before = this.#keys.size;
      this.#keys.clear();
    }
    this.#window = window;
  }

  add(turnKey: string): void {
    if (this.#keys.size < maxCallers) this.#keys.add(turnKey);
  }

  /** The workspace has accepted a caller: their calls before and after that are one caller's. */
  accept(turnKey: string, user: string): void {
    if (turnKey !== user && this.#keys.delete(turnKey)) this.#keys.add(user);
  }

  /** Whether a call that has waited this long has its turn. `isAlone`: no other caller's calls wait. */
  isTurnOf(turnKey: string, waitedMs: number, isAlone: boolean): boolean {
    if (!this.#keys.has(turnKey) || waitedMs >= courtesyMs) return true;
    return this.#keys.size === 1 && this.#before < 2 && isAlone;
  }
}
