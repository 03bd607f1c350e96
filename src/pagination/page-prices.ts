/** How upstream pages a list: by `offset` with a total, by time without one (`timeline`), or not at all (`whole`). */
export type Paging = 'offset' | 'timeline' | 'whole';

export interface PagePrice {
  /** Calls that a page takes as long as nothing moves: its price, and what its reader may spend without asking. */
  readonly calls: number;
  /** Calls that each page after a cursor adds to what the request's searches may take. */
  readonly spareCalls: number;
}

/** The one place where the calls of a page are counted: plans add these up, and `resolvers/pages.ts` holds pages to them. */
export const pagePrices: Readonly<Record<Paging, PagePrice>> = {
  // After changes in front of it a page takes a second call to be full. A first page may have to pass over rows without an id.
  offset: { calls: 1, spareCalls: 1 },
  // A history has no total: its end has to be asked for, or else what lies before `since`. Where a cursor's row is gone, so
  // has what precedes it.
  timeline: { calls: 2, spareCalls: 1 },
  // One answer holds the list, unless the room has more members than a workspace usually lets in.
  whole: { calls: 1, spareCalls: 0 },
};

/** The paging that a directive of the schema names; undefined where it names none. */
export function pagingNamed(name: unknown): Paging | undefined {
  if (name == null) return undefined;
  if (typeof name === 'string' && Object.hasOwn(pagePrices, name)) return name as Paging;
  throw new Error(`@calls(paging: ${JSON.stringify(name)}) is none of ${Object.keys(pagePrices).join(', ')}.`);
}
