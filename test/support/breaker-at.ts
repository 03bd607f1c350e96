import { Breaker, type CallOutcome } from '../../src/upstream/transport/breaker.ts';
import { manualClock } from './manual-clock.ts';

/** A breaker on a manual clock; `random` 0.5 makes its times exact. */
export function breakerAt(random = 0.5) {
  const clock = manualClock();
  const breaker = new Breaker(clock, () => random);
  const call = (outcome: CallOutcome, user = 'maya', endpoint = 'im.list'): boolean => {
    const era = breaker.admit();
    if (era === undefined) return false;
    breaker.exit(era, outcome, { user, endpoint });
    return true;
  };
  const calls = (count: number, outcome: CallOutcome) =>
    Array.from({ length: count }, () => call(outcome)).filter(Boolean).length;
  return { clock, breaker, call, calls };
}

/** The same, half-open. */
export function halfOpen() {
  const opened = breakerAt();
  opened.calls(20, 'failure');
  opened.clock.move(5000);
  return opened;
}
