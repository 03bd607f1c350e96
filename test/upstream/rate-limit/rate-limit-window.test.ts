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

describe('a call window, by an answer’s headers', () => {
  const after = (
    window: RateLimitWindow | undefined,
    limit: number | undefined,
    remaining: number | undefined,
    resetAt: number | undefined,
  ) => facts(RateLimitWindow.afterAnswer(window, { limit, remaining, resetAt }, now));

  it('is what they say', () => {
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

  it('has the fewest calls left of all that tell of the same end, give or take a second', () => {
    expect(after(known(3), 10, 7, end + 999)).toMatchObject({ remaining: 3, endsAt: end + 999 });
    expect(after(known(3), 10, 7, end + 1000)).toMatchObject({ remaining: 7, endsAt: end + 1000 });
    expect(after(notBegun(3), 10, 9, end)).toMatchObject({ remaining: 3, endsAt: end });
    expect(after(known(9), 12, 2, end)).toMatchObject({ limit: 12, remaining: 2 });
  });

  it('M5: is taken for what can be where one of them is missing or makes no sense', () => {
    expect(after(undefined, undefined, 7, end)).toMatchObject({ limit: 8, remaining: 7 });
    expect(after(known(4), undefined, 3, end)).toMatchObject({ limit: 10, remaining: 3 });
    expect(after(undefined, undefined, undefined, end)).toMatchObject({ limit: 1, remaining: 0 });
    expect(after(undefined, 10, undefined, end)).toMatchObject({ limit: 10, remaining: 9 });
    expect(after(undefined, 0, undefined, end)).toMatchObject({ limit: 0, remaining: 0 });
    expect(after(known(4), 10, undefined, end)).toMatchObject({ remaining: 3 });
    expect(after(known(0), 10, undefined, end)).toMatchObject({ remaining: 0 });
  });

  it('M5: that ends at no time that makes sense lasts for a second, or as long as was known', () => {
    expect(after(undefined, 10, 7, undefined)).toMatchObject({ remaining: 7, endsAt: now + 1000, isEndKnown: false });
    expect(after(known(4), 10, 3, undefined)).toMatchObject({ remaining: 3, endsAt: end, isEndKnown: true });
    expect(after(notBegun(4), 10, 3, undefined)).toMatchObject({ remaining: 3, endsAt: now + 1000, isEndKnown: false });
  });

  it('M5: that ended while the answer was on its way tells how many calls the next one has, and no more', () => {
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

describe('a call window, by a refusal', () => {
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

  it('is used up until the end that its headers name', () => {
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

  it('is used up as long as the refusal holds, where they name none that is to come', () => {
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

  it('G17: is not touched by the refusal of one that has ended since', () => {
    expect(after(known(5), { resetAt: now })).toMatchObject({ remaining: 5, endsAt: end });
  });

  it('has had the call that is sent to be refused', () => {
    expect(RateLimitWindow.afterRefusal(undefined, undefined, until, now).mayProbe(true)).toBe(false);
    expect(
      RateLimitWindow.afterRefusal(known(0), { limit: 10, remaining: 0, resetAt: end }, until, now).mayProbe(true),
    ).toBe(false);
  });
});

describe('the window after one', () => {
  it('has all its calls, where they and the end of this one are known', () => {
    const { next } = known(0);
    expect(next && facts(next)).toEqual({
      limit: 10,
      remaining: 10,
      endsAt: undefined,
      isReported: true,
      isEndKnown: true,
    });
  });

  it('is not known otherwise', () => {
    const base = { limit: 10, remaining: 0, endsAt: end, isReported: true };
    for (const unknown of [{ isReported: false }, { isEndKnown: false }, { limit: 0 }])
      expect(new RateLimitWindow({ ...base, ...unknown }).next).toBeUndefined();
  });
});

describe('a call that is lost', () => {
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
});

describe('a used-up window', () => {
  it('M5: is probed by one call at a time, and by none any more after one that was counted', () => {
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

  it('M5: is probed three times at most by calls whose answers do not tell', () => {
    const window = known(0);
    for (let probe = 0; probe < 3; probe += 1) {
      expect(window.mayProbe(true)).toBe(true);
      window.beginProbe(true);
      window.endProbe('unknown');
    }
    expect(window.mayProbe(true)).toBe(false);
  });

  it('M5: is probed once by somebody whom the workspace has not accepted, and still by those whom it has', () => {
    const window = known(0);
    expect(window.mayProbe(false)).toBe(true);
    window.beginProbe(false);
    window.endProbe('unknown');
    expect([window.mayProbe(false), window.mayProbe(true)]).toEqual([false, true]);
  });
});
