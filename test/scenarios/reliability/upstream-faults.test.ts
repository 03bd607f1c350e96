import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestGateway, type GatewayBefore } from '../../support/gateway.ts';
import type { FaultName } from '../../support/faults.ts';
import { startFaultUpstream, type FaultRule, type FaultUpstream } from '../../support/fault-upstream.ts';
import { alice, bob } from '../../support/tiny-workspace.ts';

/** The caller's own one-to-one room, and a room of three, whose id could as well be a user's. */
const room = `${alice.id}${bob.id}`;
const groupRoom = 'group000000000000';
const counters = `{ directMessage(id: "${room}") { counters { joined memberCount } } }`;
const messages = `{ directMessage(id: "${room}") { messages(first: 3) { totalCount nodes { text } } } }`;
const groupMessages = messages.replace(room, groupRoom);
const both = `{ directMessage(id: "${room}") { counters { joined memberCount } messages(first: 3) { totalCount nodes { text } } } }`;

const countersAt = 'directMessage.counters';
const messagesAt = 'directMessage.messages';
const goodCounters = { directMessage: { counters: { joined: true, memberCount: 2 } } };
const goodMessages = {
  directMessage: {
    messages: { totalCount: 3, nodes: [3, 2, 1].map((index) => ({ text: `for:${alice.id} héllo 😀 ${index}` })) },
  },
};

let gateway: GatewayBefore<FaultUpstream>;

/** A gateway whose calls take 400 ms at most and whose requests take 2 s, unless said otherwise. */
async function start(env: Record<string, string> = {}): Promise<GatewayBefore<FaultUpstream>> {
  gateway = await startTestGateway({
    upstream: await startFaultUpstream(),
    env: { UPSTREAM_TIMEOUT_MS: '400', REQUEST_TIMEOUT_MS: '2000', ...env },
  });
  return gateway;
}

async function startWith(
  name: FaultName,
  rule: FaultRule = {},
  env: Record<string, string> = {},
): Promise<GatewayBefore<FaultUpstream>> {
  await start(env);
  gateway.upstream.fail(name, rule);
  return gateway;
}

/** After a fault the next call is as good as ever. */
async function expectHealthy(): Promise<void> {
  gateway.upstream.heal();
  expect((await gateway.ask(counters)).data).toEqual(goodCounters);
}

afterEach(async () => {
  await gateway.close();
});

/** Waits until something is so; the test ends by its own time-out when it never is. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

describe('Connection failures', () => {
  it('U01: a workspace that is down is UPSTREAM_UNAVAILABLE immediately, and fields without a call are answered', async () => {
    const { upstream, ask } = await start({ UPSTREAM_TIMEOUT_MS: '20000', REQUEST_TIMEOUT_MS: '20000' });
    await upstream.down();
    const answer = await ask(counters);
    expect(answer).toMatchObject({
      status: 200,
      codes: { [countersAt]: 'UPSTREAM_UNAVAILABLE' },
      data: { directMessage: { counters: null } },
    });
    expect(answer.ms).toBeLessThan(10_000); // not when its time is up
    expect((await ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
    await upstream.up();
    await expectHealthy();
  });

  it('U02: one connection reset is retried, and the report counts the retry', async () => {
    const { upstream, ask } = await startWith('reset-before-response', { times: 1 });
    const answer = await ask(counters, { headers: { 'x-upstream-report': '1' } });
    expect([answer.data, upstream.calls.length]).toEqual([goodCounters, 2]);
    expect(answer.extensions).toEqual({ upstream: expect.objectContaining({ calls: 1, retries: 1 }) });
  });

  it('U03: repeated connection resets are UPSTREAM_UNAVAILABLE after two attempts', async () => {
    const { upstream, ask } = await startWith('reset-before-response');
    expect([(await ask(counters)).codes, upstream.calls.length]).toEqual([{ [countersAt]: 'UPSTREAM_UNAVAILABLE' }, 2]);
    await expectHealthy();
  });

  it('U03: with four attempts, three connection resets in a row are recovered', async () => {
    const { upstream, ask } = await startWith('reset-before-response', { times: 3 }, { UPSTREAM_ATTEMPTS: '4' });
    expect([(await ask(counters)).data, upstream.calls.length]).toEqual([goodCounters, 4]);
  });

  it('U03: a call that could create a room waits until the room is known, and is then retried like any other', async () => {
    const { upstream, ask } = await startWith('reset-before-response');
    const made = () => upstream.calls.map(({ endpoint }) => endpoint);
    const failed = { [messagesAt]: 'UPSTREAM_UNAVAILABLE' };
    expect([(await ask(groupMessages)).codes, made()]).toEqual([failed, ['rooms.info', 'rooms.info']]);
    upstream.heal();
    upstream.fail('reset-before-response', { endpoint: 'dm.messages' });
    expect([(await ask(groupMessages)).codes, made()]).toEqual([failed, ['rooms.info', 'dm.messages', 'dm.messages']]);
  });

  it('U04: a stale keep-alive connection is replaced without an error', async () => {
    const { upstream, ask } = await startWith('stale-on-reuse');
    for (let round = 0; round < 4; round += 1) expect((await ask(counters)).data).toEqual(goodCounters);
    const used = upstream.calls.map(({ connection }) => connection);
    // Every second call finds its connection closed, and is made again on a new one.
    expect(used).toEqual([1, 1, 2, 2, 3, 3, 4]);
    expect((await ask(messages)).data).toEqual(goodMessages);
  });

  it('U05: a workspace that closes idle connections causes no error', { timeout: 60_000 }, async () => {
    const { upstream, ask } = await start();
    upstream.closeIdleAfter(100);
    // Twenty streams of ten calls each, at the moment at which the connection is about to be closed.
    const stream = async (index: number) => {
      const answers = [];
      for (let round = 0; round < 10; round += 1) {
        answers.push((await ask(counters, { as: alice })).data);
        await sleep(90 + ((index * 7 + round * 3) % 21));
      }
      return answers;
    };
    const streams = await Promise.all(Array.from({ length: 20 }, (_, index) => stream(index)));
    expect(streams.flat().filter((data) => JSON.stringify(data) !== JSON.stringify(goodCounters))).toEqual([]);
  });
});

describe('Timeouts', () => {
  it.each<[string, FaultName, FaultRule]>([
    ['U06', 'never', {}],
    ['U07', 'slow-headers', { ms: 1200 }],
    ['U08', 'trickle-headers', { ms: 100 }],
    ['U09', 'slow-body', { ms: 100 }],
    ['U10', 'stall-body', {}],
  ])(
    '%s: `%s` is UPSTREAM_TIMEOUT after the attempt’s time limit, without a retry, and closes its connection',
    async (_id, name, rule) => {
      const { upstream, ask } = await startWith(name, rule, { REQUEST_TIMEOUT_MS: '20000' });
      const answer = await ask(counters);
      expect(answer).toMatchObject({ status: 200, codes: { [countersAt]: 'UPSTREAM_TIMEOUT' } });
      expect(answer.ms).toBeGreaterThan(390);
      expect(answer.ms).toBeLessThan(10_000);
      expect(upstream.calls).toHaveLength(1);
      await until(() => upstream.openConnections === 0);
      await expectHealthy();
    },
  );

  it('U09: a request ends at its deadline with the data that it has', async () => {
    const { ask } = await startWith(
      'slow-body',
      { ms: 100, endpoint: 'dm.messages' },
      { UPSTREAM_TIMEOUT_MS: '20000', REQUEST_TIMEOUT_MS: '600' },
    );
    const answer = await ask(both);
    expect(answer).toMatchObject({ status: 200, codes: { [messagesAt]: 'UPSTREAM_TIMEOUT' } });
    expect(answer.data).toEqual({ directMessage: { ...goodCounters.directMessage, messages: null } });
    expect(answer.ms).toBeLessThan(10_000);
  });

  it.each([
    ['300', 250, 1400],
    ['1', 90, 1400],
    ['99999', 1450, 10_000],
    ['soon', 1450, 10_000],
    ['-5', 1450, 10_000],
  ])('U09: X-Request-Timeout-Ms: %s shortens the deadline, within bounds', async (header, least, most) => {
    const { ask } = await startWith('never', {}, { UPSTREAM_TIMEOUT_MS: '20000', REQUEST_TIMEOUT_MS: '1500' });
    const answer = await ask(counters, { headers: { 'x-request-timeout-ms': header } });
    expect(answer).toMatchObject({ status: 200, codes: { [countersAt]: 'UPSTREAM_TIMEOUT' } });
    expect(answer.ms).toBeGreaterThan(least);
    expect(answer.ms).toBeLessThan(most);
  });

  it('L05: a client that disconnects cancels its upstream calls', async () => {
    const { upstream, ask } = await startWith(
      'never',
      {},
      { UPSTREAM_TIMEOUT_MS: '20000', REQUEST_TIMEOUT_MS: '20000' },
    );
    const left = new AbortController();
    const answer = ask(both, { signal: left.signal }).catch(() => 'left');
    await until(() => upstream.calls.length === 2);
    const leftAt = Date.now();
    left.abort();
    expect(await answer).toBe('left');
    await until(() => upstream.openConnections === 0);
    for (const { closedAt } of upstream.calls) expect((closedAt ?? Infinity) - leftAt).toBeLessThan(200);
    expect(gateway.logs).toMatchObject([{ codes: { CLIENT_CLOSED_REQUEST: 2 }, unexpected: [] }]);
    await expectHealthy();
  });
});

describe('Truncated responses', () => {
  it.each<FaultName>(['reset-mid-body', 'close-mid-body', 'chunked-truncated'])(
    'U11: `%s` is tried once more, then UPSTREAM_UNAVAILABLE, and never a part of a list',
    async (name) => {
      const { upstream, ask } = await startWith(name);
      const answer = await ask(messages);
      expect([answer.codes, answer.data, upstream.calls.length]).toEqual([
        { [messagesAt]: 'UPSTREAM_UNAVAILABLE' },
        { directMessage: { messages: null } },
        2,
      ]);
      upstream.heal();
      upstream.fail(name, { times: 1 });
      expect([(await ask(messages)).data, upstream.calls.length]).toEqual([goodMessages, 2]);
    },
  );

  it('U12: truncated JSON is UPSTREAM_BAD_RESPONSE without a retry', async () => {
    const { upstream, ask } = await startWith('truncated-json');
    expect([(await ask(counters)).codes, upstream.calls.length]).toEqual([
      { [countersAt]: 'UPSTREAM_BAD_RESPONSE' },
      1,
    ]);
    await expectHealthy();
  });
});

describe('Unexpected responses', () => {
  it.each<FaultName>(['html-200', 'html-as-json', 'empty-200', '204'])(
    'U13: `%s` is UPSTREAM_BAD_RESPONSE, not tried again',
    async (name) => {
      const { upstream, ask } = await startWith(name);
      expect([(await ask(counters)).codes, upstream.calls.length]).toEqual([
        { [countersAt]: 'UPSTREAM_BAD_RESPONSE' },
        1,
      ]);
      await expectHealthy();
    },
  );

  it('U14: a proxy’s HTML page with 502 is UPSTREAM_UNAVAILABLE after two attempts', async () => {
    const { upstream, ask } = await startWith('html-502');
    expect([(await ask(counters)).codes, upstream.calls.length]).toEqual([{ [countersAt]: 'UPSTREAM_UNAVAILABLE' }, 2]);
    await expectHealthy();
  });

  it.each<[FaultName, boolean]>([
    ['wrong-content-type', true],
    ['no-content-type', true],
    ['html-content-type', false],
  ])('U15: `%s`: JSON is read with any media type except HTML', async (name, isTaken) => {
    const { ask } = await startWith(name);
    const { data, codes } = await ask(counters);
    expect([data, codes]).toEqual(
      isTaken ? [goodCounters, {}] : [{ directMessage: { counters: null } }, { [countersAt]: 'UPSTREAM_BAD_RESPONSE' }],
    );
  });

  it('U16: 200 with `success: false` is an error, never data', async () => {
    const { upstream, ask } = await startWith('success-false-200');
    expect([(await ask(messages)).codes, upstream.calls.length]).toEqual([
      { [messagesAt]: 'UPSTREAM_BAD_RESPONSE' },
      1,
    ]);
  });

  it('U17: a missing list is UPSTREAM_BAD_RESPONSE, not an empty one', async () => {
    const { ask } = await startWith('changed', { change: ({ total, success }) => ({ total, success }) });
    expect(await ask(messages)).toMatchObject({
      codes: { [messagesAt]: 'UPSTREAM_BAD_RESPONSE' },
      data: { directMessage: { messages: null } },
    });
  });

  it('U18: null items are left out and counted in the log, and the rest is kept', async () => {
    const change = (body: Record<string, unknown>) => ({
      ...body,
      messages: [null, ...(body['messages'] as unknown[]).slice(1)],
    });
    const { ask, logs } = await startWith('changed', { change });
    const before = logs.length;
    const { data, codes } = await ask(messages);
    expect(codes).toEqual({});
    expect(data).toEqual({
      directMessage: { messages: { totalCount: 3, nodes: goodMessages.directMessage.messages.nodes.slice(1) } },
    });
    expect(gateway.logs.slice(before)).toMatchObject([{ droppedRows: 1 }]);
  });

  it('U19: message fields with wrong types are null where the schema allows it', async () => {
    const wrong = { odd: [1] };
    const change = (body: Record<string, unknown>) => {
      const rows = (body['messages'] as Record<string, unknown>[]).map(({ _id, rid, ts, u }) => ({
        _id,
        rid,
        ts,
        u: { ...(u as object), username: 7, name: [] },
        msg: wrong,
        md: 'text',
        urls: 'x',
        mentions: { a: 1 },
        reactions: [1],
        tmid: 5,
        tcount: 'many',
        attachments: 'none',
        editedAt: 12,
        editedBy: 'me',
        starred: { a: 1 },
        files: 7,
        pinned: 'yes',
        t: 9,
        location: 3,
        _updatedAt: 0,
      }));
      return { ...body, messages: rows };
    };
    const { ask } = await startWith('changed', { change });
    const { data, errors } = await ask(`{ directMessage(id: "${room}") { messages(first: 3) { nodes {
      text systemType sentAt updatedAt editedAt editedBy { userId } author { username name } markup { plainText nodes { text } } urls { url } mentions { userId }
      reactions { emoji } attachments { title } files { id } thread { replyCount } threadRootId isPinned isStarred } } } }`);
    expect(JSON.stringify(data)).not.toContain('[object');
    expect((errors ?? []).map(({ extensions }) => extensions['code'])).not.toContain('INTERNAL_SERVER_ERROR');
    expect(data).toMatchObject({
      directMessage: {
        messages: { nodes: expect.arrayContaining([expect.objectContaining({ threadRootId: null, thread: null })]) },
      },
    });
  });

  it('U19: fields of counters and rooms with wrong types are null', async () => {
    const oddRoom = {
      usernames: 'x',
      uids: 4,
      usersCount: '2',
      msgs: [],
      topic: 7,
      ts: 'yesterday',
      lm: 5,
      lastMessage: 'x',
      ro: 'no',
      sysMes: 3,
    };
    const change = (body: Record<string, unknown>) =>
      'ims' in body
        ? { ...body, ims: (body['ims'] as object[]).map((row) => ({ ...row, ...oddRoom })) }
        : { ...body, members: 'two', latest: 5, unreadsFrom: {}, msgs: 1.5 };
    const { ask } = await startWith('changed', { change });
    const { data, errors } =
      await ask(`{ directMessages { nodes { kind usernames userIds memberCount topic createdAt lastMessage { id } isReadOnly showsSystemMessages }
      } directMessage(id: "${room}") { counters { joined memberCount messageCount } } }`);
    expect(errors).toBeUndefined();
    const nothing = {
      kind: null,
      usernames: null,
      userIds: null,
      memberCount: null,
      topic: null,
      createdAt: null,
      lastMessage: null,
      isReadOnly: null,
      showsSystemMessages: null,
    };
    expect(data).toEqual({
      directMessages: { nodes: [nothing, nothing, nothing] },
      directMessage: { counters: { joined: true, memberCount: null, messageCount: null } },
    });
  });
});

describe('Rejected calls', () => {
  const refusalOf = (errorType: string) => ({
    success: false,
    error: `UPSTREAM-INTERNAL-7f3a [${errorType}]`,
    errorType,
  });

  it.each([
    ['invalid-params', 'BAD_USER_INPUT'],
    ['error-invalid-params', 'BAD_USER_INPUT'],
    ['invalid-channel', 'NOT_FOUND'],
    ['error-room-not-found', 'NOT_FOUND'],
  ])('U20: 400 `%s` is %s without a retry', async (errorType, code) => {
    const { upstream, ask } = await startWith('status', {
      status: 400,
      body: refusalOf(errorType),
      endpoint: 'dm.messages',
    });
    const answer = await ask(both);
    expect([answer.codes, upstream.calls.filter(({ endpoint }) => endpoint === 'dm.messages').length]).toEqual([
      { [messagesAt]: code },
      1,
    ]);
    expect(answer.data).toEqual({ directMessage: { ...goodCounters.directMessage, messages: null } });
  });

  it('U21: 401 stops all calls of the request except those under way', async () => {
    const { upstream, ask } = await startWith('status', { status: 401 });
    const rooms = Array.from(
      { length: 30 },
      (_, index) => `r${index}: directMessage(id: "${room}${index}") { messages { totalCount } }`,
    );
    const { codes } = await ask(`{ ${rooms.join(' ')} }`);
    expect(new Set(Object.values(codes))).toEqual(new Set(['UNAUTHENTICATED']));
    expect(Object.keys(codes)).toHaveLength(30);
    expect(upstream.calls.length).toBeLessThanOrEqual(8);
  });

  it('U22: 403 for one room of three affects only that room', async () => {
    const idOf = (n: number) => `${alice.id}${String(n).padStart(17, '0')}`;
    const { ask } = await startWith('status', { status: 403, roomId: idOf(2) });
    const { data, codes } = await ask(
      `{ ${[1, 2, 3].map((n) => `r${n}: directMessage(id: "${idOf(n)}") { messages { totalCount } }`).join(' ')} }`,
    );
    expect(codes).toEqual({ 'r2.messages': 'FORBIDDEN' });
    expect(data).toEqual({
      r1: { messages: { totalCount: 3 } },
      r2: { messages: null },
      r3: { messages: { totalCount: 3 } },
    });
  });

  it('U23: a missing endpoint has its own error and leaves others intact', async () => {
    const { upstream, ask } = await startWith('status', {
      status: 404,
      body: { success: false, error: 'API endpoint not found' },
      endpoint: 'users.info',
    });
    const { data, errors } = await ask(`{ user(id: "u1") { name } ${counters.slice(2)}`);
    expect(errors).toMatchObject([
      {
        path: ['user'],
        extensions: { code: 'UPSTREAM_BAD_RESPONSE' },
        message: expect.stringContaining('has no endpoint users.info'),
      },
    ]);
    expect([data, upstream.calls.length]).toEqual([{ user: null, ...goodCounters }, 2]);
  });

  it('L2: without a receipts endpoint, receipts are unavailable, which is no error and takes one call', async () => {
    const { upstream, ask } = await startWith('status', {
      status: 404,
      body: { success: false, error: 'API endpoint not found' },
      endpoint: 'chat.getMessageReadReceipts',
    });
    const { data, codes } = await ask(
      `{ directMessage(id: "${room}") { messages(first: 3) { nodes { readReceipts { isAvailable totalCount } } } } }`,
    );
    const none = { readReceipts: { isAvailable: false, totalCount: 0 } };
    expect([data, codes]).toEqual([{ directMessage: { messages: { nodes: [none, none, none] } } }, {}]);
    expect(upstream.calls.filter(({ endpoint }) => endpoint === 'chat.getMessageReadReceipts')).toHaveLength(1);
  });
});

describe('Rate limits', () => {
  it('U24: a rate limit that resets in 300 ms is waited for once', async () => {
    const { upstream, ask } = await startWith('429-ms', { ms: 300, times: 1 });
    const answer = await ask(messages);
    expect([answer.codes, upstream.calls.length]).toEqual([{}, 2]);
    const [first, second] = upstream.calls;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(290);
  });

  it('U25: a rate limit that resets in 30 s is RATE_LIMITED immediately, and for the next request without a call', async () => {
    const { upstream, ask } = await startWith('429-ms', { ms: 30_000 });
    const [first, second] = [await ask(counters), await ask(counters)];
    expect(first.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 30 } }]);
    expect(second.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect(first.ms + second.ms).toBeLessThan(20_000);
    expect(upstream.calls).toHaveLength(1);
  });

  it.each<[string, FaultName]>([
    ['U26', '429-none'],
    ['U26', '429-past'],
    ['U27', '429-legacy400'],
  ])('%s: a rate limit without a reset time is RATE_LIMITED for a second: `%s`', async (_id, name) => {
    const { upstream, ask } = await startWith(name);
    const answers = await Promise.all([ask(counters), ask(counters), ask(counters)]);
    for (const { errors } of answers)
      expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 1 } }]);
    expect(upstream.calls.length).toBeLessThanOrEqual(3); // none twice
  });
});

describe('Server errors', () => {
  it('U28: 500 is UPSTREAM_UNAVAILABLE without a retry and never opens the circuit breaker', async () => {
    const { upstream, ask } = await startWith('status', { status: 500 });
    for (let round = 0; round < 25; round += 1)
      expect((await ask(counters)).codes).toEqual({ [countersAt]: 'UPSTREAM_UNAVAILABLE' });
    expect(upstream.calls).toHaveLength(25);
    await expectHealthy();
  });

  it('U29: 503 with `Retry-After: 1` is waited for if the deadline allows', async () => {
    const { upstream, ask } = await startWith(
      'status',
      { status: 503, headers: { 'retry-after': '1' }, times: 1 },
      { REQUEST_TIMEOUT_MS: '5000' },
    );
    expect([(await ask(counters)).data, upstream.calls.length]).toEqual([goodCounters, 2]);
    const [first, second] = upstream.calls;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it.each([
    ['1', '900', 1],
    ['3600', '2000', 3600],
    [new Date(Date.now() + 90_000).toUTCString(), '2000', 90],
  ])(
    'U29: 503 with `Retry-After: %s` beyond the deadline of %s ms fails immediately with that hint',
    async (header, timeout, seconds) => {
      const { upstream, ask } = await startWith(
        'status',
        { status: 503, headers: { 'retry-after': header } },
        { REQUEST_TIMEOUT_MS: timeout },
      );
      const { errors } = await ask(counters);
      expect(errors).toMatchObject([
        { extensions: { code: 'UPSTREAM_UNAVAILABLE', retryAfterSeconds: expect.any(Number) } },
      ]);
      const told = Number(errors?.[0]?.extensions['retryAfterSeconds']);
      expect(told).toBeLessThanOrEqual(seconds);
      expect(told).toBeGreaterThan(seconds / 2);
      expect(upstream.calls).toHaveLength(1);
    },
  );

  it.each(['Wed, 21 Oct 2015 07:28:00 GMT', '-5', 'Wed, 99 Foo 2015 07:28:00 GMT'])(
    'U29: 503 with `Retry-After: %s` is tried again as without it',
    async (header) => {
      const { upstream, ask } = await startWith('status', {
        status: 503,
        headers: { 'retry-after': header },
        times: 1,
      });
      expect([(await ask(counters)).data, upstream.calls.length]).toEqual([goodCounters, 2]);
    },
  );

  it('U30: after 503 and 502 there is no third attempt', async () => {
    const { upstream, ask } = await startWith('status', { status: 502, times: 1 });
    upstream.fail('status', { status: 503, times: 1 });
    expect([(await ask(counters)).codes, upstream.calls.length]).toEqual([{ [countersAt]: 'UPSTREAM_UNAVAILABLE' }, 2]);
    expect((await ask(counters)).data).toEqual(goodCounters);
  });

  it.each([301, 302, 303, 307, 308])(
    'U31: a redirect (%i) is not followed: nothing arrives where it points',
    async (status) => {
      const elsewhere = await startFaultUpstream();
      const { upstream, ask } = await startWith('redirect', {
        status,
        location: `${elsewhere.url}/api/v1/im.counters`,
      });
      expect([(await ask(counters)).codes, upstream.calls.length, elsewhere.connections]).toEqual([
        { [countersAt]: 'UPSTREAM_BAD_RESPONSE' },
        1,
        0,
      ]);
      await elsewhere.close();
    },
  );

  it('U32: a redirect to itself is not followed', async () => {
    const { upstream, ask } = await startWith('redirect', { location: '/api/v1/im.counters' });
    expect([(await ask(counters)).codes, upstream.calls.length]).toEqual([
      { [countersAt]: 'UPSTREAM_BAD_RESPONSE' },
      1,
    ]);
  });

  it('U41: a failed field is null with an error at its path, and the rest is returned', async () => {
    const { ask } = await startWith('status', { status: 500, endpoint: 'dm.messages' });
    const { data, codes, status } = await ask(both);
    expect([status, data, codes]).toEqual([
      200,
      { directMessage: { ...goodCounters.directMessage, messages: null } },
      { [messagesAt]: 'UPSTREAM_UNAVAILABLE' },
    ]);
  });
});
