import { describe, expect, it } from 'vitest';
import { paceOf, type Budget } from '../../src/inbox/pace.ts';

const now = Date.parse('2026-11-26T09:00:00.000Z');
const budget = (endpoint: string, limit: number, remaining = limit, resetInMs = 60_000): Budget => ({
  endpoint,
  limit,
  remaining,
  resetAt: new Date(now + resetInMs).toISOString(),
});

describe('How soon the inbox asks for changes again', () => {
  it('is every three seconds where no endpoint of its own is limited', () => {
    expect(paceOf([], now)).toBe(3000);
    expect(paceOf([budget('me', 10, 0)], now)).toBe(3000);
    expect(paceOf([budget('rooms.get', 10_000)], now)).toBe(3000);
  });

  it('makes at most eight of ten calls a minute, at two calls a question', () => {
    const ms = paceOf([budget('chat.syncMessages', 10)], now);
    expect((60_000 / ms) * 2).toBe(8);
    expect(paceOf([budget('rooms.get', 1000), budget('chat.syncMessages', 10)], now)).toBe(ms);
  });

  it('waits for the next window where this one is nearly spent, by whomever, and never longer than a minute', () => {
    expect(paceOf([budget('subscriptions.get', 10, 1, 40_000)], now)).toBe(40_000);
    expect(paceOf([budget('subscriptions.get', 10, 0, 2000)], now)).toBe(15_000);
    expect(paceOf([budget('subscriptions.get', 10, 0, 3_600_000)], now)).toBe(60_000);
    expect(paceOf([budget('subscriptions.get', 10, 0, -3_600_000)], now)).toBe(15_000);
  });

  it('is a minute where a workspace allows less than one question a minute', () => {
    expect(paceOf([budget('rooms.get', 1, 1)], now)).toBe(60_000);
    expect(paceOf([budget('rooms.get', 0, 0)], now)).toBe(60_000);
  });
});
