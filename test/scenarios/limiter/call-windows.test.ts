import { describe, expect, it } from 'vitest';
import type { DemoOptions } from '../../../src/demo/server.ts';
import { landmarks } from '../../../src/demo/seed.ts';
import { startTestGateway, type GraphqlResult, type TestGateway } from '../../support/gateway.ts';
import { tally } from '../../support/limited-workspace.ts';

/** A workspace with its limiter on: ten calls a minute for each endpoint and address, unless a test says otherwise. */
async function open(demo: DemoOptions = {}, env: Record<string, string> = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({
    demo: { rateLimit: { calls: 10, ms: 60_000 }, ...demo },
    env: { LOG_LEVEL: 'silent', ...env },
  });
  return gateway;
}

const report = { 'x-upstream-report': '1' };
const refusedByUpstream = ({ demo }: TestGateway) => demo.calls.filter(({ status }) => status === 429).length;
const callsOf = ({ demo }: TestGateway, endpoint: string) =>
  demo.calls.filter((call) => call.endpoint === endpoint).length;
const codesOf = ({ errors }: GraphqlResult) => (errors ?? []).map(({ extensions }) => extensions['code']);

/** Rows of the caller's rooms in an answer. */
const roomsOf = ({ data }: GraphqlResult) =>
  (
    data as {
      viewer: {
        directMessages: { nodes: { messages: { nodes: { readReceipts?: unknown }[] } | null; counters?: unknown }[] };
      };
    }
  ).viewer.directMessages.nodes;

const receiptsOf = (ids: readonly string[]) =>
  `{ ${ids.map((id, index) => `m${index}: readReceipts(messageId: "${id}") { totalCount }`).join(' ')} }`;
const messageIds = Object.values(landmarks.messages).filter((id) => id !== landmarks.messages.hidden);

describe('With a workspace’s default rate limit', () => {
  it('at the default limit, a screen of twenty rooms gets the list, all counters and ten rooms’ messages', async () => {
    const gateway = await open();
    const result = await gateway.ask(
      '{ viewer { directMessages(first: 20) { nodes { counters { unreadCount } messages(first: 3) { nodes { id } } } } } }',
      { headers: report },
    );
    const rooms = roomsOf(result);
    expect(rooms.map(({ messages }) => messages !== null)).toEqual([
      ...Array.from({ length: 10 }, () => true),
      ...Array.from({ length: 10 }, () => false),
    ]);
    expect(rooms.every(({ counters }) => counters !== null)).toBe(true);
    expect(result.errors).toHaveLength(10);
    for (const [index, error] of (result.errors ?? []).entries()) {
      expect(error.path).toEqual(['viewer', 'directMessages', 'nodes', 10 + index, 'messages']);
      expect(error.extensions['code']).toBe('RATE_LIMITED');
      expect(error.extensions['retryAfterSeconds']).toBeGreaterThan(0);
      expect(error.extensions['retryAfterSeconds']).toBeLessThanOrEqual(60);
    }
    expect(result.extensions?.['upstream']).toMatchObject({
      calls: 12,
      byEndpoint: { 'dm.messages': 10, 'im.list': 1, 'subscriptions.get': 1 },
    });
    expect(refusedByUpstream(gateway)).toBe(0);
  });

  it('at the default limit, a screen of five rooms with four messages each gets ten receipts, spread over the rooms', async () => {
    const gateway = await open();
    const result = await gateway.ask(
      '{ viewer { directMessages(first: 5) { nodes { counters { unreadCount } messages(first: 4) { nodes { readReceipts { totalCount } } } } } } }',
    );
    const receipts = roomsOf(result).map(({ messages }) =>
      (messages?.nodes ?? []).map(({ readReceipts }) => readReceipts !== null),
    );
    expect(receipts.flat().filter(Boolean)).toHaveLength(10);
    for (const ofRoom of receipts) expect(ofRoom).toEqual(ofRoom.toSorted((a, b) => Number(b) - Number(a)));
    expect(new Set(codesOf(result))).toEqual(new Set(['RATE_LIMITED']));
    expect(refusedByUpstream(gateway)).toBe(0);
  });

  it('an exhausted endpoint does not affect others', async () => {
    const gateway = await open();
    await gateway.ask(receiptsOf(messageIds.slice(0, 11)));
    const result = await gateway.ask(
      `{ directMessage(id: "${landmarks.busyRoomId}") { messages(first: 1) { totalCount } } readReceipts(messageId: "${landmarks.messages.plain}") { totalCount } }`,
    );
    expect(result.data).toMatchObject({ directMessage: { messages: { totalCount: 433 } }, readReceipts: null });
    expect(codesOf(result)).toEqual(['RATE_LIMITED']);
    expect(refusedByUpstream(gateway)).toBe(0);
  });

  it('upstreamBudget reports the same windows', async () => {
    const gateway = await open();
    expect((await gateway.ask('{ upstreamBudget { endpoint } }')).data).toEqual({ upstreamBudget: [] });
    await gateway.ask(receiptsOf(messageIds.slice(0, 3)));
    const { data } = await gateway.ask('{ upstreamBudget { endpoint limit remaining resetAt } }');
    const entry = (endpoint: string, remaining: number) => ({
      endpoint,
      limit: 10,
      remaining,
      resetAt: expect.any(String) as string,
    });
    expect(data).toEqual({ upstreamBudget: [entry('chat.getMessageReadReceipts', 7), entry('rooms.get', 9)] });
    const [window] = (data as { upstreamBudget: { resetAt: string }[] }).upstreamBudget;
    expect(Date.parse(window?.resetAt ?? '')).toBeGreaterThan(Date.now());
  });

  it('an exempt caller has no limit even in an exhausted window, and sees no budget', async () => {
    const gateway = await open();
    await gateway.ask(receiptsOf(messageIds.slice(0, 12)));
    const bot = gateway.demo.world.admin;
    const rooms = await gateway.ask('{ directMessages(first: 30) { nodes { id } } upstreamBudget { endpoint } }', {
      as: bot,
    });
    expect(rooms.errors).toBeUndefined();
    // One call finds out in the window of the others; from then on they have none.
    expect((await gateway.ask(receiptsOf(messageIds.slice(0, 1)), { as: bot })).errors).toMatchObject([
      { extensions: { code: 'NOT_FOUND' } },
    ]);
    const again = await gateway.ask('{ a: directMessages(first: 30) { totalCount } upstreamBudget { endpoint } }', {
      as: bot,
    });
    // Whether they are limited elsewhere is found out there.
    expect(again.data).toMatchObject({ upstreamBudget: [{ endpoint: 'rooms.get' }] });
    const many = Array.from(
      { length: 25 },
      (_, index) => `u${index}: user(id: "${gateway.demo.world.accounts[index]?.id ?? ''}") { name }`,
    );
    expect((await gateway.ask(`{ ${many.join(' ')} }`, { as: bot })).errors).toBeUndefined();
  });

  it('ten concurrent users wanting twenty calls get the ten available, and upstream rejects none', async () => {
    const gateway = await open({ latencyMs: 5 });
    const users = gateway.demo.world.accounts
      .filter(({ active, roles }) => active && !roles.includes('admin') && !roles.includes('bot'))
      .slice(0, 10);
    const rooms = new Map(
      users.map(({ id }) => [
        id,
        gateway.demo.world
          .subscriptionsOf(id)
          .filter(({ t }) => t === 'd')
          .map(({ rid }) => rid),
      ]),
    );
    const asking = users.filter(({ id }) => (rooms.get(id)?.length ?? 0) >= 2);
    const query = `query($one: ID!, $two: ID!) {
      one: directMessage(id: $one) { messages(first: 1) { totalCount } }
      two: directMessage(id: $two) { messages(first: 1) { totalCount } }
    }`;
    const results = await Promise.all(
      asking.map((as) => {
        const [one, two] = rooms.get(as.id) ?? [];
        return gateway.ask(query, { as, variables: { one, two } });
      }),
    );
    const served = results.map(
      ({ data }) =>
        Object.values(data ?? {}).filter((room) => (room as { messages: unknown }).messages !== null).length,
    );
    expect(asking).toHaveLength(10);
    // Later callers may find nothing left; `test/upstream/rate-limit/rate-limits.test.ts` tests the turns with a manual
    // clock.
    expect(served.reduce((sum, count) => sum + count, 0)).toBe(10);
    expect(refusedByUpstream(gateway)).toBe(0);
  });
});

describe('A rate-limit window', () => {
  it('a window that resets before the deadline is waited for, without a rejected call', async () => {
    const gateway = await open({ rateLimit: { calls: 3, ms: 400 } });
    const result = await gateway.ask(receiptsOf(messageIds.slice(0, 8)));
    expect(result.errors).toBeUndefined();
    expect(callsOf(gateway, 'chat.getMessageReadReceipts')).toBe(8);
    expect(refusedByUpstream(gateway)).toBe(0);
  });

  it('a window that resets after the deadline is not waited for', async () => {
    const gateway = await open({ rateLimit: { calls: 3, ms: 30_000 } }, { REQUEST_TIMEOUT_MS: '2000' });
    const result = await gateway.ask(receiptsOf(messageIds.slice(0, 5)));
    expect(codesOf(result)).toEqual(['RATE_LIMITED', 'RATE_LIMITED']);
    expect(callsOf(gateway, 'chat.getMessageReadReceipts')).toBe(3);
  });

  it('a window that others exhaust in mid-list costs one rejected call, and the rest is not sent', async () => {
    const gateway = await open();
    await gateway.ask(receiptsOf(messageIds.slice(0, 2)));
    // Another caller with the same address uses up the rest.
    const { member } = gateway.demo.world;
    for (let call = 0; call < 8; call += 1) {
      await fetch(`${gateway.demo.url}/api/v1/chat.getMessageReadReceipts?messageId=${landmarks.messages.plain}`, {
        headers: { 'x-user-id': member.id, 'x-auth-token': member.token },
      });
    }
    const before = refusedByUpstream(gateway);
    const result = await gateway.ask(receiptsOf(messageIds.slice(2, 30)));
    expect(new Set(codesOf(result))).toEqual(new Set(['RATE_LIMITED']));
    expect(result.errors).toHaveLength(28);
    expect(refusedByUpstream(gateway) - before).toBeLessThanOrEqual(8);
    const later = await gateway.ask(receiptsOf(messageIds.slice(2, 5)));
    expect(codesOf(later)).toEqual(['RATE_LIMITED', 'RATE_LIMITED', 'RATE_LIMITED']);
    expect(refusedByUpstream(gateway) - before).toBeLessThanOrEqual(8);
  });

  it.each<[string, () => string, boolean]>([
    ['in milliseconds', () => String(Date.now() + 30_000), true],
    ['in seconds', () => String(Math.ceil(Date.now() / 1000) + 30), true],
    ['in the past', () => String(Date.now() - 1000), false],
    ['in the far future', () => String(Date.now() + 86_400_000), false],
    ['as garbage', () => 'tomorrow', false],
  ])('a window whose reset time is given %s is %s', async (_name, reset, isBelieved) => {
    const gateway = await open({ rateLimit: false }, { REQUEST_TIMEOUT_MS: '1500' });
    const headers = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset() };
    gateway.demo.fail('chat.getMessageReadReceipts', {
      status: 429,
      headers,
      body: {
        success: false,
        error:
          'Error, too many requests. Please slow down. You must wait 1 seconds before trying this endpoint again. [error-too-many-requests]',
      },
    });
    const first = await gateway.ask(receiptsOf(messageIds.slice(0, 1)));
    expect(codesOf(first)).toEqual(['RATE_LIMITED']);
    const seconds = first.errors?.[0]?.extensions['retryAfterSeconds'];
    if (isBelieved) expect(seconds).toBeGreaterThan(25);
    else expect(seconds).toBe(1);
    expect(callsOf(gateway, 'chat.getMessageReadReceipts')).toBe(1);
    gateway.demo.heal();
    const second = await gateway.ask(receiptsOf(messageIds.slice(0, 1)));
    // Believed: not sent until then. Else a second is waited, and it is.
    expect([codesOf(second), callsOf(gateway, 'chat.getMessageReadReceipts')]).toEqual(
      isBelieved ? [['RATE_LIMITED'], 1] : [[], 2],
    );
  });
});

describe('Calls rejected for a missing permission', () => {
  // Rocket.Chat 7 counts the call and sends headers. Rocket.Chat 8 checks permissions first, which proves nothing.
  it.each([
    ['R7', { FORBIDDEN: 10, RATE_LIMITED: 10 }, 10],
    ['R8', { FORBIDDEN: 20 }, 20],
  ] as const)(
    'H1: a call without permission is counted as in %s, and never means that the limiter is off',
    async (dialect, codes, calls) => {
      const gateway = await open({ dialect });
      const answers = [];
      for (let call = 0; call < 20; call += 1)
        answers.push(...codesOf(await gateway.ask('{ directMessages(first: 1) { totalCount } }')));
      expect(tally(answers)).toEqual(codes);
      expect([callsOf(gateway, 'dm.list.everyone'), refusedByUpstream(gateway)]).toEqual([calls, 0]);
      const { data } = await gateway.ask('{ upstreamBudget { endpoint } }');
      expect(data).toEqual({ upstreamBudget: dialect === 'R7' ? [{ endpoint: 'dm.list.everyone' }] : [] });
    },
  );
});

describe('The end user’s address', () => {
  const ask = async (gateway: TestGateway, headers: Record<string, string>) => {
    await gateway.ask('{ viewer { user { name } } }', { headers });
    return gateway.demo.calls.at(-1)?.headers['x-real-ip'];
  };
  const forged = { 'x-real-ip': '203.0.113.9', 'x-forwarded-for': '203.0.113.8' };

  it('the client’s address is not forwarded by default, whatever headers it sends', async () => {
    expect(await ask(await open(), forged)).toBeUndefined();
  });

  it('without a trusted proxy the forwarded address is the socket’s: a client cannot forge it', async () => {
    expect(await ask(await open({}, { FORWARD_CLIENT_IP: 'on' }), forged)).toBe('127.0.0.1');
  });

  it('behind a trusted proxy the forwarded address is the one the proxy wrote', async () => {
    const gateway = await open({}, { FORWARD_CLIENT_IP: 'on', TRUST_PROXY: 'on' });
    expect(await ask(gateway, { 'x-real-ip': '203.0.113.9' })).toBe('203.0.113.9');
    expect(await ask(gateway, { 'x-forwarded-for': '198.51.100.1, 203.0.113.8' })).toBe('203.0.113.8');
    expect(await ask(gateway, { 'x-real-ip': '::ffff:203.0.113.7' })).toBe('203.0.113.7');
    expect(await ask(gateway, { 'x-real-ip': '2001:db8::1' })).toBe('2001:db8::1');
    expect(await ask(gateway, { 'x-real-ip': 'not an address' })).toBe('127.0.0.1');
    expect(await ask(gateway, {})).toBe('127.0.0.1');
  });

  it('with forwarded addresses each user has their own window', async () => {
    const gateway = await open({}, { FORWARD_CLIENT_IP: 'on', TRUST_PROXY: 'on' });
    const from = (address: string) =>
      gateway.ask(receiptsOf(messageIds.slice(0, 10)), { headers: { 'x-real-ip': address } });
    expect((await from('203.0.113.1')).errors).toBeUndefined();
    expect((await from('203.0.113.2')).errors).toBeUndefined();
    expect(
      codesOf(await gateway.ask(receiptsOf(messageIds.slice(10, 11)), { headers: { 'x-real-ip': '203.0.113.1' } })),
    ).toEqual(['RATE_LIMITED']);
    const { data } = await gateway.ask('{ upstreamBudget { endpoint remaining } }', {
      headers: { 'x-real-ip': '203.0.113.3' },
    });
    expect(data).toEqual({ upstreamBudget: [] });
    expect(refusedByUpstream(gateway)).toBe(0);
  });
});
