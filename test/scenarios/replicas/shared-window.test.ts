import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { callersNamed, login, openLimitedWorkspace, tally } from '../../support/limited-workspace.ts';
import { startFaultyWire } from '../../support/faulty-wire.ts';
import { startStore } from '../../support/redis-server.ts';
import { outagesOf, runUndisturbed, startReplica, startReplicas, type Replica } from '../../support/replicas.ts';

const windowMs = 1500;

async function open(count: number, env?: Record<string, string>) {
  const [workspace, store] = await Promise.all([
    openLimitedWorkspace({ rateLimit: { calls: 10, ms: windowMs }, latencyMs: () => 20 }),
    startStore(),
  ]);
  return { workspace, store, replicas: await startReplicas(count, workspace.url, store.url, env) };
}

describe('Several replicas before one limited workspace', { timeout: 90_000 }, () => {
  it('together never send a call too many while the store is there, and serve every user', async () => {
    const { workspace, replicas } = await open(3);
    const [first, second, third] = replicas as [Replica, Replica, Replica];
    const users = callersNamed('user', 36);
    const { codes } = await runUndisturbed(replicas, async () => {
      const answers = await Promise.all(
        users.map((user, index) => (index % 3 === 0 ? first : index % 3 === 1 ? second : third).ask(user)),
      );
      // On its own, a replica takes a third of a window at most.
      expect(workspace.refused).toBeLessThanOrEqual((await outagesOf(replicas)) * 4);
      return { codes: answers };
    });
    expect(tally(codes)).toEqual({ ok: 36 });
  });

  it('serve a quiet user of one replica beside a busy user of another', async () => {
    const { replicas } = await open(2);
    const [first, second] = replicas as [Replica, Replica];
    const [busy, quiet] = [login('busy'), login('quiet')];
    await first.ask(busy);
    let done = 0;
    const burst = Array.from({ length: 35 }, () => first.ask(busy).then(() => (done += 1)));
    await delay(200);
    expect(await second.ask(quiet)).toBe('ok');
    // Nine of the busy user’s calls had the rest of that window. The next leaves the quiet user one of its ten.
    expect(done).toBeLessThan(19);
    await Promise.all(burst);
  });

  it('count no more one that leaves, and wait for none that is killed', async () => {
    const { workspace, store, replicas } = await open(2);
    const [first, second] = replicas as [Replica, Replica];
    await expect.poll(() => first.metric('gateway_store_replicas'), { timeout: 5000 }).toBe(2);
    second.child.signal('SIGTERM');
    await second.child.ended;
    await expect.poll(() => first.metric('gateway_store_replicas'), { timeout: 5000 }).toBe(1);
    const third = await startReplica(workspace.url, store.url);
    third.child.signal('SIGKILL');
    expect(tally(await Promise.all(callersNamed('user', 8).map((user) => first.ask(user))))).toEqual({ ok: 8 });
  });

  it('answer on their own when the store is killed, and share it again when it is back', async () => {
    const { workspace, store, replicas } = await open(2);
    const [first, second] = replicas as [Replica, Replica];
    await expect.poll(() => first.metric('gateway_store_replicas'), { timeout: 5000 }).toBe(2);
    expect(await first.ask(login('before'))).toBe('ok');
    await store.kill();
    await delay(windowMs + 1100);
    workspace.configure({});
    const codes = await Promise.all(
      callersNamed('user', 12).map((user, index) => (index % 2 === 0 ? first : second).ask(user)),
    );
    // Each keeps to five calls of each window; one call may look whether its user is exempt when nothing is left.
    expect(workspace.refused).toBeLessThanOrEqual(2);
    expect(tally(codes)).toMatchObject({ ok: 12 - workspace.refused });
    expect(await first.metric('gateway_store_up')).toBe(0);
    await store.restart();
    await expect.poll(() => first.metric('gateway_store_up'), { timeout: 5000 }).toBe(1);
    expect(await first.ask(login('after'))).toBe('ok');
    expect(first.child.stdout).toMatch('The shared store is away');
    await expect.poll(() => first.child.stdout).toMatch('The shared store is back');
  });

  it('go on whatever happens on the wire to the store, and share it again by themselves', async () => {
    const calls = 40;
    const [workspace, store] = await Promise.all([
      openLimitedWorkspace({ rateLimit: { calls, ms: 1000 }, latencyMs: () => 20 }),
      startStore(),
    ]);
    const wire = await startFaultyWire(store.port);
    const replicas = await startReplicas(2, workspace.url, wire.url);
    const askAll = async () => {
      const codes = replicas.map((replica, index) =>
        Promise.all(callersNamed(`user${index}`, 15).map((user) => replica.ask(user))),
      );
      return (await Promise.all(codes)).flat();
    };
    const areUp = () => Promise.all(replicas.map((replica) => replica.metric('gateway_store_up')));
    await askAll();
    const codes: string[] = [];
    for (const state of ['late', 'half-open', 'flood', 'refuse'] as const) {
      wire.become(state);
      codes.push(...(await askAll()));
      wire.become('sound');
      wire.cut();
      codes.push(...(await askAll()));
      await expect.poll(areUp, { timeout: 10_000, interval: 100 }).toEqual([1, 1]);
    }
    const outages = await outagesOf(replicas);
    expect(outages).toBeGreaterThanOrEqual(8);
    // In a window without the store, each takes half of it, and looks once whether a user is exempt.
    expect(workspace.refused).toBeLessThanOrEqual(outages * (calls / 2 + 1));
    const unanswered = codes.filter((code) => !['ok', 'RATE_LIMITED', 'OVERLOADED'].includes(code));
    expect(unanswered).toEqual([]);
    expect(tally(codes)['RATE_LIMITED'] ?? 0).toBeLessThanOrEqual(workspace.refused);
  });
});
