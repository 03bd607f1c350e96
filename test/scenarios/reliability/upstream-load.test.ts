import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/errors.ts';
import type { RequestUpstream } from '../../../src/upstream/request-upstream.ts';
import type { Caller } from '../../support/gateway.ts';
import { startFaultUpstream, type FaultUpstream } from '../../support/fault-upstream.ts';
import { createRandom } from '../../support/random.ts';
import { callerNamed } from '../../support/tiny-workspace.ts';
import { createWorkspace, fastClock, outcomeOf } from '../../support/workspace.ts';

let upstream: FaultUpstream;

beforeEach(async () => {
  upstream = await startFaultUpstream();
});

afterEach(async () => {
  await upstream.close();
});

const countersOf = (client: RequestUpstream, room = 'room1') => client.get('im.counters', { roomId: room });
const tally = (outcomes: readonly string[]) =>
  Object.fromEntries(
    [...new Set(outcomes)].toSorted().map((each) => [each, outcomes.filter((one) => one === each).length]),
  );

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(2);
}

/** Callers whose rate-limit windows are known not to matter. */
async function knownCallers(ask: (options: { as: Caller }) => Promise<string>, count: number) {
  const callers = Array.from({ length: count }, (_, index) => callerNamed(`caller${index}`));
  for (const as of callers) expect(await ask({ as })).toBe('ok');
  upstream.calls.length = 0;
  return callers;
}

describe('Retries', () => {
  it('U30: with three attempts, 503 and 502 are recovered', async () => {
    const { ask, workspace } = createWorkspace(upstream.url, { attempts: 3 });
    upstream.fail('status', { status: 502, times: 1 });
    upstream.fail('status', { status: 503, times: 1 });
    expect([await ask(), upstream.calls.length]).toEqual(['ok', 3]);
    await workspace.close();
  });

  it('U38: with 30 % resets, 98 % of 1,000 calls at 10 a second succeed with four attempts, within the retry budget', async () => {
    const calls = 1000;
    let virtual = 1_800_000_000_000;
    const clock = {
      now: () => virtual,
      after: (_ms: number, callback: () => void) => fastClock(1e6).after(1, callback),
    };
    const { ask, workspace } = createWorkspace(upstream.url, { attempts: 4, clock, random: createRandom(1).fraction });
    for (let call = 0; call < 40; call += 1) await ask();
    upstream.calls.length = 0;
    upstream.fail('reset-before-response', { share: 0.3 });
    const outcomes = [];
    for (let call = 0; call < calls; call += 1) {
      outcomes.push(await ask());
      virtual += 100;
    }
    const { ok = 0 } = tally(outcomes);
    expect(ok / calls).toBeGreaterThanOrEqual(0.98);
    const seconds = calls / 10;
    expect(upstream.calls.length).toBeLessThanOrEqual(calls * 1.2 + 3 * (seconds + 1));
    await workspace.close();
  });

  it('U38: calls faster than the retry budget succeed less often and spare the workspace', async () => {
    const clock = { ...fastClock(1), now: () => 1_800_000_000_000 };
    const { ask, workspace } = createWorkspace(upstream.url, { clock, random: createRandom(2).fraction });
    for (let call = 0; call < 40; call += 1) await ask();
    upstream.calls.length = 0;
    upstream.fail('status', { status: 503, share: 0.3 });
    const outcomes = [];
    for (let call = 0; call < 300; call += 1) outcomes.push(await ask());
    expect(upstream.calls.length).toBeLessThanOrEqual(340 * 1.2 - 40 + 3);
    expect(workspace.retriesDenied).toBeGreaterThan(0);
    expect(tally(outcomes)['ok'] ?? 0).toBeGreaterThan(200);
    await workspace.close();
  });
});

describe('A failing workspace', () => {
  it('U39: U40 an open circuit breaker lets one probe at a time through, and closes after recovery', async () => {
    const speed = 10;
    const clock = fastClock(speed);
    const { ask, workspace } = createWorkspace(upstream.url, { clock });
    upstream.fail('status', { status: 503 });
    const took: number[] = [];
    const one = async () => {
      const startedAt = performance.now();
      const outcome = await ask({ as: callerNamed(`user${took.length}`) });
      took.push(performance.now() - startedAt);
      return outcome;
    };
    // 50 a second for 20 seconds, ten times as fast.
    const outcomes: Promise<string>[] = [];
    let callsWhenOpen = 0;
    for (let second = 0; second < 20; second += 0.1) {
      for (let each = 0; each < 5; each += 1) outcomes.push(one());
      await sleep(100 / speed);
      if (callsWhenOpen === 0 && workspace.breakerState === 'open') callsWhenOpen = upstream.calls.length;
    }
    expect(tally(await Promise.all(outcomes))).toEqual({ UPSTREAM_UNAVAILABLE: 1000 });
    expect(callsWhenOpen).toBeGreaterThanOrEqual(20);
    expect(callsWhenOpen).toBeLessThanOrEqual(100);
    // Open for 5 s, then 10 s, give or take a fifth: three tries in 20 s at most.
    expect(upstream.calls.length - callsWhenOpen).toBeLessThanOrEqual(4);
    expect(workspace.inFlight + workspace.queueLength).toBe(0);

    upstream.heal();
    const healedAt = clock.now();
    while (workspace.breakerState !== 'closed') await Promise.all([one(), one(), sleep(2)]);
    // Its third opening lasts 20 s, give or take a fifth.
    expect(clock.now() - healedAt).toBeLessThan(20_000 * 1.2 + 20_000);
    expect(await one()).toBe('ok');
    await workspace.close();
  });

  it('U40: a half-open circuit breaker probes with one call at a time', async () => {
    let now = 1_800_000_000_000;
    const clock = { ...fastClock(1), now: () => now };
    const { ask, workspace } = createWorkspace(upstream.url, { clock, attempts: 1, random: () => 0.5 });
    upstream.fail('status', { status: 503 });
    for (let call = 0; call < 20; call += 1) await ask();
    expect([workspace.breakerState, upstream.calls.length]).toEqual(['open', 20]);
    expect([await ask(), upstream.calls.length]).toEqual(['UPSTREAM_UNAVAILABLE', 20]);
    upstream.heal();
    upstream.fail('slow-headers', { ms: 50 });
    now += 5001;
    for (let round = 1; round <= 3; round += 1) {
      const outcomes = await Promise.all(
        Array.from({ length: 5 }, (_, index) => ask({ as: callerNamed(`user${index}`) })),
      );
      expect([tally(outcomes), upstream.calls.length]).toEqual([{ UPSTREAM_UNAVAILABLE: 4, ok: 1 }, round]);
    }
    expect(workspace.breakerState).toBe('closed');
    await workspace.close();
  });

  it('U40: the error of an open circuit breaker says so, with the time to wait', async () => {
    const { ask, workspace, request } = createWorkspace(upstream.url, { attempts: 1, random: () => 0.5 });
    upstream.fail('reset-before-response');
    for (let call = 0; call < 20; call += 1) await ask();
    await expect(countersOf(request())).rejects.toMatchObject({
      extensions: { code: 'UPSTREAM_UNAVAILABLE', reason: 'circuit_open', retryAfterSeconds: 5 },
    });
    await workspace.close();
  });
});

describe('Single flight', () => {
  it('L08: a thousand equal concurrent calls share one call and its response', async () => {
    const { request, workspace } = createWorkspace(upstream.url, { sharesInFlight: true });
    upstream.fail('slow-headers', { ms: 50 });
    const answers = await Promise.all(Array.from({ length: 1000 }, () => countersOf(request())));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(upstream.calls).toHaveLength(1);
    await workspace.close();
  });

  it('L09: a failed shared call fails all its waiters after at most two attempts, and the next request calls again', async () => {
    const { request, workspace, ask } = createWorkspace(upstream.url, { sharesInFlight: true });
    upstream.fail('reset-before-response');
    const outcomes = await Promise.all(Array.from({ length: 1000 }, () => outcomeOf(countersOf(request()))));
    expect(tally(outcomes)).toEqual({ UPSTREAM_UNAVAILABLE: 1000 });
    expect(upstream.calls).toHaveLength(2);
    upstream.heal();
    expect([await ask(), upstream.calls.length]).toEqual(['ok', 1]);
    await workspace.close();
  });

  it('L10: a shared call survives the cancellation of the caller that started it', async () => {
    const { request, workspace } = createWorkspace(upstream.url, { sharesInFlight: true });
    upstream.fail('slow-headers', { ms: 100 });
    const clients = Array.from({ length: 10 }, () => request());
    const outcomes = clients.map((client) => outcomeOf(countersOf(client)));
    await until(() => upstream.calls.length === 1);
    clients[0]?.stop(new GatewayError('UPSTREAM_UNAVAILABLE', 'The client left.'));
    expect(tally(await Promise.all(outcomes))).toEqual({ UPSTREAM_UNAVAILABLE: 1, ok: 9 });
    expect(upstream.calls).toHaveLength(1);
    expect([workspace.inFlight, workspace.queueLength]).toEqual([0, 0]);
    await workspace.close();
  });
});

describe('The bulkhead', () => {
  it('L18: the 65th call waits and is served; a full queue makes room for one more caller and no further', async () => {
    const { ask, workspace } = createWorkspace(upstream.url);
    const callers = await knownCallers(ask, 41);
    upstream.fail('slow-headers', { ms: 200 });
    const fill = callers.slice(0, 40).flatMap((as) => Array.from({ length: 8 }, () => ask({ as })));
    await until(() => upstream.calls.length === 64);
    expect([workspace.inFlight, workspace.queueLength]).toEqual([64, 256]);
    let ended = 0;
    for (const each of fill) void each.then(() => (ended += 1));
    const late = Array.from({ length: 9 }, () => ask({ as: callers[40] as Caller }));
    await until(() => ended === 7); // of those who had eight in it; an eighth of the newcomer's would be as many as anybody has
    expect([workspace.inFlight, workspace.queueLength]).toEqual([64, 256]);
    expect(tally(await Promise.all(late)).OVERLOADED).toBeGreaterThanOrEqual(2);
    // 320 calls of 200 ms in 64 slots take a second: calls that waited that long are rejected.
    const { ok = 0, OVERLOADED = 0 } = tally(await Promise.all(fill));
    expect(ok + OVERLOADED).toBe(320);
    expect(ok).toBeGreaterThan(128);
    expect([workspace.inFlight, workspace.queueLength]).toEqual([0, 0]);
    await workspace.close();
  });

  it('L18: a caller’s burst delays only that caller', async () => {
    const { ask, workspace } = createWorkspace(upstream.url);
    const [greedy, modest] = (await knownCallers(ask, 2)) as [Caller, Caller];
    upstream.fail('slow-headers', { ms: 50 });
    const many = Array.from({ length: 300 }, () => ask({ as: greedy }));
    await until(() => upstream.calls.length === 32);
    expect([workspace.inFlight, workspace.queueLength]).toEqual([32, 128]); // half of all, as both were here a moment ago
    let ended = 0;
    for (const each of many) void each.then((outcome) => (ended += outcome === 'ok' ? 1 : 0));
    expect(await ask({ as: modest })).toBe('ok');
    expect(ended).toBeLessThan(128); // of 160 that are served
    expect(tally(await Promise.all(many))).toEqual({ OVERLOADED: 140, ok: 160 });
    await workspace.close();
  });

  it('L18: one large request never overflows the queue', async () => {
    const { ask, workspace, request } = createWorkspace(upstream.url);
    await knownCallers(ask, 1);
    upstream.fail('slow-headers', { ms: 100 });
    const client = request({ as: callerNamed('caller0') });
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) => outcomeOf(countersOf(client, `room${index}`))),
    );
    expect(tally(outcomes)).toEqual({ ok: 100 });
    await workspace.close();
  });
});
