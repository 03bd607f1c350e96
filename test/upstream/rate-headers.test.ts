import { describe, expect, it } from 'vitest';
import { readRateHeaders, readReset, readRetryAfter } from '../../src/upstream/rate-headers.ts';

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
    ['a number with a sign or a unit', `+${now + 5000}`, undefined],
    ['a number and more', `${now + 5000} ms`, undefined],
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
    ['limit, given twice', { 'x-ratelimit-limit': ['10', '10'] }],
    ['limit with a unit', { 'x-ratelimit-limit': '10 calls' }],
    ['remaining that is missing', { 'x-ratelimit-remaining': undefined }],
  ])('are ignored with a senseless %s', (_name, odd) => {
    expect(readRateHeaders({ ...headers, ...odd }, now)).toBeUndefined();
  });
});

describe('`Retry-After`', () => {
  const day = 86_400_000;

  it.each<[string, string | undefined, number | undefined]>([
    ['seconds', '120', now + 120_000],
    ['no time at all', '0', now],
    ['longer than a day', '999999999', now + day],
    ['a date', new Date(now + 90_000).toUTCString(), now + 90_000],
    ['a date that has passed', new Date(now - 90_000).toUTCString(), now],
    ['a date in a year', new Date(now + 365 * day).toUTCString(), now + day],
    ['a date that does not exist', 'Fri, 15 Jan 2027 28:00:00 GMT', undefined],
    ['a date of another form', new Date(now + 90_000).toISOString(), undefined],
    ['a date behind other words', `on ${new Date(now + 90_000).toUTCString()}`, undefined],
    ['a date before other words', `${new Date(now + 90_000).toUTCString()}+0000`, undefined],
    ['seconds and more', '120 s', undefined],
    ['seconds behind a sign', '-120', undefined],
    ['nothing', undefined, undefined],
    ['no text', '', undefined],
  ])('of %s (%s)', (_name, header, time) => {
    expect(readRetryAfter(header, now)).toBe(time);
  });
});
