import type { Charge } from '../context/outcome.ts';
import type { RequestContext } from '../context/request-context.ts';
import { GatewayError, refusalOfRequest } from '../errors.ts';
import { BucketCharge, TokenBucket, type BucketParts, type SharedBuckets } from './token-bucket.ts';

export interface CallAllowanceOptions {
  /** Capacity of a user’s bucket in upstream calls, and what flows back in a minute. */
  readonly callsPerMinute: number;
  /** The user of a caller whom the workspace has accepted; undefined where it has not. */
  readonly userOf: (callerKey: string) => string | undefined;
  /** The user whom a caller claims to be, accepted or not. */
  readonly claimOf: (callerKey: string) => string;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  /** Told of what buckets are charged, where replicas share them. */
  readonly shared?: SharedBuckets | undefined;
  /** Buckets that are kept; the one used longest ago goes first. */
  readonly maxUsers?: number;
}

/** Seconds after which the bucket holds enough. */
export interface Refusal {
  readonly retryAfterSeconds: number;
}

/** What a user may still spend. */
export interface LeftCalls {
  /** Calls that a full bucket holds. */
  readonly capacity: number;
  /** Whole calls in it now; 0 also while it is in debt. */
  readonly calls: number;
  /** Seconds until it is full again, if nothing more is spent. */
  readonly fullAfterSeconds: number;
}

/** Callers whom the workspace has not accepted share one bucket, this many times as large as a user’s. */
const strangersShare = 10;

/**
 * A token bucket for each user, so that none of them uses up what all share: `callsPerMinute` tokens, refilled over a minute,
 * whatever the number of the user's logins. A request is charged its estimated cost before it runs and refunded what it did
 * not use; what it used beyond that is a debt.
 *
 * Callers whom the workspace has not accepted share one bucket, so a flood of made-up tokens gains no buckets by its number
 * and evicts nobody's. Each of them has in flight at most what is left to the user whom they claim to be. Once the workspace
 * accepts them, that user is charged what they used, so a new login gains nothing; until then they take nothing from that user.
 */
export class CallAllowance {
  readonly #options: CallAllowanceOptions;
  readonly #parts: BucketParts;
  readonly #maxUsers: number;
  readonly #users = new Map<string, TokenBucket>();
  readonly #strangers: TokenBucket;
  /** Calls that strangers' requests have taken and not settled, by caller. */
  readonly #pending = new Map<string, number>();

  constructor(options: CallAllowanceOptions) {
    const { now = () => performance.now(), maxUsers = 10_000, shared } = options;
    this.#options = options;
    this.#parts = { now, shared };
    this.#maxUsers = maxUsers;
    this.#strangers = new TokenBucket('', options.callsPerMinute * strangersShare, this.#parts);
  }

  get knownUsers(): number {
    return this.#users.size;
  }

  /**
   * What is left to the caller's user. Undefined for callers whom the workspace has not accepted: their bucket tells of
   * others, and so does that of the user whom they claim to be.
   */
  leftTo(callerKey: string): LeftCalls | undefined {
    const user = this.#options.userOf(callerKey);
    if (user === undefined) return undefined;
    const { callsPerMinute: capacity } = this.#options;
    const level = this.#users.get(user)?.level ?? capacity;
    return {
      capacity,
      calls: Math.max(0, Math.floor(level)),
      fullAfterSeconds: Math.ceil(((capacity - level) * 60) / capacity),
    };
  }

  /** Takes the estimated calls from the caller's bucket, or says when it will hold enough. */
  charge(callerKey: string, estimatedCalls: number): Charge | Refusal {
    // A request larger than the bucket passes when the bucket is full.
    const calls = Math.min(estimatedCalls, this.#options.callsPerMinute);
    const user = this.#options.userOf(callerKey);
    return user === undefined ? this.#chargeStranger(callerKey, calls) : this.#chargeUser(user, calls);
  }

  #chargeUser(user: string, calls: number): Charge | Refusal {
    const bucket = this.#bucketOf(user);
    const missing = bucket.missing(calls);
    if (missing > 0) return refusal(bucket, missing);
    const charge = new BucketCharge(bucket);
    charge.take(calls);
    let hasEnded = false;
    return {
      take: (more) => {
        if (hasEnded || bucket.missing(more) > 0) return false;
        charge.take(more);
        return true;
      },
      settle: (used) => {
        hasEnded = true;
        charge.settle(used);
      },
    };
  }

  #chargeStranger(callerKey: string, calls: number): Charge | Refusal {
    const claim = this.#options.claimOf(callerKey);
    const claimed = this.#users.get(claim) ?? this.#fullBucket(claim);
    const pendingOf = () => this.#pending.get(callerKey) ?? 0;
    const missingOfOwn = claimed.missing(pendingOf() + calls);
    if (missingOfOwn > 0) return refusal(claimed, missingOfOwn);
    const missing = this.#strangers.missing(calls);
    if (missing > 0) return refusal(this.#strangers, missing);
    const charge = new BucketCharge(this.#strangers);
    let hasEnded = false;
    const take = (more: number): void => {
      charge.take(more);
      this.#pending.set(callerKey, pendingOf() + more);
    };
    take(calls);
    return {
      take: (more) => {
        if (hasEnded || claimed.missing(pendingOf() + more) > 0 || this.#strangers.missing(more) > 0) return false;
        take(more);
        return true;
      },
      settle: (used) => {
        hasEnded = true;
        const left = pendingOf() - charge.taken;
        if (left > 0) this.#pending.set(callerKey, left);
        else this.#pending.delete(callerKey);
        const user = this.#options.userOf(callerKey);
        charge.settle(user === undefined ? used : 0);
        if (user !== undefined) this.#bucketOf(user).take(used);
      },
    };
  }

  /** The user's own bucket, which becomes the one used last. */
  #bucketOf(user: string): TokenBucket {
    const bucket = this.#users.get(user) ?? this.#fullBucket(user);
    this.#users.delete(user);
    this.#users.set(user, bucket);
    if (this.#users.size > this.#maxUsers) this.#forgetOldest();
    return bucket;
  }

  #fullBucket(user: string): TokenBucket {
    return new TokenBucket(user, this.#options.callsPerMinute, this.#parts);
  }

  #forgetOldest(): void {
    for (const oldest of this.#users.keys()) {
      this.#users.delete(oldest);
      return;
    }
  }
}

const refusal = ({ capacity }: TokenBucket, missing: number): Refusal => ({
  retryAfterSeconds: Math.ceil((missing * 60) / capacity),
});

/** Charges the estimated calls to the caller's bucket before an operation runs; throws RATE_LIMITED where it is short. */
export function chargeAllowance(
  allowance: CallAllowance | undefined,
  { callerKey }: Pick<RequestContext, 'callerKey'>,
  estimatedCalls: number,
): Charge | undefined {
  if (allowance === undefined || callerKey === undefined || estimatedCalls === 0) return undefined;
  const charge = allowance.charge(callerKey, estimatedCalls);
  if ('settle' in charge) return charge;
  const { retryAfterSeconds } = charge;
  throw refusalOfRequest('RATE_LIMITED', 'The caller’s allowance of upstream calls is used up.', { retryAfterSeconds });
}

/**
 * Refunds the calls that a request did not make, once it is answered. First it stops the calls that no response waits for
 * any more, such as those below a field that has become null: a call made from here on would be charged to nobody.
 */
export function settleAllowance(request: RequestContext): void {
  request.stop(answered);
  request.outcome.charge?.settle(request.callCount);
}

/** Ends what is left of a request; no client sees it. */
const answered = new GatewayError('UPSTREAM_UNAVAILABLE', 'The request has been answered.', { detail: 'answered' });
