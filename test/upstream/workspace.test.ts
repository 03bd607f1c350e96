import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { UpstreamClient } from '../../src/upstream/client.ts';
import { dmMessages } from '../../src/upstream/endpoints/dm-messages.ts';
import type { Turn } from '../../src/upstream/gate.ts';
import { defaultLimits, Lane } from '../../src/upstream/queue.ts';
import { Transport, NoAnswer } from '../../src/upstream/transport.ts';
import { startFaultUpstream, type FaultUpstream } from '../support/fault-upstream.ts';
import { alice, bob, callerNamed, tinyMessage } from '../support/tiny-workspace.ts';
import { createWorkspace, outcomeOf } from '../support/workspace.ts';

let upstream: FaultUpstream;

beforeEach(async () => {
  upstream = await startFaultUpstream();
});

afterEach(async () => {
  await upstream.close();
});

const left = () => new GatewayError('UPSTREAM_UNAVAILABLE', 'The client left.');
const countersOf = (client: UpstreamClient, room = 'room1') => client.get('im.counters', { roomId: room });
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => { setTimeout(resolve, 2); });
};

/** Gives the turn, and has the call given up in the same step. */
class LaneThatIsLeft extends Lane {
  readonly #leave: () => void;

  constructor(leave: () => void) {
    super();
    this.#leave = leave;
  }

  override enter(): Turn {
    super.enter();
    const { promise, resolve } = Promise.withResolvers<void>();
    setImmediate(() => {
      resolve();
      this.#leave();
    });
    return { promise, leave: () => false };
  }
}

describe('a call that is given up', () => {
  it('while it waits for its window leaves the line, and the next has its turn', async () => {
    const { request, workspace } = createWorkspace(upstream.url);
    upstream.fail('slow-headers', { ms: 50, times: 1 });
    const [first, leaving, next] = [request(), request(), request()];
    const outcomes = [first, leaving, next].map((client) => outcomeOf(countersOf(client)));
    await until(() => upstream.calls.length === 1);
    leaving.stop(left());
    expect(await Promise.all(outcomes)).toEqual(['ok', 'UPSTREAM_UNAVAILABLE', 'ok']);
    expect([upstream.calls.length, leaving.calls.size]).toEqual([2, 0]);
    await workspace.close();
  });

  it('at the moment at which its turn comes keeps no place', async () => {
    const { workspace, ask } = createWorkspace(upstream.url);
    const call = workspace.call({
      endpoint: 'me',
      path: '/api/v1/me',
      caller: workspace.caller({ userId: alice.id, authToken: alice.token }),
      deadline: Date.now() + 5000,
      lane: new LaneThatIsLeft(() => call.cancel()),
      isHarmless: true,
      check: () => undefined,
      onSent: () => undefined,
    });
    await expect(call.promise).rejects.toThrow('given up');
    expect([await ask(undefined, 'me', {}), upstream.calls.length]).toEqual(['ok', 1]);
    expect([workspace.inFlight, workspace.queueLength]).toEqual([0, 0]);
    await workspace.close();
  });

  it('while it waits to try again does not try again', async () => {
    const { request, workspace } = createWorkspace(upstream.url, { random: () => 0.999 });
    upstream.fail('status', { status: 503, headers: { 'retry-after': '1' } });
    const client = request();
    const outcome = outcomeOf(countersOf(client));
    await until(() => upstream.calls.length === 1 && workspace.inFlight === 0);
    client.stop(left());
    expect([await outcome, upstream.calls.length, client.retries]).toEqual(['UPSTREAM_UNAVAILABLE', 1, 0]);
    expect(await outcomeOf(countersOf(client))).toBe('UPSTREAM_UNAVAILABLE');
    await workspace.close();
  });

  it('in the queue and in its request’s lane makes room for others', async () => {
    const { request, workspace, ask } = createWorkspace(upstream.url, { queueLimits: { ...defaultLimits, inFlight: 8 } });
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

  it('before its connection is there never goes out', async () => {
    const transport = new Transport({ url: upstream.url });
    const answer = await transport.get('/api/v1/me', { headers: [], timeoutMs: 1000, onStart: (cancel) => cancel() });
    expect(answer).toMatchObject({ reason: 'cancelled' });
    const late = transport.get('/api/v1/me', { headers: [], timeoutMs: 1000, onStart: (cancel) => void setImmediate(cancel) });
    expect(await late).toBeInstanceOf(NoAnswer);
    await transport.close();
    expect(upstream.calls.length).toBeLessThanOrEqual(1);
  });
});

describe('a call', () => {
  it('is not begun when there is no time for it left', async () => {
    const { ask, workspace } = createWorkspace(upstream.url);
    expect([await ask({ timeoutMs: 40 }), upstream.calls.length]).toEqual(['UPSTREAM_TIMEOUT', 0]);
    await workspace.close();
  });

  it('is not made when the workspace was found to be down while it waited', async () => {
    const { ask, workspace, request } = createWorkspace(upstream.url, { attempts: 1 });
    for (let call = 0; call < 18; call += 1) expect(await ask({ as: callerNamed(`user${call}`) })).toBe('ok');
    upstream.fail('status', { status: 503 });
    const client = request({ as: callerNamed('user0') });
    for (let call = 0; call < 12; call += 1) await ask({ as: callerNamed('user1') });
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => outcomeOf(countersOf(client, `room${index}`))));
    expect(new Set(outcomes)).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
    expect(upstream.calls.length).toBeLessThan(18 + 12 + 20);
    expect(workspace.breakerState).toBe('open');
    await workspace.close();
  });

  it('carries the end user’s address where that is forwarded', async () => {
    const { workspace } = createWorkspace(upstream.url);
    const client = new UpstreamClient(workspace, { userId: alice.id, authToken: alice.token, address: '192.0.2.7' }, Date.now() + 5000);
    await client.get('me');
    expect(upstream.calls[0]?.headers.get('x-real-ip')).toBe('192.0.2.7');
    expect([client.budget, client.allows('me', 1)]).toEqual([[], true]);
    await workspace.close();
  });

  it('is made again on its own connection when the kept ones are stale, also for a room whose id ends with the caller’s', async () => {
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

  it('of a list without a total, and for a room that turns out to be a user’s, is refused', async () => {
    const { workspace, request } = createWorkspace(upstream.url);
    const messages = () => dmMessages(request(), { roomId: 'room1', offset: 0, count: 3, sort: { ts: -1 } });
    for (const total of ['3', -1, 1.5, 2 ** 40, undefined]) {
      upstream.fail('changed', { change: (body) => ({ ...body, total }), times: 1 });
      await expect(messages()).rejects.toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE' });
    }
    upstream.fail('changed', { change: (body) => ({ ...body, messages: [tinyMessage(alice.id, 'another', 1)] }), times: 1 });
    await expect(messages()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    upstream.fail('changed', { change: (body) => ({ ...body, messages: [], total: 0 }), times: 1 });
    await expect(messages()).resolves.toEqual({ rows: [], total: 0 });
    await workspace.close();
  });
});

describe('a connection that cannot be made', () => {
  it('is told apart: nothing was sent, so even what may not be made twice is tried again', async () => {
    const { workspace, request } = createWorkspace(upstream.url, { attempts: 2 });
    await upstream.down();
    const client = request();
    await expect(client.get('dm.messages', { roomId: 'group000000000000' })).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', detail: 'ECONNREFUSED' });
    expect(client.retries).toBe(1);
    await upstream.up();
    await workspace.close();
  });

  it('for a host that does not exist, or after the workspace was closed, is not tried again', async () => {
    const { workspace, request } = createWorkspace(upstream.url);
    await workspace.close();
    const client = request();
    await expect(countersOf(client)).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', detail: 'UND_ERR_DESTROYED' });
    expect(client.retries).toBe(0);
  });

  it('because nobody takes it ends by the call’s own time', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket));
    await new Promise<void>((resolve) => { silent.listen(0, '127.0.0.1', resolve); });
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const { ask, workspace } = createWorkspace(`http://127.0.0.1:${port}/chat/`, { timeoutMs: 100 });
    expect(await ask()).toBe('UPSTREAM_TIMEOUT');
    await workspace.close();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
});
