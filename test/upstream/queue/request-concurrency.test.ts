import { describe, expect, it } from 'vitest';
import { RequestConcurrency, RequestSlots } from '../../../src/upstream/queue/request-concurrency.ts';
import { stateOf, statesOf } from '../../support/turn-state.ts';

describe('RequestConcurrency', () => {
  it('runs eight calls at a time, in order', async () => {
    const concurrency = new RequestConcurrency();
    const turns = Array.from({ length: 10 }, () => concurrency.enter());
    expect((await statesOf(turns)).slice(7)).toEqual(['now', 'waits', 'waits']);
    concurrency.exit();
    expect((await statesOf(turns)).slice(7)).toEqual(['now', 'came', 'waits']);
    expect([turns[9]?.leave(), turns[9]?.leave()]).toEqual([true, false]);
    for (let call = 0; call < 8; call += 1) concurrency.exit();
    expect(await stateOf(concurrency.enter())).toBe('now');
  });

  it('G18: shares its slots with other endpoints, each of which always has one', async () => {
    const places = new RequestSlots();
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
});
