import { isDeepStrictEqual } from 'node:util';
import type { Bench, Running } from './bench.ts';
import { floor, gateway } from './contenders.ts';
import { bodiesOf, requestHeaders, type Workload } from './workloads.ts';

/** What a contender was found to answer to a workload: nothing is timed before this. */
export interface Asked extends Running {
  readonly bodies: readonly string[];
  /** As text: a contender may write the same data in another order, and must then stick to it. */
  readonly answers: readonly string[];
  readonly callsPerRequest: number;
}

/** A workload and the contenders that answer it, the floor first. */
export interface Agreed {
  readonly workload: Workload;
  readonly asked: readonly Asked[];
}

export class Disagreement extends Error {}

/** Asks all contenders everything once. All must answer the floor's data, and the gateway make the floor's calls. */
export async function compareAnswers({ contenders, upstream }: Bench, workload: Workload): Promise<Agreed> {
  const asked: Asked[] = [];
  const callsOf = new Map<string, Calls>();
  let expected: readonly unknown[] = [];
  for (const running of contenders) {
    const { contender, server } = running;
    const who = `${workload.title}, ${contender.name}`;
    const bodies = bodiesFor(running, workload);
    if (bodies === undefined) continue;
    await askAll(server.port, bodies, who); // what a contender only does once, such as a first look-up
    await upstream.ask({ latencyMs: 0 });
    const answers = await askAll(server.port, bodies, who);
    const calls = await upstream.ask<Calls>({ latencyMs: 0 });
    callsOf.set(contender.name, calls);
    const found = answers.map((answer) => dataOf(running, workload, answer));
    if (contender === floor) expected = found;
    for (const [index, data] of found.entries()) {
      if (isDeepStrictEqual(data, expected[index])) continue;
      const difference = firstDifference(JSON.stringify(expected[index]), JSON.stringify(data));
      throw new Disagreement(`${who}: the answer to ${bodies[index]} is not the floor's.\n${difference}`);
    }
    asked.push({ ...running, bodies, answers, callsPerRequest: sumOf(calls) / bodies.length });
  }
  const [floorCalls, gatewayCalls] = [callsOf.get(floor.name), callsOf.get(gateway.name)];
  if (!isDeepStrictEqual(floorCalls, gatewayCalls)) {
    const calls = `floor ${JSON.stringify(floorCalls)}, gateway ${JSON.stringify(gatewayCalls)}`;
    throw new Disagreement(`${workload.title}: the upstream calls differ: ${calls}. Let the floor make the gateway's.`);
  }
  return { workload, asked };
}

/** Upstream calls by endpoint. */
export type Calls = Readonly<Record<string, number>>;

export const sumOf = (calls: Calls): number => Object.values(calls).reduce((total, count) => total + count, 0);

function bodiesFor({ contender: { dialect } }: Pick<Running, 'contender'>, workload: Workload) {
  if (dialect === undefined) return bodiesOf(workload);
  const query = dialect.queryOf(workload);
  return query === undefined ? undefined : bodiesOf({ ...workload, query });
}

function dataOf({ contender: { dialect } }: Running, workload: Workload, answer: string): unknown {
  const { data } = JSON.parse(answer) as { data: unknown };
  return dialect === undefined ? data : dialect.toData(workload, data);
}

async function askAll(port: number, bodies: readonly string[], who: string): Promise<string[]> {
  const answers: string[] = [];
  for (const body of bodies) {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers: requestHeaders, body });
    const text = await response.text();
    const { data, errors } = JSON.parse(text) as { data?: unknown; errors?: unknown };
    if (response.status !== 200 || data == null || errors !== undefined) {
      throw new Disagreement(`${who}: status ${response.status} and ${text.slice(0, 500)}`);
    }
    answers.push(text);
  }
  return answers;
}

function firstDifference(expected: string, found: string): string {
  let index = 0;
  while (index < expected.length && expected[index] === found[index]) index += 1;
  const around = (text: string) => text.slice(Math.max(0, index - 60), index + 60);
  return `floor: … ${around(expected)}\nfound: … ${around(found)}`;
}
