import { systemClock, type Clock } from '../clock.ts';
import { forgetOldest } from './forget-oldest.ts';

/** Lists remembered; those that failed longest ago are forgotten first. */
const maxLists = 10_000;
/** How long the gateway does not retry a list, which may become shorter or allowed. Milliseconds. */
const memoryMs = 600_000;

/**
 * Lists of everything of one user's that the workspace does not serve them, as they are too large or not allowed: the
 * gateway does not retry them with each request. Remembers users by the hash of their id, and only users whom the
 * workspace has accepted.
 */
export class FailingLists {
  readonly #clock: Clock;
  /** When each failed, the latest last. */
  readonly #failedAt = new Map<string, number>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#failedAt.size;
  }

  /** `user`: hash of the user's id; undefined for a user who is not accepted, for whom nothing is remembered. */
  has(user: string | undefined, endpoint: string): boolean {
    if (user === undefined || this.#failedAt.size === 0) return false;
    const failedAt = this.#failedAt.get(`${user} ${endpoint}`);
    return failedAt !== undefined && this.#clock.now() < failedAt + memoryMs;
  }

  add(user: string | undefined, endpoint: string): void {
    if (user === undefined) return;
    const key = `${user} ${endpoint}`;
    this.#failedAt.delete(key);
    this.#failedAt.set(key, this.#clock.now());
    if (this.#failedAt.size > maxLists) forgetOldest(this.#failedAt);
  }
}
