import type { Clock } from '../../src/upstream/clock.ts';

/** When a manual clock begins, in epoch milliseconds. */
export const clockStart = 1_800_000_000_000;

export interface ManualClock extends Clock {
  move(ms: number): void;
}

/** A clock that stands still until it is moved. */
export function manualClock(): ManualClock {
  let now = clockStart;
  const timers = new Set<{ at: number; callback: () => void }>();
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + ms, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    move(ms) {
      now += ms;
      for (const timer of [...timers].filter(({ at }) => at <= now)) {
        timers.delete(timer);
        timer.callback();
      }
    },
  };
}
