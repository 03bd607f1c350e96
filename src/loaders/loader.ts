import DataLoader from 'dataloader';

/** Values by key, for one request: equal keys share a promise, and a key that fails costs no other key anything. */
export interface Loader<Key, Value> {
  load(key: Key): Promise<Value>;
}

const itself = (key: unknown): string => String(key);

/**
 * One call for each key, made when somebody first asks for it. There is nothing to wait for: upstream has no way to read
 * several of these together. So what lies below a key goes on when its own call has ended, however long others take.
 */
export function callByKey<Key, Value>(
  call: (key: Key) => Promise<Value>,
  keyOf: (key: Key) => string = itself,
): Loader<Key, Value> {
  const promises = new Map<string, Promise<Value>>();
  return {
    load(key) {
      const name = keyOf(key);
      const known = promises.get(name);
      if (known !== undefined) return known;
      const promise = call(key);
      promises.set(name, promise);
      return promise;
    },
  };
}

/**
 * For what upstream can answer in bulk: `read` gets all keys that are asked for at one moment, chooses the way, and
 * answers a promise for each. A DataLoader resolves the keys of a batch together; handing it promises lets each key
 * resolve by itself, so one slow single call does not hold up the others.
 */
export function batchByKey<Key, Value>(
  read: (keys: readonly Key[]) => readonly Promise<Value>[],
  keyOf: (key: Key) => string = itself,
): Loader<Key, Value> {
  const loader = new DataLoader<Key, Promise<Value>, string>(async (keys) => read(keys), { cacheKeyFn: keyOf });
  return { load: async (key) => await loader.load(key) };
}
