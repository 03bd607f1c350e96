import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { callersNamed, login, openLimitedWorkspace, tally } from '../../support/limited-workspace.ts';
import { startStore } from '../../support/redis-server.ts';
import { outagesOf, startReplicas } from '../../support/replicas.ts';

/** With `REPLICA_MINUTES=10`, windows last a minute, as Rocket.Chat's do, and users ask for ten. */
const minutes = Number(process.env['REPLICA_MINUTES'] ?? 0);
const rateLimit = minutes > 0 ? { calls: 240, ms: 60_000 } : { calls: 100, ms: 1000 };
const askMs = minutes > 0 ? minutes * 60_000 : 6000;
const replicaCount = 4;
const userCount = 200;

it(
  'Four processes before one limited workspace serve two hundred users in turn, and no call is one too many',
  async () => {
    const [workspace, store] = await Promise.all([
      openLimitedWorkspace({ rateLimit, latencyMs: () => 20 }),
      startStore(),
    ]);
    const replicas = await startReplicas(replicaCount, workspace.url, store.url, {
      REQUEST_TIMEOUT_MS: '120000',
    });
    expect(await replicas[0]?.ask(login('before'))).toBe('ok');
    const endsAt = performance.now() + askMs;
    const served = new Map<string, number>();
    const codes: string[] = [];
    // Each asks again as soon as they are answered, the next replica each time.
    await Promise.all(
      callersNamed('user', userCount).map(async (user, index) => {
        for (let turn = index; performance.now() < endsAt; turn += 1) {
          const code = await replicas[turn % replicaCount]?.ask(user);
          codes.push(String(code));
          if (code === 'ok') served.set(user.id, (served.get(user.id) ?? 0) + 1);
          else await delay(500);
        }
      }),
    );
    const outages = await outagesOf(replicas);
    const counts = [...served.values()];
    process.stdout.write(
      `${codes.length} requests, ${JSON.stringify(tally(codes))}, ${workspace.refused} refused by the workspace, ` +
        `${outages} outages, ${Math.min(...counts)} to ${Math.max(...counts)} for each user\n`,
    );
    // On its own, a replica takes its share of a window, and looks once whether a user is exempt.
    expect(workspace.refused).toBeLessThanOrEqual(outages * (rateLimit.calls / replicaCount + 1));
    expect(counts).toHaveLength(userCount);
    // A busy machine makes gateways shed requests, and a store too slow.
    if (codes.includes('OVERLOADED') || outages > 0) return;
    expect(tally(codes)).toEqual({ ok: codes.length });
    // The end of a window cuts a round of turns short: in many windows that adds up for some.
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2 + minutes / 2);
  },
  askMs + 180_000,
);
