import { systemClock, type Clock } from '../clock.ts';

/** Lists that are remembered; those that failed longest ago are forgotten first. */
const maxLists = 10_000;
/** How long a list is not asked for again: it may have become shorter, or allowed. Milliseconds. */
const memoryMs = 600_000;

/**
 * Lists of everything of one user's that the workspace does not give them: too large to be read, or refused. They are not
 * asked for each time anew. Users are known by the hash of their id, and only those whom the workspace has accepted.
 */
export class FailingLists {
  readonly #clock: Clock;
  /** When each failed, the latest at the end. */
  readonly #failedAt = new Map<string, number>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#failedAt.size;
  }

  /** `user`: hash of the user's id; undefined for one who is not accepted, of whom nothing is remembered. */
  has(user: string | undefined, endpoint: string): boolean {
    if (user === undefined) return false;
    const failedAt = this.#failedAt.get(`${user} ${endpoint}`);
    return failedAt !== undefined && this.#clock.now() < failedAt + memoryMs;
  }

  add(user: string | undefined, endpoint: string): void {
    if (user === undefined) return;
    const key = `${user} ${endpoint}`;
    this.#failedAt.delete(key);
    this.#failedAt.set(key, this.#clock.now());
    if (this.#failedAt.size <= maxLists) return;
    for (const oldest of this.#failedAt.keys()) {
      this.#failedAt.delete(oldest);
      return;
    }
  }
}
