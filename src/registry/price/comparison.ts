import type { Price } from './json-files.ts';
import type { PricedOperation } from './pricing.ts';

export type Verdict = 'dearer' | 'new' | 'cheaper' | 'moved' | 'same';

export interface Compared {
  readonly operation: PricedOperation;
  readonly verdict: Verdict;
  /** Undefined: the list has no entry. */
  readonly before: Price | undefined;
}

export interface Comparison {
  readonly operations: readonly Compared[];
  /** Entries without an operation. */
  readonly leftOver: readonly string[];
}

/** Verdicts that fail the command unless it writes the new prices. */
export const failing: ReadonlySet<Verdict> = new Set(['dearer', 'new']);

export const callsOf = (price: Price): number => Object.values(price).reduce((sum, calls) => sum + calls, 0);

export const compare = (operations: readonly PricedOperation[], list: ReadonlyMap<string, Price>): Comparison => ({
  operations: operations.map((operation) => {
    const before = list.get(operation.name);
    return { operation, before, verdict: verdictOf(operation.byEndpoint, before) };
  }),
  leftOver: [...list.keys()].filter((name) => !operations.some((operation) => operation.name === name)).toSorted(),
});

function verdictOf(price: Price, before: Price | undefined): Verdict {
  if (before === undefined) return 'new';
  const difference = callsOf(price) - callsOf(before);
  if (difference !== 0) return difference > 0 ? 'dearer' : 'cheaper';
  const endpoints = new Set([...Object.keys(price), ...Object.keys(before)]);
  return [...endpoints].every((endpoint) => (price[endpoint] ?? 0) === (before[endpoint] ?? 0)) ? 'same' : 'moved';
}
