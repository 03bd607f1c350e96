import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import type { EndpointResponse } from '../../src/upstream/endpoint-response.ts';
import { RequestCall, type ResponseReader } from '../../src/upstream/request-call.ts';
import { RequestUpstream } from '../../src/upstream/request-upstream.ts';
import type { UpstreamRefusal } from '../../src/upstream/transport/response.ts';
import { startFaultUpstream, type FaultUpstream } from '../support/fault-upstream.ts';
import { alice, bob } from '../support/tiny-workspace.ts';
import { createWorkspace, outcomeOf } from '../support/workspace.ts';

let upstream: FaultUpstream;

beforeEach(async () => {
  upstream = await startFaultUpstream();
});

afterEach(async () => {
  await upstream.close();
});

/** The calls of one request. */
const open = (...[options]: [Parameters<typeof createWorkspace>[1]?]) => {
  const { workspace, request } = createWorkspace(upstream.url, options);
  return { workspace, client: request() };
};

describe('RequestUpstream', () => {
  it('counts calls by endpoint, each once however often it was retried', async () => {
    const { client, workspace } = open();
    await client.get('me');
    await client.get('im.counters', { roomId: 'a' });
    upstream.fail('status', { status: 503, times: 1 });
    await client.get('im.counters', { roomId: 'b' });
    expect([[...client.calls], client.retries, client.sharedCalls]).toEqual([
      [
        ['me', 1],
        ['im.counters', 2],
      ],
      1,
      0,
    ]);
    await workspace.close();
  });

  it('sends parameters as they are, and leaves out undefined ones', async () => {
    const { client, workspace } = open();
    await client.get('im.counters', { roomId: 'a&b=c d', userId: undefined, count: 5 });
    expect([...(upstream.calls[0]?.query ?? [])]).toEqual([
      ['roomId', 'a&b=c d'],
      ['count', '5'],
    ]);
    await client.get('me');
    expect([...(upstream.calls[1]?.query ?? [])]).toEqual([]);
    await workspace.close();
  });

  it('joins equal calls of the caller’s other requests when sharing is on, and counts them separately', async () => {
    const { workspace, request } = createWorkspace(upstream.url, { sharesInFlight: true });
    upstream.fail('slow-headers', { ms: 40 });
    const [one, other, different] = [request(), request(), request({ as: bob })];
    await Promise.all([one.get('me'), other.get('me'), different.get('me')]);
    expect([one, other, different].map(({ calls, sharedCalls }) => [calls.get('me'), sharedCalls])).toEqual([
      [1, 0],
      [undefined, 1],
      [1, 0],
    ]);
    expect(upstream.calls).toHaveLength(2);
    await workspace.close();
  });
});

describe('what a reader makes of a call', () => {
  const idOf: ResponseReader<unknown> = { read: ({ body }) => body['_id'] };

  it('is what the call comes to', async () => {
    const { client, workspace } = open();
    expect(await client.get('me', {}, idOf)).toBe(alice.id);
    upstream.fail('status', { status: 400, body: { success: false, errorType: 'error-invalid-message' } });
    const refused = vi.fn(({ errorType }: UpstreamRefusal) => errorType);
    expect(await client.get('chat.getMessage', {}, { ...idOf, refused })).toBe('error-invalid-message');
    await expect(client.get('chat.getMessage', {}, idOf)).rejects.toMatchObject({ errorType: 'error-invalid-message' });
    expect(refused).toHaveBeenCalledOnce();
    await workspace.close();
  });

  it('is no refusal where the workspace said nothing, nor where the response cannot be read', async () => {
    const { client, workspace } = open();
    const read = (response: EndpointResponse) => {
      throw response.unusable('no `room`');
    };
    const refused = vi.fn();
    expect(await outcomeOf(client.get('me', {}, { read, refused }))).toBe('UPSTREAM_BAD_RESPONSE');
    upstream.fail('reset-before-response');
    expect(await outcomeOf(client.get('me', {}, { ...idOf, refused }))).toBe('UPSTREAM_UNAVAILABLE');
    expect(refused).not.toHaveBeenCalled();
    await workspace.close();
  });

  it('counts no more once the request is over', async () => {
    const { client, workspace } = open();
    const reason = new GatewayError('UPSTREAM_TIMEOUT', 'The time is up.');
    upstream.fail('status', { status: 400, body: { success: false } });
    const refused = vi.fn(() => {
      throw new Error('asked too late');
    });
    const call = client.get('me', {}, { ...idOf, refused });
    client.stop(reason);
    await expect(call).rejects.toBe(reason);
    expect(refused).not.toHaveBeenCalled();
    await workspace.close();
  });

  it('leaves nothing to stop behind, and no slot taken, whatever it does', async () => {
    const { client, workspace } = open();
    const readers: ResponseReader<unknown>[] = [
      idOf,
      {
        read() {
          throw new Error('unreadable');
        },
      },
    ];
    for (let count = 0; count < 80; count += 1) await outcomeOf(client.get('me', {}, readers[count % 2] ?? idOf));
    expect([workspace.inFlight, upstream.calls.length]).toEqual([0, 80]);
    const cancelled = vi.spyOn(RequestCall.prototype, 'cancel');
    client.stop(new GatewayError('UPSTREAM_TIMEOUT', 'The time is up.'));
    expect(cancelled).not.toHaveBeenCalled();
    cancelled.mockRestore();
    await workspace.close();
  });
});

describe('a call that waits for a slot of its request, where requests share calls', () => {
  const waiting = (index: number) => ({ roomId: `room${index}` });

  /** Sixteen of one request's calls are out, and hang; more of them wait for a slot. */
  async function crowd(others: number) {
    const { workspace, request } = createWorkspace(upstream.url, { sharesInFlight: true });
    const first = request();
    for (const endpoint of ['im.counters', 'im.list'] as const) await first.get(endpoint, {});
    upstream.calls.length = 0;
    upstream.fail('never', { endpoint: 'im.counters', times: 16 });
    const calls = Array.from({ length: 16 + others }, (_, index) =>
      outcomeOf(first.get('im.counters', waiting(index))),
    );
    await vi.waitUntil(() => upstream.calls.length === 16);
    return { workspace, first, request, calls };
  }

  it('is joined by no other request', async () => {
    const { workspace, first, request, calls } = await crowd(4);
    const other = request();
    expect(await outcomeOf(other.get('im.counters', waiting(19)))).toBe('ok');
    expect([other.sharedCalls, other.calls.get('im.counters'), upstream.calls.length]).toEqual([0, 1, 17]);
    first.stop(new GatewayError('UPSTREAM_TIMEOUT', 'The time is up.'));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['UPSTREAM_TIMEOUT']));
    await workspace.close();
  });

  it('joins what is in flight when it has one, and goes out under nobody’s name once its request is over', async () => {
    const { workspace, first, request, calls } = await crowd(4);
    const other = request();
    const joined = outcomeOf(other.get('im.counters', waiting(0)));
    first.stop(new GatewayError('UPSTREAM_TIMEOUT', 'The time is up.'));
    await Promise.all(calls);
    expect([other.sharedCalls, upstream.calls.length, first.calls.get('im.counters')]).toEqual([1, 16, 17]);
    other.stop(new GatewayError('UPSTREAM_TIMEOUT', 'The time is up.'));
    expect([await joined, workspace.inFlight]).toEqual(['UPSTREAM_TIMEOUT', 0]);
    await workspace.close();
  });
});

describe('a call of a room that becomes known while it waits', () => {
  it('may be made twice', async () => {
    const { client, workspace } = open({ random: () => 0 });
    const roomId = 'a room of its own';
    const params = { roomId };
    for (const endpoint of ['im.counters', 'im.members'] as const) await outcomeOf(client.get(endpoint, params));
    upstream.calls.length = 0;
    upstream.fail('slow-headers', { ms: 20 });
    const calls = Array.from({ length: 40 }, () => outcomeOf(client.get('im.members', params)));
    client.rooms.add(roomId);
    upstream.fail('status', { status: 503, times: 1 });
    expect([new Set(await Promise.all(calls)), client.retries]).toEqual([new Set(['ok']), 1]);
    await workspace.close();
  });
});

describe('many calls of one request', () => {
  it('G18: run at most half as many at a time as their caller may, and do not hold up other endpoints when they hang', async () => {
    const { client, workspace } = open();
    // So that no call goes out as a scout.
    for (const endpoint of ['im.counters', 'im.list'] as const) await client.get(endpoint, {});
    upstream.calls.length = 0;
    upstream.fail('never', { endpoint: 'im.counters' });
    const hung = Array.from({ length: 40 }, (_, index) =>
      outcomeOf(client.get('im.counters', { roomId: `room${index}` })),
    );
    expect(await Promise.all(Array.from({ length: 3 }, () => outcomeOf(client.get('im.list'))))).toEqual([
      'ok',
      'ok',
      'ok',
    ]);
    expect(upstream.calls.filter(({ endpoint }) => endpoint === 'im.counters')).toHaveLength(16);
    client.stop(new GatewayError('UPSTREAM_TIMEOUT', 'The time is up.'));
    expect(new Set(await Promise.all(hung))).toEqual(new Set(['UPSTREAM_TIMEOUT']));
    expect(upstream.calls.filter(({ endpoint }) => endpoint === 'im.counters')).toHaveLength(16);
    await workspace.close();
  });
});

it('Hundreds of calls of one request do not fill the queue before a rate-limit window', async () => {
  const { client, workspace } = open();
  const calls = Array.from({ length: 300 }, (_, index) => client.get('im.counters', { roomId: `room${index}` }));
  expect(new Set(await Promise.all(calls.map(outcomeOf)))).toEqual(new Set(['ok']));
  await workspace.close();
});

describe('M4: the call limit of a request', () => {
  it('refuses calls beyond the limit without sending them', async () => {
    const { client, workspace } = open();
    client.limitCalls(2);
    const calls = ['a', 'b', 'c'].map((roomId) => outcomeOf(client.get('im.counters', { roomId })));
    expect([await Promise.all(calls), upstream.calls.length]).toEqual([['ok', 'ok', 'QUERY_TOO_COMPLEX'], 2]);
    const message = 'This request has used up its upstream calls (me).';
    await expect(client.get('me')).rejects.toMatchObject({ message, detail: 'more calls than its cost allows' });
    expect(upstream.calls).toHaveLength(2);
    await workspace.close();
  });

  it('counts calls that go out, without retries, joined calls and calls that were never sent', async () => {
    const { workspace, request } = createWorkspace(upstream.url, { sharesInFlight: true });
    const [one, other] = [request(), request()];
    one.limitCalls(1);
    other.limitCalls(1);
    upstream.fail('slow-headers', { ms: 40, endpoint: 'me' });
    expect(await Promise.all([outcomeOf(one.get('me')), outcomeOf(other.get('me'))])).toEqual(['ok', 'ok']);
    upstream.fail('status', { status: 503, times: 1, endpoint: 'im.counters' });
    expect(await outcomeOf(other.get('im.counters', { roomId: 'a' }))).toBe('ok');
    expect([other.retries, await outcomeOf(other.get('im.list'))]).toEqual([1, 'QUERY_TOO_COMPLEX']);
    await workspace.close();
  });
});

describe('L1: a failed list', () => {
  it('is remembered for an accepted user, whichever of their tokens they use', async () => {
    const { client, workspace } = open();
    client.listFailed('rooms.get');
    expect([client.answersList('rooms.get'), workspace.failingLists.size]).toEqual([true, 0]);
    await client.get('me');
    client.listFailed('rooms.get');
    expect(['rooms.get', 'subscriptions.get'].map((list) => client.answersList(list as 'rooms.get'))).toEqual([
      false,
      true,
    ]);
    const again = new RequestUpstream(workspace, { userId: alice.id, authToken: 'another token' }, Date.now() + 1000);
    expect(again.answersList('rooms.get')).toBe(true); // not accepted yet
    workspace.acceptedCallers.accept(again.callerKey, alice.id);
    expect(again.answersList('rooms.get')).toBe(false);
    await workspace.close();
  });
});

describe('a request with rejected credentials', () => {
  it('makes no more calls, not even those waiting for their turn', async () => {
    const { client, workspace } = open();
    upstream.fail('status', { status: 401 });
    const outcomes = await Promise.all(Array.from({ length: 9 }, () => outcomeOf(client.get('me'))));
    expect([new Set(outcomes), upstream.calls.length]).toEqual([new Set(['UNAUTHENTICATED']), 4]); // the scouts
    upstream.heal();
    expect([await outcomeOf(client.get('im.list')), upstream.calls.length]).toEqual(['UNAUTHENTICATED', 0]);
    await workspace.close();
  });

  it('goes on after other refusals and failures', async () => {
    const { client, workspace } = open();
    for (const status of [403, 500, 404]) {
      upstream.fail('status', { status, times: 1 });
      expect(await outcomeOf(client.get('me'))).not.toBe('ok');
    }
    expect(await outcomeOf(client.get('me'))).toBe('ok');
    await workspace.close();
  });
});

describe('a stopped request', () => {
  const reason = new GatewayError('UPSTREAM_TIMEOUT', 'The time is up.');

  it(
    'cancels calls in flight, makes no more calls, and fails with the first reason given',
    { timeout: 5000 },
    async () => {
      const { client, workspace } = open({ timeoutMs: 60_000 });
      upstream.fail('never');
      const rejected = expect(client.get('me')).rejects.toBe(reason);
      await vi.waitUntil(() => upstream.calls.length === 1);
      client.stop(reason);
      client.stop(new GatewayError('OVERLOADED', 'Later.'));
      await rejected;
      await expect(client.get('im.list')).rejects.toBe(reason);
      expect([upstream.calls.length, workspace.inFlight]).toEqual([1, 0]);
      await workspace.close();
    },
  );

  it('reports the stop rather than earlier rejected credentials', async () => {
    const { client, workspace } = open();
    upstream.fail('status', { status: 401, times: 1 });
    expect(await outcomeOf(client.get('me'))).toBe('UNAUTHENTICATED');
    client.stop(reason);
    await expect(client.get('me')).rejects.toBe(reason);
    await workspace.close();
  });
});

describe('a call that creates a room when given a user’s name', () => {
  const other = 'x'.repeat(17);

  it.each<[string, string | undefined, boolean]>([
    ['the room of the caller with another', `${alice.id}${other}`, true],
    ['the room of another with the caller', `${other}${alice.id}`, true],
    ['a room that is only near the caller', `${other}${alice.id}${other}`, false],
    ['a room of two others', `${other}${bob.id}`, false],
    ['an id of a user’s length', other, false],
    ['the caller’s own id', alice.id, false],
    ['no room at all', undefined, false],
  ])('is retried only for a known room: %s', async (_name, roomId, isTriedAgain) => {
    for (const endpoint of ['dm.messages', 'dm.history', 'im.members'] as const) {
      const { client, workspace } = open({ random: () => 0 });
      upstream.heal();
      upstream.fail('status', { status: 503, times: 1 });
      await outcomeOf(client.get(endpoint, { roomId }));
      expect([endpoint, upstream.calls.length]).toEqual([endpoint, isTriedAgain ? 2 : 1]);
      await workspace.close();
    }
  });

  it('is no other endpoint’s: those are retried for any room', async () => {
    const { client, workspace } = open({ random: () => 0 });
    upstream.fail('status', { status: 503, times: 1 });
    expect([await outcomeOf(client.get('rooms.info', { roomId: other })), upstream.calls.length]).toEqual(['ok', 2]);
    await workspace.close();
  });
});
