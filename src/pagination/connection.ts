/** One row of a page. The cursor is worked out only when it is selected. */
export interface Edge<Row> {
  readonly node: Row;
  readonly cursor: () => string;
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean | (() => Promise<boolean>);
  readonly startCursor: () => string | null;
  readonly endCursor: () => string | null;
}

export interface Connection<Row> {
  readonly edges: readonly Edge<Row>[];
  readonly nodes: readonly Row[];
  readonly pageInfo: PageInfo;
}

/** Rows of a page, in the connection's order, and what lies around them. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly hasNextPage: boolean;
  /** A function where the answer costs a call: it is made only when the field is selected. */
  readonly hasPreviousPage: boolean | (() => Promise<boolean>);
}

export function toConnection<Row>(page: Page<Row>, cursorOf: (row: Row, index: number) => string): Connection<Row> {
  const { rows, hasNextPage, hasPreviousPage } = page;
  const edges = rows.map((node, index) => ({ node, cursor: () => cursorOf(node, index) }));
  return {
    edges,
    nodes: rows,
    pageInfo: {
      hasNextPage,
      hasPreviousPage,
      startCursor: () => edges[0]?.cursor() ?? null,
      endCursor: () => edges.at(-1)?.cursor() ?? null,
    },
  };
}

/** What `first: 0` answers, without asking upstream. */
export const emptyPage = { rows: [], hasNextPage: false, hasPreviousPage: false } as const;
