import { parseArgs } from 'node:util';
import { startBench, type Bench } from './bench.ts';
import { compareAnswers, Disagreement } from './compare.ts';
import { connections, measure, warmUp } from './measure.ts';
import { tableFoot, tableHead, tableRow } from './report.ts';
import { workloads } from './workloads.ts';

/**
 * What the gateway costs beside the floor, a server without GraphQL that gives the same answers (see `floor.ts`). Both
 * stand before the same static upstream. Answers are compared first; then the two are measured in turns.
 */
const usage = `npm run bench -- [options]
  --workloads W1,W2   only these
  --rounds N          rounds of a workload (9)
  --seconds S         seconds of one contender in a round (0.5)
  --check             compare the answers, measure nothing
  --profile FOLDER    write a CPU profile of the gateway there`;

class UsageError extends Error {}

const say = (text: string) => process.stdout.write(`${text}\n`);

function readOptions() {
  const { values } = parseArgs({
    options: {
      workloads: { type: 'string', default: workloads.map(({ name }) => name).join(',') },
      rounds: { type: 'string', default: '9' },
      seconds: { type: 'string', default: '0.5' },
      check: { type: 'boolean', default: false },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const names = values.workloads.split(',');
  const unknown = names.find((name) => workloads.every((workload) => workload.name !== name));
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  if (unknown !== undefined) throw new UsageError(`There is no workload ${unknown}.`);
  if (!Number.isInteger(rounds) || rounds < 1) throw new UsageError('--rounds: give a whole number from 1.');
  if (!(seconds > 0 && seconds <= 60)) throw new UsageError('--seconds: give a number from 0 to 60.');
  const chosen = workloads.filter(({ name }) => names.includes(name));
  return { chosen, rounds, seconds, checksOnly: values.check, profileFolder: values.profile, wantsHelp: values.help };
}

type Options = ReturnType<typeof readOptions>;

async function run(bench: Bench, { chosen, rounds, seconds, checksOnly }: Options): Promise<void> {
  const compared = [];
  for (const workload of chosen) {
    compared.push({ workload, agreed: await compareAnswers(bench, workload) });
    say(`${workload.name}  ${workload.title}: answers are equal`);
  }
  if (checksOnly) return;
  const pinning = bench.isPinned
    ? 'servers on core 0, upstream and load on core 1'
    : 'nothing pinned to a core (no taskset, or fewer than two cores): ratios are noisy';
  say(`\nNode ${process.version}, ${rounds} rounds of ${seconds} s, ${connections} connections; ${pinning}.\n`);
  const warm = [];
  for (const { workload, agreed } of compared) {
    warm.push({ workload, agreed, requests: await warmUp(bench, agreed, seconds) });
  }
  say(tableHead());
  for (const { workload, agreed, requests } of warm) {
    say(tableRow(workload.name, agreed.callsPerRequest, await measure(bench, agreed, requests, rounds)));
  }
  say(`\n${tableFoot}`);
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.wantsHelp) {
    say(usage);
    return;
  }
  const bench = await startBench(options);
  try {
    await run(bench, options);
  } finally {
    await bench.stop();
  }
}

try {
  await main();
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  if (!isUsage && !(error instanceof Disagreement)) throw error;
  process.stderr.write(`${error.message}\n${isUsage ? `\n${usage}\n` : ''}`);
  process.exitCode = 1;
}
