/** Calls of one loader that run at a time. */
const maxConcurrent = 8;

/** Runs `load` for every key, a few at a time. A key that fails gets its own error, and costs no other key anything. */
export async function settleAll<Key, Value>(
  keys: readonly Key[],
  load: (key: Key) => Promise<Value> | Value | Error,
): Promise<(Value | Error)[]> {
  const results: (Value | Error)[] = [];
  let next = 0;
  const work = async () => {
    while (next < keys.length) {
      const index = next;
      next += 1;
      try {
        results[index] = await load(keys[index] as Key);
      } catch (error) {
        results[index] = error instanceof Error ? error : new Error(String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(maxConcurrent, keys.length) }, work));
  return results;
}
