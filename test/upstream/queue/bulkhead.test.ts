import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.ts';
import type { Turn } from '../../../src/upstream/cancellation.ts';
import { RequestConcurrency, RequestSlots } from '../../../src/upstream/queue/request-concurrency.ts';
import { Bulkhead, defaultLimits, type BulkheadLimits } from '../../../src/upstream/queue/bulkhead.ts';
import { clockStart, manualClock } from '../../support/manual-clock.ts';

const far = clockStart + 1_000_000;
const limits: BulkheadLimits = { inFlight: 4, inFlightOfOne: 2, waiting: 6, waitingOfOne: 3, waitMs: 1000 };

function queueWith(changes: Partial<BulkheadLimits> = {}) {
  const clock = manualClock();
  return { clock, queue: new Bulkhead({ ...limits, ...changes }, clock) };
}

/** What became of a turn so far. */
async function stateOf(turn: Turn | undefined): Promise<string> {
  if (turn === undefined) return 'at once';
  const waits = new Promise<string>((resolve) => {
    setImmediate(() => resolve('waits'));
  });
  const came = turn.promise.then(
    () => 'came',
    (error: unknown) => (error instanceof GatewayError ? `${error.code} ${error.detail}` : 'odd'),
  );
  return Promise.race([came, waits]);
}

const statesOf = (turns: readonly (Turn | undefined)[]) => Promise.all(turns.map(stateOf));

describe('the queue before the workspace', () => {
  it('lets so many calls of one caller out, and so many of all', async () => {
    const { queue } = queueWith();
    const turns = ['a', 'a', 'a', 'b', 'b', 'c'].map((caller) => queue.enter(caller, far));
    expect(await statesOf(turns)).toEqual(['at once', 'at once', 'waits', 'at once', 'at once', 'waits']);
    expect([queue.inFlight, queue.length]).toEqual([4, 2]);
  });

  it('refuses at once what one caller has too much, while others still find a place', async () => {
    const { queue } = queueWith();
    const many = Array.from({ length: 6 }, () => queue.enter('a', far));
    const states = await statesOf(many);
    expect(states).toEqual(['at once', 'at once', 'waits', 'waits', 'waits', 'OVERLOADED no place in the queue']);
    expect(await stateOf(queue.enter('b', far))).toBe('at once');
  });

  it('H4: when it is full, makes room by the newest call of whoever has most in it', async () => {
    const { queue } = queueWith({ waitingOfOne: 5 });
    const first = ['a', 'a', 'b', 'b'].map((caller) => queue.enter(caller, far));
    const waiting = ['a', 'a', 'a', 'a', 'b', 'b'].map((caller) => queue.enter(caller, far));
    expect(new Set(await statesOf(first))).toEqual(new Set(['at once']));
    for (const turn of waiting) turn?.promise.catch(() => undefined);
    const [c, c2, c3] = ['c', 'c', 'c'].map((caller) => queue.enter(caller, far));
    c3?.promise.catch(() => undefined);
    const full = 'OVERLOADED made room for others';
    expect(await statesOf(waiting)).toEqual(['waits', 'waits', full, full, 'waits', 'waits']);
    expect(await statesOf([c, c2, c3])).toEqual(['waits', 'waits', 'OVERLOADED no place in the queue']); // nobody has more than three
    expect([waiting[3]?.leave(), queue.length]).toEqual([false, 6]);
  });

  it('S5: is filled by whoever has as many calls in it as others have on average, once it is nearly full', async () => {
    const { queue } = queueWith({ inFlight: 5, waiting: 10, waitingOfOne: 6 });
    queue.enter('d', far); // and waits for nothing
    for (let call = 0; call < 2; call += 1) for (const caller of ['a', 'b']) queue.enter(caller, far);
    for (let call = 0; call < 6; call += 1) queue.enter('a', far);
    for (let call = 0; call < 2; call += 1) queue.enter('b', far);
    expect(['a', 'b', 'c'].map((caller) => queue.isFilledBy(caller))).toEqual([false, false, false]); // 8 of 10
    queue.enter('b', far);
    expect(['a', 'b', 'c', 'd'].map((caller) => queue.isFilledBy(caller))).toEqual([true, false, false, false]);
  });

  it('leaves a user their share though any number of callers come whom the workspace has not accepted', async () => {
    const queue = new Bulkhead(undefined, manualClock());
    for (let caller = 0; caller < 20; caller += 1) {
      queue.enter(`?made-up${caller}`, far, false);
      queue.exit(`?made-up${caller}`);
    }
    const states = await statesOf(Array.from({ length: 60 }, () => queue.enter('a', far)));
    expect(states.filter((state) => state === 'at once')).toHaveLength(32); // of 64: half, as if there were one of them
    const stranger = await statesOf(Array.from({ length: 12 }, () => queue.enter('?made-up0', far, false)));
    expect(stranger.filter((state) => state === 'at once')).toHaveLength(8);
  });

  it('counts those whom the workspace has not accepted while calls of theirs are under way, and forgets them', async () => {
    const clock = manualClock();
    const queue = new Bulkhead(undefined, clock);
    for (let caller = 0; caller < 3; caller += 1) queue.enter(`?${caller}`, far, false);
    clock.move(1000);
    const atOnce = async (caller: string, isAccepted: boolean) => {
      const turns = Array.from({ length: 60 }, () => queue.enter(caller, far, isAccepted));
      const count = (await statesOf(turns)).filter((state) => state === 'at once').length;
      for (const turn of turns) turn?.leave();
      for (let call = 0; call < count; call += 1) queue.exit(caller);
      return count;
    };
    expect(await atOnce('a', true)).toBe(32);
    expect(await atOnce('?3', false)).toBe(12); // five callers
    for (let caller = 0; caller < 3; caller += 1) queue.exit(`?${caller}`);
    clock.move(1000);
    expect(await atOnce('a', true)).toBe(56);
  });

  it('takes turns between callers', async () => {
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

  it('passes over a caller who has all of his places', async () => {
    const { queue } = queueWith({ inFlight: 3 });
    queue.enter('a', far);
    queue.enter('a', far);
    const third = queue.enter('a', far);
    queue.enter('b', far);
    const other = queue.enter('b', far);
    queue.exit('b');
    expect(await statesOf([third, other])).toEqual(['waits', 'came']);
  });

  it('lets nobody wait longer than a second, or than his request lasts', async () => {
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

  it('says when to try again', async () => {
    const { queue } = queueWith({ inFlight: 1, waiting: 0 });
    queue.enter('a', far);
    await expect(queue.enter('b', far)?.promise).rejects.toMatchObject({
      message: 'The gateway has too many upstream calls in flight: try again shortly.',
      extensions: { code: 'OVERLOADED', retryAfterSeconds: 1 },
    });
  });

  it('is left by who gives up: once, and only while he waits', async () => {
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

  it('does not mind an exit of somebody it does not know', () => {
    const { queue } = queueWith();
    queue.exit('nobody');
    expect(queue.inFlight).toBe(0);
  });

  it('has the limits of the design by default', async () => {
    const queue = new Bulkhead();
    const turns = Array.from({ length: 300 }, () => queue.enter('a', Date.now() + 5000));
    const states = await statesOf(turns);
    expect([
      states.filter((state) => state === 'at once').length,
      states.filter((state) => state === 'waits').length,
    ]).toEqual([56, 224]);
    for (const turn of turns) turn?.leave();
  });

  it('gives each of many callers 8 places and 32 in line, and one who is alone again what the others leave', async () => {
    const clock = manualClock();
    const queue = new Bulkhead(undefined, clock);
    for (let caller = 0; caller < 7; caller += 1) queue.enter(`other ${caller}`, far);
    const turns = Array.from({ length: 41 }, () => queue.enter('a', far));
    const states = await statesOf(turns);
    expect([
      states.filter((state) => state === 'at once').length,
      states.filter((state) => state === 'waits').length,
    ]).toEqual([8, 32]);
    clock.move(999);
    for (let caller = 0; caller < 6; caller += 1) queue.exit(`other ${caller}`);
    expect([queue.inFlight, queue.length]).toEqual([9, 32]); // they were here a moment ago, and may come again
    clock.move(1);
    queue.exit('other 6');
    expect([queue.inFlight, queue.length]).toEqual([8, 0]);
  });

  it('gives one who waits all the places that the others left, once they are gone for a second', async () => {
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
    expect(states.filter((state) => state === 'at once')).toHaveLength(56 - 38);
  });

  it('forgets who is gone though another keeps calling, and who left the line or was refused', async () => {
    const clock = manualClock();
    const queue = new Bulkhead({ ...defaultLimits, waiting: 1 }, clock);
    const placesOf = async (caller: string) => {
      const states = await statesOf(Array.from({ length: 64 }, () => queue.enter(caller, far)));
      return states.filter((state) => state === 'at once').length;
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

  it('leaves a caller his few places while others ask now and then, between whose calls nobody else is there', async () => {
    const clock = manualClock();
    const queue = new Bulkhead(undefined, clock);
    for (let caller = 0; caller < 9; caller += 1) {
      queue.enter(`other ${caller}`, far);
      queue.exit(`other ${caller}`);
    }
    const states = await statesOf(Array.from({ length: 20 }, () => queue.enter('a', far)));
    expect(states.filter((state) => state === 'at once')).toHaveLength(8);
  });

  it('tells how long the next call of a caller would wait: as long as the first in line has, at least', () => {
    const { queue, clock } = queueWith({ inFlight: 1 });
    queue.enter('a', far);
    queue.enter('a', far);
    clock.move(300);
    queue.enter('a', far);
    expect([queue.waitOf('a'), queue.waitOf('b')]).toEqual([300, 0]);
  });

  it('tells it by the pace at which the line moved of late', () => {
    const { queue, clock } = queueWith({ inFlight: 1, inFlightOfOne: 1, waiting: 100, waitingOfOne: 100, waitMs: 1e6 });
    for (let call = 0; call < 10; call += 1) queue.enter('a', far); // one under way, nine wait
    const moveOn = (times: number, ms: number) => {
      for (let time = 0; time < times; time += 1) {
        clock.move(ms);
        queue.exit('a');
        queue.enter('a', far);
      }
    };
    moveOn(40, 10);
    expect(Math.round(queue.waitOf('a'))).toBe(100);
    moveOn(40, 100);
    expect(Math.round(queue.waitOf('a'))).toBe(1000);
    moveOn(40, 10);
    expect(Math.round(queue.waitOf('a'))).toBe(100);
    for (let call = 0; call < 9; call += 1) queue.exit('a');
    expect(queue.waitOf('a')).toBe(0);
  });
});

describe('the lane of one request', () => {
  it('lets eight calls out at a time, in order', async () => {
    const lane = new RequestConcurrency();
    const turns = Array.from({ length: 10 }, () => lane.enter());
    expect((await statesOf(turns)).slice(7)).toEqual(['at once', 'waits', 'waits']);
    lane.exit();
    expect((await statesOf(turns)).slice(7)).toEqual(['at once', 'came', 'waits']);
    expect([turns[9]?.leave(), turns[9]?.leave()]).toEqual([true, false]);
    for (let call = 0; call < 8; call += 1) lane.exit();
    expect(await stateOf(lane.enter())).toBe('at once');
  });

  it('G18: shares its places with the lanes of other endpoints, each of which has one in any case', async () => {
    const places = new RequestSlots();
    const [hung, other] = [new RequestConcurrency(places), new RequestConcurrency(places)];
    const full = Array.from({ length: 10 }, () => hung.enter());
    const others = [other.enter(), other.enter(), other.enter()];
    expect((await statesOf([...full, ...others])).slice(7)).toEqual([
      'at once',
      'waits',
      'waits',
      'at once',
      'waits',
      'waits',
    ]);
    other.exit();
    expect(await statesOf(others)).toEqual(['at once', 'came', 'waits']);
    other.exit();
    expect(await statesOf(others)).toEqual(['at once', 'came', 'came']);
    other.exit();
    hung.exit();
    expect((await statesOf(full)).slice(7)).toEqual(['at once', 'came', 'waits']);
    const last = other.enter();
    expect(await stateOf(last)).toBe('at once');
    hung.exit();
    expect((await statesOf(full)).slice(9)).toEqual(['waits']); // that place was one too many
    other.exit();
    expect((await statesOf(full)).slice(9)).toEqual(['came']);
  });
});
