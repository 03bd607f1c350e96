import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { type GraphqlResult, type TestGateway, startTestGateway } from '../../support/gateway.ts';
import { move, worldOfRooms } from '../../support/moving-rooms.ts';
import { codesOf } from '../../support/scenario.ts';

/** A request never makes more calls than `atMost`, and more than its price only where a list moved or was refused. */

const report = { 'x-upstream-report': '1' };

interface Report {
  readonly plannedCalls: number;
  readonly atMost: number;
  readonly calls: number;
  readonly byEndpoint: Record<string, number>;
  readonly limit: number;
}
const reportOf = ({ extensions }: GraphqlResult) => extensions?.['upstream'] as Report;

const { busyRoomId, groupRoomId } = landmarks;
const latest = (id: string, args: string) =>
  `directMessage(id: "${id}") { messages(${args}) { nodes { id } pageInfo { endCursor } } }`;
const cursorsOf = ({ data }: GraphqlResult): string[] =>
  Object.values(data as Record<string, { messages: { pageInfo: { endCursor: string } } }>).map(
    ({ messages }) => messages.pageInfo.endCursor,
  );

/** The pages behind the first rows of several rooms. */
async function secondPages(gateway: TestGateway, ids: readonly string[], first: number): Promise<string> {
  const one = await gateway.ask(
    `{ ${ids.map((id, index) => `r${index}: ${latest(id, `first: ${first}`)}`).join(' ')} }`,
  );
  const cursors = cursorsOf(one);
  return `{ ${ids.map((id, index) => `r${index}: ${latest(id, `first: ${first}, after: "${cursors[index] ?? ''}"`)}`).join(' ')} }`;
}

describe('Estimated cost and bound', () => {
  it('M4: two rooms whose records are refused in bulk cost two calls, as estimated', async () => {
    const gateway = await startTestGateway({ demo: { rateLimit: { calls: 3, ms: 700 } } });
    for (const id of [busyRoomId, groupRoomId]) await gateway.ask(`{ directMessage(id: "${id}") { kind } }`);
    gateway.demo.fail('rooms.get', { status: 403, body: { success: false } });
    const result = await gateway.askCounting(
      `{ a: directMessage(id: "${busyRoomId}") { kind } b: directMessage(id: "${groupRoomId}") { kind } }`,
      { headers: report },
    );
    expect(reportOf(result)).toMatchObject({ plannedCalls: 2, calls: result.calls.length });
    expect(result.calls.length).toBeLessThanOrEqual(2);
  });

  it('M4: two rooms whose counters are refused in bulk cost two calls, as estimated', async () => {
    const gateway = await startTestGateway({ demo: { rateLimit: { calls: 3, ms: 700 } } });
    for (const id of [busyRoomId, groupRoomId])
      await gateway.ask(`{ directMessage(id: "${id}") { counters { joined } } }`);
    gateway.demo.fail('subscriptions.get', { status: 403, body: { success: false } });
    const result = await gateway.askCounting(
      `{ a: directMessage(id: "${busyRoomId}") { counters { joined } } b: directMessage(id: "${groupRoomId}") { counters { joined } } }`,
      { headers: report },
    );
    expect(reportOf(result)).toMatchObject({ plannedCalls: 2, calls: result.calls.length });
    expect(result.calls.length).toBeLessThanOrEqual(2);
  });

  it('M4: a compiled run that fails leaves graphql-js no second allowance for searches', async () => {
    const { world, rooms } = worldOfRooms(2, 3000);
    const gateway = await startTestGateway({ demo: { world } });
    const [first = '', second = ''] = rooms.map(({ _id }) => _id);
    const [afterFirst = '', afterSecond = ''] = cursorsOf(
      await gateway.ask(`{ a: ${latest(first, 'first: 1')} b: ${latest(second, 'first: 1')} }`),
    );
    const query = `{
      user(id: "${world.admin.id}") { name }
      ${latest(first, `first: 1, after: "${afterFirst}"`)}
      message(id: "m1-2999") { ${latest(second, `first: 1, after: "${afterSecond}"`).replace(/\(id: "[^"]*"\)/, '')} }
    }`;
    for (let time = 0; time < 2; time += 1) expect((await gateway.ask(query)).errors).toBeUndefined(); // compiled from now on
    for (const id of [first, second]) move(world, id, 1400);
    // It fails at once; meanwhile the first page searches slowly, and the second begins when graphql-js has taken over.
    gateway.demo.fail('users.info', { status: 500, delayMs: 100 });
    gateway.demo.fail('dm.messages', { delayMs: 30, when: (call) => call.query['roomId'] === first });
    gateway.demo.fail('chat.getMessage', { delayMs: 400 });
    const before = gateway.demo.calls.length;
    const result = await gateway.ask(query, { headers: report });
    const { plannedCalls, atMost } = reportOf(result);
    await sleep(500); // nothing goes on behind the answer
    const calls = gateway.demo.calls.length - before;
    expect(calls).toBeGreaterThan(15);
    expect(calls).toBeLessThanOrEqual(5 + 20 + 2);
    expect({ plannedCalls, atMost }).toEqual({ plannedCalls: 5, atMost: 5 + 20 + 2 });
  });

  it('S1: a page is read once, even if a compiled run fails and other requests meanwhile learn the page size', async () => {
    const { world, rooms } = worldOfRooms(2, 5);
    const [short = '', long = ''] = rooms.map(({ _id }) => _id);
    for (const { _id } of [...world.messagesOf(short)].slice(1)) world.remove(_id);
    const gateway = await startTestGateway({ demo: { world } });
    const query = `{ directMessage(id: "${short}") { history(first: 5) { nodes { id } } messages(first: 1) { totalCount } } }`;
    const before = await gateway.askCounting(query);
    gateway.demo.fail('dm.messages', { status: 403, delayMs: 250, when: (call) => call.query['roomId'] === short });
    const [result] = await Promise.all([
      gateway.ask(query, { headers: report }),
      gateway.ask(`{ ${latest(long, 'first: 3')} }`),
    ]);
    expect(codesOf(result)).toEqual(['directMessage.messages: FORBIDDEN']);
    expect(result.data).toEqual({ directMessage: { history: { nodes: [{ id: 'm0-0' }] }, messages: null } });
    const { byEndpoint, calls, plannedCalls } = reportOf(result);
    expect(byEndpoint['dm.history']).toBe(before.calls.filter((call) => call.startsWith('dm.history')).length);
    expect(calls).toBeLessThanOrEqual(plannedCalls);
  });

  it('L12: of twenty-four pages whose lists moved, those that start a search finish it', async () => {
    const { world, rooms } = worldOfRooms(24, 120);
    const gateway = await startTestGateway({ demo: { world } });
    const ids = rooms.map(({ _id }) => _id);
    const query = await secondPages(gateway, ids, 5);
    for (const id of ids) move(world, id, 40);
    const result = await gateway.askCounting(query, { headers: report });
    const { plannedCalls, atMost, calls } = reportOf(result);
    expect({ plannedCalls, atMost, calls }).toEqual({
      plannedCalls: 24,
      atMost: 24 + 20 + 24,
      calls: result.calls.length,
    });
    expect(calls).toBeLessThanOrEqual(atMost);
    const found = Object.entries(
      result.data as Record<string, { messages: { nodes: { id: string }[] } | null }>,
    ).flatMap(([name, { messages }]) =>
      messages === null ? [] : [{ index: name.slice(1), ids: messages.nodes.map(({ id }) => id) }],
    );
    // About six calls each: the first ones end, in the order in which they are asked for.
    expect(found.length).toBeGreaterThanOrEqual(5);
    expect(found).toEqual(
      found.map(({ index }) => ({ index, ids: [114, 113, 112, 111, 110].map((number) => `m${index}-${number}`) })),
    );
    expect(new Set((result.errors ?? []).map(({ extensions }) => extensions['code']))).toEqual(
      new Set(['QUERY_TOO_COMPLEX']),
    );
  });
});

describe('Who pays for spare calls', () => {
  it('M8: a search is charged to the caller when it starts, and rejected with a wait if the allowance is short', async () => {
    const { world, rooms } = worldOfRooms(2, 120);
    const gateway = await startTestGateway({
      demo: { world },
      env: { CALLER_CALLS_PER_MINUTE: '30', MAX_UPSTREAM_CALLS: '30' },
    });
    const [moved = '', other = ''] = rooms.map(({ _id }) => _id);
    const query = await secondPages(gateway, [moved], 5); // with it the workspace has accepted the caller: 29 calls are left
    move(world, moved, 40);
    const pages = (count: number) =>
      `{ ${Array.from({ length: count }, (_, index) => `r${index}: ${latest(other, `first: ${index + 1}`)}`).join(' ')} }`;
    expect((await gateway.ask(pages(16))).errors).toBeUndefined(); // 13 are left, and one flows back every two seconds
    const found = await gateway.ask(query, { headers: report });
    expect(found.errors).toBeUndefined();
    const { calls } = reportOf(found);
    expect([calls > 6, calls < 12]).toEqual([true, true]); // enough is left for another page, and not for another search
    const refused = await gateway.ask(query, { headers: report });
    expect(codesOf(refused)).toEqual(['r0.messages: RATE_LIMITED']);
    expect(refused.errors?.[0]?.extensions['retryAfterSeconds']).toBe(1);
    expect(reportOf(refused)).toMatchObject({ plannedCalls: 1, calls: 1 });
  });

  it('a search is free without an allowance', async () => {
    const { world, rooms } = worldOfRooms(1, 120);
    const gateway = await startTestGateway({ demo: { world } });
    const query = await secondPages(
      gateway,
      rooms.map(({ _id }) => _id),
      5,
    );
    move(world, rooms[0]?._id ?? '', 40);
    expect((await gateway.ask(query)).errors).toBeUndefined();
  });
});

describe('What bound and cost leave out', () => {
  it('retries come on top of the calls that a request may make', async () => {
    const gateway = await startTestGateway({ env: { MAX_UPSTREAM_CALLS: '2' } });
    for (const endpoint of ['me', 'subscriptions.get']) gateway.demo.fail(endpoint, { status: 502, times: 1 });
    const result = await gateway.askCounting('{ viewer { unreadCount user { id } } }', { headers: report });
    expect([result.errors, reportOf(result)]).toMatchObject([undefined, { atMost: 2, calls: 2, retries: 2 }]);
    expect(result.calls).toHaveLength(4);
  });

  it('x-upstream-plan gives the same cost, and no refusal, when the caller’s allowance is short', async () => {
    const gateway = await startTestGateway({ env: { CALLER_CALLS_PER_MINUTE: '100' } });
    await gateway.ask('{ viewer { unreadCount } }'); // from now on an allowance of their own
    const users = Array.from({ length: 45 }, (_, index) => `u${index}: user(id: "nobody${index}") { name }`);
    const query = `{ ${users.join(' ')} }`;
    const price = { headers: { 'x-upstream-plan': 'only' } };
    const before = await gateway.ask(query, price);
    const statuses: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) statuses.push((await gateway.ask(query)).status);
    expect(statuses).toContain(429);
    const after = await gateway.askCounting(query, price);
    expect([after.status, after.calls, reportOf(after)]).toEqual([200, [], reportOf(before)]);
    expect(reportOf(after)).not.toHaveProperty('refusal');
  });
});

describe('Costs of ordinary screens', () => {
  it('M8: forty simultaneous panels, each with a first page of history, all succeed', async () => {
    const gateway = await startTestGateway({ demo: { latencyMs: 60 }, env: { CALLER_CALLS_PER_MINUTE: '600' } });
    await gateway.ask('{ viewer { unreadCount } }'); // the workspace accepts the caller: from now on an allowance of their own
    const panel = () => gateway.ask(`{ directMessage(id: "${busyRoomId}") { history(first: 5) { nodes { id } } } }`);
    const answers = await Promise.all(Array.from({ length: 40 }, panel));
    expect(answers.map(({ status, errors }) => [status, errors])).toEqual(
      Array.from({ length: 40 }, () => [200, undefined]),
    );
  });

  it.each([
    ['members', 'members { nodes { id } }', 1],
    ['history', 'history(first: 5) { nodes { id } }', 2],
  ])(
    'M8: a limit of twenty calls admits a page of %s, and bounds its searches',
    async (_name, selection, plannedCalls) => {
      const gateway = await startTestGateway({ env: { MAX_UPSTREAM_CALLS: '20' } });
      const result = await gateway.ask(`{ directMessage(id: "${busyRoomId}") { ${selection} } }`, { headers: report });
      expect(result.status).toBe(200);
      expect(reportOf(result)).toMatchObject({ plannedCalls, atMost: 20, limit: 20 });
    },
  );

  it('M8: a limit of one call admits a page of members', async () => {
    const gateway = await startTestGateway({ env: { MAX_UPSTREAM_CALLS: '1' } });
    const result = await gateway.ask(`{ directMessage(id: "${busyRoomId}") { members { totalCount } } }`, {
      headers: report,
    });
    expect([result.status, reportOf(result)]).toMatchObject([200, { plannedCalls: 1, atMost: 1, calls: 1 }]);
  });
});
