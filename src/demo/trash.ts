export type Deleted<Row> = Row & { readonly _deletedAt: string };

/** What Rocket.Chat keeps of the deleted rows of one collection. It forgets them after 30 days. */
export class Trash<Row extends { _id: string }> {
  readonly #rows = new Map<string, Deleted<Row>>();

  /** A row deleted twice under the same id is kept once, as of the second time. */
  put(row: Row, at: string): void {
    this.#rows.set(row._id, { ...row, _deletedAt: at });
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  rows(): Deleted<Row>[] {
    return [...this.#rows.values()];
  }

  forget(before: string): void {
    for (const { _id, _deletedAt } of this.rows()) if (_deletedAt < before) this.#rows.delete(_id);
  }
}
