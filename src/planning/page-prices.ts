/** How upstream pages a list: by `offset` with a total, by time without one (`timeline`), or not at all (`whole`). */
export type Paging = 'offset' | 'timeline' | 'whole';

export interface PagePrice {
  /** Calls that a page takes as long as nothing moves: its price, and what its reader may spend without asking. */
  readonly calls: number;
  /** Calls that each page after a cursor adds to what the request's searches may take. */
  readonly spareCalls: number;
  /** Whether a first page can need more than its price, as one after a cursor always can. */
  readonly firstSearches: boolean;
}

/** The one place where the calls of a page are counted: plans add these up, and `resolvers/pages.ts` holds pages to them. */
export const pagePrices: Readonly<Record<Paging, PagePrice>> = {
  // After changes in front of it a page takes a second call to be full.
  offset: { calls: 1, spareCalls: 1, firstSearches: false },
  // A history has no total: its end has to be asked for. Where a cursor's row is gone, so has what precedes it.
  timeline: { calls: 2, spareCalls: 1, firstSearches: true },
  // One answer holds the list, unless the room has more members than a workspace usually lets in.
  whole: { calls: 1, spareCalls: 0, firstSearches: true },
};

/** The paging that a directive of the schema names; undefined where it names none. */
export function pagingNamed(name: unknown): Paging | undefined {
  if (name == null) return undefined;
  if (typeof name === 'string' && Object.hasOwn(pagePrices, name)) return name as Paging;
  throw new Error(`@calls(paging: ${JSON.stringify(name)}) is none of ${Object.keys(pagePrices).join(', ')}.`);
}
