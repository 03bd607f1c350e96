import type { Trash } from './trash.ts';
import type { Message } from './types.ts';

/** Messages by id, and by room in the order they were stored, hidden ones included. */
export class MessageStore {
  readonly byId = new Map<string, Message>();
  readonly #byRoom = new Map<string, Message[]>();
  readonly #trash: Trash<Message>;

  constructor(trash: Trash<Message>) {
    this.#trash = trash;
  }

  addRoom(roomId: string): void {
    this.#byRoom.set(roomId, []);
  }

  removeRoom(roomId: string, at: string): void {
    for (const message of this.ofRoom(roomId)) {
      this.byId.delete(message._id);
      this.#trash.put(message, at);
    }
    this.#byRoom.delete(roomId);
  }

  ofRoom(roomId: string): readonly Message[] {
    return this.#byRoom.get(roomId) ?? [];
  }

  add(message: Message): void {
    if (this.byId.has(message._id)) throw new Error(`The demo already has a message ${message._id}.`);
    this.byId.set(message._id, message);
    this.#byRoom.get(message.rid)?.push(message);
  }

  remove(message: Message, at: string): void {
    this.byId.delete(message._id);
    const messages = this.#byRoom.get(message.rid) ?? [];
    messages.splice(messages.indexOf(message), 1);
    this.#trash.put(message, at);
  }
}
