import { describe, expect, it } from 'vitest';
import { FallbackShare, shareOf } from '../../../src/upstream/rate-limit/fallback-share.ts';
import type { LimitedCall } from '../../../src/upstream/rate-limit/outstanding-calls.ts';
import type { RateLimitWindow } from '../../../src/upstream/rate-limit/rate-limit-window.ts';

const windowOf = (remaining: number) => ({ remaining }) as RateLimitWindow;
const newCall = () => ({}) as LimitedCall;

describe('A replica’s share of a window', () => {
  it('is what was left of it, divided by the replicas, and at least one call where any is left', () => {
    expect([10, 9, 3, 1].map((calls) => shareOf(calls, 4))).toEqual([2, 2, 1, 1]);
    const left = (remaining: number) => new FallbackShare().leftOf(windowOf(remaining), 4);
    expect([10, 3, 1, 0].map(left)).toEqual([2, 1, 1, 0]);
  });

  it('is used up by its calls, and grows by those that are given back, once each', () => {
    const share = new FallbackShare();
    const window = windowOf(12);
    const [first, second, foreign] = [newCall(), newCall(), newCall()];
    expect(share.leftOf(window, 4)).toBe(3);
    share.take(first);
    share.take(second);
    expect(share.leftOf(window, 4)).toBe(1);
    share.giveBack(first);
    share.giveBack(first);
    share.giveBack(foreign);
    expect(share.leftOf(window, 4)).toBe(2);
  });

  it('stays what it was when the window began, however many replicas there are since', () => {
    const share = new FallbackShare();
    const window = { remaining: 12 };
    expect(share.leftOf(window as RateLimitWindow, 4)).toBe(3);
    window.remaining = 2;
    expect(share.leftOf(window as RateLimitWindow, 1)).toBe(3);
  });

  it('begins anew with another window, and after it was forgotten: earlier calls are none of its own', () => {
    const share = new FallbackShare();
    const window = windowOf(12);
    const call = newCall();
    share.leftOf(window, 4);
    share.take(call);
    expect(share.leftOf(windowOf(8), 4)).toBe(2);
    share.giveBack(call);
    const next = windowOf(8);
    expect(share.leftOf(next, 4)).toBe(2);
    share.take(newCall());
    share.forget();
    expect(share.leftOf(next, 4)).toBe(2);
  });
});
