import { describe, expect, it } from 'vitest';
import { PersistedQueries } from '../../src/operation/persisted-queries.ts';

describe('PersistedQueries', () => {
  it('a persisted query is found by its hash with or without a prefix, and Apollo Server registers none', async () => {
    const store = new PersistedQueries();
    store.register('hash', '{ a }');
    await store.set();
    await store.delete();
    expect([await store.get('apq:hash'), await store.get('hash'), await store.get('apq:other')]).toEqual([
      '{ a }',
      '{ a }',
      undefined,
    ]);
  });

  it('a persisted query expires a day after it was sent', async () => {
    let now = 0;
    const store = new PersistedQueries(() => now);
    store.register('hash', '{ a }');
    now = 24 * 3600 * 1000 - 1;
    expect(await store.get('hash')).toBe('{ a }');
    now += 1;
    expect([await store.get('hash'), store.bytes]).toEqual([undefined, 0]);
  });

  it('a query that is not known here is asked for elsewhere until it is kept, and those registered here are told', async () => {
    const asked: string[] = [];
    const elsewhere = new Map([['theirs', '{ b }']]);
    const store = new PersistedQueries(Date.now, {
      find: async (hash) => {
        asked.push(hash);
        return elsewhere.get(hash);
      },
      register: (hash, query) => void elsewhere.set(hash, query),
    });
    store.register('ours', '{ a }');
    expect(elsewhere.get('ours')).toBe('{ a }');
    expect([await store.get('ours'), await store.get('apq:theirs'), store.find('theirs')]).toEqual([
      '{ a }',
      '{ b }',
      undefined,
    ]);
    store.keepFound('theirs', '{ b }');
    expect(store.find('theirs')).toBe('{ b }');
    expect([await store.get('nobody’s'), await store.get('theirs'), asked]).toEqual([
      undefined,
      '{ b }',
      ['theirs', 'nobody’s'],
    ]);
  });

  it('a query that is kept already does not become younger by being found', () => {
    let now = 0;
    const store = new PersistedQueries(() => now);
    store.register('hash', '{ a }');
    now = 24 * 3600 * 1000 - 1;
    store.keepFound('hash', '{ a }');
    now += 1;
    expect(store.find('hash')).toBe(undefined);
  });

  it('C1: persisted queries stay within 16 MiB, however small each of them is', async () => {
    const store = new PersistedQueries();
    for (let index = 0; index < 50_000; index += 1) store.register(`${index}`.padStart(64, '0'), '{ a }');
    expect(store.bytes).toBeLessThanOrEqual(16 * 1024 * 1024);
    expect(store.bytes).toBeGreaterThan(15 * 1024 * 1024);
    expect([await store.get('0'.padStart(64, '0')), await store.get('49999'.padStart(64, '0'))]).toEqual([
      undefined,
      '{ a }',
    ]);
  });
});
