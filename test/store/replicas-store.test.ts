import { describe, expect, it, onTestFinished } from 'vitest';
import { ReplicasStore } from '../../src/store/replicas-store.ts';
import { login, openLimitedWorkspace } from '../support/limited-workspace.ts';
import { startFaultUpstream } from '../support/fault-upstream.ts';
import { openStoreClient, startStore } from '../support/redis-server.ts';
import { alice, callerNamed } from '../support/tiny-workspace.ts';
import { createWorkspace } from '../support/workspace.ts';

const soon = { timeout: 5000, interval: 20 };

async function connect(at: { readonly url: string; readonly workspaceUrl: string }): Promise<ReplicasStore> {
  const store = new ReplicasStore({ ...at, name: 'chat', callMs: 3000, patienceMs: 2000 });
  onTestFinished(() => store.close());
  await store.connect();
  return store;
}

/** Replicas before one workspace, with one store. */
async function open(count: number) {
  const [upstream, server] = await Promise.all([startFaultUpstream(), startStore()]);
  onTestFinished(() => upstream.close());
  const replicas = await Promise.all(
    Array.from({ length: count }, async () => {
      const store = await connect({ url: server.url, workspaceUrl: upstream.url });
      return { store, ...createWorkspace(upstream.url, { store }) };
    }),
  );
  for (const { workspace } of replicas) onTestFinished(() => workspace.close());
  const client = await openStoreClient(server.url);
  const [first, second] = replicas;
  if (first === undefined || second === undefined) throw new Error('two at least');
  return { upstream, server, first, second, client };
}

describe('Replicas with a store', () => {
  it('count each other, and no longer one that leaves', async () => {
    const { first, second } = await open(2);
    await expect.poll(() => [first.store.replicas, second.store.replicas], soon).toEqual([2, 2]);
    await second.store.close();
    await expect.poll(() => first.store.replicas, soon).toBe(1);
  });

  it('tell each other what they find, however much it is', async () => {
    const { first, second } = await open(2);
    await expect.poll(() => [first.store.replicas, second.store.replicas], soon).toEqual([2, 2]);
    // A flood of made-up credentials: each of them is something to tell.
    let made = 0;
    const flood = setInterval(() => first.store.tell({ refused: `made up ${(made += 1)}` }), 5);
    onTestFinished(() => clearInterval(flood));
    first.store.tell({ refused: 'the first' });
    await expect.poll(() => second.store.isRefused('the first'), soon).toBe(true);
    await expect.poll(() => made, soon).toBeGreaterThan(100);
    await expect.poll(() => second.store.isRefused('made up 100'), soon).toBe(true);
    expect(second.store.replicas).toBe(2);
  }, 15_000);

  it('spare the workspace a token that it has just refused to another, and no other token', async () => {
    const { upstream, first, second } = await open(2);
    expect([await first.ask(), await second.ask()]).toEqual(['ok', 'ok']);
    upstream.fail('status', { status: 401, times: 1 });
    expect(await first.ask()).toBe('UNAUTHENTICATED');
    await expect.poll(() => second.ask(), soon).toBe('UNAUTHENTICATED');
    const refusedAt = upstream.calls.length;
    expect(await second.ask()).toBe('UNAUTHENTICATED');
    expect(upstream.calls.length).toBe(refusedAt);
    expect(await second.ask({ as: callerNamed('carol000000000000') })).toBe('ok');
    await expect.poll(() => second.ask(), { timeout: 8000, interval: 100 }).toBe('ok');
  }, 15_000);

  it('tell each other that read receipts are not licensed, and that the workspace is down', async () => {
    const { upstream, first, second } = await open(2);
    first.workspace.receiptsLicence.learn(false);
    await expect.poll(() => second.workspace.receiptsLicence.state, soon).toBe('missing');
    upstream.fail('status', { status: 503 });
    for (let call = 0; call < 20; call += 1) await first.ask({ as: callerNamed(`user${call}`) });
    expect(first.workspace.breakerState).toBe('open');
    await expect.poll(() => second.workspace.breakerState, soon).toBe('open');
    const calls = upstream.calls.length;
    expect(await second.ask()).toBe('UPSTREAM_UNAVAILABLE');
    expect(upstream.calls.length).toBe(calls);
  });

  it('leave no token, no user id, no address and nothing that does not expire in the store', async () => {
    const { upstream, first, second, client } = await open(2);
    upstream.fail('status', { status: 401, times: 1 });
    await first.ask();
    const keys = async () => {
      await Promise.all([first.ask(), second.ask({ as: callerNamed('carol000000000000') })]);
      return client.keys('*');
    };
    await expect.poll(async () => (await keys()).length, soon).toBeGreaterThan(3);
    const seen: string[] = [];
    for (const key of await client.keys('*')) {
      seen.push(key, (await client.dump(key)) ?? '');
      expect(await client.pTTL(key)).toBeGreaterThan(0);
      expect(key).toMatch(/^chat:/);
    }
    expect(seen.join('\n')).not.toMatch(
      new RegExp(`${alice.id}|${alice.token}|carol|token-of|127\\.0\\.0\\.1|im\\.counters`),
    );
  });

  it('give back the leases that they hold when they stop', async () => {
    const [limited, server] = await Promise.all([
      openLimitedWorkspace({ rateLimit: { calls: 1000, ms: 60_000 } }),
      startStore(),
    ]);
    const store = await connect({ url: server.url, workspaceUrl: limited.url });
    const { workspace, ask } = createWorkspace(limited.url, { store });
    const client = await openStoreClient(server.url);
    // Those that have expired stay there until the next script comes along.
    const held = async () => {
      const key = (await client.keys('*')).find((name) => name.includes(':o:')) ?? '';
      return (await client.zRange(key, 0, -1)).filter((lease) => lease.startsWith('l')).length;
    };
    await expect.poll(() => ask({ as: login('user') }).then(held), soon).toBe(10);
    await workspace.close();
    await store.close();
    expect(await held()).toBe(0);
  });

  it('teach a store that was flushed what they know, so that no other sends a call too many', async () => {
    const [limited, server] = await Promise.all([openLimitedWorkspace(), startStore()]);
    const client = await openStoreClient(server.url);
    const join = async () => {
      const store = await connect({ url: server.url, workspaceUrl: limited.url });
      const created = createWorkspace(limited.url, { store });
      onTestFinished(() => created.workspace.close());
      return { store, ...created };
    };
    const [first, second] = await Promise.all([join(), join()]);
    await expect.poll(() => second.store.replicas, soon).toBe(2);
    for (let call = 0; call < 10; call += 1) expect(await first.ask({ as: login('maya') })).toBe('ok');
    await client.flushAll();
    const windows = async () => (await client.keys('*')).filter((name) => name.includes(':w:'));
    await expect.poll(windows, soon).toHaveLength(1);
    expect(await second.ask({ as: login('omar'), timeoutMs: 5000 })).toBe('RATE_LIMITED');
    expect([limited.calls.length, limited.refused]).toEqual([10, 0]);
  });

  it('do without what the store cannot have said', async () => {
    const { first, second, client } = await open(2);
    await expect.poll(() => first.store.replicas, soon).toBe(2);
    const replicas = (await client.keys('*')).find((key) => key.endsWith(':replicas')) ?? '';
    // The latter is of a clock that went back by years.
    await client.hSet(replicas.replace(/replicas$/, 'facts'), { down: 'x', unlicensed: '4000000000000' });
    await client.zAdd(replicas.replace(/replicas$/, 'refused'), { score: 4e12, value: 'pair' });
    await client.zAdd(replicas, { score: 4e12, value: 'ghost' });
    await expect.poll(() => client.zCard(replicas), soon).toBe(2);
    expect([second.workspace.breakerState, second.workspace.receiptsLicence.state]).toEqual(['closed', 'unknown']);
    expect([first.store.replicas, first.store.isAway, second.store.isAway]).toEqual([2, false, false]);
    expect(await client.zCard(replicas.replace(/replicas$/, 'refused'))).toBe(0);
    expect(await second.ask()).toBe('ok');
  });
});
