import { expect, it, onTestFinished } from 'vitest';
import type { Finding, StoreListener } from '../../src/upstream/workspace-store.ts';
import { startFaultUpstream } from '../support/fault-upstream.ts';
import { idleStore } from '../support/idle-store.ts';
import { callerNamed } from '../support/tiny-workspace.ts';
import { createWorkspace } from '../support/workspace.ts';

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
