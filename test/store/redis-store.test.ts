import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RedisStore } from '../../src/store/redis-store.ts';
import { createScript } from '../../src/store/script.ts';
import { blockFor } from '../support/block.ts';
import { startFaultyWire, type WireState } from '../support/faulty-wire.ts';
import { openStoreClient, startStore } from '../support/redis-server.ts';

const count = createScript(`return redis.call('INCR', KEYS[1])`);
const keys = ['n'];

/** `patienceMs`: a late wire takes twice that, and a busy machine less. */
async function open(url: string, patienceMs = 100) {
  const changes: string[] = [];
  const store = new RedisStore({
    url,
    deployment: 'd',
    onChange: (away) => changes.push(away ?? 'up'),
    random: () => 0.5,
    patienceMs,
  });
  onTestFinished(() => store.close());
  await store.connect();
  return { store, changes, run: () => store.run(count, keys, []) };
}

const up = { timeout: 5000, interval: 10 };

describe('A shared store', () => {
  it('runs scripts, which it need not know before, and none once it is closed', async () => {
    const { url } = await startStore();
    const { store, changes, run } = await open(url);
    expect(await Promise.all([run(), run()])).toEqual([1, 2]);
    expect(await run()).toBe(3);
    store.close();
    expect([await run(), store.isAway, ...changes]).toEqual([undefined, true, 'up']);
  });

  it.each<[WireState, RegExp]>([
    ['late', /too slow/],
    ['half-open', /too slow/],
    ['flood', /^It /],
    ['refuse', /cannot be reached/],
  ])('is away while the wire is %s, holds nobody up for long, and is back by itself', async (state, why) => {
    const { port } = await startStore();
    const wire = await startFaultyWire(port);
    const { changes, run } = await open(wire.url);
    await expect.poll(run, up).toBeGreaterThan(0);
    const before = wire.connections;
    const startedAt = performance.now();
    wire.become(state);
    // All that asked before it was known, and all that come after.
    expect(await Promise.all([run(), run()])).toEqual([undefined, undefined]);
    for (let time = 0; time < 1000; time += 1) expect(await run()).toBe(undefined);
    await delay(700);
    // Pauses of 100, 200, 400 ms and so on: no storm.
    const elapsedMs = performance.now() - startedAt;
    expect(wire.connections - before).toBeLessThanOrEqual(2 + Math.log2(elapsedMs / 100));
    wire.become('sound');
    wire.cut();
    await expect.poll(run, up).toBeGreaterThan(1);
    expect([changes.some((change) => why.test(change)), changes.at(-1)]).toEqual([true, 'up']);
  });

  it('is away from the start where nothing listens, and up once something does', async () => {
    const server = await startStore();
    await server.kill();
    const { store, changes, run } = await open(server.url);
    expect([store.isAway, ...changes, await run()]).toEqual([true, 'It cannot be reached.', undefined]);
    await server.restart();
    await expect.poll(run, up).toBe(1);
  });

  it('is back after a kill and a restart within five seconds, empty', async () => {
    const server = await startStore();
    const { changes, run } = await open(server.url);
    expect([await run(), await run()]).toEqual([1, 2]);
    await server.kill();
    await expect.poll(run, up).toBe(undefined);
    await delay(1000);
    await server.restart();
    await expect.poll(run, up).toBe(1);
    expect(changes).toEqual(['up', 'It cannot be reached.', 'up']);
  });

  const refusesPassword = 'It refuses the password.';
  const takesNoWrites = 'It takes no writes.';
  it.each<[string, readonly string[], string, (url: string) => string]>([
    ['asks for a password', ['--requirepass', 's3cret'], refusesPassword, (url) => url],
    ['has another password', ['--requirepass', 's3cret'], refusesPassword, (url) => url.replace('//', '//:wr0ng@')],
    ['is full', ['--maxmemory', '1', '--maxmemory-policy', 'noeviction'], takesNoWrites, (url) => url],
    ['only reads', ['--replicaof', '127.0.0.1', '1'], takesNoWrites, (url) => url],
  ])('is away when it %s', async (_when, args, why, urlOf) => {
    const { url } = await startStore(args);
    const { store, changes, run } = await open(urlOf(url));
    expect([store.isAway, ...changes, await run()]).toEqual([true, why, undefined]);
  });

  it('is away, and tried again, when it takes a connection and says nothing to the password', async () => {
    const { port } = await startStore();
    const wire = await startFaultyWire(port);
    wire.become('half-open');
    const { changes } = await open(wire.url.replace('//', '//:s3cret@'));
    await expect.poll(() => wire.connections, up).toBeGreaterThan(1);
    expect(changes).toEqual(['It is too slow.']);
  });

  it('takes a password, and notices when it begins to read only, or is full', async () => {
    const { url } = await startStore(['--requirepass', 's3cret']);
    const withPassword = url.replace('redis://', 'redis://:s3cret@');
    const { run } = await open(withPassword);
    const admin = await openStoreClient(withPassword);
    expect(await run()).toBe(1);
    await admin.sendCommand(['REPLICAOF', '127.0.0.1', '1']);
    expect(await run()).toBe(undefined);
    await admin.sendCommand(['REPLICAOF', 'NO', 'ONE']);
    await expect.poll(run, up).toBe(2);
    await admin.sendCommand(['CONFIG', 'SET', 'maxmemory', '1']);
    expect(await run()).toBe(undefined);
    await admin.sendCommand(['CONFIG', 'SET', 'maxmemory', '0']);
    await expect.poll(run, up).toBe(3);
  });

  it('is back on the same connection as soon as it replies, the first time that it is slow', async () => {
    const { port } = await startStore();
    const wire = await startFaultyWire(port);
    const { changes, run } = await open(wire.url);
    await expect.poll(run, up).toBeGreaterThan(0);
    wire.become('late');
    expect(await Promise.all([run(), run()])).toEqual([undefined, undefined]);
    wire.become('sound');
    await expect.poll(() => changes, up).toEqual(['up', 'It is too slow.', 'up']);
    expect(await run()).toBeGreaterThan(3);
    expect(wire.connections).toBe(1);
    wire.become('late');
    expect(await run()).toBe(undefined);
    wire.become('sound');
    await expect.poll(run, up).toBeGreaterThan(4);
    expect(wire.connections).toBe(2);
  });

  it('does not take the pauses of its own process for the store’s', async () => {
    const { url } = await startStore();
    const { changes, run } = await open(url);
    for (let pause = 0; pause < 5; pause += 1) {
      const reply = run();
      blockFor(60);
      setImmediate(() => blockFor(60));
      expect(await reply).toBe(pause + 1);
    }
    expect(changes).toEqual(['up']);
  });

  it('is away when a script does not reply as scripts do', async () => {
    const { url } = await startStore();
    const { store } = await open(url);
    expect(await store.run(createScript(`return 'text'`), keys, [])).toBe(undefined);
    expect(store.isAway).toBe(true);
  });

  it('does not take thousands of commands at a time', async () => {
    const { url } = await startStore();
    const { store } = await open(url, 2000);
    expect(await store.run(count, keys, [])).toBe(1);
    const replies = await Promise.all(Array.from({ length: 2100 }, () => store.run(count, keys, [])));
    expect(replies.slice(0, 2000)).not.toContain(undefined);
    expect(replies.slice(2000)).toEqual(Array.from({ length: 100 }, () => undefined));
  });
});

it('A shared store that is closed before it is connected stays away', async () => {
  const { url } = await startStore();
  const changes: unknown[] = [];
  const store = new RedisStore({ url, deployment: 'd', onChange: (away) => changes.push(away) });
  const connected = store.connect();
  store.close();
  await connected;
  expect([store.isAway, ...changes]).toEqual([true]);
});
