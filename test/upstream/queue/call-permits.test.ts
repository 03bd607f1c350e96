import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.ts';
import { Breaker } from '../../../src/upstream/transport/breaker.ts';
import { classify } from '../../../src/upstream/transport/response.ts';
import { TransportError, type TransportFailure } from '../../../src/upstream/transport/transport-error.ts';
import { RateLimits } from '../../../src/upstream/rate-limit/rate-limits.ts';
import { callerOf } from '../../../src/upstream/caller.ts';
import { Cancellation } from '../../../src/upstream/cancellation.ts';
import { RequestConcurrency, RequestSlots } from '../../../src/upstream/queue/request-concurrency.ts';
import { CallPermits, type PendingCall } from '../../../src/upstream/queue/call-permits.ts';
import { defaultLimits } from '../../../src/upstream/queue/bulkhead-limits.ts';
import { Bulkhead } from '../../../src/upstream/queue/bulkhead.ts';
import { WorkspaceClock } from '../../../src/upstream/rate-limit/workspace-clock.ts';
import { clockStart, manualClock } from '../../support/manual-clock.ts';

const far = clockStart + 60_000;
const maya = callerOf({ userId: 'maya', authToken: 'token' });
const clocks = { now: clockStart, aheadMs: 0 };

/** Headers by which so many calls are left in the window. */
const headersOf = (remaining: number) => ({
  'x-ratelimit-limit': '10',
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(clockStart + 5000),
});
const success = (remaining = 1) =>
  classify('me', { status: 200, headers: headersOf(remaining), body: Buffer.from('{"success":true}') }, clocks);
const failure = (reason: TransportFailure) => classify('me', new TransportError(reason, 'x'), clocks);

/** Permits for so many calls at a time. The workspace has accepted Maya, and nobody else. */
function createPermits(inFlight = 1) {
  const clock = manualClock();
  const userOf = (key: string) => (key === maya.key ? 'maya' : undefined);
  const workspaceClock = new WorkspaceClock(clock);
  const rateLimits = new RateLimits({ clock, workspaceClock, userOf, usualResponseMs: () => 1000 });
  const breaker = new Breaker(clock, () => 0.5);
  const inFlightOfOne = Math.min(8, inFlight);
  const bulkhead = new Bulkhead({ ...defaultLimits, inFlight, inFlightOfOne }, clock);
  const permits = new CallPermits({ clock, breaker, rateLimits, bulkhead, userOf });
  const callOf = (given: Partial<PendingCall>): PendingCall => ({
    endpoint: 'me',
    caller: maya,
    concurrency: new RequestConcurrency(new RequestSlots(() => false)),
    deadline: far,
    check: () => undefined,
    ...given,
  });
  const take = async (whole: PendingCall, cancellation = new Cancellation()) => {
    const permit = permits.enter(whole);
    try {
      let wait = permits.advance(permit, whole, cancellation);
      for (; wait !== undefined; wait = permits.advance(permit, whole, cancellation)) await wait;
    } catch (error) {
      permits.leave(permit, whole);
      throw error;
    }
    return permit;
  };
  const acquire = (given: Partial<PendingCall> = {}, cancellation = new Cancellation()) =>
    take(callOf(given), cancellation);
  /** A call, and what it came to. */
  const call = async (result = success(), given: Partial<PendingCall> = {}) => {
    const whole = callOf(given);
    permits.release(await take(whole), whole, result);
  };
  const left = () => rateLimits.windows().map(({ remaining }) => remaining);
  return { clock, rateLimits, breaker, bulkhead, acquire, call, left };
}

/** Of a request all of whose slots but one are taken. */
function oneSlot(): RequestConcurrency {
  const concurrency = new RequestConcurrency(new RequestSlots(() => false));
  for (let call = 0; call < 7; call += 1) concurrency.enter();
  return concurrency;
}

/** How many slots of a request are free. */
function freeSlots(concurrency: RequestConcurrency): number {
  let free = 0;
  while (free < 8 && concurrency.enter() === undefined) free += 1;
  return free;
}

/** `ok`, the error's code and detail, or that the call waits. */
function stateOf(permit: Promise<unknown>): Promise<string> {
  const came = permit.then(
    () => 'ok',
    (error: unknown) => (error instanceof GatewayError ? `${error.code} ${error.detail}` : String(error)),
  );
  const waits = new Promise<string>((resolve) => {
    setImmediate(() => resolve('waits'));
  });
  return Promise.race([came, waits]);
}

describe('CallPermits', () => {
  it('lets a call hold a place in the bulkhead and a slot of its request until it has ended', async () => {
    const { call, acquire, bulkhead } = createPermits(8);
    const concurrency = oneSlot();
    await call(success(), { concurrency });
    expect(bulkhead.inFlight).toBe(0);
    await acquire({ concurrency });
    expect([bulkhead.inFlight, concurrency.enter() === undefined]).toEqual([1, false]);
  });

  it.each<[string, string, (parts: ReturnType<typeof createPermits>) => Partial<PendingCall>]>([
    [
      'its request is over',
      'Error: over',
      () => ({
        check: () => {
          throw new Error('over');
        },
      }),
    ],
    ['there is too little time left', 'UPSTREAM_TIMEOUT no time left', () => ({ deadline: clockStart + 49 })],
    [
      'the circuit opens at that moment',
      'UPSTREAM_UNAVAILABLE circuit open',
      ({ breaker, clock }) => ({
        check() {
          clock.move(1000);
          breaker.hear(4000);
        },
      }),
    ],
  ])('keeps nothing for a call that does not go out because %s', async (_why, error, given) => {
    const parts = createPermits();
    await parts.call(success(1));
    const concurrency = oneSlot();
    expect(await stateOf(parts.acquire({ ...given(parts), concurrency }))).toBe(error);
    expect([parts.bulkhead.inFlight, parts.bulkhead.length, freeSlots(concurrency)]).toEqual([0, 0, 1]);
    expect([parts.left(), parts.rateLimits.allows('me', maya, 1)]).toEqual([[1], true]);
  });

  it.each<[string, (parts: ReturnType<typeof createPermits>, concurrency: RequestConcurrency) => unknown, number]>([
    ['is cancelled before', () => undefined, 1],
    ['waits for its window', ({ call }) => call(success(0)), 0],
    ['waits for a slot of its request', (_parts, concurrency) => concurrency.enter(), 1],
    ['waits in the bulkhead', ({ bulkhead }) => bulkhead.enter('other', far), 1],
  ])('keeps nothing for a call that is cancelled when it %s', async (when, begin, remaining) => {
    const parts = createPermits();
    await parts.call(success(1));
    const concurrency = oneSlot();
    await begin(parts, concurrency);
    const cancellation = new Cancellation();
    if (when === 'is cancelled before') cancellation.cancel();
    const permit = parts.acquire({ concurrency }, cancellation);
    expect(await stateOf(permit)).toBe(cancellation.isCancelled ? 'Error: cancelled by the gateway' : 'waits');
    const before = parts.bulkhead.inFlight;
    cancellation.cancel();
    expect(await stateOf(permit)).toBe('Error: cancelled by the gateway');
    expect([parts.bulkhead.inFlight, parts.bulkhead.length]).toEqual([before, 0]);
    expect(freeSlots(concurrency)).toBe(when.includes('slot') ? 0 : 1);
    expect([parts.left(), parts.rateLimits.allows('me', maya, 1)]).toEqual([[remaining], remaining === 1]);
  });

  it('lets a call go out with 50 ms left, and wait for as long as 100 ms stay', async () => {
    const { acquire, clock, bulkhead } = createPermits();
    expect(await stateOf(acquire({ deadline: clockStart + 50 }))).toBe('ok');
    const waiting = acquire({ deadline: clockStart + 600 });
    clock.move(499);
    expect([await stateOf(waiting), bulkhead.length]).toEqual(['waits', 1]);
    clock.move(1);
    expect(await stateOf(waiting)).toBe('OVERLOADED waited too long');
  });

  it('lets a call that has lost its turn wait for another, without a place in the bulkhead meanwhile', async () => {
    const { acquire, call, clock, bulkhead } = createPermits(2);
    await call(success(5));
    const [, first] = await Promise.all([acquire(), acquire()]);
    const concurrency = oneSlot();
    const waiting = acquire({ concurrency });
    expect([await stateOf(waiting), bulkhead.length]).toEqual(['waits', 1]);
    first.reservation.exit({ headers: headersOf(0), limiter: 'passed' });
    bulkhead.exit(first.bulkheadKey);
    expect([await stateOf(waiting), bulkhead.inFlight, bulkhead.length]).toEqual(['waits', 1, 0]);
    expect(concurrency.enter()).toBeUndefined();
    concurrency.exit();
    clock.move(5100);
    expect([await stateOf(waiting), bulkhead.inFlight]).toEqual(['ok', 2]);
  });

  it.each<[string, ReturnType<typeof success>, number]>([
    ['what its headers say', success(3), 3],
    ['one less, as it may have been counted', failure('broken'), 4],
    ['as before, as the workspace never saw it', failure('unsent'), 5],
  ])('after a call, the window has %s', async (_what, result, remaining) => {
    const { call, left, rateLimits } = createPermits();
    await call(success(5));
    await call(result);
    expect(left()).toEqual([remaining]);
    expect([0, 1].map((more) => rateLimits.allows('me', maya, remaining + more))).toEqual([true, false]);
  });

  it('tells the circuit breaker who called what, and how it went', async () => {
    const { call, breaker, acquire } = createPermits();
    const callers = ['maya', 'jonas', 'zoe'].map((userId) => callerOf({ userId, authToken: 'token' }));
    for (let count = 0; count < 20; count += 1) {
      expect(breaker.state).toBe('closed');
      await call(failure('timeout'), { caller: callers[count % 3] ?? maya, endpoint: `endpoint ${count % 2}` });
    }
    expect(breaker.state).toBe('open');
    await expect(acquire()).rejects.toMatchObject({
      message: 'The workspace is failing, so the gateway has paused calls to it (me).',
      detail: 'circuit open',
      extensions: { code: 'UPSTREAM_UNAVAILABLE', reason: 'circuit_open', retryAfterSeconds: 5 },
    });
  });

  it('does not let a call wait for its window while the circuit is open', async () => {
    const { call, breaker, clock, acquire } = createPermits();
    await call(success(0));
    clock.move(1000);
    expect(await stateOf(acquire())).toBe('waits');
    breaker.hear(4000);
    expect(await stateOf(acquire())).toBe('UPSTREAM_UNAVAILABLE circuit open');
  });

  it('counts the calls of an accepted user as theirs, and those of others by user id and token', async () => {
    const { acquire, bulkhead } = createPermits(64);
    const strangers = Array.from({ length: 20 }, (_, index) => callerOf({ userId: 'maya', authToken: `no ${index}` }));
    for (const caller of strangers) {
      const { bulkheadKey } = await acquire({ caller, endpoint: caller.key });
      expect(bulkheadKey).toBe(caller.key);
    }
    const calls = Array.from({ length: 40 }, (_, index) => acquire({ endpoint: `endpoint ${index}` }));
    const states = await Promise.all(calls.map(stateOf));
    expect(states.filter((state) => state === 'ok')).toHaveLength(32); // half of 64, as if unaccepted callers were one
    expect(bulkhead.waitOf('maya')).toBe(0);
    expect((await calls[0])?.bulkheadKey).toBe('maya');
    expect(bulkhead.length).toBe(8);
  });

  it('refuses a call when the circuit has opened while the call waited in the bulkhead', async () => {
    const { breaker, bulkhead, acquire } = createPermits();
    const first = await acquire();
    const second = acquire({ endpoint: 'im.list' });
    expect([await stateOf(second), bulkhead.length]).toEqual(['waits', 1]);
    for (let count = 0; count < 20; count += 1)
      breaker.exit(breaker.admit() ?? -1, 'failure', { user: 'maya', endpoint: 'me' });
    bulkhead.exit(first.bulkheadKey);
    await expect(second).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      extensions: { reason: 'circuit_open' },
    });
    expect([bulkhead.inFlight, bulkhead.length]).toEqual([0, 0]);
  });
});
