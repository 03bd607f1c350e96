import { describe, expect, it } from 'vitest';
import { RoundRobinQueue, type QueuedCall } from '../../../src/upstream/rate-limit/round-robin-queue.ts';

interface Waiter extends QueuedCall {
  readonly name: string;
}

/** A queue of calls, named after their caller and number: `a1`. */
function queueOf(...names: string[]) {
  const queue = new RoundRobinQueue<Waiter>();
  const waiters = new Map(names.map((name) => [name, { name, callerKey: name.charAt(0), since: 0 }]));
  for (const waiter of waiters.values()) queue.add(waiter);
  return { queue, waiter: (name: string) => waiters.get(name) ?? { name, callerKey: name.charAt(0), since: 0 } };
}

const drain = (queue: RoundRobinQueue<Waiter>, mayGo: (waiter: Waiter) => boolean = () => true): string[] => {
  const names = [];
  for (let next = queue.takeNext(mayGo); next !== undefined; next = queue.takeNext(mayGo)) names.push(next.name);
  return names;
};

describe('RoundRobinQueue', () => {
  it('serves callers round-robin, and each caller’s calls in order', () => {
    const { queue } = queueOf('a1', 'a2', 'a3', 'b1', 'b2', 'c1');
    expect(queue.firsts.map(({ name }) => name)).toEqual(['a1', 'b1', 'c1']);
    expect(drain(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect([queue.size, queue.firsts]).toEqual([0, []]);
  });

  it('passes over calls that may not go, and keeps them', () => {
    const { queue } = queueOf('a1', 'a2', 'b1', 'b2');
    expect(drain(queue, ({ callerKey }) => callerKey === 'b')).toEqual(['b1', 'b2']);
    expect(drain(queue)).toEqual(['a1', 'a2']);
  });

  it('removes a call once', () => {
    const { queue, waiter } = queueOf('a1', 'a2');
    expect([queue.remove(waiter('a1')), queue.remove(waiter('a1')), queue.remove(waiter('z1')), queue.size]).toEqual([
      true,
      false,
      false,
      1,
    ]);
    expect(drain(queue)).toEqual(['a2']);
  });

  it('lists its calls', () => {
    const { queue, waiter } = queueOf('a1', 'b1', 'a2');
    queue.remove(waiter('a1'));
    expect(queue.waiters.map(({ name }) => name)).toEqual(['a2', 'b1']);
  });

  it('knows whether other callers’ calls wait', () => {
    const { queue, waiter } = queueOf('a1');
    expect([queue.isOnly('a'), queue.isOnly('b')]).toEqual([true, false]);
    queue.add(waiter('b1'));
    expect(queue.isOnly('a')).toBe(false);
    drain(queue);
    expect(queue.isOnly('b')).toBe(true);
  });

  it('H4: makes room by the newest call of the caller with most, if they have more than the newcomer would', () => {
    const { queue, waiter } = queueOf('a1', 'b1', 'b2', 'b3', 'c1', 'c2');
    expect(queue.takeNewestOfLargest('d')?.name).toBe('b3');
    expect(queue.takeNewestOfLargest('a')).toBeUndefined(); // two as well
    expect(queue.takeNewestOfLargest('d')?.name).toBe('b2');
    queue.add(waiter('c3'));
    expect(queue.takeNewestOfLargest('c')).toBeUndefined();
    expect([queue.size, drain(queue)]).toEqual([5, ['a1', 'b1', 'c1', 'c2', 'c3']]);
    expect(queue.takeNewestOfLargest('d')).toBeUndefined();
  });

  it('knows its callers, and the calls of each', () => {
    const { queue } = queueOf('a1', 'b1', 'a2');
    expect([queue.of('a'), queue.of('b'), queue.of('c')].map((calls) => calls.map(({ name }) => name))).toEqual([
      ['a1', 'a2'],
      ['b1'],
      [],
    ]);
  });
});
