import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkspaceClock } from '../../../src/upstream/rate-limit/workspace-clock.ts';
import { clockStart, manualClock } from '../../support/manual-clock.ts';

/** The `Date` of a workspace that is this far ahead. */
const dateOf = (epochMs: number): string => new Date(epochMs).toUTCString();

function clocks(aheadMs: number) {
  const clock = manualClock();
  const workspaceClock = new WorkspaceClock(clock);
  const settings = { aheadMs };
  return {
    clock,
    workspaceClock,
    settings,
    /** A call with these latencies there and back. */
    call: (thereMs: number, backMs: number): void => {
      const sentAt = clock.now();
      clock.move(thereMs);
      const date = dateOf(clock.now() + settings.aheadMs);
      clock.move(backMs);
      workspaceClock.learn(date, sentAt);
    },
  };
}

describe('WorkspaceClock', () => {
  it('equals the gateway’s clock until a response says otherwise', () => {
    const { workspaceClock } = clocks(0);
    expect([workspaceClock.now(), workspaceClock.aheadMs, workspaceClock.likelyAheadMs]).toEqual([clockStart, 0, 0]);
    for (const date of [undefined, '', 'today', '2027-01-15T08:00:00Z']) workspaceClock.learn(date, clockStart);
    expect(workspaceClock.now()).toBe(clockStart);
  });

  it.each([-65_000, 30_000])(
    'is never estimated later than it is, nor earlier by more than a second and the latency (%i ms ahead)',
    (aheadMs) => {
      const { clock, workspaceClock, call } = clocks(aheadMs);
      clock.move(730);
      call(40, 60);
      expect(workspaceClock.aheadMs).toBeLessThanOrEqual(aheadMs);
      expect(workspaceClock.aheadMs).toBeGreaterThan(aheadMs - 1000 - 60);
    },
  );

  it('becomes more exact with more responses', () => {
    const { workspaceClock, call, clock } = clocks(-3210);
    for (let count = 0; count < 200; count += 1) {
      call(2, 2);
      clock.move(97);
    }
    expect(workspaceClock.aheadMs).toBeLessThanOrEqual(-3210);
    expect(workspaceClock.aheadMs).toBeGreaterThan(-3210 - 20);
  });

  it('is most likely the gateway’s, or as near to it as the responses allow', () => {
    const same = clocks(0);
    same.clock.move(500);
    same.call(5, 5);
    expect([same.workspaceClock.aheadMs, same.workspaceClock.likelyAheadMs]).toEqual([-510, 0]);
    const behind = clocks(-30_000);
    behind.clock.move(500);
    behind.call(5, 5);
    expect(behind.workspaceClock.likelyAheadMs).toBe(-29_510);
    const ahead = clocks(30_000);
    ahead.call(0, 0);
    expect(ahead.workspaceClock.likelyAheadMs).toBe(30_000);
  });

  it('is estimated anew when one of the clocks is set', () => {
    const { workspaceClock, settings, call } = clocks(30_000);
    call(0, 0);
    settings.aheadMs = -10_000;
    call(0, 0);
    expect(workspaceClock.aheadMs).toBe(-10_000);
    settings.aheadMs = 20_000;
    call(0, 0);
    expect(workspaceClock.aheadMs).toBe(20_000);
  });

  it('uses the responses of the last five to ten minutes, as clocks drift', () => {
    const { clock, workspaceClock, settings, call } = clocks(0);
    call(0, 0);
    settings.aheadMs = -400;
    clock.move(299_990);
    call(0, 10);
    expect(workspaceClock.aheadMs).toBe(0);
    call(0, 0); // five minutes later: a new period
    expect(workspaceClock.aheadMs).toBe(0);
    clock.move(300_000);
    call(0, 0);
    expect(workspaceClock.aheadMs).toBe(-1000);
  });

  it('no longer depends on a response of a quarter of an hour ago', () => {
    const { clock, workspaceClock, settings, call } = clocks(0);
    call(0, 0);
    settings.aheadMs = -400;
    clock.move(300_000);
    for (const pauseMs of [0, 299_999, 299_999]) {
      expect(workspaceClock.aheadMs).toBe(0);
      clock.move(pauseMs);
      call(0, 0);
    }
    expect(workspaceClock.aheadMs).toBeLessThanOrEqual(-400);
  });

  it('is estimated anew after ten minutes without a response', () => {
    const { clock, workspaceClock, settings, call } = clocks(0);
    call(0, 0);
    settings.aheadMs = -400;
    clock.move(600_000);
    call(0, 0);
    expect(workspaceClock.aheadMs).toBe(-1000);
  });

  it('G17: is never estimated later than it is, whatever the clocks and latencies', () => {
    const calls = fc.array(fc.record({ pause: fc.nat(20_000), there: fc.nat(3000), back: fc.nat(3000) }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), calls, (aheadMs, steps) => {
        const { clock, workspaceClock, call } = clocks(aheadMs);
        steps.forEach(({ pause, there, back }, index) => {
          clock.move(pause);
          call(there, back);
          expect(workspaceClock.now()).toBeLessThanOrEqual(clock.now() + aheadMs);
          if (index === 0) expect(workspaceClock.now()).toBeGreaterThan(clock.now() + aheadMs - 1000 - back);
        });
      }),
      { numRuns: 300, seed: 10 },
    );
  });
});
