import { expect, it } from 'vitest';
import { RateLimits, type Reservation } from '../../../src/upstream/rate-limit/rate-limits.ts';
import type { Grants, SharedStore } from '../../../src/upstream/rate-limit/shared-store.ts';
import { WorkspaceClock } from '../../../src/upstream/rate-limit/workspace-clock.ts';
import { askedWindow, granting } from '../../support/asked-window.ts';
import { idleStore } from '../../support/idle-store.ts';
import { clockStart, manualClock } from '../../support/manual-clock.ts';
import { stateOf } from '../../support/reservation-state.ts';

const window = { limit: 10, remaining: 3, endsAt: clockStart + 60_000, isEndKnown: true };
const none: Grants = granting({ window, askAgainMs: 25 });
const reset = String(clockStart + 60_000);
const counted = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': reset };

/** A replica where maya's calls are counted and those of a bot are not. The test gives what the store grants. */
async function open() {
  const clock = manualClock();
  const { window: sharedWindow, asked } = askedWindow();
  const store: SharedStore & { isAway: boolean } = idleStore({ windowOf: () => sharedWindow });
  const workspaceClock = new WorkspaceClock(clock);
  const limits = new RateLimits({ clock, workspaceClock, userOf: (key) => key, usualResponseMs: () => 1000, store });
  const enter = (key: string) => limits.enter('me', { key, address: undefined }, clockStart + 90_000);
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  const grant = async (key: string, ...leases: string[]) => {
    await settle();
    asked.pop()?.reply({ ...none, leases: new Map([[key, leases]]) });
    await settle();
  };
  const end = (reservation: Reservation, headers: Record<string, string>) => {
    expect(reservation.send()).toBe(true);
    reservation.exit({ headers, limiter: 'passed' });
  };
  for (const [key, headers] of [
    ['maya', counted],
    ['bot', {}],
  ] as const) {
    const reservation = enter(key);
    await grant(key, `${key}:1`);
    expect(await stateOf(reservation)).toBe('came');
    end(reservation, headers);
  }
  /** A call of the bot, which needs nothing of the store. */
  const pass = () => {
    const reservation = enter('bot');
    expect(reservation.ready).toBe(undefined);
    end(reservation, {});
  };
  return { clock, store, limits, asked, enter, grant, settle, pass };
}

it('A call waits on in a shared window while exempt users have responses, and the store hears how long', async () => {
  const { clock, asked, enter, grant, settle, pass } = await open();
  const reservation = enter('maya');
  await grant('maya');
  const waited: (number | undefined)[] = [];
  for (let time = 0; time < 20; time += 1) {
    clock.move(5);
    pass();
    await settle();
    for (const { asks, reply } of asked.splice(0)) {
      waited.push(asks[0]?.waitedMs);
      reply(none);
    }
    await settle();
  }
  // One ask each 25 ms, and none for each response.
  expect(waited).toEqual([25, 50, 75, 100]);
  clock.move(25);
  await grant('maya', 'maya:2');
  expect(await stateOf(reservation)).toBe('came');
  expect(reservation.send()).toBe(true);
});

it('Calls that wait in a shared window go as soon as a response shows that their user is exempt', async () => {
  const { asked, enter, grant } = await open();
  const first = enter('admin');
  await grant('admin', 'admin:1');
  expect(await stateOf(first)).toBe('came');
  const [second, counts] = [enter('admin'), enter('maya')];
  await grant('admin');
  first.send();
  first.exit({ headers: {}, limiter: 'passed' });
  expect(await stateOf(second)).toBe('came');
  expect([second.send(), counts.leave(), asked.length]).toEqual([true, true, 1]);
});

it('A call that waits while the store is lost and comes back has waited since it came', async () => {
  const { clock, store, limits, asked, enter, settle } = await open();
  const reservation = enter('maya');
  await settle();
  asked.pop()?.reply({ ...none, window: { ...window, remaining: 0 } });
  await settle();
  for (const isAway of [true, false]) {
    clock.move(20);
    store.isAway = isAway;
    limits.storeChanged();
    await settle();
  }
  expect(asked.map(({ asks }) => asks)).toEqual([[{ turnKey: 'maya', calls: 1, waitedMs: 40, leftMs: 89_960 }]]);
  expect(reservation.leave()).toBe(true);
});
