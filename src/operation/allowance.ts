import type { Charge } from '../context/outcome.ts';

/** A store of upstream calls that refills with time. Below 0 it is in debt. */
interface Bucket {
  readonly capacity: number;
  level: number;
  /** Milliseconds of the clock when `level` was right. */
  at: number;
}

export interface CallAllowanceOptions {
  /** Upstream calls that one user may cost in a minute: what they can use at once, and what flows back in a minute. */
  readonly callsPerMinute: number;
  /** The user of a caller whom the workspace has accepted; undefined where it has not. */
  readonly userOf: (callerKey: string) => string | undefined;
  /** The user whom a caller claims to be. */
  readonly claimOf: (callerKey: string) => string;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  /** Users that are remembered. */
  readonly maxUsers?: number;
}

/** Seconds after which there will be enough. */
export interface Refusal {
  readonly retryAfterSeconds: number;
}

/** Callers whom the workspace has not accepted share the allowance of so many users. */
const strangersShare = 10;

/**
 * So that no user uses up what all share: each has an allowance of upstream calls, whatever the number of their tokens. A
 * request is charged with its plan before it runs, and what it did not use comes back; what it used beyond that is a debt.
 *
 * Callers whom the workspace has not accepted share one allowance, so that a flood of made-up tokens neither gets an
 * allowance for each, nor makes the table forget anybody. None of them can have more under way than is left to the user
 * whom they claim to be, and once they are accepted what they used is that user's: logging in again gains nothing. But as long as
 * they are not, they take nothing from that user.
 */
export class CallAllowance {
  readonly #options: CallAllowanceOptions;
  readonly #now: () => number;
  readonly #maxUsers: number;
  readonly #users = new Map<string, Bucket>();
  readonly #strangers: Bucket;
  /** Calls that requests of strangers have taken and not settled, by caller. */
  readonly #pending = new Map<string, number>();

  constructor(options: CallAllowanceOptions) {
    const { now = () => performance.now(), maxUsers = 10_000 } = options;
    this.#options = options;
    this.#now = now;
    this.#maxUsers = maxUsers;
    this.#strangers = this.#fullBucket(options.callsPerMinute * strangersShare);
  }

  get knownUsers(): number {
    return this.#users.size;
  }

  /** Takes the planned calls from the caller's allowance, or says when they will be there. */
  charge(callerKey: string, plannedCalls: number): Charge | Refusal {
    // What costs more than there can ever be is let through when everything is there.
    const calls = Math.min(plannedCalls, this.#options.callsPerMinute);
    const user = this.#options.userOf(callerKey);
    return user === undefined ? this.#chargeStranger(callerKey, calls) : this.#chargeUser(user, calls);
  }

  #chargeUser(user: string, calls: number): Charge | Refusal {
    const bucket = this.#bucketOf(user);
    const missing = this.#missing(bucket, calls);
    if (missing > 0) return refusal(bucket, missing);
    bucket.level -= calls;
    let taken = calls;
    let hasEnded = false;
    return {
      take: (more) => {
        if (hasEnded || this.#missing(bucket, more) > 0) return false;
        bucket.level -= more;
        taken += more;
        return true;
      },
      settle: (used) => {
        hasEnded = true;
        giveBack(bucket, taken - used);
      },
    };
  }

  #chargeStranger(callerKey: string, calls: number): Charge | Refusal {
    const claimed = this.#users.get(this.#options.claimOf(callerKey)) ?? this.#fullBucket(this.#options.callsPerMinute);
    const pendingOf = () => this.#pending.get(callerKey) ?? 0;
    const missingOfOwn = this.#missing(claimed, pendingOf() + calls);
    if (missingOfOwn > 0) return refusal(claimed, missingOfOwn);
    const missing = this.#missing(this.#strangers, calls);
    if (missing > 0) return refusal(this.#strangers, missing);
    let taken = 0;
    let hasEnded = false;
    const take = (more: number): void => {
      taken += more;
      this.#strangers.level -= more;
      this.#pending.set(callerKey, pendingOf() + more);
    };
    take(calls);
    return {
      take: (more) => {
        if (hasEnded || this.#missing(claimed, pendingOf() + more) > 0 || this.#missing(this.#strangers, more) > 0)
          return false;
        take(more);
        return true;
      },
      settle: (used) => {
        hasEnded = true;
        const left = pendingOf() - taken;
        if (left > 0) this.#pending.set(callerKey, left);
        else this.#pending.delete(callerKey);
        const user = this.#options.userOf(callerKey);
        giveBack(this.#strangers, user === undefined ? taken - used : taken);
        if (user !== undefined) giveBack(this.#bucketOf(user), -used);
      },
    };
  }

  /** How many of so many calls are not there. */
  #missing(bucket: Bucket, calls: number): number {
    const now = this.#now();
    bucket.level = Math.min(bucket.capacity, bucket.level + ((now - bucket.at) / 60_000) * bucket.capacity);
    bucket.at = now;
    return calls === 0 ? 0 : calls - bucket.level;
  }

  /** The user's own bucket, which becomes the one used last. */
  #bucketOf(user: string): Bucket {
    const bucket = this.#users.get(user) ?? this.#fullBucket(this.#options.callsPerMinute);
    this.#users.delete(user);
    this.#users.set(user, bucket);
    if (this.#users.size > this.#maxUsers) this.#forgetOldest();
    return bucket;
  }

  #fullBucket(capacity: number): Bucket {
    return { capacity, level: capacity, at: this.#now() };
  }

  #forgetOldest(): void {
    for (const oldest of this.#users.keys()) {
      this.#users.delete(oldest);
      return;
    }
  }
}

/** So many calls flow back, or are owed when there are less than 0. */
function giveBack(bucket: Bucket, calls: number): void {
  bucket.level = Math.min(bucket.capacity, bucket.level + calls);
}

const refusal = ({ capacity }: Bucket, missing: number): Refusal => ({
  retryAfterSeconds: Math.ceil((missing * 60) / capacity),
});
