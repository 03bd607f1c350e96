import { describe, expect, it, onTestFinished } from 'vitest';
import { HeldBytes } from '../../src/http/held-bytes.ts';
import { startMain, urlOf } from '../support/child.ts';
import { openGateway } from '../support/scenario.ts';
import { openRaw, rawPost, statusesOf } from '../support/raw-http.ts';

const metric = async (url: string, name: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
};

/** JSON of so many bytes. */
const bodyOf = (bytes: number): string => {
  const body = JSON.stringify({ query: '{ __typename }', extensions: { filler: '' } });
  return body.replace('""', `"${'x'.repeat(bytes - body.length)}"`);
};

const chunksOfOne = (body: string): string => body.replaceAll(/[^]/g, (byte) => `1\r\n${byte}\r\n`);
const chunkedHead = rawPost('', { 'transfer-encoding': 'chunked' }).replace('content-length: 0\r\n', '');

/** Holders 0 to 5, and which of them were broken off. */
function watched(maxBytes: number) {
  const broken: number[] = [];
  const held = new HeldBytes(maxBytes, 100);
  const holders = Array.from({ length: 6 }, (_, id) => ({ destroy: () => broken.push(id) }));
  const holder = (id: number) => holders[id] ?? { destroy: () => 0 };
  return { broken, held, set: (id: number, bytes: number) => held.set(holder(id), bytes), drop: (id: number) => held.drop(holder(id)) };
}

describe('bytes that are held for clients', () => {
  it('are broken off, oldest first, when they are too many; the newest never is', () => {
    const { broken, held, set, drop } = watched(1000);
    set(0, 99); // too small to be counted
    for (const id of [1, 2, 3]) set(id, 400);
    expect(broken).toEqual([1]);
    set(4, 5000);
    expect(broken).toEqual([1, 2, 3]);
    drop(4);
    drop(4);
    drop(0);
    expect(held.bytes).toBe(0);
  });

  it('are counted as they grow, and keep their turn', () => {
    const { broken, held, set } = watched(1000);
    set(0, 200);
    set(1, 200);
    set(0, 400);
    expect(held.bytes).toBe(600);
    set(1, 800); // one and a half times the limit: who began first goes, whoever grew last
    expect(broken).toEqual([0]);
    expect(held.bytes).toBe(800);
  });
});

describe('request bodies on their way', () => {
  it('Hardening: are bounded all together: whoever sends slowest is told to come back, and nobody else', async () => {
    const gateway = await openGateway({ env: { METRICS: 'on' }, limits: { maxArrivingBytes: 1_000_000 } });
    const body = bodyOf(90_000);
    const slow = await Promise.all(Array.from({ length: 30 }, () => openRaw(gateway.url)));
    for (const { socket } of slow) socket.write(rawPost(body).slice(0, -30_000));
    await expect.poll(() => slow.filter(({ socket }) => socket.closed).length, { timeout: 10_000 }).toBeGreaterThan(10);
    expect(await metric(gateway.url, 'gateway_arriving_bytes')).toBeLessThanOrEqual(1_000_000);
    const ended = slow.filter(({ socket }) => socket.closed);
    for (const { received } of ended) {
      expect(statusesOf(received())).toEqual([503]);
      expect(received()).toMatch(/retry-after: [123]\r\n[^]*"code":"OVERLOADED"/);
    }
    // Those that are quick are served, and those that went on are as well.
    for (let count = 0; count < 5; count += 1) {
      const quick = await fetch(`${gateway.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      expect(quick.status).toBe(200);
    }
    const rest = slow.filter(({ socket }) => !socket.closed);
    expect(rest.length).toBeGreaterThan(0);
    rest[0]?.socket.write(body.slice(-30_000));
    expect(statusesOf((await rest[0]?.answers(1)) ?? '')).toEqual([200]);
    for (const { socket } of slow) socket.destroy();
    await expect.poll(() => metric(gateway.url, 'gateway_arriving_bytes')).toBe(0);
  });

  it('Hardening: cost no more memory for coming byte by byte', async () => {
    const child = startMain({ env: { PORT: '0', METRICS: 'on', EXPLORER: 'off', ROCKETCHAT_URL: 'http://127.0.0.1:9' } });
    const url = await urlOf(child);
    const answered = await openRaw(url);
    answered.socket.write(`${chunkedHead}${chunksOfOne(bodyOf(100 * 1024))}0\r\n\r\n`);
    expect(statusesOf(await answered.answers(1))).toEqual([200]);
    answered.socket.destroy();
    const before = await metric(url, 'process_resident_memory_bytes');
    const connections = await Promise.all(Array.from({ length: 20 }, () => openRaw(url)));
    onTestFinished(() => connections.forEach(({ socket }) => socket.destroy()));
    const bytes = chunkedHead + chunksOfOne('x'.repeat(100 * 1024 - 1));
    await Promise.all(connections.map(({ socket }) => new Promise((resolve) => socket.write(bytes, resolve))));
    await expect.poll(() => metric(url, 'gateway_arriving_bytes'), { timeout: 20_000 }).toBeGreaterThanOrEqual(20 * (100 * 1024 - 1));
    expect((await metric(url, 'process_resident_memory_bytes')) - before).toBeLessThan(150_000_000);
  });
});
