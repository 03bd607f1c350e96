import { describe, expect, it } from 'vitest';
import type { LimitedCall } from '../../../src/upstream/rate-limit/outstanding-calls.ts';
import {
  counted,
  end,
  far,
  limiterAt,
  lost,
  nothing,
  passed,
  refusedWithoutHeaders,
  start,
  stateOf,
  statesOf,
  times,
  usualResponseMs,
  type Entered,
} from '../../support/limiter-at.ts';

const callOf = (entered: Entered | undefined) => entered?.call as LimitedCall;

describe('The first calls of an endpoint', () => {
  it('hold back a newcomer for as long as a response usually takes, even when they hang', async () => {
    const { clock, limiter, enter } = limiterAt();
    for (const { call } of times(4, () => enter('a'))) limiter.send(call);
    clock.move(usualResponseMs + 1);
    const newcomer = enter('b');
    expect(await stateOf(newcomer)).toBe('waits');
    clock.move(usualResponseMs);
    expect(await stateOf(newcomer)).toBe('came');
    expect(limiter.send(newcomer.call)).toBe(true);
  });

  it('decide a while after the first response without headers, however many follow it', async () => {
    const { clock, limiter, enter } = limiterAt();
    const scouts = times(4, (index) => enter(`scout${index}`));
    for (const { call } of scouts) limiter.send(call);
    const others = times(6, (index) => enter(`other${index}`));
    clock.move(10);
    limiter.exit(callOf(scouts[0]), passed);
    clock.move(40);
    limiter.exit(callOf(scouts[1]), passed);
    expect(await statesOf(others)).toEqual([...times(2, () => 'came'), ...times(4, () => 'waits')]);
    clock.move(10);
    expect(await statesOf(others)).toEqual(times(6, () => 'came'));
  });

  it('leave what the first response taught when the others were not sent', async () => {
    const { clock, limiter, enter, send } = limiterAt();
    const [one, two] = [send('a'), send('b')];
    limiter.exit(one, passed);
    limiter.giveBack(two);
    expect([limiter.isIdle, limiter.isBlank]).toEqual([true, false]);
    clock.move(50);
    expect(await statesOf(times(20, () => enter('c')))).toEqual(times(20, () => 'now'));
  });

  it('exempt a user only until that user gets headers', () => {
    const { limiter, send } = limiterAt();
    const calls = ['bot', 'a', 'bot'].map((name) => send(name));
    limiter.exit(calls[0] as LimitedCall, passed);
    limiter.exit(calls[1] as LimitedCall, counted(8));
    expect(limiter.isExempt('bot')).toBe(true);
    limiter.exit(calls[2] as LimitedCall, counted(7));
    expect(limiter.isExempt('bot')).toBe(false);
  });

  it('keep nothing of callers whom the workspace has not accepted', () => {
    const { limiter, known, learn, send } = limiterAt();
    const calls = ['?a', '?b'].map((name) => send(name));
    limiter.exit(calls[0] as LimitedCall, passed);
    limiter.exit(calls[1] as LimitedCall, counted(8));
    learn(passed, '?c');
    expect(known.size).toBe(0);
  });

  it('count when they are lost: up to 64, which the first headers may not include', () => {
    const { limiter, send, enter } = limiterAt();
    const slow = send('slow');
    for (let round = 0; round < 35; round += 1) {
      const calls = [enter('a'), enter('b')].map(callOf);
      for (const call of calls) limiter.exit(call, lost);
    }
    limiter.exit(slow, counted(99, end, 100));
    expect(limiter.window).toMatchObject({ remaining: 99 - 64 });
  });
});

/** Two callers have had headers, and no longer get them. */
function switchedOff() {
  const made = limiterAt();
  for (const name of ['a', 'b']) made.learn(counted(9), name);
  made.clock.move(1);
  for (const name of ['a', 'b']) made.learn(passed, name);
  return made;
}

describe('A limiter that was switched off', () => {
  it('has no window, and counts nobody', () => {
    const { limiter } = switchedOff();
    expect([limiter.window, limiter.knownWindow]).toEqual([undefined, undefined]);
    expect(['a', 'z', undefined].map((user) => limiter.counts(user))).toEqual([false, false, false]);
  });

  it('exempts nobody by its responses: it may be switched on again', () => {
    const { limiter, learn } = switchedOff();
    learn(passed, 'c');
    learn(counted(9), 'd');
    expect([limiter.isExempt('c'), limiter.counts('c')]).toEqual([false, true]);
  });

  it('lets callers go at once who have had their first turns before that was known', async () => {
    const { limiter, enter, send } = limiterAt();
    const scouts = [send('a'), send('b')];
    const second = enter('a');
    expect(await stateOf(second)).toBe('waits');
    limiter.exit(scouts[1] as LimitedCall, passed);
    limiter.exit(scouts[0] as LimitedCall, nothing);
    expect(await statesOf([second, enter('a'), enter('b')])).toEqual(['came', 'now', 'now']);
  });
});

describe('A response without headers', () => {
  it('exempts its user when the headers of others came after its call was sent', () => {
    const { limiter, learn, send, clock } = limiterAt();
    learn(counted(9));
    const call = send('bot');
    clock.move(1);
    learn(counted(8), 'other');
    limiter.exit(call, passed);
    expect(limiter.isExempt('bot')).toBe(true);
  });

  it('exempts a user whose call was sent in the moment when their headers came', () => {
    const { limiter, learn } = limiterAt();
    learn(counted(9), 'bot');
    learn(passed, 'bot');
    expect(limiter.isExempt('bot')).toBe(true);
  });

  it('does not undo a refusal that came after its call was sent, even when that has ended', async () => {
    const { limiter, enter, send, clock } = limiterAt();
    const [early, other] = [send('a'), send('b')];
    clock.move(10);
    limiter.exit(other, refusedWithoutHeaders(clock.now() + 500));
    clock.move(521);
    limiter.exit(early, passed);
    expect(await statesOf([enter('c'), enter('d')])).toEqual(['now', 'waits']);
  });
});

describe('A window that is used up', () => {
  const soon = start + 1000;
  const usedUp = () => {
    const made = limiterAt();
    made.learn(counted(0));
    return made;
  };

  it('is probed for one caller whom the workspace has not accepted, and for accepted ones besides', async () => {
    const { limiter, enter } = usedUp();
    for (const [name, state] of [
      ['bot', 'now'],
      ['?stranger', 'now'],
      ['?another', 'RATE_LIMITED'],
      ['other bot', 'now'],
    ] as const) {
      const entered = enter(name, soon);
      expect([name, await stateOf(entered)]).toEqual([name, state]);
      if (state === 'now') limiter.exit(entered.call, nothing);
    }
  });

  it.each([
    ['found an exempt user', passed],
    ['were not sent', undefined],
  ])('is probed as often as its probes %s', async (_name, report) => {
    const { limiter, enter } = usedUp();
    const states = [];
    for (let probe = 0; probe < 5; probe += 1) {
      const entered = enter(`bot${probe}`, soon);
      states.push(await stateOf(entered));
      if (report === undefined) limiter.giveBack(entered.call);
      else limiter.exit(entered.call, report);
    }
    expect(states).toEqual(times(5, () => 'now'));
  });
});

/** Calls that waited for the end of a refusal, of which one has its turn. */
function reopened() {
  const made = limiterAt();
  made.learn(refusedWithoutHeaders(start + 500));
  const waiting = times(4, (index) => made.enter(`caller${index}`, far));
  made.clock.move(521);
  made.timers.length = 0;
  return { ...made, waiting };
}

describe('While the window after a refusal is unknown', () => {
  it('the next call goes whenever the latest response is overdue', async () => {
    const { limiter, clock, timers, waiting } = reopened();
    for (const states of [
      ['came', 'waits', 'waits', 'waits'],
      ['came', 'came', 'waits', 'waits'],
      ['came', 'came', 'came', 'waits'],
    ]) {
      expect(await statesOf(waiting)).toEqual(states);
      expect(limiter.send(callOf(waiting[states.lastIndexOf('came')]))).toBe(true);
      clock.move(usualResponseMs - 1);
      expect(await statesOf(waiting)).toEqual(states);
      clock.move(1);
    }
    // One timer for each call that went out.
    expect(timers).toEqual(times(3, () => usualResponseMs));
  });

  it('nothing is looked for again until the first call has gone out', () => {
    const { clock, timers } = reopened();
    for (let second = 0; second < 10; second += 1) clock.move(1000);
    expect(timers).toEqual([]);
  });
});
