import { beginInbox, inboxChangesSince, type InboxReading } from '../../src/sync/inbox-sync.ts';
import { windowOf } from '../../src/sync/room-sync.ts';
import { decodeSyncCursor, encodeSyncCursor } from '../../src/sync/sync-cursor.ts';
import { maxDelay, maxRemoval, Schedule } from './schedule.ts';
import type { ToldClient } from './tally.ts';

interface Room {
  readonly text: number;
  readonly stamp: number;
}

interface Subscription extends Room {
  readonly id: string;
  readonly roomId: string;
  readonly isDirect: boolean;
}

/** The rooms and subscriptions of one user of a virtual workspace. */
export class InboxWorld extends Schedule {
  readonly rooms = new Map<string, Room>();
  readonly subscriptions = new Map<string, Subscription>();
  /** Deleted subscriptions. */
  readonly trash = new Map<string, number>();
  /** Subscriptions that are in the trash, and about to be deleted. */
  readonly leaving = new Set<string>();
  #serial = 0;

  backUp(): () => void {
    const kept = [this.rooms, this.subscriptions, this.trash].map((map) => [map, [...map]] as const);
    return () => {
      for (const [map, entries] of kept) {
        map.clear();
        for (const [key, value] of entries) (map as Map<string, unknown>).set(key, value);
      }
      this.leaving.clear();
      this.dropPending();
    };
  }

  write(): void {
    const stamp = this.stamp();
    this.later(this.random(4) === 0 ? this.random(maxDelay) : 0, this.#change(stamp));
    this.pass(this.random(3) === 0 ? this.random(4000) : 0);
  }

  #change(stamp: number): () => void {
    const kind = this.random(11);
    const chosen = this.random(1 << 30);
    const pick = <Item>(items: Iterable<Item>, use: (item: Item) => void) => {
      const all = [...items];
      const item = all[chosen % Math.max(1, all.length)];
      if (item !== undefined) use(item);
    };
    const text = (this.#serial += 1);
    if (kind < 3) return () => this.#join(`r${this.#serial}`, stamp, text);
    if (kind < 4) return () => pick(this.rooms.keys(), (id) => this.#join(id, stamp, text));
    if (kind < 6) return () => pick(this.rooms.keys(), (id) => this.rooms.set(id, { stamp, text }));
    if (kind < 8) return () => pick(this.subscriptions.values(), (one) => this.#edit(one, stamp, text));
    if (kind < 9)
      return () =>
        pick(this.subscriptions.values(), (one) => {
          this.#edit(one, stamp, text);
          if (one.isDirect) this.rooms.set(one.roomId, { stamp, text });
        });
    return () => pick(this.subscriptions.values(), (one) => this.#leave(one, stamp));
  }

  #join(roomId: string, stamp: number, text: number): void {
    if (this.#isIn(roomId)) return;
    const isDirect = this.rooms.has(roomId) || this.random(4) > 0;
    if (isDirect && !this.rooms.has(roomId)) this.rooms.set(roomId, { stamp, text });
    const id = `s${(this.#serial += 1)}`;
    this.subscriptions.set(id, { id, roomId, isDirect, stamp, text });
  }

  #isIn(roomId: string): boolean {
    return [...this.subscriptions.values()].some((one) => one.roomId === roomId);
  }

  #edit(one: Subscription, stamp: number, text: number): void {
    this.subscriptions.set(one.id, { ...one, stamp, text });
  }

  #leave({ id, roomId }: Subscription, stamp: number): void {
    this.trash.set(id, stamp);
    this.leaving.add(id);
    const isDeleted = this.random(2) === 0;
    this.later(this.random(4) === 0 ? this.random(maxRemoval) : 0, () => {
      this.subscriptions.delete(id);
      this.leaving.delete(id);
      if (isDeleted && !this.#isIn(roomId)) this.rooms.delete(roomId);
    });
  }

  /** What the caller's list of rooms shows, without those that are just being left. */
  listed(): Map<string, string> {
    const own = [...this.subscriptions.values()].filter(({ id, isDirect }) => isDirect && !this.leaving.has(id));
    return new Map(own.map((one) => [one.roomId, `${this.rooms.get(one.roomId)?.text} ${one.text}`]));
  }

  without(copy: Iterable<readonly [string, string]>): Map<string, string> {
    const leaving = new Set([...this.leaving].map((id) => this.subscriptions.get(id)?.roomId));
    return new Map([...copy].filter(([id]) => !leaving.has(id)));
  }
}

/** A client with a copy of the list, before gateways that know which room a subscription is of if they have seen it. */
export class InboxClient implements ToldClient {
  readonly copy = new Map<string, string>();
  readonly #world: InboxWorld;
  #known = new Map<string, string | undefined>();
  #cursor: string;
  isNew = true;
  answers = 0;
  reloads = 0;
  told = 0;

  constructor(world: InboxWorld) {
    this.#world = world;
    const all = [...world.subscriptions.values()];
    this.#cursor = encodeSyncCursor('inbox', beginInbox({ readAt: world.readAt(), removed: [] }, all));
    this.#learn(all);
    this.#reload();
  }

  /** Another gateway answers from now on. */
  restart(): void {
    this.#known = new Map();
  }

  #learn(subscriptions: Iterable<Subscription>): void {
    for (const { id, roomId, isDirect } of subscriptions) this.#known.set(id, isDirect ? roomId : undefined);
  }

  #reload(): void {
    this.copy.clear();
    for (const { roomId, isDirect } of this.#world.subscriptions.values()) if (isDirect) this.#put(roomId);
  }

  #put(id: string, record?: number, membership?: number): void {
    const own = [...this.#world.subscriptions.values()].find(({ roomId }) => roomId === id);
    this.copy.set(id, `${record ?? this.#world.rooms.get(id)?.text} ${membership ?? own?.text}`);
  }

  ask(between: () => void): void {
    const world = this.#world;
    const cursor = decodeSyncCursor('inbox', this.#cursor);
    const { updatedAfter, deletedAfter } = windowOf(cursor);
    const after = Math.min(updatedAfter, deletedAfter);
    const readAt = world.readAt();
    const changed = () => [...world.subscriptions.values()].filter(({ stamp }) => stamp > after);
    const deleted = () => [...world.trash].map(([id, stamp]) => ({ id, stamp })).filter(({ stamp }) => stamp > after);
    const early = world.toss() ? deleted() : undefined;
    if (early !== undefined) between();
    const found = changed();
    if (early === undefined) between();
    const removed = early ?? deleted();
    this.#learn(found);
    const memberships = found.map((one) => ({ ...one, row: { ...one, rid: one.roomId, t: one.isDirect ? 'd' : 'c' } }));
    const roomOf = (id: string) => (this.#known.has(id) ? this.#known.get(id) : null);
    const reading: InboxReading<object, object> = { readAt, memberships, removed, rooms: undefined, roomOf };
    let answer = inboxChangesSince(cursor, reading);
    const texts = new Map<string, number>();
    let next = answer.cursor;
    if (answer.mustReload) {
      between();
      const all = [...world.subscriptions.values()];
      this.#learn(all);
      next = beginInbox(reading, all);
    } else {
      between();
      const own = new Set([...world.subscriptions.values()].map(({ roomId }) => roomId));
      const rooms = [...world.rooms]
        .filter(([id, { stamp }]) => own.has(id) && stamp > deletedAfter)
        .map(([_id, { stamp, text }]) => ({ stamp, row: { _id, text } }));
      for (const { row } of rooms) texts.set(row._id, row.text);
      answer = inboxChangesSince(cursor, { ...reading, rooms });
      next = answer.cursor;
    }
    this.#cursor = encodeSyncCursor('inbox', next);
    this.isNew = answer.mustReload;
    this.answers += 1;
    this.told += answer.changedIds.length + answer.removedIds.length;
    if (answer.mustReload) {
      this.reloads += 1;
      this.#reload();
      return;
    }
    const own = new Map(found.map((one) => [one.roomId, one.text]));
    for (const id of answer.changedIds) this.#put(id, texts.get(id), own.get(id));
    for (const id of answer.removedIds) this.copy.delete(id);
  }
}
