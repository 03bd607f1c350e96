import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PipelineDepth } from '../../../src/upstream/transport/pipeline-depth.ts';

/** A depth of at most `max`, and its clock in milliseconds. */
function depthOf(max: number) {
  const clock = { ms: 0 };
  const depth = new PipelineDepth(max, () => clock.ms);
  /** So many pipelines in which each further call added this share of the first one's time. */
  const observe = (share: number, times = 1) => {
    for (let time = 0; time < times; time += 1) depth.observe(100, 100 * share * 3, 3);
  };
  return { clock, depth, observe };
}

describe('The depth of pipelines', () => {
  it('is 2 at first, or 1 where there may be no more', () => {
    expect([1, 2, 8].map((max) => depthOf(max).depth.current)).toEqual([1, 2, 2]);
  });

  it('grows to the most where all calls are answered at once', () => {
    const { depth, observe } = depthOf(8);
    const depths = Array.from({ length: 12 }, () => (observe(0), depth.current));
    expect(depths).toEqual([2, 2, 2, 3, 4, 4, 5, 6, 8, 8, 8, 8]);
  });

  it.each([
    [0.5, 2],
    [0.24, 3],
    [0.2, 3],
    [0.09, 6],
    [0.08, 7],
    [0.01, 8],
  ])('lets the last call wait half its time at most: each adds %d, so it is %i', (share, expected) => {
    const { depth, observe } = depthOf(8);
    observe(share, 60);
    expect(depth.current).toBe(expected);
  });

  it('is 1 where calls are answered one after another, and 2 again after a rest that doubles up to ten minutes', () => {
    const { clock, depth, observe } = depthOf(8);
    const rests: number[] = [];
    for (let rest = 0; rest < 9; rest += 1) {
      observe(1);
      const since = clock.ms;
      while (depth.current === 1) clock.ms += 1000;
      rests.push((clock.ms - since) / 1000);
      expect(depth.current).toBe(2);
    }
    expect(rests).toEqual([10, 20, 40, 80, 160, 320, 600, 600, 600]);
  });

  it('rests once for pipelines that were out together', () => {
    const { clock, depth, observe } = depthOf(8);
    observe(1, 7);
    clock.ms += 9999;
    expect(depth.current).toBe(1);
    clock.ms += 1;
    expect(depth.current).toBe(2);
  });

  it('rests for ten seconds again once it was at its most', () => {
    const { clock, depth, observe } = depthOf(4);
    observe(1);
    clock.ms += 10_000;
    observe(1);
    clock.ms += 20_000;
    observe(0, 20);
    expect(depth.current).toBe(4);
    observe(1, 4);
    expect(depth.current).toBe(1);
    clock.ms += 9999;
    expect(depth.current).toBe(1);
    clock.ms += 1;
    expect(depth.current).toBe(2);
  });

  it('takes one slow pipeline among many for what it is', () => {
    const { depth, observe } = depthOf(8);
    observe(0, 50);
    observe(1000);
    expect(depth.current).toBe(3);
    observe(0, 10);
    expect(depth.current).toBe(8);
  });

  it('takes calls of less than a millisecond for calls of one', () => {
    const { depth } = depthOf(8);
    for (let time = 0; time < 40; time += 1) depth.observe(0.01, 0.05, 1);
    expect(depth.current).toBe(8);
    for (let time = 0; time < 40; time += 1) depth.observe(0, 0.25, 1);
    expect(depth.current).toBe(3);
  });

  it('falls where the workspace ends connections with calls on them', () => {
    const { depth, observe } = depthOf(8);
    depth.observeEnd();
    expect(depth.current).toBe(1);
    const usual = depthOf(8);
    usual.observe(0, 50);
    usual.depth.observeEnd();
    expect(usual.depth.current).toBe(3);
    observe(0, 50);
    expect(depth.current).toBe(1); // it still rests
  });

  it('is from 1 to its most, whatever it observes', () => {
    const time = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }); // of a clock: always finite
    const observed = fc.tuple(time, time, fc.nat(63));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.array(observed), (max, all) => {
        const { clock, depth } = depthOf(max);
        for (const [firstMs, furtherMs, further] of all) {
          depth.observe(firstMs, furtherMs, further + 1);
          clock.ms += 5000;
          expect(depth.current).toBeGreaterThanOrEqual(1);
          expect(depth.current).toBeLessThanOrEqual(max);
          expect(Number.isInteger(depth.current)).toBe(true);
        }
      }),
      { seed: 1 },
    );
  });
});
