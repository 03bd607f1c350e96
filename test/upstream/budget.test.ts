import { describe, expect, it } from 'vitest';
import { Budget, readReset } from '../../src/upstream/budget.ts';

const now = 1_800_000_000_000;
const headers = (remaining: number, resetAt: number | string = now + 60_000) => ({
  'x-ratelimit-limit': '10',
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(resetAt),
});

describe('the end of a window', () => {
  it.each<[string, string | string[] | undefined, number | undefined]>([
    ['milliseconds', String(now + 5000), now + 5000],
    ['seconds', String(now / 1000 + 5), now + 5000],
    ['the past', String(now - 1), undefined],
    ['now', String(now), undefined],
    ['a quarter of an hour', String(now + 15 * 60_000), now + 15 * 60_000],
    ['the far future', String(now + 15 * 60_000 + 1), undefined],
    ['no number', 'soon', undefined],
    ['a negative number', '-5', undefined],
    ['nothing', undefined, undefined],
    ['two values', ['1', '2'], undefined],
  ])('given as %s', (_name, header, resetAt) => {
    expect(readReset(header, now)).toBe(resetAt);
  });
});

describe('the budget', () => {
  it('is what the last answers said, by endpoint', () => {
    const budget = new Budget(() => now);
    budget.learn('dm.messages', 'maya', headers(9), true);
    budget.learn('im.counters', 'jonas', headers(3), true);
    budget.learn('dm.messages', 'jonas', headers(8), false);
    expect(budget.current('maya')).toEqual([
      { endpoint: 'dm.messages', limit: 10, remaining: 8, resetAt: now + 60_000 },
      { endpoint: 'im.counters', limit: 10, remaining: 3, resetAt: now + 60_000 },
    ]);
  });

  it('has no window that has ended', () => {
    let time = now;
    const budget = new Budget(() => time);
    budget.learn('dm.messages', 'maya', headers(9), true);
    time = now + 60_000;
    expect(budget.current('maya')).toEqual([]);
  });

  it('has nothing for a caller whom the limiter lets by, until it no longer does', () => {
    const budget = new Budget(() => now);
    budget.learn('dm.messages', 'maya', headers(9), true);
    budget.learn('dm.messages', 'botty', {}, true);
    expect(budget.current('botty')).toEqual([]);
    expect(budget.current('maya')).toHaveLength(1);
    budget.learn('dm.messages', 'botty', headers(8), true);
    expect(budget.current('botty')).toHaveLength(1);
  });

  it('does not take a refusal before the limiter for an exemption', () => {
    const budget = new Budget(() => now);
    budget.learn('dm.messages', 'maya', headers(9), true);
    budget.learn('dm.list.everyone', 'maya', {}, false);
    expect(budget.current('maya')).toHaveLength(1);
  });

  it.each([
    ['limit', { 'x-ratelimit-limit': 'ten' }],
    ['remaining', { 'x-ratelimit-remaining': '-1' }],
    ['reset', { 'x-ratelimit-reset': 'x' }],
  ])('ignores headers with a senseless %s', (_name, odd) => {
    const budget = new Budget(() => now);
    budget.learn('dm.messages', 'maya', { ...headers(9), ...odd }, true);
    expect(budget.current('maya')).toEqual([]);
  });

  it('remembers a bounded number of exempt callers', () => {
    const budget = new Budget(() => now);
    budget.learn('dm.messages', 'maya', headers(9), true);
    for (let caller = 0; caller <= 10_000; caller += 1) budget.learn('dm.messages', `bot ${caller}`, {}, true);
    expect(budget.current('bot 0')).toHaveLength(1);
    expect(budget.current('bot 1')).toEqual([]);
  });
});
