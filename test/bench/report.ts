import type { Round } from './measure.ts';

const columns = ['', 'calls', 'floor µs', 'gateway µs', 'CPU, gateway/floor', 'throughput, gateway/floor'] as const;
const widths = [4, 7, 10, 12, 24, 28] as const;

export const tableHead = (): string => row(columns);

/** One line of the table: medians over the rounds, with the smallest and largest ratio. */
export function tableRow(name: string, calls: number, rounds: readonly Round[]): string {
  const throughput = spread(rounds.map(({ floor, gateway }) => gateway.requestsPerSecond / floor.requestsPerSecond));
  const isSaturated = rounds.every(({ floor, gateway }) => Math.min(floor.busy, gateway.busy) >= 0.9);
  return row([
    name,
    String(calls),
    median(rounds.map(({ floor }) => floor.cpuMicros)).toFixed(0),
    median(rounds.map(({ gateway }) => gateway.cpuMicros)).toFixed(0),
    spread(rounds.map(({ floor, gateway }) => gateway.cpuMicros / floor.cpuMicros)),
    isSaturated ? throughput : `${throughput} *`,
  ]);
}

export const tableFoot = [
  'calls: upstream calls of one request. µs: CPU time of the server, all its threads, per answered request.',
  'Ratios: median over the rounds (smallest to largest). *: a server was idle for over 10 % of a round,',
  'waiting for load or upstream, so the ratio of throughput says little.',
].join('\n');

const row = (cells: readonly string[]): string =>
  cells
    .map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
    .join('');

const spread = (values: readonly number[]): string =>
  `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)})`;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}
