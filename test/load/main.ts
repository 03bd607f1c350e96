import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ask, startGateway } from './gateway.ts';
import { summarise, type Sample } from './samples.ts';
import { siege } from './siege.ts';
import { startSlowWorkspace } from './workspace.ts';

/**
 * Load beyond what the workspace can answer, as clients make it who do not wait for each other (open loop): L01 at its
 * capacity, L02 at twice that, L03 back at half, L04 one greedy caller among nine. With `--soak` a long run with some
 * faults, which looks at memory; with `--soak --hostile` one with hostile clients beside honest callers, which ends with
 * 1 where those lost anything or memory grew. Bounded in time and in requests. Not part of `npm test`: it takes minutes,
 * and judges by times. `node test/load/main.ts --seconds 30`, `node test/load/main.ts --soak --hostile --seconds 600`;
 * `--only documents` makes the attacks of that name alone.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    soak: { type: 'boolean', default: false },
    hostile: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const seconds = Math.min(3600, Number(values.seconds));

/** Eight workers of 40 ms: two hundred calls a second. */
const workers = 8;
const workMs = 40;
const capacity = (workers * 1000) / workMs;

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Sends at a rate, whether or not answers come. */
async function openLoop(
  url: string,
  rate: number,
  forSeconds: number,
  callerOf: (index: number) => string,
  variantOf: (index: number) => string = () => '',
): Promise<Sample[]> {
  const pending: Promise<Sample>[] = [];
  const startedAt = performance.now();
  const total = Math.round(rate * forSeconds);
  while (pending.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * rate));
    while (pending.length < due) pending.push(ask(url, callerOf(pending.length), variantOf(pending.length)));
    await delay(2);
  }
  return Promise.all(pending);
}

const manyCallers = (index: number): string => `user${index % 50}`;

async function overload(): Promise<void> {
  const workspace = await startSlowWorkspace({ workers, workMs });
  const gateway = await startGateway(workspace.url, { CALLER_CALLS_PER_MINUTE: '0' });
  await openLoop(gateway.url, 50, 2, manyCallers); // warm
  const ok = async (name: string, rate: number, forSeconds: number) => {
    const samples = await openLoop(gateway.url, rate, forSeconds, manyCallers);
    const summary = summarise(samples, forSeconds);
    say(`${name}: ${rate}/s for ${forSeconds} s: ${summary}; ${Math.round(await gateway.residentMegabytes())} MB`);
  };
  await ok('L01', capacity * 0.95, seconds);
  await ok('L02', capacity * 2, seconds);
  await ok('L03', capacity / 2, 5);
  await ok('L03', capacity / 2, 5);
  say(`exit code ${await gateway.stop()}`);

  const fair = await startGateway(workspace.url, { CALLER_CALLS_PER_MINUTE: '600' });
  const each = 8; // calls a second of each of nine; the tenth asks twenty times as many
  for (let index = 0; index < 10; index += 1) await ask(fair.url, `user${index}`);
  const alone = await openLoop(fair.url, each * 9, seconds, (index) => `user${index % 9}`);
  say(`L04 nine alone:   ${summarise(alone, seconds)}`);
  const samples = await openLoop(fair.url, each * 29, seconds, (index) => `user${index % 29 < 9 ? index % 29 : 9}`);
  const light = samples.filter(({ caller }) => caller !== 'user9');
  say(`L04 nine callers: ${summarise(light, seconds)}`);
  say(
    `L04 the tenth:    ${summarise(
      samples.filter(({ caller }) => caller === 'user9'),
      seconds,
    )}`,
  );
  say(`exit code ${await fair.stop()}`);
  await workspace.close();
}

/** A hundred requests a second, a twentieth of whose calls fail, every fourth a query that never came before. */
async function soak(): Promise<void> {
  const workspace = await startSlowWorkspace({ workers: 64, workMs: 5, faultShare: 0.05 });
  const gateway = await startGateway(workspace.url, { CALLER_CALLS_PER_MINUTE: '0' });
  for (let elapsed = 0; elapsed < seconds; elapsed += 30) {
    const stretch = Math.min(30, seconds - elapsed);
    const variantOf = (index: number) => (index % 4 === 0 ? `${elapsed} ${index}` : '');
    const samples = await openLoop(gateway.url, 100, stretch, manyCallers, variantOf);
    await delay(100);
    const { heapMegabytes, resources } = await gateway.left();
    const memory = `${Math.round(await gateway.residentMegabytes())} MB resident, heap ${heapMegabytes.toFixed(1)} MB`;
    say(`${elapsed + stretch} s: ${summarise(samples, stretch)}; ${memory}; ${JSON.stringify(resources)}`);
  }
  say(`exit code ${await gateway.stop()}`);
  await workspace.close();
}

if (values.hostile) process.exitCode = (await siege(seconds, values.only)) ? 0 : 1;
else await (values.soak ? soak() : overload());
