import { GatewayError } from '../errors.ts';
import type { SavedCalls } from './loader.ts';

/** The caller's allowance of upstream calls, which pays for searches. */
export interface Payer {
  /** Takes this many calls, if the allowance has them. */
  take(calls: number): boolean;
}

/** The calls that reading one page may take beyond its cost. */
export interface PageSearch {
  /** Resolves when the page may make one more call; rejects when the request has none left for it. */
  take(): Promise<void>;
}

/** Calls reserved for each searching page before pages that began later may take any: more than most need. */
const reservedCalls = 8;
/** Seconds in which a caller's allowance refills by more than a search takes. */
const refillSeconds = 1;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: GatewayError) => void;
}

/** A page that searches, and the calls that it waits for. */
interface Search extends PageSearch {
  readonly waiting: Waiter[];
  /** A page that has ended reserves nothing, but one of its fields may still take a call. */
  hasEnded: boolean;
}

/**
 * The calls of one request beyond its cost: for pages whose lists have changed, for reading rooms singly when the list of all
 * of them has failed, and for users who left their rooms. It belongs to the request, and each page is read once: when a
 * compiled run fails and graphql-js runs the operation again, it finds the same pages, and the calls they took.
 *
 * Pages have precedence in the order in which they begin, so that searches under way can end: the first may take all
 * that is left, a later one only what the earlier ones most likely do not need. Until then it waits for them.
 */
export class SearchAllowance {
  readonly saved: SavedCalls = { joined: 0, bulk: 0 };
  #left = 0;
  /** Calls paid for and not yet made: never more than are left. */
  #paid = 0;
  #payer: Payer | undefined;
  /** Why it grants nothing any more. */
  #closed: GatewayError | undefined;
  readonly #pages = new Map<string, Promise<unknown>>();
  /** One error for all that it refuses: creating it takes longer than anything else here. */
  #refusal: GatewayError | undefined;
  /** In the order in which they began. */
  readonly #searches = new Set<Search>();

  /** Allows this many calls, which the payer pays for when they are first needed. */
  open(calls: number, payer: Payer | undefined): void {
    this.#left = calls;
    this.#payer = payer;
  }

  /** Grants nothing any more and rejects waiting calls with the reason: the request is answered or cancelled. */
  close(reason: GatewayError): void {
    this.#closed ??= reason;
    this.#admitWaiting();
  }

  /** Reads a page once per request: every later call with its key gets the same promise. */
  page<Page>(key: string, read: (search: PageSearch) => Promise<Page>): Promise<Page> {
    const known = this.#pages.get(key) as Promise<Page> | undefined;
    if (known !== undefined) {
      this.saved.joined += 1;
      return known;
    }
    const search: Search = { waiting: [], hasEnded: false, take: () => this.#take(search) };
    const page = read(search);
    this.#pages.set(key, page);
    // Before anyone else who waits for the page.
    const end = () => this.#end(search);
    page.then(end, end);
    return page;
  }

  #end(search: Search): void {
    search.hasEnded = true;
    if (this.#searches.size > 0) this.#admitWaiting();
  }

  #take(search: Search): Promise<void> {
    if (!this.#searches.has(search) && this.#isHopeless()) return Promise.reject(this.#closed ?? this.#usedUp());
    this.#searches.add(search);
    return new Promise((resolve, reject) => {
      search.waiting.push({ resolve, reject });
      this.#admitWaiting();
    });
  }

  #usedUp(): GatewayError {
    return (this.#refusal ??= usedUp());
  }

  /**
   * Whether a new search would get nothing in any case, because those that wait before it take all that is left. It is
   * refused at once, so that few wait, however many thousands of users a message mentions.
   */
  #isHopeless(): boolean {
    let waiting = 0;
    for (const search of this.#searches) waiting += search.waiting.length;
    return this.#closed !== undefined || waiting >= this.#left;
  }

  /** Grants what it can grant now, and refuses what it never can. */
  #admitWaiting(): void {
    let reserved = 0;
    for (const search of this.#searches) {
      const { waiting, hasEnded } = search;
      while (waiting.length > 0 && (this.#closed !== undefined || this.#left === 0 || this.#left > reserved)) {
        const { resolve, reject } = waiting.shift() as Waiter;
        if (this.#closed !== undefined) reject(this.#closed);
        else if (this.#left === 0) reject(this.#usedUp());
        else if (!this.#pay()) reject(unpaid());
        else {
          this.#paid -= 1;
          this.#left -= 1;
          resolve();
        }
      }
      if (hasEnded && waiting.length === 0) this.#searches.delete(search);
      else reserved += reservedCalls;
    }
  }

  /** Pays in advance for what searches under way reserve, so that those that begin can end. */
  #pay(): boolean {
    const calls = Math.min(this.#left, this.#searches.size * reservedCalls) - this.#paid;
    if (calls > 0 && (this.#payer?.take(calls) ?? true)) this.#paid += calls;
    return this.#paid > 0;
  }
}

const usedUp = () =>
  new GatewayError(
    'QUERY_TOO_COMPLEX',
    'This request has no calls left for what its cost does not include, such as a page of a list that has changed or is very long, or a user who left the room: request fewer at a time.',
    { detail: 'search allowance used up' },
  );

const unpaid = () =>
  new GatewayError(
    'RATE_LIMITED',
    'The caller’s allowance has no calls left for what the cost of this request does not include, such as a page of a list that has changed.',
    {
      retryAfterSeconds: refillSeconds,
      detail: 'allowance used up',
    },
  );
