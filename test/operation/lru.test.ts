import { describe, expect, it } from 'vitest';
import { Lru } from '../../src/operation/lru.ts';

/** Entries of 1,000 bytes: 300 of their own, two for each character of the key, and the rest. */
const add = (lru: Lru<string>, key: string, bytes = 1000) =>
  lru.set(key, `value of ${key}`, bytes - 300 - 2 * key.length);
const keysOf = (lru: Lru<string>, keys: string) =>
  Array.from(keys)
    .filter((key) => lru.peek(key) !== undefined)
    .join('');

describe('Lru', () => {
  it('an LRU evicts the entry used longest ago', () => {
    const lru = new Lru<string>(3000);
    for (const key of 'abc') add(lru, key);
    expect([lru.use('a'), lru.peek('b'), lru.use('x')]).toEqual(['value of a', 'value of b', undefined]);
    add(lru, 'd');
    expect([keysOf(lru, 'abcd'), lru.bytes, lru.size]).toEqual(['acd', 3000, 3]);
  });

  it('an LRU gives an entry that was used since its last chance another one, and then evicts it', () => {
    const lru = new Lru<string>(3000);
    for (const key of 'abc') add(lru, key);
    for (const key of 'abc') lru.use(key);
    add(lru, 'd'); // all had their second chance, so the first of them goes
    expect([keysOf(lru, 'abcd'), lru.bytes]).toEqual(['bcd', 3000]);
    lru.use('b');
    for (const key of 'ef') add(lru, key);
    expect(keysOf(lru, 'abcdef')).toBe('bef');
    add(lru, 'g');
    expect([keysOf(lru, 'abcdefg'), lru.bytes, lru.size]).toEqual(['efg', 3000, 3]);
  });

  it('an LRU evicts entries to fit larger or growing ones, and never keeps one above its capacity', () => {
    const lru = new Lru<string>(3000);
    for (const key of 'abc') add(lru, key);
    add(lru, 'd', 2000);
    expect(keysOf(lru, 'abcd')).toBe('cd');
    lru.grow('c', 1);
    expect([keysOf(lru, 'abcd'), lru.bytes]).toEqual(['d', 2000]);
    lru.grow('x', 5000);
    add(lru, 'e', 3001);
    expect([keysOf(lru, 'abcde'), lru.bytes]).toEqual(['d', 2000]);
    add(lru, 'd', 3001);
    expect([lru.size, lru.bytes]).toEqual([0, 0]);
  });

  it('an LRU counts the bytes of a replaced entry once, and none of a deleted one', () => {
    const lru = new Lru<string>(3000);
    for (const bytes of [1000, 2000]) add(lru, 'a', bytes);
    expect(lru.bytes).toBe(2000);
    for (const key of 'aab') lru.delete(key);
    expect([lru.bytes, lru.peek('a')]).toEqual([0, undefined]);
  });
});
