import { setTimeout as delay } from 'node:timers/promises';
import { startDemo, type DemoWorkspace } from '../../src/demo/server.ts';
import { createRandom } from '../support/random.ts';
import { startGateway } from './gateway.ts';
import { HonestCaller } from './honest.ts';
import { attack } from './hostile.ts';
import { summarise, type Sample } from './samples.ts';

/** Callers that want nothing but their screens. */
const honestCallers = 12;
/** Megabytes of heap: what outlives requests is bounded, so this is all that may stay of whatever was sent. */
const maxKeptMegabytes = 32;
/** Megabytes by which the heap may be above where it was when hostile clients had just begun. */
const maxGrowthMegabytes = 8;
/** Seconds of honest callers alone, before and after. */
const calmSeconds = 3;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const failures = (samples: readonly Sample[]): Sample[] => samples.filter(({ outcome }) => outcome !== 'ok');

/**
 * Honest callers beside hostile clients of every kind, before the demo workspace, in a process with a small heap. Prints
 * figures as it goes on; true when honest callers lost nothing (each answer came, without an error and as it was before),
 * the heap after a collection is where it was, nothing is held for anybody any more, and the process ends as it should.
 * `only`: part of the names of the attacks to make.
 */
export async function siege(seconds: number, only: string): Promise<boolean> {
  const demo = await startDemo();
  const gateway = await startGateway(demo.url, { METRICS: 'on', NODE_OPTIONS: '--max-old-space-size=512' });
  try {
    return await besiege(demo, gateway, seconds, only);
  } finally {
    await gateway.stop();
    await demo.close();
  }
}

async function besiege(
  { world }: DemoWorkspace,
  gateway: Awaited<ReturnType<typeof startGateway>>,
  seconds: number,
  only: string,
): Promise<boolean> {
  const people = world.accounts.filter(
    ({ id, active }) => active && world.subscriptionsOf(id).filter(({ t }) => t === 'd').length > 1,
  );
  const [insider, neighbour, ...others] = people.toReversed();
  if (insider === undefined || neighbour === undefined) throw new Error('The demo has too few people.');
  const { _id: longRoomId } = world.createRoom({ userIds: [insider.id, neighbour.id] });
  for (let index = 0; index < 20; index += 1)
    world.post({ roomId: longRoomId, userId: insider.id, text: '*a* '.repeat(1250) });

  const callers = others.slice(0, honestCallers).map((account) => new HonestCaller(gateway.url, account, world));
  const random = createRandom(1);
  const browse = (signal: AbortSignal) => Promise.all(callers.map((caller) => caller.browse(random, signal)));

  const before: Sample[] = [];
  for (const caller of callers) before.push(...(await caller.settleIn()));
  const calm = (await browse(AbortSignal.timeout(calmSeconds * 1000))).flat();
  const atStart = await gateway.left();
  say(
    `honest callers alone: ${summarise([...before, ...calm], calmSeconds)}; heap ${atStart.heapMegabytes.toFixed(1)} MB`,
  );

  const died = new AbortController();
  void gateway.exited.then(() => died.abort());
  const end = AbortSignal.any([died.signal, AbortSignal.timeout(seconds * 1000)]);
  const hostile = attack({ url: gateway.url, signal: end, insider, longRoomId, victims: others, only });
  const honest = browse(end);
  const stretch = Math.min(30, seconds / 4);
  let atFirst: number | undefined;
  for (let elapsed = stretch; ; elapsed += stretch) {
    await delay(stretch * 1000, undefined, { signal: end }).catch(() => undefined);
    if (end.aborted) break;
    const { heapMegabytes, resources } = await gateway.left();
    atFirst ??= heapMegabytes;
    const resident = Math.round(await gateway.residentMegabytes());
    say(
      `${Math.round(elapsed)} s: heap ${heapMegabytes.toFixed(1)} MB, ${resident} MB resident; ${JSON.stringify(resources)}`,
    );
  }
  const samples = (await honest).flat();
  for (const [name, outcomes] of await hostile)
    say(`hostile, ${name}: ${[...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', ')}`);
  say(`honest callers beside them: ${summarise(samples, seconds)}`);

  await delay(calmSeconds * 1000);
  const after = await gateway.left();
  const held = await gateway.gauges(
    'gateway_requests_in_flight',
    'gateway_arriving_bytes',
    'gateway_unsent_bytes',
    'gateway_held_tokens',
  );
  const exitCode = await gateway.stop();

  const lost = failures([...before, ...calm, ...samples]);
  const checks: [what: string, isRight: boolean][] = [
    [
      `honest callers lost ${lost.length} of ${samples.length + before.length + calm.length} answers`,
      lost.length === 0 && samples.length > 0,
    ],
    [
      `heap: ${atStart.heapMegabytes.toFixed(1)} MB before, ${atFirst?.toFixed(1) ?? '?'} MB at first, ${after.heapMegabytes.toFixed(1)} MB after`,
      after.heapMegabytes - atStart.heapMegabytes <= maxKeptMegabytes &&
        after.heapMegabytes - (atFirst ?? 0) <= maxGrowthMegabytes,
    ],
    [`still held: ${JSON.stringify(held)}`, Object.values(held).every((value) => value === 0)],
    [`ended with ${exitCode ?? 'a signal'}`, exitCode === 0],
  ];
  for (const [what, isRight] of checks) say(`${isRight ? 'right' : 'WRONG'}: ${what}`);
  return checks.every(([, isRight]) => isRight);
}
