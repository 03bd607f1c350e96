import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { landmarks, createWorld } from '../../../src/demo/seed.ts';
import { startTestGateway, type Caller, type TestGateway } from '../../support/gateway.ts';
import { inspect, plant, takeLeaks } from '../../support/secrets.ts';
import { openRaw, rawPost } from '../../support/raw-http.ts';

const room = landmarks.busyRoomId;
const mine = '{ viewer { userId user { username } directMessages(first: 1) { nodes { id } } } }';
const messages = `{ directMessage(id: "${room}") { messages(first: 2) { nodes { text } } } }`;

let gateway: TestGateway;
let alice: Caller;
let bob: Caller;
beforeAll(async () => {
  const world = createWorld();
  gateway = await startTestGateway({
    demo: { world },
    env: { SHARE_IN_FLIGHT: 'on', METRICS: 'on', CALLER_CALLS_PER_MINUTE: '1000000' },
  });
  alice = world.accountOf(landmarks.users.member);
  bob = world.accountOf(landmarks.users.busy);
});
afterAll(() => gateway.close());

const codesOf = ({ errors = [] }: { errors?: readonly { extensions: Record<string, unknown> }[] | undefined }) =>
  errors.map(({ extensions }) => extensions['code']);

/** Makes the workspace mark the caller in the first message of every response. */
function markMessages(): void {
  for (const user of [alice, bob]) {
    gateway.demo.fail('dm.messages', {
      when: ({ userId }) => userId === user.id,
      transform: (body) => {
        const page = body as { messages: { msg: string }[] };
        return { ...page, messages: page.messages.map((message) => ({ ...message, msg: `for:${user.id}` })) };
      },
    });
  }
  onTestFinished(() => gateway.demo.heal());
}

describe('Isolation of callers', () => {
  it('N01: two callers with five hundred concurrent requests each get only their own data', async () => {
    markMessages();
    const ask = async (who: Caller) => {
      const { data } = await gateway.ask(messages, { as: who });
      expect(JSON.stringify(data).match(/for:\w+/g)).toEqual([`for:${who.id}`, `for:${who.id}`]);
    };
    for (let batch = 0; batch < 20; batch += 1) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => ask(index % 2 === 0 ? alice : bob)));
    }
  });

  it('N02: a revoked token is rejected before, during and after a valid one is answered', async () => {
    const revoked = { id: alice.id, token: 'R'.repeat(43) };
    onTestFinished(plant('the revoked token', revoked.token));
    expect((await gateway.ask(mine, { as: alice })).errors).toBeUndefined();
    const answers = await Promise.all([revoked, alice, revoked].map((who) => gateway.ask(mine, { as: who })));
    expect(answers.map(({ errors }) => errors === undefined)).toEqual([false, true, false]);
    const { data, ...answer } = await gateway.ask(mine, { as: revoked });
    expect(data).toEqual({ viewer: { userId: alice.id, user: null, directMessages: null } });
    expect(new Set(codesOf(answer))).toEqual(new Set(['UNAUTHENTICATED']));
  });

  it('N03: the same user id with another user’s token is rejected', async () => {
    expect((await gateway.ask(mine, { as: alice })).errors).toBeUndefined();
    const [warm, swapped] = await Promise.all([
      gateway.ask(mine, { as: alice }),
      gateway.ask(mine, { as: { id: alice.id, token: bob.token } }),
    ]);
    expect(warm.errors).toBeUndefined();
    expect(swapped.data).toEqual({ viewer: { userId: alice.id, user: null, directMessages: null } });
    expect(new Set(codesOf(swapped))).toEqual(new Set(['UNAUTHENTICATED']));
  });

  it('N04: a hundred equal concurrent requests make one call per caller', async () => {
    markMessages();
    gateway.demo.configure({ latencyMs: 300 });
    onTestFinished(() => gateway.demo.configure({ latencyMs: 0 }));
    const before = gateway.demo.calls.length;
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const who = index % 2 === 0 ? alice : bob;
        const { data } = await gateway.ask(messages, { as: who });
        expect(JSON.stringify(data)).toContain(`for:${who.id}`);
        expect(JSON.stringify(data)).not.toContain(`for:${who === alice ? bob.id : alice.id}`);
      }),
    );
    expect(gateway.demo.calls.length - before).toBe(2);
  });

  it('N05: each request is decided by the caller’s own permissions', async () => {
    const everyone = '{ directMessages(first: 1) { totalCount } }';
    const { admin } = gateway.demo.world;
    for (const who of [alice, admin, alice, admin]) {
      expect(codesOf(await gateway.ask(everyone, { as: who }))).toEqual(who === admin ? [] : ['FORBIDDEN']);
    }
  });

  it('N06: every test of this suite searches responses and log lines for tokens', async () => {
    inspect('the proof', `so ${alice.token} would be found`);
    expect(takeLeaks()).toEqual([expect.stringContaining('the token of')]);
    await gateway.ask(mine, { as: alice });
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain('gateway_upstream_calls_total{endpoint="me"}');
    expect(metrics).not.toContain(alice.id);
    expect(JSON.stringify(gateway.logs)).not.toContain(alice.token);
  });

  it('N07: no response may be cached or carries upstream headers', async () => {
    gateway.demo.fail('me', { headers: { 'set-cookie': 'rc_token=1', server: 'RocketChat', 'x-instance-id': 'abc' } });
    onTestFinished(() => gateway.demo.heal());
    const json = { 'content-type': 'application/json' };
    const as = { 'x-user-id': alice.id, 'x-auth-token': alice.token };
    const post = (body: string, headers: Record<string, string> = {}) =>
      fetch(`${gateway.url}/graphql`, { method: 'POST', headers: { ...json, ...headers }, body });
    const query = (text: string) => JSON.stringify({ query: text });
    const get = (path: string, init?: RequestInit) => fetch(gateway.url + path, init);
    const answers = await Promise.all([
      post(query(mine), as),
      post(query(mine)),
      post(query(mine), { ...as, accept: 'application/xml' }),
      post(query(mine), { ...as, origin: 'https://studio.apollographql.com' }),
      post(query(mine), { ...as, origin: 'https://elsewhere.example' }),
      post(query('{ unknown }')),
      post(query('{')),
      post('not json'),
      post('[]'),
      post(query('mutation { x }')),
      post(query('{ directMessages(first: 1) { totalCount } }'), as),
      post(query('{ directMessage(id: "nothing") { kind } }'), as),
      post(query('{ message(id: "é") { id } }'), as),
      post(query(`{ ${'viewer { userId } '.repeat(400)} }`), as),
      post(query(mine), { ...as, 'content-type': 'text/plain' }),
      post(query(mine), { ...as, 'content-encoding': 'gzip' }),
      post('x'.repeat(110_000), as),
      get('/graphql?query={__typename}', { headers: { 'apollo-require-preflight': '1' } }),
      get('/graphql?query={__typename}'),
      get('/graphql', { method: 'DELETE' }),
    ]);
    for (const { headers, status } of answers) {
      expect(headers.get('cache-control'), String(status)).toBe('no-store');
      expect(headers.get('vary')?.split(/, */).toSorted()).toEqual(['Accept', 'Origin', 'X-Auth-Token', 'X-User-Id']);
      expect(
        [...headers.keys()].filter((name) => ['set-cookie', 'server', 'x-instance-id', 'x-powered-by'].includes(name)),
      ).toEqual([]);
    }
    const others = await Promise.all([get('/healthz'), get('/readyz'), get('/metrics'), get('/nothing')]);
    for (const { headers } of others) expect(headers.get('cache-control')).toBe('no-store');
  });

  it('N08: a cursor issued to another caller grants no access', async () => {
    const page = (after: string) =>
      `{ directMessage(id: "${landmarks.selfRoomId}") { messages(first: 1${after}) { nodes { id } pageInfo { endCursor } } } }`;
    const { data } = await gateway.ask(page(''), { as: alice });
    const cursor = /"endCursor":"([^"]+)"/.exec(JSON.stringify(data))?.[1];
    const { data: others, ...answer } = await gateway.ask(page(`, after: "${cursor}"`), { as: bob });
    expect(others).toEqual({ directMessage: { messages: null } });
    expect(codesOf(answer)).toEqual([expect.stringMatching(/^(FORBIDDEN|NOT_FOUND)$/)]);
  });

  it('N02: requests of different callers on one connection do not affect each other', async () => {
    const { socket, answers } = await openRaw(gateway.url);
    const body = JSON.stringify({ query: '{ viewer { user { username } } }' });
    const by = ({ id, token }: Caller) => rawPost(body, { 'x-user-id': id, 'x-auth-token': token });
    const revoked = { id: alice.id, token: 'Q'.repeat(43) };
    socket.write(by(alice) + by(revoked) + by(bob));
    const text = await answers(3);
    socket.destroy();
    const [first = '', second = '', third = ''] = text.split('HTTP/1.1 ').slice(1);
    const name = (who: Caller) => gateway.demo.world.accountOf(who.id).username;
    expect(first).toContain(name(alice));
    expect(second).toContain('UNAUTHENTICATED');
    expect(second).not.toContain(name(alice));
    expect(third).toContain(name(bob));
  });
});
