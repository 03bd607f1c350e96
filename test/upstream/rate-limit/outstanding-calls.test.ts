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
});
