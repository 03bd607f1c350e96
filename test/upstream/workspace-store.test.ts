import { expect, it, onTestFinished } from 'vitest';
import type { SharedWindow } from '../../src/upstream/rate-limit/shared-store.ts';
import type { Finding, StoreListener } from '../../src/upstream/workspace-store.ts';
import { startFaultUpstream } from '../support/fault-upstream.ts';
import { idleStore, idleWindow } from '../support/idle-store.ts';
import { manualClock } from '../support/manual-clock.ts';
import { callerNamed } from '../support/tiny-workspace.ts';
import { createWorkspace, outcomeOf } from '../support/workspace.ts';

/** A workspace whose store is away for windows; what else it says, the test says. */
async function open() {
  const upstream = await startFaultUpstream();
  onTestFinished(() => upstream.close());
  const told: Finding[] = [];
  const listeners: StoreListener[] = [];
  const refused = new Set<string>();
  const store = idleStore({
    isAway: true,
    subscribe: (listener) => void listeners.push(listener),
    tell: (finding) => void told.push(finding),
    isRefused: (callerKey) => refused.has(callerKey),
  });
  const created = createWorkspace(upstream.url, { store });
  onTestFinished(() => created.workspace.close());
  return { ...created, upstream, told, refused, listeners };
}

it('A workspace tells its store that it refused a pair, and believes it of a pair that another replica saw refused', async () => {
  const { ask, upstream, told, refused } = await open();
  expect(await ask()).toBe('ok');
  upstream.fail('status', { status: 401, times: 1 });
  expect(await ask()).toBe('UNAUTHENTICATED');
  const [finding] = told;
  expect(told).toEqual([{ refused: expect.any(String) }]);
  expect(await ask()).toBe('ok');
  refused.add(finding?.refused ?? '');
  const calls = upstream.calls.length;
  expect(await ask()).toBe('UNAUTHENTICATED');
  expect(upstream.calls.length).toBe(calls);
  expect(await ask({ as: callerNamed('carol000000000000') })).toBe('ok');
});

it('A workspace hears that it is down and unlicensed, and knows whether its store is away', async () => {
  const { workspace, listeners } = await open();
  expect([workspace.store?.isAway, workspace.breakerState, workspace.receiptsLicence.state]).toEqual([
    true,
    'closed',
    'unknown',
  ]);
  for (const listener of listeners) {
    listener.storeChanged();
    listener.heard?.({ downMs: 0, unlicensedMs: 0 });
  }
  expect([workspace.breakerState, workspace.receiptsLicence.state]).toEqual(['closed', 'unknown']);
  for (const listener of listeners) listener.heard?.({ downMs: 5000, unlicensedMs: 5000 });
  expect([workspace.breakerState, workspace.receiptsLicence.state]).toEqual(['open', 'missing']);
});

it('A workspace tells its store for how long it is down, and that it has no licence for receipts', async () => {
  const { ask, upstream, told, workspace } = await open();
  upstream.fail('status', { status: 502 });
  for (let call = 0; call < 40 && workspace.breakerState !== 'open'; call += 1)
    await ask({ as: callerNamed(`user${call % 5}`) }, call % 2 === 0 ? 'me' : 'im.list', {});
  expect(told).toEqual([{ downMs: expect.any(Number) }]);
  workspace.receiptsLicence.learn(false);
  expect(told.slice(1)).toEqual([{ unlicensedMs: 60_000 }]);
});

it('A request whose pair another replica saw refused makes no call, and its user is not accepted any more', async () => {
  const { ask, request, upstream, refused } = await open();
  expect(await ask()).toBe('ok');
  const client = request();
  expect(client.isAccepted).toBe(true);
  refused.add(client.callerKey);
  await expect(client.get('me')).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
    detail: 'refused by the workspace a moment ago',
  });
  refused.clear();
  expect([client.isAccepted, await outcomeOf(client.get('me')), upstream.calls.length]).toEqual([
    false,
    'UNAUTHENTICATED',
    1,
  ]);
});

it('A pair that another replica sees refused makes none of the calls that wait for a slot by then', async () => {
  const { ask, request, upstream, refused } = await open();
  expect(await ask()).toBe('ok');
  upstream.calls.length = 0;
  upstream.fail('slow-headers', { ms: 200 });
  const client = request();
  const calls = Array.from({ length: 40 }, (_, index) =>
    outcomeOf(client.get('im.counters', { roomId: `room${index}` })),
  );
  await expect.poll(() => upstream.calls.length, { interval: 5 }).toBe(16);
  refused.add(client.callerKey);
  const outcomes = await Promise.all(calls);
  expect([outcomes.slice(0, 16), outcomes.slice(16)].map((each) => [...new Set(each)])).toEqual([
    ['ok'],
    ['UNAUTHENTICATED'],
  ]);
  expect(upstream.calls).toHaveLength(16);
});

it('A workspace settles its windows with the store when that is back, and gives back what it holds when it closes', async () => {
  const upstream = await startFaultUpstream();
  onTestFinished(() => upstream.close());
  const listeners: StoreListener[] = [];
  const events: string[] = [];
  const take: SharedWindow['take'] = async ([ask]) => ({
    window: undefined,
    opensInMs: undefined,
    askAgainMs: 0,
    leases: new Map([[ask?.turnKey ?? '', ['lease']]]),
    spare: ['spare lease'],
  });
  const window = idleWindow({
    take,
    settle: () => void events.push('settled'),
    giveBack: (leases) => void events.push(`gave back ${leases.join()}`),
  });
  const store = idleStore({ windowOf: () => window, subscribe: (listener) => void listeners.push(listener) });
  const { workspace, ask } = createWorkspace(upstream.url, { store, clock: manualClock() });
  expect(await ask()).toBe('ok');
  events.length = 0;
  for (const listener of listeners) listener.storeChanged();
  expect(events).toEqual(['settled']);
  await workspace.close();
  expect(events).toEqual(['settled', 'gave back spare lease']);
});
