import { findLatest, isLatest, notifyMembers, setLatest, touch, uncountReply, withReply } from './follow-up.ts';
import { shownAsDeleted, type Change } from './message-changes.ts';
import { MessageStore } from './message-store.ts';
import type { DeletionOptions } from './new-records.ts';
import { withReceipt } from './reading.ts';
import { storedAt } from './records.ts';
import type { Trash } from './trash.ts';
import type { Message, Receipt, Room, Subscription } from './types.ts';

export function existing<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new Error(`The demo has no ${name}.`);
  return value;
}

const isLast = (message: Message, room: Room): boolean => room.lastMessage?._id === message._id;

/** Rooms and what is said there: each write also writes the rows that follow from it. */
export class Conversations {
  readonly rooms = new Map<string, Room>();
  readonly messages: MessageStore;
  /** By message, in order of reading. */
  readonly receipts = new Map<string, Receipt[]>();
  readonly #trash: Trash<Room>;

  constructor(trash: { rooms: Trash<Room>; messages: Trash<Message> }) {
    this.#trash = trash.rooms;
    this.messages = new MessageStore(trash.messages);
  }

  room(id: string): Room {
    return existing(this.rooms.get(id), `room ${id}`);
  }

  message(id: string): Message {
    return existing(this.messages.byId.get(id), `message ${id}`);
  }

  addRoom(room: Room): void {
    this.rooms.set(room._id, room);
    this.messages.addRoom(room._id);
  }

  removeRoom(roomId: string, at: string): void {
    this.#trash.put(this.room(roomId), at);
    this.messages.removeRoom(roomId, at);
    this.rooms.delete(roomId);
  }

  /** Adds a message and updates its room, its thread and the members' unread counts. */
  add(message: Message, subscriptions: readonly Subscription[], at: string): void {
    const room = this.room(message.rid);
    this.messages.add(message);
    if (message._hidden === true) return;
    room.msgs += 1;
    const root = this.messages.byId.get(message.tmid ?? '');
    if (root) this.change(root, storedAt(at), withReply(message));
    if (isLatest(message, room)) setLatest(room, message);
    touch(room, at);
    notifyMembers(message, subscriptions, at);
    this.receive(message, message.u._id, at);
  }

  /** Also writes the room record if the message is the last one there, since the record contains it. */
  change(message: Message, at: string, change: Change): Message {
    const room = this.room(message.rid);
    Object.assign(message, change(message, at), { _updatedAt: at });
    if (isLast(message, room)) touch(room, at);
    return message;
  }

  /** Another message becomes the last one of the room if this one was. */
  takeOut(message: Message, at: string, change: Change): Message {
    const room = this.room(message.rid);
    this.change(message, at, change);
    if (isLast(message, room)) findLatest(room, this.messages.ofRoom(room._id));
    return message;
  }

  moveToThread(message: Message, root: Message, at: string): Message {
    this.change(root, at, withReply(message));
    return this.takeOut(message, at, () => ({ tmid: root._id, tshow: undefined }));
  }

  showInRoom(message: Message, at: string): Message {
    this.change(message, at, () => ({ tshow: true }));
    const room = this.room(message.rid);
    if (isLatest(message, room)) {
      setLatest(room, message);
      touch(room, at);
    }
    return message;
  }

  remove(message: Message, { showStatus, keepHistory, copyId, deletedBy, at }: DeletionOptions): void {
    const room = this.room(message.rid);
    room.msgs -= 1;
    if (showStatus || (message.tcount ?? 0) > 0) {
      if (keepHistory) this.messages.add({ ...message, _id: copyId(), parent: message._id, _hidden: true });
      this.receipts.delete(message._id);
      this.change(message, at, shownAsDeleted(deletedBy));
    } else if (keepHistory) {
      this.takeOut(message, at, () => ({ _hidden: true }));
    } else {
      this.messages.remove(message, at);
      this.receipts.delete(message._id);
      if (isLast(message, room)) findLatest(room, this.messages.ofRoom(room._id));
    }
    const root = this.messages.byId.get(message.tmid ?? '');
    if (root) uncountReply(root, this.messages.ofRoom(room._id), at);
    touch(room, at);
  }

  addReceipt(message: Message, userId: string, ts: string): void {
    this.receipts.set(message._id, withReceipt(this.receipts.get(message._id) ?? [], message, userId, ts));
  }

  /** The user has the message read. Once all members have, the message is no longer `unread`. */
  receive(message: Message, userId: string, at: string): void {
    this.addReceipt(message, userId, at);
    const readers = this.receipts.get(message._id)?.length ?? 0;
    if (message.unread !== true || readers < this.room(message.rid).uids.length) return;
    delete message.unread;
    this.change(message, at, () => ({}));
  }
}
