/** A store of upstream calls that refills with time. */
interface Bucket {
  level: number;
  /** Milliseconds of the clock when `level` was right. */
  at: number;
}

export interface FairnessOptions {
  /** Upstream calls that one caller may cost in a minute: what he can use at once, and what flows back in a minute. */
  readonly callsPerMinute: number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  /** Callers that are remembered. */
  readonly maxCallers?: number;
}

/** A request's calls, taken in advance. */
export interface Charge {
  /** Takes so many more from the same allowance, if they are there. */
  take(calls: number): boolean;
  /**
   * Gives back what was not used. `isGenuine`: whether the workspace accepted the caller's credentials, or refused them;
   * undefined where the request did not show it.
   */
  settle(usedCalls: number, isGenuine: boolean | undefined): void;
}

/** Seconds after which there will be enough. */
export interface Refusal {
  readonly retryAfterSeconds: number;
}

/** Callers who are not known to be genuine share the allowance of so many. */
const newcomerShare = 10;

/**
 * So that no caller uses up what all share: each has an allowance of upstream calls. A request is charged with its plan
 * before it runs, and what it did not use comes back. An allowance of one's own is for callers whose credentials the
 * workspace has accepted; all others share one, so that a flood of made-up tokens neither gets an allowance for each,
 * nor makes the table forget anybody.
 */
export class Fairness {
  readonly #capacity: number;
  readonly #now: () => number;
  readonly #maxCallers: number;
  readonly #known = new Map<string, Bucket>();
  readonly #newcomers: Bucket;

  constructor({ callsPerMinute, now = () => performance.now(), maxCallers = 10_000 }: FairnessOptions) {
    this.#capacity = callsPerMinute;
    this.#now = now;
    this.#maxCallers = maxCallers;
    this.#newcomers = { level: callsPerMinute * newcomerShare, at: now() };
  }

  get knownCallers(): number {
    return this.#known.size;
  }

  /** Takes the planned calls from the caller's allowance, or says when they will be there. */
  charge(callerKey: string, plannedCalls: number): Charge | Refusal {
    const known = this.#touch(callerKey);
    const bucket = known ?? this.#newcomers;
    const capacity = known === undefined ? this.#capacity * newcomerShare : this.#capacity;
    this.#refill(bucket, capacity);
    if (plannedCalls > bucket.level) {
      return { retryAfterSeconds: Math.ceil(((plannedCalls - bucket.level) / capacity) * 60) };
    }
    bucket.level -= plannedCalls;
    let taken = plannedCalls;
    return {
      take: (calls) => {
        this.#refill(bucket, capacity);
        if (calls > bucket.level) return false;
        bucket.level -= calls;
        taken += calls;
        return true;
      },
      settle: (usedCalls, isGenuine) => {
        bucket.level = Math.min(capacity, bucket.level + taken - Math.min(taken, usedCalls));
        if (isGenuine === true && !this.#known.has(callerKey)) this.#welcome(callerKey, usedCalls);
        if (isGenuine === false) this.#known.delete(callerKey);
      },
    };
  }

  /** The caller's own bucket, which becomes the one used last. */
  #touch(callerKey: string): Bucket | undefined {
    const bucket = this.#known.get(callerKey);
    if (bucket !== undefined) {
      this.#known.delete(callerKey);
      this.#known.set(callerKey, bucket);
    }
    return bucket;
  }

  #refill(bucket: Bucket, capacity: number): void {
    const now = this.#now();
    bucket.level = Math.min(capacity, bucket.level + ((now - bucket.at) / 60_000) * capacity);
    bucket.at = now;
  }

  #welcome(callerKey: string, usedCalls: number): void {
    this.#known.set(callerKey, { level: Math.max(0, this.#capacity - usedCalls), at: this.#now() });
    if (this.#known.size <= this.#maxCallers) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}
