import { beginAt, decodeSyncCursor, encodeSyncCursor } from '../../src/sync/sync-cursor.ts';
import { changesSince, windowOf, type Reading, type Update } from '../../src/sync/room-sync.ts';
import { pageEnd } from '../../src/upstream/stamps.ts';

/** The generator of a case: the same seed makes the same case. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 13), 3_266_489_917);
    return ((mixed ^ (mixed >>> 16)) >>> 0) % below;
  };
}

export interface ModelRow {
  readonly id: string;
  readonly stamp: number;
  readonly text: number;
  readonly isHidden: boolean;
}

/** How a workspace answers. */
export interface Dialect {
  /** Rows of a page of updates or deletions; undefined: everything in one response, read at two moments in any order. */
  readonly pageSize: number | undefined;
}

/** Changes become readable late, and carry the times of servers whose clocks run apart. Milliseconds. */
export const maxDelay = 10_000;
export const maxSkew = 10_000;
export const maxDateSkew = 5_000;

interface PendingWrite {
  readonly at: number;
  readonly run: () => void;
}

/** A room of a virtual workspace. */
export class World {
  readonly rows = new Map<string, ModelRow>();
  readonly trash = new Map<string, number>();
  readonly #random: (below: number) => number;
  readonly #skews: number[];
  readonly #dateSkew: number;
  #pending: PendingWrite[] = [];
  #ids = 0;
  #texts = 0;
  now = 1_700_000_000_000;

  constructor(random: (below: number) => number) {
    this.#random = random;
    this.#skews = [0, 1, 2].map(() => random(2 * maxSkew) - maxSkew);
    this.#dateSkew = random(2 * maxDateSkew) - maxDateSkew;
  }

  /** What a `Date` header lets a reader conclude: never later than the moment of reading. */
  readAt(): number {
    return this.now + this.#dateSkew - this.#random(1500);
  }

  pass(ms: number): void {
    this.now += ms;
    const due = this.#pending.filter(({ at }) => at <= this.now).toSorted((a, b) => a.at - b.at);
    this.#pending = this.#pending.filter(({ at }) => at > this.now);
    for (const { run } of due) run();
  }

  /** One change by one of the servers, or an update of many rows at once. */
  write(): void {
    const stamp = this.now + (this.#skews[this.#random(3)] ?? 0);
    const delay = this.#random(4) === 0 ? this.#random(maxDelay) : 0;
    this.#pending.push({ at: this.now + delay, run: this.#change(stamp) });
    this.pass(this.#random(3) === 0 ? this.#random(4000) : 0);
  }

  #change(stamp: number): () => void {
    const kind = this.#random(13);
    if (kind < 4) return () => this.#put((this.#ids += 1), stamp);
    if (kind < 5) {
      const hash = this.#random(this.#ids + 1); // sent again, perhaps after it was deleted
      return () => this.#put(hash, stamp);
    }
    const chosen = this.#random(1 << 30);
    const one = (change: (row: ModelRow) => void) => () => {
      const all = [...this.rows.values()];
      const row = all[chosen % Math.max(1, all.length)];
      if (row !== undefined) change(row);
    };
    if (kind < 7) return one((row) => this.#edit(row, stamp));
    if (kind < 8) return one((row) => this.rows.set(row.id, { ...row, stamp, isHidden: !row.isHidden }));
    if (kind < 12) return one((row) => this.#delete(row, stamp));
    return () => {
      for (const row of this.rows.values()) if (this.#random(2) === 0) this.#edit(row, stamp);
    };
  }

  #put(id: number, stamp: number): void {
    this.rows.set(`m${id}`, { id: `m${id}`, stamp, text: (this.#texts += 1), isHidden: false });
  }

  #edit(row: ModelRow, stamp: number): void {
    this.rows.set(row.id, { ...row, stamp, text: (this.#texts += 1) });
  }

  #delete(row: ModelRow, stamp: number): void {
    this.rows.delete(row.id);
    this.trash.set(row.id, stamp);
  }

  /** What the list shows. */
  listed(): Map<string, number> {
    return new Map([...this.rows.values()].filter(({ isHidden }) => !isHidden).map(({ id, text }) => [id, text]));
  }
}

const toUpdate = (row: ModelRow): Update<ModelRow> => ({
  id: row.id,
  stamp: row.stamp,
  row: row.isHidden ? undefined : row,
});

const byStamp = (a: { stamp: number }, b: { stamp: number }) => a.stamp - b.stamp;

/** Reads as the gateway does. `between`: what others do between the calls, or inside one. */
function read(world: World, cursorText: string, { pageSize }: Dialect, between: () => void): Reading<ModelRow> {
  const window = windowOf(decodeSyncCursor('room', cursorText));
  const updates = () =>
    [...world.rows.values()]
      .map(toUpdate)
      .filter(({ stamp }) => stamp > window.updatedAfter)
      .toSorted(byStamp);
  const deletions = () =>
    [...world.trash]
      .map(([id, stamp]) => ({ id, stamp }))
      .filter(({ stamp }) => stamp > window.deletedAfter)
      .toSorted(byStamp);
  const readAt = world.readAt();
  const found = updates();
  between();
  const gone = deletions();
  if (pageSize === undefined || window.isWhole)
    return {
      readAt,
      updates: found,
      deletions: gone,
      knownUntil: Number.POSITIVE_INFINITY,
    };
  const nextOf = (items: readonly { stamp: number }[]) =>
    items.length > pageSize ? String(items[pageSize - 1]?.stamp) : null;
  return {
    readAt,
    updates: found.slice(0, pageSize),
    deletions: gone,
    knownUntil: pageEnd(nextOf(found)) ?? Number.NaN,
  };
}

/** A client with a copy of the list. */
export class Client {
  readonly copy = new Map<string, number>();
  readonly #world: World;
  readonly #dialect: Dialect;
  readonly #first: number;
  #cursor = '';
  isWalking = false;
  reloads = 0;
  /** Changes told. */
  told = 0;

  constructor(world: World, dialect: Dialect, first: number) {
    this.#world = world;
    this.#dialect = dialect;
    this.#first = first;
    this.#cursor = encodeSyncCursor('room', beginAt(world.readAt()));
    this.#reload();
  }

  #reload(): void {
    this.copy.clear();
    for (const [id, text] of this.#world.listed()) this.copy.set(id, text);
  }

  /** One answer. */
  ask(between: () => void): void {
    const reading = read(this.#world, this.#cursor, this.#dialect, between);
    const answer = changesSince(decodeSyncCursor('room', this.#cursor), reading, this.#first);
    const told = answer.changed.length + answer.removedIds.length;
    if (told > this.#first) throw new Error('more than `first`');
    for (const { id, text } of answer.changed) this.copy.set(id, text);
    for (const id of answer.removedIds) this.copy.delete(id);
    this.told += told;
    this.#cursor = encodeSyncCursor('room', answer.cursor);
    if (this.#cursor.length >= 200) throw new Error('a long cursor');
    this.isWalking = answer.hasMore;
    if (!answer.mustReload) return;
    this.reloads += 1;
    this.#reload();
  }

  /** Answers until there are no more. */
  sync(between: () => void): void {
    for (let answers = 0; answers === 0 || this.isWalking; answers += 1) {
      if (answers > 2000) throw new Error('it never ends');
      this.ask(between);
    }
  }
}
