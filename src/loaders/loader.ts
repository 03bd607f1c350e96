import DataLoader from 'dataloader';

/** Values by key, for one request: equal keys share a promise, and a failed key fails alone. */
export interface Loader<Key, Value> {
  load(key: Key): Promise<Value>;
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
  const readPrimed = (): void => {
    const lists = unread;
    unread = [];
    for (const entries of lists) for (const [key, value] of entries()) (primed ??= new Map()).set(keyOf(key), value);
  };
  return {
    prime: (entries) => void unread.push(entries),
    load(key) {
      const name = keyOf(key);
      const known = promises?.get(name);
      if (known !== undefined) return known;
      if (unread.length > 0) readPrimed();
      const value = primed?.get(name);
      const promise = value === undefined ? call(key) : Promise.resolve(value);
      (promises ??= new Map()).set(name, promise);
      return promise;
    },
  };
}

/**
 * For what upstream can read in bulk: `read` gets all keys of one tick, chooses bulk or single, and returns a promise per
 * key. A DataLoader resolves the keys of a batch together; handing it promises lets each key resolve by itself, so that
 * one slow single call does not hold up the others.
 */
export function batchByKey<Key, Value>(
  read: (keys: readonly Key[]) => readonly Promise<Value>[],
  keyOf: (key: Key) => string = String,
): Loader<Key, Value> {
  let loader: DataLoader<Key, Promise<Value>, string> | undefined;
  const create = () => new DataLoader<Key, Promise<Value>, string>(async (keys) => read(keys), { cacheKeyFn: keyOf });
  return { load: async (key) => await (loader ??= create()).load(key) };
}
