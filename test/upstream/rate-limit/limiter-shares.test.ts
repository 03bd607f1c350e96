import { describe, expect, it } from 'vitest';
import type { SharedWindowState } from '../../../src/upstream/rate-limit/shared-store.ts';
import {
  counted,
  end,
  limiterAt,
  passed,
  start,
  stateOf,
  statesOf,
  times,
  type Entered,
} from '../../support/limiter-at.ts';

/** One who has had a response without headers while others have two calls left, and has more calls out than that. */
function withBot() {
  const made = limiterAt();
  made.learn(counted(2));
  made.learn(passed, 'bot');
  for (const { call } of times(5, () => made.enter('bot'))) made.limiter.send(call);
  return made;
}

describe('Calls of an exempt user', () => {
  it('take no room from others, who enter and go out while they are on the wire', async () => {
    const { limiter, enter } = withBot();
    const [one, two, three] = ['a', 'b', 'c'].map((name) => enter(name)) as [Entered, Entered, Entered];
    expect(await statesOf([one, two, three])).toEqual(['now', 'now', 'waits']);
    expect([limiter.send(one.call), limiter.send(two.call)]).toEqual([true, true]);
  });

  it('take no room from others when they waited until their user was known to be exempt', async () => {
    const { limiter, enter, learn, send } = limiterAt();
    learn(counted(1));
    const running = send('bot');
    const waiting = ['bot', 'a', 'bot'].map((name) => enter(name));
    limiter.exit(running, passed);
    expect(await statesOf(waiting)).toEqual(['came', 'came', 'came']);
  });
});

describe('What a limiter knows of its window, for others', () => {
  it('leaves out the calls that are on the wire', () => {
    const { limiter, learn, send } = limiterAt();
    learn(counted(7));
    send('a');
    send('b');
    expect(limiter.knownWindow).toEqual({ limit: 10, remaining: 5, endsAt: end, isEndKnown: true });
  });
});

/** Two replicas, and a window that has four calls left: two are this one's, and have their turns. */
function halfOfFour() {
  const made = limiterAt({ sharers: () => 2 });
  made.learn(counted(4), 'first');
  const calls = ['a', 'b'].map((name) => made.enter(name).call);
  expect(made.limiter.allows('c', 1)).toBe(false);
  return { ...made, calls };
}

describe('A share of a window whose store is away', () => {
  it('is all that its calls get', async () => {
    const { enter } = halfOfFour();
    expect(await stateOf(enter('c'))).toBe('waits');
  });

  it('is open again for a call when another was not sent', () => {
    const { limiter, calls } = halfOfFour();
    for (const call of calls.slice(0, 1)) limiter.giveBack(call);
    expect([limiter.allows('c', 1), limiter.allows('c', 2)]).toEqual([true, false]);
  });

  it('begins anew when the store was there in between', () => {
    const { limiter } = halfOfFour();
    limiter.storeChanged();
    expect([limiter.allows('c', 2), limiter.allows('c', 3)]).toEqual([true, false]);
  });
});

describe('Calls that wait for a window when the store is lost or back', () => {
  it('leave the queue, and no timer runs on for them', async () => {
    const { limiter, enter, learn, send, running: timers } = limiterAt();
    learn(counted(1));
    const running = send('first');
    const waiting = enter('first');
    limiter.storeChanged();
    expect([await stateOf(waiting), waiting.turn?.leave(), timers.size]).toEqual(['odd', false, 0]);
    limiter.giveBack(running);
    expect(limiter.isIdle).toBe(true);
  });
});

describe('A call that has its turn in the window that replicas share', () => {
  it('counts before it is sent', () => {
    const { limiter, learn } = limiterAt();
    learn(counted(1));
    const call = limiter.admit({ turnKey: 'a', user: 'a' });
    expect([limiter.isIdle, limiter.allows('b', 1)]).toEqual([false, false]);
    limiter.giveBack(call);
    expect([limiter.isIdle, limiter.allows('b', 1)]).toEqual([true, true]);
  });

  it('is its caller’s first in a new window, so that further ones yield when the store is lost', async () => {
    const { limiter, clock, enter, learn } = limiterAt();
    learn(counted(9), 'a');
    clock.move(60_020);
    limiter.admit({ turnKey: 'a', user: 'a' });
    expect(await statesOf([enter('b'), enter('a')])).toEqual(['now', 'waits']);
  });
});

describe('What other replicas learnt of a window', () => {
  const open = { limit: 10, remaining: 6, endsAt: end, isEndKnown: true };
  const notBegun: SharedWindowState = { limit: 10, remaining: 8, endsAt: undefined, isEndKnown: false };

  it('exempts nobody whose call was sent while the limiter seemed off', () => {
    const { limiter, learn, send, clock } = limiterAt();
    learn(passed);
    const early = send('a');
    clock.move(10);
    limiter.learnShared(open);
    learn(counted(5), 'b');
    limiter.exit(early, passed);
    expect(limiter.isExempt('a')).toBe(false);
  });

  it('hides no exemption when it comes again while a call is on its way', () => {
    const { limiter, learn, send, clock } = limiterAt();
    learn(counted(9));
    const call = send('bot');
    clock.move(10);
    limiter.learnShared(open);
    limiter.exit(call, passed);
    expect(limiter.isExempt('bot')).toBe(true);
  });

  it('changes nothing while the store does not know what is left', () => {
    const { limiter, learn } = limiterAt();
    learn(counted(3));
    limiter.learnShared({ limit: 10, remaining: undefined, endsAt: undefined, isEndKnown: false });
    expect(limiter.window).toEqual({ limit: 10, remaining: 3, resetAt: end });
  });

  it('ends a window: the next one has yet to begin', () => {
    const { limiter, learn } = limiterAt();
    learn(counted(0));
    limiter.learnShared(notBegun);
    expect([limiter.window, limiter.allows('a', 8), limiter.allows('a', 9)]).toEqual([undefined, true, false]);
  });

  it('is no window for a replica that knows none: one call goes first', async () => {
    const { limiter, enter } = limiterAt();
    limiter.learnShared(notBegun);
    expect(await statesOf([enter('a'), enter('b')])).toEqual(['now', 'waits']);
  });

  it('is the same window while it has not begun, so that callers who had their turns yield', async () => {
    const { limiter, clock, enter, learn } = limiterAt();
    learn(counted(0));
    clock.move(60_020);
    expect(await statesOf([enter('a'), enter('b')])).toEqual(['now', 'now']);
    limiter.learnShared(notBegun);
    expect(await stateOf(enter('a'))).toBe('waits');
  });
});

describe('A response without headers on a replica that had none itself', () => {
  const open: SharedWindowState = { limit: 10, remaining: 6, endsAt: end, isEndKnown: true };
  const notBegun: SharedWindowState = { limit: 10, remaining: 10, endsAt: undefined, isEndKnown: false };
  const guessed: SharedWindowState = { limit: 1, remaining: 0, endsAt: start + 500, isEndKnown: false };
  const quarterHour = 15 * 60_000;

  it.each<[string, readonly SharedWindowState[], number, boolean]>([
    ['others have a window', [open], 0, true],
    ['the window of others is over', [open], 60_020, true],
    ['the window of others is over, and the next has not begun', [open, notBegun], 60_020, true],
    ['the window of others has not begun', [notBegun], 0, true],
    ['others had headers less than 15 minutes ago', [open], quarterHour - 1, true],
    ['nobody had headers for 15 minutes', [open], quarterHour, false],
    ['nobody had headers for 15 minutes, and the next window has not begun', [open, notBegun], quarterHour, false],
    ['others had nothing but a refusal without them', [guessed], 600, false],
  ])('shows that its user is exempt, or that the limiter is off: %s', (_name, windows, laterMs, isOn) => {
    const { limiter, clock, send } = limiterAt();
    const [first, ...others] = windows;
    if (first !== undefined) limiter.learnShared(first);
    clock.move(laterMs);
    for (const window of others) limiter.learnShared(window);
    limiter.exit(send('bot'), passed);
    expect([limiter.isExempt('bot'), limiter.counts('other')]).toEqual([isOn, isOn]);
  });
});
