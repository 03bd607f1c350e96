import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { RequestUpstream } from '../../src/upstream/request-upstream.ts';
import { dmMessages } from '../../src/upstream/endpoints/dm-messages.ts';
import { callerOf } from '../../src/upstream/caller.ts';
import type { OwnTurn } from '../../src/upstream/cancellation.ts';
import { RequestConcurrency, RequestSlots } from '../../src/upstream/queue/request-concurrency.ts';
import { defaultLimits } from '../../src/upstream/queue/bulkhead-limits.ts';
import type { CallEnd } from '../../src/upstream/call-runner.ts';
import type { CallAnswer } from '../../src/upstream/transport/response.ts';
import { Transport } from '../../src/upstream/transport/transport.ts';
import { TransportError } from '../../src/upstream/transport/transport-error.ts';
import { startFaultUpstream, type FaultUpstream } from '../support/fault-upstream.ts';
import { manualClock } from '../support/manual-clock.ts';
import { alice, bob, callerNamed, tinyMessage } from '../support/tiny-workspace.ts';
import { createWorkspace, outcomeOf } from '../support/workspace.ts';

let upstream: FaultUpstream;

beforeEach(async () => {
  upstream = await startFaultUpstream();
});

afterEach(async () => {
  await upstream.close();
});

const asItIs: CallEnd<CallAnswer> = {
  succeed: (answer) => answer,
  fail(error) {
    throw error;
  },
};

const left = () => new GatewayError('UPSTREAM_UNAVAILABLE', 'The client left.');
const countersOf = (client: RequestUpstream, room = 'room1') => client.get('im.counters', { roomId: room });
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo())
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
};

/** Grants the turn, and cancels the call in the same step. */
class CancelledOnEntry extends RequestConcurrency {
  readonly #leave: () => void;

  constructor(leave: () => void) {
    super(new RequestSlots(() => false));
    this.#leave = leave;
  }

  override enter(): OwnTurn {
    super.enter();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    setImmediate(() => {
      resolve();
      this.#leave();
    });
    return { promise, leave: () => false, reject };
  }
}

describe('a cancelled call', () => {
  it('leaves the queue before its rate-limit window, and the next call has its turn', async () => {
    const { request, workspace } = createWorkspace(upstream.url);
    upstream.fail('slow-headers', { ms: 50, times: 4 });
    const clients = Array.from({ length: 6 }, () => request());
    const outcomes = clients.map((client) => outcomeOf(countersOf(client)));
    await until(() => upstream.calls.length === 4);
    clients[4]?.stop(left());
    expect([await outcomes[4], upstream.calls.length, workspace.inFlight]).toEqual(['UPSTREAM_UNAVAILABLE', 4, 4]);
    expect(await Promise.all(outcomes)).toEqual(['ok', 'ok', 'ok', 'ok', 'UPSTREAM_UNAVAILABLE', 'ok']);
    expect([upstream.calls.length, clients[4]?.calls.size]).toEqual([5, 0]);
    await workspace.close();
  });

  it('keeps no slot when it is cancelled at the moment of its turn', async () => {
    const { workspace, ask } = createWorkspace(upstream.url);
    const call = workspace.call({
      endpoint: 'me',
      path: '/api/v1/me',
      caller: callerOf({ userId: alice.id, authToken: alice.token }),
      deadline: Date.now() + 5000,
      ...asItIs,
      onShared: () => undefined,
      calls: new RequestConcurrency(new RequestSlots(() => false)),
      concurrency: new CancelledOnEntry(() => call.cancel()),
      isIdempotent: true,
      check: () => undefined,
      onUnauthenticated: () => undefined,
      onSent: () => undefined,
    });
    await expect(call.promise).rejects.toThrow('cancelled by the gateway');
    expect([await ask(undefined, 'me', {}), upstream.calls.length]).toEqual(['ok', 1]);
    expect([workspace.inFlight, workspace.queueLength]).toEqual([0, 0]);
    await workspace.close();
  });

  it('is not retried when it is cancelled during back-off', async () => {
    const { request, workspace } = createWorkspace(upstream.url, { random: () => 0.999 });
    upstream.fail('status', { status: 503, headers: { 'retry-after': '1' } });
    const client = request();
    const outcome = outcomeOf(countersOf(client));
    await until(() => upstream.calls.length === 1 && workspace.inFlight === 0);
    const stoppedAt = Date.now();
    client.stop(left());
    expect([await outcome, upstream.calls.length, client.retries]).toEqual(['UPSTREAM_UNAVAILABLE', 1, 0]);
    expect(Date.now() - stoppedAt).toBeLessThan(700); // the back-off would have taken a second
    expect(await outcomeOf(countersOf(client))).toBe('UPSTREAM_UNAVAILABLE');
    await workspace.close();
  });

  it('frees its slots in the bulkhead and in its request’s concurrency', async () => {
    const { request, workspace, ask } = createWorkspace(upstream.url, {
      queueLimits: { ...defaultLimits, inFlight: 8 },
    });
    expect(await ask()).toBe('ok');
    upstream.fail('never');
    const client = request();
    const other = request();
    const outcomes = Array.from({ length: 12 }, (_, index) => outcomeOf(countersOf(client, `room${index}`)));
    const others = Array.from({ length: 4 }, (_, index) => outcomeOf(countersOf(other, `room${index}`)));
    await until(() => upstream.calls.length === 9);
    expect([workspace.inFlight, workspace.queueLength]).toEqual([8, 4]);
    other.stop(left());
    client.stop(left());
    expect(new Set(await Promise.all([...outcomes, ...others]))).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
    expect([workspace.inFlight, workspace.queueLength]).toEqual([0, 0]);
    await workspace.close();
  });

  it('never goes out when it is cancelled before it has a connection', async () => {
    const transport = new Transport({ url: upstream.url });
    const response = await transport.get('/api/v1/me', { headers: [], timeoutMs: 1000, onStart: (cancel) => cancel() });
    expect(response).toMatchObject({ reason: 'cancelled' });
    const late = transport.get('/api/v1/me', {
      headers: [],
      timeoutMs: 1000,
      onStart: (cancel) => void setImmediate(cancel),
    });
    expect(await late).toBeInstanceOf(TransportError);
    transport.close();
    expect(upstream.calls.length).toBeLessThanOrEqual(1);
  });
});

describe('an upstream call', () => {
  it('does not start with too little time left', async () => {
    const { ask, workspace } = createWorkspace(upstream.url);
    expect([await ask({ timeoutMs: 40 }), upstream.calls.length]).toEqual(['UPSTREAM_TIMEOUT', 0]);
    const clock = manualClock();
    const still = createWorkspace(upstream.url, { clock });
    await expect(countersOf(still.request({ timeoutMs: 49 }))).rejects.toMatchObject({
      detail: 'no time left',
      message: 'The workspace did not respond to im.counters in time.',
    });
    expect([still.workspace.inFlight, upstream.calls.length]).toEqual([0, 0]);
    await still.workspace.close();
    await workspace.close();
  });

  it('does not go out when the circuit opened while it waited', async () => {
    const { ask, workspace, request } = createWorkspace(upstream.url, { attempts: 1 });
    for (let call = 0; call < 18; call += 1) expect(await ask({ as: callerNamed(`user${call}`) })).toBe('ok');
    upstream.fail('status', { status: 503 });
    const client = request({ as: callerNamed('user0') });
    for (let call = 0; call < 12; call += 1) await ask({ as: callerNamed('user1') });
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, index) => outcomeOf(countersOf(client, `room${index}`))),
    );
    expect(new Set(outcomes)).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
    expect(upstream.calls.length).toBeLessThan(18 + 12 + 60);
    expect(workspace.breakerState).toBe('open');
    await workspace.close();
  });

  it('carries the end user’s address when the gateway forwards it', async () => {
    const { workspace } = createWorkspace(upstream.url);
    const client = new RequestUpstream(
      workspace,
      { userId: alice.id, authToken: alice.token, address: '192.0.2.7' },
      Date.now() + 5000,
    );
    await client.get('me');
    expect(upstream.calls[0]?.headers.get('x-real-ip')).toBe('192.0.2.7');
    expect([client.budget, client.allows('me', 1)]).toEqual([[], true]);
    await workspace.close();
  });

  it('is retried when kept connections are stale, also for a room whose id ends with the caller’s', async () => {
    const { workspace, request } = createWorkspace(upstream.url);
    const messages = (roomId: string) => dmMessages(request(), { roomId, offset: 0, count: 3, sort: { ts: -1 } });
    upstream.fail('reset-before-response', { times: 1 });
    await expect(messages(`${bob.id}${alice.id}`)).resolves.toMatchObject({ total: 3 });
    upstream.fail('reset-before-response', { times: 1 });
    await expect(messages('group000000000000')).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    upstream.fail('reset-before-response', { times: 1 });
    await expect(request().get('dm.history')).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    await workspace.close();
  });

  it('is retried on a new connection when all kept ones are stale', async () => {
    const { ask, request, workspace } = createWorkspace(upstream.url, { attempts: 2 });
    await countersOf(request()); // the limiter is known to be off
    upstream.fail('slow-headers', { ms: 40, times: 4 });
    const client = request();
    await Promise.all([1, 2, 3, 4].map((room) => countersOf(client, `room${room}`)));
    upstream.fail('stale-on-reuse');
    const connections = new Set(upstream.calls.map(({ connection }) => connection));
    expect([connections.size > 2, await ask()]).toEqual([true, 'ok']);
    expect(connections.has(upstream.calls.at(-1)?.connection ?? 0)).toBe(false);
    await workspace.close();
  });

  it('succeeds only with status 200 and `success: true`', async () => {
    const { ask, workspace } = createWorkspace(upstream.url, { attempts: 1 });
    const outcomes = [];
    for (const [status, body] of [
      [200, { success: true }],
      [200, { success: false }],
      [200, { success: 'true' }],
      [200, {}],
      [200, []],
      [201, { success: true }],
      [400, { success: true }],
    ] as const) {
      upstream.fail('status', { status, body, times: 1 });
      outcomes.push(await ask());
    }
    expect(outcomes).toEqual(['ok', ...Array.from({ length: 6 }, () => 'UPSTREAM_BAD_RESPONSE')]);
    await workspace.close();
  });

  it('gives its slot of the request back when it may not go out after all', async () => {
    const { workspace } = createWorkspace(upstream.url);
    const concurrency = new RequestConcurrency(new RequestSlots(() => false));
    const call = (check: () => void) =>
      workspace.call({
        endpoint: 'me',
        path: '/api/v1/me',
        caller: callerOf({ userId: alice.id, authToken: alice.token }),
        deadline: Date.now() + 3000,
        ...asItIs,
        onShared: () => undefined,
        calls: new RequestConcurrency(new RequestSlots(() => false)),
        concurrency,
        isIdempotent: true,
        check,
        onUnauthenticated: () => undefined,
        onSent: () => undefined,
      }).promise;
    for (let time = 0; time < 9; time += 1) {
      await expect(
        call(() => {
          throw left();
        }),
      ).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    }
    await expect(call(() => undefined)).resolves.toMatchObject({ json: { success: true } });
    expect([upstream.calls.length, workspace.inFlight]).toEqual([1, 0]);
    await workspace.close();
  });

  it('fails for a list without a total, and for a room id that turns out to be a user’s', async () => {
    const { workspace, request } = createWorkspace(upstream.url);
    const messages = () => dmMessages(request(), { roomId: 'room1', offset: 0, count: 3, sort: { ts: -1 } });
    for (const total of ['3', -1, 1.5, 2 ** 40, undefined]) {
      upstream.fail('changed', { change: (body) => ({ ...body, total }), times: 1 });
      await expect(messages()).rejects.toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE' });
    }
    upstream.fail('changed', {
      change: (body) => ({ ...body, messages: [tinyMessage(alice.id, 'another', 1)] }),
      times: 1,
    });
    await expect(messages()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    upstream.fail('changed', { change: (body) => ({ ...body, messages: [], total: 0 }), times: 1 });
    await expect(messages()).resolves.toMatchObject({ rows: [], total: 0 });
    await workspace.close();
  });
});

describe('Workspace', () => {
  it('knows callers by a hash of their user id and token, and sends only the headers it must', async () => {
    const { workspace } = createWorkspace(upstream.url);
    const of = (userId: string, authToken: string, address?: string) => callerOf({ userId, authToken, address });
    const keys = [of('u', 't'), of('u', 't2'), of('u2', 't'), of('ut', ''), of('u', 't', '192.0.2.7')].map(
      ({ key }) => key,
    );
    expect([new Set(keys).size, keys[0] === keys[4], keys[0]?.length]).toEqual([4, true, 87]);
    expect(of('u', 't').headers).toEqual([
      'x-auth-token',
      't',
      'x-user-id',
      'u',
      'accept',
      'application/json',
      'accept-encoding',
      'identity',
    ]);
    expect(of('u', 't', '192.0.2.7').headers.slice(-2)).toEqual(['x-real-ip', '192.0.2.7']);
    await workspace.close();
  });

  it('pauses calls to a failing workspace for some seconds, and says so', async () => {
    const { ask, workspace, request } = createWorkspace(upstream.url, { attempts: 1, random: () => 0.5 });
    upstream.fail('status', { status: 502 });
    for (let call = 0; call < 20; call += 1) await ask({ as: callerNamed(`user${call}`) });
    expect([workspace.breakerState, workspace.retriesDenied]).toEqual(['open', 0]);
    await expect(countersOf(request())).rejects.toMatchObject({
      message: 'The workspace is failing, so the gateway has paused calls to it (im.counters).',
      detail: 'circuit open',
      extensions: { code: 'UPSTREAM_UNAVAILABLE', reason: 'circuit_open', retryAfterSeconds: 5 },
    });
    expect([upstream.calls.length, workspace.inFlight, workspace.queueLength]).toEqual([20, 0, 0]);
    await workspace.close();
  });

  it('S4: does not pause calls when one user’s calls time out, but when three users’ calls to two endpoints do', async () => {
    const { ask, workspace } = createWorkspace(upstream.url, { attempts: 1, timeoutMs: 40 });
    upstream.fail('never');
    const slow = (name: string, endpoint: 'im.counters' | 'me') => ask({ as: callerNamed(name) }, endpoint);
    const mostly = Array.from({ length: 28 }, (_, call) => slow('user0', call % 2 === 0 ? 'im.counters' : 'me'));
    expect(new Set(await Promise.all(mostly))).toEqual(new Set(['UPSTREAM_TIMEOUT']));
    expect(workspace.breakerState).toBe('closed');
    await Promise.all([slow('user1', 'im.counters'), slow('user2', 'me')]);
    expect(workspace.breakerState).toBe('open');
    await workspace.close();
  });

  it('does not pause calls when Rocket.Chat answers with errors of its own', async () => {
    const { ask, workspace } = createWorkspace(upstream.url, { attempts: 1 });
    upstream.fail('status', { status: 500 });
    for (let call = 0; call < 25; call += 1) await ask({ as: callerNamed(`user${call}`) });
    expect(workspace.breakerState).toBe('closed');
    await workspace.close();
  });

  it('retries at most a fifth of the calls, and three a second', async () => {
    const { ask, workspace } = createWorkspace(upstream.url, { random: () => 0, clock: manualClock() });
    upstream.fail('status', { status: 503, endpoint: 'me' });
    for (let call = 0; call < 8; call += 1) await ask(undefined, 'me', {});
    // Three, and one for the first five calls: a retry earns none.
    expect([upstream.calls.length, workspace.retriesDenied]).toEqual([8 + 4, 4]);
    await workspace.close();
  });

  it('shares equal calls in flight of one caller and address when sharing is on', async () => {
    for (const sharesInFlight of [true, false]) {
      const { workspace } = createWorkspace(upstream.url, { sharesInFlight });
      upstream.fail('slow-headers', { ms: 30 });
      const joined: string[] = [];
      const call = (address: string | undefined, path: string) =>
        workspace.call({
          endpoint: 'me',
          path,
          caller: callerOf({ userId: alice.id, authToken: alice.token, address }),
          deadline: Date.now() + 5000,
          ...asItIs,
          onShared: () => joined.push(path),
          calls: new RequestConcurrency(new RequestSlots(() => false)),
          concurrency: new RequestConcurrency(new RequestSlots(() => false)),
          isIdempotent: true,
          check: () => undefined,
          onUnauthenticated: () => undefined,
          onSent: () => undefined,
        });
      const calls = [
        call(undefined, '/api/v1/me'),
        call(undefined, '/api/v1/me'),
        call('192.0.2.7', '/api/v1/me'),
        call('192.0.2.8', '/api/v1/me'),
        call(undefined, '/api/v1/me?a=b'),
      ];
      await Promise.all(calls.map(({ promise }) => promise));
      expect([joined, upstream.calls.length]).toEqual(sharesInFlight ? [['/api/v1/me'], 4] : [[], 5]);
      upstream.calls.length = 0;
      await workspace.close();
      upstream.heal();
    }
  });

  it('bounds the calls in flight of one request and of one caller, and admits the next as others end', async () => {
    const { request, workspace } = createWorkspace(upstream.url);
    await countersOf(request()); // the limiter is known to be off
    upstream.fail('slow-headers', { ms: 30 });
    const [client, next] = [request(), request()];
    const callsOf = (of: typeof client) =>
      Array.from({ length: 40 }, (_, index) => outcomeOf(countersOf(of, `room${index}`)));
    const outcomes = callsOf(client);
    await until(() => upstream.calls.length > 1);
    // Half of their share: half of all slots, as the user was a stranger a moment ago.
    expect([workspace.inFlight, workspace.queueLength, workspace.waitOf('nobody')]).toEqual([16, 0, 0]);
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['ok']));
    expect(workspace.inFlight).toBe(0);
    upstream.fail('never');
    const hung = [...callsOf(client), ...callsOf(next)];
    await until(() => workspace.inFlight >= 16 + 8); // the next request has what each may have
    expect([workspace.inFlight, workspace.queueLength]).toEqual([16 + 8, 0]);
    for (const each of [client, next]) each.stop(left());
    await Promise.all(hung);
    await workspace.close();
  });
});

describe('the queue in front of a workspace', () => {
  it('S5: H4: counts as filled by a user across all their tokens, and by no other user', async () => {
    const { workspace, request, ask } = createWorkspace(upstream.url, {
      queueLimits: { inFlight: 2, inFlightOfOne: 1, waiting: 10, waitingOfOne: 9, waitMs: 1000 },
    });
    const [one, two, other] = [alice, { id: alice.id, token: `${alice.token}2` }, bob];
    upstream.fail('status', { status: 200, body: { success: true } }); // the second token is the same user's
    for (const as of [one, two, other]) expect(await ask({ as })).toBe('ok');
    upstream.fail('never');
    const keyOf = ({ id, token }: typeof alice) => callerOf({ userId: id, authToken: token }).key;
    const clients = [one, two].map((as) => request({ as }));
    const outcomes = clients.flatMap((client) =>
      Array.from({ length: 6 }, (_, room) => outcomeOf(countersOf(client, `room${room}`))),
    );
    await until(() => workspace.queueLength > 8);
    expect([one, two, other].map((as) => workspace.isFilledBy(keyOf(as)))).toEqual([true, true, false]);
    await until(() => workspace.waitOf(keyOf(two)) > 0);
    expect([workspace.waitOf(keyOf(one)) > 0, workspace.waitOf(keyOf(other)), workspace.isFilledBy('nobody')]).toEqual([
      true,
      0,
      false,
    ]);
    for (const client of clients) client.stop(left());
    await Promise.all(outcomes);
    await workspace.close();
  });

  it('takes turns back from waiting calls when the workspace’s limiter is switched on', async () => {
    const { workspace, request, ask } = createWorkspace(upstream.url, {
      attempts: 1,
      queueLimits: { ...defaultLimits, inFlight: 2, inFlightOfOne: 2 },
    });
    expect(await ask()).toBe('ok');
    upstream.calls.length = 0;
    const headers = {
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': '3',
      'x-ratelimit-reset': String(Date.now() + 60_000),
    };
    upstream.fail('slow-headers', { ms: 30 });
    upstream.fail('status', { status: 200, body: { success: true }, headers, times: 1 });
    const client = request();
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, room) => outcomeOf(countersOf(client, `room${room}`))),
    );
    expect([upstream.calls.length, outcomes.filter((outcome) => outcome === 'ok').length]).toEqual([8, 8]); // their responses showed that the limiter is off again
    upstream.fail('status', { status: 429, headers: { ...headers, 'x-ratelimit-remaining': '0' }, times: 1 });
    const refused = await Promise.all(
      Array.from({ length: 8 }, (_, room) => outcomeOf(countersOf(client, `room${room}`))),
    );
    expect(refused.filter((outcome) => outcome === 'RATE_LIMITED').length).toBeGreaterThan(5);
    expect(upstream.calls.length).toBeLessThan(8 + 4);
    expect([workspace.inFlight, workspace.queueLength]).toEqual([0, 0]);
    await workspace.close();
  });
});

describe('a rate-limit window', () => {
  const limited = (remaining: number) => ({
    headers: {
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': String(Date.now() + 60_000),
    },
  });

  it('counts calls without a response, but not those that were never sent', async () => {
    const { ask, workspace, request } = createWorkspace(upstream.url, { attempts: 1 });
    await ask(undefined, 'me', {}); // so that the workspace has accepted the caller
    upstream.fail('status', { status: 400, ...limited(5), times: 1 });
    await ask();
    expect(request().budget).toMatchObject([{ endpoint: 'im.counters', remaining: 5 }]);
    upstream.fail('reset-before-response', { times: 1 });
    await ask();
    expect(request().budget).toMatchObject([{ remaining: 4 }]);
    await upstream.down();
    await new Promise((resolve) => setTimeout(resolve, 20)); // until the ends of kept connections are read
    await ask();
    expect(request().budget).toMatchObject([{ remaining: 4 }]);
    await upstream.up();
    await workspace.close();
  });

  it('closes by a refusal’s sentence, and not by a workspace that is down', async () => {
    const { ask, workspace } = createWorkspace(upstream.url, { attempts: 1 });
    const error =
      'Error, too many requests. Please slow down. You must wait 30 seconds before trying this endpoint again.';
    upstream.fail('status', { status: 429, body: { success: false, error }, times: 1 });
    expect([await ask(), await ask(), upstream.calls.length]).toEqual(['RATE_LIMITED', 'RATE_LIMITED', 1]);
    upstream.fail('status', { status: 503, headers: { 'retry-after': '30' }, times: 1 });
    expect([await ask(undefined, 'me', {}), await ask(undefined, 'me', {})]).toEqual(['UPSTREAM_UNAVAILABLE', 'ok']);
    await workspace.close();
  });

  it('refuses a call when waiting would leave it too little time', async () => {
    const { ask, workspace } = createWorkspace(upstream.url, { attempts: 1 });
    const headers = {
      'x-ratelimit-limit': '10',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Date.now() + 20_000),
    };
    upstream.fail('status', { status: 429, headers, times: 1 });
    await ask();
    const askedAt = Date.now();
    expect(await ask({ timeoutMs: 20_050 })).toBe('RATE_LIMITED');
    expect(Date.now() - askedAt).toBeLessThan(5000);
    await workspace.close();
  });

  it('closes by a refusal for as long as that says', async () => {
    const { ask, workspace, request } = createWorkspace(upstream.url, { attempts: 1 });
    await ask(undefined, 'im.list', {}); // so that the workspace has accepted the caller
    upstream.fail('status', { status: 429, ...limited(5), times: 1 });
    expect(await ask()).toBe('RATE_LIMITED');
    expect(request().budget).toMatchObject([{ remaining: 0 }]);
    expect([await ask(), upstream.calls.length]).toEqual(['RATE_LIMITED', 2]);
    upstream.fail('status', { status: 429, headers: { 'retry-after': '30' }, times: 1 });
    expect([await ask(undefined, 'me', {}), await ask(undefined, 'me', {}), upstream.calls.length]).toEqual([
      'RATE_LIMITED',
      'RATE_LIMITED',
      3,
    ]);
    await workspace.close();
  });
});

describe('a failed connection', () => {
  it('is retried even for calls that are not idempotent, as nothing was sent', async () => {
    const { workspace, request } = createWorkspace(upstream.url, { attempts: 2 });
    await upstream.down();
    const client = request();
    await expect(client.get('dm.messages', { roomId: 'group000000000000' })).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      detail: 'ECONNREFUSED',
    });
    expect(client.retries).toBe(1);
    await upstream.up();
    await workspace.close();
  });

  it('is not retried for an unknown host, or after the workspace was closed', async () => {
    const { workspace, request } = createWorkspace(upstream.url);
    await workspace.close();
    const client = request();
    await expect(countersOf(client)).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      detail: 'cancelled by the gateway',
    });
    expect(client.retries).toBe(0);
  });

  it('times out with the call when nothing accepts the connection', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const { ask, workspace } = createWorkspace(`http://127.0.0.1:${port}/chat/`, { timeoutMs: 100 });
    expect(await ask()).toBe('UPSTREAM_TIMEOUT');
    await workspace.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
});
