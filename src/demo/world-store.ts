import { countReply, isLatest, isOnlyInThread, notifyMembers } from './follow-up.ts';
import { idOf } from './ids.ts';
import { parseMarkup } from './markup.ts';
import { linksIn, mentionsIn } from './message-text.ts';
import { REMOVED, roomRecord, subscriptionRecord } from './records.ts';
import type { Account, Message, Receipt, Room, Subscription, Tombstone } from './types.ts';

export interface NewMessage {
  roomId: string;
  userId: string;
  text: string;
  /** When it was sent; without it one second after the newest moment the world knows. */
  at?: string;
  id?: string;
  /** Any other stored field. A field given as `undefined` is left out of the message. */
  [field: string]: unknown;
}

export interface NewRoom {
  userIds: readonly string[];
  id?: string;
  at?: string;
  /** `d` unless told. */
  t?: string;
  [field: string]: unknown;
}

/** The moment an empty world begins. */
const BEGINNING = Date.parse('2026-01-05T08:00:00.000Z');

const iso = (ms: number): string => new Date(ms).toISOString();

/** Everything one workspace stores. Nothing here reads the clock or draws real random numbers. */
export class World {
  readonly accounts: Account[];
  readonly rooms = new Map<string, Room>();
  readonly messages = new Map<string, Message>();
  /** By room, then by user. */
  readonly subscriptions = new Map<string, Map<string, Subscription>>();
  /** By message, in order of reading. */
  readonly receipts = new Map<string, Receipt[]>();
  readonly removedRooms: Tombstone[] = [];
  readonly member: Account;
  readonly admin: Account;
  readonly bot: Account;

  readonly #accountsById: Map<string, Account>;
  readonly #messagesByRoom = new Map<string, Message[]>();
  #clock = BEGINNING;
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
    return iso(this.#clock);
  }

  account(id: string): Account | undefined {
    return this.#accountsById.get(id);
  }

  accountOf(id: string): Account {
    const account = this.#accountsById.get(id);
    if (!account) throw new Error(`The demo has no account ${id}.`);
    return account;
  }

  room(id: string): Room {
    const room = this.rooms.get(id);
    if (!room) throw new Error(`The demo has no room ${id}.`);
    return room;
  }

  message(id: string): Message {
    const message = this.messages.get(id);
    if (!message) throw new Error(`The demo has no message ${id}.`);
    return message;
  }

  /** Messages of one room in the order they were stored, hidden ones included. */
  messagesOf(roomId: string): readonly Message[] {
    return this.#messagesByRoom.get(roomId) ?? [];
  }

  subscription(roomId: string, userId: string): Subscription | undefined {
    return this.subscriptions.get(roomId)?.get(userId);
  }

  subscriptionsOf(userId: string): Subscription[] {
    return [...this.subscriptions.values()].flatMap((members) => members.get(userId) ?? []);
  }

  /** Makes the account unknown; what it wrote and read stays. */
  removeAccount(id: string): void {
    this.#accountsById.delete(id);
    const index = this.accounts.findIndex((account) => account.id === id);
    if (index >= 0) this.accounts.splice(index, 1);
  }

  createRoom({ userIds, id, at, t = 'd', ...extra }: NewRoom): Room {
    const ts = this.#moment(at);
    const members = [...new Set(userIds)].map((userId) => this.accountOf(userId));
    const room = { ...roomRecord(id ?? this.#nextId('room'), t, members, ts), ...extra };
    this.rooms.set(room._id, room);
    this.#messagesByRoom.set(room._id, []);
    const memberships = members.map((own): [string, Subscription] => [own.id, subscriptionRecord(room, own, members)]);
    this.subscriptions.set(room._id, new Map(memberships));
    return room;
  }

  removeRoom(roomId: string): void {
    for (const message of this.messagesOf(roomId)) this.messages.delete(message._id);
    this.#messagesByRoom.delete(roomId);
    this.subscriptions.delete(roomId);
    this.rooms.delete(roomId);
    this.removedRooms.push({ _id: roomId, _deletedAt: this.#moment() });
  }

  /** Sends a message, with all that follows from it in its room, its thread and the members' unread counts. */
  post({ roomId, userId, text, at, id, ...extra }: NewMessage): Message {
    const room = this.room(roomId);
    const ts = this.#moment(at);
    const { username, name } = this.accountOf(userId);
    const message: Message = {
      _id: id ?? this.#nextId('message'),
      rid: roomId,
      msg: text,
      ts,
      u: { _id: userId, username, name },
      _updatedAt: iso(Date.parse(ts) + 46),
      ...(extra['t'] === undefined ? this.#parsed(text) : {}),
      ...extra,
    };
    this.#store(message);
    if (message._hidden === true) return message;
    room.msgs += 1;
    const root = this.messages.get(message.tmid ?? '');
    if (root) countReply(root, message);
    if (isLatest(message, room)) {
      room.lm = ts;
      room.lastMessage = message;
    }
    this.#touch(room, ts);
    notifyMembers(message, this.subscriptions.get(roomId)?.values() ?? []);
    this.#receive(message, userId, ts);
    return message;
  }

  edit(messageId: string, text: string, at?: string): Message {
    const message = this.message(messageId);
    const editedAt = this.#moment(at);
    const { _id, username } = message.u;
    return this.#change(message, editedAt, { msg: text, ...this.#parsed(text), editedAt, editedBy: { _id, username } });
  }

  /**
   * Deletes a message. With `showStatus`, and for the root of a thread, its row stays as `t: "rm"`; with
   * `keepHistory` alone it stays hidden; with both there is a hidden copy as well; else it is gone.
   */
  remove(messageId: string, { showStatus = false, keepHistory = false, at }: RemoveOptions = {}): void {
    const message = this.message(messageId);
    const deletedAt = this.#moment(at);
    const room = this.room(message.rid);
    room.msgs -= 1;
    if (showStatus || (message.tcount ?? 0) > 0) {
      if (keepHistory) this.#store({ ...message, _id: this.#nextId('copy'), parent: message._id, _hidden: true });
      this.receipts.delete(messageId);
      this.#change(message, deletedAt, { ...REMOVED, editedAt: deletedAt, editedBy: this.#signature(message.u._id) });
    } else if (keepHistory) {
      this.#change(message, deletedAt, { _hidden: true });
    } else {
      this.#erase(message);
    }
    if (room.lastMessage?._id === messageId && message.t !== 'rm') this.#findLatest(room);
    this.#touch(room, deletedAt);
  }

  star(messageId: string, userId: string, at?: string): Message {
    const message = this.message(messageId);
    const others = (message.starred ?? []).filter(({ _id }) => _id !== userId);
    return this.#change(message, this.#moment(at), { starred: [...others, { _id: userId }] });
  }

  unstar(messageId: string, userId: string): Message {
    const message = this.message(messageId);
    const others = (message.starred ?? []).filter(({ _id }) => _id !== userId);
    return this.#change(message, this.#moment(), { starred: others });
  }

  pin(messageId: string, userId: string, at?: string): Message {
    const pinnedAt = this.#moment(at);
    return this.#change(this.message(messageId), pinnedAt, {
      pinned: true,
      pinnedAt,
      pinnedBy: this.#signature(userId),
    });
  }

  /** Leaves `pinnedAt` and `pinnedBy` behind, as Rocket.Chat does. */
  unpin(messageId: string, at?: string): Message {
    return this.#change(this.message(messageId), this.#moment(at), { pinned: false });
  }

  react(messageId: string, userId: string, emoji: string, at?: string): Message {
    const message = this.message(messageId);
    const { username } = this.accountOf(userId);
    const usernames = [...(message.reactions?.[emoji]?.usernames ?? []), username];
    return this.#change(message, this.#moment(at), { reactions: { ...message.reactions, [emoji]: { usernames } } });
  }

  /** The user has read the room up to `at`; what came later stays unread. */
  read(roomId: string, userId: string, at?: string): void {
    const ls = this.#moment(at);
    this.setLastSeen(roomId, userId, ls);
    for (const message of this.messagesOf(roomId)) {
      if (message._hidden !== true && message.ts <= ls) this.#receive(message, userId, ls);
    }
  }

  /** What reading changes in the membership; writes no receipts. */
  setLastSeen(roomId: string, userId: string, ls: string): void {
    const subscription = this.subscription(roomId, userId);
    if (!subscription) throw new Error(`${userId} is not in ${roomId}.`);
    const isUnread = (message: Message): boolean =>
      message._hidden !== true && message.ts > ls && message.u._id !== userId && !isOnlyInThread(message);
    const unread = this.messagesOf(roomId).filter(isUnread).length;
    Object.assign(subscription, { ls, unread, alert: unread > 0, _updatedAt: ls });
    if (unread === 0) Object.assign(subscription, { userMentions: 0, groupMentions: 0, tunread: [] });
  }

  /** A receipt for one message, also one of an account that no longer exists. */
  addReceipt(message: Message, userId: string, ts: string): void {
    const receipts = this.receipts.get(message._id) ?? [];
    if (receipts.some((receipt) => receipt.userId === userId)) return;
    const receipt = {
      _id: message._id + userId,
      roomId: message.rid,
      userId,
      messageId: message._id,
      ts,
      _updatedAt: ts,
    };
    this.receipts.set(message._id, [...receipts, receipt]);
  }

  #receive(message: Message, userId: string, at: string): void {
    this.addReceipt(message, userId, at);
    const readers = this.receipts.get(message._id)?.length ?? 0;
    if (message.unread === true && readers >= this.room(message.rid).uids.length) delete message.unread;
  }

  #moment(at?: string): string {
    const ms = at === undefined ? this.#clock + 1000 : Date.parse(at);
    this.#clock = Math.max(this.#clock, ms);
    return iso(ms);
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

  #store(message: Message): void {
    if (this.messages.has(message._id)) throw new Error(`The demo already has a message ${message._id}.`);
    this.messages.set(message._id, message);
    this.#messagesByRoom.get(message.rid)?.push(message);
  }

  #erase(message: Message): void {
    this.messages.delete(message._id);
    this.receipts.delete(message._id);
    const messages = this.#messagesByRoom.get(message.rid) ?? [];
    messages.splice(messages.indexOf(message), 1);
  }

  #change(message: Message, at: string, fields: Partial<Message>): Message {
    Object.assign(message, fields, { _updatedAt: at });
    return message;
  }

  #touch(room: Room, at: string): void {
    const updatedAt = iso(Date.parse(at) + 107);
    if (updatedAt > room._updatedAt) room._updatedAt = updatedAt;
  }

  #findLatest(room: Room): void {
    delete room.lm;
    delete room.lastMessage;
    for (const message of this.messagesOf(room._id)) {
      if (message._hidden !== true && isLatest(message, room)) {
        room.lm = message.ts;
        room.lastMessage = message;
      }
    }
  }
}

export interface RemoveOptions {
  showStatus?: boolean;
  keepHistory?: boolean;
  at?: string;
}
