import { userKeyOf } from './caller-key.ts';

/** Pairs of user id and token that are remembered; the one used longest ago is forgotten first. */
const maxPairs = 10_000;

/**
 * The callers whose credentials the workspace has accepted: by the hash of user id and token, which tells neither. Until
 * then a user id is only a claim, and nothing that outlives the request may be kept for its sake.
 */
export class AcceptedCallers {
  /** Hash of the user id by hash of the pair, those used last at the end. */
  readonly #users = new Map<string, string>();

  get size(): number {
    return this.#users.size;
  }

  /** The hash of the user's id, the same for all of their tokens; undefined as long as the workspace has not accepted this one. */
  userOf(pairKey: string): string | undefined {
    const user = this.#users.get(pairKey);
    if (user !== undefined) this.#keep(pairKey, user);
    return user;
  }

  /** The workspace answered a call with these credentials. */
  accept(pairKey: string, userId: string): void {
    this.#keep(pairKey, this.#users.get(pairKey) ?? userKeyOf(userId));
    if (this.#users.size <= maxPairs) return;
    for (const oldest of this.#users.keys()) {
      this.#users.delete(oldest);
      return;
    }
  }

  /** The workspace answered 401: they are worth nothing any more. */
  refuse(pairKey: string): void {
    this.#users.delete(pairKey);
  }

  #keep(pairKey: string, user: string): void {
    this.#users.delete(pairKey);
    this.#users.set(pairKey, user);
  }
}
