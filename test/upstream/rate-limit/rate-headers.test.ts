import { describe, expect, it } from 'vitest';
import { readRateHeaders, readReset, readRetryAfter } from '../../../src/upstream/rate-limit/rate-headers.ts';

const now = 1_800_000_000_000;

describe('readReset', () => {
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
    ['a list of one value', [String(now + 5000)], undefined],
    ['a number in another notation', `${now / 1000 + 5}e3`, undefined],
    ['a number with a sign or a unit', `+${now + 5000}`, undefined],
    ['a number and more', `${now + 5000} ms`, undefined],
  ])('reads %s', (_name, header, resetAt) => {
    expect(readReset(header, now)).toBe(resetAt);
  });
});

describe('readRateHeaders', () => {
  const headers = {
    'x-ratelimit-limit': '10',
    'x-ratelimit-remaining': '9',
    'x-ratelimit-reset': String(now + 60_000),
  };
  const sentAt = now - 500;
  const read = (changes: Record<string, string | string[] | undefined> = {}) =>
    readRateHeaders({ ...headers, ...changes }, sentAt, now);

  it('reads the three headers together', () => {
    expect(read()).toEqual({ limit: 10, remaining: 9, resetAt: now + 60_000 });
  });

  it('returns undefined without any of the three headers', () => {
    expect(readRateHeaders({}, sentAt, now)).toBeUndefined();
  });

  it.each<[string, Record<string, string | string[] | undefined>, object]>([
    ['limit', { 'x-ratelimit-limit': 'ten' }, { limit: undefined, remaining: 9 }],
    ['limit, given twice', { 'x-ratelimit-limit': ['10', '10'] }, { limit: undefined }],
    ['limit in a list', { 'x-ratelimit-limit': ['10'] }, { limit: undefined }],
    ['limit with a unit', { 'x-ratelimit-limit': '10 calls' }, { limit: undefined }],
    ['limit with the character before the digits', { 'x-ratelimit-limit': '1/' }, { limit: undefined }],
    ['limit with the character after the digits', { 'x-ratelimit-limit': '1:' }, { limit: undefined }],
    ['limit of all digits', { 'x-ratelimit-limit': '123456789' }, { limit: 123_456_789 }],
    ['limit of zeros', { 'x-ratelimit-limit': '000000010' }, { limit: 10 }],
    ['limit of too many digits', { 'x-ratelimit-limit': '1234567890' }, { limit: undefined }],
    ['empty limit', { 'x-ratelimit-limit': '' }, { limit: undefined }],
    [
      'limit alone',
      { 'x-ratelimit-remaining': undefined, 'x-ratelimit-reset': undefined },
      { limit: 10, remaining: undefined, resetAt: undefined },
    ],
    ['remaining', { 'x-ratelimit-remaining': '-1' }, { limit: 10, remaining: undefined }],
    [
      'remaining alone',
      { 'x-ratelimit-limit': undefined, 'x-ratelimit-reset': undefined },
      { limit: undefined, remaining: 9 },
    ],
    ['reset', { 'x-ratelimit-reset': 'x' }, { resetAt: undefined }],
    ['reset alone', { 'x-ratelimit-limit': undefined, 'x-ratelimit-remaining': undefined }, { resetAt: now + 60_000 }],
    ['reset too far', { 'x-ratelimit-reset': String(now + 15 * 60_000 + 1) }, { resetAt: undefined }],
    [
      'reset a quarter of an hour away',
      { 'x-ratelimit-reset': String(now + 15 * 60_000) },
      { resetAt: now + 15 * 60_000 },
    ],
    ['reset before the call was sent', { 'x-ratelimit-reset': String(sentAt - 1) }, { resetAt: undefined }],
    ['reset while the answer was on its way', { 'x-ratelimit-reset': String(sentAt) }, { resetAt: sentAt }],
  ])('M5: counts the call whatever the headers say (%s)', (_name, changes, meaning) => {
    expect(read(changes)).toMatchObject(meaning);
  });
});

describe('readRetryAfter', () => {
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
  ])('reads `Retry-After` with %s (%s)', (_name, header, time) => {
    expect(readRetryAfter(header, now)).toBe(time);
  });
});
