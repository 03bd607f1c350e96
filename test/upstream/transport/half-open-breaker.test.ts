import { describe, expect, it } from 'vitest';
import { Breaker } from '../../../src/upstream/transport/breaker.ts';
import { breakerAt, halfOpen } from '../../support/breaker-at.ts';
import { manualClock } from '../../support/manual-clock.ts';

const maya = { user: 'maya', endpoint: 'im.list' };

describe('a half-open breaker', () => {
  it('admits one call at a time', () => {
    const { breaker } = halfOpen();
    const era = breaker.admit() ?? -1;
    expect(breaker.state).toBe('half-open');
    expect([breaker.admit(), breaker.refusesForMs]).toEqual([undefined, 1000]);
    breaker.exit(era, 'success', maya);
    expect(breaker.refusesForMs).toBeUndefined();
    expect(breaker.admit()).toBeDefined();
  });

  it('closes after three successes, and forgets earlier calls', () => {
    const { breaker, calls } = halfOpen();
    calls(2, 'success');
    expect(breaker.state).toBe('half-open');
    calls(1, 'success');
    expect(breaker.state).toBe('closed');
    calls(19, 'failure');
    expect(breaker.state).toBe('closed');
  });

  it('learns nothing from a cancelled call, and admits the next one', () => {
    const { breaker, calls } = halfOpen();
    expect(calls(5, 'unknown')).toBe(5);
    expect(breaker.state).toBe('half-open');
  });

  it('S4: does not reopen when one user’s calls time out, but when a second user’s does', () => {
    const { breaker, call } = halfOpen();
    for (let time = 0; time < 3; time += 1) call('timeout', 'maya');
    expect([breaker.state, breaker.refusesForMs]).toEqual(['half-open', undefined]);
    call('timeout', 'jonas');
    expect(breaker.state).toBe('open');
    const { breaker: other, call: callOther } = halfOpen();
    callOther('timeout', 'maya');
    for (let time = 0; time < 3; time += 1) callOther('success', 'jonas');
    expect(other.state).toBe('closed');
  });

  it('does not reopen when one user’s call times out after another’s has succeeded', () => {
    const { breaker, call } = halfOpen();
    call('success', 'maya');
    call('timeout', 'jonas');
    expect(breaker.state).toBe('half-open');
  });

  it('forgets whose call timed out when it reopens', () => {
    const { breaker, call, clock } = halfOpen();
    call('timeout', 'maya');
    call('failure', 'zoe');
    clock.move(10_000);
    call('timeout', 'jonas');
    expect(breaker.state).toBe('half-open');
  });

  it('reopens with the first failure, whatever succeeded before', () => {
    const { breaker, calls, clock } = halfOpen();
    calls(2, 'success');
    calls(1, 'failure');
    expect([breaker.state, breaker.refusesForMs]).toEqual(['open', 10_000]);
    clock.move(10_000);
    calls(2, 'success');
    expect(breaker.state).toBe('half-open');
  });
});

describe('breakers of several gateways', () => {
  it('tell for how long they open, and spare the workspace the calls of those who hear it', () => {
    const opened: number[] = [];
    const clock = manualClock();
    const breaker = new Breaker(
      clock,
      () => 0.5,
      (ms) => opened.push(ms),
    );
    for (let call = 0; call < 20; call += 1) breaker.exit(breaker.admit() ?? -1, 'failure', maya);
    expect(opened).toEqual([5000]);
    const { breaker: other, call } = breakerAt();
    call('failure');
    other.hear(4000);
    expect([other.state, other.refusesForMs]).toEqual(['open', 4000]);
    breaker.hear(30_000); // it knows for itself
    expect(breaker.refusesForMs).toBe(5000);
  });

  it('are not believed for longer than they would open themselves, nor while the workspace serves the one who hears it', () => {
    const { clock, breaker, call } = breakerAt();
    breaker.hear(0);
    call('success');
    clock.move(999);
    breaker.hear(4000);
    breaker.hear(0);
    expect(breaker.state).toBe('closed');
    clock.move(1);
    breaker.hear(86_400_000);
    expect([breaker.state, breaker.refusesForMs]).toEqual(['open', 30_000]);
    breaker.hear(0);
    expect(breaker.state).toBe('open');
  });
});
