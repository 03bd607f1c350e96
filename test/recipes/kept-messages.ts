export interface Row {
  readonly id: string;
  readonly sentAt: string;
}

export interface Page<R extends Row> {
  readonly nodes: readonly R[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** `changes` of a room. */
export interface Changes<R extends Row> {
  readonly changed: readonly R[];
  readonly removedIds: readonly string[];
  readonly cursor: string;
  readonly hasMore: boolean;
  readonly mustReload: boolean;
}

/** How a client asks for `messages(first:, after:)` and `changes(since:)` of a room. */
export interface Source<R extends Row> {
  readonly page: (after: string | null) => Promise<Page<R>>;
  readonly changes: (since: string | null) => Promise<Changes<R>>;
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
/** The order of `messages`. */
export const newestFirst = (a: Row, b: Row): number => compare(b.sentAt, a.sentAt) || compare(b.id, a.id);

/**
 * The rows after a change. `oldest` is the oldest that was ever loaded: behind it are pages for later, whose rows would leave
 * a gap. Without it there is nothing older.
 */
export function applyChanges<R extends Row>(
  rows: readonly R[],
  { changed, removedIds }: Pick<Changes<R>, 'changed' | 'removedIds'>,
  oldest?: Row,
): R[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const row of changed) if (oldest === undefined || newestFirst(row, oldest) <= 0) byId.set(row.id, row);
  for (const id of removedIds) byId.delete(id);
  return [...byId.values()].toSorted(newestFirst);
}

/** The messages of a room, newest first: older pages when they are wanted, and what changed since. One call at a time. */
export class KeptMessages<R extends Row> {
  rows: readonly R[] = [];
  hasOlder = true;
  readonly #source: Source<R>;
  #since: string | null;
  #after: string | null = null;
  #oldest: R | undefined;

  /** Kept from an earlier visit together with the rows, the cursor goes on from there. */
  constructor(source: Source<R>, kept?: { readonly rows: readonly R[]; readonly cursor: string }) {
    this.#source = source;
    this.#since = kept?.cursor ?? null;
    this.rows = kept?.rows ?? [];
    this.hasOlder = kept === undefined;
  }

  /** Where to go on from. */
  get cursor(): string | null {
    return this.#since;
  }

  async loadOlder(): Promise<void> {
    this.#add(await this.#source.page(this.#after));
  }

  #add({ nodes, pageInfo }: Page<R>): void {
    this.#after = pageInfo.endCursor ?? this.#after;
    this.#oldest = nodes.at(-1) ?? this.#oldest;
    this.hasOlder = pageInfo.hasNextPage;
    this.rows = applyChanges(this.rows, { changed: nodes, removedIds: [] });
  }

  /** The first call reads the latest page, and so does one that cannot be told what changed. */
  async sync(): Promise<void> {
    for (let hasMore = true; hasMore;) {
      const told = await this.#source.changes(this.#since);
      if (told.mustReload) await this.#reload();
      else this.rows = applyChanges(this.rows, told, this.hasOlder ? this.#oldest : undefined);
      this.#since = told.cursor;
      hasMore = told.hasMore;
    }
  }

  async #reload(): Promise<void> {
    const latest = await this.#source.page(null);
    this.rows = [];
    this.#after = null;
    this.#oldest = undefined;
    this.#add(latest);
  }
}
