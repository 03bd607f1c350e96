import { afterEach, describe, expect, it, vi } from 'vitest';
import type { BulkheadLimits } from '../../../src/upstream/queue/bulkhead-limits.ts';
import { Bulkhead } from '../../../src/upstream/queue/bulkhead.ts';
import { clockStart, manualClock } from '../../support/manual-clock.ts';
import { statesOf } from '../../support/turn-state.ts';

const far = clockStart + 1_000_000;
const limits: BulkheadLimits = { inFlight: 1, inFlightOfOne: 1, waiting: 100, waitingOfOne: 100, waitMs: 1e6 };

function queueWith(changes: Partial<BulkheadLimits> = {}) {
  const clock = manualClock();
  return { clock, queue: new Bulkhead({ ...limits, ...changes }, clock) };
}

afterEach(() => void vi.useRealTimers());

describe('Bulkhead', () => {
  it('expects the next call to wait at least as long as the caller’s first one has', () => {
    const { queue, clock } = queueWith();
    queue.enter('a', far);
    queue.enter('a', far);
    clock.move(300);
    queue.enter('a', far);
    expect([queue.waitOf('a'), queue.waitOf('b')]).toEqual([300, 0]);
  });

  it('expects the next call to wait by the recent pace of the caller’s queue', () => {
    const { queue, clock } = queueWith();
    for (let call = 0; call < 10; call += 1) queue.enter('a', far); // one in flight, nine wait
    const moveOn = (times: number, ms: number) => {
      for (let time = 0; time < times; time += 1) {
        clock.move(ms);
        queue.exit('a');
        queue.enter('a', far);
      }
    };
    moveOn(40, 10);
    expect(Math.round(queue.waitOf('a'))).toBe(100);
    moveOn(40, 100);
    expect(Math.round(queue.waitOf('a'))).toBe(1000);
    moveOn(40, 10);
    expect(Math.round(queue.waitOf('a'))).toBe(100);
    for (let call = 0; call < 9; call += 1) queue.exit('a');
    expect(queue.waitOf('a')).toBe(0);
  });

  it('expects the same wait whenever calls join the queue', () => {
    const { queue, clock } = queueWith();
    for (let call = 0; call < 10; call += 1) queue.enter('a', far); // one in flight, nine wait
    for (let time = 0; time < 40; time += 1) {
      clock.move(50);
      queue.enter('a', far);
      clock.move(50);
      queue.exit('a');
    }
    expect(Math.round(queue.waitOf('a'))).toBe(1000);
  });

  it('does not count the time in which no call waited', () => {
    const { queue, clock } = queueWith();
    const waitFor = (ms: number) => {
      queue.enter('a', far);
      clock.move(ms);
      queue.exit('a');
    };
    queue.enter('a', far);
    waitFor(10);
    clock.move(10_000);
    waitFor(10);
    queue.enter('a', far);
    expect(queue.waitOf('a')).toBeLessThan(20);
  });

  it('counts as filled by each of two callers with as many waiting calls', () => {
    const { queue } = queueWith({ waiting: 8, waitingOfOne: 6 });
    for (let call = 0; call < 4; call += 1) for (const caller of ['a', 'b']) queue.enter(caller, far);
    expect(queue.length).toBe(7); // one of the first caller's is in flight
    expect(['a', 'b'].map((caller) => queue.isFilledBy(caller))).toEqual([false, true]);
    queue.enter('a', far);
    expect(['a', 'b', 'c'].map((caller) => queue.isFilledBy(caller))).toEqual([true, true, false]);
  });

  it('has one timer for all that wait, and leaves none behind when the last has its turn, leaves, or makes room', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const queue = new Bulkhead({ ...limits, waiting: 3, waitingOfOne: 3 });
    const turns = ['a', 'b', 'b', 'b', 'c'].map((caller) => queue.enter(caller, Date.now() + 5000));
    expect(await statesOf(turns)).toEqual(['now', 'waits', 'waits', 'OVERLOADED made room for others', 'waits']);
    expect(vi.getTimerCount()).toBe(1);
    turns[2]?.leave();
    expect(vi.getTimerCount()).toBe(1);
    queue.exit('a');
    queue.exit('b');
    expect(await statesOf(turns.slice(1))).toEqual(['came', 'waits', 'OVERLOADED made room for others', 'came']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('has slots to spare for a caller with less than half of their share, while nobody waits', () => {
    const { queue } = queueWith({ inFlight: 20, inFlightOfOne: 4 });
    const spare = () => ['a', 'b'].map((caller) => queue.hasSpareFor(caller));
    const enter = (caller: string, times: number) => Array.from({ length: times }, () => queue.enter(caller, far));
    expect(spare()).toEqual([true, true]);
    enter('a', 7); // of 16, as four are kept for others
    expect(spare()).toEqual([true, true]);
    enter('a', 1);
    expect(spare()).toEqual([false, true]);
    enter('b', 4); // of 10
    expect(spare()).toEqual([false, true]);
    enter('b', 1);
    expect(spare()).toEqual([false, false]);
    for (let call = 0; call < 5; call += 1) queue.exit('a');
    expect(spare()).toEqual([true, false]);
    const waiting = enter('b', 6).at(-1);
    expect([waiting === undefined, spare()]).toEqual([false, [false, false]]);
    waiting?.leave();
    expect(spare()).toEqual([true, false]);
  });
});
