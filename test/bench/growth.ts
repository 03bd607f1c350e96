import type { Bench } from './bench.ts';
import { compareAnswers, type Agreed } from './compare.ts';
import { connections, measure, warmUp, type Measured } from './measure.ts';
import type { Options } from './options.ts';
import { callsTable, cpuTable, grid, latency, type Column } from './report.ts';
import { median } from './schedule.ts';
import { grownWorkloads } from './workloads.ts';

/** Milliseconds that upstream takes to answer. */
const latencies = [0, 5, 20] as const;
/** Workloads that a slow upstream is measured with: one call, and two levels of calls. */
const slowWorkloads = ['W1', 'W4'];

/** Requests of a round, however slow the upstream is. */
const fewestRequests = 20;

/** How costs grow: with the rows of a page, with the calls of a request, with the latency of the upstream. */
export async function measureGrowth(bench: Bench, options: Options, say: (text: string) => void): Promise<void> {
  const how = { ...options, connections };
  const grown: Column[] = [];
  for (const workload of grownWorkloads.filter(({ name }) => options.chosen.some((chosen) => chosen.name === name))) {
    const agreed = await compareAnswers(bench, workload);
    if (options.checksOnly) continue;
    const warm = await warmUp(bench, agreed, how);
    grown.push({ agreed, measured: await measure(bench, warm, how), heading: workload.title });
  }
  const slowed: (Column & { readonly latencyMs: number })[] = [];
  for (const workload of options.chosen.filter(({ name }) => slowWorkloads.includes(name))) {
    const agreed = await compareAnswers(bench, workload);
    if (!options.checksOnly) slowed.push(...(await measureSlowUpstream(bench, agreed, options)));
  }
  if (options.checksOnly) say('Answers are equal.');
  if (grown.length > 0) say([cpuTable(grown), callsTable(grown)].join('\n'));
  if (slowed.length > 0) say([latencyTable(slowed), addedTable(slowed)].join('\n'));
}

/** One client, one request at a time: what it waits for, and how much of that is the contender. */
async function measureSlowUpstream(bench: Bench, agreed: Agreed, options: Options) {
  const how = { ...options, connections: 1 };
  const warm = await warmUp(bench, agreed, { ...how, connections });
  const columns = [];
  for (const latencyMs of latencies) {
    await bench.upstream.ask({ latencyMs });
    const paced = warm.map((contender) => ({
      ...contender,
      requests: Math.max(fewestRequests, Math.min(contender.requests, Math.ceil((options.seconds * 1000) / latencyMs))),
    }));
    const measured: Measured[] = await measure(bench, paced, how);
    columns.push({ agreed, measured, latencyMs, heading: `${agreed.workload.name}, ${latencyMs} ms` });
  }
  await bench.upstream.ask({ latencyMs: 0 });
  return columns;
}

const medianOf = (measured: Measured | undefined, figure: 'p50' | 'p99'): number =>
  median(measured?.rounds.map((sample) => sample[figure]) ?? []);

const latencyTable = (columns: readonly Column[]): string =>
  grid(
    'One client, by the latency of the upstream: p50 / p99 in milliseconds, medians of the rounds',
    columns,
    ({ measured }, index) => {
      const contender = measured[index];
      return latency({ p50: medianOf(contender, 'p50'), p99: medianOf(contender, 'p99') });
    },
  );

const addedTable = (columns: readonly Column[]): string =>
  grid('One client: p50 less the floor’s, milliseconds', columns, ({ measured }, index) =>
    (medianOf(measured[index], 'p50') - medianOf(measured[0], 'p50')).toFixed(2),
  );
