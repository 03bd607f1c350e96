import { describe, expect, it } from 'vitest';
import { Cancellation } from '../../../src/upstream/cancellation.ts';
import { InFlightCalls } from '../../../src/upstream/queue/in-flight-calls.ts';

/** A call that the test settles. */
function handCall() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let cancelled = 0;
  const call = { promise, cancel: () => void (cancelled += 1) };
  return { call, resolve, reject, cancelled: () => cancelled };
}

describe('InFlightCalls', () => {
  const clock = { now: () => 0 };

  it('starts a call once for everybody who joins', async () => {
    const sharing = new InFlightCalls<string>(clock);
    const { call, resolve } = handCall();
    const [one, two] = [sharing.join('key', 10_000, () => call), sharing.join('key', 10_000, () => handCall().call)];
    expect([one.isShared, two.isShared]).toEqual([false, true]);
    resolve('answer');
    expect(await Promise.all([one.promise, two.promise])).toEqual(['answer', 'answer']);
    expect(sharing.join('key', 10_000, () => handCall().call).isShared).toBe(false);
  });

  it('cancels a call when its last waiter leaves, each of whom leaves once', async () => {
    const sharing = new InFlightCalls<string>(clock);
    const { call, cancelled } = handCall();
    const [one, two] = [sharing.join('key', 10_000, () => call), sharing.join('key', 10_000, () => call)];
    one.cancel();
    one.cancel();
    await expect(one.promise).rejects.toThrow('left a shared call');
    expect(cancelled()).toBe(0);
    two.cancel();
    await expect(two.promise).rejects.toThrow('left a shared call');
    expect(cancelled()).toBe(1);
  });

  it('starts another call once one has failed', async () => {
    const sharing = new InFlightCalls<string>(clock);
    const { call, reject } = handCall();
    const [one, two] = [sharing.join('key', 10_000, () => call), sharing.join('key', 10_000, () => call)];
    reject(new Error('failed'));
    await expect(one.promise).rejects.toThrow('failed');
    await expect(two.promise).rejects.toThrow('failed');
    expect(sharing.join('key', 10_000, () => handCall().call).isShared).toBe(false);
  });

  it('shares a call with a caller who comes after another has left', async () => {
    const sharing = new InFlightCalls<string>(clock);
    const { call, cancelled, resolve } = handCall();
    const one = sharing.join('key', 10_000, () => call);
    const two = sharing.join('key', 10_000, () => call);
    one.cancel();
    const three = sharing.join('key', 10_000, () => handCall().call);
    two.cancel();
    expect([three.isShared, cancelled()]).toEqual([true, 0]);
    resolve('answer');
    expect(await three.promise).toBe('answer');
    await Promise.allSettled([one.promise, two.promise]);
  });

  it('does not forget the next call with a key when a cancelled one ends', async () => {
    const sharing = new InFlightCalls<string>(clock);
    const old = handCall();
    const left = sharing.join('key', 10_000, () => old.call);
    left.cancel();
    await expect(left.promise).rejects.toThrow();
    const fresh = sharing.join('key', 10_000, () => handCall().call);
    old.reject(new Error('cancelled'));
    await Promise.allSettled([old.call.promise]);
    expect([fresh.isShared, sharing.join('key', 10_000, () => handCall().call).isShared]).toEqual([false, true]);
  });
});

describe('a call in flight with little time left', () => {
  it('is not joined by a request with more than twice as much, whose own call replaces it', async () => {
    const sharing = new InFlightCalls<string>({ now: () => 1000 });
    const [short, long] = [handCall(), handCall()];
    const first = sharing.join('key', 2000, () => short.call);
    expect(sharing.join('key', 3000, () => handCall().call).isShared).toBe(true);
    const second = sharing.join('key', 3001, () => long.call);
    expect(second.isShared).toBe(false);
    short.resolve('short');
    await first.promise;
    expect(sharing.join('key', 3001, () => handCall().call).isShared).toBe(true);
    long.resolve('long');
    expect(await Promise.all([first.promise, second.promise])).toEqual(['short', 'long']);
  });
});

describe('Cancellation', () => {
  it('cancels the current step, and every later one immediately', () => {
    const cancellation = new Cancellation();
    const steps: string[] = [];
    cancellation.onCancel(() => steps.push('first'));
    cancellation.onCancel(() => steps.push('second'));
    cancellation.cancel();
    cancellation.onCancel(() => steps.push('third'));
    expect([steps, cancellation.isCancelled]).toEqual([['second', 'third'], true]);
  });

  it('remembers a cancellation before the first step', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    expect(cancellation.isCancelled).toBe(true);
  });
});
