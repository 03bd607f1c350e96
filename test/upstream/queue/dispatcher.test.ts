import { expect, it } from 'vitest';
import { Breaker } from '../../../src/upstream/transport/breaker.ts';
import { RateLimits } from '../../../src/upstream/rate-limit/rate-limits.ts';
import { RequestConcurrency } from '../../../src/upstream/queue/request-concurrency.ts';
import { Dispatcher } from '../../../src/upstream/queue/dispatcher.ts';
import { Bulkhead, defaultLimits } from '../../../src/upstream/queue/bulkhead.ts';
import { Cancellation } from '../../../src/upstream/queue/in-flight-calls.ts';
import { WorkspaceClock } from '../../../src/upstream/rate-limit/workspace-clock.ts';
import { clockStart, manualClock } from '../../support/manual-clock.ts';

/** The way to a workspace that takes one call at a time. */
function createPassage() {
  const clock = manualClock();
  const userOf = (key: string) => key;
  const budget = new RateLimits({
    clock,
    workspaceClock: new WorkspaceClock(clock),
    userOf,
    usualAnswerMs: () => 1000,
  });
  const breaker = new Breaker(clock, () => 0.5);
  const queue = new Bulkhead({ ...defaultLimits, inFlight: 1, inFlightOfOne: 1 }, clock);
  const passage = new Dispatcher({ clock, breaker, budget, queue, userOf });
  const enter = (endpoint: string) =>
    passage.enter(
      {
        endpoint,
        caller: { key: 'maya', address: undefined },
        lane: new RequestConcurrency(),
        deadline: clockStart + 60_000,
        check: () => undefined,
      },
      new Cancellation(),
    );
  return { breaker, queue, enter };
}

it('a call does not go out when the circuit has opened while it waited for its place', async () => {
  const { breaker, queue, enter } = createPassage();
  const first = await enter('me');
  const second = enter('im.list');
  await Promise.resolve();
  for (let count = 0; count < 40 && breaker.state !== 'open'; count += 1) {
    const era = breaker.admit();
    if (era !== undefined)
      breaker.exit(era, 'failure', { user: `user${count % 5}`, endpoint: count % 2 === 0 ? 'me' : 'im.list' });
  }
  expect(breaker.state).toBe('open');
  queue.exit(first.placeKey);
  await expect(second).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', extensions: { reason: 'circuit_open' } });
  expect([queue.inFlight, queue.length]).toEqual([0, 0]);
});
