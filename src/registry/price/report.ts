import { callsOf, type Compared, type Comparison, type Verdict } from './comparison.ts';
import type { Price } from './json-files.ts';

export interface ReportOptions {
  /** The name of the file with the prices. */
  readonly list: string;
  readonly hasList: boolean;
  readonly writes: boolean;
}

/** The prices, what changed, and what to do about it. */
export function report(comparison: Comparison, options: ReportOptions): string {
  return [...comparison.operations.flatMap(linesOf), '', ...summary(comparison, options)].join('\n');
}

function linesOf({ operation, verdict, before }: Compared): string[] {
  const { name, place, byEndpoint, assumptions, refusal } = operation;
  return [
    `${name} (${place}): ${written(byEndpoint)}`,
    ...(verdict === 'same'
      ? []
      : [`  ${verdict.toUpperCase()}${before === undefined ? '' : `: it was ${written(before)}`}`]),
    ...(assumptions.length > 0 ? [`  with ${assumptions.join(', ')}`] : []),
    ...(refusal === undefined ? [] : [`  REJECTED by a gateway with the default settings: ${refusal}`]),
  ];
}

/** `3 calls: im.list 1, subscriptions.get 2`. */
function written(price: Price): string {
  const calls = callsOf(price);
  const parts = Object.entries(price).map(([endpoint, count]) => `${endpoint} ${count}`);
  return `${calls} ${calls === 1 ? 'call' : 'calls'}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

const meanings: Readonly<Record<Verdict, string>> = {
  dearer: 'dearer',
  new: 'new',
  cheaper: 'cheaper',
  moved: 'at the same price with other endpoints',
  same: 'unchanged',
};

function summary({ operations, leftOver }: Comparison, { list, hasList, writes }: ReportOptions): string[] {
  const counts = Object.entries(meanings).flatMap(([verdict, meaning]) => {
    const count = operations.filter((each) => each.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${meaning}`];
  });
  const isWrong = operations.some(({ verdict }) => verdict !== 'same') || leftOver.length > 0;
  return [
    `${operations.length} ${operations.length === 1 ? 'operation' : 'operations'}: ${counts.join(', ')}.`,
    ...(leftOver.length > 0 ? [`${writes ? 'Removed from' : 'Only in'} ${list}: ${leftOver.join(', ')}.`] : []),
    ...(writes ? [`Wrote ${list}.`] : []),
    ...(isWrong && !writes
      ? [
          `${hasList ? '' : `There is no ${list} yet. `}To accept these prices, run the command with --write and commit ${list}.`,
        ]
      : []),
  ];
}
