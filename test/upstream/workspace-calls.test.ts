import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { RequestUpstream } from '../../src/upstream/request-upstream.ts';
import { startFaultUpstream, type FaultUpstream } from '../support/fault-upstream.ts';
import { manualClock } from '../support/manual-clock.ts';
import { alice } from '../support/tiny-workspace.ts';
import { createWorkspace, outcomeOf } from '../support/workspace.ts';

let upstream: FaultUpstream;
beforeEach(async () => {
  upstream = await startFaultUpstream();
});
afterEach(() => upstream.close());

const credentials = { userId: alice.id, authToken: alice.token };

/** A request whose calls each move the clock while they are out, and how long they were out. */
function moving(moved: number) {
  const clock = manualClock();
  const { workspace, ask } = createWorkspace(upstream.url, { clock, random: () => 0 });
  const ends: number[] = [];
  const client = new RequestUpstream(workspace, credentials, clock.now() + 5000, undefined, {
    waited: () => undefined,
    sends() {
      clock.move(moved);
      return { headers: undefined, ended: (ms) => void ends.push(ms) };
    },
  });
  return { workspace, ask, client, ends };
}

describe('The time that a call took', () => {
  it.each([
    [70, 70],
    [0, 0],
    [-70, 0],
  ])('is not negative, though the clock moved by %i ms meanwhile', async (moved, ms) => {
    const { workspace, client, ends } = moving(moved);
    await client.get('me');
    expect(ends).toEqual([ms]);
    await workspace.close();
  });

  it('tells when the workspace began to read at the earliest', async () => {
    const { workspace, client } = moving(70);
    const date = Date.UTC(2026, 10, 25);
    upstream.fail('status', { status: 200, body: { success: true }, headers: { date: new Date(date).toUTCString() } });
    expect((await client.get('me')).readAt).toBe(date - 70);
    await workspace.close();
  });

  it('is what the next call is expected to take, which is not retried without that time', async () => {
    const { workspace, ask, client } = moving(3000);
    await client.get('me');
    for (const [timeoutMs, calls] of [
      [2999, 1],
      [3000, 2],
    ] as const) {
      upstream.heal();
      upstream.fail('status', { status: 503, times: 1 });
      await ask({ timeoutMs });
      expect([timeoutMs, upstream.calls.length]).toEqual([timeoutMs, calls]);
    }
    await workspace.close();
  });
});

it('The time until a call failed without a response is not what the next call is expected to take', async () => {
  const { workspace, ask, client } = moving(3000);
  upstream.fail('reset-before-response');
  expect(await outcomeOf(client.get('me'))).toBe('UPSTREAM_UNAVAILABLE');
  upstream.heal();
  upstream.fail('status', { status: 503, times: 1 });
  await ask({ timeoutMs: 1000 });
  expect(upstream.calls).toHaveLength(2);
  await workspace.close();
});

it('Calls in a row share connections', async () => {
  const { workspace, ask } = createWorkspace(upstream.url);
  for (let call = 0; call < 9; call += 1) expect(await ask()).toBe('ok');
  expect(upstream.connections).toBeLessThan(4);
  await workspace.close();
});

describe('A caller', () => {
  it.each([500, 502, 503, 429])('is not accepted by a response of status %i', async (status) => {
    const { workspace, request } = createWorkspace(upstream.url, { attempts: 1 });
    upstream.fail('status', { status });
    const client = request();
    await outcomeOf(client.get('me'));
    expect([upstream.calls.length, client.isAccepted]).toEqual([1, false]);
    await workspace.close();
  });

  it('is accepted no more once the workspace rejects the credentials', async () => {
    const { workspace, request } = createWorkspace(upstream.url);
    const [client, later] = [request(), request()];
    await client.get('me');
    expect([client.isAccepted, later.isAccepted]).toEqual([true, true]);
    upstream.fail('status', { status: 401 });
    expect(await outcomeOf(client.get('me'))).toBe('UNAUTHENTICATED');
    expect([client.isAccepted, later.isAccepted]).toEqual([false, false]);
    await workspace.close();
  });
});

describe('The clock of a workspace', () => {
  it.each<[number, string, number]>([
    [200, 'an hour ahead', 1800],
    [400, 'an hour ahead', 1800],
    [499, 'an hour ahead', 1800],
    [500, 'the gateway’s, as a proxy may have answered', 5400],
    [502, 'the gateway’s, as a proxy may have answered', 5400],
  ])('by a response of status %i is %s', async (status, _whose, retryAfterSeconds) => {
    const clock = manualClock();
    const hour = 3600_000;
    const { workspace, request } = createWorkspace(upstream.url, { clock, attempts: 1 });
    const dateAt = (at: number) => new Date(at).toUTCString();
    const body = { success: status === 200 };
    upstream.fail('status', { status, body, headers: { date: dateAt(clock.now() + hour) }, times: 1 });
    await outcomeOf(request().get('im.list'));
    const retryAfter = dateAt(clock.now() + 1.5 * hour);
    upstream.fail('status', { status: 429, headers: { 'retry-after': retryAfter }, times: 1 });
    await expect(request().get('me')).rejects.toMatchObject({ extensions: { retryAfterSeconds } });
    await workspace.close();
  });
});

describe('A retry that may not go out', () => {
  it('fails as the attempt before it did', async () => {
    const clock = manualClock();
    const { workspace, request } = createWorkspace(upstream.url, { clock, random: () => 0.5 });
    const client = request();
    upstream.fail('status', { endpoint: 'me', status: 503 });
    const waiting = outcomeOf(client.get('me'));
    await expect.poll(() => [upstream.calls.length, workspace.inFlight]).toEqual([1, 0]);
    upstream.fail('status', { endpoint: 'im.list', status: 401 });
    expect(await outcomeOf(client.get('im.list'))).toBe('UNAUTHENTICATED');
    clock.move(1000); // the retry’s turn: without valid credentials
    expect([await waiting, upstream.calls.length]).toEqual(['UPSTREAM_UNAVAILABLE', 2]);
    await workspace.close();
  });
});

describe('A response', () => {
  const largest = 256 * 1024;

  it.each([
    ['of 256 KiB is handed over at once', largest, ['answer', 'others']],
    ['of more than that lets what waits run first', largest + 1, ['others', 'answer']],
  ])('%s', async (_name, bytes, order) => {
    const { workspace } = createWorkspace(upstream.url);
    const empty = JSON.stringify({ success: true, text: '' }).length;
    upstream.fail('status', { status: 200, body: { success: true, text: 'x'.repeat(bytes - empty) } });
    const ends: string[] = [];
    const onReceived = (received: number) => {
      if (received === bytes) setImmediate(() => ends.push('others'));
    };
    const client = new RequestUpstream(workspace, credentials, Date.now() + 5000, onReceived);
    await client.get('me').then(() => ends.push('answer'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(ends).toEqual(order);
    await workspace.close();
  });
});

describe('A call that waits for what the first calls show of the limiter', () => {
  it('goes out when their responses take longer than usual: a second, before any has come', async () => {
    const clock = manualClock();
    const { workspace, request } = createWorkspace(upstream.url, { clock, timeoutMs: 60_000 });
    upstream.fail('never', { times: 4 });
    const clients = Array.from({ length: 5 }, () => request());
    const outcomes = clients.map((client) => outcomeOf(client.get('me')));
    await expect.poll(() => upstream.calls.length).toBe(4);
    clock.move(999);
    await new Promise((resolve) => setImmediate(resolve));
    expect([workspace.inFlight, upstream.calls.length]).toEqual([4, 4]);
    clock.move(1);
    await expect.poll(() => upstream.calls.length).toBe(5);
    expect(await outcomes[4]).toBe('ok');
    for (const client of clients) client.stop(new GatewayError('CLIENT_CLOSED_REQUEST', 'The client left.'));
    await Promise.all(outcomes);
    await workspace.close();
  });
});

describe('A call that waits for a place', () => {
  it('does not go out when the call before it shows that the credentials are rejected', async () => {
    const { workspace, request } = createWorkspace(upstream.url, {
      sharesInFlight: true,
      queueLimits: { inFlight: 2, inFlightOfOne: 1, waiting: 10, waitingOfOne: 9, waitMs: 1000 },
    });
    const client = request();
    expect(await outcomeOf(client.get('im.counters', { roomId: 'room' }))).toBe('ok');
    upstream.fail('status', { status: 401, times: 1 });
    const rooms = Array.from({ length: 5 }, (_, index) => `room${index}`);
    const outcomes = rooms.map((roomId) => outcomeOf(client.get('im.counters', { roomId })));
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['UNAUTHENTICATED']));
    expect(upstream.calls).toHaveLength(2);
    await workspace.close();
  });
});

describe('A request that joined a call with credentials that the workspace rejects', () => {
  it('makes no more calls, as the request that began the call', async () => {
    const { workspace, request } = createWorkspace(upstream.url, { sharesInFlight: true });
    upstream.fail('status', { status: 401, times: 1 });
    const clients = [request(), request()];
    const outcomes = clients.map((client) => outcomeOf(client.get('me')));
    expect(await Promise.all(outcomes)).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
    expect(clients.map(({ sharedCalls }) => sharedCalls)).toEqual([0, 1]);
    for (const client of clients) expect(await outcomeOf(client.get('im.list'))).toBe('UNAUTHENTICATED');
    expect(upstream.calls).toHaveLength(1);
    expect(await outcomeOf(request().get('im.list'))).toBe('ok');
    await workspace.close();
  });
});
