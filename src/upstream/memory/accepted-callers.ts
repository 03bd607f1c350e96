import { userKeyOf } from './caller-key.ts';
import { forgetOldest } from './forget-oldest.ts';

/** Pairs of user id and token in the LRU. */
const maxPairs = 10_000;

/**
 * LRU of callers whose credentials the workspace has accepted, by a hash of user id and token, which reveals neither.
 * Until the workspace accepts them, a user id is only a claim, and nothing may be kept for it beyond the request.
 */
export class AcceptedCallers {
  /** Hash of the user id by hash of the pair, most recently used last. */
  readonly #users = new Map<string, string>();
  /** The most recently used pair: it has its place already. One call asks for its user several times. */
  #latest: string | undefined;

  get size(): number {
    return this.#users.size;
  }

  /** The hash of the user's id, the same for all their tokens; undefined until the workspace accepts this one. */
  userOf(pairKey: string): string | undefined {
    const user = this.#users.get(pairKey);
    if (user !== undefined) this.#keep(pairKey, user);
    return user;
  }

  /** The workspace accepted these credentials. */
  accept(pairKey: string, userId: string): void {
    this.#keep(pairKey, this.#users.get(pairKey) ?? userKeyOf(userId));
    if (this.#users.size > maxPairs) forgetOldest(this.#users);
  }

  /** The workspace answered 401: these credentials are no longer valid. */
  refuse(pairKey: string): void {
    this.#users.delete(pairKey);
    this.#latest = undefined;
  }

  #keep(pairKey: string, user: string): void {
    if (pairKey === this.#latest) return;
    this.#users.delete(pairKey);
    this.#users.set(pairKey, user);
    this.#latest = pairKey;
  }
}
