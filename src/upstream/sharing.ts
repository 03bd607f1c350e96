/** How to give up a call, whatever it is doing: waiting for a turn, for an answer, or to try again. */
export class Cancellation {
  #isCancelled = false;
  #giveUp: (() => void) | undefined;

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** What gives up the step that begins now: at once, when that is known already. */
  onCancel(giveUp: () => void): void {
    this.#giveUp = giveUp;
    if (this.#isCancelled) giveUp();
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#giveUp?.();
  }
}

/** A call under way: its outcome, and how to give it up. */
export interface Call<Value> {
  readonly promise: Promise<Value>;
  readonly cancel: () => void;
}

interface Shared<Value> extends Call<Value> {
  waiters: number;
}

/**
 * Calls under way that equal callers may share, by key. The key must begin with the caller's hash: nothing is shared
 * between credentials. A call is given up only when its last waiter leaves; nothing is kept when it has ended.
 */
export class Sharing<Value> {
  readonly #calls = new Map<string, Shared<Value>>();

  /** Joins the call of that key, or starts it. */
  join(key: string, start: () => Call<Value>): Call<Value> & { readonly isShared: boolean } {
    const known = this.#calls.get(key);
    const call = known ?? this.#start(key, start());
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

  #start(key: string, { promise, cancel }: Call<Value>): Shared<Value> {
    const call: Shared<Value> = { promise, cancel, waiters: 0 };
    this.#calls.set(key, call);
    const forget = () => this.#forget(key, call);
    promise.then(forget, forget);
    return call;
  }

  #forget(key: string, call: Shared<Value>): void {
    if (this.#calls.get(key) === call) this.#calls.delete(key);
  }
}
