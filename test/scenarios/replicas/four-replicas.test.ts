import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { callersNamed, login, openLimitedWorkspace, tally } from '../../support/limited-workspace.ts';
import { startStore } from '../../support/redis-server.ts';
import { outagesOf, runUndisturbed, startReplicas } from '../../support/replicas.ts';

/**
 * With `REPLICA_MINUTES=10`, windows last a minute, as Rocket.Chat's do, and users ask for ten. Otherwise they are as few as
 * leaves a busy machine time for the store.
 */
const minutes = Number(process.env['REPLICA_MINUTES'] ?? 0);
const rateLimit = minutes > 0 ? { calls: 240, ms: 60_000 } : { calls: 20, ms: 1000 };
const askMs = minutes > 0 ? minutes * 60_000 : 6000;
const replicaCount = 4;
const userCount = minutes > 0 ? 200 : 30;

it(
  'Four processes before one limited workspace serve a crowd of users in turn, and no call is one too many',
  async () => {
    const [workspace, store] = await Promise.all([
      openLimitedWorkspace({ rateLimit, latencyMs: () => 20 }),
      startStore(),
    ]);
    const replicas = await startReplicas(replicaCount, workspace.url, store.url, {
      REQUEST_TIMEOUT_MS: '120000',
    });
    // The first requests of a process take long.
    for (let turn = 0; turn < 10; turn += 1)
      expect(await Promise.all(replicas.map((replica) => replica.ask(login('before'))))).toContain('ok');
    // Each asks again as soon as they are answered, the next replica each time.
    const { codes, counts } = await runUndisturbed(replicas, async () => {
      const endsAt = performance.now() + askMs;
      const served = new Map<string, number>();
      const answers: string[] = [];
      await Promise.all(
        callersNamed('user', userCount).map(async (user, index) => {
          for (let turn = index; performance.now() < endsAt; turn += 1) {
            const code = await replicas[turn % replicaCount]?.ask(user);
            answers.push(String(code));
            if (code === 'ok') served.set(user.id, (served.get(user.id) ?? 0) + 1);
            else await delay(500);
          }
        }),
      );
      const outages = await outagesOf(replicas);
      const all = [...served.values()];
      process.stdout.write(
        `${answers.length} requests, ${JSON.stringify(tally(answers))}, ${workspace.refused} refused by the workspace, ` +
          `${outages} outages, ${Math.min(...all)} to ${Math.max(...all)} for each user\n`,
      );
      // On its own, a replica takes its share of a window, and looks once whether a user is exempt.
      expect(workspace.refused).toBeLessThanOrEqual(outages * (rateLimit.calls / replicaCount + 1));
      expect(all).toHaveLength(userCount);
      return { codes: answers, counts: all };
    });
    expect(tally(codes)).toEqual({ ok: codes.length });
    // The end of a window cuts a round of turns short: in many windows that adds up for some.
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2 + minutes / 2);
  },
  3 * askMs + 180_000,
);
