import { describe, expect, it } from 'vitest';
import { RoundRobinQueue, type QueuedCall } from '../../../src/upstream/rate-limit/round-robin-queue.ts';

interface Waiter extends QueuedCall {
  readonly name: string;
}

/** A line of calls that are named after their caller and number: `a1`. */
function lineOf(...names: string[]) {
  const line = new RoundRobinQueue<Waiter>();
  const waiters = new Map(names.map((name) => [name, { name, callerKey: name.charAt(0), since: 0 }]));
  for (const waiter of waiters.values()) line.add(waiter);
  return { line, waiter: (name: string) => waiters.get(name) ?? { name, callerKey: name.charAt(0), since: 0 } };
}

const drain = (line: RoundRobinQueue<Waiter>, mayGo: (waiter: Waiter) => boolean = () => true): string[] => {
  const names = [];
  for (let next = line.takeNext(mayGo); next !== undefined; next = line.takeNext(mayGo)) names.push(next.name);
  return names;
};

describe('a line', () => {
  it('lets callers take turns, each by the order of their own calls', () => {
    const { line } = lineOf('a1', 'a2', 'a3', 'b1', 'b2', 'c1');
    expect(line.firsts.map(({ name }) => name)).toEqual(['a1', 'b1', 'c1']);
    expect(drain(line)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect([line.size, line.firsts]).toEqual([0, []]);
  });

  it('passes over those who may not go, and keeps them', () => {
    const { line } = lineOf('a1', 'a2', 'b1', 'b2');
    expect(drain(line, ({ callerKey }) => callerKey === 'b')).toEqual(['b1', 'b2']);
    expect(drain(line)).toEqual(['a1', 'a2']);
  });

  it('is left by whoever is in it, once', () => {
    const { line, waiter } = lineOf('a1', 'a2');
    expect([line.remove(waiter('a1')), line.remove(waiter('a1')), line.remove(waiter('z1')), line.size]).toEqual([
      true,
      false,
      false,
      1,
    ]);
    expect(drain(line)).toEqual(['a2']);
  });

  it('tells who is in it', () => {
    const { line, waiter } = lineOf('a1', 'b1', 'a2');
    line.remove(waiter('a1'));
    expect(line.waiters.map(({ name }) => name)).toEqual(['a2', 'b1']);
  });

  it('knows whether anybody else is in it', () => {
    const { line, waiter } = lineOf('a1');
    expect([line.isOnly('a'), line.isOnly('b')]).toEqual([true, false]);
    line.add(waiter('b1'));
    expect(line.isOnly('a')).toBe(false);
    drain(line);
    expect(line.isOnly('b')).toBe(true);
  });

  it('H4: makes room by the newest call of whoever has most of it, as long as they have more than the newcomer would', () => {
    const { line, waiter } = lineOf('a1', 'b1', 'b2', 'b3', 'c1', 'c2');
    expect(line.takeNewestOfLargest('d')?.name).toBe('b3');
    expect(line.takeNewestOfLargest('a')).toBeUndefined(); // two as well
    expect(line.takeNewestOfLargest('d')?.name).toBe('b2');
    line.add(waiter('c3'));
    expect(line.takeNewestOfLargest('c')).toBeUndefined();
    expect([line.size, drain(line)]).toEqual([5, ['a1', 'b1', 'c1', 'c2', 'c3']]);
    expect(line.takeNewestOfLargest('d')).toBeUndefined();
  });
});
