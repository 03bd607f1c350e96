import { keyOfUsersOwn } from './caller-key.ts';
import { forgetOldest } from './forget-oldest.ts';

/** Memberships remembered, which take some 10 MB. */
const maxMemberships = 50_000;

/**
 * LRU of which rooms the subscriptions of users are of, for the life of the process: a deleted subscription is told by its
 * own id. Remembered by a hash of user and subscription, so that only the same user's calls find it.
 */
export class MembershipRooms {
  /** Undefined for a subscription that is of no direct message. */
  readonly #rooms = new Map<string, string | undefined>();

  get size(): number {
    return this.#rooms.size;
  }

  /** `user`: hash of a user id that the workspace has accepted. */
  add(user: string, subscriptionId: string, roomId: string | undefined): void {
    const key = keyOfUsersOwn(user, subscriptionId);
    this.#rooms.delete(key);
    this.#rooms.set(key, roomId);
    if (this.#rooms.size > maxMemberships) forgetOldest(this.#rooms);
  }

  /** Null for a subscription that is not remembered. */
  roomOf(user: string, subscriptionId: string): string | undefined | null {
    const key = keyOfUsersOwn(user, subscriptionId);
    return this.#rooms.has(key) ? this.#rooms.get(key) : null;
  }
}
