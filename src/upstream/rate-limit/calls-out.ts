import type { RateLimitWindow } from './rate-limit-window.ts';

/** Who asks for a call. */
export interface CallingUser {
  /** Whose turn it takes: the user's, once the workspace has accepted them; that of their pair of id and token before. */
  readonly key: string;
  /** The user whom the workspace has accepted by now; undefined where it has not. */
  readonly user: string | undefined;
}

/** A call that goes through a gate. */
export interface LimitedCall {
  readonly caller: CallingUser;
  /** The used-up window that it finds out about. */
  readonly probed: RateLimitWindow | undefined;
  /** Epoch milliseconds; undefined as long as it has not gone out. */
  sentAt: number | undefined;
}

/**
 * Calls that were let go and have not ended. Those on the wire are few, as the queue sees to it; those that have yet to go
 * out can be thousands, and are only counted.
 */
export class CallsOut {
  readonly #isFree: (user: string | undefined) => boolean;
  /** When it was sent, of each call on the wire. */
  readonly #sent = new Map<LimitedCall, number>();
  /** Calls that have yet to go out, by whose turn they take. */
  readonly #unsent = new Map<string, { readonly caller: CallingUser; calls: number }>();

  /** `isFree`: whether the limiter does not count a user's calls. */
  constructor(isFree: (user: string | undefined) => boolean) {
    this.#isFree = isFree;
  }

  get isEmpty(): boolean {
    return this.#sent.size === 0 && this.#unsent.size === 0;
  }

  /** When the calls on the wire were sent. Epoch milliseconds. */
  get sentAt(): number[] {
    return [...this.#sent.values()];
  }

  /** Calls that have yet to go out, of those that are counted. */
  get unsent(): number {
    let count = 0;
    for (const { caller, calls } of this.#unsent.values()) if (!this.#isFree(caller.user)) count += calls;
    return count;
  }

  /** Calls on the wire that were sent after then, of those that are counted. */
  sentAfter(time: number): number {
    let count = 0;
    for (const [{ caller }, sentAt] of this.#sent) if (sentAt > time && !this.#isFree(caller.user)) count += 1;
    return count;
  }

  add({ caller }: LimitedCall): void {
    const { calls } = this.#unsent.get(caller.key) ?? { calls: 0 };
    this.#unsent.set(caller.key, { caller, calls: calls + 1 });
  }

  send(call: LimitedCall, now: number): void {
    this.#removeUnsent(call);
    call.sentAt = now;
    this.#sent.set(call, now);
  }

  remove(call: LimitedCall): void {
    if (!this.#sent.delete(call)) this.#removeUnsent(call);
  }

  #removeUnsent({ caller }: LimitedCall): void {
    const { calls } = this.#unsent.get(caller.key) ?? { calls: 0 };
    if (calls > 1) this.#unsent.set(caller.key, { caller, calls: calls - 1 });
    else this.#unsent.delete(caller.key);
  }
}
