import { countReply, findLatest, isLatest, notifyMembers, setLatest, touch } from './follow-up.ts';
import { idOf } from './ids.ts';
import { parseMarkup } from './markup.ts';
import { MessageStore } from './message-store.ts';
import { linksIn, mentionsIn } from './message-text.ts';
import type { NewMessage, NewRoom, RemoveOptions } from './new-records.ts';
import { markRead, withReceipt } from './reading.ts';
import { removedFields, roomRecord, subscriptionRecord } from './records.ts';
import type { Account, Message, Receipt, Room, Subscription, Tombstone } from './types.ts';
import { later, WorldClock } from './world-clock.ts';

const starsWithout = ({ starred = [] }: Message, userId: string) => starred.filter(({ _id }) => _id !== userId);

function existing<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new Error(`The demo has no ${name}.`);
  return value;
}

/** Everything one workspace stores. Nothing here reads the clock or draws real random numbers. */
export class World {
  readonly accounts: Account[];
  readonly rooms = new Map<string, Room>();
  /** By room, then by user. */
  readonly subscriptions = new Map<string, Map<string, Subscription>>();
  /** By message, in order of reading. */
  readonly receipts = new Map<string, Receipt[]>();
  readonly removedRooms: Tombstone[] = [];
  readonly member: Account;
  readonly admin: Account;
  readonly bot: Account;

  readonly #accountsById: Map<string, Account>;
  readonly #messages = new MessageStore();
  readonly #clock = new WorldClock();
  #serial = 0;

  constructor(accounts: readonly Account[], main: { memberId: string; adminId: string; botId: string }) {
    this.accounts = accounts.map((account) => ({ ...account, roles: [...account.roles] }));
    this.#accountsById = new Map(this.accounts.map((account) => [account.id, account]));
    this.member = this.accountOf(main.memberId);
    this.admin = this.accountOf(main.adminId);
    this.bot = this.accountOf(main.botId);
  }

  /** The newest moment anything happened. */
  get now(): string {
    return this.#clock.now;
  }

  get messages(): ReadonlyMap<string, Message> {
    return this.#messages.byId;
  }

  account(id: string): Account | undefined {
    return this.#accountsById.get(id);
  }

  accountOf(id: string): Account {
    return existing(this.#accountsById.get(id), `account ${id}`);
  }

  room(id: string): Room {
    return existing(this.rooms.get(id), `room ${id}`);
  }

  message(id: string): Message {
    return existing(this.messages.get(id), `message ${id}`);
  }

  /** Messages of one room in the order they were stored, hidden ones included. */
  messagesOf(roomId: string): readonly Message[] {
    return this.#messages.ofRoom(roomId);
  }

  subscription(roomId: string, userId: string): Subscription | undefined {
    return this.subscriptions.get(roomId)?.get(userId);
  }

  subscriptionsOf(userId: string): Subscription[] {
    return [...this.subscriptions.values()].flatMap((members) => members.get(userId) ?? []);
  }

  /** Removes the account. Its messages and receipts stay. */
  removeAccount(id: string): void {
    this.#accountsById.delete(id);
    const index = this.accounts.findIndex((account) => account.id === id);
    if (index >= 0) this.accounts.splice(index, 1);
  }

  createRoom({ userIds, id, at, t = 'd', ...extra }: NewRoom): Room {
    const ts = this.#clock.moment(at);
    const members = [...new Set(userIds)].map((userId) => this.accountOf(userId));
    const room = { ...roomRecord(id ?? this.#nextId('room'), t, members, ts), ...extra };
    this.rooms.set(room._id, room);
    this.#messages.addRoom(room._id);
    const memberships = members.map((own): [string, Subscription] => [own.id, subscriptionRecord(room, own, members)]);
    this.subscriptions.set(room._id, new Map(memberships));
    return room;
  }

  removeRoom(roomId: string): void {
    this.#messages.removeRoom(roomId);
    this.subscriptions.delete(roomId);
    this.rooms.delete(roomId);
    this.removedRooms.push({ _id: roomId, _deletedAt: this.#clock.moment() });
  }

  /** Sends a message and updates its room, its thread and the members' unread counts. */
  post({ roomId, userId, text, at, id, ...extra }: NewMessage): Message {
    const room = this.room(roomId);
    const ts = this.#clock.moment(at);
    const { username, name } = this.accountOf(userId);
    const message: Message = {
      _id: id ?? this.#nextId('message'),
      rid: roomId,
      msg: text,
      ts,
      u: { _id: userId, username, name },
      _updatedAt: later(ts, 46),
      ...(extra['t'] === undefined ? this.#parsed(text) : {}),
      ...extra,
    };
    this.#messages.add(message);
    if (message._hidden === true) return message;
    room.msgs += 1;
    const root = this.messages.get(message.tmid ?? '');
    if (root) countReply(root, message);
    if (isLatest(message, room)) setLatest(room, message);
    touch(room, ts);
    notifyMembers(message, this.subscriptions.get(roomId)?.values() ?? []);
    this.#receive(message, userId, ts);
    return message;
  }

  edit(messageId: string, text: string, at?: string): Message {
    const message = this.message(messageId);
    const editedAt = this.#clock.moment(at);
    const { _id, username } = message.u;
    return this.#change(message, editedAt, { msg: text, ...this.#parsed(text), editedAt, editedBy: { _id, username } });
  }

  /**
   * Deletes a message. With `showStatus`, and for the root of a thread, its row stays as `t: "rm"`. With `keepHistory`
   * alone it stays, hidden. With both there is also a hidden copy. Otherwise it is gone.
   */
  remove(messageId: string, { showStatus = false, keepHistory = false, at }: RemoveOptions = {}): void {
    const message = this.message(messageId);
    const deletedAt = this.#clock.moment(at);
    const room = this.room(message.rid);
    room.msgs -= 1;
    if (showStatus || (message.tcount ?? 0) > 0) {
      if (keepHistory)
        this.#messages.add({ ...message, _id: this.#nextId('copy'), parent: message._id, _hidden: true });
      this.receipts.delete(messageId);
      this.#change(message, deletedAt, {
        ...removedFields,
        editedAt: deletedAt,
        editedBy: this.#signature(message.u._id),
      });
    } else if (keepHistory) {
      this.#change(message, deletedAt, { _hidden: true });
    } else {
      this.#messages.remove(message);
      this.receipts.delete(messageId);
    }
    if (room.lastMessage?._id === messageId && message.t !== 'rm') findLatest(room, this.messagesOf(room._id));
    touch(room, deletedAt);
  }

  star(messageId: string, userId: string, at?: string): Message {
    const message = this.message(messageId);
    return this.#change(message, this.#clock.moment(at), {
      starred: [...starsWithout(message, userId), { _id: userId }],
    });
  }

  unstar(messageId: string, userId: string): Message {
    const message = this.message(messageId);
    return this.#change(message, this.#clock.moment(), { starred: starsWithout(message, userId) });
  }

  pin(messageId: string, userId: string, at?: string): Message {
    const pinnedAt = this.#clock.moment(at);
    return this.#change(this.message(messageId), pinnedAt, {
      pinned: true,
      pinnedAt,
      pinnedBy: this.#signature(userId),
    });
  }

  /** Leaves `pinnedAt` and `pinnedBy` behind, as Rocket.Chat does. */
  unpin(messageId: string, at?: string): Message {
    return this.#change(this.message(messageId), this.#clock.moment(at), { pinned: false });
  }

  react(messageId: string, userId: string, emoji: string, at?: string): Message {
    const message = this.message(messageId);
    const { username } = this.accountOf(userId);
    const usernames = [...(message.reactions?.[emoji]?.usernames ?? []), username];
    return this.#change(message, this.#clock.moment(at), {
      reactions: { ...message.reactions, [emoji]: { usernames } },
    });
  }

  /** The user reads the room up to `at`. Later messages stay unread. */
  read(roomId: string, userId: string, at?: string): void {
    const ls = this.#clock.moment(at);
    this.setLastSeen(roomId, userId, ls);
    for (const message of this.messagesOf(roomId)) {
      if (message._hidden !== true && message.ts <= ls) this.#receive(message, userId, ls);
    }
  }

  /** Updates the membership as if the user had read the room, without receipts. */
  setLastSeen(roomId: string, userId: string, ls: string): void {
    const subscription = this.subscription(roomId, userId);
    if (!subscription) throw new Error(`${userId} is not in ${roomId}.`);
    markRead(subscription, this.messagesOf(roomId), ls);
  }

  /** Adds a receipt for one message; the account may be deleted. */
  addReceipt(message: Message, userId: string, ts: string): void {
    this.receipts.set(message._id, withReceipt(this.receipts.get(message._id) ?? [], message, userId, ts));
  }

  #receive(message: Message, userId: string, at: string): void {
    this.addReceipt(message, userId, at);
    const readers = this.receipts.get(message._id)?.length ?? 0;
    if (message.unread === true && readers >= this.room(message.rid).uids.length) delete message.unread;
  }

  #nextId(kind: string): string {
    this.#serial += 1;
    return idOf(`${kind} ${this.#serial}`);
  }

  #signature(userId: string): { _id: string; username: string | undefined } {
    return { _id: userId, username: this.account(userId)?.username };
  }

  #parsed(text: string): Pick<Message, 'mentions'> & Record<'urls' | 'channels' | 'md', unknown[]> {
    const { mentions, channels } = mentionsIn(text, this.accounts, this.rooms.values());
    return { urls: linksIn(text), mentions, channels, md: parseMarkup(text) };
  }

  #change(message: Message, at: string, fields: Partial<Message>): Message {
    Object.assign(message, fields, { _updatedAt: at });
    return message;
  }
}
