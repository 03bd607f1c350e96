import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { MAX_UPSTREAM_CALLS: '30' } });
});
afterAll(() => gateway.close());

const overview =
  '{ viewer { directMessages(first: 5) { nodes { messages(first: 4) { nodes { readReceipts { totalCount } } } } } } }';
const everything =
  '{ directMessages(first: 100) { nodes { messages(first: 100) { nodes { readReceipts { totalCount } } } } } }';

describe('The cost of a request', () => {
  it('the cost report lists estimated and actual calls on request', async () => {
    const { extensions, calls } = await gateway.askCounting(overview, { headers: { 'x-upstream-report': '1' } });
    expect(extensions).toEqual({
      upstream: {
        plannedCalls: 26,
        atMost: 30,
        calls: calls.length,
        byEndpoint: { 'chat.getMessageReadReceipts': calls.length - 6, 'dm.messages': 5, 'im.list': 1 },
        shared: 0,
        retries: 0,
        limit: 30,
      },
    });
  });

  it('the cost report says when the shared store is away, and the operation is answered', async () => {
    const alone = await startTestGateway({ env: { SHARED_STORE: 'redis://127.0.0.1:1', LOG_LEVEL: 'silent' } });
    const { data, errors, extensions } = await alone.ask('{ viewer { unreadCount } }', {
      headers: { 'x-upstream-report': '1' },
    });
    await alone.close();
    expect([data, errors]).toEqual([{ viewer: { unreadCount: expect.any(Number) } }, undefined]);
    expect(extensions?.['upstream']).toMatchObject({ plannedCalls: 1, calls: 1, store: 'away' });
  });

  it('there is no cost report unless requested', async () => {
    expect((await gateway.ask('{ viewer { userId } }')).extensions).toBeUndefined();
  });

  it('a cost-only operation gets its report and makes no call', async () => {
    const { status, data, errors, extensions, calls } = await gateway.askCounting(overview, {
      headers: { 'x-upstream-plan': 'only' },
    });
    expect({ status, data, errors, calls }).toEqual({ status: 200, data: null, errors: undefined, calls: [] });
    expect(extensions).toEqual({
      upstream: {
        plannedCalls: 26,
        atMost: 30,
        byEndpoint: { 'chat.getMessageReadReceipts': 20, 'dm.messages': 5, 'im.list': 1 },
        heaviest: [
          { path: 'viewer.directMessages.messages.readReceipts', calls: 20 },
          { path: 'viewer.directMessages.messages', calls: 5 },
          { path: 'viewer.directMessages', calls: 1 },
        ],
        limit: 30,
      },
    });
  });

  it('claim 6: the log line of a request has its full cost', async () => {
    await gateway.ask(
      `query Counters { directMessage(id: "${landmarks.busyRoomId}") { counters { joined } } viewer { user { name } } }`,
    );
    expect(gateway.logs.at(-1)).toMatchObject({
      operation: 'Counters',
      plannedCalls: 2,
      atMost: 2,
      upstreamCalls: 2,
      byEndpoint: { 'im.counters': 1, me: 1 },
      shared: 0,
      limit: 30,
    });
    await gateway.ask('query Free { viewer { userId } }');
    const { operation, plannedCalls, upstreamCalls, ...rest } = gateway.logs.at(-1) ?? {};
    expect({ operation, plannedCalls, upstreamCalls }).toEqual({
      operation: 'Free',
      plannedCalls: 0,
      upstreamCalls: 0,
    });
    expect(Object.keys(rest)).not.toEqual(expect.arrayContaining(['byEndpoint']));
  });

  it('claim 11: a cost-only operation over the limit gets its report with the reason', async () => {
    const headers = { 'x-upstream-plan': 'only', 'x-upstream-report': '1' };
    const { status, data, errors, extensions, calls } = await gateway.askCounting(everything, {
      as: gateway.demo.world.admin,
      headers,
    });
    expect({ status, data, errors, calls }).toEqual({ status: 200, data: null, errors: undefined, calls: [] });
    expect(extensions?.['upstream']).toEqual({
      plannedCalls: 10_101,
      atMost: 0,
      byEndpoint: { 'chat.getMessageReadReceipts': 10_000, 'dm.list.everyone': 1, 'dm.messages': 100 },
      heaviest: [
        { path: 'directMessages.messages.readReceipts', calls: 10_000 },
        { path: 'directMessages.messages', calls: 100 },
        { path: 'directMessages', calls: 1 },
      ],
      limit: 30,
      refusal:
        'This query can cost 10101 upstream calls; the limit is 30. Ask for smaller pages, or for less in each row.',
    });
    const large = `{ ${Array.from({ length: 6 }, (_, index) => `r${index}: directMessage(id: "r${index}") { ...Wide }`).join(' ')} } fragment Wide on DirectMessage { messages(first: 100) { nodes { id roomId text sentAt updatedAt editedAt alias avatarUrl emoji isBot systemType isDeleted isGroupable isStarred isPinned pinnedAt threadRootId isShownInRoom isUnreadBySomeone location customFields blocks author { userId name username } editedBy { userId name username } pinnedBy { userId name username } mentions { userId username name kind } channelMentions { roomId name } reactions { emoji usernames count } files { id name mimeType size } urls { url meta } thread { replyCount lastReplyAt followerIds } encryption { status algorithm content } } } }`;
    const priced = await gateway.ask(large, { headers });
    expect(priced.extensions?.['upstream']).toMatchObject({
      plannedCalls: 7,
      atMost: 0,
      refusal: expect.stringMatching(/^The response to this query can hold \d+ values/),
    });
  });

  it('claim 11: a rejected request gets its cost report if its cost is known', async () => {
    const { status, extensions } = await gateway.ask(everything, {
      as: gateway.demo.world.admin,
      headers: { 'x-upstream-report': '1' },
    });
    expect(status).toBe(400);
    expect(extensions?.['upstream']).toEqual({
      plannedCalls: 10_101,
      atMost: 0,
      calls: 0,
      byEndpoint: {},
      shared: 0,
      retries: 0,
      limit: 30,
    });
    for (const query of [
      '{ nothing }',
      '{',
      'query($n: Int!) { viewer { directMessages(first: $n) { totalCount } } }',
    ]) {
      expect((await gateway.ask(query, { headers: { 'x-upstream-report': '1' } })).extensions).toBeUndefined();
    }
  });

  it.each([
    ['x-upstream-plan', '1', '`X-Upstream-Plan` must be `only` or absent.'],
    ['x-upstream-plan', 'ONLY', '`X-Upstream-Plan` must be `only` or absent.'],
    ['x-upstream-plan', '', '`X-Upstream-Plan` must be `only` or absent.'],
    ['x-upstream-report', 'true', '`X-Upstream-Report` must be `1` or absent.'],
    ['x-upstream-report', '1, 1', '`X-Upstream-Report` must be `1` or absent.'],
  ])('claim 11: is not silently left out for `%s: %s`', async (name, value, message) => {
    const { status, data, errors, calls } = await gateway.askCounting(overview, { headers: { [name]: value } });
    expect({ status, data, calls }).toEqual({ status: 400, data: undefined, calls: [] });
    expect(errors).toEqual([{ message, extensions: { code: 'BAD_REQUEST' } }]);
  });

  it('the log line has the operation’s name, truncated if it is long', async () => {
    await gateway.ask(`query ${'Long'.repeat(50)} { viewer { userId } }`);
    expect(gateway.logs.at(-1)).toMatchObject({ operation: 'Long'.repeat(32) });
    await gateway.ask('{ viewer { userId } }');
    expect(gateway.logs.at(-1)).not.toHaveProperty('operation');
  });

  it('the report lists endpoints in order of their names', async () => {
    const { extensions } = await gateway.ask(overview, { headers: { 'x-upstream-report': '1' } });
    const report = extensions?.['upstream'] as { byEndpoint: Record<string, number> } | undefined;
    expect(Object.keys(report?.byEndpoint ?? {})).toEqual(['chat.getMessageReadReceipts', 'dm.messages', 'im.list']);
  });

  it('a request may cost exactly the limit and not one call more', async () => {
    const { demo } = gateway;
    for (const [limit, status] of [
      ['26', 200],
      ['25', 400],
    ] as const) {
      const other = await startTestGateway({ demo, env: { MAX_UPSTREAM_CALLS: limit, LOG_LEVEL: 'silent' } });
      expect((await other.ask(overview)).status).toBe(status);
      await other.close();
    }
  });

  it('a request above the limit is rejected as a whole without a call, naming its most expensive paths', async () => {
    const { status, data, errors, calls } = await gateway.askCounting(everything, { as: gateway.demo.world.admin });
    expect({ status, data, calls }).toEqual({ status: 400, data: undefined, calls: [] });
    expect(errors).toEqual([
      {
        message:
          'This query can cost 10101 upstream calls; the limit is 30. Ask for smaller pages, or for less in each row.',
        extensions: {
          code: 'QUERY_TOO_COMPLEX',
          cost: {
            estimated: 10_101,
            limit: 30,
            heaviest: [
              { path: 'directMessages.messages.readReceipts', calls: 10_000 },
              { path: 'directMessages.messages', calls: 100 },
              { path: 'directMessages', calls: 1 },
            ],
          },
        },
      },
    ]);
  });

  it('claim 11: the costs by path add up, including calls that several paths share', async () => {
    const rooms = [landmarks.busyRoomId, landmarks.groupRoomId, landmarks.selfRoomId]
      .map((id, index) => `r${index}: directMessage(id: "${id}") { topic counters { unreadCount } }`)
      .join(' ');
    const { extensions } = await gateway.ask(`{ viewer { unreadCount } ${rooms} }`, {
      headers: { 'x-upstream-plan': 'only' },
    });
    const { plannedCalls, byEndpoint, heaviest } = (extensions ?? {})['upstream'] as {
      plannedCalls: number;
      byEndpoint: Record<string, number>;
      heaviest: { path: string; calls: number }[];
    };
    const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
    expect(plannedCalls).toBe(2);
    expect([sum(Object.values(byEndpoint)), sum(heaviest.map(({ calls }) => calls))]).toEqual([2, 2]);
    expect(heaviest.map(({ path }) => path)).toEqual(['viewer.unreadCount', 'r0']);
  });

  it('L9: a cost-only operation is free, even if the caller’s allowance is used up', async () => {
    const poor = await startTestGateway({ env: { MAX_UPSTREAM_CALLS: '30', CALLER_CALLS_PER_MINUTE: '30' } });
    const price = () => poor.ask(overview, { headers: { 'x-upstream-plan': 'only' } });
    for (let time = 0; time < 20; time += 1) expect((await price()).status).toBe(200);
    expect((await poor.ask(overview)).status).toBe(200);
    await poor.ask(overview); // from now on an allowance of their own
    expect((await poor.ask(overview)).status).toBe(429);
    const refused = await poor.ask(overview, { headers: { 'x-upstream-report': '1' } });
    expect([refused.status, refused.extensions?.['upstream']]).toMatchObject([
      429,
      { plannedCalls: 26, atMost: 0, calls: 0 },
    ]);
    const { status, extensions } = await price();
    expect([status, extensions?.['upstream']]).toMatchObject([200, { plannedCalls: 26 }]);
    await poor.close();
  });

  it('there is no cost report without credentials', async () => {
    const { status, errors, extensions } = await gateway.ask(overview, {
      as: null,
      headers: { 'x-upstream-plan': 'only', 'x-upstream-report': '1' },
    });
    expect(status).toBe(401);
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(JSON.stringify(extensions ?? {})).not.toContain('heaviest');
  });
});
