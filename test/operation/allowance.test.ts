import { describe, expect, it } from 'vitest';
import type { RequestContext } from '../../src/context/request-context.ts';
import { CallAllowance, chargeAllowance, settleAllowance } from '../../src/operation/allowance.ts';
import type { SharedBucket, SharedBuckets } from '../../src/operation/token-bucket.ts';

/** An allowance of 60 calls a minute. Callers are `user:token`; the workspace accepts those of whom `accept` has been called. */
function allowance(options: { maxUsers?: number; shared?: SharedBuckets } = {}) {
  const clock = { ms: 0 };
  const accepted = new Set<string>();
  const claimOf = (callerKey: string) => callerKey.split(':')[0] ?? '';
  const userOf = (callerKey: string) => (accepted.has(callerKey) ? claimOf(callerKey) : undefined);
  const callAllowance = new CallAllowance({ callsPerMinute: 60, now: () => clock.ms, userOf, claimOf, ...options });
  const begin = (who: string, estimated: number) => {
    const charge = callAllowance.charge(who, estimated);
    return 'settle' in charge ? charge : undefined;
  };
  return {
    clock,
    callAllowance,
    begin,
    accept: (...callers: string[]) => callers.forEach((each) => accepted.add(each)),
    /** Makes a request with this estimate and this use: `taken`, or the seconds to wait. */
    use: (who: string, estimated: number, used = estimated): 'taken' | number => {
      const answer = callAllowance.charge(who, estimated);
      if (!('settle' in answer)) return answer.retryAfterSeconds;
      answer.settle(used);
      return 'taken';
    },
  };
}

const known = (options?: { maxUsers?: number; shared?: SharedBuckets }) => {
  const created = allowance(options);
  created.accept('a:1', 'a:2', 'b:1', 'c:1');
  return created;
};

describe('What CallAllowance says is left', () => {
  it('is what the next request could spend, in whole calls, and when the bucket is full again', () => {
    const { clock, use, callAllowance } = known();
    expect(callAllowance.leftTo('a:1')).toEqual({ capacity: 60, calls: 60, fullAfterSeconds: 0 });
    use('a:1', 20);
    clock.ms += 2500;
    expect(callAllowance.leftTo('a:2')).toEqual({ capacity: 60, calls: 42, fullAfterSeconds: 18 });
    expect([use('a:1', 43), use('a:1', 42)]).toEqual([1, 'taken']);
    expect(callAllowance.leftTo('a:1')).toEqual({ capacity: 60, calls: 0, fullAfterSeconds: 60 });
    clock.ms += 3_600_000;
    expect(callAllowance.leftTo('a:1')).toEqual({ capacity: 60, calls: 60, fullAfterSeconds: 0 });
  });

  it('is nothing while the user is in debt, which takes longer than a minute to refill', () => {
    const { use, callAllowance } = known();
    use('a:1', 60, 90);
    expect(callAllowance.leftTo('a:1')).toEqual({ capacity: 60, calls: 0, fullAfterSeconds: 90 });
  });

  it('tells no caller of another, and neither a stranger of the user they claim to be nor of other strangers', () => {
    const { use, accept, callAllowance } = allowance();
    accept('a:1');
    use('a:1', 30);
    use('stranger:1', 500);
    expect(['a:2', 'stranger:1', 'stranger:2'].map((who) => callAllowance.leftTo(who))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    accept('b:1');
    expect(callAllowance.leftTo('b:1')?.calls).toBe(60);
  });

  it('keeps no bucket of users who only look', () => {
    const { callAllowance } = known();
    callAllowance.leftTo('a:1');
    expect(callAllowance.knownUsers).toBe(0);
  });
});

describe('CallAllowance of an accepted user', () => {
  it('estimated calls that a request did not make are refunded', () => {
    const { use } = known();
    for (let count = 0; count < 51; count += 1) expect(use('a:1', 10, 1)).toBe('taken');
    expect(use('a:1', 10, 1)).toBe(1);
  });

  it('the bucket refills over time, up to its capacity', () => {
    const { clock, use } = known();
    use('a:1', 60);
    expect(use('a:1', 10)).toBe(10);
    clock.ms += 9000;
    expect(use('a:1', 10)).toBe(1);
    clock.ms += 1001;
    expect(use('a:1', 10)).toBe('taken');
    clock.ms += 3_600_000;
    expect(use('a:1', 60)).toBe('taken');
    expect(use('a:1', 1)).toBe(1);
  });

  it('a full bucket admits a request above its capacity; what it used beyond is a debt', () => {
    const { clock, use } = known();
    expect(use('a:1', 1, 0)).toBe('taken');
    expect(use('a:1', 90)).toBe('taken');
    expect([use('a:1', 1), use('a:1', 0)]).toEqual([31, 'taken']);
    clock.ms += 30_000;
    expect(use('a:1', 1)).toBe(1);
  });

  it('calls beyond the estimated cost are a debt', () => {
    const { use } = known();
    expect(use('a:1', 2, 5)).toBe('taken');
    expect([use('a:1', 55), use('a:1', 1)]).toEqual(['taken', 1]);
  });

  it('a running request of an accepted user may take more calls, and unused ones are refunded', () => {
    const { begin, use } = known();
    use('a:1', 1);
    const charge = begin('a:1', 40);
    expect([charge?.take(20), charge?.take(0), charge?.take(1)]).toEqual([false, true, true]);
    expect(use('a:1', 19)).toBe(1);
    charge?.settle(30);
    expect([charge?.take(1), use('a:1', 29), use('a:1', 1)]).toEqual([false, 'taken', 1]);
  });

  it('S8: all tokens of a user share one bucket', () => {
    const { use, callAllowance } = known();
    expect([use('a:1', 40), use('a:2', 30), use('a:2', 20), use('b:1', 60)]).toEqual(['taken', 10, 'taken', 'taken']);
    expect(callAllowance.knownUsers).toBe(2);
  });

  it('the bucket used longest ago is evicted first', () => {
    const { use, callAllowance } = known({ maxUsers: 2 });
    for (const who of ['a:1', 'b:1', 'a:1', 'c:1']) use(who, 1);
    expect(callAllowance.knownUsers).toBe(2);
    expect([use('a:1', 58), use('a:1', 1)]).toEqual(['taken', 1]); // still theirs, with two used
    expect(use('b:1', 60)).toBe('taken');
  });

  it('the bucket uses the monotonic clock by default', () => {
    const charge = new CallAllowance({ callsPerMinute: 1, userOf: () => 'a', claimOf: () => 'a' }).charge('a', 1);
    expect(charge).toHaveProperty('settle');
  });
});

describe('CallAllowance of callers whom the workspace has not accepted', () => {
  it('callers with made-up tokens share one bucket, ten times as large, and evict no user’s', () => {
    const { use, callAllowance } = known({ maxUsers: 3 });
    expect(use('a:1', 1)).toBe('taken');
    for (let count = 0; count < 10; count += 1) expect(use(`made-up${count}:1`, 60)).toBe('taken');
    expect(use('made-up:1', 60)).toBe(6);
    expect(callAllowance.knownUsers).toBe(1);
    expect(use('a:1', 50)).toBe('taken');
  });

  it('S8: a caller who is not accepted takes nothing from the user whom they claim to be', () => {
    const { use } = known();
    for (let token = 0; token < 5; token += 1) expect(use(`a:made-up${token}`, 60)).toBe('taken');
    expect(use('a:1', 60)).toBe('taken');
  });

  it('S8: a caller who is not accepted has no more calls in flight than are left to the user whom they claim to be', () => {
    const { begin, use } = known();
    use('a:1', 50);
    expect(use('a:new', 11)).toBe(1);
    const [one, two] = [begin('a:new', 6), begin('a:new', 5)];
    expect([one === undefined, two]).toEqual([false, undefined]);
    expect([one?.take(5), one?.take(4)]).toEqual([false, true]);
    expect(use('a:other', 10)).toBe('taken'); // as nobody can say whether the first is theirs
    one?.settle(0);
    expect(use('a:new', 10)).toBe('taken');
    const many = Array.from({ length: 7 }, () => begin('nobody:new', 10));
    expect(many.map((charge) => charge !== undefined)).toEqual([true, true, true, true, true, true, false]);
    many[0]?.settle(10);
    expect(begin('nobody:new', 10)).toBeDefined();
  });

  it('S8: once a caller is accepted, their user is charged what they used, into debt if need be', () => {
    const { accept, begin, use, callAllowance } = allowance();
    const charges = [begin('a:1', 30), begin('a:2', 60)];
    accept('a:1', 'a:2');
    charges[0]?.settle(20);
    expect(callAllowance.knownUsers).toBe(1);
    charges[1]?.settle(60);
    expect(use('a:1', 1)).toBe(21); // 80 of 60
    expect(use('a:3', 1)).toBe(21); // logged in once more
    for (let count = 0; count < 10; count += 1) expect(use(`made-up${count}:1`, 60)).toBe('taken'); // theirs is whole again
  });

  it('a running request of a caller who is not accepted may take more calls while the shared bucket has them', () => {
    const { begin, use } = allowance();
    for (let count = 0; count < 9; count += 1) use(`made-up${count}:1`, 60);
    use('made-up:1', 40);
    const charge = begin('made-up:2', 10);
    expect([charge?.take(11), charge?.take(10), charge?.take(1)]).toEqual([false, true, false]);
    charge?.settle(0);
    expect([charge?.take(1), use('made-up:3', 20)]).toEqual([false, 'taken']);
  });
});

describe('CallAllowance that replicas share', () => {
  it('tells what each bucket has given and had back, also that it was short, and goes on from the level that it hears', () => {
    const told: SharedBucket[] = [];
    const { clock, use, begin } = known({ shared: { era: 1, tell: (bucket) => void told.push(bucket) } });
    begin('a:1', 50)?.settle(45);
    const [bucket] = told;
    expect(bucket).toMatchObject({ name: 'a', capacity: 60, untold: 45 });
    bucket?.learn(-60);
    expect(use('a:1', 1)).toBe(61);
    expect(told).toHaveLength(3);
    clock.ms += 61_000;
    expect(use('a:2', 1)).toBe('taken');
    bucket?.learn(1000);
    expect([use('a:1', 60), use('a:1', 1)]).toEqual(['taken', 1]);
    expect(use('b:1', 60)).toBe('taken');
  });
});

describe('A request', () => {
  it('is charged its estimate, and refunded what it did not use', () => {
    const { callAllowance } = known();
    const charge = chargeAllowance(callAllowance, { callerKey: 'a:1' }, 20);
    expect(callAllowance.leftTo('a:1')?.calls).toBe(40);
    const stops: string[] = [];
    const request = { outcome: { charge }, callCount: 5, stop: ({ message }: Error) => stops.push(message) };
    settleAllowance(request as unknown as RequestContext);
    expect(callAllowance.leftTo('a:1')?.calls).toBe(55);
    expect(stops).toEqual(['The request has been answered.']);
  });

  it('is charged nothing without an allowance, a caller or calls', () => {
    const { callAllowance } = known();
    expect(chargeAllowance(undefined, { callerKey: 'a:1' }, 20)).toBeUndefined();
    expect(chargeAllowance(callAllowance, { callerKey: undefined }, 20)).toBeUndefined();
    expect(chargeAllowance(callAllowance, { callerKey: 'a:1' }, 0)).toBeUndefined();
    expect(callAllowance.leftTo('a:1')?.calls).toBe(60);
    const uncharged = { outcome: {}, callCount: 0, stop: () => undefined };
    expect(() => settleAllowance(uncharged as unknown as RequestContext)).not.toThrow();
  });

  it('is refused where the bucket is short, and told when to come again', () => {
    const { callAllowance } = known();
    chargeAllowance(callAllowance, { callerKey: 'a:1' }, 50);
    expect(() => chargeAllowance(callAllowance, { callerKey: 'a:1' }, 20)).toThrow(
      expect.objectContaining({
        message: 'The caller’s allowance of upstream calls is used up.',
        extensions: expect.objectContaining({ code: 'RATE_LIMITED', retryAfterSeconds: 10 }) as unknown,
      }) as Error,
    );
  });
});
