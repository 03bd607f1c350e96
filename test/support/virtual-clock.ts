import type { Clock } from '../../src/upstream/clock.ts';
import { clockStart } from './manual-clock.ts';

/** Timers that go off in one run, at most: the longest of the models has some 2000. */
const maxTimers = 100_000;

/** A clock that jumps from one timer to the next: hours of a model pass in a moment, always in the same order. */
export function virtualClock(): Clock & { run(): Promise<void> } {
  let now = clockStart;
  let serial = 0;
  let timers: { readonly at: number; readonly serial: number; readonly callback: () => void }[] = [];
  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + ms, serial: (serial += 1), callback };
      timers.push(timer);
      return () => void (timers = timers.filter((each) => each !== timer));
    },
    /** Runs until no timer is left. Promises settle between two timers. Fails where there is no end to them. */
    async run() {
      for (let count = 0; timers.length > 0; count += 1) {
        if (count === maxTimers) throw new Error(`No end after ${count} timers: somebody sets the next for ever.`);
        const next = timers.reduce((first, each) =>
          each.at < first.at || (each.at === first.at && each.serial < first.serial) ? each : first,
        );
        timers = timers.filter((each) => each !== next);
        now = Math.max(now, next.at);
        next.callback();
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
    },
  };
}
