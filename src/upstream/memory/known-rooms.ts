import { keyOfUsersOwn } from './caller-key.ts';
import { forgetOldest } from './forget-oldest.ts';

/** Characters of a random Rocket.Chat id. */
const randomIdLength = 17;
/** Rooms in the LRU, which take some 5 MB. */
const maxRooms = 50_000;

/**
 * LRU of ids that the workspace has returned as direct-message rooms, and to which user, for the life of the process.
 * Kept as hashes, which reveal neither; and per user, so that one user's calls never show what another has read.
 */
export class RoomMemory {
  readonly #rooms = new Set<string>();

  get size(): number {
    return this.#rooms.size;
  }

  /** `user`: hash of a user id that the workspace has accepted. */
  add(user: string, roomId: string): void {
    this.#keep(keyOfUsersOwn(user, roomId));
    if (this.#rooms.size > maxRooms) forgetOldest(this.#rooms);
  }

  has(user: string, roomId: string): boolean {
    const key = keyOfUsersOwn(user, roomId);
    if (!this.#rooms.has(key)) return false;
    this.#keep(key);
    return true;
  }

  #keep(key: string): void {
    this.#rooms.delete(key);
    this.#rooms.add(key);
  }
}

/**
 * What one request knows about room ids. Some Rocket.Chat endpoints take a user's id or name for a room id, and create the
 * room with that user when there is none. An id that the workspace has returned as a room's is safe to use in calls and
 * to retry; about an id from the client alone, nothing is known.
 */
export class KnownRooms {
  readonly #callerId: string;
  readonly #memory: RoomMemory;
  /** Hash of the caller's user id, once the workspace has accepted them. */
  readonly #user: () => string | undefined;
  /** Undefined while there are none: few requests have both. */
  #directMessages: Set<string> | undefined;
  #others: Set<string> | undefined;

  constructor(callerId: string, memory: RoomMemory, user: () => string | undefined) {
    this.#callerId = callerId;
    this.#memory = memory;
    this.#user = user;
  }

  /** The workspace has returned a direct-message room. */
  add(roomId: string): void {
    // Known by its form: without a memory, which would take a hash.
    if (this.#isConcatenated(roomId) || this.#directMessages?.has(roomId) === true) return;
    this.#addDirectMessage(roomId);
    const user = this.#user();
    if (user !== undefined) this.#memory.add(user, roomId);
  }

  /** The same for the rooms of a list; unreadable ones are undefined. */
  addRows(rooms: readonly ({ readonly _id: string } | undefined)[]): void {
    for (const room of rooms) if (room !== undefined) this.add(room._id);
  }

  /** The workspace has returned a room of unknown type: other people's, or a message's. */
  addAny(roomId: string): void {
    (this.#others ??= new Set()).add(roomId);
  }

  /** Whether this is certainly a room's id, so that no call with it creates a room. */
  isRoom(roomId: string): boolean {
    return this.#others?.has(roomId) === true || this.isDirectMessage(roomId);
  }

  isDirectMessage(roomId: string): boolean {
    if (this.#directMessages?.has(roomId) === true || this.#isConcatenated(roomId)) return true;
    const user = this.#user();
    if (user === undefined || !this.#memory.has(user, roomId)) return false;
    this.#addDirectMessage(roomId);
    return true;
  }

  #addDirectMessage(roomId: string): void {
    (this.#directMessages ??= new Set()).add(roomId);
  }

  /**
   * A one-to-one room's id can be its members' ids in a row, the caller's among them. No id is that long, and a name only
   * if a user chose exactly those characters; a chosen id, such as `rocket.cat`, proves nothing.
   */
  #isConcatenated(roomId: string): boolean {
    const id = this.#callerId;
    if (id.length < randomIdLength) return false;
    const beginsWithCaller = roomId.startsWith(id) && isRandomId(roomId.slice(id.length));
    return beginsWithCaller || (roomId.endsWith(id) && isRandomId(roomId.slice(0, -id.length)));
  }
}

const isRandomId = (text: string): boolean => text.length === randomIdLength && /^[0-9A-Za-z]+$/.test(text);
