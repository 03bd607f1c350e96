import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import { Disagreement, sumOf, type Agreed, type Asked, type Calls } from './compare.ts';
import type { Usage } from './cpu-probe.ts';
import type { Slice, SliceResult } from './load.ts';
import { byContender, isFlat, median, orderOfRound } from './schedule.ts';

export interface Sample {
  /** CPU time of the server's whole process per answered request, µs. */
  readonly cpuMicros: number;
  readonly requestsPerSecond: number;
  /** Share of the slice in which the server was busy: below 1 the load or the upstream was the limit. */
  readonly busy: number;
  /** From a request's arrival to the end of its answer, milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Samples of one contender, a round each; the rounds of its first process come first. */
export interface Measured {
  readonly asked: Asked;
  readonly rounds: readonly Sample[];
}

export interface MeasureOptions {
  readonly rounds: number;
  /** Seconds of one contender in a round, roughly: the number of its requests is the same in all rounds. */
  readonly seconds: number;
  readonly uniqueCredentials: boolean;
  /** Requests under way at a time. */
  readonly connections: number;
}

/** Requests under way at a time, unless one client is meant. */
export const connections = 16;
/** Sockets of an open loop: enough that requests wait for the server alone. */
const openLoopConnections = 64;

const coldRequests = 64;
const warmUpSliceSeconds = 1;
/** A contender that is not flat by then, on a noisy machine, is measured as it is. */
const maxWarmUpSlices = 10;

/** A contender, and how many of its requests make a round. */
export interface Warm {
  readonly asked: Asked;
  readonly requests: number;
  /** Seconds of load until its CPU time per request was flat; undefined: it never was. */
  readonly flatAfter: number | undefined;
}

/** Loads each contender until its CPU time per request no longer falls: by the same rule for all. */
export async function warmUp(bench: Bench, agreed: Agreed, options: MeasureOptions): Promise<Warm[]> {
  const warm: Warm[] = [];
  for (const asked of agreed.asked) {
    const load = { connections: options.connections, uniqueCredentials: options.uniqueCredentials };
    let last = await runSlice(bench, asked, { ...load, requests: coldRequests });
    const figures: number[] = [];
    while (!isFlat(figures) && figures.length < maxWarmUpSlices) {
      const requests = Math.ceil(last.requestsPerSecond * warmUpSliceSeconds);
      last = await runSlice(bench, asked, { ...load, requests });
      figures.push(last.cpuMicros);
    }
    const requests = Math.max(options.connections, Math.round(last.requestsPerSecond * options.seconds));
    warm.push({ asked, requests, flatAfter: isFlat(figures) ? figures.length * warmUpSliceSeconds : undefined });
  }
  return warm;
}

/** All processes in turns: there and back. */
export async function measure(bench: Bench, warm: readonly Warm[], options: MeasureOptions): Promise<Measured[]> {
  const measured = warm.map(({ asked, requests }) => ({ asked, requests, rounds: [] as Sample[] }));
  const { connections, uniqueCredentials } = options;
  for (let round = 0; round < options.rounds; round += 1) {
    for (const { asked, requests, rounds } of orderOfRound(measured, round)) {
      rounds.push(await runSlice(bench, asked, { connections, uniqueCredentials, requests }));
    }
  }
  return byContender(measured);
}

export interface FixedRateSample extends Sample {
  readonly callsPerRequest: number;
}

export interface FixedRate {
  readonly perSecond: number;
  readonly samples: readonly FixedRateSample[];
}

/** Share of the slowest contender's throughput at which all are asked: all are below saturation. */
const fixedShare = 0.5;
const fixedRateSeconds = 2;

/** One stretch for each contender at the same rate, whatever it answers. */
export async function measureAtFixedRate(
  bench: Bench,
  measured: readonly Measured[],
  uniqueCredentials: boolean,
): Promise<FixedRate> {
  const throughputs = measured.map(({ rounds }) => median(rounds.map(({ requestsPerSecond }) => requestsPerSecond)));
  const perSecond = Math.max(1, Math.floor(Math.min(...throughputs) * fixedShare));
  const requests = Math.ceil(perSecond * fixedRateSeconds);
  const samples: FixedRateSample[] = [];
  for (const { asked } of measured) {
    await bench.upstream.ask({ latencyMs: 0 });
    const slice = { connections: openLoopConnections, uniqueCredentials, requests, perSecond };
    const sample = await runSlice(bench, asked, slice);
    const calls = sumOf(await bench.upstream.ask<Calls>({ latencyMs: 0 }));
    samples.push({ ...sample, callsPerRequest: calls / requests });
  }
  return { perSecond, samples };
}

type Load = Pick<Slice, 'connections' | 'requests' | 'uniqueCredentials' | 'perSecond'>;

/** A gateway sheds load when its event loop is late, which a busy machine also makes it: then the slice is run again. */
const attempts = 10;
const restMs = 2_000;

async function runSlice(bench: Bench, asked: Asked, how: Load): Promise<Sample> {
  const { contender, server, bodies, answers } = asked;
  for (let attempt = 1; ; attempt += 1) {
    const before = await server.ask<Usage>('usage');
    const slice: Slice = { ...how, port: server.port, bodies, answers };
    const { seconds, failures, firstFailure, p50, p99 } = await bench.load.ask<SliceResult>(slice);
    const micros = (await server.ask<Usage>('usage')).cpuMicros - before.cpuMicros;
    if (failures === 0) {
      return {
        cpuMicros: micros / how.requests,
        requestsPerSecond: how.requests / seconds,
        busy: micros / 1e6 / seconds,
        p50,
        p99,
      };
    }
    const what = `${contender.name}: ${failures} of ${how.requests} requests failed under load, the first: ${firstFailure}`;
    if (attempt === attempts) throw new Disagreement(what);
    process.stderr.write(`${what} Once more.\n`);
    await delay(restMs);
  }
}
