import { afterEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/upstream/clock.ts';

afterEach(() => void vi.useRealTimers());

it('the system’s clock shows one time in a microtask, and the current one in the next', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1000 });
  expect(systemClock.now()).toBe(1000);
  vi.setSystemTime(2000);
  expect(systemClock.now()).toBe(1000);
  await Promise.resolve();
  expect(systemClock.now()).toBe(2000);
  vi.setSystemTime(3000);
  await new Promise((resolve) => setImmediate(resolve));
  expect(systemClock.now()).toBe(3000);
});

it('the system’s clock calls back once after a time, unless that is cancelled', () => {
  vi.useFakeTimers();
  const calls: string[] = [];
  systemClock.after(10, () => calls.push('kept'));
  const cancel = systemClock.after(10, () => calls.push('cancelled'));
  cancel();
  vi.advanceTimersByTime(9);
  expect(calls).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(calls).toEqual(['kept']);
});
