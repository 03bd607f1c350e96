import { describe, expect, it } from 'vitest';
import { RateLimits, type LimitedResponse, type Reservation } from '../../../src/upstream/rate-limit/rate-limits.ts';
import type { Grants, SharedStore } from '../../../src/upstream/rate-limit/shared-store.ts';
import { WorkspaceClock } from '../../../src/upstream/rate-limit/workspace-clock.ts';
import { askedWindow, granting } from '../../support/asked-window.ts';
import { idleStore } from '../../support/idle-store.ts';
import { clockStart, manualClock } from '../../support/manual-clock.ts';
import { settle, stateOf } from '../../support/reservation-state.ts';

const counted = (remaining: number): LimitedResponse => ({
  headers: {
    'x-ratelimit-limit': '10',
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(clockStart + 60_000),
  },
  limiter: 'passed',
});

/** A replica; the test replies for its store. */
function open() {
  const clock = manualClock();
  const { window, asked, told } = askedWindow();
  const store: SharedStore & { isAway: boolean } = idleStore({ windowOf: () => window });
  const workspaceClock = new WorkspaceClock(clock);
  const limits = new RateLimits({ clock, workspaceClock, userOf: (key) => key, usualResponseMs: () => 1000, store });
  const enter = (key: string, leftMs = 90_000) => limits.enter('me', { key, address: undefined }, clock.now() + leftMs);
  const reply = async (grants: Partial<Grants> = {}) => {
    await settle();
    for (const each of asked.splice(0)) each.reply(granting(grants));
    await settle();
  };
  return {
    clock,
    asked,
    told,
    limits,
    enter,
    reply,
    become: (isAway: boolean) => {
      store.isAway = isAway;
      limits.storeChanged();
    },
    /** Calls to which the store gave leases, in one ask. */
    leased: async (...keys: string[]): Promise<Reservation[]> => {
      const calls = keys.map((key) => enter(key));
      await reply({ leases: new Map(keys.map((key) => [key, [`lease of ${key}`]])) });
      return calls;
    },
  };
}

describe('A call with a lease', () => {
  it('goes out even when a response has shown meanwhile that nothing is left', async () => {
    const { leased } = open();
    const [first, second] = await leased('maya', 'otto');
    first?.send();
    first?.exit(counted(0));
    expect(second?.send()).toBe(true);
  });

  it('lets others ask at once when it gives its lease back', async () => {
    const { told, asked, enter, leased, reply } = open();
    const [first] = await leased('maya');
    const waiting = enter('otto');
    await reply();
    first?.giveBack();
    await settle();
    expect([told, asked.length]).toEqual([[['back', 'lease of maya']], 1]);
    expect(waiting.leave()).toBe(true);
  });

  it('leaves its spare ones to others when the replica stops', async () => {
    const { told, limits, enter, reply } = open();
    enter('maya');
    await reply({ leases: new Map([['maya', ['r:1']]]), spare: ['r:2', 'r:3'] });
    const next = enter('otto');
    expect([await stateOf(next), next.send()]).toEqual(['now', true]);
    limits.close();
    expect(told).toEqual([
      ['use', 'r:3', 'otto'],
      ['back', 'r:2'],
    ]);
  });
});

describe('A call without a lease', () => {
  it.each<[string, LimitedResponse | undefined]>([
    ['says what is left', counted(7)],
    ['never came', undefined],
  ])('that went while the store was away lets others ask at once when its response %s', async (_name, response) => {
    const { asked, enter, reply, become } = open();
    become(true);
    const alone = enter('maya');
    expect([await stateOf(alone), alone.send()]).toEqual(['now', true]);
    become(false);
    const waiting = enter('otto');
    await reply();
    alone.exit(response);
    await settle();
    expect([asked.length, waiting.leave()]).toEqual([1, true]);
  });

  it('that leaves is not asked for any more', async () => {
    const { clock, asked, enter, reply } = open();
    const [first] = [enter('maya'), enter('maya')];
    await reply();
    expect(first.leave()).toBe(true);
    clock.move(40);
    await settle();
    expect(asked.map(({ asks }) => asks)).toMatchObject([[{ turnKey: 'maya', calls: 1 }]]);
  });

  it('that leaves the moment the store is lost is told that it was cancelled', async () => {
    const { enter, become } = open();
    const waiting = enter('maya');
    await settle();
    become(true);
    expect(waiting.leave()).toBe(true);
    expect(await stateOf(waiting)).toBe('cancelled');
  });

  it('goes alone as soon as the store is known to be lost, though its ask has no reply', async () => {
    const { asked, enter, become } = open();
    const waiting = enter('maya');
    await settle();
    become(true);
    expect([await stateOf(waiting), asked.length, waiting.send()]).toEqual(['came', 1, true]);
  });

  it('hears that the store is lost also when meanwhile a call ended that taught nothing', async () => {
    const { enter, leased, become } = open();
    const [first] = await leased('maya');
    const waiting = enter('otto');
    await settle();
    first?.send();
    first?.exit({ headers: {}, limiter: 'before' });
    become(true);
    expect(await stateOf(waiting)).toBe('came');
  });

  it('is refused with the name of the endpoint when its window opens too late', async () => {
    const { enter, reply } = open();
    const waiting = enter('maya', 500);
    await reply({ opensInMs: 60_000 });
    expect(await stateOf(waiting)).toMatch(/^RATE_LIMITED: .*\bme\b/);
  });

  it('is refused with the name of the endpoint when 256 wait there', async () => {
    const { enter } = open();
    for (let count = 0; count < 256; count += 1) enter('maya');
    expect(await stateOf(enter('maya'))).toMatch(/^OVERLOADED: .*\bme\b/);
  });
});
