import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Charge } from '../../src/context/outcome.ts';
import type { QueryCost } from '../../src/context/query-cost.ts';
import { RequestContext, type Weight } from '../../src/context/request-context.ts';
import { errorCodes, GatewayError } from '../../src/errors.ts';
import { singly } from '../../src/loaders/bulk-or-single.ts';
import { Workspace } from '../../src/upstream/workspace.ts';
import type { Caller } from '../support/gateway.ts';
import { startFaultUpstream, type FaultUpstream } from '../support/fault-upstream.ts';
import { alice, bob } from '../support/tiny-workspace.ts';
import { outcomeOf } from '../support/workspace.ts';

const mebibyte = 1024 * 1024;
/** For a busy machine. */
const patient = { timeout: 10_000 };

let upstream: FaultUpstream;
let workspace: Workspace;

beforeEach(async () => {
  upstream = await startFaultUpstream();
  workspace = new Workspace({ url: upstream.url, timeoutMs: 10_000, sharesInFlight: true });
});

afterEach(async () => {
  await workspace.close();
  await upstream.close();
});

/** The context of one request. */
const open = (as: Caller | undefined = alice, weight?: Weight) =>
  new RequestContext(workspace, { userId: as.id, authToken: as.token }, Date.now() + 30_000, weight);
const openWithoutCredentials = () => new RequestContext(workspace, undefined, Date.now() + 30_000);

const costOf = (calls: number, ways = singly): QueryCost => ({
  calls,
  spareCalls: 0,
  byEndpoint: {},
  values: 1,
  heaviest: [],
  ways,
  given: [],
});
const inBulk = costOf(2, { ...singly, records: 'bulk', counters: { listed: 'bulk', byId: 'bulk' } });

/** Ids of Alice's rooms. */
const rooms = [1, 2, 3].map((index) => `${alice.id}room${index}`);
const loadRooms = ({ loaders }: RequestContext) => Promise.all(rooms.map((id) => loaders.rooms.load(id)));
const loadCounters = ({ loaders }: RequestContext) =>
  Promise.all(
    rooms.map((roomId) => loaders.counters.load({ roomId, userId: undefined, isSingle: false, record: undefined })),
  );
const listOf = ({ loaders }: RequestContext) =>
  loaders.roomPages.own.load({ offset: 0, count: 3, sort: { lm: -1, _id: -1 }, reading: 0 });
const countsOf = ({ upstreamCalls, sharedCalls, retries, droppedRows }: RequestContext) => ({
  calls: Object.fromEntries(upstreamCalls),
  sharedCalls,
  retries,
  droppedRows,
});

describe('A request without credentials', () => {
  it('reads nothing of the workspace: whatever needs a caller says which headers to send', () => {
    const context = openWithoutCredentials();
    expect(context.isAuthenticated).toBe(false);
    for (const read of [() => context.viewerId, () => context.loaders, () => context.upstreamBudget]) {
      expect(read).toThrow(
        expect.objectContaining({
          message: expect.stringMatching(/`X-User-Id` and `X-Auth-Token`/),
          extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } },
        }),
      );
    }
    expect(upstream.calls).toEqual([]);
  });

  it('is priced as one of a caller of whom nothing is known, may be admitted, and stops', () => {
    const context = openWithoutCredentials();
    expect([context.callerKey, context.isAccepted, countsOf(context)]).toEqual([
      undefined,
      false,
      { calls: {}, sharedCalls: 0, retries: 0, droppedRows: 0 },
    ]);
    expect(context.knowledge.lists).toEqual({ rooms: true, memberships: true });
    expect(context.knowledge.knowsRoom(rooms[0] as string)).toBe(false);
    context.admit(costOf(1), 1, undefined);
    context.stop(new GatewayError('CLIENT_CLOSED_REQUEST', errorCodes.CLIENT_CLOSED_REQUEST.meaning));
    expect(context.outcome.atMost).toBe(1);
  });
});

describe('The caller of a request', () => {
  it('is who the credentials say, known beyond the request by a hash that reveals neither id nor token', () => {
    const [context, again, other] = [open(), open(), open(bob)];
    expect([context.isAuthenticated, context.viewerId, other.viewerId]).toEqual([true, alice.id, bob.id]);
    expect(context.callerKey).toBe(again.callerKey);
    expect(context.callerKey).not.toBe(other.callerKey);
    expect(context.callerKey).not.toBe(open({ ...alice, token: bob.token }).callerKey);
    for (const secret of [alice.id, alice.token]) expect(context.callerKey).not.toContain(secret);
  });

  it('is accepted once the workspace has answered them, in later requests from the start', async () => {
    const context = open();
    expect(context.isAccepted).toBe(false);
    await context.loaders.me();
    expect([context.isAccepted, open().isAccepted, open(bob).isAccepted]).toEqual([true, true, false]);
    const forged = open({ ...alice, token: bob.token });
    expect(await outcomeOf(forged.loaders.me())).toBe('UNAUTHENTICATED');
    expect(forged.isAccepted).toBe(false);
  });

  it('may have a response of more than 256 KiB only once they are accepted', async () => {
    const [stranger, caller] = [open(), open()];
    expect(() => stranger.answerSize.add(1, 300 * 1024)).toThrow(/ 262144 bytes/);
    await caller.loaders.me();
    caller.answerSize.add(5000, 300 * 1024);
    expect(caller.answerSize.refusal).toBeUndefined();
  });

  it('sees the open rate-limit windows that apply to them', async () => {
    const resetAt = Date.now() + 60_000;
    const [context, other] = [open(), open(bob)];
    upstream.fail('status', {
      status: 200,
      endpoint: 'me',
      body: { _id: alice.id, username: 'alice', success: true },
      headers: {
        'x-ratelimit-limit': '10',
        'x-ratelimit-remaining': '7',
        'x-ratelimit-reset': String(resetAt),
      },
    });
    expect(context.upstreamBudget).toEqual([]);
    await context.loaders.me();
    expect(context.upstreamBudget).toMatchObject([{ endpoint: 'me', limit: 10, remaining: 7 }]);
    expect(other.upstreamBudget).toEqual([]); // a stranger learns nothing about anybody's windows
  });
});

describe('What the gateway knows of a caller', () => {
  it.each([
    ['rooms.get', loadRooms, { rooms: false, memberships: true }],
    ['subscriptions.get', loadCounters, { rooms: true, memberships: false }],
  ] as const)(
    'holds that the workspace does not serve them %s: their next operation is priced without it',
    async (endpoint, read, lists) => {
      upstream.fail('status', { endpoint, status: 403, body: { success: false, error: 'unauthorized' } });
      const context = open();
      context.outcome.cost = inBulk;
      context.admit(inBulk, 10, undefined);
      expect(context.knowledge.lists).toEqual({ rooms: true, memberships: true });
      await read(context);
      await expect.poll(() => context.knowledge.lists, patient).toEqual(lists);
      expect(open().knowledge.lists).toEqual(lists);
      await open(bob).loaders.me();
      expect(open(bob).knowledge.lists).toEqual({ rooms: true, memberships: true });
    },
  );

  it('holds which rooms the workspace has named to them, and to nobody else', async () => {
    const [context, other] = [open(), open(bob)];
    const knows = (request: RequestContext) => rooms.map((id) => request.knowledge.knowsRoom(id));
    expect(knows(context)).toEqual([false, false, false]);
    await listOf(context);
    await other.loaders.me();
    expect([knows(context), knows(open()), knows(other)]).toEqual([
      [true, true, true],
      [true, true, true],
      [false, false, false],
    ]);
  });
});

describe('The calls of a request', () => {
  it('are counted for its report: by endpoint, and shared calls, retries and unreadable rows beside', async () => {
    upstream.fail('status', { endpoint: 'me', status: 503, times: 1 });
    upstream.fail('slow-headers', { endpoint: 'rooms.info', ms: 50 });
    upstream.fail('changed', {
      endpoint: 'im.list',
      change: (body) => ({ ...body, ims: [...(body['ims'] as []), 7] }),
    });
    const [context, other] = [open(), open()];
    expect(countsOf(context)).toEqual({ calls: {}, sharedCalls: 0, retries: 0, droppedRows: 0 });
    await context.loaders.me();
    await context.loaders.roomPages.own.load({ offset: 0, count: 4, sort: { _id: 1 }, reading: 0 });
    await Promise.all([other, context].map(({ loaders }) => loaders.rooms.load(rooms[0] as string)));
    expect(countsOf(context)).toEqual({ calls: { me: 1, 'im.list': 1 }, sharedCalls: 1, retries: 1, droppedRows: 1 });
    expect(countsOf(other)).toEqual({ calls: { 'rooms.info': 1 }, sharedCalls: 0, retries: 0, droppedRows: 0 });
  });

  it('are those that its cost has chosen: one for each room, or one list for all of them', async () => {
    const single = open();
    await loadRooms(single);
    expect(countsOf(single).calls).toEqual({ 'rooms.info': 3 });
    const bulk = open();
    bulk.outcome.cost = inBulk;
    await loadRooms(bulk);
    expect(countsOf(bulk).calls).toEqual({ 'rooms.get': 1 });
  });

  it('serve everything in it that reads the same', async () => {
    const context = open();
    await Promise.all([context.loaders.me(), context.loaders.me()]);
    await context.loaders.me();
    expect(countsOf(context).calls).toEqual({ me: 1 });
    const next = open();
    await next.loaders.me();
    expect(countsOf(next).calls).toEqual({ me: 1 });
  });

  it('are no more than it was admitted with, of which searches get those beyond its cost', async () => {
    const context = open();
    context.admit(costOf(2), 3, undefined);
    await context.search.page('a', async (search) => {
      expect([await outcomeOf(search.take()), await outcomeOf(search.take())]).toEqual(['ok', 'QUERY_TOO_COMPLEX']);
    });
    const outcomes = await Promise.all([...rooms, 'another'].map((id) => outcomeOf(context.loaders.rooms.load(id))));
    expect(outcomes.toSorted()).toEqual(['QUERY_TOO_COMPLEX', 'ok', 'ok', 'ok']);
    expect([upstream.calls.length, context.outcome.atMost]).toEqual([3, 3]);
  });

  it('are paid for by the caller’s allowance, if there is one', async () => {
    let taken = 0;
    const charge: Charge = {
      take: (calls) => {
        taken += calls;
        return taken <= 1;
      },
      settle: () => undefined,
    };
    const context = open();
    context.admit(costOf(1), 2, charge);
    expect(context.outcome.charge).toBe(charge);
    const unpaid = open();
    unpaid.admit(costOf(1), 20, charge);
    const search = (request: RequestContext) => request.search.page('a', (search) => outcomeOf(search.take()));
    expect([await search(context), await search(unpaid)]).toEqual(['ok', 'RATE_LIMITED']);
  });
});

describe('A request that stops', () => {
  it('makes no more calls, and gives the reason to whatever waits: for a call, or to search', async () => {
    upstream.fail('never');
    const context = open();
    context.admit(costOf(1), 20, undefined);
    const call = outcomeOf(context.loaders.me());
    const { promise: reading, resolve: endFirst } = Promise.withResolvers<void>();
    const first = context.search.page('a', async (search) => {
      await search.take();
      await reading;
    });
    // Waits for the calls that the first page may still need.
    const second = context.search.page('b', (search) =>
      Promise.all(Array.from({ length: 19 }, () => outcomeOf(search.take()))),
    );
    await expect.poll(() => upstream.calls.length, patient).toBe(1);
    context.stop(new GatewayError('UPSTREAM_TIMEOUT', 'The time is up.'));
    expect(await call).toBe('UPSTREAM_TIMEOUT');
    expect((await second).at(-1)).toBe('UPSTREAM_TIMEOUT');
    endFirst();
    await first;
    expect(await outcomeOf(context.loaders.rooms.load('r'))).toBe('UPSTREAM_TIMEOUT');
    expect(upstream.calls).toHaveLength(1);
  });
});

describe('The memory of a request', () => {
  it('is accounted for while it grows: bytes of the workspace’s responses, and values of the answer', async () => {
    const received: number[] = [];
    const answered: number[] = [];
    const context = open(alice, {
      received: (bytes) => void received.push(bytes),
      answered: (values) => void answered.push(values),
    });
    await listOf(context);
    const afterList = received.at(-1) ?? 0;
    expect(afterList).toBeGreaterThan(500);
    await context.loaders.me();
    expect(received.at(-1)).toBeGreaterThan(afterList);
    context.answerSize.add(5000, 1);
    expect(answered).toEqual([5000]);
  });

  it('ends with 32 MiB of the workspace’s responses: the request is refused, and its calls are cancelled', async () => {
    const padding = 'x'.repeat(7 * mebibyte);
    upstream.fail('changed', {
      endpoint: 'rooms.info',
      change: (body) => ({ ...body, room: { ...(body['room'] as object), topic: padding } }),
    });
    const context = open();
    const load = (id: string) => outcomeOf(context.loaders.rooms.load(id));
    for (const id of ['a', 'b', 'c', 'd']) expect(await load(id)).toBe('ok');
    expect(context.answerSize.refusal).toBeUndefined();
    expect(await load('e')).toBe('QUERY_TOO_COMPLEX');
    expect(context.answerSize.refusal).toMatchObject({
      message: expect.stringMatching(/ exceed 33554432 bytes\. Ask for smaller pages/),
      extensions: { code: 'QUERY_TOO_COMPLEX', http: { status: 400 } },
    });
    expect(await load('f')).toBe('QUERY_TOO_COMPLEX');
    expect(upstream.calls).toHaveLength(5);
  });
});
