import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import type { CallObserver } from '../../src/upstream/call-observer.ts';
import type { SharedWindow } from '../../src/upstream/rate-limit/shared-store.ts';
import { RequestUpstream } from '../../src/upstream/request-upstream.ts';
import { startFaultUpstream, type FaultUpstream } from '../support/fault-upstream.ts';
import { idleStore, idleWindow } from '../support/idle-store.ts';
import { manualClock } from '../support/manual-clock.ts';
import { alice } from '../support/tiny-workspace.ts';
import { createWorkspace, outcomeOf } from '../support/workspace.ts';

let upstream: FaultUpstream;
beforeEach(async () => {
  upstream = await startFaultUpstream();
});
afterEach(() => upstream.close());

/** An observer that writes down what it is told. */
function notes(headers: readonly string[] = []): CallObserver & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    waited: (endpoint, ms) => void lines.push(`${endpoint} waited ${ms} ms`),
    sends(endpoint, attempt) {
      lines.push(`${endpoint} attempt ${attempt}`);
      return {
        headers,
        ended: (ms, result) => void lines.push(`${endpoint} ${ms >= 0 ? result : ms}`),
      };
    },
  };
}

const client = (
  workspace: ReturnType<typeof createWorkspace>['workspace'],
  observer?: CallObserver,
  now = Date.now(),
) => new RequestUpstream(workspace, { userId: alice.id, authToken: alice.token }, now + 5000, undefined, observer);

describe('the observer of a request', () => {
  it('is told of each attempt, with its status or why there was none', async () => {
    const { workspace } = createWorkspace(upstream.url, { random: () => 0 });
    const observer = notes();
    upstream.fail('status', { status: 503, times: 1 });
    expect(await outcomeOf(client(workspace, observer).get('me'))).toBe('ok');
    upstream.fail('reset-before-response', { times: 2 });
    await outcomeOf(client(workspace, observer).get('me'));
    expect(observer.lines).toEqual([
      'me attempt 1',
      'me 503',
      'me attempt 2',
      'me 200',
      'me attempt 1',
      'me broken',
      'me attempt 2',
      'me broken',
    ]);
    await workspace.close();
  });

  it('gives each attempt headers to take along, which no other request sends', async () => {
    const { workspace } = createWorkspace(upstream.url);
    await client(workspace, notes(['traceparent', 'mine'])).get('me');
    await client(workspace).get('me');
    expect(upstream.calls.map(({ headers }) => headers.get('traceparent'))).toEqual(['mine', undefined]);
    await workspace.close();
  });

  it('is told of calls that wait for a window, also when they give up, but not of those that are refused at once', async () => {
    const clock = manualClock();
    const { workspace } = createWorkspace(upstream.url, { clock });
    const observer = notes();
    upstream.fail('slow-headers', { ms: 30, times: 4 });
    const clients = Array.from({ length: 7 }, () => client(workspace, observer, clock.now()));
    const outcomes = clients.map((each) => outcomeOf(each.get('me')));
    const left = new GatewayError('CLIENT_CLOSED_REQUEST', 'The client left.');
    clients[4]?.stop(left);
    await outcomes[4];
    clock.move(7);
    clients[5]?.stop(left);
    await outcomes[5];
    clock.move(4);
    await Promise.all(outcomes);
    expect(observer.lines.filter((line) => line.includes('waited'))).toEqual(['me waited 7 ms', 'me waited 11 ms']);
    expect(observer.lines.filter((line) => line === 'me attempt 1')).toHaveLength(5);
    await workspace.close();
  });

  it.each([
    [20, []],
    [21, ['me waited 21 ms']],
  ])('does not hear of the reply of a shared store, unless its turn took longer to come: %i ms', async (ms, told) => {
    const clock = manualClock();
    let reply: (() => void) | undefined;
    const take: SharedWindow['take'] = async ([ask]) => {
      await new Promise<void>((resolve) => (reply = resolve));
      const leases = new Map([[ask?.turnKey ?? '', ['lease']]]);
      return { window: undefined, opensInMs: undefined, askAgainMs: 0, leases, spare: [] };
    };
    const store = idleStore({ windowOf: () => idleWindow({ take }) });
    const { workspace } = createWorkspace(upstream.url, { clock, store });
    const observer = notes();
    const outcome = outcomeOf(client(workspace, observer, clock.now()).get('me'));
    await expect.poll(() => reply).toBeDefined();
    clock.move(ms);
    reply?.();
    await outcome;
    expect(observer.lines.filter((line) => line.includes('waited'))).toEqual(told);
    expect(observer.lines).toContain('me attempt 1');
    await workspace.close();
  });
});
