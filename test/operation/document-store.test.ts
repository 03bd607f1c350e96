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

describe('the store of documents', () => {
  it('gives what it was given, and nothing that it was not', async () => {
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

  it('C1: keeps nothing for callers whom the workspace has not accepted, and lets them push out nothing', async () => {
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

  it('keeps what came again, however many new documents come', async () => {
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

  it('forgets what was used longest ago, of what came again too', async () => {
    const store = new DocumentStore();
    for (let index = 0; index < 100; index += 1) {
      for (let time = 0; time < 2; time += 1) await send(store, `${index}`, documentOf(1996)); // a million bytes
      if (index > 0) await send(store, '0', documentOf(1));
    }
    expect(store.bytes).toBeLessThanOrEqual(40 * mebibyte);
    expect(store.bytes).toBeGreaterThan(38 * mebibyte);
    expect(await has(store, '0', '1', '50', '70', '99')).toEqual([true, false, false, true, true]);
  });

  it('C1: counts what else is kept of a document, and lets no more be kept than there is room for', async () => {
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

  it('counts a document once that is given twice, and keeps nothing of the second', async () => {
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
