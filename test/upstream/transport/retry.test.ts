import { describe, expect, it } from 'vitest';
import { classify, type Retry } from '../../../src/upstream/transport/response.ts';
import { Durations, RetryBudget, RetryPolicy } from '../../../src/upstream/transport/retry.ts';
import { TransportError, reasonOf, type TransportFailure } from '../../../src/upstream/transport/transport-error.ts';
import { clockStart, manualClock } from '../../support/manual-clock.ts';

const clocks = { now: clockStart, aheadMs: 0 };
const retryOf = (status: number, headers: Record<string, string> = {}) =>
  classify('me', { status, headers, body: Buffer.alloc(0) }, clocks).failure?.retry;
const far = clockStart + 1_000_000;

const policyWith = (random: number, attempts = 2) => new RetryPolicy(attempts, manualClock(), () => random);

describe('a failed call', () => {
  it.each<[TransportFailure, Retry | undefined]>([
    ['unsent', { isUnprocessed: true, isStaleSocket: false, retryAt: undefined }],
    ['broken', { isUnprocessed: false, isStaleSocket: false, retryAt: undefined }],
    ['timeout', undefined],
    ['too-large', undefined],
    ['cancelled', undefined],
    ['protocol', undefined],
    ['connection', undefined],
  ])('without a response (`%s`) may be retried accordingly', (reason, retry) => {
    expect(classify('me', new TransportError(reason, 'x'), clocks).failure?.retry).toEqual(retry);
  });

  it('on a reused connection is marked as a stale socket', () => {
    const { failure } = classify('me', new TransportError('broken', 'x', true), clocks);
    expect(failure?.retry).toMatchObject({ isStaleSocket: true });
  });

  it.each([400, 401, 403, 404, 500, 501, 505, 301, 200])('with status %i is never retried', (status) => {
    expect(retryOf(status)).toBeUndefined();
  });

  it.each([502, 503, 504])('with status %i may be retried', (status) => {
    expect(retryOf(status)).toEqual({ isUnprocessed: false, isStaleSocket: false, retryAt: undefined });
  });

  it('is retried when the workspace says: 503 by `Retry-After`, 429 by the end of the window as well', () => {
    expect(retryOf(503, { 'retry-after': '2' })).toMatchObject({ retryAt: clockStart + 2000 });
    expect(retryOf(502, { 'retry-after': '2' })).toMatchObject({ retryAt: undefined });
    expect(retryOf(503, { 'retry-after': '2' })).toMatchObject({ isUnprocessed: false, isStaleSocket: false });
    expect(retryOf(429, { 'retry-after': '2' })).toEqual({
      isUnprocessed: true,
      isStaleSocket: false,
      retryAt: clockStart + 2000,
    });
    expect(retryOf(429, { 'x-ratelimit-reset': String(clockStart + 300) })).toMatchObject({
      retryAt: clockStart + 300,
    });
  });

  it('of a rate limit without an end is not retried', () => {
    expect(retryOf(429)).toBeUndefined();
  });
});

describe('a connection error', () => {
  it.each<[string, boolean, TransportFailure]>([
    ['ECONNREFUSED', false, 'unsent'],
    ['EAI_AGAIN', false, 'unsent'],
    ['EHOSTUNREACH', false, 'unsent'],
    ['ENETUNREACH', false, 'unsent'],
    ['ECONNRESET', false, 'unsent'],
    ['ECONNRESET', true, 'broken'],
    ['EPIPE', true, 'broken'],
    ['ETIMEDOUT', false, 'timeout'],
    ['ETIMEDOUT', true, 'broken'],
    ['ENOTFOUND', false, 'connection'],
    ['CERT_HAS_EXPIRED', false, 'connection'],
    ['ERR_SSL_BAD_RECORD', true, 'connection'],
    ['unknown', true, 'connection'],
  ])('%s, connected: %s, has reason `%s`', (code, isConnected, reason) => {
    expect(reasonOf(code, isConnected)).toBe(reason);
  });
});

/** Takes all retries that there are, and counts them. */
function takeAll(budget: RetryBudget): number {
  let taken = 0;
  while (taken < 1000 && budget.take()) taken += 1;
  return taken;
}

describe('the wait before a retry', () => {
  const plain: Retry = { isUnprocessed: false, isStaleSocket: false, retryAt: undefined };
  const request = { attempt: 1, isIdempotent: true, deadline: far };

  it.each([
    [1, 50],
    [2, 100],
    [3, 200],
    [4, 250],
    [9, 250],
  ])('is random after attempt %i, %i ms on average', (attempt, ms) => {
    expect(policyWith(0.5, 10).waitBefore(plain, { ...request, attempt })).toBe(ms);
  });

  it('does not happen after the last attempt', () => {
    expect(policyWith(0).waitBefore(plain, { ...request, attempt: 2 })).toBeUndefined();
  });

  it('does not happen for a call that is not idempotent, unless the workspace has not processed it', () => {
    const policy = policyWith(0);
    expect(policy.waitBefore(plain, { ...request, isIdempotent: false })).toBeUndefined();
    expect(policy.waitBefore({ ...plain, isStaleSocket: true }, { ...request, isIdempotent: false })).toBeUndefined();
    expect(policy.waitBefore({ ...plain, isUnprocessed: true }, { ...request, isIdempotent: false })).toBe(0);
  });

  it('is 0 for a stale connection, which takes no budget either', () => {
    const policy = policyWith(0.5, 3);
    takeAll(policy.budget);
    expect(policy.waitBefore(plain, request)).toBeUndefined();
    expect(policy.waitBefore({ ...plain, isStaleSocket: true }, request)).toBe(0);
    expect(policy.waitBefore({ ...plain, isStaleSocket: true }, { ...request, attempt: 2 })).toBeUndefined();
  });

  it.each([
    [300, 350],
    [-500, 50],
    [1000, 1050],
    [1001, undefined],
  ])('is the workspace’s %i ms with up to 100 ms on top: %s', (asked, wait) => {
    expect(policyWith(0.5).waitBefore({ ...plain, retryAt: clockStart + asked }, request)).toBe(wait);
  });

  it('leaves time for the retry itself', () => {
    const policy = policyWith(0);
    policy.durations.add(400);
    expect(policy.waitBefore(plain, { ...request, deadline: clockStart + 400 })).toBe(0);
    expect(policy.waitBefore(plain, { ...request, deadline: clockStart + 399 })).toBeUndefined();
    expect(policy.budget.denied).toBe(0);
    const later = policyWith(0.5);
    expect(later.waitBefore(plain, { ...request, deadline: clockStart + 50 })).toBe(50);
    expect(later.waitBefore(plain, { ...request, deadline: clockStart + 49 })).toBeUndefined();
  });

  it('is random by default', () => {
    expect(new RetryPolicy(2).waitBefore(plain, { ...request, deadline: Number.POSITIVE_INFINITY })).toBeLessThan(100);
  });
});

describe('RetryBudget', () => {
  it('allows one retry for five first attempts, and three a second besides', () => {
    const clock = manualClock();
    const budget = new RetryBudget(clock);
    for (let call = 0; call < 100; call += 1) budget.deposit();
    expect(takeAll(budget)).toBe(23);
    expect(budget.denied).toBe(1);
    clock.move(500);
    expect(takeAll(budget)).toBe(1);
    clock.move(10_000);
    expect(takeAll(budget)).toBe(3);
  });

  it('forgets credits after ten seconds, and spends the oldest first', () => {
    const clock = manualClock();
    const budget = new RetryBudget(clock);
    for (let call = 0; call < 5; call += 1) budget.deposit();
    clock.move(5000);
    for (let call = 0; call < 7; call += 1) budget.deposit();
    expect(budget.take()).toBe(true);
    clock.move(5000);
    budget.deposit();
    // Credits: 1.4 of the later five seconds and 0.2 of now. One retry, and the three per second.
    expect(takeAll(budget)).toBe(1 + 3);
    clock.move(20_000);
    expect(takeAll(budget)).toBe(3);
  });

  it('keeps the credits of a second for exactly ten seconds', () => {
    const clock = manualClock();
    const budget = new RetryBudget(clock);
    for (let call = 0; call < 5; call += 1) budget.deposit();
    clock.move(9999);
    expect(takeAll(budget)).toBe(1 + 3);
    for (let call = 0; call < 5; call += 1) budget.deposit();
    clock.move(10_000);
    for (let call = 0; call < 5; call += 1) budget.deposit();
    expect(takeAll(budget)).toBe(1 + 3);
  });

  it('works with the real clock', () => {
    expect(takeAll(new RetryBudget())).toBe(3);
  });
});

describe('Durations', () => {
  it('takes the 95th percentile of the last 128 responses', () => {
    const durations = new Durations();
    expect(durations.percentile95).toBe(0);
    for (let ms = 1; ms <= 100; ms += 1) durations.add(ms);
    expect(durations.percentile95).toBe(96);
    for (const ms of [1000, 9]) durations.add(ms);
    expect(durations.percentile95).toBe(96);
    for (let each = 0; each < 128; each += 1) durations.add(7);
    expect(durations.percentile95).toBe(7);
  });

  it('expects a second before the first response, and then as long as most took, or half a second', () => {
    const durations = new Durations();
    expect(durations.usualMs).toBe(1000);
    durations.add(499);
    expect(durations.usualMs).toBe(500);
    durations.add(2000);
    expect(durations.usualMs).toBe(2000);
  });
});
