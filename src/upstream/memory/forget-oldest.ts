/** Drops the first entry of a Map or Set, which keep insertion order. */
export function forgetOldest<Key>(entries: Map<Key, unknown> | Set<Key>): void {
  for (const oldest of entries.keys()) {
    entries.delete(oldest);
    return;
  }
}
