import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import { Disagreement, type Asked } from './compare.ts';
import { median } from './schedule.ts';
import { requestHeaders } from './workloads.ts';

const starts = 3;
const patienceMs = 20_000;

/** From the start of a new process to its first right answer, milliseconds: the median of some starts. */
export async function startToFirstAnswer(bench: Bench, asked: Asked): Promise<number> {
  const times: number[] = [];
  while (times.length < starts) {
    const server = await bench.launch(asked.contender);
    try {
      times.push(await firstAnswer(asked, server.port, server.startedAt));
    } finally {
      await server.stop();
    }
  }
  return median(times);
}

async function firstAnswer({ contender, bodies, answers }: Asked, port: number, startedAt: number): Promise<number> {
  const url = `http://127.0.0.1:${port}/graphql`;
  const request = { method: 'POST', headers: requestHeaders, body: bodies[0] ?? '' };
  while (performance.now() - startedAt < patienceMs) {
    const answer = await fetch(url, request).then(
      (response) => response.text(),
      () => undefined,
    );
    if (answer === answers[0]) return performance.now() - startedAt;
    await delay(2);
  }
  throw new Disagreement(`${contender.name}: no right answer within ${patienceMs} ms of its start.`);
}
