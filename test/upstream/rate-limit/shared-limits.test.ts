import { describe, expect, it } from 'vitest';
import { RateLimits, type LimitedResponse } from '../../../src/upstream/rate-limit/rate-limits.ts';
import type { Grants, SharedStore } from '../../../src/upstream/rate-limit/shared-store.ts';
import { WorkspaceClock } from '../../../src/upstream/rate-limit/workspace-clock.ts';
import { idleWindow } from '../../support/idle-store.ts';
import { clockStart, manualClock } from '../../support/manual-clock.ts';

const before: LimitedResponse = { headers: {}, limiter: 'before' };
const counted: LimitedResponse = {
  headers: {
    'x-ratelimit-limit': '10',
    'x-ratelimit-remaining': '7',
    'x-ratelimit-reset': String(clockStart + 60_000),
  },
  limiter: 'passed',
};

/** Limits of one replica, and a store whose replies the test gives. It notes the windows that it is asked for, by key. */
function open() {
  const clock = manualClock();
  const windows: string[] = [];
  const asks: ((grants: Grants) => void)[] = [];
  const givenBack: string[] = [];
  const store: SharedStore & { isAway: boolean } = {
    isAway: false,
    replicas: 2,
    leaseMs: 300,
    replyMs: 20,
    windowOf: (key) => {
      windows.push(key);
      return idleWindow({
        take: () =>
          new Promise((resolve) => {
            asks.push(resolve);
          }),
        giveBack: (leases) => void givenBack.push(...leases),
      });
    },
  };
  const workspaceClock = new WorkspaceClock(clock);
  const limits = new RateLimits({ clock, workspaceClock, userOf: (key) => key, usualResponseMs: () => 1000, store });
  const enter = (address?: string) => limits.enter('me', { key: 'maya', address }, clockStart + 10_000);
  /** The store replies to the ask under way, for one call of Maya’s. */
  const grant = async (spare: readonly string[] = []): Promise<void> => {
    await moment();
    const leases = new Map([['maya', ['r:1']]]);
    asks.pop()?.({ window: undefined, opensInMs: undefined, askAgainMs: 25, leases, spare });
    await moment();
  };
  return { store, windows, asks, givenBack, limits, enter, grant };
}

const moment = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

describe('Rate limits of a replica', () => {
  it('have a window of the store for each endpoint, and for each forwarded address', () => {
    const { windows, enter } = open();
    for (const address of [undefined, '192.0.2.1', undefined, '192.0.2.1']) enter(address);
    expect(windows).toEqual(['me', 'me 192.0.2.1']);
  });

  it('give back the spare leases when the replica stops', async () => {
    const { limits, givenBack, enter, grant } = open();
    enter();
    await grant(['r:2', 'r:3']);
    expect(givenBack).toEqual([]);
    limits.close();
    expect(givenBack).toEqual(['r:2', 'r:3']);
  });

  it('forget a window whose calls taught nothing, but not while a call waits for it', async () => {
    const { windows, asks, enter, grant } = open();
    const first = enter();
    const second = enter();
    await grant();
    await first.ready;
    first.send();
    first.exit(before);
    await moment();
    const third = enter();
    await moment();
    // All wait for one and the same reply.
    expect([windows, asks.length]).toEqual([['me'], 1]);
    expect([second.leave(), third.leave()]).toEqual([true, true]);
  });

  it('forget a window whose only call taught nothing', async () => {
    const { windows, enter, grant } = open();
    const only = enter();
    await grant();
    await only.ready;
    only.send();
    only.exit(before);
    enter();
    expect(windows).toEqual(['me', 'me']);
  });

  it('forget the least recently used of 10,000 windows for which no call waits', () => {
    const { store, windows, enter } = open();
    enter('waiting');
    store.isAway = true;
    for (let index = 0; index < 10_000; index += 1) {
      const call = enter(`address ${index}`);
      call.send();
      call.exit(counted);
    }
    windows.length = 0;
    enter('waiting');
    enter('address 1');
    expect(windows).toEqual([]);
    enter('address 0');
    expect(windows).toEqual(['me address 0']);
  });
});
