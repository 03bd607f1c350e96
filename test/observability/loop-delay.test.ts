import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoopDelay } from '../../src/observability/loop-delay.ts';
import { blockFor } from '../support/block.ts';

const readingMs = 1000;
const blockedMs = 300;

describe('LoopDelay', () => {
  let startedAt: number;
  let loopDelay: LoopDelay;
  beforeEach(() => {
    // The readings come when the test says so; the event loop is the real one.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    startedAt = performance.now();
    loopDelay = new LoopDelay();
  });
  afterEach(() => {
    loopDelay.stop();
    vi.useRealTimers();
  });

  /** Blocks the event loop between two of its samples. */
  const block = async () => {
    await delay(50);
    blockFor(blockedMs);
    await delay(1);
  };

  it('tells for how long the event loop was blocked in the last second, and forgets it in the next', async () => {
    expect(loopDelay.p99Ms).toBe(0);
    await block();
    expect(loopDelay.p99Ms).toBe(0); // not read yet
    vi.advanceTimersByTime(readingMs);
    expect(loopDelay.p99Ms).toBeGreaterThan(blockedMs * 0.9);
    expect(loopDelay.p99Ms).toBeLessThan((performance.now() - startedAt) * 1.1);
    vi.advanceTimersByTime(readingMs); // with no sample in between
    expect(loopDelay.p99Ms).toBe(0);
  });

  it('reads no more once it is stopped', async () => {
    await block();
    loopDelay.stop();
    vi.advanceTimersByTime(3 * readingMs);
    expect([loopDelay.p99Ms, vi.getTimerCount()]).toEqual([0, 0]);
  });
});

it('LoopDelay does not keep the process running', () => {
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const before = timers();
  const loopDelay = new LoopDelay();
  expect(timers()).toBe(before);
  loopDelay.stop();
});
