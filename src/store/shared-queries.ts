import { createCipheriv, createDecipheriv, hash } from 'node:crypto';
import type { SharedQueries } from '../operation/persisted-queries.ts';
import type { StoreKeys } from './keys.ts';
import { maxQueries, queriesScript } from './queries-script.ts';
import type { RedisStore } from './redis-store.ts';

export interface QueriesInStoreOptions {
  readonly redis: Pick<RedisStore, 'run'>;
  readonly keys: StoreKeys;
  /** Queries that the store keeps. */
  readonly keep?: number;
}

/** Longer queries stay with the replica that got them. Characters. */
const maxLength = 16 * 1024;

/**
 * Automatic persisted queries that replicas share: a client sends its query to one of them, and its hash to any. A query can
 * quote what somebody searches for, so it is sealed with its own hash, which clients send and the store is never told.
 */
export class QueriesInStore implements SharedQueries {
  readonly #options: Required<QueriesInStoreOptions>;
  readonly #parts: readonly string[];

  constructor({ keep = maxQueries, ...options }: QueriesInStoreOptions) {
    this.#options = { keep, ...options };
    this.#parts = ['queries', 'queries-used'].map((name) => options.keys.named(name));
  }

  register(queryHash: string, query: string): void {
    if (query.length > maxLength) return;
    const { redis, keys, keep } = this.#options;
    void redis.run(queriesScript, this.#parts, [keep, 'register', keys.hashed(queryHash), seal(queryHash, query)]);
  }

  async find(queryHash: string): Promise<string | undefined> {
    const { redis, keys, keep } = this.#options;
    const reply = await redis.run(queriesScript, this.#parts, [keep, 'find', keys.hashed(queryHash)]);
    const [sealed] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
    const query = typeof sealed === 'string' ? unseal(queryHash, sealed) : undefined;
    return query !== undefined && hash('sha256', query) === queryHash ? query : undefined;
  }
}

const cipher = 'aes-256-gcm';
const tagBytes = 16;
/** Each query has a key of its own, with which nothing else is ever sealed. */
const keyOf = (queryHash: string): Buffer => hash('sha256', `persisted query\0${queryHash}`, 'buffer');
const nonce = Buffer.alloc(12);

function seal(queryHash: string, query: string): string {
  const sealing = createCipheriv(cipher, keyOf(queryHash), nonce);
  const text = Buffer.concat([sealing.update(query, 'utf8'), sealing.final()]);
  return Buffer.concat([sealing.getAuthTag(), text]).toString('base64');
}

function unseal(queryHash: string, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < tagBytes) return undefined;
  const opening = createDecipheriv(cipher, keyOf(queryHash), nonce, { authTagLength: tagBytes });
  opening.setAuthTag(bytes.subarray(0, tagBytes));
  try {
    return Buffer.concat([opening.update(bytes.subarray(tagBytes)), opening.final()]).toString('utf8');
  } catch {
    return undefined; // not what a replica has put there
  }
}
