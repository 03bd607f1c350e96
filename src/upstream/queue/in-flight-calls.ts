import type { Cancellation } from '../cancellation.ts';
import type { Clock } from '../clock.ts';

/** A call in flight: its outcome, and how to cancel it. */
export interface Call<Value> {
  readonly promise: Promise<Value>;
  cancel(): void;
}

/** A call of whoever holds it. */
export class OwnCall<Value> implements Call<Value> {
  readonly promise: Promise<Value>;
  readonly #cancellation: Cancellation;

  constructor(promise: Promise<Value>, cancellation: Cancellation) {
    this.promise = promise;
    this.#cancellation = cancellation;
  }

  cancel(): void {
    this.#cancellation.cancel();
  }
}

interface SharedCall<Value> {
  readonly own: Call<Value>;
  /** Epoch milliseconds after which it is not retried. */
  readonly deadline: number;
  waiters: number;
}

/**
 * Single flight: equal calls share one in flight, by key. The key must begin with the caller's hash, so that nothing is
 * shared between credentials. A call is cancelled only when its last waiter leaves, and forgotten when it ends. It keeps
 * the deadline of the request that began it: a request joins only a call with at least half of its own time left.
 */
export class InFlightCalls<Value> {
  readonly #calls = new Map<string, SharedCall<Value>>();
  readonly #clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Joins the call with this key, or starts it. `deadline`: epoch milliseconds at which the joining request is answered. */
  join(key: string, deadline: number, start: () => Call<Value>): Call<Value> & { readonly isShared: boolean } {
    const known = this.#joinable(key, deadline);
    const call = known ?? this.#start(key, { own: start(), deadline, waiters: 0 });
    call.waiters += 1;
    let cancel: (() => void) | undefined;
    const promise = new Promise<Value>((resolve, reject) => {
      call.own.promise.then(resolve, reject);
      cancel = () => {
        reject(new Error('left a shared call'));
        call.waiters -= 1;
        cancel = undefined;
        if (call.waiters > 0) return;
        this.#forget(key, call);
        call.own.cancel();
      };
    });
    return { promise, cancel: () => cancel?.(), isShared: known !== undefined };
  }

  #joinable(key: string, deadline: number): SharedCall<Value> | undefined {
    const call = this.#calls.get(key);
    const now = this.#clock.now();
    return call !== undefined && call.deadline - now >= (deadline - now) / 2 ? call : undefined;
  }

  #start(key: string, call: SharedCall<Value>): SharedCall<Value> {
    this.#calls.set(key, call);
    const forget = () => this.#forget(key, call);
    call.own.promise.then(forget, forget);
    return call;
  }

  #forget(key: string, call: SharedCall<Value>): void {
    if (this.#calls.get(key) === call) this.#calls.delete(key);
  }
}
