import { GatewayError } from '../errors.ts';
import type { SearchAllowance } from './search-allowance.ts';
import type { Way } from './bulk-or-single.ts';
import { tooLarge } from '../upstream/transport/response.ts';
import type { Endpoint } from '../upstream/endpoint.ts';
import type { RequestUpstream } from '../upstream/request-upstream.ts';
import { UpstreamRefusal } from '../upstream/transport/response.ts';
import type { CallerList } from './caller-lists.ts';

/** Keys that are read from lists of everything of the caller's, and how they were planned to be. */
export interface ListRead {
  readonly way: Way;
  readonly count: number;
  readonly lists: readonly CallerList[];
  /** Those of the lists that nobody had asked for before. */
  readonly unstarted: readonly CallerList[];
}

/** Keys that a list was to answer, which failed. */
export interface FailedRead<Key, Value> {
  readonly list: CallerList;
  readonly error: unknown;
  readonly keys: readonly Key[];
  /** Single calls that the plan's price still holds for them. */
  readonly pricedCalls: number;
  readonly load: (key: Key) => Promise<Value>;
}

/**
 * Two ways of reading the same thing of several rooms: one call for each, or lists of everything of the caller's, whose
 * price does not depend on the number of rooms. The plan has chosen one. Where the other has to take its place, it makes
 * as many calls as the price still holds, and more only from the request's allowance: the bound holds in any case.
 */
export class BulkFallback {
  readonly #upstream: RequestUpstream;
  readonly #search: SearchAllowance;
  /** Lists that were planned and not sent, and in whose place a single call was made. */
  readonly #replaced = new Set<Endpoint>();
  #spareReads = 0;

  constructor(upstream: RequestUpstream, search: SearchAllowance) {
    this.#upstream = upstream;
    this.#search = search;
  }

  /** Whether lists take the place of single calls: they are at hand, or only they have room in their call windows. */
  prefersLists(single: Endpoint, { count, unstarted }: ListRead): boolean {
    if (unstarted.length === 0) return true;
    const costsNoMore = count > 1 && unstarted.length <= count;
    const canList = ({ endpoint }: CallerList) =>
      this.#upstream.answersList(endpoint) && this.#upstream.allows(endpoint, 1);
    return costsNoMore && !this.#upstream.allows(single, count) && unstarted.every(canList);
  }

  /** Single calls that the price still holds when lists have failed: in place of planned ones not sent, or all but sent ones. */
  pricedCalls({ way, count, lists, unstarted }: ListRead): number {
    if (way === 'single') return count - unstarted.filter(({ endpoint }) => this.#upstream.calls.has(endpoint)).length;
    const unsent = lists.filter(({ endpoint }) => !this.#upstream.calls.has(endpoint) && !this.#replaced.has(endpoint));
    for (const { endpoint } of unsent) this.#replaced.add(endpoint);
    return unsent.length;
  }

  /** Reads singly what a list failed to give, as far as there are calls for it; other keys get the list's error. */
  readSingly<Key, Value>({ list, error, keys, pricedCalls, load }: FailedRead<Key, Value>): Promise<Value>[] {
    const isRefused = isRefusal(error);
    if (!isRefused && !isRateLimited(error)) return keys.map(() => Promise.reject(error));
    const [priced, spare] = [keys.slice(0, pricedCalls), keys.slice(pricedCalls)];
    const answers = [
      ...priced.map(load),
      ...(isRefused ? this.#readSpare(spare, load, error) : spare.map(() => Promise.reject(error))),
    ];
    // Noted last, as the workspace has to accept the caller before anything is remembered.
    if (isStable(error)) void Promise.allSettled(answers).then(() => this.#upstream.listFailed(list.endpoint));
    return answers;
  }

  /** Each with a call of the request's allowance; where none is left, the key gets the error of the list. */
  #readSpare<Key, Value>(keys: readonly Key[], load: (key: Key) => Promise<Value>, error: unknown): Promise<Value>[] {
    const answers = keys.map(() => Promise.withResolvers<Value>());
    this.#spareReads += 1;
    void this.#search.page(`singly ${this.#spareReads}`, (search) =>
      Promise.all(
        keys.map(async (key, index) => {
          const isGranted = await search.take().then(
            () => true,
            () => false,
          );
          answers[index]?.resolve(isGranted ? load(key) : Promise.reject(error));
          await answers[index]?.promise.catch(() => undefined);
        }),
      ),
    );
    return answers.map(({ promise }) => promise);
  }
}

const isRateLimited = (error: unknown): boolean => error instanceof GatewayError && error.code === 'RATE_LIMITED';

/** Whether the workspace refused a list for itself. One that is down or slow is not asked again: more calls would not help. */
const isRefusal = (error: unknown): boolean =>
  error instanceof GatewayError && ['FORBIDDEN', 'UPSTREAM_BAD_RESPONSE'].includes(error.code);

/** Whether the list will be refused the next time as well: it is too large, not allowed, or not there. */
const isStable = (error: unknown): boolean =>
  (error instanceof GatewayError && (error.code === 'FORBIDDEN' || error.extensions['reason'] === tooLarge)) ||
  (error instanceof UpstreamRefusal && error.status === 404);
