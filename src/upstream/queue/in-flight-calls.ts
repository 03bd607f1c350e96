import type { Clock } from '../clock.ts';

/** A call under way: its outcome, and how to give it up. */
export interface Call<Value> {
  readonly promise: Promise<Value>;
  readonly cancel: () => void;
}

interface Shared<Value> extends Call<Value> {
  /** Epoch milliseconds after which it is not tried again. */
  readonly deadline: number;
  waiters: number;
}

/**
 * Calls under way that equal callers may share, by key. The key must begin with the caller's hash: nothing is shared
 * between credentials. A call is given up only when its last waiter leaves; nothing is kept when it has ended. Its
 * deadline is that of the request that began it: one with less than half of the time that another has is not joined.
 */
export class InFlightCalls<Value> {
  readonly #calls = new Map<string, Shared<Value>>();
  readonly #clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Joins the call of that key, or starts it. `deadline`: epoch milliseconds at which the caller's request is answered. */
  join(key: string, deadline: number, start: () => Call<Value>): Call<Value> & { readonly isShared: boolean } {
    const known = this.#joinable(key, deadline);
    const call = known ?? this.#start(key, { ...start(), deadline, waiters: 0 });
    call.waiters += 1;
    let cancel: (() => void) | undefined;
    const promise = new Promise<Value>((resolve, reject) => {
      call.promise.then(resolve, reject);
      cancel = () => {
        reject(new Error('left a shared call'));
        call.waiters -= 1;
        cancel = undefined;
        if (call.waiters > 0) return;
        this.#forget(key, call);
        call.cancel();
      };
    });
    return { promise, cancel: () => cancel?.(), isShared: known !== undefined };
  }

  #joinable(key: string, deadline: number): Shared<Value> | undefined {
    const call = this.#calls.get(key);
    const now = this.#clock.now();
    return call !== undefined && call.deadline - now >= (deadline - now) / 2 ? call : undefined;
  }

  #start(key: string, call: Shared<Value>): Shared<Value> {
    this.#calls.set(key, call);
    const forget = () => this.#forget(key, call);
    call.promise.then(forget, forget);
    return call;
  }

  #forget(key: string, call: Shared<Value>): void {
    if (this.#calls.get(key) === call) this.#calls.delete(key);
  }
}
