import type { Cancellation } from '../cancellation.ts';
import type { Clock } from '../clock.ts';

/** A call in flight: its outcome, and how to cancel it. */
export interface Call<Value> {
  readonly promise: Promise<Value>;
  /** Whether it was in flight before. */
  readonly isShared: boolean;
  cancel(): void;
}

/** What a call comes to for whoever made it. One of the two runs as the call ends; `fail` also if `succeed` throws. */
export interface CallEnd<Answer, Value> {
  succeed(answer: Answer): Value;
  /** A value in the place of a failure, or throws. */
  fail(error: unknown): Value;
}

/** The outcome of a call as it is. */
export const asItIs = <Answer>(): CallEnd<Answer, Answer> => ({
  succeed: (answer) => answer,
  fail(error) {
    throw error;
  },
});

/** A call that only one request waits for. */
export class UnsharedCall<Value> implements Call<Value> {
  readonly promise: Promise<Value>;
  readonly isShared = false;
  readonly #cancellation: Cancellation;

  constructor(promise: Promise<Value>, cancellation: Cancellation) {
    this.promise = promise;
    this.#cancellation = cancellation;
  }

  cancel(): void {
    this.#cancellation.cancel();
  }
}

interface SharedCall<Answer> {
  readonly own: Call<Answer>;
  /** Epoch milliseconds after which it is not retried. */
  readonly deadline: number;
  waiters: number;
}

/**
 * Single flight: equal calls share one in flight, by key. The key must begin with the caller's hash, so that nothing is
 * shared between credentials. A call is cancelled only when its last waiter leaves, and forgotten when it ends. It keeps
 * the deadline of the request that began it: a request joins only a call with at least half of its own time left.
 */
export class InFlightCalls<Answer> {
  readonly #calls = new Map<string, SharedCall<Answer>>();
  readonly #clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Joins the call with this key, or starts it. `deadline`: epoch milliseconds at which the joining request is answered. */
  join<Value>(key: string, deadline: number, end: CallEnd<Answer, Value>, start: () => Call<Answer>): Call<Value> {
    const known = this.#joinable(key, deadline);
    const call = known ?? this.#start(key, { own: start(), deadline, waiters: 0 });
    call.waiters += 1;
    const left = Promise.withResolvers<never>();
    let hasLeft = false;
    const cancel = (): void => {
      if (hasLeft) return;
      hasLeft = true;
      left.reject(new Error('left a shared call'));
      call.waiters -= 1;
      if (call.waiters > 0) return;
      this.#forget(key, call);
      call.own.cancel();
    };
    const promise = Promise.race([call.own.promise, left.promise])
      .then((answer) => end.succeed(answer))
      .catch((error: unknown) => end.fail(error));
    return { promise, cancel, isShared: known !== undefined };
  }

  #joinable(key: string, deadline: number): SharedCall<Answer> | undefined {
    const call = this.#calls.get(key);
    const now = this.#clock.now();
    return call !== undefined && call.deadline - now >= (deadline - now) / 2 ? call : undefined;
  }

  #start(key: string, call: SharedCall<Answer>): SharedCall<Answer> {
    this.#calls.set(key, call);
    const forget = () => this.#forget(key, call);
    call.own.promise.then(forget, forget);
    return call;
  }

  #forget(key: string, call: SharedCall<Answer>): void {
    if (this.#calls.get(key) === call) this.#calls.delete(key);
  }
}
