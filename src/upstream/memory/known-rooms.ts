import { hash } from 'node:crypto';

/** Characters of an id that Rocket.Chat has drawn. */
const drawnIdLength = 17;
/** Rooms that are remembered, in some 5 MB; those used longest ago are forgotten first. */
const maxRooms = 50_000;

/**
 * Which ids the workspace has named as direct-message rooms, and to which user, for the life of the process. Kept as
 * hashes, which tell neither; and by user, so that the calls made for one of them never show what another has read.
 */
export class RoomMemory {
  readonly #rooms = new Set<string>();

  get size(): number {
    return this.#rooms.size;
  }

  /** `user`: hash of a user id that the workspace has accepted. */
  add(user: string, roomId: string): void {
    this.#keep(keyOf(user, roomId));
    if (this.#rooms.size <= maxRooms) return;
    for (const oldest of this.#rooms) {
      this.#rooms.delete(oldest);
      return;
    }
  }

  has(user: string, roomId: string): boolean {
    const key = keyOf(user, roomId);
    if (!this.#rooms.has(key)) return false;
    this.#keep(key);
    return true;
  }

  #keep(key: string): void {
    this.#rooms.delete(key);
    this.#rooms.add(key);
  }
}

const keyOf = (user: string, roomId: string): string => hash('sha256', `${user}\0${roomId}`, 'base64url');

/**
 * What one request knows of room ids. Rocket.Chat looks for a user of the id or name that it is given as a room's, and
 * makes the room with that user when there is none. An id that it has named itself as a room's is safe to ask with, and
 * to ask again; of one that only the client has named, nothing is known.
 */
export class KnownRooms {
  readonly #callerId: string;
  readonly #memory: RoomMemory;
  /** Hash of the caller's user id, once the workspace has accepted the caller. */
  readonly #user: () => string | undefined;
  readonly #directMessages = new Set<string>();
  readonly #others = new Set<string>();

  constructor(callerId: string, memory: RoomMemory, user: () => string | undefined) {
    this.#callerId = callerId;
    this.#memory = memory;
    this.#user = user;
  }

  /** The workspace has named a direct-message room. */
  add(roomId: string): void {
    if (this.#directMessages.has(roomId)) return;
    this.#directMessages.add(roomId);
    const user = this.#user();
    if (user !== undefined) this.#memory.add(user, roomId);
  }

  /** The same for rooms of a list; unreadable ones are undefined. */
  addRows(rooms: readonly ({ readonly _id: string } | undefined)[]): void {
    for (const room of rooms) if (room !== undefined) this.add(room._id);
  }

  /** The workspace has named a room, of which the kind is not known: one of other people, or that of a message. */
  addAny(roomId: string): void {
    this.#others.add(roomId);
  }

  /** Whether it is the id of a room, so that asking with it makes none. */
  isRoom(roomId: string): boolean {
    return this.#others.has(roomId) || this.isDirectMessage(roomId);
  }

  isDirectMessage(roomId: string): boolean {
    if (this.#directMessages.has(roomId) || this.#isConcatenated(roomId)) return true;
    const user = this.#user();
    if (user === undefined || !this.#memory.has(user, roomId)) return false;
    this.#directMessages.add(roomId);
    return true;
  }

  /**
   * The two ids of a one-to-one room's members in a row, one of them the caller's: nobody else's id or name begins or ends
   * with 17 characters drawn at random. Of ids that somebody has chosen, such as `rocket.cat`, that cannot be said.
   */
  #isConcatenated(roomId: string): boolean {
    const id = this.#callerId;
    return id.length >= drawnIdLength && roomId.length > id.length && (roomId.startsWith(id) || roomId.endsWith(id));
  }
}
