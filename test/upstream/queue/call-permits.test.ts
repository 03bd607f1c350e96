import { expect, it } from 'vitest';
import { Breaker } from '../../../src/upstream/transport/breaker.ts';
import { RateLimits } from '../../../src/upstream/rate-limit/rate-limits.ts';
import { callerOf } from '../../../src/upstream/caller.ts';
import { Cancellation } from '../../../src/upstream/cancellation.ts';
import { RequestConcurrency } from '../../../src/upstream/queue/request-concurrency.ts';
import { CallPermits } from '../../../src/upstream/queue/call-permits.ts';
import { Bulkhead, defaultLimits } from '../../../src/upstream/queue/bulkhead.ts';
import { WorkspaceClock } from '../../../src/upstream/rate-limit/workspace-clock.ts';
import { clockStart, manualClock } from '../../support/manual-clock.ts';

/** Permits for one call at a time. */
function createPermits() {
  const clock = manualClock();
  const userOf = (key: string) => key;
  const rateLimits = new RateLimits({
    clock,
    workspaceClock: new WorkspaceClock(clock),
    userOf,
    usualResponseMs: () => 1000,
  });
  const breaker = new Breaker(clock, () => 0.5);
  const bulkhead = new Bulkhead({ ...defaultLimits, inFlight: 1, inFlightOfOne: 1 }, clock);
  const permits = new CallPermits({ clock, breaker, rateLimits, bulkhead, userOf });
  const acquire = (endpoint: string) =>
    permits.acquire(
      {
        endpoint,
        caller: callerOf({ userId: 'maya', authToken: 'token' }),
        concurrency: new RequestConcurrency(),
        deadline: clockStart + 60_000,
        check: () => undefined,
      },
      new Cancellation(),
    );
  return { breaker, bulkhead, acquire };
}

it('CallPermits refuses a call when the circuit has opened while the call waited in the bulkhead', async () => {
  const { breaker, bulkhead, acquire } = createPermits();
  const first = await acquire('me');
  const second = acquire('im.list');
  await Promise.resolve();
  for (let count = 0; count < 40 && breaker.state !== 'open'; count += 1) {
    const era = breaker.admit();
    if (era !== undefined)
      breaker.exit(era, 'failure', { user: `user${count % 5}`, endpoint: count % 2 === 0 ? 'me' : 'im.list' });
  }
  expect(breaker.state).toBe('open');
  bulkhead.exit(first.bulkheadKey);
  await expect(second).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', extensions: { reason: 'circuit_open' } });
  expect([bulkhead.inFlight, bulkhead.length]).toEqual([0, 0]);
});
