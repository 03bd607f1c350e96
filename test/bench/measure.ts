import type { Bench } from './bench.ts';
import { Disagreement, type Agreed } from './compare.ts';
import type { Helper } from './helper.ts';
import type { Slice, SliceResult } from './load.ts';

export interface MeasureOptions {
  readonly rounds: number;
  /** Seconds of one contender's slice, roughly: the number of requests is fixed, and the same for both. */
  readonly seconds: number;
}

export interface Sample {
  /** CPU time of the server's whole process per answered request, µs. */
  readonly cpuMicros: number;
  readonly requestsPerSecond: number;
  /** Share of the slice in which the server was busy: below 1 the load or the upstream was the limit. */
  readonly busy: number;
}

export interface Round {
  readonly floor: Sample;
  readonly gateway: Sample;
}

/** Requests under way at a time. */
export const connections = 16;
/** Requests of the first, cold stretch; two longer ones follow. */
const coldRequests = 64;
const warmUpSeconds = 0.5;

/** Runs both contenders until their code is compiled. Answers how many requests make a slice. */
export async function warmUp(bench: Bench, agreed: Agreed, seconds: number): Promise<number> {
  const times: number[] = [];
  for (const run of contenders(bench, agreed)) {
    const cold = await run(coldRequests);
    const warmer = await run(Math.ceil(cold.requestsPerSecond * warmUpSeconds));
    const warm = await run(Math.ceil(warmer.requestsPerSecond * warmUpSeconds));
    times.push(1 / warm.requestsPerSecond);
  }
  const secondsForOneEach = times.reduce((sum, time) => sum + time, 0);
  return Math.max(connections, Math.round((2 * seconds) / secondsForOneEach));
}

/** Floor, gateway, gateway, floor, and so on: what drifts meets both. */
export async function measure(bench: Bench, agreed: Agreed, requests: number, rounds: number): Promise<Round[]> {
  const [runFloor, runGateway] = contenders(bench, agreed);
  const results: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const early = round % 2 === 0 ? await runFloor(requests) : undefined;
    const gateway = await runGateway(requests);
    results.push({ floor: early ?? (await runFloor(requests)), gateway });
  }
  return results;
}

type Run = (requests: number) => Promise<Sample>;

function contenders({ floor, gateway, load }: Bench, { bodies, floorAnswers, gatewayAnswers }: Agreed): [Run, Run] {
  const slice = { bodies, connections };
  return [
    (requests) => runSlice(load, floor, { ...slice, port: floor.port, answers: floorAnswers, requests }),
    (requests) => runSlice(load, gateway, { ...slice, port: gateway.port, answers: gatewayAnswers, requests }),
  ];
}

async function runSlice(load: Helper, server: Helper, slice: Slice): Promise<Sample> {
  const before = await server.ask<number>('cpu');
  const { seconds, failures } = await load.ask<SliceResult>(slice);
  const micros = (await server.ask<number>('cpu')) - before;
  if (failures > 0) throw new Disagreement(`${failures} of ${slice.requests} requests failed under load.`);
  return {
    cpuMicros: micros / slice.requests,
    requestsPerSecond: slice.requests / seconds,
    busy: micros / 1e6 / seconds,
  };
}
