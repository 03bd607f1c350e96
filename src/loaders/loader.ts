import DataLoader from 'dataloader';

/** Upstream calls that a request did without, for the metrics. */
export interface SavedCalls {
  /** Its loads of what it had loaded, or begun to load, before. */
  joined: number;
  /** Objects that one list answered in place of a call each. */
  bulk: number;
}

/** What several of them saved; undefined: one that was never used. */
export function sumOf(loaders: readonly ({ readonly saved: SavedCalls } | undefined)[]): SavedCalls {
  const sum = { joined: 0, bulk: 0 };
  for (const loader of loaders) {
    sum.joined += loader?.saved.joined ?? 0;
    sum.bulk += loader?.saved.bulk ?? 0;
  }
  return sum;
}

/** Values by key, for one request: equal keys share a promise, and a failed key fails alone. */
export interface Loader<Key, Value> {
  load(key: Key): Promise<Value>;
  readonly saved: SavedCalls;
}

/** A loader that can be told values that another response has shown. */
export interface PrimedLoader<Key, Value> extends Loader<Key, Value> {
  /** Later loads of these keys return these values, unless one has already begun. Few requests make one. */
  prime(entries: () => Iterable<readonly [Key, Value]>): void;
}

/**
 * One call per key, made on first load. No batching, because upstream cannot read several of these together: each key
 * resolves as soon as its own call has ended, however long others take.
 */
export function callByKey<Key, Value>(
  call: (key: Key) => Promise<Value>,
  keyOf: (key: Key) => string = String,
): PrimedLoader<Key, Value> {
  // A request uses few of its loaders: what one holds is created when it is first used.
  let promises: Map<string, Promise<Value>> | undefined;
  /** Most of them are never loaded, so they get no promise. */
  let primed: Map<string, Value> | undefined;
  let unread: (() => Iterable<readonly [Key, Value]>)[] = [];
  const saved = { joined: 0, bulk: 0 };
  const readPrimed = (): void => {
    const lists = unread;
    unread = [];
    for (const entries of lists) for (const [key, value] of entries()) (primed ??= new Map()).set(keyOf(key), value);
  };
  return {
    saved,
    prime: (entries) => void unread.push(entries),
    load(key) {
      const name = keyOf(key);
      const known = promises?.get(name);
      if (known !== undefined) {
        saved.joined += 1;
        return known;
      }
      if (unread.length > 0) readPrimed();
      const value = primed?.get(name);
      if (value !== undefined) saved.joined += 1;
      const promise = value === undefined ? call(key) : Promise.resolve(value);
      (promises ??= new Map()).set(name, promise);
      return promise;
    },
  };
}

/**
 * For what upstream can read in bulk: `read` gets all keys of one tick, chooses bulk or single, and returns a promise per
 * key; it counts in `saved` what it reads in bulk. A DataLoader resolves the keys of a batch together; handing it promises
 * lets each key resolve by itself, so that one slow single call does not hold up the others.
 */
export function batchByKey<Key, Value>(
  read: (keys: readonly Key[], saved: SavedCalls) => readonly Promise<Value>[],
  keyOf: (key: Key) => string = String,
): Loader<Key, Value> {
  let loader: DataLoader<Key, Promise<Value>, string> | undefined;
  const saved = { joined: 0, bulk: 0 };
  const readBatch = async (keys: readonly Key[]) => {
    saved.joined -= keys.length; // each has been loaded for the first time
    return read(keys, saved);
  };
  const create = () => new DataLoader<Key, Promise<Value>, string>(readBatch, { cacheKeyFn: keyOf });
  return {
    saved,
    load: (key) => {
      saved.joined += 1;
      // A promise that is resolved with a promise becomes that one.
      const loaded: Promise<unknown> = (loader ??= create()).load(key);
      return loaded as Promise<Value>;
    },
  };
}
