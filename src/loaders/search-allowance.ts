import { GatewayError } from '../errors.ts';

/** The caller's account, from which spare calls are paid: see `fairness.ts`. */
export interface Payer {
  /** Whether so many calls more were there, and are taken. */
  take(calls: number): boolean;
}

/** What the reader of one page may take. */
export interface PageSearch {
  /** Resolves when the page may make one call beyond its price; rejects where the request has none left for it. */
  take(): Promise<void>;
}

/** Calls that are kept for each page that searches, before pages that began later may take any: more than most need. */
const keptCalls = 8;
/** Seconds after which a caller's account has refilled by more than a search takes. */
const refillSeconds = 1;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: GatewayError) => void;
}

/** The calls that a page waits for, from when it begins to search. */
interface Search {
  readonly waiting: Waiter[];
  /** Nothing is kept for a page that has ended; a field of it may still take a call for itself. */
  hasEnded: boolean;
}

/**
 * The calls of one request beyond its price: for pages whose lists have moved, and for reading rooms singly when a list
 * of all of them has failed. One allowance for the request, whoever runs its operation, and a page is read once: when a
 * compiled run fails and graphql-js runs the operation again, it finds the pages as they were read, and what they took.
 *
 * So that searches end that have begun, pages have precedence in the order in which they begin: the first may take
 * whatever is left, and a later one only what the earlier ones most likely do not need. Until then it waits for them.
 */
export class SearchAllowance {
  #left = 0;
  /** Calls that are paid for and not made: never more than are left. */
  #paid = 0;
  #payer: Payer | undefined;
  /** Why nothing is granted any more. */
  #closed: GatewayError | undefined;
  readonly #pages = new Map<string, Promise<unknown>>();
  /** In the order in which they began. */
  readonly #searches = new Set<Search>();

  /** Grants so many calls, which the payer pays when they are first needed. */
  open(calls: number, payer: Payer | undefined): void {
    this.#left = calls;
    this.#payer = payer;
  }

  /** Grants nothing any more: the request is answered, or given up. Who waits is told the reason. */
  close(reason: GatewayError): void {
    this.#closed ??= reason;
    this.#admitWaiting();
  }

  /** What is read under a key: once in the request, however often and by whomever it is asked for. */
  page<Page>(key: string, read: (search: PageSearch) => Promise<Page>): Promise<Page> {
    const known = this.#pages.get(key) as Promise<Page> | undefined;
    if (known !== undefined) return known;
    const search: Search = { waiting: [], hasEnded: false };
    const page = read({ take: () => this.#take(search) }).finally(() => {
      search.hasEnded = true;
      this.#admitWaiting();
    });
    this.#pages.set(key, page);
    return page;
  }

  #take(search: Search): Promise<void> {
    this.#searches.add(search);
    return new Promise((resolve, reject) => {
      search.waiting.push({ resolve, reject });
      this.#admitWaiting();
    });
  }

  /** Grants what can be granted by now, and refuses what never can. */
  #admitWaiting(): void {
    let kept = 0;
    for (const search of this.#searches) {
      const { waiting, hasEnded } = search;
      while (waiting.length > 0 && (this.#closed !== undefined || this.#left === 0 || this.#left > kept)) {
        const { resolve, reject } = waiting.shift() as Waiter;
        if (this.#closed !== undefined) reject(this.#closed);
        else if (this.#left === 0) reject(usedUp());
        else if (!this.#pay()) reject(unpaid());
        else {
          this.#paid -= 1;
          this.#left -= 1;
          resolve();
        }
      }
      if (hasEnded && waiting.length === 0) this.#searches.delete(search);
      else kept += keptCalls;
    }
  }

  /** Pays ahead for what is kept for the searches under way, so that those that begin can end. */
  #pay(): boolean {
    const calls = Math.min(this.#left, this.#searches.size * keptCalls) - this.#paid;
    if (calls > 0 && (this.#payer?.take(calls) ?? true)) this.#paid += calls;
    return this.#paid > 0;
  }
}

const usedUp = () =>
  new GatewayError(
    'QUERY_TOO_COMPLEX',
    'This request has no calls left to find this page in a list that has changed or is very long: request fewer pages at a time.',
    { detail: 'search allowance used up' },
  );

const unpaid = () =>
  new GatewayError(
    'RATE_LIMITED',
    'The caller’s allowance has no calls left to find this page in a list that has changed.',
    {
      retryAfterSeconds: refillSeconds,
      detail: 'allowance used up',
    },
  );
