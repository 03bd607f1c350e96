import { GatewayError } from '../errors.ts';
import type { SearchAllowance } from './search-allowance.ts';
import type { ReadMode } from './bulk-or-single.ts';
import { tooLarge } from '../upstream/transport/response.ts';
import type { Endpoint } from '../upstream/endpoint.ts';
import type { RequestUpstream } from '../upstream/request-upstream.ts';
import { UpstreamRefusal } from '../upstream/transport/response.ts';
import type { CallerList } from './caller-lists.ts';

/** A batch of keys, the mode that the cost estimate chose for it, and the lists that could serve it. */
export interface ListRead {
  readonly mode: ReadMode;
  readonly count: number;
  readonly lists: readonly CallerList[];
  /** Those of the lists that were not loaded before. */
  readonly unstarted: readonly CallerList[];
}

/** Keys of a list that failed. */
export interface FailedRead<Key, Value> {
  readonly list: CallerList;
  readonly error: unknown;
  readonly keys: readonly Key[];
  /** Single calls that the cost still covers. */
  readonly pricedCalls: number;
  readonly load: (key: Key) => Promise<Value>;
}

/**
 * The same data of several rooms can be read in bulk or singly, and the cost estimate has chosen one. When the other must
 * replace it, it makes as many calls as the cost still covers, and more only from the request's search allowance: the
 * bound on a request's calls holds in any case.
 */
export class BulkFallback {
  readonly #upstream: RequestUpstream;
  readonly #search: SearchAllowance;
  /** Lists that were priced but not sent, whose call a single call has used. */
  readonly #replaced = new Set<Endpoint>();
  #spareReads = 0;

  constructor(upstream: RequestUpstream, search: SearchAllowance) {
    this.#upstream = upstream;
    this.#search = search;
  }

  /** Whether lists replace single calls: they are loaded, or only they have room in their rate-limit windows. */
  prefersLists(single: Endpoint, { count, unstarted }: ListRead): boolean {
    if (unstarted.length === 0) return true;
    const costsNoMore = count > 1 && unstarted.length <= count;
    const canList = ({ endpoint }: CallerList) =>
      this.#upstream.answersList(endpoint) && this.#upstream.allows(endpoint, 1);
    return costsNoMore && !this.#upstream.allows(single, count) && unstarted.every(canList);
  }

  /** Single calls that the cost still covers after lists have failed: bulk priced its lists, single one call per key. */
  pricedCalls({ mode, count, lists, unstarted }: ListRead): number {
    if (mode === 'single') return count - unstarted.filter(({ endpoint }) => this.#upstream.calls.has(endpoint)).length;
    const unsent = lists.filter(({ endpoint }) => !this.#upstream.calls.has(endpoint) && !this.#replaced.has(endpoint));
    for (const { endpoint } of unsent) this.#replaced.add(endpoint);
    return unsent.length;
  }

  /** Reads the keys of a failed list singly, as far as there are calls for them; the others get the list's error. */
  readSingly<Key, Value>({ list, error, keys, pricedCalls, load }: FailedRead<Key, Value>): Promise<Value>[] {
    const isRefused = isRefusal(error);
    if (!isRefused && !isRateLimited(error)) return keys.map(() => Promise.reject(error));
    const [priced, spare] = [keys.slice(0, pricedCalls), keys.slice(pricedCalls)];
    const values = [
      ...priced.map(load),
      ...(isRefused ? this.#readSpare(spare, load, error) : spare.map(() => Promise.reject(error))),
    ];
    // Last, because the gateway remembers only callers whom the workspace has accepted.
    if (isLasting(error)) void Promise.allSettled(values).then(() => this.#upstream.listFailed(list.endpoint));
    return values;
  }

  /** Each with a call of the request's search allowance; without one left, the key gets the list's error. */
  #readSpare<Key, Value>(keys: readonly Key[], load: (key: Key) => Promise<Value>, error: unknown): Promise<Value>[] {
    const values = keys.map(() => Promise.withResolvers<Value>());
    this.#spareReads += 1;
    void this.#search.page(`singly ${this.#spareReads}`, (search) =>
      Promise.all(
        keys.map(async (key, index) => {
          const isGranted = await search.take().then(
            () => true,
            () => false,
          );
          values[index]?.resolve(isGranted ? load(key) : Promise.reject(error));
          await values[index]?.promise.catch(() => undefined);
        }),
      ),
    );
    return values.map(({ promise }) => promise);
  }
}

const isRateLimited = (error: unknown): boolean => error instanceof GatewayError && error.code === 'RATE_LIMITED';

/** Whether the workspace refused the list itself. When it is down or slow, more calls would not help. */
const isRefusal = (error: unknown): boolean =>
  error instanceof GatewayError && ['FORBIDDEN', 'UPSTREAM_BAD_RESPONSE'].includes(error.code);

/** Whether the list will fail next time as well: it is too large, not allowed, or does not exist. */
const isLasting = (error: unknown): boolean =>
  (error instanceof GatewayError && (error.code === 'FORBIDDEN' || error.extensions['reason'] === tooLarge)) ||
  (error instanceof UpstreamRefusal && error.status === 404);
