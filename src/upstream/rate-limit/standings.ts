/** How the workspace's limiter treated a user's latest call there, and since when (epoch milliseconds). */
export interface Standing {
  readonly isExempt: boolean;
  readonly since: number;
}

/** Users that are remembered; those who called longest ago are forgotten first. */
const maxUsers = 10_000;
/** Windows of one user: there are some for each address that they come from. */
const maxOfOne = 32;

/**
 * Whom the workspace's limiter counts, by window: users with `api-bypass-rate-limit` are let by. Only users whom the
 * workspace has accepted are in it, so that nobody's made-up credentials push anybody out.
 */
export class Standings {
  /** By user, then by window. */
  readonly #users = new Map<string, Map<string, Standing>>();

  get size(): number {
    return this.#users.size;
  }

  of(user: string, window: string): Standing | undefined {
    return this.#users.get(user)?.get(window);
  }

  /** The user's latest, in whatever window: the permission holds for all of them. */
  latestOf(user: string): Standing | undefined {
    return [...(this.#users.get(user)?.values() ?? [])].at(-1);
  }

  set(user: string, window: string, standing: Standing): void {
    const windows = this.#users.get(user) ?? new Map<string, Standing>();
    windows.delete(window);
    windows.set(window, standing);
    if (windows.size > maxOfOne) forgetFirst(windows);
    this.#users.delete(user);
    this.#users.set(user, windows);
    if (this.#users.size > maxUsers) forgetFirst(this.#users);
  }
}

function forgetFirst(map: Map<string, unknown>): void {
  for (const first of map.keys()) {
    map.delete(first);
    return;
  }
}
