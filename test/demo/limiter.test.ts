import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Limiter } from '../../src/demo/limiter.ts';
import type { DemoOptions } from '../../src/demo/server.ts';
import { openDemo, roomOf } from './support.ts';

const NOW = Date.parse('2026-03-02T09:00:00.000Z');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
});

async function openLimited(options: DemoOptions = {}) {
  const demo = await openDemo({ rateLimit: { calls: 2, ms: 60_000 }, ...options });
  const room = roomOf(demo.world);
  return { ...demo, path: (endpoint: string) => `${endpoint}?roomId=${room._id}` };
}

const limits = (headers: Headers): (string | null)[] =>
  ['X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset'].map((name) => headers.get(name));

const RESET = String(NOW + 60_000);

describe('the rate limiter', () => {
  it('the rate limiter counts down, rejects, and restarts when the window ends', async () => {
    const { get, path } = await openLimited();
    const counters = path('im.counters');
    expect(limits((await get(counters)).headers)).toEqual(['2', '1', RESET]);
    vi.setSystemTime(NOW + 20_500);
    expect(limits((await get(counters)).headers)).toEqual(['2', '0', RESET]);
    const { status, headers, body } = await get(counters);
    expect(status).toBe(429);
    expect(limits(headers)).toEqual(['2', '0', RESET]);
    expect(headers.get('retry-after')).toBeNull();
    expect(body).toEqual({
      success: false,
      error:
        'Error, too many requests. Please slow down. You must wait 40 seconds before trying this endpoint again. [error-too-many-requests]',
    });
    vi.setSystemTime(NOW + 60_001);
    expect(limits((await get(counters)).headers)).toEqual(['2', '1', String(NOW + 120_001)]);
  });

  it('the rate limiter counts an alias separately', async () => {
    const { get, path } = await openLimited();
    for (const endpoint of ['im.counters', 'im.counters', 'dm.counters', 'dm.counters', 'me', 'me']) {
      expect((await get(path(endpoint))).status).toBe(200);
    }
    expect((await get(path('dm.counters'))).status).toBe(429);
  });

  it('the rate limiter counts by address, not by user', async () => {
    const { get, world, path } = await openLimited();
    const other = { 'X-Real-IP': '203.0.113.7' };
    await get('me');
    await get('me', world.accounts[1]);
    expect((await get('me')).status).toBe(429);
    expect((await get('me', world.member, other)).status).toBe(200);
    expect((await get(path('im.list'), world.member)).status).toBe(200);
  });

  it('the rate limiter exempts administrators and bots and sends them no headers', async () => {
    const { get, world } = await openLimited();
    for (const account of [world.admin, world.bot, world.admin, world.bot]) {
      const { status, headers } = await get('me', account);
      expect(status).toBe(200);
      expect(limits(headers)).toEqual([null, null, null]);
    }
  });

  it('the rate limiter counts calls that a handler rejects', async () => {
    const { get } = await openLimited();
    expect(limits((await get('im.counters?roomId=unknown')).headers)).toEqual(['2', '1', RESET]);
  });

  it('typed routes do not count a failed schema, permission or licence', async () => {
    const { get } = await openLimited({ licensed: false });
    for (const path of ['im.counters', 'dm.list.everyone', 'chat.getMessageReadReceipts?messageId=x']) {
      expect(limits((await get(path)).headers)).toEqual([null, null, null]);
    }
  });

  it('untyped routes count a failed schema or permission', async () => {
    const { get } = await openLimited({ dialect: 'R7' });
    for (const path of ['dm.history', 'dm.list.everyone']) {
      expect(limits((await get(path)).headers)).toEqual(['2', '1', RESET]);
    }
  });

  it('the rate limiter never counts unauthenticated calls', async () => {
    const { get } = await openLimited({ dialect: 'R7' });
    expect(limits((await get('me', null)).headers)).toEqual([null, null, null]);
  });

  it('the rate limiter can be switched on later, with fresh counts', async () => {
    const demo = await openLimited({ rateLimit: false });
    expect(limits((await demo.get('me')).headers)).toEqual([null, null, null]);
    demo.configure({ rateLimit: { calls: 1, ms: 1000 } });
    expect((await demo.get('me')).status).toBe(200);
    expect((await demo.get('me')).status).toBe(429);
    demo.configure({ rateLimit: { calls: 1, ms: 1000 } });
    expect((await demo.get('me')).status).toBe(200);
  });

  it('a route’s window restarts for all addresses together', () => {
    const limiter = new Limiter();
    const count = (address: string, now: number) => limiter.count('GET me', address, { calls: 1, ms: 1000 }, now);
    expect(count('a', 0)).toEqual({ limit: 1, remaining: 0, resetAt: 1000, isRefused: false });
    expect(count('b', 900)).toEqual({ limit: 1, remaining: 0, resetAt: 1000, isRefused: false });
    expect(count('b', 1000).isRefused).toBe(true);
    expect(count('b', 1001)).toEqual({ limit: 1, remaining: 0, resetAt: 2001, isRefused: false });
  });
});
