import { AccountStore } from './account-store.ts';
import { Conversations, existing } from './conversations.ts';
import { idOf } from './ids.ts';
import { Memberships } from './memberships.ts';
import * as changes from './message-changes.ts';
import { parseText } from './message-text.ts';
import type { NewMessage, NewRoom, RemoveOptions } from './new-records.ts';
import { markRead } from './reading.ts';
import { messageRecord, roomRecord } from './records.ts';
import { Trash } from './trash.ts';
import type { Account, Message, Room, Subscription } from './types.ts';
import { WorldClock, type Clock } from './world-clock.ts';

/**
 * Everything one workspace stores. Nothing here reads the clock or draws real random numbers. Each write sets the
 * `_updatedAt` of all rows that Rocket.Chat writes then, to the write's `at`; a deletion sets `_deletedAt`.
 */
export class World {
  readonly trash = {
    messages: new Trash<Message>(),
    rooms: new Trash<Room>(),
    subscriptions: new Trash<Subscription>(),
  };
  readonly member: Account;
  readonly admin: Account;
  readonly bot: Account;

  readonly #accounts: AccountStore;
  readonly #conversations = new Conversations(this.trash);
  readonly #memberships: Memberships;
  readonly #clock: Clock;
  #serial = 0;

  constructor(
    accounts: readonly Account[],
    main: { memberId: string; adminId: string; botId: string },
    clock: Clock = new WorldClock(),
  ) {
    this.#accounts = new AccountStore(accounts);
    this.#memberships = new Memberships(this.#accounts, this.trash.subscriptions);
    this.#clock = clock;
    this.member = this.accountOf(main.memberId);
    this.admin = this.accountOf(main.adminId);
    this.bot = this.accountOf(main.botId);
  }

  /** The newest moment anything happened. */
  get now(): string {
    return this.#clock.now;
  }

  get accounts(): Account[] {
    return this.#accounts.list;
  }

  get rooms(): Conversations['rooms'] {
    return this.#conversations.rooms;
  }

  get messages(): ReadonlyMap<string, Message> {
    return this.#conversations.messages.byId;
  }

  /** By message, in order of reading. */
  get receipts(): Conversations['receipts'] {
    return this.#conversations.receipts;
  }

  /** By room, then by user. */
  get subscriptions(): ReadonlyMap<string, Map<string, Subscription>> {
    return this.#memberships.byRoom;
  }

  account(id: string): Account | undefined {
    return this.#accounts.find(id);
  }

  accountOf(id: string): Account {
    return existing(this.account(id), `account ${id}`);
  }

  room(id: string): Room {
    return this.#conversations.room(id);
  }

  message(id: string): Message {
    return this.#conversations.message(id);
  }

  /** Messages of one room in the order they were stored, hidden ones included. */
  messagesOf(roomId: string): readonly Message[] {
    return this.#conversations.messages.ofRoom(roomId);
  }

  subscription(roomId: string, userId: string): Subscription | undefined {
    return this.#memberships.find(roomId, userId);
  }

  subscriptionsOf(userId: string): Subscription[] {
    return this.#memberships.ofUser(userId);
  }

  /** Removes the account. Its messages, receipts and memberships stay. */
  removeAccount(id: string): void {
    this.#accounts.remove(id);
  }

  createRoom({ userIds, id, at, t = 'd', ...extra }: NewRoom): Room {
    const ts = this.#clock.moment(at);
    const members = [...new Set(userIds)].map((userId) => this.accountOf(userId));
    const room = { ...roomRecord(id ?? this.#nextId('room'), t, members, ts), ...extra };
    this.#conversations.addRoom(room);
    this.#memberships.addRoom(room, members, ts);
    return room;
  }

  /** Deletes the room with its messages and memberships. */
  removeRoom(roomId: string, at?: string): void {
    const deletedAt = this.#clock.moment(at);
    this.#conversations.removeRoom(roomId, deletedAt);
    this.#memberships.removeRoom(roomId, deletedAt);
  }

  join(roomId: string, userId: string, at?: string): Subscription {
    return this.#memberships.join(this.room(roomId), this.accountOf(userId), this.#clock.moment(at));
  }

  /** The user is no longer in the room: their membership is deleted. */
  leave(roomId: string, userId: string, at?: string): void {
    this.#memberships.leave(this.room(roomId), userId, this.#clock.moment(at));
  }

  /** Shows the room in the user's list or hides it there. The next message to the user shows it again. */
  setOpen(roomId: string, userId: string, open: boolean, at?: string): void {
    Object.assign(this.#memberships.existing(roomId, userId), { open, _updatedAt: this.#clock.moment(at) });
  }

  /** Forgets what was deleted before a moment, as Rocket.Chat does after 30 days. */
  forgetDeletions(before: string): void {
    for (const trash of Object.values(this.trash)) trash.forget(before);
  }

  /** Sends a message and updates its room, its thread and the members' unread counts. */
  post({ roomId, userId, text, at, id, ...extra }: NewMessage): Message {
    const ts = this.#clock.moment(at);
    const message: Message = {
      ...messageRecord(id ?? this.#nextId('message'), roomId, this.accountOf(userId), text, ts),
      ...(extra['t'] === undefined && this.#parsed(text)),
      ...extra,
    };
    this.#conversations.add(message, this.#memberships.ofRoom(roomId), ts);
    return message;
  }

  edit(messageId: string, text: string, at?: string): Message {
    return this.#change(messageId, at, changes.edited({ msg: text, ...this.#parsed(text) }));
  }

  /**
   * Deletes a message for everybody. With `showStatus`, and for the root of a thread, its row stays as `t: "rm"`. With
   * `keepHistory` alone it stays, hidden. With both there is also a hidden copy. Otherwise it is in the trash.
   */
  remove(messageId: string, { showStatus = false, keepHistory = false, at }: RemoveOptions = {}): void {
    const message = this.message(messageId);
    const copyId = () => this.#nextId('copy');
    const deletedBy = this.#signature(message.u._id);
    const deletedAt = this.#clock.moment(at);
    this.#conversations.remove(message, { showStatus, keepHistory, copyId, deletedBy, at: deletedAt });
  }

  /** Hides a message from everybody. It is not in the trash either: no list of changes mentions it any more. */
  hide(messageId: string, at?: string): Message {
    return this.#conversations.takeOut(this.message(messageId), this.#clock.moment(at), () => ({ _hidden: true }));
  }

  /** Makes a message of the room a reply inside a thread. */
  moveToThread(messageId: string, rootId: string, at?: string): Message {
    return this.#conversations.moveToThread(this.message(messageId), this.message(rootId), this.#clock.moment(at));
  }

  /** Shows a reply of a thread in the room as well. */
  showInRoom(messageId: string, at?: string): Message {
    return this.#conversations.showInRoom(this.message(messageId), this.#clock.moment(at));
  }

  star(messageId: string, userId: string, at?: string): Message {
    return this.#change(messageId, at, changes.starredBy(userId));
  }

  unstar(messageId: string, userId: string, at?: string): Message {
    return this.#change(messageId, at, changes.unstarredBy(userId));
  }

  pin(messageId: string, userId: string, at?: string): Message {
    return this.#change(messageId, at, changes.pinnedBy(this.#signature(userId)));
  }

  /** Leaves `pinnedAt` and `pinnedBy` behind, as Rocket.Chat does. */
  unpin(messageId: string, at?: string): Message {
    return this.#change(messageId, at, () => ({ pinned: false }));
  }

  react(messageId: string, userId: string, emoji: string, at?: string): Message {
    return this.#change(messageId, at, changes.reactedBy(this.accountOf(userId).username, emoji));
  }

  /** The user reads the room up to `at`. Later messages stay unread. */
  read(roomId: string, userId: string, at?: string): void {
    const ls = this.#clock.moment(at);
    this.setLastSeen(roomId, userId, ls);
    for (const message of this.messagesOf(roomId)) {
      if (message._hidden !== true && message.ts <= ls) this.#conversations.receive(message, userId, ls);
    }
  }

  /** Updates the membership as if the user had read the room, without receipts. */
  setLastSeen(roomId: string, userId: string, ls: string): void {
    markRead(this.#memberships.existing(roomId, userId), this.messagesOf(roomId), ls);
  }

  /** Adds a receipt for one message; the account may be deleted. */
  addReceipt(message: Message, userId: string, ts: string): void {
    this.#conversations.addReceipt(message, userId, ts);
  }

  #nextId(kind: string): string {
    this.#serial += 1;
    return idOf(`${kind} ${this.#serial}`);
  }

  #signature(userId: string): { _id: string; username: string | undefined } {
    return { _id: userId, username: this.account(userId)?.username };
  }

  #parsed(text: string): ReturnType<typeof parseText> {
    return parseText(text, this.accounts, this.rooms.values());
  }

  #change(messageId: string, at: string | undefined, change: changes.Change): Message {
    return this.#conversations.change(this.message(messageId), this.#clock.moment(at), change);
  }
}
