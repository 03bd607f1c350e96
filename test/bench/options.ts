import { parseArgs } from 'node:util';
import { workloads, type Workload } from './workloads.ts';

export const usage = `npm run bench -- [options]
  --workloads W1,W2      only these
  --rounds N             rounds of a workload (9)
  --seconds S            seconds of one contender in a round (0.5)
  --processes N          processes of each contender (1): those of the same code can differ by a tenth and more
  --peers                other GraphQL servers beside the gateway; installs them once, in test/bench/peers
  --store                the gateway with a shared store beside the gateway; needs redis-server
  --pipelining           the gateway whose calls share connections (UPSTREAM_PIPELINING=8) beside the gateway
  --growth               larger pages, wider fan-outs and a slower upstream, instead of the six workloads
  --unique-credentials   every request from another caller
  --check                compare the answers, measure nothing
  --profile FOLDER       write a CPU profile of the gateway there`;

export class UsageError extends Error {}

export interface Options {
  readonly chosen: readonly Workload[];
  readonly rounds: number;
  readonly seconds: number;
  readonly processes: number;
  readonly withPeers: boolean;
  readonly withStore: boolean;
  readonly withPipelining: boolean;
  readonly withGrowth: boolean;
  readonly uniqueCredentials: boolean;
  readonly checksOnly: boolean;
  readonly profileFolder: string | undefined;
  readonly wantsHelp: boolean;
}

export function readOptions(args: readonly string[]): Options {
  const values = parse(args);
  const names = values.workloads.split(',');
  const unknown = names.find((name) => workloads.every((workload) => workload.name !== name));
  const rounds = Number(values.rounds);
  const seconds = Number(values.seconds);
  const processes = Number(values.processes);
  if (unknown !== undefined) throw new UsageError(`There is no workload ${unknown}.`);
  if (!Number.isInteger(rounds) || rounds < 1) throw new UsageError('--rounds: give a whole number from 1.');
  if (!Number.isInteger(processes) || processes < 1) throw new UsageError('--processes: give a whole number from 1.');
  if (!(seconds > 0 && seconds <= 60)) throw new UsageError('--seconds: give a number from 0 to 60.');
  return {
    chosen: workloads.filter(({ name }) => names.includes(name)),
    rounds,
    seconds,
    processes,
    withPeers: values.peers,
    withStore: values.store,
    withPipelining: values.pipelining,
    withGrowth: values.growth,
    uniqueCredentials: values['unique-credentials'],
    checksOnly: values.check,
    profileFolder: values.profile,
    wantsHelp: values.help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        workloads: { type: 'string', default: workloads.map(({ name }) => name).join(',') },
        rounds: { type: 'string', default: '9' },
        seconds: { type: 'string', default: '0.5' },
        processes: { type: 'string', default: '1' },
        peers: { type: 'boolean', default: false },
        store: { type: 'boolean', default: false },
        pipelining: { type: 'boolean', default: false },
        growth: { type: 'boolean', default: false },
        'unique-credentials': { type: 'boolean', default: false },
        check: { type: 'boolean', default: false },
        profile: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
