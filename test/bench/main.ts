import { startBench, type Bench } from './bench.ts';
import { compareAnswers, Disagreement, type Agreed } from './compare.ts';
import { startStore, type TestStore } from '../support/redis-server.ts';
import { gatewayWithPipelining, gatewayWithStore, type Contender } from './contenders.ts';
import type { Usage } from './cpu-probe.ts';
import { measureGrowth } from './growth.ts';
import { connections, measure, measureAtFixedRate, warmUp, type Warm } from './measure.ts';
import { readOptions, usage, UsageError, type Options } from './options.ts';
import { installPeers, leftOut, peers } from './peers.ts';
import { callsTable, cpuTable, latencyTable, processTable, throughputTable } from './report.ts';
import { median } from './schedule.ts';
import { startToFirstAnswer } from './start-up.ts';

/**
 * What the gateway costs beside the floor, a server without GraphQL that gives the same answers (see `floor.ts`), and
 * with `--peers` beside other GraphQL servers, with `--store` and `--pipelining` beside itself with these. All stand before
 * the same static upstream. Answers are compared first; then each contender is warmed, and all are measured in turns.
 */
const say = (text: string) => process.stdout.write(`${text}\n`);

async function run(bench: Bench, options: Options): Promise<void> {
  if (options.withGrowth) {
    sayConditions(bench, options);
    await measureGrowth(bench, options, say);
    return;
  }
  const compared: Agreed[] = [];
  for (const workload of options.chosen) {
    compared.push(await compareAnswers(bench, workload));
    say(`${workload.name}  ${workload.title}: answers are equal`);
  }
  if (options.checksOnly) return;
  sayConditions(bench, options);
  await measureWorkloads(bench, compared, options);
}

async function measureWorkloads(bench: Bench, compared: readonly Agreed[], options: Options): Promise<void> {
  const how = { ...options, connections };
  const warmed: { agreed: Agreed; warm: Warm[] }[] = [];
  for (const agreed of compared) warmed.push({ agreed, warm: await warmUp(bench, agreed, how) });
  sayWarmth(warmed.flatMap(({ warm }) => warm));
  const columns = [];
  for (const { agreed, warm } of warmed) {
    const measured = await measure(bench, warm, how);
    columns.push({ agreed, measured, fixed: await measureAtFixedRate(bench, measured, options.uniqueCredentials) });
  }
  const figures = [];
  for (const [contender, running] of Map.groupBy(bench.contenders, (each) => each.contender)) {
    const asked = compared.flatMap((agreed) => agreed.asked).find((candidate) => candidate.contender === contender);
    if (asked === undefined) continue;
    const memory = [];
    for (const { server } of running) memory.push((await server.ask<Usage>('usage')).rss);
    figures.push({ name: contender.name, rss: median(memory), startMs: await startToFirstAnswer(bench, asked) });
  }
  const tables = [cpuTable(columns), throughputTable(columns), latencyTable(columns), callsTable(columns)];
  say([...tables, processTable(figures)].join('\n'));
}

function sayConditions({ isPinned }: Bench, options: Options): void {
  const { rounds, seconds, processes, uniqueCredentials, withPeers } = options;
  const pinning = isPinned
    ? 'servers on core 0, upstream and load on core 1'
    : 'nothing pinned to a core (no taskset, or fewer than two cores): ratios are noisy';
  const callers = uniqueCredentials ? 'every request from another caller' : 'one caller';
  say(
    `\nNode ${process.version}, ${rounds} rounds of ${seconds} s, ${connections} connections, ${callers}; ${pinning}.`,
  );
  if (processes > 1) say(`${processes} processes of each contender take turns; a table has the rounds of all of them.`);
  say('All figures are of warm processes: each is loaded until its CPU time per request no longer falls.');
  if (withPeers) for (const { name, reason } of leftOut) say(`${name} left out: ${reason}`);
  say('');
}

/** Says which contenders were measured before their CPU time was flat: a noisy machine, or a leak. */
function sayWarmth(warm: readonly Warm[]): void {
  const restless = warm.filter(({ flatAfter }) => flatAfter === undefined).map(({ asked }) => asked.contender.name);
  if (restless.length > 0) say(`Not flat within the time for warming up: ${[...new Set(restless)].join(', ')}.\n`);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.wantsHelp) {
    say(usage);
    return;
  }
  const chosen: Contender[] = [];
  if (options.withPeers) {
    installPeers(say);
    chosen.push(...peers);
  }
  if (options.withPipelining) chosen.push(gatewayWithPipelining);
  let store: TestStore | undefined;
  if (options.withStore) {
    store = await startStore();
    chosen.push(gatewayWithStore(store.url));
  }
  try {
    const { processes, profileFolder } = options;
    const bench = await startBench({ peers: chosen, processes, profileFolder });
    try {
      await run(bench, options);
    } finally {
      await bench.stop();
    }
  } finally {
    await store?.close();
  }
}

try {
  await main();
} catch (error) {
  const isUsage = error instanceof UsageError;
  if (!isUsage && !(error instanceof Disagreement)) throw error;
  process.stderr.write(`${error.message}\n${isUsage ? `\n${usage}\n` : ''}`);
  process.exitCode = 1;
}
