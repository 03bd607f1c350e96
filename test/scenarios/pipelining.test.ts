import { describe, expect, it } from 'vitest';
import { startFaultUpstream } from '../support/fault-upstream.ts';
import { startTestGateway } from '../support/gateway.ts';
import { alice, callerNamed } from '../support/tiny-workspace.ts';

const env = { UPSTREAM_PIPELINING: '8', MAX_UPSTREAM_CALLS: '500' };

const roomsAndMessages = `{ viewer { directMessages(first: 20) { totalCount nodes {
  id counters { unreadCount memberCount } members { totalCount }
  messages(first: 3) { totalCount nodes { id text readReceipts { totalCount nodes { id readAt } } } }
} } } }`;

describe('Calls of one request that share connections (UPSTREAM_PIPELINING)', () => {
  it.each(['R7', 'R8'] as const)('the answers and the calls are those without, with %s', async (dialect) => {
    const alone = await startTestGateway({ demo: { dialect }, env: { ...env, UPSTREAM_PIPELINING: '1' } });
    const sharing = await startTestGateway({ demo: alone.demo, env });
    for (let round = 0; round < 4; round += 1) {
      const expected = await alone.askCounting(roomsAndMessages);
      const result = await sharing.askCounting(roomsAndMessages);
      expect(result.errors).toBeUndefined();
      expect(JSON.stringify(result.data)).toBe(JSON.stringify(expected.data));
      expect(result.calls.toSorted()).toEqual(expected.calls.toSorted());
      expect(result.calls.length).toBeGreaterThan(20);
    }
  });

  it('no caller gets data of another, of many at a time, and the workspace sees each call once', async () => {
    const { upstream, ask } = await startTestGateway({ upstream: await startFaultUpstream(), env });
    const callers = Array.from({ length: 12 }, (_, index) =>
      callerNamed(`caller${String.fromCodePoint(65 + index)}0000000000`),
    );
    const query =
      '{ viewer { directMessages { nodes { topic messages { nodes { text readReceipts { totalCount } } } } } } }';
    await Promise.all(callers.map((as) => ask(query, { as })));
    const before = upstream.calls.length;
    const answers = await Promise.all(callers.map((as) => ask(query, { as })));
    for (const [index, { data, codes }] of answers.entries()) {
      const names = new Set([...JSON.stringify(data).matchAll(/for:(\w+)/g)].map(([, name]) => name));
      expect([codes, [...names]]).toEqual([{}, [callers[index]?.id]]);
    }
    const calls = upstream.calls
      .slice(before)
      .map(({ userId, endpoint, query: asked }) => `${userId} ${endpoint} ${asked}`);
    expect(calls).toHaveLength(new Set(calls).size);
    expect(calls.length).toBe(callers.length * 13); // a list, three rooms' messages, three receipts each
  });

  it('a call that hangs takes with it those behind it on its connection, and no others', async () => {
    const { upstream, ask } = await startTestGateway({
      upstream: await startFaultUpstream(),
      env: { UPSTREAM_PIPELINING: '2', UPSTREAM_TIMEOUT_MS: '500' },
    });
    const rooms = Array.from({ length: 4 }, (_, index) => `${alice.id}${String(index).padStart(17, '0')}`);
    const query = `{ ${rooms.map((id, index) => `r${index}: directMessage(id: "${id}") { members { nodes { username } } }`).join(' ')} }`;
    // So that no call has to find out first whether the workspace limits its caller.
    await ask('{ viewer { user { id } } }');
    upstream.fail('never', { endpoint: 'im.members', roomId: rooms[0] ?? '' });
    const { codes, data } = await ask(query);
    expect(codes).toEqual({ 'r0.members': 'UPSTREAM_TIMEOUT', 'r1.members': 'UPSTREAM_TIMEOUT' });
    expect(data).toMatchObject({ r2: { members: {} }, r3: { members: {} } });
  });
});
