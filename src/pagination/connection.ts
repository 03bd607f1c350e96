import { encodeCursor, type Cursor } from './cursor.ts';

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

/**
 * The page as a connection of the list that `binding` names. What queries seldom select is made where it is selected. A class,
 * because each object with a getter of its own has a hidden class of its own, which keeps what the getter holds.
 */
export class PageConnection<Row> implements Connection<Row> {
  readonly nodes: readonly Row[];
  readonly #page: Page<Row>;
  readonly #binding: string;

  constructor(page: Page<Row>, binding: string) {
    this.nodes = page.rows;
    this.#page = page;
    this.#binding = binding;
  }

  get edges(): readonly Edge<Row>[] {
    return this.nodes.map((node, index) => ({ node, cursor: () => this.#cursorAt(index) }));
  }

  get pageInfo(): PageInfo {
    const { places, hasNextPage, hasPreviousPage } = this.#page;
    return {
      hasNextPage,
      hasPreviousPage,
      startCursor: () => (places === 0 ? null : this.#cursorAt(0)),
      endCursor: () => (places === 0 ? null : this.#cursorAt(places - 1)),
    };
  }

  #cursorAt(place: number): string {
    return encodeCursor(this.#binding, this.#page.cursorAt(place));
  }
}
