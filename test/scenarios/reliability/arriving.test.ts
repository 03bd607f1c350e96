import { describe, expect, it, onTestFinished } from 'vitest';
import { HeldBytes } from '../../../src/http/held-bytes.ts';
import { startMain, urlOf } from '../../support/child.ts';
import { openDemo } from '../../support/demo.ts';
import { heapBytes } from '../../support/heap.ts';
import { startTestGateway } from '../../support/gateway.ts';
import { metricOf } from '../../support/metric.ts';
import { openRaw, rawPost, statusesOf } from '../../support/raw-http.ts';

/** JSON of the given length in bytes. */
const bodyOf = (bytes: number): string => {
  const body = JSON.stringify({ query: '{ __typename }', extensions: { filler: '' } });
  return body.replace('""', `"${'x'.repeat(bytes - body.length)}"`);
};

const chunksOfOne = (body: string): string => body.replaceAll(/[^]/g, (byte) => `1\r\n${byte}\r\n`);
const chunkedHead = rawPost('', { 'transfer-encoding': 'chunked' }).replace('content-length: 0\r\n', '');

/** Holders 0 to 9, the first five of callers, and which of them were broken off. */
function watched(maxBytes: number) {
  const broken: number[] = [];
  const clock = { now: 0 };
  const held = new HeldBytes(maxBytes, 100, () => clock.now);
  const holders = Array.from({ length: 10 }, (_, id) => ({ destroy: () => broken.push(id), isAccepted: id < 5 }));
  const holder = (id: number) => holders[id] ?? expect.unreachable();
  return {
    broken,
    clock,
    held,
    set: (id: number, bytes: number) => held.set(holder(id), bytes),
    drop: (id: number) => held.drop(holder(id)),
  };
}

describe('Response bytes held for clients', () => {
  it('S3: beyond the limit only the largest held response is cut off, even if it is the one growing', () => {
    const { broken, held, set } = watched(1000);
    set(0, 300);
    set(1, 200);
    set(2, 400);
    set(3, 600);
    expect([broken, held.bytes]).toEqual([[3], 900]);
    set(4, 5000);
    set(1, 350); // with the first 1,050: the one of 400 goes
    expect([broken, held.bytes]).toEqual([[3, 4, 2], 650]);
  });

  it('S3: beyond the limit stalled responses are cut off, and not those being read', () => {
    const { broken, clock, set } = watched(1000);
    set(0, 300);
    set(1, 450);
    clock.now = 1000;
    set(1, 400); // read, but slowly
    clock.now = 1100;
    set(2, 400);
    expect(broken).toEqual([0]); // 300 bytes for 1,150 ms, against 400 for 150
  });

  it('H3: responses to unverified callers are cut off first, largest and slowest first', () => {
    const { broken, set } = watched(1000);
    set(0, 600);
    set(5, 150);
    set(6, 100);
    set(1, 200);
    expect(broken).toEqual([5]);
    set(7, 200);
    expect(broken).toEqual([5, 7]);
    set(2, 300);
    expect(broken).toEqual([5, 7, 6, 0]);
  });

  it('small held responses are not counted, nor finished ones', () => {
    const { broken, held, set, drop } = watched(1000);
    set(0, 99);
    set(1, 400);
    set(2, 400);
    set(2, 99);
    expect(held.bytes).toBe(400);
    for (const id of [0, 1, 1]) drop(id);
    expect([held.bytes, broken]).toEqual([0, []]);
  });
});

describe('Requests under way', () => {
  /** As much heap as 100 KiB can take: empty objects, and as many tokens as there may be. */
  const heavy = (index: number): string => {
    const objects = `[${'{},'.repeat(9900)}{}]`;
    const fields = `${'viewer { user { id name username } } '.repeat(90)} ${'... { viewer { userId } } '.repeat(95)}`;
    return `{"query":"query Q${index} { ${fields} }","variables":{"r":${objects}},"extensions":{"x":${objects}},"unknown":[${'{},'.repeat(7000)}{}]}`;
  };

  it('G16: requests take their estimated heap and are bounded together: the largest are ended first', async () => {
    const demo = await openDemo();
    const gateway = await startTestGateway({
      demo,
      env: { METRICS: 'on', LOG_LEVEL: 'silent' },
      limits: { maxHeldBytes: 40_000_000 },
    });
    await gateway.ask('{ viewer { user { id } } }');
    demo.fail('me', { hang: true });
    const { id, token } = demo.world.member;
    const open = async (credential: string, body: string) => {
      const connection = await openRaw(gateway.url);
      connection.socket.write(rawPost(body, { 'x-user-id': id, 'x-auth-token': credential }));
      return connection;
    };
    const before = heapBytes();
    const few = await Promise.all(Array.from({ length: 12 }, (_, index) => open(token, heavy(index))));
    await expect.poll(() => demo.calls.length, { timeout: 10_000 }).toBe(13);
    const said = await metricOf(gateway, 'gateway_held_bytes');
    expect(said).toBeGreaterThan(20_000_000);
    expect(heapBytes() - before).toBeLessThan(said);
    const strangers = await Promise.all(Array.from({ length: 12 }, (_, index) => open('x'.repeat(43), heavy(index))));
    const answers = (all: typeof few) => all.filter(({ received }) => received().includes('OVERLOADED')).length;
    await expect.poll(() => answers(strangers), { timeout: 10_000 }).toBeGreaterThan(0);
    expect(answers(few)).toBe(0);
    expect(await metricOf(gateway, 'gateway_held_bytes')).toBeLessThanOrEqual(40_000_000);
    for (const { socket } of [...few, ...strangers]) socket.destroy();
    await expect.poll(() => metricOf(gateway, 'gateway_held_bytes')).toBe(0);
  });
});

describe('Request bodies on their way', () => {
  it('Hardening: incoming bodies are bounded together: only the slowest sender gets a 503', async () => {
    const gateway = await startTestGateway({ env: { METRICS: 'on' }, limits: { maxArrivingBytes: 1_000_000 } });
    const body = bodyOf(90_000);
    const slow = await Promise.all(Array.from({ length: 30 }, () => openRaw(gateway.url)));
    for (const { socket } of slow) socket.write(rawPost(body).slice(0, -30_000));
    await expect.poll(() => slow.filter(({ socket }) => socket.closed).length, { timeout: 10_000 }).toBeGreaterThan(10);
    expect(await metricOf(gateway, 'gateway_arriving_bytes')).toBeLessThanOrEqual(1_000_000);
    const ended = slow.filter(({ socket }) => socket.closed);
    for (const { received } of ended) {
      expect(statusesOf(received())).toEqual([503]);
      expect(received()).toMatch(/retry-after: [123]\r\n[^]*"code":"OVERLOADED"/);
    }
    // Those that are quick are served, and those that went on are as well.
    for (let count = 0; count < 5; count += 1) {
      const quick = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect(quick.status).toBe(200);
    }
    const rest = slow.filter(({ socket }) => !socket.closed);
    expect(rest.length).toBeGreaterThan(0);
    rest[0]?.socket.write(body.slice(-30_000));
    expect(statusesOf((await rest[0]?.answers(1)) ?? '')).toEqual([200]);
    for (const { socket } of slow) socket.destroy();
    await expect.poll(() => metricOf(gateway, 'gateway_arriving_bytes')).toBe(0);
  });

  it('Hardening: a body that arrives byte by byte takes no extra memory', async () => {
    const child = startMain({
      env: { PORT: '0', METRICS: 'on', EXPLORER: 'off', ROCKETCHAT_URL: 'http://127.0.0.1:9' },
    });
    const url = await urlOf(child);
    const answered = await openRaw(url);
    answered.socket.write(`${chunkedHead}${chunksOfOne(bodyOf(100 * 1024))}0\r\n\r\n`);
    expect(statusesOf(await answered.answers(1))).toEqual([200]);
    answered.socket.destroy();
    const before = await metricOf({ url }, 'process_resident_memory_bytes');
    const connections = await Promise.all(Array.from({ length: 20 }, () => openRaw(url)));
    onTestFinished(() => connections.forEach(({ socket }) => socket.destroy()));
    const bytes = chunkedHead + chunksOfOne('x'.repeat(100 * 1024 - 1));
    await Promise.all(connections.map(({ socket }) => new Promise((resolve) => socket.write(bytes, resolve))));
    await expect
      .poll(() => metricOf({ url }, 'gateway_arriving_bytes'), { timeout: 20_000 })
      .toBeGreaterThanOrEqual(20 * (100 * 1024 - 1));
    expect((await metricOf({ url }, 'process_resident_memory_bytes')) - before).toBeLessThan(150_000_000);
  });
});
