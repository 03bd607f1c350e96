import type { RateLimitWindow } from './rate-limit-window.ts';

/** A caller, as the rate limiter sees them. */
export interface LimiterCaller {
  /** Whose turn a call takes: the user's once the workspace has accepted them, before that the pair's of id and token. */
  readonly turnKey: string;
  /** The user, once the workspace has accepted them. */
  readonly user: string | undefined;
}

/** A call on its way through the rate limiter. */
export interface LimitedCall {
  readonly caller: LimiterCaller;
  /** The used-up window that this call probes. */
  readonly probed: RateLimitWindow | undefined;
  /** Epoch milliseconds; undefined until it has gone out. */
  sentAt: number | undefined;
}

interface SentCall extends LimitedCall {
  sentAt: number;
}

/** Those of one caller that have yet to go out. */
interface UnsentCalls {
  caller: LimiterCaller;
  calls: number;
}

/**
 * Calls that had their turn and have not ended. Those on the wire are few, as the bulkhead bounds them; those that have
 * yet to go out can be thousands, and are only counted.
 */
export class OutstandingCalls {
  readonly #isExempt: (user: string | undefined) => boolean;
  /** Calls on the wire. No Set: V8 keeps what a small one has held for long. */
  readonly #sent: SentCall[] = [];
  /** Calls that have yet to go out, by whose turn they take. */
  readonly #unsent = new Map<string, UnsentCalls>();
  #unsentCalls = 0;
  /** The one that became empty last: kept, because most calls go out before the next is added, and removing takes long. */
  #emptied: UnsentCalls | undefined;

  /** `isExempt`: whether the workspace's limiter does not count a user's calls. */
  constructor(isExempt: (user: string | undefined) => boolean) {
    this.#isExempt = isExempt;
  }

  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** Calls on the wire, with those of exempt users. */
  get onWire(): number {
    return this.#sent.length;
  }

  /** All calls, with those of exempt users. */
  get size(): number {
    return this.#sent.length + this.#unsentCalls;
  }

  /** When the oldest call still on the wire was sent, in epoch milliseconds; infinite when there is none. */
  get earliestSentAt(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { sentAt } of this.#sent) earliest = Math.min(earliest, sentAt);
    return earliest;
  }

  /** When the calls on the wire were sent. Epoch milliseconds. */
  get sentAt(): number[] {
    return this.#sent.map(({ sentAt }) => sentAt);
  }

  /** Calls that have yet to go out, without those of exempt users. */
  get unsent(): number {
    let count = 0;
    for (const { caller, calls } of this.#unsent.values())
      if (calls > 0 && !this.#isExempt(caller.user)) count += calls;
    return count;
  }

  /** Calls on the wire that were sent after this time, without those of exempt users. */
  sentAfter(time: number): number {
    let count = 0;
    for (const { caller, sentAt } of this.#sent) if (sentAt > time && !this.#isExempt(caller.user)) count += 1;
    return count;
  }

  add({ caller }: LimitedCall): void {
    const known = this.#unsent.get(caller.turnKey);
    if (known === undefined) this.#unsent.set(caller.turnKey, { caller, calls: 1 });
    else {
      if (known.calls === 0) known.caller = caller;
      known.calls += 1;
    }
    this.#unsentCalls += 1;
  }

  send(call: LimitedCall, now: number): void {
    this.#removeUnsent(call);
    call.sentAt = now;
    this.#sent.push(call as SentCall);
  }

  remove(call: LimitedCall): void {
    const index = this.#sent.indexOf(call as SentCall);
    if (index === -1) return this.#removeUnsent(call);
    const last = this.#sent.pop() as SentCall;
    if (last !== call) this.#sent[index] = last;
  }

  #removeUnsent({ caller }: LimitedCall): void {
    const known = this.#unsent.get(caller.turnKey);
    if (known === undefined || known.calls === 0) return;
    known.calls -= 1;
    this.#unsentCalls -= 1;
    if (known.calls > 0) return;
    if (this.#emptied !== known && this.#emptied?.calls === 0) this.#unsent.delete(this.#emptied.caller.turnKey);
    this.#emptied = known;
  }
}
