import { describe, expect, it } from 'vitest';
import { BucketCharge, TokenBucket, type SharedBucket } from '../../src/operation/token-bucket.ts';

/** A bucket of 60 calls, which replicas share where `era` is given. */
function openBucket(options: { readonly isShared?: boolean } = {}) {
  const clock = { ms: 0 };
  const told: number[] = [];
  const shared: { era: number | undefined; tell: (bucket: SharedBucket) => void } = {
    era: 1,
    tell: ({ untold }) => void told.push(untold),
  };
  const parts = { now: () => clock.ms, shared: options.isShared === true ? shared : undefined };
  return { clock, told, shared, bucket: new TokenBucket('user', 60, parts) };
}

describe('A token bucket', () => {
  it('says how many calls it lacks, refills over a minute, and holds no more than its capacity', () => {
    const { bucket, clock } = openBucket();
    expect([bucket.missing(60), bucket.missing(61), bucket.missing(0)]).toEqual([0, 1, 0]);
    bucket.take(70);
    expect([bucket.level, bucket.missing(0), bucket.missing(1)]).toEqual([-10, 0, 11]);
    clock.ms += 30_000;
    expect(bucket.level).toBe(20);
    bucket.take(-100);
    expect(bucket.level).toBe(60);
    clock.ms += 60_000;
    expect(bucket.level).toBe(60);
  });

  it('tells replicas what it took, and asks them where it lacks calls', () => {
    const { bucket, told } = openBucket({ isShared: true });
    bucket.take(10);
    bucket.take(0);
    bucket.take(-3, -1);
    expect([told, bucket.untold]).toEqual([[10, 9], 9]);
    expect([bucket.missing(53), told.length]).toEqual([0, 2]);
    expect([bucket.missing(54), told.length]).toEqual([1, 3]);
  });

  it('believes what the replicas know, up to its capacity', () => {
    const { bucket, clock } = openBucket({ isShared: true });
    bucket.take(50);
    clock.ms += 30_000;
    bucket.learn(5);
    expect(bucket.level).toBe(5);
    bucket.learn(500);
    expect(bucket.level).toBe(60);
  });

  it('tells nobody, and knows no era, where nobody shares it', () => {
    const { bucket } = openBucket();
    bucket.take(10);
    expect([bucket.untold, bucket.era, bucket.missing(60)]).toEqual([0, undefined, 10]);
  });
});

describe('The charge of a request', () => {
  it('is refunded, or charged further, by what was used', () => {
    for (const [used, level] of [
      [5, 55],
      [20, 40],
      [30, 30],
    ] as const) {
      const { bucket, told } = openBucket({ isShared: true });
      const charge = new BucketCharge(bucket);
      charge.take(15);
      charge.take(5);
      expect([charge.taken, bucket.level]).toEqual([20, 40]);
      charge.settle(used);
      expect([used, bucket.level, bucket.untold]).toEqual([used, level, used]);
      expect(told).toHaveLength(used === 20 ? 2 : 3);
    }
  });

  it('refunds the replicas at most what they know of it', () => {
    for (const [before, after, refund] of [
      [1, 1, -20],
      [1, 2, 0],
      [undefined, 1, 0],
      [1, undefined, 0],
    ] as const) {
      const { bucket, shared } = openBucket({ isShared: true });
      const charge = new BucketCharge(bucket);
      shared.era = before;
      charge.take(20);
      shared.era = after;
      bucket.untold = 0;
      charge.settle(0);
      expect([before, after, bucket.untold + 0, bucket.level]).toEqual([before, after, refund, 60]);
    }
  });

  it('refunds the part that was taken in the present era', () => {
    const { bucket, shared } = openBucket({ isShared: true });
    const charge = new BucketCharge(bucket);
    charge.take(20);
    shared.era = 2;
    charge.take(4);
    charge.take(2);
    bucket.untold = 0;
    charge.settle(1);
    expect([bucket.untold, bucket.level]).toEqual([-6, 59]);
  });

  it('charges the replicas all that was used beyond it, whatever the era', () => {
    const { bucket, shared } = openBucket({ isShared: true });
    const charge = new BucketCharge(bucket);
    charge.take(20);
    shared.era = 2;
    bucket.untold = 0;
    charge.settle(25);
    expect([bucket.untold, bucket.level]).toEqual([5, 35]);
  });
});
