import { describe, expect, it } from 'vitest';
import { Cancellation, Sharing } from '../../src/upstream/sharing.ts';

/** A call that is settled by hand. */
function handCall() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let cancelled = 0;
  const call = { promise, cancel: () => void (cancelled += 1) };
  return { call, resolve, reject, cancelled: () => cancelled };
}

describe('a shared call', () => {
  it('is started once and answers everybody who joined', async () => {
    const sharing = new Sharing<string>();
    const { call, resolve } = handCall();
    const [one, two] = [sharing.join('key', () => call), sharing.join('key', () => handCall().call)];
    expect([one.isShared, two.isShared]).toEqual([false, true]);
    resolve('answer');
    expect(await Promise.all([one.promise, two.promise])).toEqual(['answer', 'answer']);
    expect(sharing.join('key', () => handCall().call).isShared).toBe(false);
  });

  it('is given up when the last one leaves, each of whom leaves once', async () => {
    const sharing = new Sharing<string>();
    const { call, cancelled } = handCall();
    const [one, two] = [sharing.join('key', () => call), sharing.join('key', () => call)];
    one.cancel();
    one.cancel();
    await expect(one.promise).rejects.toThrow('left a shared call');
    expect(cancelled()).toBe(0);
    two.cancel();
    await expect(two.promise).rejects.toThrow('left a shared call');
    expect(cancelled()).toBe(1);
  });

  it('that was given up does not take the next of its key with it when it ends', async () => {
    const sharing = new Sharing<string>();
    const old = handCall();
    const left = sharing.join('key', () => old.call);
    left.cancel();
    await expect(left.promise).rejects.toThrow();
    const fresh = sharing.join('key', () => handCall().call);
    old.reject(new Error('given up'));
    await Promise.allSettled([old.call.promise]);
    expect([fresh.isShared, sharing.join('key', () => handCall().call).isShared]).toEqual([false, true]);
  });
});

describe('a cancellation', () => {
  it('gives up the step under way, and every later one at once', () => {
    const cancellation = new Cancellation();
    const steps: string[] = [];
    cancellation.onCancel(() => steps.push('first'));
    cancellation.onCancel(() => steps.push('second'));
    cancellation.cancel();
    cancellation.onCancel(() => steps.push('third'));
    expect([steps, cancellation.isCancelled]).toEqual([['second', 'third'], true]);
  });

  it('before any step is remembered', () => {
    const cancellation = new Cancellation();
    cancellation.cancel();
    expect(cancellation.isCancelled).toBe(true);
  });
});
