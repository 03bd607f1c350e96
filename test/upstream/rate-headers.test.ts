import { describe, expect, it } from 'vitest';
import { readRateHeaders, readReset } from '../../src/upstream/rate-headers.ts';

const now = 1_800_000_000_000;

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

describe('the three headers', () => {
  const headers = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': String(now + 60_000) };

  it('are read together', () => {
    expect(readRateHeaders(headers, now)).toEqual({ limit: 10, remaining: 9, resetAt: now + 60_000 });
  });

  it.each([
    ['limit', { 'x-ratelimit-limit': 'ten' }],
    ['remaining', { 'x-ratelimit-remaining': '-1' }],
    ['reset', { 'x-ratelimit-reset': 'x' }],
  ])('are ignored with a senseless %s', (_name, odd) => {
    expect(readRateHeaders({ ...headers, ...odd }, now)).toBeUndefined();
  });
});
