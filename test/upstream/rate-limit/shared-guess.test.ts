import { describe, expect, it } from 'vitest';
import { RateLimits } from '../../../src/upstream/rate-limit/rate-limits.ts';
import type { LearntWindow, SharedStore, SharedWindowState } from '../../../src/upstream/rate-limit/shared-store.ts';
import { WorkspaceClock } from '../../../src/upstream/rate-limit/workspace-clock.ts';
import { idleWindow } from '../../support/idle-store.ts';
import { clockStart, manualClock } from '../../support/manual-clock.ts';
import { stateOf } from '../../support/reservation-state.ts';

/** A replica, and a store that knows this window of it. */
function open(window: SharedWindowState) {
  const clock = manualClock();
  const told: LearntWindow[] = [];
  const store: SharedStore & { isAway: boolean } = {
    isAway: false,
    replicas: 2,
    leaseMs: 300,
    replyMs: 20,
    windowOf: () =>
      idleWindow({
        take: async () => ({
          window,
          opensInMs: undefined,
          askAgainMs: 25,
          leases: new Map([['maya', ['r:1']]]),
          spare: [],
        }),
        learn: (_lease, learnt) => void told.push(learnt),
      }),
  };
  const workspaceClock = new WorkspaceClock(clock);
  const limits = new RateLimits({ clock, workspaceClock, userOf: (key) => key, usualResponseMs: () => 1000, store });
  const enter = () => limits.enter('me', { key: 'maya', address: undefined }, clockStart + 10_000);
  const become = (isAway: boolean) => {
    store.isAway = isAway;
    limits.storeChanged();
  };
  return {
    clock,
    enter,
    become,
    /** The replica hears of the window. */
    hear: async () => {
      const reservation = enter();
      expect(await stateOf(reservation)).toBe('came');
      reservation.giveBack();
    },
    /** What the replica tells a store that is back after an outage. */
    taught: () => {
      become(true);
      told.length = 0;
      become(false);
      return told;
    },
  };
}

const guessed = { limit: 10, remaining: 7, endsAt: clockStart + 3000, isEndKnown: false };

describe('An end of a shared window that somebody guessed', () => {
  it('is taught as a guess, and one that the workspace named is not', async () => {
    for (const isEndKnown of [false, true]) {
      const { hear, taught } = open({ ...guessed, isEndKnown });
      await hear();
      expect(taught()).toEqual([{ ...guessed, endsInMs: 3000, isEndKnown }]);
    }
  });

  it.each([
    [false, [true, false]],
    [true, [true, true]],
  ])('opens the next window for one call only, unless the workspace named it: %s', async (isEndKnown, goes) => {
    const { clock, hear, become, enter } = open({ ...guessed, isEndKnown });
    await hear();
    clock.move(4000);
    become(true);
    const calls = [enter(), enter()];
    expect(calls.map(({ ready }) => ready === undefined)).toEqual(goes);
    for (const call of calls) call.leave();
  });

  it('gives way to the one that the workspace named', async () => {
    const { hear, enter, taught } = open(guessed);
    const first = enter();
    expect(await stateOf(first)).toBe('came');
    first.send();
    const headers = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '8' };
    first.exit({ headers: { ...headers, 'x-ratelimit-reset': String(clockStart + 5000) }, limiter: 'passed' });
    await hear();
    expect(taught()).toEqual([{ ...guessed, endsAt: clockStart + 5000, endsInMs: 5000, isEndKnown: true }]);
  });

  it('says nothing when it is over already', async () => {
    const { clock, hear, taught } = open(guessed);
    clock.move(3000);
    await hear();
    expect(taught()).toEqual([]);
  });
});
