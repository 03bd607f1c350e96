import { beginAt, decodeSyncCursor, encodeSyncCursor, witnessOf } from '../../src/sync/sync-cursor.ts';
import { changesSince, windowOf, type Reading, type Update } from '../../src/sync/room-sync.ts';
import { maxDelay, maxRemoval, Schedule } from './schedule.ts';
import type { ToldClient } from './tally.ts';
import { pageEnd } from '../../src/upstream/stamps.ts';

export interface ModelRow {
  readonly id: string;
  readonly stamp: number;
  readonly text: number;
}

/** How a workspace answers. */
export interface Dialect {
  /** Rows of a page of updates or deletions; undefined: everything in one response, read at two moments in any order. */
  readonly pageSize: number | undefined;
}

const keptDeletions = 30 * 86_400_000;

/** A room of a virtual workspace. */
export class World extends Schedule {
  readonly rows = new Map<string, ModelRow>();
  readonly trash = new Map<string, number>();
  /** Rows that were ever hidden, which the workspace does not tell. */
  readonly hidden = new Set<string>();
  /** Rows that are in the trash, and about to be deleted. */
  readonly leaving = new Set<string>();
  #ids = 0;
  #texts = 0;

  /** A copy of what is stored, and how to go back to it: whatever is being written then is lost. */
  backUp(): () => void {
    const [rows, trash] = [[...this.rows], [...this.trash]];
    return () => {
      for (const kept of [this.rows, this.trash, this.leaving]) kept.clear();
      for (const [id, row] of rows) this.rows.set(id, row);
      for (const [id, stamp] of trash) this.trash.set(id, stamp);
      this.dropPending();
    };
  }

  override pass(ms: number): void {
    super.pass(ms);
    for (const [id, stamp] of this.trash) if (stamp < this.now - keptDeletions) this.trash.delete(id);
  }

  /** One change by one of the servers, or an update of many rows at once. */
  write(): void {
    const stamp = this.stamp();
    const delay = this.random(4) === 0 ? this.random(maxDelay) : 0;
    this.later(delay, this.#change(stamp));
    this.pass(this.random(3) === 0 ? this.random(4000) : 0);
  }

  #change(stamp: number): () => void {
    const kind = this.random(13);
    if (kind < 4) return () => this.#put((this.#ids += 1), stamp);
    if (kind < 5) {
      const hash = this.random(this.#ids + 1); // sent again, perhaps after it was deleted
      return () => this.#put(hash, stamp);
    }
    const chosen = this.random(1 << 30);
    const one = (change: (row: ModelRow) => void) => () => {
      const all = [...this.rows.values()];
      const row = all[chosen % Math.max(1, all.length)];
      if (row !== undefined) change(row);
    };
    if (kind < 7) return one((row) => this.#edit(row, stamp));
    if (kind < 8) return one((row) => this.random(8) === 0 && this.hidden.add(row.id));
    if (kind < 12) return one((row) => this.#delete(row, stamp));
    return () => {
      for (const row of this.rows.values()) if (this.random(2) === 0) this.#edit(row, stamp);
    };
  }

  #put(id: number, stamp: number): void {
    this.rows.set(`m${id}`, { id: `m${id}`, stamp, text: (this.#texts += 1) });
  }

  #edit(row: ModelRow, stamp: number): void {
    this.rows.set(row.id, { ...row, stamp, text: (this.#texts += 1) });
  }

  #delete({ id }: ModelRow, stamp: number): void {
    this.trash.set(id, stamp);
    this.leaving.add(id);
    this.later(this.random(4) === 0 ? this.random(maxRemoval) : 0, () => {
      this.rows.delete(id);
      this.leaving.delete(id);
    });
  }

  /** What the list shows. */
  listed(): Map<string, number> {
    return this.without([...this.visible()].map(({ id, text }) => [id, text]));
  }

  visible(): ModelRow[] {
    return [...this.rows.values()].filter(({ id }) => !this.hidden.has(id));
  }

  /** What a copy has, but for rows that were hidden, or are just being deleted. */
  without(copy: Iterable<readonly [string, number]>): Map<string, number> {
    return new Map([...copy].filter(([id]) => !this.hidden.has(id) && !this.leaving.has(id)));
  }
}

const toUpdate = (row: ModelRow): Update<ModelRow> => ({ id: row.id, stamp: row.stamp, row });

const byStamp = (a: { stamp: number }, b: { stamp: number }) => a.stamp - b.stamp;

/** Reads as the gateway does. `between`: what others do between the calls, or inside one. */
function read(world: World, cursorText: string, { pageSize }: Dialect, between: () => void): Reading<ModelRow> {
  const window = windowOf(decodeSyncCursor('room', cursorText));
  const updates = () =>
    world
      .visible()
      .map(toUpdate)
      .filter(({ stamp }) => stamp > window.updatedAfter)
      .toSorted(byStamp);
  const deletions = () =>
    [...world.trash]
      .map(([id, stamp]) => ({ id, stamp }))
      .filter(({ stamp }) => stamp > window.deletedAfter)
      .toSorted(byStamp);
  const readAt = world.readAt();
  const isWhole = pageSize === undefined || window.isWhole;
  const isBackwards = isWhole && world.toss();
  const early = isBackwards ? deletions() : undefined;
  if (isBackwards) between();
  const found = updates();
  if (!isBackwards) between();
  const gone = early ?? deletions();
  if (isWhole)
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
export class Client implements ToldClient {
  readonly copy = new Map<string, number>();
  readonly #world: World;
  readonly #dialect: Dialect;
  readonly #first: number;
  #cursor = '';
  isWalking = false;
  /** Whether it has read the list, and not been told of changes since. */
  isNew = true;
  answers = 0;
  reloads = 0;
  told = 0;

  constructor(world: World, dialect: Dialect, first: number) {
    this.#world = world;
    this.#dialect = dialect;
    this.#first = first;
    const newest = world.visible().toSorted(byStamp).at(-1);
    this.#cursor = encodeSyncCursor('room', beginAt(world.readAt(), newest && witnessOf(newest.id, newest.stamp)));
    this.#reload();
  }

  #reload(): void {
    this.copy.clear();
    for (const { id, text } of this.#world.visible()) this.copy.set(id, text);
  }

  /** One answer. */
  ask(between: () => void): void {
    const reading = read(this.#world, this.#cursor, this.#dialect, between);
    const answer = changesSince(decodeSyncCursor('room', this.#cursor), reading, this.#first);
    const told = answer.changed.length + answer.removedIds.length;
    if (told > this.#first) throw new Error('more than `first`');
    for (const { id, text } of answer.changed) this.copy.set(id, text);
    for (const id of answer.removedIds) this.copy.delete(id);
    this.answers += 1;
    this.told += told;
    this.#cursor = encodeSyncCursor('room', answer.cursor);
    if (this.#cursor.length >= 200) throw new Error('a long cursor');
    this.isWalking = answer.hasMore;
    this.isNew = answer.mustReload;
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
