import { describe, expect, it } from 'vitest';
import { OutstandingCalls, type LimitedCall } from '../../../src/upstream/rate-limit/outstanding-calls.ts';

const callOf = (user: string): LimitedCall => ({
  caller: { turnKey: user, user },
  probed: undefined,
  sentAt: undefined,
});

describe('OutstandingCalls', () => {
  it('counts calls until they end, without those of exempt users', () => {
    const free = new Set<string | undefined>();
    const out = new OutstandingCalls((user) => free.has(user));
    const [a, b, c, d] = [callOf('maya'), callOf('maya'), callOf('botty'), callOf('botty')];
    for (const call of [a, b, c, d]) out.add(call);
    out.send(a, 1000);
    out.send(c, 2000);
    expect([out.unsent, out.sentAfter(0), out.sentAfter(1000), out.sentAt, a.sentAt, b.sentAt]).toEqual([
      2,
      2,
      1,
      [1000, 2000],
      1000,
      undefined,
    ]);
    expect([out.size, out.onWire, out.earliestSentAt]).toEqual([4, 2, 1000]);
    free.add('botty');
    expect([out.size, out.onWire, out.earliestSentAt]).toEqual([4, 2, 1000]);
    expect([out.unsent, out.sentAfter(0), out.sentAfter(1000)]).toEqual([1, 1, 0]);
    for (const call of [a, b, c]) out.remove(call);
    expect(out.isEmpty).toBe(false);
    out.remove(d);
    out.remove(d);
    expect([out.isEmpty, out.unsent, out.sentAt]).toEqual([true, 0, []]);
    expect([out.size, out.onWire, out.earliestSentAt]).toEqual([0, 0, Number.POSITIVE_INFINITY]);
  });

  it('asks about the caller of the first call that has yet to go out', () => {
    const asked: (string | undefined)[] = [];
    const out = new OutstandingCalls((user) => {
      asked.push(user);
      return false;
    });
    const [first, second, third] = ['phone', 'laptop', 'tablet'].map((user) => ({
      ...callOf(user),
      caller: { turnKey: 'maya', user },
    })) as [LimitedCall, LimitedCall, LimitedCall];
    out.add(first);
    out.send(first, 1000);
    expect([out.unsent, asked]).toEqual([0, []]);
    out.add(second);
    out.add(third);
    expect([out.unsent, asked]).toEqual([2, ['laptop']]);
  });

  it('counts the calls of callers who take turns', () => {
    const out = new OutstandingCalls(() => false);
    const calls = ['maya', 'botty', 'maya', 'maya', 'botty', 'zoe', 'botty'].map(callOf);
    for (const [index, call] of calls.entries()) {
      out.add(call);
      if (index % 3 === 0) out.remove(call);
      else if (index % 3 === 1) out.send(call, index);
    }
    expect([out.unsent, out.onWire, out.size]).toEqual([2, 2, 4]);
    for (const call of calls) out.remove(call);
    for (const call of calls) out.remove(call);
    expect([out.unsent, out.size, out.isEmpty]).toEqual([0, 0, true]);
  });
});
