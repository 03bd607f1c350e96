import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { DocumentStore } from '../src/document-store.ts';

/** A document of so many fields, and three tokens more: its braces and its beginning, and one more for its end. */
const documentOf = (fields: number) => parse(`{ ${'a '.repeat(fields)} }`);

describe('the store of documents', () => {
  it('gives what it was given, and nothing that it was not', async () => {
    const store = new DocumentStore();
    const document = documentOf(1);
    await store.set('a', document);
    expect([await store.get('a'), await store.get('b')]).toEqual([document, undefined]);
    await store.delete('a');
    expect([await store.get('a'), store.tokens]).toEqual([undefined, 0]);
    await store.set('b', document);
    await store.delete('b');
    expect(await store.get('b')).toBeUndefined();
  });

  it('keeps what came again, however many new documents come', async () => {
    const store = new DocumentStore();
    for (const key of ['asked for again', 'asked for once']) await store.set(key, documentOf(10));
    await store.get('asked for again');
    for (let index = 0; index < 3000; index += 1) await store.set(`new ${index}`, documentOf(96));
    expect([await store.get('asked for again'), await store.get('asked for once'), await store.get('new 0')].map((found) => found !== undefined)).toEqual([true, false, false]);
    expect(await store.get('new 2999')).toBeDefined();
    expect(store.tokens).toBeLessThanOrEqual(20_000 + 200);
  });

  it('forgets what was used longest ago, of what came again too', async () => {
    const store = new DocumentStore();
    for (let index = 0; index < 100; index += 1) {
      await store.set(`${index}`, documentOf(1996)); // 2,000 tokens
      await store.get(`${index}`);
      if (index > 0) await store.get('0');
    }
    expect(store.tokens).toBe(80_000);
    const found = await Promise.all(['0', '1', '60', '61', '99'].map((key) => store.get(key)));
    expect(found.map((document) => document !== undefined)).toEqual([true, false, false, true, true]);
  });

  it('counts a document once that is given twice', async () => {
    const store = new DocumentStore();
    for (let time = 0; time < 3; time += 1) await store.set('a', documentOf(6));
    expect(store.tokens).toBe(10);
  });
});
