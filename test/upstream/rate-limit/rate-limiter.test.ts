import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/upstream/clock.ts';
import type { LimitedCall } from '../../../src/upstream/rate-limit/outstanding-calls.ts';
import {
  counted,
  countedWithoutEnd,
  end,
  far,
  limiterAt,
  lost,
  nothing,
  passed,
  refused,
  refusedWithoutHeaders,
  start,
  stateOf,
  statesOf,
  times,
  usualResponseMs,
  type Entered,
} from '../../support/limiter-at.ts';

describe('RateLimiter, while nothing is known', () => {
  it('H1: sends four scouts; the other calls wait for their responses', async () => {
    const { limiter, enter } = limiterAt();
    const entered = ['a', 'b', 'a', 'c', 'd', 'e'].map((name) => enter(name));
    // The second call of `a` yields to others, and those behind it do not overtake it.
    expect(await statesOf(entered)).toEqual(['now', 'now', 'waits', 'waits', 'waits', 'waits']);
    expect([limiter.allows('z', 1000), limiter.window, limiter.isBlank, limiter.isIdle]).toEqual([
      true,
      undefined,
      false,
      false,
    ]);
  });

  it('H1: lets no call wait longer than a response usually takes', async () => {
    const { clock, enter } = limiterAt();
    const first = times(6, () => enter('a'));
    clock.move(300);
    const later = enter('b');
    clock.move(usualResponseMs - 301);
    expect(await statesOf([...first, later])).toEqual([...times(4, () => 'now'), 'waits', 'waits', 'waits']);
    clock.move(1);
    expect(await statesOf([...first, later])).toEqual([...times(4, () => 'now'), 'came', 'came', 'waits']);
    clock.move(300);
    expect(await stateOf(later)).toBe('came');
  });

  it('sends other scouts when responses say nothing or are lost', async () => {
    const { limiter, enter } = limiterAt();
    const scouts = times(4, () => enter('a'));
    const others = times(3, () => enter('a'));
    limiter.exit(scouts[0]?.call as LimitedCall, nothing);
    limiter.exit(scouts[1]?.call as LimitedCall, lost);
    expect(await statesOf(others)).toEqual(['came', 'came', 'waits']);
    limiter.giveBack(scouts[2]?.call as LimitedCall);
    expect(await statesOf(others)).toEqual(['came', 'came', 'came']);
  });

  it('is blank again when its calls have ended without report', () => {
    const { limiter, send } = limiterAt();
    const [one, two] = [send('a'), send('b')];
    limiter.exit(one, nothing);
    expect([limiter.isBlank, limiter.isIdle]).toEqual([false, false]);
    limiter.giveBack(two);
    expect([limiter.isBlank, limiter.isIdle]).toEqual([true, true]);
  });
});

describe('calls lost while no window is known', () => {
  it('count in the first reported window, unless they ended before its call was sent', () => {
    const { limiter, send, clock } = limiterAt();
    limiter.exit(send('a'), lost);
    clock.move(10);
    const [one, two, three] = [send('b'), send('c'), send('d')];
    clock.move(10);
    limiter.exit(one, lost);
    limiter.exit(two, lost);
    limiter.exit(three, counted(7));
    expect(limiter.window).toMatchObject({ remaining: 5 });
    limiter.exit(send('e'), counted(4, end + 5000));
    expect(limiter.window).toMatchObject({ remaining: 4 });
  });

  it('do not count while the limiter was off', () => {
    const { limiter, send, learn } = limiterAt();
    learn(passed);
    const late = send('b');
    limiter.exit(send('a'), lost);
    limiter.exit(late, counted(7));
    expect(limiter.window).toMatchObject({ remaining: 7 });
  });
});

describe('an endpoint without a limiter', () => {
  it('H1: is recognised by one response without headers, and then no call waits', async () => {
    const { limiter, enter, learn } = limiterAt();
    learn(passed);
    expect(new Set(await statesOf(times(100, (index) => enter(`caller${index % 20}`))))).toEqual(new Set(['now']));
    expect([limiter.allows('z', 1000), limiter.isBlank, limiter.window]).toEqual([true, false, undefined]);
    learn(passed);
    expect(await stateOf(enter('?stranger'))).toBe('now');
  });

  it('H1: is recognised once the scouts’ responses are there', async () => {
    const { limiter, enter, clock } = limiterAt();
    const scouts = times(4, (index) => enter(`scout${index}`));
    for (const { call } of scouts) limiter.send(call);
    const others = times(9, (index) => enter(`other${index}`));
    clock.move(200);
    for (const { call } of scouts.slice(0, 3)) limiter.exit(call, passed);
    // Their own calls no longer count, so others take their places.
    expect(await statesOf(others)).toEqual([...times(3, () => 'came'), ...times(6, () => 'waits')]);
    limiter.exit(scouts[3]?.call as LimitedCall, nothing);
    expect(await statesOf([...others, enter('late')])).toEqual([...times(9, () => 'came'), 'now']);
  });

  it('H1: is recognised when the other scouts are late: as long again as the first response took, at least 50 ms', async () => {
    for (const [took, waits] of [
      [200, 200],
      [1, 50],
    ] as const) {
      const { limiter, enter, clock } = limiterAt();
      const scouts = times(4, (index) => enter(`scout${index}`));
      for (const { call } of scouts) limiter.send(call);
      const others = times(3, (index) => enter(`other${index}`));
      clock.move(took);
      limiter.exit(scouts[0]?.call as LimitedCall, passed);
      clock.move(waits - 1);
      expect(await statesOf(others)).toEqual(['came', 'waits', 'waits']);
      clock.move(1);
      expect(await statesOf(others)).toEqual(['came', 'came', 'came']);
      expect(await stateOf(enter('late'))).toBe('now');
    }
  });

  it('admits the waiting calls of a scout’s user immediately, whatever else is known', async () => {
    const { limiter, enter } = limiterAt();
    const [scout, ...more] = times(8, () => enter('a'));
    const other = enter('b');
    limiter.send(scout?.call as LimitedCall);
    limiter.exit(scout?.call as LimitedCall, passed);
    expect(await statesOf([...more, other])).toEqual([...times(3, () => 'now'), ...times(4, () => 'came'), 'came']);
  });

  it('becomes limited when headers come, and counts the calls outstanding by then', async () => {
    const { limiter, enter, learn } = limiterAt();
    learn(passed);
    const out = times(6, (index) => enter(`caller${index}`));
    for (const { call } of out) limiter.send(call);
    limiter.exit(out[0]?.call as LimitedCall, counted(7));
    expect(await statesOf(times(3, (index) => enter(`new${index}`)))).toEqual(['now', 'now', 'waits']);
  });

  it('M5: exempts nobody by a late response, once headers were seen', async () => {
    const { limiter, enter, learn, send, clock } = limiterAt();
    learn(passed);
    const early = send('a');
    clock.move(10);
    learn(counted(0), 'b');
    clock.move(10);
    limiter.exit(early, passed);
    expect([limiter.isExempt('a'), await stateOf(enter('b', start + 1000))]).toEqual([false, 'RATE_LIMITED']);
  });

  it('takes back the turns of surplus calls that have not gone out yet', async () => {
    const { limiter, enter, learn } = limiterAt();
    learn(passed);
    const out = times(12, (index) => enter(`caller${index}`));
    expect(out.slice(0, 4).map(({ call }) => limiter.send(call))).toEqual([true, true, true, true]);
    limiter.exit(out[0]?.call as LimitedCall, counted(5));
    expect(out.slice(4, 7).map(({ call }) => limiter.send(call))).toEqual([true, true, false]);
    for (const { call } of out.slice(6)) limiter.giveBack(call);
    expect(await stateOf(enter('late'))).toBe('waits');
  });

  it('closes by a refusal without headers; then one call goes first, whose response without headers opens it', async () => {
    const { limiter, enter, learn, clock, send } = limiterAt();
    learn(passed);
    const early = send('a');
    learn(refusedWithoutHeaders(start + 5000));
    limiter.exit(early, passed); // it does not undo the refusal
    expect([await stateOf(enter('a', start + 2000)), limiter.window]).toEqual(['RATE_LIMITED', undefined]);
    const waiting = times(3, (index) => enter(`caller${index}`));
    clock.move(5021);
    expect(await statesOf(waiting)).toEqual(['came', 'waits', 'waits']);
    limiter.send(waiting[0]?.call as LimitedCall);
    expect(limiter.allows('z', 1000)).toBe(true);
    limiter.exit(waiting[0]?.call as LimitedCall, passed);
    expect(await statesOf([...waiting, enter('more')])).toEqual(['came', 'came', 'came', 'now']);
  });

  it('sends one more call when the first one hangs, and no further ones', async () => {
    const { limiter, enter, learn, clock } = limiterAt();
    learn(refusedWithoutHeaders(start + 500), 'first');
    const waiting = times(4, (index) => enter(`caller${index}`));
    clock.move(521);
    expect(await statesOf(waiting)).toEqual(['came', 'waits', 'waits', 'waits']);
    clock.move(usualResponseMs);
    expect(await statesOf(waiting)).toEqual(['came', 'waits', 'waits', 'waits']); // it has not gone out
    limiter.send(waiting[0]?.call as LimitedCall);
    expect(waiting[3]?.turn?.leave()).toBe(true);
    enter('caller3');
    clock.move(usualResponseMs);
    expect(await statesOf(waiting)).toEqual(['came', 'came', 'waits', 'waits']);
    limiter.exit(waiting[0]?.call as LimitedCall, refusedWithoutHeaders(clock.now() + 500));
    limiter.exit(waiting[1]?.call as LimitedCall, passed); // it does not undo the refusal, even when it has ended
    clock.move(521);
    expect(await statesOf(waiting)).toEqual(['came', 'came', 'came', 'waits']);
  });
});

describe('RateLimiter, with a window', () => {
  it('counts outstanding calls', async () => {
    const { limiter, enter, learn } = limiterAt();
    learn(counted(3));
    expect([limiter.allows('a', 3), limiter.allows('a', 4)]).toEqual([true, false]);
    const entered = times(4, () => enter('first'));
    expect([limiter.allows('a', 0), limiter.allows('a', 1), await statesOf(entered)]).toEqual([
      true,
      false,
      ['now', 'now', 'now', 'waits'],
    ]);
    expect(limiter.window).toEqual({ limit: 10, remaining: 3, resetAt: end });
  });

  it('reopens 20 ms after the window’s end, and reports no window from its end on', () => {
    const { limiter, clock, learn } = limiterAt();
    learn(counted(0));
    clock.move(59_999);
    expect(limiter.window).toEqual({ limit: 10, remaining: 0, resetAt: end });
    clock.move(1);
    expect([limiter.window, limiter.allows('a', 1)]).toEqual([undefined, false]);
    clock.move(19);
    expect(limiter.allows('a', 1)).toBe(false);
    clock.move(1);
    expect([limiter.allows('a', 10), limiter.allows('a', 11), limiter.window]).toEqual([true, false, undefined]);
  });

  it('lets calls wait that can wait until 20 ms after its end, and tells the others when it ends', async () => {
    const { enter, learn, clock } = limiterAt();
    learn(counted(0, start + 41_001));
    const [hurried, patient] = [enter('first', start + 41_021), enter('first', start + 41_022)];
    expect(await statesOf([hurried, patient])).toEqual(['RATE_LIMITED', 'waits']);
    await expect(hurried?.turn?.promise).rejects.toMatchObject({
      message: "The workspace's rate limit for im.list is used up.",
      detail: 'not sent',
      extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 42 },
    });
    expect(hurried?.turn?.leave()).toBe(false);
    clock.move(41_021);
    expect(await stateOf(patient)).toBe('waits');
    clock.move(1);
    expect(await stateOf(patient)).toBe('came');
  });

  it('refuses waiting calls that can no longer be served', async () => {
    const { limiter, enter, learn, send } = limiterAt();
    learn(counted(1));
    const running = send('first');
    const [hurried, patient] = [enter('first', start + 1000), enter('first')];
    limiter.exit(running, counted(0));
    expect(await statesOf([hurried, patient] as Entered[])).toEqual(['RATE_LIMITED', 'waits']);
    expect([limiter.isIdle, hurried?.turn?.leave(), patient?.turn?.leave(), limiter.isIdle]).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('refuses a call that had its turn before others used the window up', () => {
    const { limiter, enter, learn, send } = limiterAt();
    learn(counted(5));
    const [running, queued] = [send('first'), enter('first')];
    limiter.exit(running, refused());
    expect(limiter.send(queued.call)).toBe(false);
  });

  it('M5: reopens neither early nor late when the workspace’s clock is behind or ahead', async () => {
    const { limiter, enter, learn, clock } = limiterAt();
    learn(countedWithoutEnd(0)); // a senseless end: one second
    expect(await stateOf(enter('first', start + 500))).toBe('RATE_LIMITED');
    clock.move(1020);
    const [one, two] = [enter('first'), enter('first')];
    expect(await statesOf([one, two])).toEqual(['now', 'waits']);
    limiter.send(one.call);
    limiter.exit(one.call, counted(9, end));
    expect(await stateOf(two)).toBe('came');
  });

  it('counts lost calls, without those of exempt users', () => {
    const { limiter, learn, send } = limiterAt();
    learn(counted(5));
    const call = send('bot');
    limiter.exit(send('bot'), passed);
    limiter.exit(call, lost);
    limiter.exit(send('first'), lost);
    expect(limiter.window).toMatchObject({ remaining: 4 });
    limiter.exit(send('?stranger'), lost);
    limiter.exit(send('?stranger'), nothing);
    expect(limiter.window).toMatchObject({ remaining: 3 });
  });
});

describe('exempt users', () => {
  it('are recognised by a response without headers while others have them, and no longer wait', async () => {
    const { limiter, enter, learn, send, clock } = limiterAt();
    learn(counted(1));
    const running = send('bot');
    const waiting = [enter('bot'), enter('bot'), enter('first')];
    limiter.exit(running, passed);
    expect(await statesOf(waiting)).toEqual(['came', 'came', 'waits']);
    clock.move(50);
    expect(await statesOf(waiting)).toEqual(['came', 'came', 'came']);
    expect([
      limiter.isExempt('bot'),
      limiter.isExempt('first'),
      limiter.isExempt(undefined),
      limiter.allows('bot', 1000),
    ]).toEqual([true, false, false, true]);
    expect(await statesOf(times(30, () => enter('bot')))).toEqual(times(30, () => 'now'));
    expect(await stateOf(enter('first', start + 1000))).toBe('waits');
  });

  it('include users of scouts without headers when other scouts have them', async () => {
    const { limiter, enter } = limiterAt();
    const scouts = ['bot', 'a', 'b', 'c'].map((name) => enter(name).call);
    for (const call of scouts) limiter.send(call);
    limiter.exit(scouts[0] as LimitedCall, passed);
    limiter.exit(scouts[1] as LimitedCall, counted(0));
    expect([limiter.isExempt('bot'), limiter.isExempt('a')]).toEqual([true, false]);
    expect(await statesOf([enter('bot'), enter('a', start + 1000)])).toEqual(['now', 'RATE_LIMITED']);
  });

  it('are counted again after headers or a refusal, with their outstanding calls', async () => {
    for (const report of [counted(4), refused()]) {
      const { limiter, enter, learn, send, clock } = limiterAt();
      learn(counted(5));
      limiter.exit(send('bot'), passed);
      const out = times(4, () => send('bot'));
      const queued = enter('bot');
      clock.move(1);
      limiter.exit(out[0] as LimitedCall, report);
      expect(limiter.isExempt('bot')).toBe(false);
      expect([limiter.allows('first', 1), limiter.allows('first', 0)]).toEqual([false, report.kind === 'counted']);
      expect(limiter.send(queued.call)).toBe(report.kind === 'counted');
    }
  });

  it('M5: do not include users who got headers after the call was sent', () => {
    const { limiter, send, clock, learn } = limiterAt();
    learn(counted(9));
    const slow = send('a');
    clock.move(10);
    limiter.exit(send('a'), counted(8));
    limiter.exit(slow, passed);
    expect(limiter.isExempt('a')).toBe(false);
    clock.move(10);
    limiter.exit(send('a'), passed);
    expect(limiter.isExempt('a')).toBe(true);
  });

  it('say nothing about other users, however long ago those had headers', async () => {
    const { limiter, enter, learn, send, clock } = limiterAt();
    learn(counted(9));
    limiter.exit(send('bot'), passed);
    clock.move(2_000_000);
    limiter.exit(send('bot'), passed);
    expect(await statesOf(times(11, (index) => enter(`caller${index}`)))).toEqual([...times(10, () => 'now'), 'waits']);
    limiter.exit(send('bot'), passed);
    expect(limiter.window).toBeUndefined();
  });

  it('are not assumed when two users who had headers no longer get them: the limiter is off', async () => {
    const { limiter, enter, learn, send, clock } = limiterAt();
    for (const name of ['a', 'b', 'c']) learn(counted(9), name);
    clock.move(1);
    for (const name of ['bot', 'another bot', 'a', 'a']) limiter.exit(send(name), passed);
    expect([limiter.isExempt('bot'), limiter.isExempt('a'), limiter.isExempt('b')]).toEqual([true, true, false]);
    learn(counted(8), 'c'); // not off: one of these may go on
    limiter.exit(send('b'), passed);
    expect(limiter.window).toMatchObject({ remaining: 8 });
    clock.move(1);
    limiter.exit(send('c'), passed);
    expect(await statesOf(times(50, (index) => enter(`caller${index}`)))).toEqual(times(50, () => 'now'));
  });

  it('are not assumed when nobody had headers for 15 minutes: the limiter is off', async () => {
    const { limiter, enter, learn, send, clock } = limiterAt();
    learn(counted(9, start + 5000));
    clock.move(15 * 60_000 - 1);
    limiter.exit(send('a'), passed);
    expect([limiter.isExempt('a'), limiter.isExempt('b')]).toEqual([true, false]);
    clock.move(1);
    limiter.exit(send('b'), passed);
    expect(await statesOf(times(50, (index) => enter(`caller${index}`)))).toEqual(times(50, () => 'now'));
  });

  it('M5: are probed for by one call at a time while the window is used up', async () => {
    const { limiter, enter, learn, clock } = limiterAt();
    learn(counted(0));
    const probe = enter('bot', start + 1000);
    const states = await statesOf(['a', 'b', '?c', 'first', 'bot'].map((name) => enter(name, start + 1000)));
    expect([await stateOf(probe), ...states]).toEqual(['now', ...times(5, () => 'RATE_LIMITED')]);
    expect(limiter.send(probe.call)).toBe(true);
    limiter.exit(probe.call, passed);
    expect([limiter.isExempt('bot'), await stateOf(enter('bot', start + 1000))]).toEqual([true, 'now']);
    const next = enter('a', start + 1000);
    limiter.exit(next.call, refused());
    expect([await stateOf(next), await stateOf(enter('b', start + 1000))]).toEqual(['now', 'RATE_LIMITED']);
    clock.move(60_020);
    expect(await stateOf(enter('b', far))).toBe('now');
  });

  it('M5: are not probed for among users who are counted, even elsewhere', async () => {
    const { enter, learn, known, limiter } = limiterAt();
    learn(counted(0));
    known.set('elsewhere', 'there', { isExempt: false, since: start });
    expect(await statesOf([enter('first', start + 1000), enter('elsewhere', start + 1000)])).toEqual([
      'RATE_LIMITED',
      'RATE_LIMITED',
    ]);
    known.set('bot', 'there', { isExempt: true, since: start });
    const probe = enter('bot', start + 1000);
    expect(await stateOf(probe)).toBe('now');
    limiter.giveBack(probe.call);
    expect(await stateOf(enter('bot', start + 1000))).toBe('now');
  });

  it('S6: can be probed for again after a response that did not say, but not after a lost call', async () => {
    for (const [report, state] of [
      [nothing, 'now'],
      [lost, 'RATE_LIMITED'],
      [counted(0), 'RATE_LIMITED'],
    ] as const) {
      const { limiter, enter, learn } = limiterAt();
      learn(counted(0));
      limiter.exit(enter('bot').call, report);
      expect([report.kind, await stateOf(enter('other', start + 1000))]).toEqual([report.kind, state]);
    }
  });

  it('do not include callers whom the workspace has not accepted', async () => {
    const { limiter, enter, learn, send, clock } = limiterAt();
    limiter.exit(send('?a'), passed); // while nothing is known, it says something about the endpoint
    expect(await stateOf(enter('b'))).toBe('now');
    learn(counted(5));
    clock.move(1);
    limiter.exit(send('?a'), passed);
    limiter.exit(send('?a'), counted(3));
    expect([limiter.isExempt('?a'), limiter.window]).toEqual([false, { limit: 10, remaining: 3, resetAt: end }]);
  });
});

describe('the queue of a rate limiter', () => {
  it('is first in, first out', async () => {
    const { limiter, enter, learn, send } = limiterAt();
    learn(counted(1));
    const running = send('a');
    const waiting = enter('b');
    const late = enter('c');
    limiter.exit(running, counted(5, end + 5000));
    expect(await statesOf([waiting, late, enter('d')])).toEqual(['came', 'came', 'now']);
  });

  it('admits the next call when one leaves', async () => {
    const { limiter, enter, learn, send } = limiterAt();
    learn(counted(1), 'a');
    const running = send('a');
    const [leaving, next] = [enter('a'), enter('a')];
    expect([leaving?.turn?.leave(), leaving?.turn?.leave()]).toEqual([true, false]);
    limiter.giveBack(running);
    expect(await statesOf([leaving, next] as Entered[])).toEqual(['waits', 'came']);
  });

  it('H4: drops the newest call of the caller with most calls when full, and never a newcomer’s first', async () => {
    const { enter, learn } = limiterAt();
    learn(counted(0));
    const ofFirst = times(256, () => enter('first'));
    for (const { turn } of ofFirst) turn?.promise.catch(() => undefined);
    const [erin, dave] = [enter('erin'), enter('dave')];
    expect(await statesOf([erin, dave] as Entered[])).toEqual(['now', 'waits']); // the first probes for an exemption
    expect(await statesOf([...ofFirst.slice(0, 255), ofFirst[255] as Entered])).toEqual([
      ...times(255, () => 'waits'),
      'OVERLOADED',
    ]);
    await expect(ofFirst[255]?.turn?.promise).rejects.toMatchObject({
      message: "Too many calls are waiting for the workspace's im.list: try again shortly.",
      detail: 'queue full',
      extensions: { code: 'OVERLOADED', retryAfterSeconds: 1 },
    });
    const ofDave = times(200, () => enter('dave'));
    for (const { turn } of ofDave) turn?.promise.catch(() => undefined);
    expect((await statesOf(ofDave)).filter((state) => state === 'waits')).toHaveLength(127);
    expect((await statesOf(ofFirst)).filter((state) => state === 'waits')).toHaveLength(128);
    expect(await stateOf(enter('erin'))).toBe('waits');
    expect((await statesOf([...ofFirst, ...ofDave])).filter((state) => state === 'waits')).toHaveLength(254);
  });
});

describe('callers who share a rate-limit window', () => {
  it('yield to each other for 50 ms, which a timer ends', async () => {
    const { clock, timers, enter, learn } = limiterAt();
    learn(counted(10), 'a');
    enter('b');
    const second = enter('a');
    clock.move(20);
    const third = enter('b');
    expect([timers, await statesOf([second, third])]).toEqual([
      [50, 30],
      ['waits', 'waits'],
    ]);
    clock.move(29);
    expect(await stateOf(second)).toBe('waits');
    clock.move(1);
    expect(await statesOf([second, third])).toEqual(['came', 'waits']);
    clock.move(20);
    expect(await stateOf(third)).toBe('came');
    expect(timers).toEqual([50, 30, 20]);
  });

  it('are woken just after the window’s end, and only while a call waits', async () => {
    const { limiter, clock, timers, enter, learn, send } = limiterAt();
    learn(counted(1, end, 1));
    limiter.exit(send('first'), lost);
    expect(timers).toEqual([]);
    const waiting = enter('first');
    expect(timers).toEqual([60_021]);
    clock.move(60_020);
    expect(await stateOf(waiting)).toBe('waits');
    clock.move(1);
    expect(await stateOf(waiting)).toBe('came');
    const next = enter('first');
    expect([timers.length, await stateOf(next)]).toEqual([1, 'waits']); // the new window has no end before its first response
  });

  it('yield one window longer when there were several, and then a single caller is alone again', async () => {
    const { limiter, clock, enter, learn } = limiterAt();
    learn(counted(2, end, 3), 'a');
    learn(counted(1, end, 3), 'b');
    clock.move(60_020);
    const [one, two] = [enter('a'), enter('a')];
    expect(await statesOf([one, two])).toEqual(['now', 'waits']); // two callers had the window before
    clock.move(50);
    expect(await stateOf(two)).toBe('came');
    for (const { call } of [one, two]) limiter.exit(call, counted(0, end + 100_000, 3));
    clock.move(100_000);
    expect(await statesOf(times(3, () => enter('a')))).toEqual(['now', 'now', 'now']);
  });

  it('are remembered up to a thousand', async () => {
    const { limiter, enter, send } = limiterAt();
    for (let caller = 0; caller < 1000; caller += 1) limiter.exit(send(`?made-up${caller}`), nothing);
    limiter.exit(send('a'), nothing);
    expect(await statesOf([enter('a'), enter('?made-up1')])).toEqual(['now', 'waits']);
  });
});

it('systemClock cancels a timer', async () => {
  let called = 0;
  const cancel = systemClock.after(5, () => void (called += 1));
  systemClock.after(1, () => void (called += 10));
  cancel();
  await new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
  expect(called).toBe(10);
});
