import type { SharedBucket, SharedBuckets } from '../operation/token-bucket.ts';
import { allowanceScript, maxBuckets, maxDebt } from './allowance-script.ts';
import type { StoreKeys } from './keys.ts';
import type { RedisStore } from './redis-store.ts';

export interface SharedAllowancesOptions {
  readonly redis: Pick<RedisStore, 'run' | 'isAway' | 'outages'>;
  readonly keys: StoreKeys;
}

/** What callers take within this time is told together. Milliseconds. */
const gatherMs = 25;

/**
 * Callers' allowances of upstream calls, as all replicas together charge them. A replica decides by its own bucket, so no
 * request waits for the store; a moment later it tells what it took, and hears what the others did. What a caller gets at
 * several replicas within that moment is a debt to all.
 */
export class SharedAllowances implements SharedBuckets {
  readonly #options: SharedAllowancesOptions;
  /** Buckets of which the store has not heard the latest. */
  readonly #changed = new Set<SharedBucket>();
  #isTelling = false;

  constructor(options: SharedAllowancesOptions) {
    this.#options = options;
  }

  get era(): number | undefined {
    const { isAway, outages } = this.#options.redis;
    return isAway ? undefined : outages;
  }

  tell(bucket: SharedBucket): void {
    this.#changed.add(bucket);
    if (this.#options.redis.isAway) return this.#forget();
    if (this.#isTelling) return;
    this.#isTelling = true;
    setTimeout(() => void this.#tellAll(), gatherMs).unref();
  }

  /** An outage is not told afterwards: what was taken meanwhile has flowed back meanwhile. */
  #forget(): void {
    for (const bucket of this.#changed) bucket.untold = 0;
    this.#changed.clear();
  }

  async #tellAll(): Promise<void> {
    const buckets = [...this.#changed].slice(0, maxBuckets);
    for (const bucket of buckets) this.#changed.delete(bucket);
    if (buckets.length > 0) await this.#tellSome(buckets);
    this.#isTelling = false;
    const [next] = this.#changed;
    if (next !== undefined) this.tell(next);
  }

  async #tellSome(buckets: readonly SharedBucket[]): Promise<void> {
    const { redis, keys } = this.#options;
    const args: number[] = [];
    for (const bucket of buckets) {
      args.push(bucket.capacity, bucket.untold);
      bucket.untold = 0;
    }
    const names = buckets.map(({ name }) => keys.named(`a:${keys.hashed(name)}`));
    const levels = await redis.run(allowanceScript, names, args);
    if (!Array.isArray(levels)) return;
    for (const [index, bucket] of buckets.entries()) {
      const level = Number(levels[index]) / 1000;
      if (Number.isFinite(level)) bucket.learn(Math.max(-maxDebt * bucket.capacity, level) - bucket.untold);
    }
  }
}
