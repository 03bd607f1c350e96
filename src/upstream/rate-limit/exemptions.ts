import { forgetOldest } from '../memory/forget-oldest.ts';

/** Whether the workspace's rate limiter exempted a user's latest call in a window, and since when (epoch milliseconds). */
export interface Exemption {
  readonly isExempt: boolean;
  readonly since: number;
}

/** Users remembered; the least recently seen are forgotten first. */
const maxUsers = 10_000;
/** Windows remembered per user: each of their addresses has its own. */
const maxWindowsPerUser = 32;

/**
 * Users whom the workspace's rate limiter exempts (permission `api-bypass-rate-limit`) or counts, by window. Holds only
 * users whom the workspace has accepted, so that made-up credentials evict nobody.
 */
export class Exemptions {
  /** By user, then by window. */
  readonly #users = new Map<string, Map<string, Exemption>>();
  /** The user and the window set last: both have their places already. */
  #latest: { readonly user: string; readonly window: string } | undefined;

  get size(): number {
    return this.#users.size;
  }

  of(user: string, window: string): Exemption | undefined {
    return this.#users.get(user)?.get(window);
  }

  /** The user's latest, in any window: the permission holds for all of them. */
  latestOf(user: string): Exemption | undefined {
    return [...(this.#users.get(user)?.values() ?? [])].at(-1);
  }

  set(user: string, window: string, exemption: Exemption): void {
    const windows = this.#users.get(user) ?? new Map<string, Exemption>();
    if (this.#latest?.user === user && this.#latest.window === window) return void windows.set(window, exemption);
    this.#latest = { user, window };
    windows.delete(window);
    windows.set(window, exemption);
    if (windows.size > maxWindowsPerUser) forgetOldest(windows);
    this.#users.delete(user);
    this.#users.set(user, windows);
    if (this.#users.size > maxUsers) forgetOldest(this.#users);
  }
}
