/**
 * How upstream pages a list: by `offset` with a total, by time without a total (`timeline`), or not at all (`whole`).
 */
export type Paging = 'offset' | 'timeline' | 'whole';

export interface PagePrice {
  /** Calls per page while nothing moves. They are part of the query cost, so the pager may make them freely. */
  readonly calls: number;
  /** Calls that each page after a cursor adds to the request's search allowance. */
  readonly spareCalls: number;
}

/** Calls per page: the query cost adds these up, and `resolvers/pages.ts` enforces them. */
export const pagePrices: Readonly<Record<Paging, PagePrice>> = {
  // A page takes a second call to be full after changes in front of it; a first page may have to skip rows without an
  // id.
  offset: { calls: 1, spareCalls: 1 },
  // A history has no total: proving its end takes a call, and so does counting the gap before `since`. If a cursor's
  // row is gone, so does looking for the rows that precede it.
  timeline: { calls: 2, spareCalls: 1 },
  // One response holds the list, unless the room has more members than workspaces usually allow.
  whole: { calls: 1, spareCalls: 0 },
};

/** The paging that a schema directive names, if any. */
export function pagingNamed(name: unknown): Paging | undefined {
  if (name == null) return undefined;
  if (typeof name === 'string' && Object.hasOwn(pagePrices, name)) return name as Paging;
  throw new Error(`@calls(paging: ${JSON.stringify(name)}) must be one of ${Object.keys(pagePrices).join(', ')}.`);
}
