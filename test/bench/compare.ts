import { isDeepStrictEqual } from 'node:util';
import type { Bench } from './bench.ts';
import type { Helper } from './helper.ts';
import { bodiesOf, requestHeaders, type Workload } from './workloads.ts';

/** What both contenders were found to answer to a workload: nothing is timed before this. */
export interface Agreed {
  readonly bodies: readonly string[];
  /** Answers as text: a contender may write the same data in another order, and must then stick to it. */
  readonly floorAnswers: readonly string[];
  readonly gatewayAnswers: readonly string[];
  readonly callsPerRequest: number;
}

export class Disagreement extends Error {}

/** Asks both contenders everything once, and compares the answers deeply and the upstream calls by endpoint. */
export async function compareAnswers({ floor, gateway, upstream }: Bench, workload: Workload): Promise<Agreed> {
  const bodies = bodiesOf(workload);
  await upstream.ask('calls');
  const floorAnswers = await askAll(floor, bodies, `${workload.name}, floor`);
  const floorCalls = await upstream.ask<Record<string, number>>('calls');
  const gatewayAnswers = await askAll(gateway, bodies, `${workload.name}, gateway`);
  const gatewayCalls = await upstream.ask<Record<string, number>>('calls');
  for (const [index, body] of bodies.entries()) {
    const [expected, found] = [floorAnswers[index] ?? '', gatewayAnswers[index] ?? ''];
    if (isDeepStrictEqual(JSON.parse(expected), JSON.parse(found))) continue;
    throw new Disagreement(`${workload.name}: the answers to ${body} differ.\n${firstDifference(expected, found)}`);
  }
  if (!isDeepStrictEqual(floorCalls, gatewayCalls)) {
    const calls = `floor ${JSON.stringify(floorCalls)}, gateway ${JSON.stringify(gatewayCalls)}`;
    throw new Disagreement(`${workload.name}: the upstream calls differ: ${calls}. Let the floor make the gateway's.`);
  }
  const sum = Object.values(gatewayCalls).reduce((total, calls) => total + calls, 0);
  return { bodies, floorAnswers, gatewayAnswers, callsPerRequest: sum / bodies.length };
}

async function askAll({ port }: Helper, bodies: readonly string[], who: string): Promise<string[]> {
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
  return `floor:   … ${around(expected)}\ngateway: … ${around(found)}`;
}
