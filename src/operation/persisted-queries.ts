import { Lru } from './lru.ts';

/** Bytes of all queries; a character counts as two. */
const maxBytes = 16 * 1024 * 1024;
/** Milliseconds that a query is kept after a client has sent it. */
export const maxAgeMs = 24 * 3600 * 1000;

/** Queries that clients of other replicas have sent. */
export interface SharedQueries {
  find(hash: string): Promise<string | undefined>;
  register(hash: string, query: string): void;
}

/**
 * Automatic persisted queries by hash. Apollo Server would register them before a query runs, when the workspace may not
 * have accepted the caller yet; they are registered here once it has.
 */
export class PersistedQueries {
  readonly #queries = new Lru<{ readonly query: string; readonly until: number }>(maxBytes);
  readonly #now: () => number;
  readonly #shared: SharedQueries | undefined;

  constructor(now: () => number = Date.now, shared?: SharedQueries) {
    this.#now = now;
    this.#shared = shared;
  }

  get bytes(): number {
    return this.#queries.bytes;
  }

  register(hash: string, query: string): void {
    this.#keep(hash, query);
    this.#shared?.register(hash, query);
  }

  /** `key`: Apollo Server's prefix and the hash. */
  async get(key: string): Promise<string | undefined> {
    const hash = key.slice(key.indexOf(':') + 1);
    return this.find(hash) ?? (await this.#shared?.find(hash));
  }

  /** Another replica's query, which an accepted caller has named. */
  keepFound(hash: string, query: string): void {
    if (this.find(hash) === undefined) this.#keep(hash, query);
  }

  /** The query of this hash, if it is known here. */
  find(hash: string): string | undefined {
    const found = this.#queries.use(hash);
    if (found === undefined || found.until > this.#now()) return found?.query;
    this.#queries.delete(hash);
    return undefined;
  }

  #keep(hash: string, query: string): void {
    this.#queries.set(hash, { query, until: this.#now() + maxAgeMs }, 2 * query.length);
  }

  /** Apollo Server calls this, but `keepDocuments` registers queries instead. */
  async set(): Promise<void> {}

  /** Apollo Server never needs it. */
  async delete(): Promise<void> {}
}
