import { GatewayError } from '../errors.ts';
import { defaultPageSize, maxPageSize } from '../limits.ts';

/** Relay's four arguments. `null` counts as omitted, except for `first: null` without `last`. */
export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** Which rows a page requests: `size` (0 to 100) rows after `cursor` in the connection's order, or before it. */
export interface PagePlan {
  readonly isBackward: boolean;
  readonly size: number;
  readonly cursor: string | undefined;
  readonly cursorArgument: 'after' | 'before';
}

export function planPage({ first, after, last, before }: PageArgs): PagePlan {
  if (first != null && last != null) throw badInput('Give `first` or `last`, not both.');
  if (last != null) {
    if (after != null) throw badInput('`after` goes with `first`; with `last`, give `before`.');
    return { isBackward: true, size: pageSize(last, 'last', 1), cursor: before ?? undefined, cursorArgument: 'before' };
  }
  if (before != null) throw badInput('`before` goes with `last`; with `first`, give `after`.');
  if (first === null) throw badInput(`\`first\` is null: give 0 to ${maxPageSize}, or omit it for ${defaultPageSize}.`);
  const size = first === undefined ? defaultPageSize : pageSize(first, 'first', 0);
  return { isBackward: false, size, cursor: after ?? undefined, cursorArgument: 'after' };
}

function pageSize(value: number, argument: 'first' | 'last', least: 0 | 1): number {
  if (Number.isInteger(value) && value >= least && value <= maxPageSize) return value;
  throw badInput(`\`${argument}\` is ${value}: give ${least} to ${maxPageSize}.`);
}

const badInput = (message: string) => new GatewayError('BAD_USER_INPUT', message);
