import { describe, expect, it } from 'vitest';
import { Cancellation } from '../../../src/upstream/cancellation.ts';
import { asItIs, InFlightCalls, type CallEnd } from '../../../src/upstream/queue/in-flight-calls.ts';

/** A call that the test settles. */
function handCall() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let cancelled = 0;
  const call = { promise, isShared: false, cancel: () => void (cancelled += 1) };
  return { call, resolve, reject, cancelled: () => cancelled };
}

describe('InFlightCalls', () => {
  const clock = { now: () => 0 };

  it('starts a call once for everybody who joins', async () => {
    const sharing = new InFlightCalls<string>(clock);
    const { call, resolve } = handCall();
    const [one, two] = [
      sharing.join('key', 10_000, asItIs(), () => call),
      sharing.join('key', 10_000, asItIs(), () => handCall().call),
    ];
    expect([one.isShared, two.isShared]).toEqual([false, true]);
    resolve('answer');
    expect(await Promise.all([one.promise, two.promise])).toEqual(['answer', 'answer']);
    expect(sharing.join('key', 10_000, asItIs(), () => handCall().call).isShared).toBe(false);
  });

  it('cancels a call when its last waiter leaves, each of whom leaves once', async () => {
    const sharing = new InFlightCalls<string>(clock);
    const { call, cancelled } = handCall();
    const [one, two] = [
      sharing.join('key', 10_000, asItIs(), () => call),
      sharing.join('key', 10_000, asItIs(), () => call),
    ];
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
    const [one, two] = [
      sharing.join('key', 10_000, asItIs(), () => call),
      sharing.join('key', 10_000, asItIs(), () => call),
    ];
    reject(new Error('failed'));
    await expect(one.promise).rejects.toThrow('failed');
    await expect(two.promise).rejects.toThrow('failed');
    expect(sharing.join('key', 10_000, asItIs(), () => handCall().call).isShared).toBe(false);
  });

  it('shares a call with a caller who comes after another has left', async () => {
    const sharing = new InFlightCalls<string>(clock);
    const { call, cancelled, resolve } = handCall();
    const one = sharing.join('key', 10_000, asItIs(), () => call);
    const two = sharing.join('key', 10_000, asItIs(), () => call);
    one.cancel();
    const three = sharing.join('key', 10_000, asItIs(), () => handCall().call);
    two.cancel();
    expect([three.isShared, cancelled()]).toEqual([true, 0]);
    resolve('answer');
    expect(await three.promise).toBe('answer');
    await Promise.allSettled([one.promise, two.promise]);
  });

  it('does not forget the next call with a key when a cancelled one ends', async () => {
    const sharing = new InFlightCalls<string>(clock);
    const old = handCall();
    const left = sharing.join('key', 10_000, asItIs(), () => old.call);
    left.cancel();
    await expect(left.promise).rejects.toThrow();
    const fresh = sharing.join('key', 10_000, asItIs(), () => handCall().call);
    old.reject(new Error('cancelled'));
    await Promise.allSettled([old.call.promise]);
    expect([fresh.isShared, sharing.join('key', 10_000, asItIs(), () => handCall().call).isShared]).toEqual([
      false,
      true,
    ]);
  });
});

describe('what a call comes to', () => {
  it('is for each who joined to say, once: of its answer, of a failure, of an answer that they cannot read, or of leaving', async () => {
    const sharing = new InFlightCalls<string>({ now: () => 0 });
    const { call, resolve } = handCall();
    const said: string[] = [];
    const endOf = (name: string, read = (answer: string) => answer): CallEnd<string, string> => ({
      succeed(answer) {
        said.push(`${name} succeeds`);
        return read(answer);
      },
      fail(error) {
        said.push(`${name} fails: ${(error as Error).message}`);
        return 'failed';
      },
    });
    const unreadable = (): never => {
      throw new Error('unreadable');
    };
    const join = (end: CallEnd<string, string>) => sharing.join('key', 10_000, end, () => call);
    const calls = [join(endOf('one')), join(endOf('two', unreadable)), join(endOf('three'))];
    calls[2]?.cancel();
    expect(await calls[2]?.promise).toBe('failed');
    resolve('answer');
    expect(await Promise.all(calls.map(({ promise }) => promise))).toEqual(['answer', 'failed', 'failed']);
    expect(said.toSorted()).toEqual([
      'one succeeds',
      'three fails: left a shared call',
      'two fails: unreadable',
      'two succeeds',
    ]);
  });
});

describe('a call in flight with little time left', () => {
  it('is not joined by a request with more than twice as much, whose own call replaces it', async () => {
    const sharing = new InFlightCalls<string>({ now: () => 1000 });
    const [short, long] = [handCall(), handCall()];
    const first = sharing.join('key', 2000, asItIs(), () => short.call);
    expect(sharing.join('key', 3000, asItIs(), () => handCall().call).isShared).toBe(true);
    const second = sharing.join('key', 3001, asItIs(), () => long.call);
    expect(second.isShared).toBe(false);
    short.resolve('short');
    await first.promise;
    expect(sharing.join('key', 3001, asItIs(), () => handCall().call).isShared).toBe(true);
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
