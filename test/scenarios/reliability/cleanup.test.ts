import { describe, expect, it } from 'vitest';
import { landmarks, createWorld } from '../../../src/demo/seed.ts';
import { startDemo } from '../../../src/demo/server.ts';
import { Redactor } from '../../../src/observability/log.ts';
import { startTestGateway } from '../../support/gateway.ts';
import { openRaw, rawPost, statusesOf } from '../../support/raw-http.ts';

const gauges = [
  'gateway_requests_in_flight',
  'gateway_arriving_bytes',
  'gateway_held_bytes',
  'gateway_unsent_bytes',
  'gateway_upstream_in_flight',
  'gateway_upstream_queue',
  'gateway_held_tokens',
  'gateway_connections',
];

/** The gauges of what is held for requests, by name. */
async function held(url: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`, { headers: { connection: 'close' } })).text();
  return Object.fromEntries(gauges.map((name) => [name, Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])]));
}

/** Nothing is held but the connection on which that was asked. */
const nothing = { ...Object.fromEntries(gauges.map((name) => [name, 0])), gateway_connections: 1 };

const query = JSON.stringify({ query: '{ viewer { user { username } } }' });
const large = JSON.stringify({
  query:
    '{ viewer { directMessages(first: 20) { nodes { id usernames messages(first: 50) { nodes { id text sentAt author { userId name username } } } } } } }',
});
const big = JSON.stringify({ query: '{ __typename }', extensions: { filler: 'x'.repeat(90_000) } });

describe('After requests of every kind', () => {
  it('Hardening: requests of every kind leave nothing behind: no slot, byte, token, call or connection', async () => {
    const demo = await startDemo({ latencyMs: 30 });
    const gateway = await startTestGateway({
      demo,
      env: { METRICS: 'on', LOG_LEVEL: 'silent', REQUEST_TIMEOUT_MS: '500' },
      limits: {
        maxInFlight: 12,
        headersTimeoutMs: 300,
        requestTimeoutMs: 600,
        checkIntervalMs: 50,
        writeTimeoutMs: 300,
        keepAliveTimeoutMs: 200,
      },
    });
    const { id, token } = demo.world.member;
    const as = { 'x-user-id': id, 'x-auth-token': token };
    const whole = [query, large, big, '{', 'null', '[]', JSON.stringify({ query: '{ nothing }' })];
    const requests = [
      ...whole.map((body) => rawPost(body, as)),
      rawPost(query, { ...as, 'x-auth-token': 'y'.repeat(43) }),
      rawPost(query, { ...as, accept: 'text/xml' }),
      rawPost(query, { ...as, 'content-type': 'text/xml' }),
      rawPost(query, { ...as, 'content-length': '999999' }),
      rawPost(query, { ...as, expect: '100-continue' }),
      rawPost(query, as).repeat(5),
      rawPost(query, as).replace('/graphql', '/nothing'),
    ];
    const seen = new Set<number>();
    for (let round = 0; round < 3; round += 1) {
      if (round === 2) demo.fail('*', { hang: true });
      const kinds = requests.flatMap((bytes, index) =>
        ['left', 'half', 'half and left', 'unread', 'good'].map((kind) => ({ bytes, kind, index })),
      );
      await Promise.all(
        kinds.map(async ({ bytes, kind, index }) => {
          const { socket, closed, answers, received } = await openRaw(gateway.url);
          if (kind === 'unread') socket.pause();
          socket.write(kind.startsWith('half') ? bytes.slice(0, bytes.length / 2) : bytes);
          if (kind === 'good') await Promise.race([answers(1), closed]);
          else await new Promise((resolve) => setTimeout(resolve, 5 + 7 * index));
          for (const status of statusesOf(received())) seen.add(status);
          if (kind === 'half') await closed;
          socket.destroy();
        }),
      );
    }
    demo.heal();
    expect([...seen]).toEqual(expect.arrayContaining([200, 400, 404, 406, 413, 415, 503]));
    await expect.poll(() => held(gateway.url), { timeout: 15_000, interval: 100 }).toEqual(nothing);
    expect((await gateway.ask('{ viewer { user { username } } }')).errors).toBeUndefined();
    await demo.close();
  });
});

describe('After a client disconnects', () => {
  it('claim 15: log and metrics report a disconnected client, not a workspace that is down', async () => {
    const gateway = await startTestGateway({ env: { METRICS: 'on' } });
    const { id, token } = gateway.demo.world.member;
    gateway.demo.fail('me', { hang: true });
    const { socket } = await openRaw(gateway.url);
    socket.write(rawPost(query, { 'x-user-id': id, 'x-auth-token': token, 'x-request-id': 'left' }));
    await expect.poll(() => gateway.demo.calls.length).toBe(1);
    socket.destroy();
    await expect
      .poll(() => gateway.logs.find(({ requestId }) => requestId === 'left'))
      .toMatchObject({ codes: { CLIENT_CLOSED_REQUEST: 1 }, unexpected: [] });
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain('code="CLIENT_CLOSED_REQUEST"');
    expect(metrics).not.toMatch(/code="UPSTREAM_UNAVAILABLE"\} [1-9]/);
  });

  it('Hardening: the large response to a disconnected client does not count as held', async () => {
    const world = createWorld();
    for (let index = 0; index < 100; index += 1)
      world.post({ roomId: landmarks.selfRoomId, userId: world.member.id, text: 'long '.repeat(400) });
    const gateway = await startTestGateway({ demo: { world }, env: { METRICS: 'on', LOG_LEVEL: 'info' } });
    gateway.demo.fail('me', { hang: true });
    const { socket } = await openRaw(gateway.url);
    const body = JSON.stringify({
      query: `{ directMessage(id: "${landmarks.selfRoomId}") { messages(first: 100) { nodes { text } } } viewer { user { username } } }`,
    });
    socket.write(rawPost(body, { 'x-user-id': world.member.id, 'x-auth-token': world.member.token }));
    await expect.poll(() => gateway.demo.calls.length).toBe(3); // the room's record, the messages, the user
    await new Promise((resolve) => setTimeout(resolve, 200)); // the messages are there, the user is not
    socket.destroy();
    await expect.poll(() => gateway.logs.length).toBe(1);
    expect((await held(gateway.url))['gateway_unsent_bytes']).toBe(0);
  });
});

describe('The log’s redactor', () => {
  it('a redactor counts each token it watches for once', () => {
    const redactor = new Redactor();
    const releases = ['x'.repeat(40), 'x'.repeat(40), 'z'.repeat(40)].map((token) => redactor.hold(token));
    expect(redactor.held).toBe(2);
    for (const release of releases) release();
    expect(redactor.held).toBe(0);
  });
});
