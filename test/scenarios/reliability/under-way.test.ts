import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { blockFor } from '../../support/block.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../../support/gateway.ts';
import { metricOf } from '../../support/metric.ts';
import { exchange, openRaw, rawPost, statusesOf } from '../../support/raw-http.ts';

const query = '{ viewer { user { username } } }';
const body = JSON.stringify({ query });

async function open(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({ ...options, env: { METRICS: 'on', ...options.env } });
  await gateway.ask(query); // the first call ever finds out whether the workspace limits calls
  return gateway;
}

const own = ({ demo }: TestGateway) => ({ 'x-user-id': demo.world.member.id, 'x-auth-token': demo.world.member.token });
const shedBy = (reason: string): string => `gateway_requests_shed_total{reason="${reason}"}`;

describe('Work in progress', () => {
  it('metrics show requests in progress, and none afterwards', async () => {
    const gateway = await open({ env: { CALLER_CALLS_PER_MINUTE: '600' } });
    const names = [
      'gateway_requests_in_flight',
      'gateway_upstream_in_flight',
      'gateway_held_tokens',
      'gateway_arriving_bytes',
    ];
    const all = () => Promise.all(names.map((name) => metricOf(gateway, name)));
    expect(await all()).toEqual([0, 0, 0, 0]);
    expect(await metricOf(gateway, 'gateway_known_callers')).toBe(1);
    gateway.demo.fail('me', { hang: true, times: 2 });
    const leaving = new AbortController();
    const asked = [gateway.demo.world.member, gateway.demo.world.member].map((caller) =>
      fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-user-id': caller.id, 'x-auth-token': caller.token },
        body,
        signal: leaving.signal,
      }),
    );
    const { socket } = await openRaw(gateway.url);
    socket.write(rawPost(' '.repeat(40_000), { 'content-length': '90000' }));
    await expect.poll(all).toEqual([2, 2, 1, expect.toSatisfy((bytes: number) => bytes >= 40_000)]);
    expect(await metricOf(gateway, 'gateway_connections')).toBeGreaterThan(2);
    leaving.abort();
    await Promise.allSettled(asked);
    socket.destroy();
    await expect.poll(all).toEqual([0, 0, 0, 0]);
  });

  it('requests leave no timer behind', async () => {
    const gateway = await open({ env: { LOG_LEVEL: 'silent' } });
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    for (let count = 0; count < 60; count += 1) await gateway.ask('{ viewer { userId } }');
    await expect.poll(timers).toBeLessThan(before + 20);
  });
});

describe('Finished requests', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  it('hundreds of finished requests leave nothing in memory', async () => {
    const gateway = await open({ env: { LOG_LEVEL: 'silent' } });
    const kept = async () => {
      collect();
      const before = process.memoryUsage().heapUsed;
      for (let count = 0; count < 600; count += 10)
        await Promise.all(Array.from({ length: 10 }, () => gateway.ask('{ viewer { userId } }')));
      collect();
      return (process.memoryUsage().heapUsed - before) / 600;
    };
    // What is compiled and learnt at the beginning stays: so the calmest of several tries counts.
    await expect.poll(kept, { timeout: 25_000 }).toBeLessThan(400);
  });
});

describe('Requests beyond capacity', () => {
  const openFull = async (): Promise<TestGateway> => {
    const gateway = await open({ limits: { maxInFlight: 1 } });
    gateway.demo.fail('me', { hang: true, times: 1 });
    return gateway;
  };
  const fill = async (gateway: TestGateway): Promise<() => void> => {
    const { socket } = await openRaw(gateway.url);
    socket.write(rawPost(body, own(gateway)));
    await expect.poll(() => metricOf(gateway, 'gateway_requests_in_flight')).toBe(1);
    return () => void socket.destroy();
  };

  it('a request beyond capacity is rejected before its body arrives, and counted', async () => {
    const gateway = await openFull();
    const leave = await fill(gateway);
    const { socket, answers } = await openRaw(gateway.url);
    socket.write(rawPost('', { ...own(gateway), 'content-length': '90000' }));
    expect(statusesOf(await answers(1))).toEqual([503]);
    expect([
      await metricOf(gateway, shedBy('in_flight')),
      await metricOf(gateway, 'gateway_requests_total{status="503"}'),
      await metricOf(gateway, 'gateway_errors_total{code="OVERLOADED"}'),
    ]).toEqual([1, 1, 1]);
    expect(gateway.logs.filter(({ status }) => status === 503)).toEqual([]);
    socket.destroy();
    leave();
  });

  it('a request is rejected after its body if capacity ran out meanwhile', async () => {
    const gateway = await openFull();
    const { socket, answers, received } = await openRaw(gateway.url);
    socket.write(rawPost('', { ...own(gateway), 'content-length': String(body.length) }));
    await expect.poll(() => metricOf(gateway, 'gateway_connections')).toBeGreaterThan(1);
    const leave = await fill(gateway);
    expect(received()).toBe('');
    socket.write(body);
    expect(statusesOf(await answers(1))).toEqual([503]);
    expect(await metricOf(gateway, shedBy('in_flight'))).toBe(1);
    socket.destroy();
    leave();
  });

  it.each([['the caller’s own calls would have to wait', 'caller_wait', { maxCallerWaitMs: 0 }]])(
    'is told so where %s',
    async (_what, reason, limits) => {
      const gateway = await open({ limits });
      const { demo } = gateway;
      for (let count = 0; count < 3; count += 1) await gateway.ask(`{ user(id: "${demo.world.member.id}") { name } }`); // to know how long a call takes
      demo.fail('users.info', { hang: true });
      const usersOf = (request: number) =>
        Array.from({ length: 8 }, (_, index) => `u${index}: user(id: "user${request}-${index}") { name }`).join(' ');
      // One caller alone may have fifty-six calls under way.
      const connections = await Promise.all(Array.from({ length: 9 }, () => openRaw(gateway.url)));
      for (const [request, connection] of connections.entries())
        connection.socket.write(rawPost(JSON.stringify({ query: `{ ${usersOf(request)} }` }), own(gateway)));
      await expect.poll(() => metricOf(gateway, 'gateway_upstream_queue')).toBeGreaterThan(0);
      expect((await gateway.ask(query)).status).toBe(503);
      expect(await metricOf(gateway, shedBy(reason))).toBeGreaterThan(0);
      for (const connection of connections) connection.socket.destroy();
    },
  );
});

describe('Requests while the event loop lags', () => {
  it('a request is rejected while the event loop lags, and accepted afterwards', async () => {
    const gateway = await open({ limits: { maxInFlightWhenLate: 0, maxLoopDelayMs: 400 } });
    const status = async () => (await gateway.ask('{ viewer { userId } }')).status;
    const statusAfterBlock = () => {
      blockFor(600);
      return status();
    };
    await expect.poll(statusAfterBlock, { timeout: 15_000 }).toBe(503);
    expect(await metricOf(gateway, shedBy('loop_delay'))).toBeGreaterThan(0);
    await expect.poll(status, { timeout: 15_000 }).toBe(200);
  });
});

describe('Tokens in the log', () => {
  it('a request’s token is in no log line, even if the client repeats it or it has an unusual form', async () => {
    const gateway = await open();
    const token = 'made_up_token_of_another_form_0123456789';
    const { status } = await gateway.ask(`query ${token} { viewer { user { name } } }`, {
      as: { id: gateway.demo.world.member.id, token },
    });
    expect(status).toBe(200);
    await expect
      .poll(() => gateway.logs.at(-1))
      .toMatchObject({ operation: '[redacted]', codes: { UNAUTHENTICATED: 1 } });
    expect(JSON.stringify(gateway.logs)).not.toContain(token);
  });
});

describe('Request bodies', () => {
  it('a body with `content-encoding: identity` or a byte order mark is read', async () => {
    const gateway = await open();
    for (const [text, headers] of [
      [body, { 'content-encoding': 'identity' }],
      [`\uFEFF${body}`, {}],
    ] as const) {
      const answer = await exchange(gateway.url, rawPost(text, { ...own(gateway), ...headers, connection: 'close' }));
      expect(statusesOf(answer)).toEqual([200]);
      expect(answer).toContain(gateway.demo.world.member.username);
    }
  });

  it('a body whose declared length is over the limit is rejected before any of it arrives', async () => {
    const gateway = await open();
    expect(
      statusesOf(await exchange(gateway.url, rawPost('', { ...own(gateway), 'content-length': '102401' }))),
    ).toEqual([413]);
  });
});

describe('Request log', () => {
  it('the log line of a request has its cost, calls, retries and reason of rejection', async () => {
    const gateway = await open();
    gateway.demo.fail('me', { status: 503, times: 1 });
    await gateway.ask(`query Me ${query}`);
    await fetch(`${gateway.url}/graphql`, { method: 'PUT' });
    await expect.poll(() => gateway.logs.length).toBe(3);
    expect(gateway.logs[1]).toMatchObject({
      operation: 'Me',
      status: 200,
      plannedCalls: 1,
      upstreamCalls: 1,
      retries: 1,
      durationMs: expect.any(Number) as number,
    });
    expect(gateway.logs[2]).toMatchObject({ status: 405, upstreamCalls: 0, codes: { BAD_REQUEST: 1 } });
    for (const name of ['operation', 'plannedCalls', 'retries', 'droppedRows', 'details', 'unexpected'])
      expect(gateway.logs[2]).not.toHaveProperty(name);
    expect(gateway.logs[0]).not.toHaveProperty('codes');
  });
});
