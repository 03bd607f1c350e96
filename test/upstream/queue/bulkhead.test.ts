import { describe, expect, it } from 'vitest';
import { defaultLimits, type BulkheadLimits } from '../../../src/upstream/queue/bulkhead-limits.ts';
import { Bulkhead } from '../../../src/upstream/queue/bulkhead.ts';
import { clockStart, manualClock } from '../../support/manual-clock.ts';
import { stateOf, statesOf } from '../../support/turn-state.ts';

const far = clockStart + 1_000_000;
const limits: BulkheadLimits = { inFlight: 4, inFlightOfOne: 2, waiting: 6, waitingOfOne: 3, waitMs: 1000 };

function queueWith(changes: Partial<BulkheadLimits> = {}) {
  const clock = manualClock();
  return { clock, queue: new Bulkhead({ ...limits, ...changes }, clock) };
}

describe('Bulkhead', () => {
  it('bounds the calls in flight of one caller and of all', async () => {
    const { queue } = queueWith();
    const turns = ['a', 'a', 'a', 'b', 'b', 'c'].map((caller) => queue.enter(caller, far));
    expect(await statesOf(turns)).toEqual(['now', 'now', 'waits', 'now', 'now', 'waits']);
    expect([queue.inFlight, queue.length]).toEqual([4, 2]);
  });

  it('refuses one caller’s surplus immediately, while others still find a place', async () => {
    const { queue } = queueWith();
    const many = Array.from({ length: 6 }, () => queue.enter('a', far));
    const states = await statesOf(many);
    expect(states).toEqual(['now', 'now', 'waits', 'waits', 'waits', 'OVERLOADED no place in the queue']);
    expect(await stateOf(queue.enter('b', far))).toBe('now');
  });

  it('H4: makes room when full by dropping the newest call of the caller with most waiting calls', async () => {
    const { queue } = queueWith({ waitingOfOne: 5 });
    const first = ['a', 'a', 'b', 'b'].map((caller) => queue.enter(caller, far));
    const waiting = ['a', 'a', 'a', 'a', 'b', 'b'].map((caller) => queue.enter(caller, far));
    expect(new Set(await statesOf(first))).toEqual(new Set(['now']));
    for (const turn of waiting) turn?.promise.catch(() => undefined);
    const [c, c2, c3] = ['c', 'c', 'c'].map((caller) => queue.enter(caller, far));
    c3?.promise.catch(() => undefined);
    const full = 'OVERLOADED made room for others';
    expect(await statesOf(waiting)).toEqual(['waits', 'waits', full, full, 'waits', 'waits']);
    expect(await statesOf([c, c2, c3])).toEqual(['waits', 'waits', 'OVERLOADED no place in the queue']); // no caller has more than three
    expect([waiting[3]?.leave(), queue.length]).toEqual([false, 6]);
  });

  it('S5: counts as filled by a caller with at least an average number of waiting calls, once nearly full', async () => {
    const { queue } = queueWith({ inFlight: 5, waiting: 10, waitingOfOne: 6 });
    queue.enter('d', far); // which does not wait
    for (let call = 0; call < 2; call += 1) for (const caller of ['a', 'b']) queue.enter(caller, far);
    for (let call = 0; call < 6; call += 1) queue.enter('a', far);
    for (let call = 0; call < 2; call += 1) queue.enter('b', far);
    expect(['a', 'b', 'c'].map((caller) => queue.isFilledBy(caller))).toEqual([false, false, false]); // 8 of 10
    queue.enter('b', far);
    expect(['a', 'b', 'c', 'd'].map((caller) => queue.isFilledBy(caller))).toEqual([true, false, false, false]);
  });

  it('leaves an accepted user their share, however many unaccepted callers come', async () => {
    const queue = new Bulkhead(undefined, manualClock());
    for (let caller = 0; caller < 20; caller += 1) {
      queue.enter(`?made-up${caller}`, far, false);
      queue.exit(`?made-up${caller}`);
    }
    const states = await statesOf(Array.from({ length: 60 }, () => queue.enter('a', far)));
    expect(states.filter((state) => state === 'now')).toHaveLength(32); // half of 64, as if unaccepted callers were one
    const unaccepted = await statesOf(Array.from({ length: 12 }, () => queue.enter('?made-up0', far, false)));
    expect(unaccepted.filter((state) => state === 'now')).toHaveLength(8);
  });

  it('counts unaccepted callers while their calls are in flight, and forgets them afterwards', async () => {
    const clock = manualClock();
    const queue = new Bulkhead(undefined, clock);
    for (let caller = 0; caller < 3; caller += 1) queue.enter(`?${caller}`, far, false);
    clock.move(1000);
    const goesNow = async (caller: string, isAccepted: boolean) => {
      const turns = Array.from({ length: 60 }, () => queue.enter(caller, far, isAccepted));
      const count = (await statesOf(turns)).filter((state) => state === 'now').length;
      for (const turn of turns) turn?.leave();
      for (let call = 0; call < count; call += 1) queue.exit(caller);
      return count;
    };
    expect(await goesNow('a', true)).toBe(32);
    expect(await goesNow('?3', false)).toBe(12); // five callers
    for (let caller = 0; caller < 3; caller += 1) queue.exit(`?${caller}`);
    clock.move(1000);
    expect(await goesNow('a', true)).toBe(56);
  });

  it('serves callers round-robin', async () => {
    const { queue } = queueWith({ inFlight: 1, inFlightOfOne: 1 });
    queue.enter('z', far);
    const [a1, a2, b1, c1] = ['a', 'a', 'b', 'c'].map((caller) => queue.enter(caller, far));
    const order = [];
    for (const caller of ['z', 'a', 'b', 'c']) {
      queue.exit(caller);
      order.push((await statesOf([a1, a2, b1, c1])).join());
    }
    expect(order).toEqual([
      'came,waits,waits,waits',
      'came,waits,came,waits',
      'came,waits,came,came',
      'came,came,came,came',
    ]);
    queue.exit('a');
    expect([queue.inFlight, queue.length]).toEqual([0, 0]);
  });

  it('passes over a caller who has all of their slots', async () => {
    const { queue } = queueWith({ inFlight: 3 });
    queue.enter('a', far);
    queue.enter('a', far);
    const third = queue.enter('a', far);
    queue.enter('b', far);
    const other = queue.enter('b', far);
    queue.exit('b');
    expect(await statesOf([third, other])).toEqual(['waits', 'came']);
  });

  it('lets no call wait longer than a second, or than its request lasts', async () => {
    const { queue, clock } = queueWith({ inFlight: 1 });
    queue.enter('a', far);
    const [patient, hurried, late] = [
      queue.enter('b', far),
      queue.enter('b', clockStart + 300),
      queue.enter('b', clockStart),
    ];
    expect(await statesOf([patient, hurried, late])).toEqual(['waits', 'waits', 'OVERLOADED no place in the queue']);
    clock.move(300);
    expect(await statesOf([patient, hurried])).toEqual(['waits', 'OVERLOADED waited too long']);
    clock.move(700);
    expect(await stateOf(patient)).toBe('OVERLOADED waited too long');
    expect(queue.length).toBe(0);
  });

  it('lets no call wait until a clock that was set back is where it was', async () => {
    const timers = manualClock();
    let setBackBy = 0;
    const queue = new Bulkhead({ ...limits, inFlight: 1 }, { ...timers, now: () => timers.now() - setBackBy });
    queue.enter('a', far);
    const waiting = queue.enter('b', far);
    timers.move(500);
    setBackBy = 3_600_000;
    timers.move(500);
    expect([await stateOf(waiting), queue.length]).toEqual(['OVERLOADED waited too long', 0]);
  });

  it('tells refused callers when to retry', async () => {
    const { queue } = queueWith({ inFlight: 1, waiting: 0 });
    queue.enter('a', far);
    await expect(queue.enter('b', far)?.promise).rejects.toMatchObject({
      message: 'The gateway has too many upstream calls in flight: try again shortly.',
      extensions: { code: 'OVERLOADED', retryAfterSeconds: 1 },
    });
  });

  it('lets a waiting call leave, once', async () => {
    const { queue } = queueWith({ inFlight: 1 });
    queue.enter('a', far);
    const [leaving, staying] = [queue.enter('b', far), queue.enter('c', far)];
    expect([leaving?.leave(), leaving?.leave(), queue.length]).toEqual([true, false, 1]);
    queue.exit('a');
    expect(await statesOf([leaving, staying])).toEqual(['waits', 'came']);
    expect(staying?.leave()).toBe(false);
    const refused = queue.enter('d', 0);
    expect([refused?.leave(), await stateOf(refused)]).toEqual([false, 'OVERLOADED no place in the queue']);
  });

  it('ignores the exit of an unknown caller', () => {
    const { queue } = queueWith();
    queue.exit('nobody');
    expect(queue.inFlight).toBe(0);
  });

  it('has 64 slots, 256 waiting calls and 8 and 32 per caller by default', async () => {
    const queue = new Bulkhead();
    const turns = Array.from({ length: 300 }, () => queue.enter('a', Date.now() + 5000));
    const states = await statesOf(turns);
    expect([
      states.filter((state) => state === 'now').length,
      states.filter((state) => state === 'waits').length,
    ]).toEqual([56, 224]);
    for (const turn of turns) turn?.leave();
  });

  it('gives each of many callers 8 slots and 32 waiting calls, and the last one left what the others leave', async () => {
    const clock = manualClock();
    const queue = new Bulkhead(undefined, clock);
    for (let caller = 0; caller < 7; caller += 1) queue.enter(`other ${caller}`, far);
    const turns = Array.from({ length: 41 }, () => queue.enter('a', far));
    const states = await statesOf(turns);
    expect([
      states.filter((state) => state === 'now').length,
      states.filter((state) => state === 'waits').length,
    ]).toEqual([8, 32]);
    clock.move(999);
    for (let caller = 0; caller < 6; caller += 1) queue.exit(`other ${caller}`);
    expect([queue.inFlight, queue.length]).toEqual([9, 32]); // the others still count as present
    clock.move(1);
    queue.exit('other 6');
    expect([queue.inFlight, queue.length]).toEqual([8, 0]);
  });

  it('gives a waiting caller the others’ slots a second after they left', async () => {
    const clock = manualClock();
    const queue = new Bulkhead(undefined, clock);
    for (let caller = 0; caller < 8; caller += 1) {
      queue.enter(`other ${caller}`, far);
      queue.exit(`other ${caller}`);
    }
    clock.move(500);
    for (let call = 0; call < 40; call += 1) queue.enter('a', far);
    expect([queue.inFlight, queue.length]).toEqual([8, 32]);
    clock.move(499);
    queue.exit('a');
    expect([queue.inFlight, queue.length]).toEqual([8, 31]);
    clock.move(1);
    queue.exit('a');
    expect([queue.inFlight, queue.length]).toEqual([38, 0]);
    const states = await statesOf(Array.from({ length: 20 }, () => queue.enter('a', far)));
    expect(states.filter((state) => state === 'now')).toHaveLength(56 - 38);
  });

  it('forgets absent callers while another keeps calling, and those who left or were refused', async () => {
    const clock = manualClock();
    const queue = new Bulkhead({ ...defaultLimits, waiting: 1 }, clock);
    const placesOf = async (caller: string) => {
      const states = await statesOf(Array.from({ length: 64 }, () => queue.enter(caller, far)));
      return states.filter((state) => state === 'now').length;
    };
    queue.enter('a', far);
    for (const caller of ['b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      for (let call = 0; call < 8; call += 1) queue.enter(caller, far);
    }
    for (let call = 0; call < 7; call += 1) queue.enter('a', far);
    expect(queue.inFlight).toBe(64);
    const [leaving, refused] = [queue.enter('i', far), queue.enter('j', far)];
    expect(await statesOf([leaving, refused])).toEqual(['waits', 'OVERLOADED no place in the queue']);
    leaving?.leave();
    for (const caller of ['b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      for (let call = 0; call < 8; call += 1) queue.exit(caller);
    }
    for (let call = 0; call < 7; call += 1) queue.exit('a');
    clock.move(999);
    queue.enter('a', far);
    queue.exit('a');
    clock.move(1);
    expect(await placesOf('a')).toBe(56 - 1);
  });

  it('keeps a caller to their share while others call now and then', async () => {
    const clock = manualClock();
    const queue = new Bulkhead(undefined, clock);
    for (let caller = 0; caller < 9; caller += 1) {
      queue.enter(`other ${caller}`, far);
      queue.exit(`other ${caller}`);
    }
    const states = await statesOf(Array.from({ length: 20 }, () => queue.enter('a', far)));
    expect(states.filter((state) => state === 'now')).toHaveLength(8);
  });
});
