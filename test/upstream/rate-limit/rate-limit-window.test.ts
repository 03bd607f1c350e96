import { describe, expect, it } from 'vitest';
import { RateLimitWindow } from '../../../src/upstream/rate-limit/rate-limit-window.ts';

const now = 1_800_000_000_000;
const end = now + 60_000;
const known = (remaining: number, endsAt = end) =>
  new RateLimitWindow({ limit: 10, remaining, endsAt, isReported: true });
const notBegun = (remaining: number) =>
  new RateLimitWindow({ limit: 10, remaining, endsAt: undefined, isReported: true });
const facts = ({ limit, remaining, endsAt, isReported, isEndKnown }: RateLimitWindow) => ({
  limit,
  remaining,
  endsAt,
  isReported,
  isEndKnown,
});

describe('RateLimitWindow.afterResponse', () => {
  const after = (
    window: RateLimitWindow | undefined,
    limit: number | undefined,
    remaining: number | undefined,
    resetAt: number | undefined,
  ) => facts(RateLimitWindow.afterResponse(window, { limit, remaining, resetAt }, now));

  it('takes the values of the headers', () => {
    expect(after(undefined, 10, 7, end)).toEqual({
      limit: 10,
      remaining: 7,
      endsAt: end,
      isReported: true,
      isEndKnown: true,
    });
    expect(after(known(3, now + 5000), 20, 19, end)).toEqual({
      limit: 20,
      remaining: 19,
      endsAt: end,
      isReported: true,
      isEndKnown: true,
    });
  });

  it('keeps the smallest `remaining` of responses with the same end, give or take a second', () => {
    expect(after(known(3), 10, 7, end + 999)).toMatchObject({ remaining: 3, endsAt: end + 999 });
    expect(after(known(3), 10, 7, end + 1000)).toMatchObject({ remaining: 7, endsAt: end + 1000 });
    expect(after(notBegun(3), 10, 9, end)).toMatchObject({ remaining: 3, endsAt: end });
    expect(after(known(9), 12, 2, end)).toMatchObject({ limit: 12, remaining: 2 });
  });

  it('M5: assumes plausible values for missing or senseless headers', () => {
    expect(after(undefined, undefined, 7, end)).toMatchObject({ limit: 8, remaining: 7 });
    expect(after(known(4), undefined, 3, end)).toMatchObject({ limit: 10, remaining: 3 });
    expect(after(undefined, undefined, undefined, end)).toMatchObject({ limit: 1, remaining: 0 });
    expect(after(undefined, 10, undefined, end)).toMatchObject({ limit: 10, remaining: 9 });
    expect(after(undefined, 0, undefined, end)).toMatchObject({ limit: 0, remaining: 0 });
    expect(after(known(4), 10, undefined, end)).toMatchObject({ remaining: 3 });
    expect(after(known(0), 10, undefined, end)).toMatchObject({ remaining: 0 });
  });

  it('M5: lasts a second, or to its known end, when the header’s end makes no sense', () => {
    expect(after(undefined, 10, 7, undefined)).toMatchObject({ remaining: 7, endsAt: now + 1000, isEndKnown: false });
    expect(after(known(4), 10, 3, undefined)).toMatchObject({ remaining: 3, endsAt: end, isEndKnown: true });
    expect(after(notBegun(4), 10, 3, undefined)).toMatchObject({ remaining: 3, endsAt: now + 1000, isEndKnown: false });
  });

  it('M5: teaches only the limit when the window ended during the response', () => {
    expect(after(undefined, 10, 0, now)).toEqual({
      limit: 10,
      remaining: 10,
      endsAt: undefined,
      isReported: true,
      isEndKnown: true,
    });
    expect(after(known(4), 10, 0, now - 1)).toMatchObject({ remaining: 4, endsAt: end });
    expect(after(undefined, 0, 0, now - 1)).toMatchObject({ limit: 0, remaining: 0, endsAt: now - 1 });
  });
});

describe('RateLimitWindow.afterRefusal', () => {
  const until = now + 7000;
  const after = (
    window: RateLimitWindow | undefined,
    rate?: { limit?: number; remaining?: number; resetAt?: number },
  ) =>
    facts(
      RateLimitWindow.afterRefusal(
        window,
        rate === undefined ? undefined : { limit: undefined, remaining: undefined, resetAt: undefined, ...rate },
        until,
        now,
      ),
    );

  it('is used up until the end in the headers', () => {
    expect(after(undefined, { limit: 10, remaining: 3, resetAt: end })).toEqual({
      limit: 10,
      remaining: 0,
      endsAt: end,
      isReported: true,
      isEndKnown: true,
    });
    expect(after(known(5), { limit: 12, remaining: 0, resetAt: end })).toEqual({
      limit: 12,
      remaining: 0,
      endsAt: end,
      isReported: true,
      isEndKnown: true,
    });
  });

  it('is used up as long as the refusal holds without a future end in the headers', () => {
    expect(after(undefined)).toEqual({ limit: 1, remaining: 0, endsAt: until, isReported: false, isEndKnown: false });
    expect(after(undefined, {})).toEqual({
      limit: 1,
      remaining: 0,
      endsAt: until,
      isReported: true,
      isEndKnown: false,
    });
    expect(after(undefined, { resetAt: now })).toEqual({
      limit: 1,
      remaining: 0,
      endsAt: until,
      isReported: true,
      isEndKnown: false,
    });
    expect(after(known(5), {})).toEqual({
      limit: 10,
      remaining: 0,
      endsAt: until,
      isReported: true,
      isEndKnown: false,
    });
    expect(after(known(5, until + 500), {})).toMatchObject({ remaining: 0, endsAt: until + 500, isEndKnown: true });
  });

  it('G17: ignores the refusal of a window that has ended', () => {
    expect(after(known(5), { resetAt: now })).toMatchObject({ remaining: 5, endsAt: end });
  });

  it('allows no probe after a refusal', () => {
    expect(RateLimitWindow.afterRefusal(undefined, undefined, until, now).mayProbe(true)).toBe(false);
    expect(
      RateLimitWindow.afterRefusal(known(0), { limit: 10, remaining: 0, resetAt: end }, until, now).mayProbe(true),
    ).toBe(false);
  });
});

describe('RateLimitWindow.next', () => {
  it('has all calls when the limit and the end of this window are known', () => {
    const { next } = known(0);
    expect(next && facts(next)).toEqual({
      limit: 10,
      remaining: 10,
      endsAt: undefined,
      isReported: true,
      isEndKnown: true,
    });
  });

  it('is undefined otherwise', () => {
    const base = { limit: 10, remaining: 0, endsAt: end, isReported: true };
    for (const unknown of [{ isReported: false }, { isEndKnown: false }, { limit: 0 }])
      expect(new RateLimitWindow({ ...base, ...unknown }).next).toBeUndefined();
  });
});

describe('a lost call', () => {
  it('counts, and may have begun the window', () => {
    const window = known(2);
    window.countLost(now);
    expect(facts(window)).toEqual({ limit: 10, remaining: 1, endsAt: end, isReported: true, isEndKnown: true });
    window.countLost(now);
    window.countLost(now);
    expect(window.remaining).toBe(0);
    const fresh = notBegun(2);
    fresh.countLost(now);
    expect(facts(fresh)).toMatchObject({ remaining: 1, endsAt: end, isEndKnown: false });
  });

  it('does not move an end that was guessed before', () => {
    const window = RateLimitWindow.afterRefusal(undefined, undefined, now + 7000, now);
    window.countLost(now + 1000);
    expect(facts(window)).toMatchObject({ endsAt: now + 7000, isEndKnown: false });
  });
});

describe('a used-up window', () => {
  it('M5: is probed by one call at a time, and no longer once one was counted', () => {
    const window = known(0);
    expect([known(1).mayProbe(true), window.mayProbe(true)]).toEqual([false, true]);
    window.beginProbe(true);
    expect(window.mayProbe(true)).toBe(false);
    window.endProbe('uncounted');
    expect(window.mayProbe(true)).toBe(true);
    window.beginProbe(true);
    window.endProbe('counted');
    expect(window.mayProbe(true)).toBe(false);
  });

  it('M5: is probed at most three times by calls whose responses do not say', () => {
    const window = known(0);
    for (let probe = 0; probe < 3; probe += 1) {
      expect(window.mayProbe(true)).toBe(true);
      window.beginProbe(true);
      window.endProbe('unknown');
    }
    expect(window.mayProbe(true)).toBe(false);
  });

  it('M5: is probed once by an unaccepted caller, and further by accepted ones', () => {
    const window = known(0);
    expect(window.mayProbe(false)).toBe(true);
    window.beginProbe(false);
    window.endProbe('unknown');
    expect([window.mayProbe(false), window.mayProbe(true)]).toEqual([false, true]);
  });

  it('M5: can be probed by an unaccepted caller after an accepted one', () => {
    const window = known(0);
    window.beginProbe(true);
    window.endProbe('unknown');
    expect(window.mayProbe(false)).toBe(true);
  });

  it('M5: can be probed any number of times by exempt users', () => {
    const window = known(0);
    for (let probe = 0; probe < 10; probe += 1) {
      expect([probe, window.mayProbe(true)]).toEqual([probe, true]);
      window.beginProbe(true);
      window.endProbe('uncounted');
    }
  });
});
