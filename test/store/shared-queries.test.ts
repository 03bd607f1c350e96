import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { StoreKeys } from '../../src/store/keys.ts';
import { QueriesInStore } from '../../src/store/shared-queries.ts';
import { openDemo } from '../support/demo.ts';
import { startTestGateway } from '../support/gateway.ts';
import { openRedisStore, openStoreClient, startStore } from '../support/redis-server.ts';

const hashOf = (query: string): string => hash('sha256', query);

/** Persisted queries of two replicas, of which the store keeps three. */
async function open() {
  const server = await startStore();
  const [first, second] = await Promise.all(
    [1, 2].map(async () => {
      const redis = await openRedisStore(server.url);
      return new QueriesInStore({ redis, keys: new StoreKeys('chat', 'https://chat.example.com'), keep: 3 });
    }),
  );
  if (first === undefined || second === undefined) throw new Error('two');
  const client = await openStoreClient(server.url);
  return { server, first, second, client };
}

describe('Persisted queries that replicas share', () => {
  it('are found by their hash at another replica, and by no other', async () => {
    const { first, second } = await open();
    first.register(hashOf('{ a }'), '{ a }');
    expect(await first.find(hashOf('{ a }'))).toBe('{ a }');
    expect(await second.find(hashOf('{ a }'))).toBe('{ a }');
    expect(await second.find(hashOf('{ b }'))).toBe(undefined);
  });

  it('are a few: the one used longest ago goes first, and long ones stay where they are', async () => {
    const { first, second, client } = await open();
    for (const query of ['{ a }', '{ b }', '{ c }', '{ a }', '{ a }']) {
      first.register(hashOf(query), query);
      await first.find(hashOf(query));
    }
    first.register(hashOf('{ d }'), '{ d }');
    const found = ['{ a }', '{ b }', '{ c }', '{ d }'].map((query) => second.find(hashOf(query)));
    expect(await first.find(hashOf('{ d }'))).toBe('{ d }');
    expect(await Promise.all(found)).toEqual(['{ a }', undefined, '{ c }', '{ d }']);
    const long = `{ ${'a'.repeat(16 * 1024)} }`;
    first.register(hashOf(long), long);
    expect(await first.find(hashOf(long))).toBe(undefined);
    for (const key of await client.keys('*queries*')) expect(await client.pTTL(key)).toBeGreaterThan(0);
  });

  it('say nothing to who reads the store, and are not believed when it changes them', async () => {
    const { first, second, client } = await open();
    const query = '{ searched(text: "secret words") }';
    first.register(hashOf(query), query);
    expect(await first.find(hashOf(query))).toBe(query);
    const key = (await client.keys('*')).find((name) => name.endsWith(':queries')) ?? '';
    const [[name, sealed] = ['', '']] = Object.entries(await client.hGetAll(key));
    expect(`${name} ${sealed} ${Buffer.from(sealed, 'base64').toString()}`).not.toMatch(/secret|searched/);
    expect(`${name} ${sealed}`).not.toContain(hashOf(query));
    for (const lie of [`A${sealed.slice(1)}`, sealed.slice(0, -4), 'short', '']) {
      await client.hSet(key, name, lie);
      expect([lie, await second.find(hashOf(query))]).toEqual([lie, undefined]);
    }
  });

  it('are not needed: without the store, clients send the query again', async () => {
    const { server, first } = await open();
    await server.kill();
    first.register(hashOf('{ a }'), '{ a }');
    expect(await first.find(hashOf('{ a }'))).toBe(undefined);
  });
});

it('A client that sent its query to one gateway sends the hash to another', async () => {
  const store = await startStore();
  const demo = await openDemo();
  const env = { AUTOMATIC_PERSISTED_QUERIES: 'on', SHARED_STORE: store.url };
  const [first, second] = await Promise.all([startTestGateway({ demo, env }), startTestGateway({ demo, env })]);
  const query = '{ viewer { unreadCount } }';
  const extensions = { persistedQuery: { version: 1, sha256Hash: hashOf(query) } };
  const before = await second.post({ extensions });
  expect(before.text).toContain('PERSISTED_QUERY_NOT_FOUND');
  const registered = await first.post({ query, extensions });
  expect(registered.status).toBe(200);
  await expect.poll(async () => (await second.post({ extensions })).text).toBe(registered.text);
  await store.kill();
  expect((await second.post({ extensions })).text).toBe(registered.text);
});

it('A query of the store that strangers name is not kept for them', async () => {
  const store = await startStore();
  const demo = await openDemo();
  const env = { AUTOMATIC_PERSISTED_QUERIES: 'on', SHARED_STORE: store.url };
  const [first, second] = await Promise.all([startTestGateway({ demo, env }), startTestGateway({ demo, env })]);
  const query = '{ viewer { unreadCount } }';
  const extensions = { persistedQuery: { version: 1, sha256Hash: hashOf(query) } };
  expect((await first.post({ query, extensions })).status).toBe(200);
  const as = { id: 'nobody', token: 'x'.repeat(43) };
  await expect.poll(async () => (await second.post({ extensions }, { as })).text).toContain('UNAUTHENTICATED');
  await store.kill();
  expect((await second.post({ extensions })).text).toContain('PERSISTED_QUERY_NOT_FOUND');
});
