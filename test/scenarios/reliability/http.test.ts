import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { createWorld, landmarks } from '../../../src/demo/seed.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../../support/gateway.ts';
import { metricOf } from '../../support/metric.ts';
import { exchange, openRaw, rawPost, statusesOf, type RawConnection } from '../../support/raw-http.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { LOG_LEVEL: 'silent' } });
});
afterAll(() => gateway.close());

async function open(options: TestGatewayOptions): Promise<TestGateway> {
  const opened = await startTestGateway({ env: { LOG_LEVEL: 'silent', ...options.env }, ...options });
  onTestFinished(() => opened.close());
  return opened;
}

const whoami = JSON.stringify({ query: '{ __typename }' });
const isAlive = async ({ url }: TestGateway) => expect((await fetch(`${url}/healthz`)).status).toBe(200);
const bodyOf = (answer: string): unknown => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));

/** The one answer, JSON that no cache keeps, after which the connection is closed. */
async function refusal(bytes: string): Promise<number | undefined> {
  const answer = await exchange(gateway.url, bytes);
  const [status, ...more] = statusesOf(answer);
  expect(more).toEqual([]);
  expect(answer).toMatch(/content-type: application\/json/i);
  expect(answer).toMatch(/cache-control: no-store/i);
  expect(bodyOf(answer)).toMatchObject({
    errors: [{ message: expect.any(String), extensions: { code: expect.any(String) } }],
  });
  await isAlive(gateway);
  return status;
}

describe('Requests', () => {
  it('B25: a request with 17 KiB of headers is rejected', async () => {
    expect(await refusal(rawPost(whoami, { 'x-filler': 'x'.repeat(17 * 1024) }))).toBe(431);
  });

  it('B25: a request with 2,001 or 101 header lines is rejected rather than truncated', async () => {
    for (const count of [101, 2001]) {
      const lines = Array.from({ length: count }, () => 'a:\r\n').join('');
      expect(await refusal(`GET /healthz HTTP/1.1\r\nhost: g\r\n${lines}\r\n`)).toBe(431);
    }
  });

  it('Hardening: a request that is not HTTP is rejected', async () => {
    expect(await refusal('nonsense\r\n\r\n')).toBe(400);
    expect(await refusal('POST /graphql HTTP/1.1\r\nhost: g\r\nbad header\r\n\r\n')).toBe(400);
    expect(await refusal('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03')).toBe(400);
  });

  it('Hardening: a request with two lengths is rejected', async () => {
    expect(await refusal(rawPost(whoami, { 'transfer-encoding': 'chunked' }))).toBe(400);
    const twice = rawPost(whoami).replace('content-length', 'content-length: 5\r\ncontent-length');
    expect(await refusal(twice)).toBe(400);
  });

  it('Hardening: a request in proxy form is rejected', async () => {
    expect(
      await refusal(rawPost(whoami, { connection: 'close' }).replace('/graphql', 'http://169.254.169.254/graphql')),
    ).toBe(400);
    const connected = await exchange(gateway.url, 'CONNECT 169.254.169.254:80 HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(statusesOf(connected)).not.toContain(200);
    await isAlive(gateway);
  });

  it('Hardening: pipelined requests are answered in order', async () => {
    const { socket, answers } = await openRaw(gateway.url);
    const { id, token } = gateway.demo.world.member;
    const ids = Array.from({ length: 40 }, (_, index) => `r-${index}`);
    const bodies = [JSON.stringify({ query: '{ viewer { user { username } } }' }), whoami, '{'];
    socket.write(
      ids
        .map((requestId, index) =>
          rawPost(bodies[index % 3] ?? '', { 'x-user-id': id, 'x-auth-token': token, 'x-request-id': requestId }),
        )
        .join(''),
    );
    const text = await answers(ids.length);
    socket.destroy();
    expect([...text.matchAll(/x-request-id: (\S+)/gi)].map(([, requestId]) => requestId)).toEqual(ids);
  });
});

/** Messages for a response of several megabytes, more than the system's buffers hold. */
async function openWithLargeAnswers(limits: NonNullable<TestGatewayOptions['limits']>, env: Record<string, string>) {
  const world = createWorld();
  for (let index = 0; index < 100; index += 1) {
    world.post({ roomId: landmarks.selfRoomId, userId: world.member.id, text: `${index} ${'long '.repeat(3000)}` });
  }
  return open({ demo: { world }, limits, env: { LOG_LEVEL: 'silent', ...env } });
}

const again = 'abcd'.replaceAll(/./g, (letter) => ` ${letter}: text`);
const large = JSON.stringify({
  query: `{ directMessage(id: "${landmarks.selfRoomId}") { messages(first: 100) { nodes { text ${again} } } } }`,
});

describe('Slow clients', () => {
  const short = { headersTimeoutMs: 300, requestTimeoutMs: 600, checkIntervalMs: 50 };

  it('L06: a client that does not finish its headers is disconnected, while others are served', async () => {
    const slow = await open({ limits: short });
    const connections: RawConnection[] = await Promise.all(Array.from({ length: 200 }, () => openRaw(slow.url)));
    const text = 'POST /graphql HTTP/1.1\r\nhost: gateway\r\nx-filler: ';
    let position = 0;
    const timer = setInterval(() => {
      for (const { socket } of connections) if (socket.writable) socket.write(text[position % text.length] ?? 'x');
      position += 1;
    }, 20);
    onTestFinished(() => clearInterval(timer));
    for (let asked = 0; asked < 20; asked += 1)
      expect((await slow.ask('{ viewer { user { username } } }')).status).toBe(200);
    const ends = await Promise.all(connections.map(({ closed }) => closed));
    expect(new Set(ends.flatMap(statusesOf))).toEqual(new Set([408]));
    await isAlive(slow);
  });

  it('L06: a client that does not finish its body is disconnected and takes no slot meanwhile', async () => {
    const slow = await open({ limits: { ...short, maxInFlight: 2 } });
    const head = rawPost(whoami).slice(0, -5);
    const connections = await Promise.all(Array.from({ length: 50 }, () => openRaw(slow.url)));
    for (const { socket } of connections) socket.write(head);
    for (let asked = 0; asked < 10; asked += 1)
      expect((await slow.ask('{ viewer { user { username } } }')).status).toBe(200);
    const ends = await Promise.all(connections.map(({ closed }) => closed));
    expect(new Set(ends.flatMap(statusesOf))).toEqual(new Set([408]));
  });

  it('L07: a client that does not read its response is disconnected', async () => {
    const slow = await openWithLargeAnswers({ writeTimeoutMs: 300 }, { REQUEST_TIMEOUT_MS: '3000' });
    const { id, token } = slow.demo.world.member;
    const { socket, closed, answers } = await openRaw(slow.url);
    socket.write(rawPost(large, { 'x-user-id': id, 'x-auth-token': token }));
    await answers(1);
    socket.pause();
    await delay(4000); // beyond both times
    socket.resume();
    const text = await closed;
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
    expect(length).toBeGreaterThan(5_000_000);
    expect(text.length).toBeLessThan(length);
    await isAlive(slow);
  });

  it('L07: clients that do not read a file of the explorer in time are disconnected', async () => {
    const slow = await open({ limits: { writeTimeoutMs: 300 }, env: { REQUEST_TIMEOUT_MS: '300' } });
    const { socket, closed, answers } = await openRaw(slow.url);
    const file = 'GET /explorer/static/ruru.js HTTP/1.1\r\nhost: g\r\n\r\n';
    socket.write(file.repeat(20)); // more than the system's buffers take
    await answers(1);
    socket.pause();
    await delay(2000); // beyond both times
    socket.resume();
    const text = await closed;
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
    expect(text.length).toBeLessThan(20 * length);
    await isAlive(slow);
  });

  it('L07: when held responses exceed the limit, clients that do not read are disconnected first', async () => {
    const slow = await openWithLargeAnswers({ maxUnsentBytes: 12_000_000 }, { METRICS: 'on' });
    const { id, token } = slow.demo.world.member;
    const connections = await Promise.all(Array.from({ length: 12 }, () => openRaw(slow.url)));
    for (const connection of connections) {
      connection.socket.write(rawPost(large, { 'x-user-id': id, 'x-auth-token': token }));
      await connection.answers(1);
      connection.socket.pause();
    }
    expect(await metricOf(slow, 'gateway_unsent_bytes')).toBeLessThanOrEqual(12_000_000);
    await delay(300); // until the last of them has not read for longer than a new reader needs
    const { status, data } = await slow.ask((JSON.parse(large) as { query: string }).query);
    expect(status).toBe(200);
    expect(JSON.stringify(data).length).toBeGreaterThan(5_000_000);
    for (const { socket } of connections) socket.destroy();
  });
});

describe('Idle connections', () => {
  it('L17: an idle connection outlives the 60 s of load balancers', async () => {
    expect(readConfig({}).keepAliveTimeoutMs).toBeGreaterThan(60_000);
    const answer = await fetch(`${gateway.url}/healthz`);
    expect(Number(/timeout=(\d+)/.exec(answer.headers.get('keep-alive') ?? '')?.[1])).toBeGreaterThan(60);
  });

  it('L17: an idle connection is never closed under a request if the other side closes first', async () => {
    const short = await open({ limits: { keepAliveTimeoutMs: 400 } });
    const agent = new Agent({ keepAlive: true, timeout: 200, maxSockets: 8 });
    onTestFinished(() => agent.destroy());
    const ask = (): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const request = httpRequest(`${short.url}/healthz`, { agent }, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode));
        });
        request.on('error', reject).end();
      });
    for (let round = 0; round < 12; round += 1) {
      const statuses = await Promise.all(Array.from({ length: 8 }, ask));
      expect(statuses).toEqual(Array.from({ length: 8 }, () => 200));
      await delay(150 + round * 10); // around the moment at which the agent gives its connections up
    }
  });
});
