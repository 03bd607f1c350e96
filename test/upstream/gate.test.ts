import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { Gate, systemClock, type Clock, type Turn } from '../../src/upstream/gate.ts';
import { clockStart, manualClock } from '../support/manual-clock.ts';

const start = clockStart;
const end = start + 60_000;
const far = start + 1_000_000;
const rate = (remaining: number, resetAt = end, limit = 10) => ({ limit, remaining, resetAt });

/** A gate, and for how long it set its timers. */
function gateAt() {
  const clock = manualClock();
  const timers: number[] = [];
  const watched: Clock = {
    now: () => clock.now(),
    after(ms, callback) {
      timers.push(ms);
      return clock.after(ms, callback);
    },
  };
  return { clock, timers, gate: new Gate('im.list', watched) };
}

async function stateOf(turn: Turn<boolean> | undefined): Promise<string> {
  if (turn === undefined) return 'at once';
  const waiting = new Promise<string>((resolve) => {
    setImmediate(() => resolve('waits'));
  });
  const came = turn.promise.then(
    (isCounted) => (isCounted ? 'counted' : 'released'),
    (error: unknown) => (error instanceof GatewayError ? error.code : 'odd'),
  );
  return Promise.race([came, waiting]);
}
const statesOf = (turns: readonly (Turn<boolean> | undefined)[]) => Promise.all(turns.map(stateOf));

describe('a gate', () => {
  it('is idle as long as no call of it is under way or waits', async () => {
    const { gate } = gateAt();
    expect(gate.isIdle).toBe(true);
    gate.enter('a', far);
    expect(gate.isIdle).toBe(false);
    const [second, third, fourth] = [gate.enter('a', far), gate.enter('a', far), gate.enter('b', far)];
    gate.exit(false); // the first told nothing: the next goes
    expect(await statesOf([second, third, fourth])).toEqual(['waits', 'waits', 'counted']);
    expect([third?.leave(), second?.leave()]).toEqual([true, true]);
    expect(gate.isIdle).toBe(false);
    gate.exit(false);
    expect(gate.isIdle).toBe(true);
  });

  it('is idle again when those who waited were refused', async () => {
    const { gate } = gateAt();
    gate.enter('a', far);
    const waiting = [gate.enter('a', start + 1000), gate.enter('b', start + 1000)];
    gate.close(end);
    gate.exit(false);
    expect(await statesOf(waiting)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
    expect([gate.isIdle, waiting[0]?.leave()]).toEqual([true, false]);
  });

  it('knows nothing before the first answer', () => {
    const { gate } = gateAt();
    expect([gate.isExhausted, gate.window, gate.allows(1000)]).toEqual([false, undefined, true]);
  });

  it('allows what is left of its window but for the calls under way', () => {
    const { gate } = gateAt();
    gate.learn(rate(3));
    gate.enter('a', far);
    expect([gate.allows(2), gate.allows(3), gate.isExhausted]).toEqual([true, false, false]);
    gate.learn(rate(0));
    expect([gate.allows(0), gate.isExhausted]).toEqual([false, true]);
  });

  it.each(['isExhausted', 'allows', 'window'] as const)('is open again 20 ms after its window has ended (%s)', (question) => {
    const { gate, clock } = gateAt();
    gate.learn(rate(0));
    const isOpen = { isExhausted: () => !gate.isExhausted, allows: () => gate.allows(10) && !gate.allows(11), window: () => gate.window === undefined }[question];
    clock.move(60_019);
    expect(isOpen()).toBe(false);
    clock.move(1);
    expect(isOpen()).toBe(true);
  });

  it('keeps the end of its window when a call of it is lost', () => {
    const { gate, clock } = gateAt();
    gate.learn(rate(3));
    gate.enter('a', far);
    clock.move(10_000);
    gate.exit(true);
    expect(gate.window).toEqual(rate(2));
  });

  it('takes two ends that are less than a second apart for one', () => {
    const { gate } = gateAt();
    gate.learn(rate(3));
    gate.learn(rate(8, end + 999));
    expect(gate.window).toEqual(rate(3, end + 999));
    gate.learn(rate(8, end + 1999));
    expect(gate.window).toEqual(rate(8, end + 1999));
  });
});

describe('a gate that is closed by a refusal', () => {
  it('of which nothing was known is asked by one call when it opens', async () => {
    const { gate, clock } = gateAt();
    gate.close(end);
    expect([gate.isExhausted, gate.window]).toEqual([true, undefined]);
    clock.move(60_020);
    expect(await statesOf([gate.enter('a', far), gate.enter('a', far)])).toEqual(['at once', 'waits']);
  });

  it('has as many calls as before when it opens', () => {
    const { gate, clock } = gateAt();
    gate.learn(rate(7));
    gate.close(end);
    expect(gate.window).toEqual(rate(0));
    clock.move(60_020);
    expect([gate.allows(10), gate.allows(11)]).toEqual([true, false]);
  });

  it('says what is used up, and when to come back', async () => {
    const { gate } = gateAt();
    gate.learn(rate(0, start + 41_001));
    const turn = gate.enter('a', start + 1000);
    await expect(turn?.promise).rejects.toMatchObject({
      message: "The workspace's call limit for im.list is used up.",
      detail: 'not sent',
      extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 42 },
    });
    expect(turn?.leave()).toBe(false);
  });

  it('is waited for by those who can: until 20 ms after its end', async () => {
    const { gate } = gateAt();
    gate.learn(rate(0));
    expect(await statesOf([gate.enter('a', end + 20), gate.enter('a', end + 21)])).toEqual(['RATE_LIMITED', 'waits']);
  });
});

describe('the line before a gate', () => {
  it('is not overtaken', async () => {
    const { gate } = gateAt();
    gate.learn(rate(1));
    gate.enter('a', far);
    const waiting = gate.enter('b', far);
    gate.learn(rate(5, end + 5000));
    const late = gate.enter('c', far);
    expect(await statesOf([waiting, late])).toEqual(['waits', 'waits']);
    gate.exit(false);
    expect(await statesOf([waiting, late])).toEqual(['counted', 'counted']);
  });

  it('closes up when somebody leaves it', async () => {
    const { gate } = gateAt();
    gate.learn(rate(1));
    gate.enter('a', far);
    const [leaving, next] = [gate.enter('a', far), gate.enter('a', far)];
    expect([leaving?.leave(), leaving?.leave()]).toEqual([true, false]);
    gate.exit(false);
    expect(await statesOf([leaving, next])).toEqual(['waits', 'counted']);
  });

  it('closes up when somebody is refused', async () => {
    const { gate, clock } = gateAt();
    gate.learn(rate(1, end, 1));
    gate.enter('a', far);
    const [hurried, patient] = [gate.enter('a', start + 1000), gate.enter('a', far)];
    gate.learn(rate(0, end, 1));
    gate.exit(false);
    expect(await statesOf([hurried, patient])).toEqual(['RATE_LIMITED', 'waits']);
    clock.move(60_021);
    expect(await stateOf(patient)).toBe('counted');
    expect(gate.allows(1)).toBe(false);
  });

  it('lets all go of a caller who turned out not to be counted, and them only', async () => {
    const { gate } = gateAt();
    gate.enter('a', far);
    const waiting = [gate.enter('a', far), gate.enter('b', far), gate.enter('a', far)];
    gate.release('a');
    gate.release('nobody');
    expect(await statesOf(waiting)).toEqual(['released', 'waits', 'released']);
    gate.exit(false);
    expect(await stateOf(waiting[1])).toBe('counted');
    gate.exit(false);
    expect(gate.isIdle).toBe(true);
  });

  it('has an end, for one and for all', async () => {
    const { gate } = gateAt();
    gate.learn(rate(0));
    for (let call = 0; call < 128; call += 1) gate.enter('a', far);
    await expect(gate.enter('a', far)?.promise).rejects.toMatchObject({
      message: "Too many calls wait for the workspace's im.list: try again shortly.",
      detail: 'line full',
      extensions: { code: 'OVERLOADED', retryAfterSeconds: 1 },
    });
    for (let call = 0; call < 127; call += 1) gate.enter('b', far);
    expect(await statesOf([gate.enter('c', far), gate.enter('d', far)])).toEqual(['waits', 'OVERLOADED']);
  });
});

describe('callers of one gate', () => {
  it('let others go first for 50 ms once there are two of them, and a timer ends that', async () => {
    const { gate, clock, timers } = gateAt();
    gate.learn(rate(10));
    for (const caller of ['a', 'b']) gate.enter(caller, far);
    const second = gate.enter('a', far);
    clock.move(20);
    const third = gate.enter('b', far);
    expect([timers, await statesOf([second, third])]).toEqual([[50, 30], ['waits', 'waits']]);
    clock.move(29);
    expect(await stateOf(second)).toBe('waits');
    clock.move(1);
    expect(await statesOf([second, third])).toEqual(['counted', 'waits']);
    clock.move(20);
    expect(await stateOf(third)).toBe('counted');
    expect(timers).toEqual([50, 30, 20]);
  });

  it('are woken just after the end of the window, and only while somebody waits', async () => {
    const { gate, clock, timers } = gateAt();
    gate.learn(rate(1, end, 1));
    gate.enter('a', far);
    gate.exit(true);
    expect(timers).toEqual([]);
    const waiting = gate.enter('a', far);
    expect(timers).toEqual([60_021]);
    clock.move(60_020);
    expect(await stateOf(waiting)).toBe('waits');
    clock.move(1);
    expect(await stateOf(waiting)).toBe('counted');
    const next = gate.enter('a', far);
    expect([timers.length, await stateOf(next)]).toEqual([1, 'waits']); // the new window has no end before its first answer
  });

  it('are alone again in the window after one that they had to themselves', async () => {
    const { gate, clock } = gateAt();
    gate.learn(rate(1, end, 3));
    gate.enter('a', far);
    const ofAnother = [gate.enter('b', far), gate.enter('b', start + 10)];
    gate.learn(rate(1, end + 5000, 3));
    gate.exit(false);
    expect(await statesOf(ofAnother)).toEqual(['counted', 'waits']);
    gate.learn(rate(0, end + 5000, 3));
    gate.exit(false);
    expect(await stateOf(ofAnother[1])).toBe('RATE_LIMITED');
    clock.move(65_020);
    const enter = () => gate.enter('a', far);
    expect(await statesOf([enter(), enter()])).toEqual(['at once', 'waits']); // two had the window before
    gate.exit(false);
    clock.move(50);
    gate.exit(false);
    gate.learn(rate(0, end + 100_000, 3));
    clock.move(100_000);
    expect(await statesOf([enter(), enter(), enter()])).toEqual(['at once', 'at once', 'at once']);
  });
});

it('the system’s clock can be told not to call back', async () => {
  let called = 0;
  const cancel = systemClock.after(5, () => void (called += 1));
  systemClock.after(1, () => void (called += 10));
  cancel();
  await new Promise((resolve) => { setTimeout(resolve, 20); });
  expect(called).toBe(10);
});
