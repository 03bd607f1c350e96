import { parse, type DocumentNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DocumentStore } from '../../src/operation/document-store.ts';

const mebibyte = 1024 * 1024;
/** A document of so many fields, with three tokens more: its braces, and its beginning; and one for its end. */
const documentOf = (fields: number) => parse(`{ ${'a '.repeat(fields)} }`);

/** Sends a document as a caller does whom the workspace has accepted. */
async function send(store: DocumentStore, key: string, document: DocumentNode): Promise<void> {
  const known = await store.get(key);
  if (known === undefined) await store.set(key, document);
  store.use(known ?? document);
}

const has = async (store: DocumentStore, ...keys: string[]) =>
  (await Promise.all(keys.map((key) => store.get(key)))).map((document) => document !== undefined);

describe('DocumentStore', () => {
  it('a stored document is found by its key until it is deleted', async () => {
    const store = new DocumentStore();
    const document = documentOf(1);
    for (let time = 0; time < 2; time += 1) {
      await send(store, 'a', document);
      expect([await store.get('a'), await store.get('b')]).toEqual([document, undefined]);
    }
    await store.delete('a');
    expect([await store.get('a'), store.bytes]).toEqual([undefined, 0]);
    await send(store, 'b', document);
    await store.delete('b');
    expect(await store.get('b')).toBeUndefined();
  });

  it('C1: documents of callers whom the workspace has not accepted are not stored, and evict nothing', async () => {
    const store = new DocumentStore();
    for (let time = 0; time < 2; time += 1) await send(store, 'accepted', documentOf(10));
    await send(store, 'accepted once', documentOf(10));
    const { bytes } = store;
    for (let index = 0; index < 100; index += 1) {
      const document = documentOf(1000);
      await store.set(`${index % 2}`, document);
      await store.get(`${index % 2}`);
      expect(store.keep(document, 0)).toBe(false);
    }
    expect(store.bytes).toBe(bytes);
    expect(await has(store, 'accepted', 'accepted once', '0')).toEqual([true, true, false]);
    store.use(documentOf(1)); // one that was never valid
    expect(store.bytes).toBe(bytes);
  });

  it('a document used twice survives any number of new documents', async () => {
    const store = new DocumentStore();
    for (let time = 0; time < 2; time += 1) await send(store, 'asked for again', documentOf(10));
    await send(store, 'asked for once', documentOf(10));
    for (let index = 0; index < 300; index += 1) await send(store, `new ${index}`, documentOf(96));
    expect(await has(store, 'asked for again', 'asked for once', 'new 0', 'new 299')).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(store.bytes).toBeLessThanOrEqual(4 * mebibyte + 20_000);
  });

  it('of the documents used twice, the one used longest ago is evicted first', async () => {
    const store = new DocumentStore();
    for (let index = 0; index < 100; index += 1) {
      for (let time = 0; time < 2; time += 1) await send(store, `${index}`, documentOf(1996)); // a million bytes
      if (index > 0) await send(store, '0', documentOf(1));
    }
    expect(store.bytes).toBeLessThanOrEqual(40 * mebibyte);
    expect(store.bytes).toBeGreaterThan(38 * mebibyte);
    expect(await has(store, '0', '1', '50', '70', '99')).toEqual([true, false, false, true, true]);
  });

  it('C1: what is cached with a document counts toward the memory limit, and is rejected above it', async () => {
    const store = new DocumentStore();
    const documents = Array.from({ length: 50 }, () => documentOf(1));
    for (const [index, document] of documents.entries()) {
      await send(store, `${index}`, document);
      expect(store.keep(document, 100)).toBe(false); // it came once
      await send(store, `${index}`, document);
      expect(store.keep(document, mebibyte)).toBe(true);
    }
    expect(store.bytes).toBeLessThanOrEqual(40 * mebibyte);
    expect(await has(store, '0', '10', '11', '49')).toEqual([false, false, true, true]);
    expect([
      store.keep(documentOf(1), 1),
      store.keep(documents[0] ?? documentOf(1), 1),
      store.keep(documents[49] ?? documentOf(1), 41 * mebibyte),
    ]).toEqual([false, false, false]);
    expect(store.bytes).toBe(0);
  });

  it('a document set twice under one key counts once', async () => {
    const store = new DocumentStore();
    const [first, second] = [documentOf(6), documentOf(6)];
    for (const document of [first, second, first, second]) {
      await store.set('a', document);
      store.use(document);
    }
    expect([await store.get('a'), store.keep(first, 1), store.keep(second, 1)]).toEqual([second, false, true]);
    expect(store.bytes).toBe(300 + 2 + 2000 + 2 * 16 + 500 * 10 + 1);
  });
});
