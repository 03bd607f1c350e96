/** What an operation can cost at most. */
export interface Plan {
  /** Upstream calls in all. */
  readonly calls: number;
  readonly byEndpoint: Readonly<Record<string, number>>;
  /**
   * Leaf values that the answer can hold, each as often as it is selected, and 25 more for each reference of another
   * subgraph: what bounds its size and the time to write it.
   */
  readonly values: number;
  /** The fields that cost the most, most first. */
  readonly heaviest: readonly { readonly path: string; readonly calls: number }[];
  /** Rooms that have to be known as such: see `withGivenRooms`. Their price is not among the calls. */
  readonly given?: GivenRooms;
}

/** Rooms of which the client gives the id, and of which no record is read for anything else. */
export interface GivenRooms {
  readonly ids: readonly string[];
  /** Rooms whose records are read anyway: a part of them, which can be had of many at once, or the whole. */
  readonly part: number;
  readonly whole: number;
}

/** Sums stop growing here. */
export const manyCalls = 1e9;
/** Calls that all pages of a request together may take beyond their own, to find their places in lists that moved. */
export const searchAllowance = 20;
/** Rooms whose records are read one by one; more are read all at once. */
export const maxSingleRooms = 2;
/** Heaviest fields that are named. */
const maxNamed = 5;

interface Charge {
  /** Parents that ask. */
  readonly count: number;
  readonly from: number;
  /** Calls in the request at most. */
  readonly upTo: number;
  readonly path: string;
}

/** Adds up the prices of an operation's fields. */
export class Ledger {
  /** Parents that ask, by endpoint, for charges that are bounded in the whole request. */
  readonly #bounded = new Map<string, { count: number; from: number; upTo: number }>();
  readonly #byEndpoint = new Map<string, number>();
  readonly #byPath = new Map<string, number>();
  #recordRooms = { part: 0, whole: 0 };
  readonly #givenRooms = new Set<string>();
  #searchedEndpoint: string | undefined;
  #values = 0;

  addValues(count: number): void {
    this.#values = Math.min(manyCalls, this.#values + count);
  }

  add(endpoint: string, { count, from, upTo, path }: Charge): void {
    if (upTo === Number.POSITIVE_INFINITY) {
      addTo(this.#byEndpoint, endpoint, count);
      addTo(this.#byPath, path, count);
      return;
    }
    const known = this.#bounded.get(endpoint) ?? { count: 0, from, upTo };
    this.#bounded.set(endpoint, {
      count: Math.min(manyCalls, known.count + count),
      from: Math.min(known.from, from),
      upTo: Math.max(known.upTo, upTo),
    });
    if (count >= from) addTo(this.#byPath, path, Math.min(count, upTo));
  }

  /** A page whose place may have to be looked for: one call more to fill it, and the request's allowance once. */
  addSearch(endpoint: string, { count, isContinued, path }: { count: number; isContinued: boolean; path: string }): void {
    const isHistory = endpoint === 'dm.history';
    if (!isContinued && !isHistory && endpoint !== 'im.members') return;
    this.#searchedEndpoint ??= endpoint;
    if (endpoint === 'im.members') return;
    // A history has no total: its end may have to be asked for, and whether rows precede a deleted cursor.
    const extra = count * (isHistory && isContinued ? 2 : 1);
    addTo(this.#byEndpoint, endpoint, extra);
    addTo(this.#byPath, path, extra);
  }

  addRecords(rooms: number, part: 'part' | 'whole', path: string): void {
    this.#recordRooms[part] = Math.min(manyCalls, this.#recordRooms[part] + rooms);
    addTo(this.#byPath, path, part === 'whole' ? rooms : Math.min(rooms, maxSingleRooms + 1));
  }

  /** Rooms that are asked for by the client's id, without their records. */
  addGivenRooms(ids: readonly string[]): void {
    for (const id of ids) this.#givenRooms.add(id);
  }

  /** The operation is larger than can be priced: it costs more than any limit. */
  giveUp(path: string): void {
    addTo(this.#byEndpoint, 'unknown', manyCalls);
    addTo(this.#byPath, path, manyCalls);
  }

  close(): Plan {
    const byEndpoint = new Map(this.#byEndpoint);
    for (const [endpoint, { count, from, upTo }] of this.#bounded) {
      if (count >= from) addTo(byEndpoint, endpoint, Math.min(count, upTo));
    }
    const { part, whole } = this.#recordRooms;
    if (part + whole > 0) addTo(byEndpoint, 'rooms.info', whole + Math.min(part, maxSingleRooms));
    if (part + whole > maxSingleRooms) byEndpoint.set('rooms.get', 1);
    if (this.#searchedEndpoint !== undefined) addTo(byEndpoint, this.#searchedEndpoint, searchAllowance);
    const calls = [...byEndpoint.values()].reduce((sum, count) => Math.min(manyCalls, sum + count), 0);
    const heaviest = [...this.#byPath]
      .map(([path, calls]) => ({ path, calls }))
      .toSorted((a, b) => b.calls - a.calls)
      .slice(0, maxNamed);
    return {
      calls,
      byEndpoint: Object.fromEntries([...byEndpoint].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      values: Math.round(this.#values),
      heaviest,
      ...(this.#givenRooms.size > 0 && { given: { ids: [...this.#givenRooms], part, whole } }),
    };
  }
}

const addTo = (sums: Map<string, number>, key: string, count: number): void => {
  sums.set(key, Math.min(manyCalls, (sums.get(key) ?? 0) + count));
};
