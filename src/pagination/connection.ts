import type { Cursor } from './cursor.ts';

/** One row of a page. The cursor is encoded only if it is selected. */
export interface Edge<Row> {
  readonly node: Row;
  readonly cursor: () => string;
}

/** A function if finding out takes a call, which is made only if the field is selected. */
export type Flag = boolean | (() => Promise<boolean>);

export interface PageInfo {
  readonly hasNextPage: Flag;
  readonly hasPreviousPage: Flag;
  readonly startCursor: () => string | null;
  readonly endCursor: () => string | null;
}

export interface Connection<Row> {
  readonly edges: readonly Edge<Row>[];
  readonly nodes: readonly Row[];
  readonly pageInfo: PageInfo;
}

/** Rows of a page in the connection's order, and whether others surround them. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Number of places with a cursor: the rows', or in a page without rows, those of rows left out. */
  readonly places: number;
  readonly cursorAt: (place: number) => Cursor;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: Flag;
}

/** A connection without rows. */
export const emptyConnection = <Row>(flags: Pick<PageInfo, 'hasNextPage' | 'hasPreviousPage'>): Connection<Row> => ({
  edges: [],
  nodes: [],
  pageInfo: { ...flags, startCursor: () => null, endCursor: () => null },
});

export const toConnection = <Row>(page: Page<Row>, encode: (cursor: Cursor) => string): Connection<Row> =>
  new PageConnection(page, encode);

/** A class, because each object with a getter of its own has a hidden class of its own, which keeps what the getter holds. */
class PageConnection<Row> implements Connection<Row> {
  readonly nodes: readonly Row[];
  readonly pageInfo: PageInfo;
  readonly #encodeAt: (index: number) => string;

  constructor({ rows, places, cursorAt, hasNextPage, hasPreviousPage }: Page<Row>, encode: (cursor: Cursor) => string) {
    const encodeAt = (index: number) => encode(cursorAt(index));
    this.nodes = rows;
    this.pageInfo = {
      hasNextPage,
      hasPreviousPage,
      startCursor: () => (places === 0 ? null : encodeAt(0)),
      endCursor: () => (places === 0 ? null : encodeAt(places - 1)),
    };
    this.#encodeAt = encodeAt;
  }

  /** Made where they are selected: most queries select the nodes alone. */
  get edges(): readonly Edge<Row>[] {
    return this.nodes.map((node, index) => ({ node, cursor: () => this.#encodeAt(index) }));
  }
}
