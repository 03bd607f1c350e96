import { describe, expect, it } from 'vitest';
import { RequestConcurrency, RequestSlots } from '../../../src/upstream/queue/request-concurrency.ts';
import { stateOf, statesOf } from '../../support/turn-state.ts';

describe('RequestConcurrency', () => {
  it('runs eight calls at a time, in order', async () => {
    const concurrency = new RequestConcurrency(new RequestSlots(() => false));
    const turns = Array.from({ length: 10 }, () => concurrency.enter());
    expect((await statesOf(turns)).slice(7)).toEqual(['now', 'waits', 'waits']);
    concurrency.exit();
    expect((await statesOf(turns)).slice(7)).toEqual(['now', 'came', 'waits']);
    expect([turns[9]?.leave(), turns[9]?.leave()]).toEqual([true, false]);
    for (let call = 0; call < 8; call += 1) concurrency.exit();
    expect(await stateOf(concurrency.enter())).toBe('now');
  });

  it('G18: shares its slots with other endpoints, each of which always has one', async () => {
    const places = new RequestSlots(() => false);
    const [hung, other] = [new RequestConcurrency(places), new RequestConcurrency(places)];
    const full = Array.from({ length: 10 }, () => hung.enter());
    const others = [other.enter(), other.enter(), other.enter()];
    expect((await statesOf([...full, ...others])).slice(7)).toEqual(['now', 'waits', 'waits', 'now', 'waits', 'waits']);
    other.exit();
    expect(await statesOf(others)).toEqual(['now', 'came', 'waits']);
    other.exit();
    expect(await statesOf(others)).toEqual(['now', 'came', 'came']);
    other.exit();
    hung.exit();
    expect((await statesOf(full)).slice(7)).toEqual(['now', 'came', 'waits']);
    const last = other.enter();
    expect(await stateOf(last)).toBe('now');
    hung.exit();
    expect((await statesOf(full)).slice(9)).toEqual(['waits']); // that slot was beyond the limit
    other.exit();
    expect((await statesOf(full)).slice(9)).toEqual(['came']);
  });

  it('runs more calls at a time where there are slots to spare, and one more with each that ends', async () => {
    let spare = 12;
    const slots = new RequestSlots(() => spare > 0);
    const concurrency = new RequestConcurrency(slots);
    const enter = () => {
      const turn = concurrency.enter();
      if (turn === undefined) spare -= 1;
      return turn;
    };
    const turns = Array.from({ length: 60 }, enter);
    const counts = async () => {
      const states = await statesOf(turns);
      return ['now', 'came', 'waits'].map((state) => states.filter((each) => each === state).length);
    };
    expect([await counts(), slots.running]).toEqual([[12, 0, 48], 12]);
    concurrency.exit();
    expect([await counts(), slots.running]).toEqual([[12, 0, 48], 11]); // more than usual run, and there is none to spare
    spare = 1;
    concurrency.exit();
    expect([await counts(), slots.running]).toEqual([[12, 2, 46], 12]);
    for (let call = 0; call < 20; call += 1) concurrency.exit();
    expect([await counts(), slots.running]).toEqual([[12, 42, 6], 32]);
    concurrency.exit();
    expect([await counts(), slots.running]).toEqual([[12, 43, 5], 32]);
    spare = 0;
    for (let call = 0; call < 24; call += 1) concurrency.exit();
    expect([await counts(), slots.running]).toEqual([[12, 43, 5], 8]);
    concurrency.exit();
    expect([await counts(), slots.running]).toEqual([[12, 44, 4], 8]);
  });
});
