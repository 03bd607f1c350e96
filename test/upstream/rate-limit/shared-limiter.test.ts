import { describe, expect, it } from 'vitest';
import { RateLimits, type LimitedResponse, type Reservation } from '../../../src/upstream/rate-limit/rate-limits.ts';
import type { Grants, LearntWindow, SharedStore } from '../../../src/upstream/rate-limit/shared-store.ts';
import { WorkspaceClock } from '../../../src/upstream/rate-limit/workspace-clock.ts';
import { askedWindow, granting } from '../../support/asked-window.ts';
import { idleStore } from '../../support/idle-store.ts';
import { clockStart, manualClock } from '../../support/manual-clock.ts';
import { stateOf } from '../../support/reservation-state.ts';

/** Limits of one replica, and a store whose replies the test gives. */
function open() {
  const clock = manualClock();
  const { window, asked, told } = askedWindow();
  const store: SharedStore & { isAway: boolean } = idleStore({ windowOf: () => window });
  const workspaceClock = new WorkspaceClock(clock);
  const userOf = (key: string) => key;
  const limits = new RateLimits({ clock, workspaceClock, userOf, usualResponseMs: () => 1000, store });
  const enter = (address?: string) => limits.enter('me', { key: 'maya', address }, clockStart + 10_000);
  return { clock, store, told, asked, limits, enter };
}

const leasing = (...leases: string[]): Grants => granting({ askAgainMs: 25, leases: new Map([['maya', leases]]) });

const limitOnly = { 'x-ratelimit-limit': '10' };

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
};

/** A call that the store has let go. */
async function admitted({ asked, enter }: Pick<ReturnType<typeof open>, 'asked' | 'enter'>): Promise<Reservation> {
  const reservation = enter();
  await turns(3);
  asked.pop()?.reply(leasing('r:1'));
  expect(await stateOf(reservation)).toBe('came');
  return reservation;
}

/** Calls can leave from the first moment on, and not at the last; whoever cannot leave any more never can again. */
function expectLeavingToEnd(hasLeftAfter: readonly boolean[]): void {
  expect([hasLeftAfter[0], hasLeftAfter.at(-1)]).toEqual([true, false]);
  expect(hasLeftAfter.lastIndexOf(true)).toBeLessThan(hasLeftAfter.indexOf(false));
}

describe('A call before a shared window', () => {
  it('gives its lease back when it leaves a moment after the store replied, until it has its turn', async () => {
    const hasLeftAfter: boolean[] = [];
    for (let count = 0; count < 12; count += 1) {
      const { told, asked, enter } = open();
      const reservation = enter();
      await turns(3);
      asked.pop()?.reply(leasing('r:1'));
      await turns(count);
      const hasLeft = reservation.leave();
      await turns(20);
      expect([count, told]).toEqual([count, hasLeft ? [['back', 'r:1']] : []]);
      expect(reservation.leave()).toBe(false);
      hasLeftAfter.push(hasLeft);
      if (!hasLeft) expect(await stateOf(reservation)).toBe('came');
      expect(hasLeft || reservation.send()).toBe(true);
    }
    expectLeavingToEnd(hasLeftAfter);
  });

  it('is gone when it leaves a moment after the store was lost, until it goes alone', async () => {
    const hasLeftAfter: boolean[] = [];
    for (let count = 0; count < 8; count += 1) {
      const { store, told, asked, enter } = open();
      const reservation = enter();
      await turns(3);
      store.isAway = true;
      asked.pop()?.reply(undefined);
      await turns(count);
      const hasLeft = reservation.leave();
      await turns(20);
      expect(reservation.leave()).toBe(false);
      hasLeftAfter.push(hasLeft);
      expect(hasLeft || reservation.send()).toBe(true);
      expect([count, told]).toEqual([count, []]);
    }
    expectLeavingToEnd(hasLeftAfter);
  });

  it('goes when the store knows a limit, but not what is left', async () => {
    const { limits, asked, enter } = open();
    const reservation = enter();
    await turns(3);
    asked.pop()?.reply({
      ...leasing('r:1'),
      window: { limit: 10, remaining: undefined, endsAt: undefined, isEndKnown: false },
    });
    expect(await stateOf(reservation)).toBe('came');
    expect(reservation.send()).toBe(true);
    expect(limits.windows()).toEqual([]);
  });

  it.each<[string, Record<string, string>, 'passed' | 'refused', Partial<LearntWindow> | undefined]>([
    [
      'what headers say',
      { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': String(clockStart + 5000) },
      'passed',
      { limit: 10, remaining: 7, endsAt: clockStart + 5000, endsInMs: 5000, isEndKnown: true },
    ],
    [
      'a window without an end',
      { 'x-ratelimit-remaining': '7' },
      'passed',
      { limit: undefined, remaining: 7, endsInMs: 1000, isEndKnown: false },
    ],
    ['a refusal without headers', {}, 'refused', { limit: undefined, remaining: 0, endsInMs: 3000, isEndKnown: false }],
    ['a refusal with headers', { 'x-ratelimit-limit': '5' }, 'refused', { limit: 5, remaining: 0 }],
  ])('tells the store %s', async (_name, headers, limiter, window) => {
    const opened = open();
    const reservation = await admitted(opened);
    reservation.send();
    reservation.exit({ headers, limiter, refusedUntil: clockStart + 3000 });
    expect(opened.told).toEqual([['learn', 'r:1', expect.objectContaining(window)]]);
  });

  it.each<[string, LimitedResponse | undefined, string]>([
    ['lost when its response does not say how many are left', { headers: limitOnly, limiter: 'passed' }, 'lost'],
    ['lost when nobody can say whether it was counted', { headers: {}, limiter: 'unknown' }, 'lost'],
    ['lost when no response came', undefined, 'lost'],
    ['not made when the limiter let it pass uncounted', { headers: {}, limiter: 'passed' }, 'back'],
    ['not made when it was refused before the limiter', { headers: {}, limiter: 'before' }, 'back'],
  ])('counts as %s', async (_name, response, how) => {
    const opened = open();
    const reservation = await admitted(opened);
    reservation.send();
    reservation.exit(response);
    expect(opened.told).toEqual([[how, 'r:1']]);
  });

  it('tells nothing of a lease that it did not need, and teaches the window that it learnt alone', async () => {
    const { store, limits, told, enter } = open();
    store.isAway = true;
    const first = enter();
    const second = enter();
    expect([first.ready, second.ready]).toEqual([undefined, undefined]);
    first.send();
    second.send();
    first.exit({ headers: {}, limiter: 'unknown' });
    expect(told).toEqual([]);
    second.exit({
      headers: {
        'x-ratelimit-limit': '10',
        'x-ratelimit-remaining': '7',
        'x-ratelimit-reset': String(clockStart + 5000),
      },
      limiter: 'passed',
    });
    // One call may have been counted without a word.
    const known = { limit: 10, remaining: 6, endsAt: clockStart + 5000, endsInMs: 5000, isEndKnown: true };
    told.length = 0;
    store.isAway = false;
    limits.storeChanged();
    expect(told).toEqual([['learn', undefined, known]]);
  });

  it.each([
    ['that is open', 0, { remaining: 7, endsAt: clockStart + 5000, endsInMs: 5000 }],
    ['whose next has yet to begin', 6000, { remaining: 10, endsAt: 0 }],
  ])('teaches a store that was emptied the window %s, before it goes', async (_name, laterMs, window) => {
    const opened = open();
    const { clock, told, asked, enter } = opened;
    const first = await admitted(opened);
    first.send();
    first.exit({
      headers: {
        'x-ratelimit-limit': '10',
        'x-ratelimit-remaining': '7',
        'x-ratelimit-reset': String(clockStart + 5000),
      },
      limiter: 'passed',
    });
    told.length = 0;
    clock.move(laterMs);
    const second = enter();
    await turns(3);
    asked.pop()?.reply(leasing('r:2'));
    await turns(3);
    expect(told).toEqual([
      ['learn', undefined, expect.objectContaining({ limit: 10, ...window })],
      ['back', 'r:2'],
    ]);
    // It still knows nothing: it may be another's turn to tell it.
    asked.pop()?.reply(leasing('r:3'));
    expect(await stateOf(second)).toBe('came');
    expect([second.send(), told.length]).toEqual([true, 2]);
  });

  it('does not flood a store that is back with all windows that it knows', async () => {
    const { store, limits, told, enter } = open();
    store.isAway = true;
    for (let address = 0; address < 600; address += 1) {
      const reservation = enter(`192.0.2.${address}`);
      reservation.send();
      const headers = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '7' };
      reservation.exit({ headers: { ...headers, 'x-ratelimit-reset': String(clockStart + 5000) }, limiter: 'passed' });
    }
    told.length = 0;
    store.isAway = false;
    limits.storeChanged();
    expect(told).toHaveLength(500);
  });

  it('goes another time when responses have taken back the turn that it had while the store was away', async () => {
    const { store, enter } = open();
    store.isAway = true;
    const first = enter();
    const second = enter();
    first.send();
    first.exit({
      headers: {
        'x-ratelimit-limit': '10',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(clockStart + 5000),
      },
      limiter: 'passed',
    });
    expect(second.send()).toBe(false);
    second.giveBack();
  });
});
