import type { Agreed } from './compare.ts';
import type { FixedRate, Measured, Sample } from './measure.ts';
import { median } from './schedule.ts';

/** A table as text: the first column to the left, the others to the right, as wide as they must be. */
export function table(title: string, rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  return `${title}\n\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** What was measured of one workload. */
export interface Column {
  readonly agreed: Agreed;
  /** Its contenders; the floor is first. */
  readonly measured: readonly Measured[];
  /** Heading; undefined: the workload's name. */
  readonly heading?: string;
}

/** Contenders down, workloads across; a contender that leaves a workload out has a dash. */
export function grid<C extends Column>(
  title: string,
  columns: readonly C[],
  cell: (column: C, index: number) => string,
): string {
  const names = [...new Set(columns.flatMap(({ measured }) => measured.map(({ asked }) => asked.contender.name)))];
  const head = ['', ...columns.map(({ agreed, heading }) => heading ?? agreed.workload.name)];
  const rows = names.map((name) => [
    name,
    ...columns.map((column) => {
      const index = column.measured.findIndex(({ asked }) => asked.contender.name === name);
      return index === -1 ? '-' : cell(column, index);
    }),
  ]);
  return table(title, [head, ...rows]);
}

/** CPU time as a multiple of the floor's in the same round; of the floor itself, µs. */
export const cpuTable = (columns: readonly Column[]): string =>
  grid(
    'CPU time per request, as a multiple of the floor’s: median (smallest to largest of the rounds)',
    columns,
    ({ measured }, index) => {
      const cpu = measured[index]?.rounds.map(({ cpuMicros }) => cpuMicros) ?? [];
      if (index === 0) return `${median(cpu).toFixed(0)} µs`;
      return spread(cpu.map((micros, round) => micros / (measured[0]?.rounds[round]?.cpuMicros ?? Number.NaN)));
    },
  );

export const throughputTable = (columns: readonly Column[]): string =>
  grid(
    'Throughput, requests a second: median. *: the server was idle for over 10 % of a round, waiting for load or upstream',
    columns,
    ({ measured }, index) => {
      const rounds = measured[index]?.rounds ?? [];
      const perSecond = median(rounds.map(({ requestsPerSecond }) => requestsPerSecond)).toFixed(0);
      return rounds.some(({ busy }) => busy < 0.9) ? `${perSecond}*` : perSecond;
    },
  );

export const latencyTable = (columns: readonly (Column & { readonly fixed: FixedRate })[]): string =>
  grid(
    'Latency p50 / p99 at a fixed rate, half of what the slowest can: milliseconds',
    columns.map((column) => ({ ...column, heading: `${column.agreed.workload.name} ${column.fixed.perSecond}/s` })),
    ({ fixed }, index) => latency(fixed.samples[index]),
  );

export const latency = (sample: Pick<Sample, 'p50' | 'p99'> | undefined): string =>
  sample === undefined ? '-' : `${sample.p50.toFixed(2)} / ${sample.p99.toFixed(2)}`;

/** As counted under load, if there was any at a fixed rate; else as counted when the answers were compared. */
export const callsTable = (columns: readonly (Column & { readonly fixed?: FixedRate })[]): string =>
  grid('Upstream calls per request', columns, ({ measured, fixed }, index) => {
    const calls = fixed?.samples[index]?.callsPerRequest ?? measured[index]?.asked.callsPerRequest ?? 0;
    return String(Number(calls.toFixed(1)));
  });

export interface ProcessFigures {
  readonly name: string;
  readonly rss: number;
  readonly startMs: number;
}

export const processTable = (figures: readonly ProcessFigures[]): string =>
  table('Memory after load (resident), and time from the start of the process to the first right answer', [
    ['', 'memory', 'start'],
    ...figures.map(({ name, rss, startMs }) => [name, `${(rss / 1e6).toFixed(0)} MB`, `${startMs.toFixed(0)} ms`]),
  ]);

export const spread = (values: readonly number[]): string =>
  `${median(values).toFixed(2)} (${Math.min(...values).toFixed(2)}–${Math.max(...values).toFixed(2)})`;
