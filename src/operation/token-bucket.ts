/** A token bucket that replicas of the gateway charge together. */
export interface SharedBucket {
  /** Whose it is. */
  readonly name: string;
  readonly capacity: number;
  /** Calls taken here of which the other replicas do not know yet; negative: refunded. */
  untold: number;
  /** The level is this now, as all replicas charged it. */
  learn(level: number): void;
}

/** Told of each change to a bucket. */
export interface SharedBuckets {
  /** Rises with each outage, after which what was told before may be gone. Undefined during one. */
  readonly era: number | undefined;
  tell(bucket: SharedBucket): void;
}

/** A token bucket: a token is one upstream call. Below 0 it is in debt. */
export class TokenBucket implements SharedBucket {
  readonly name: string;
  readonly capacity: number;
  untold = 0;
  readonly #parts: BucketParts;
  #level: number;
  /** Milliseconds of the clock when that level was right. */
  #at: number;

  constructor(name: string, capacity: number, parts: BucketParts) {
    this.name = name;
    this.capacity = capacity;
    this.#parts = parts;
    this.#level = capacity;
    this.#at = parts.now();
  }

  /** Calls in it now, as far as is known here. */
  get level(): number {
    const now = this.#parts.now();
    this.#level = Math.min(this.capacity, this.#level + ((now - this.#at) / 60_000) * this.capacity);
    this.#at = now;
    return this.#level;
  }

  /** How many of these calls it lacks. */
  missing(calls: number): number {
    const missing = calls === 0 ? 0 : calls - this.level;
    if (missing > 0) this.#parts.shared?.tell(this); // another replica may have had a refund
    return missing;
  }

  get era(): number | undefined {
    return this.#parts.shared?.era;
  }

  /** Takes calls, be it on debt; refunds a negative number. `told`: those of which the other replicas hear. */
  take(calls: number, told = calls): void {
    this.#level = Math.min(this.capacity, this.#level - calls);
    if (this.#parts.shared === undefined || calls === 0) return;
    this.untold += told;
    this.#parts.shared.tell(this);
  }

  learn(level: number): void {
    this.#level = Math.min(this.capacity, level);
    this.#at = this.#parts.now();
  }
}

/** What one request takes from a bucket. */
export class BucketCharge {
  readonly #bucket: TokenBucket;
  #taken = 0;
  #era: number | undefined;
  /** Calls taken in that era. */
  #takenInEra = 0;

  constructor(bucket: TokenBucket) {
    this.#bucket = bucket;
  }

  get taken(): number {
    return this.#taken;
  }

  take(calls: number): void {
    const { era } = this.#bucket;
    if (era !== this.#era) this.#takenInEra = 0;
    this.#era = era;
    this.#taken += calls;
    this.#takenInEra += calls;
    this.#bucket.take(calls);
  }

  /** Refunds what was not used, or takes what was used beyond. The replicas refund at most what they know was taken. */
  settle(used: number): void {
    const more = used - this.#taken;
    const known = this.#bucket.era === this.#era ? this.#takenInEra : 0;
    this.#bucket.take(more, Math.max(more, -known));
  }
}

export interface BucketParts {
  readonly now: () => number;
  readonly shared: SharedBuckets | undefined;
}
