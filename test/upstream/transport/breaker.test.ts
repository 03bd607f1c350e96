import { describe, expect, it } from 'vitest';
import { Breaker, type CallOutcome } from '../../../src/upstream/transport/breaker.ts';
import { breakerAt } from '../../support/breaker-at.ts';

const maya = { user: 'maya', endpoint: 'im.list' };

describe('a closed breaker', () => {
  it('stays closed below 20 calls, and opens with the 20th if half of them failed', () => {
    const { breaker, calls } = breakerAt();
    expect(calls(9, 'success') + calls(10, 'failure')).toBe(19);
    expect(breaker.state).toBe('closed');
    calls(1, 'failure');
    expect(breaker.state).toBe('open');
  });

  it.each<readonly [string, number, CallOutcome, number]>([
    ['when fewer than half fail, until half do', 51, 'success', 50],
    ['whatever is cancelled, until 20 calls have ended', 100, 'unknown', 19],
  ])('stays closed %s', (_what, others, outcome, failures) => {
    const { breaker, calls } = breakerAt();
    calls(others, outcome);
    calls(failures, 'failure');
    expect(breaker.state).toBe('closed');
    calls(1, 'failure');
    expect(breaker.state).toBe('open');
  });

  it('is opened by a failure, and never by a success', () => {
    const { breaker, calls } = breakerAt();
    calls(10, 'failure');
    calls(10, 'success');
    expect(breaker.state).toBe('closed');
    calls(1, 'failure');
    expect(breaker.state).toBe('open');
  });

  it('forgets calls from before it opened, and does not reopen when the clock is set back', () => {
    const { breaker, calls, clock } = breakerAt();
    calls(20, 'failure');
    clock.move(5000);
    calls(3, 'success');
    clock.move(-60_000);
    expect([breaker.state, breaker.refusesForMs]).toEqual(['closed', undefined]);
    calls(19, 'failure');
    expect(breaker.state).toBe('closed');
  });

  it('S4: is not opened by time-outs of one or two users, or at one endpoint', () => {
    const { breaker, call, calls } = breakerAt();
    for (let time = 0; time < 40; time += 1) call('timeout', 'maya', time % 2 === 0 ? 'im.list' : 'dm.messages');
    for (let time = 0; time < 40; time += 1) call('timeout', 'jonas', 'im.list');
    expect(breaker.state).toBe('closed');
    const atOneEndpoint = breakerAt();
    for (let user = 0; user < 40; user += 1) atOneEndpoint.call('timeout', `user${user}`);
    expect(atOneEndpoint.breaker.state).toBe('closed');
    calls(19, 'failure'); // nor do they change how others count
    expect(breaker.state).toBe('closed');
    calls(1, 'failure');
    expect(breaker.state).toBe('open');
  });

  it('S4: is opened by time-outs of three users at two endpoints', () => {
    const { breaker, call, calls } = breakerAt();
    for (let time = 0; time < 18; time += 1) call('timeout', time % 2 === 0 ? 'maya' : 'jonas', 'im.list');
    calls(20, 'success');
    call('timeout', 'zoe', 'im.list');
    expect(breaker.state).toBe('closed');
    call('timeout', 'zoe', 'dm.messages');
    expect(breaker.state).toBe('open');
  });

  it('S4: forgets time-outs after ten seconds', () => {
    const { breaker, call, clock } = breakerAt();
    for (let time = 0; time < 18; time += 1) call('timeout', time % 2 === 0 ? 'maya' : 'jonas', 'im.list');
    clock.move(10_000);
    call('timeout', 'zoe', 'dm.messages');
    expect(breaker.state).toBe('closed');
  });

  it('admits any number of calls at a time', () => {
    const { breaker } = breakerAt();
    expect([breaker.admit(), breaker.admit(), breaker.admit()]).not.toContain(undefined);
  });

  it('forgets calls after ten seconds', () => {
    const { breaker, calls, clock } = breakerAt();
    calls(15, 'failure');
    clock.move(9000);
    calls(4, 'failure');
    expect(breaker.state).toBe('closed');
    clock.move(1000);
    calls(15, 'failure');
    expect(breaker.state).toBe('closed');
    calls(1, 'failure');
    expect(breaker.state).toBe('open');
  });
});

describe('an open breaker', () => {
  it('says when to retry, in whole seconds and at least 1', () => {
    const { breaker, calls, clock } = breakerAt();
    calls(20, 'failure');
    expect(breaker.retryAfterSeconds).toBe(5);
    clock.move(3700);
    expect(breaker.retryAfterSeconds).toBe(2);
    clock.move(1300);
    expect(breaker.retryAfterSeconds).toBe(1);
  });

  it.each([
    [0, 4000],
    [0.5, 5000],
    [1, 6000],
  ])('refuses calls for 5 seconds, give or take a fifth (%d): %i ms', (random, ms) => {
    const { breaker, calls, clock } = breakerAt(random);
    calls(20, 'failure');
    expect(breaker.refusesForMs).toBe(ms);
    clock.move(ms - 1);
    expect(breaker.admit()).toBeUndefined();
    clock.move(1);
    expect(breaker.admit()).toBeDefined();
  });

  it('opens twice as long each time, up to 30 seconds, and for 5 again once it was closed', () => {
    const { breaker, calls, clock, call } = breakerAt();
    calls(20, 'failure');
    const lengths = [];
    for (let round = 0; round < 5; round += 1) {
      lengths.push(breaker.refusesForMs);
      clock.move(breaker.refusesForMs ?? 0);
      call('failure');
    }
    expect(lengths).toEqual([5000, 10_000, 20_000, 30_000, 30_000]);
    clock.move(30_000);
    expect(calls(3, 'success')).toBe(3);
    expect(breaker.state).toBe('closed');
    calls(20, 'failure');
    expect(breaker.refusesForMs).toBe(5000);
  });

  it('ignores calls that began before it opened', () => {
    const { breaker, calls, clock } = breakerAt();
    const early = breaker.admit() ?? -1;
    calls(20, 'failure');
    breaker.exit(early, 'success', maya);
    expect(breaker.state).toBe('open');
    clock.move(5000);
    breaker.admit();
    breaker.exit(early, 'failure', maya);
    expect(breaker.state).toBe('half-open');
  });
});

it('Breaker works with the real clock', () => {
  const breaker = new Breaker();
  expect([breaker.admit(), breaker.retryAfterSeconds]).toEqual([0, 1]);
});
