import { describe, expect, it } from 'vitest';
import { PresentCallers } from '../../../src/upstream/queue/present-callers.ts';
import { manualClock } from '../../support/manual-clock.ts';

function present() {
  const clock = manualClock();
  const callers = new PresentCallers(clock);
  /** How many are there after these milliseconds: accepted ones, and others. */
  const after = (ms: number) => {
    clock.move(ms);
    callers.forgetAbsent();
    return [callers.accepted, callers.unaccepted];
  };
  return { callers, clock, after };
}

describe('PresentCallers', () => {
  it('counts a caller once, until a second after their latest call', () => {
    const { callers, after } = present();
    callers.note('maya', true);
    expect(after(500)).toEqual([1, 0]);
    callers.note('maya', true);
    expect(after(999)).toEqual([1, 0]);
    expect(after(1)).toEqual([0, 0]);
    callers.note('maya', true);
    expect(after(0)).toEqual([1, 0]);
  });

  it('counts accepted callers and others apart, by what was said of them last', () => {
    const { callers, after } = present();
    callers.note('maya', false);
    expect(after(0)).toEqual([0, 1]);
    callers.note('maya', true);
    expect(after(0)).toEqual([1, 0]);
    callers.note('jonas', true);
    callers.note('maya', false);
    callers.note('zoe', false);
    expect(after(999)).toEqual([1, 2]);
    expect(after(1)).toEqual([0, 0]);
  });

  it('forgets each a second after their own latest call, in whatever order they called', () => {
    const { callers, clock, after } = present();
    for (const caller of ['maya', 'jonas', 'maya', 'maya', 'zoe']) {
      callers.note(caller, caller !== 'zoe');
      clock.move(100);
    }
    // Jonas called last at 100, Maya at 300, Zoe at 400; it is 500.
    expect([after(599), after(1), after(199), after(1), after(99), after(1)]).toEqual([
      [2, 1],
      [1, 1],
      [1, 1],
      [0, 1],
      [0, 1],
      [0, 0],
    ]);
  });

  it('forgets those who are absent with the next caller’s call', () => {
    const { callers, clock } = present();
    callers.note('maya', true);
    callers.note('jonas', false);
    clock.move(1000);
    callers.note('zoe', true);
    expect([callers.accepted, callers.unaccepted]).toEqual([1, 0]);
  });
});
