import { describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

async function open(isOn: boolean): Promise<TestGateway> {
  const gateway = await startTestGateway({
    demo: { latencyMs: 60 },
    env: { LOG_LEVEL: 'silent', SHARE_IN_FLIGHT: isOn ? 'on' : 'off' },
  });
  // The caller is known to be exempt from the limiter, so that nothing is held back.
  await gateway.ask('{ viewer { user { name } } }');
  // The workspace has shown the room: checking an unknown one takes a call.
  for (const id of [users.member, users.busy])
    await gateway.ask('{ viewer { directMessages(first: 100) { nodes { id } } } }', {
      as: gateway.demo.world.accountOf(id),
    });
  await gateway.ask('{ viewer { user { name } } }', { as: gateway.demo.world.admin });
  gateway.demo.resetCalls();
  return gateway;
}

const { users } = landmarks;
const query = `{ directMessage(id: "${landmarks.groupRoomId}") { messages(first: 3) { nodes { id isStarred } } } }`;
const report = { 'x-upstream-report': '1' };
const upstreamOf = ({ extensions }: { extensions: Record<string, unknown> | undefined }) =>
  extensions?.['upstream'] as { calls: number; shared: number };

describe('Single flight: equal concurrent calls of one caller', () => {
  it('equal concurrent calls of one caller’s requests are shared if sharing is on, and the report says so', async () => {
    const gateway = await open(true);
    const results = await Promise.all(Array.from({ length: 6 }, () => gateway.ask(query, { headers: report })));
    expect(gateway.demo.calls).toHaveLength(1);
    expect(new Set(results.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    expect(results[0]?.errors).toBeUndefined();
    expect(results.map(upstreamOf).reduce((sum, { calls }) => sum + calls, 0)).toBe(1);
    expect(results.map(upstreamOf).reduce((sum, { shared }) => sum + shared, 0)).toBe(5);
  });

  it('calls are not shared if sharing is off: a reader might get a response from before their own write', async () => {
    const gateway = await open(false);
    const results = await Promise.all(Array.from({ length: 3 }, () => gateway.ask(query, { headers: report })));
    expect(gateway.demo.calls).toHaveLength(3);
    expect(results.map((result) => upstreamOf(result).shared)).toEqual([0, 0, 0]);
  });

  it('calls are never shared between callers, nor between tokens of one user id', async () => {
    const gateway = await open(true);
    const { member, admin } = gateway.demo.world;
    const [mine, theirs, forged] = await Promise.all([
      gateway.ask(query),
      gateway.ask(query, { as: admin }),
      gateway.ask(query, { as: { id: member.id, token: admin.token } }),
    ]);
    expect(mine.errors).toBeUndefined();
    expect(theirs).toMatchObject({
      data: { directMessage: { messages: null } },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect(forged).toMatchObject({
      data: { directMessage: { messages: null } },
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    // The workspace has shown the room to the first caller only.
    expect(gateway.demo.calls.map(({ endpoint }) => endpoint).toSorted()).toEqual([
      'dm.messages',
      'dm.messages',
      'rooms.info',
      'rooms.info',
    ]);
  });

  it('a finished call is not shared any more, successful or not', async () => {
    const gateway = await open(true);
    gateway.demo.fail('dm.messages', { status: 500, body: {}, times: 1 });
    const failed = await Promise.all([gateway.ask(query), gateway.ask(query)]);
    expect(failed.map(({ errors }) => errors?.[0]?.extensions['code'])).toEqual([
      'UPSTREAM_UNAVAILABLE',
      'UPSTREAM_UNAVAILABLE',
    ]);
    expect(gateway.demo.calls).toHaveLength(1);
    expect((await gateway.ask(query)).errors).toBeUndefined();
    expect((await gateway.ask(query)).errors).toBeUndefined();
    expect(gateway.demo.calls).toHaveLength(3);
  });

  it('a shared call continues for the waiting requests if the one that started it is cancelled', async () => {
    const gateway = await open(true);
    const { member } = gateway.demo.world;
    const leaving = new AbortController();
    const first = fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      signal: leaving.signal,
      headers: { 'content-type': 'application/json', 'x-user-id': member.id, 'x-auth-token': member.token },
      body: JSON.stringify({ query }),
    }).catch(() => 'left');
    while (gateway.demo.calls.length === 0)
      await new Promise((resolve) => {
        setTimeout(resolve, 1);
      });
    const second = gateway.ask(query);
    setTimeout(() => leaving.abort(), 10);
    expect(await first).toBe('left');
    expect((await second).errors).toBeUndefined();
    expect(gateway.demo.calls).toHaveLength(1);
  });
});
