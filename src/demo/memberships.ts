import type { AccountStore } from './account-store.ts';
import { touch } from './follow-up.ts';
import { idOf } from './ids.ts';
import { memberLists, subscriptionRecord } from './records.ts';
import type { Trash } from './trash.ts';
import type { Account, Room, Subscription } from './types.ts';

/** Who is in which room. */
export class Memberships {
  /** By room, then by user. */
  readonly byRoom = new Map<string, Map<string, Subscription>>();
  readonly #accounts: AccountStore;
  readonly #trash: Trash<Subscription>;

  constructor(accounts: AccountStore, trash: Trash<Subscription>) {
    this.#accounts = accounts;
    this.#trash = trash;
  }

  find(roomId: string, userId: string): Subscription | undefined {
    return this.byRoom.get(roomId)?.get(userId);
  }

  existing(roomId: string, userId: string): Subscription {
    const subscription = this.find(roomId, userId);
    if (!subscription) throw new Error(`${userId} is not in ${roomId}.`);
    return subscription;
  }

  ofRoom(roomId: string): Subscription[] {
    return [...(this.byRoom.get(roomId)?.values() ?? [])];
  }

  ofUser(userId: string): Subscription[] {
    return [...this.byRoom.values()].flatMap((memberships) => memberships.get(userId) ?? []);
  }

  addRoom(room: Room, members: readonly Account[], at: string): void {
    this.byRoom.set(room._id, new Map());
    for (const own of members) this.#add(room, own, members, at);
  }

  removeRoom(roomId: string, at: string): void {
    for (const subscription of this.ofRoom(roomId)) this.#trash.put(subscription, at);
    this.byRoom.delete(roomId);
  }

  join(room: Room, own: Account, at: string): Subscription {
    if (this.find(room._id, own.id)) throw new Error(`${own.id} is in ${room._id} already.`);
    const subscription = this.#add(room, own, [...this.#membersOf(room), own], at);
    this.#writeRoom(room, at);
    return subscription;
  }

  leave(room: Room, userId: string, at: string): void {
    this.#trash.put(this.existing(room._id, userId), at);
    this.byRoom.get(room._id)?.delete(userId);
    this.#writeRoom(room, at);
  }

  /** Whoever comes back, or meets in a room whose id was in use before, has a new subscription with a new id. */
  #add(room: Room, own: Account, members: readonly Account[], at: string): Subscription {
    let name = `subscription ${room._id} ${own.id}`;
    while (this.#trash.has(idOf(name))) name += ' again';
    const subscription = subscriptionRecord(idOf(name), room, own, members, at);
    this.byRoom.get(room._id)?.set(own.id, subscription);
    return subscription;
  }

  #membersOf({ _id }: Room): Account[] {
    return this.ofRoom(_id).flatMap(({ u }) => this.#accounts.find(u._id) ?? []);
  }

  /** The room record lists who is in it, but keeps its `usersCount`. */
  #writeRoom(room: Room, at: string): void {
    Object.assign(room, memberLists(room.t, this.#membersOf(room)));
    touch(room, at);
  }
}
