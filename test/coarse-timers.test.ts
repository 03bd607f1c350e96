import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CoarseTimers } from '../src/coarse-timers.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('CoarseTimers', () => {
  it('run at their time or a tick later, each once, in the order of their times and of their setting', () => {
    const timers = new CoarseTimers();
    const ran: string[] = [];
    timers.after(100, () => ran.push('a'));
    timers.after(50, () => ran.push('b'));
    timers.after(100, () => ran.push('c'));
    vi.advanceTimersByTime(49);
    expect(ran).toEqual([]);
    vi.advanceTimersByTime(11);
    expect(ran).toEqual(['b']);
    vi.advanceTimersByTime(50);
    expect(ran).toEqual(['b', 'a', 'c']);
    vi.advanceTimersByTime(10_000);
    expect(ran).toHaveLength(3);
  });

  it('do not run once cancelled, by whomever: one that is due may cancel another', () => {
    const timers = new CoarseTimers();
    const ran: string[] = [];
    const early = timers.after(20, () => ran.push('early'));
    timers.cancel(early);
    timers.after(30, () => {
      ran.push('first');
      timers.cancel(second);
    });
    const second = timers.after(30, () => ran.push('second'));
    timers.after(60, () => ran.push('last'));
    vi.advanceTimersByTime(200);
    timers.cancel(second);
    expect(ran).toEqual(['first', 'last']);
  });

  it('may be set by one that runs', () => {
    const timers = new CoarseTimers();
    const ran: number[] = [];
    timers.after(10, () => {
      ran.push(1);
      timers.after(10, () => ran.push(2));
    });
    vi.advanceTimersByTime(19);
    expect(ran).toEqual([1]);
    vi.advanceTimersByTime(30);
    expect(ran).toEqual([1, 2]);
  });

  it('tick only while there are some, and some time longer', () => {
    const timers = new CoarseTimers();
    expect(vi.getTimerCount()).toBe(0);
    timers.cancel(timers.after(500, () => undefined));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1000);
    expect(vi.getTimerCount()).toBe(1);
    timers.after(500, () => undefined);
    vi.advanceTimersByTime(2000);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(2000);
    expect(vi.getTimerCount()).toBe(0);
    let hasRun = false;
    timers.after(10, () => (hasRun = true));
    vi.advanceTimersByTime(20);
    expect(hasRun).toBe(true);
  });
});
