import { describe, expect, it } from 'vitest';
import { Fairness } from '../src/fairness.ts';

function allowance(options: { maxCallers?: number } = {}) {
  const clock = { ms: 0 };
  const fairness = new Fairness({ callsPerMinute: 60, now: () => clock.ms, ...options });
  /** Makes a request of so many planned calls that uses so many; whether it was taken. */
  const use = (who: string, planned: number, used = planned, shown: 'genuine' | 'false' | 'nothing' = 'genuine') => {
    const answer = fairness.charge(who, planned);
    if (!('settle' in answer)) return answer.retryAfterSeconds;
    answer.settle(used, shown === 'nothing' ? undefined : shown === 'genuine');
    return 'taken';
  };
  return { clock, fairness, use };
}

describe('fairness', () => {
  it('gives back what was planned and not used', () => {
    const { use } = allowance();
    for (let count = 0; count < 51; count += 1) expect(use('a', 10, 1)).toBe('taken');
    expect(use('a', 10, 1)).toBe(1);
  });

  it('refills with time, up to a minute’s calls', () => {
    const { clock, use } = allowance();
    use('a', 60);
    expect(use('a', 10)).toBe(10);
    clock.ms += 9000;
    expect(use('a', 10)).toBe(1);
    clock.ms += 1001;
    expect(use('a', 10)).toBe('taken');
    clock.ms += 3_600_000;
    expect(use('a', 60)).toBe('taken');
    expect(use('a', 1)).toBe(1);
  });

  it('claim 1: takes the whole price, also where there is never as much', () => {
    const { use } = allowance();
    expect(use('a', 1, 0)).toBe('taken');
    expect(use('a', 61, 0)).toBe(1);
    expect(use('a', 60)).toBe('taken');
  });

  it('M8: takes what a request needs beyond its price when it needs it, if it is there, and gives back what it does not use', () => {
    const { fairness, use, clock } = allowance();
    use('a', 1, 0);
    const charge = fairness.charge('a', 50);
    if (!('settle' in charge)) throw new Error('refused');
    expect([charge.take(8), charge.take(3), charge.take(2)]).toEqual([true, false, true]);
    clock.ms += 3000; // three calls flow back
    expect([charge.take(4), charge.take(3)]).toEqual([false, true]);
    charge.settle(55, true);
    expect([use('a', 9, 0), use('a', 8)]).toEqual([1, 'taken']);
  });

  it('has one allowance for all who are not known, so that made-up tokens have none of their own and push nobody out', () => {
    const { use, fairness } = allowance({ maxCallers: 3 });
    expect(use('known', 1)).toBe('taken');
    for (let count = 0; count < 9; count += 1) expect(use(`made-up ${count}`, 60, 60, 'false')).toBe('taken');
    expect(use('made-up', 60, 60, 'false')).toBe(1);
    expect(fairness.knownCallers).toBe(1);
    expect(use('known', 50)).toBe('taken');
  });

  it('knows nobody by a request that showed nothing of him', () => {
    const { use, fairness } = allowance();
    expect(use('a', 5, 0, 'nothing')).toBe('taken');
    expect(fairness.knownCallers).toBe(0);
    use('a', 5, 0);
    use('a', 5, 5, 'nothing');
    expect(fairness.knownCallers).toBe(1);
  });

  it('flows back by the real clock, too', () => {
    const charge = new Fairness({ callsPerMinute: 1 }).charge('a', 1);
    expect(charge).toHaveProperty('settle');
  });

  it('forgets whom the workspace refuses, and whoever asked longest ago', () => {
    const { use, fairness } = allowance({ maxCallers: 2 });
    for (const who of ['a', 'b', 'a', 'c']) use(who, 1);
    expect(fairness.knownCallers).toBe(2);
    expect(use('a', 58)).toBe('taken'); // still his own, with two used
    expect(use('a', 1)).toBe(1);
    use('c', 1, 1, 'false');
    expect(fairness.knownCallers).toBe(1);
  });
});
