import type { PagePlan } from './args.ts';
import type { Page } from './connection.ts';
import { comparePlaces, type Place, type PlaceOf } from './place.ts';

export interface WholePage<Row> extends Page<Row> {
  readonly hasPreviousPage: boolean;
  readonly total: number;
}

/** A page of a list that upstream returns whole: sorted by place, and cut where the cursor's row is or was. */
export function cutWhole<Row>(
  rows: readonly Row[],
  plan: PagePlan,
  cursor: Place | undefined,
  placeOf: PlaceOf<Row>,
): WholePage<Row> {
  const sorted = inOrder(rows, placeOf);
  let from = 0;
  let to = sorted.length;
  if (cursor !== undefined) {
    const isBeyond = plan.isBackward
      ? (row: Row) => comparePlaces(placeOf(row), cursor) >= 0
      : (row: Row) => comparePlaces(placeOf(row), cursor) > 0;
    const index = sorted.findIndex(isBeyond);
    const border = index === -1 ? sorted.length : index;
    if (plan.isBackward) to = border;
    else from = border;
  }
  if (plan.isBackward) from = Math.max(from, to - plan.size);
  else to = Math.min(to, from + plan.size);
  const page = sorted.slice(from, to);
  return {
    rows: page,
    places: page.length,
    cursorAt: (place) => ({ ...placeOf(page[place] as Row), offset: 0, total: 0 }),
    hasNextPage: to < sorted.length,
    hasPreviousPage: from > 0,
    total: sorted.length,
  };
}

/** The rows sorted by place: those given, where they are. Sorting few rows takes longer than finding out. */
function inOrder<Row>(rows: readonly Row[], placeOf: PlaceOf<Row>): readonly Row[] {
  let last: Place | undefined;
  for (const row of rows) {
    const place = placeOf(row);
    if (last !== undefined && comparePlaces(last, place) > 0)
      return rows.toSorted((a, b) => comparePlaces(placeOf(a), placeOf(b)));
    last = place;
  }
  return rows;
}
