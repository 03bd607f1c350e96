import { describe, expect, it } from 'vitest';
import {
  startTestGateway,
  type Caller,
  type GraphqlResult,
  type TestGateway,
  type TestGatewayOptions,
} from '../../support/gateway.ts';
import { metricOf } from '../../support/metric.ts';

const query = '{ viewer { user { username } } }';

async function open(options: TestGatewayOptions): Promise<TestGateway> {
  const gateway = await startTestGateway({ ...options, env: { METRICS: 'on', ...options.env } });
  await gateway.ask(query); // the first call ever finds out whether the workspace limits calls
  return gateway;
}

const codeOf = ({ errors }: GraphqlResult) => errors?.[0]?.extensions['code'];

describe('Overload', () => {
  it('L01: load within capacity is served completely', async () => {
    const gateway = await open({ demo: { latencyMs: 20 }, limits: { maxInFlight: 16 } });
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(Array.from({ length: 16 }, () => gateway.ask(query)));
      expect(answers.map(({ status, errors }) => ({ status, errors }))).toEqual(
        Array.from({ length: 16 }, () => ({ status: 200, errors: undefined })),
      );
    }
    expect(await metricOf(gateway, 'gateway_requests_shed_total{reason="in_flight"}')).toBe(0);
  });

  it('L02: load beyond capacity gets 503 immediately, and the health endpoints respond', async () => {
    const gateway = await open({ limits: { maxInFlight: 8 } });
    gateway.demo.fail('*', { delayMs: 1500 });
    const taken = Array.from({ length: 8 }, () => gateway.ask(query));
    await expect.poll(() => metricOf(gateway, 'gateway_requests_in_flight')).toBe(8);
    await expect.poll(() => gateway.demo.calls.length).toBe(9);
    let hasEnded = false;
    for (const each of taken) void each.then(() => (hasEnded = true));
    const before = gateway.demo.calls.length;
    for (let count = 0; count < 20; count += 1) {
      const shed = await gateway.ask(query);
      expect({ status: shed.status, code: codeOf(shed) }).toEqual({ status: 503, code: 'OVERLOADED' });
      expect(shed.headers.get('retry-after')).toMatch(/^[123]$/);
      expect(shed.errors?.[0]?.extensions['retryAfterSeconds']).toBe(Number(shed.headers.get('retry-after')));
      expect(shed.headers.get('connection')).toBe('keep-alive');
    }
    for (const path of ['/healthz', '/readyz', '/metrics']) expect((await fetch(gateway.url + path)).status).toBe(200);
    expect(hasEnded).toBe(false);
    expect(gateway.demo.calls.length).toBe(before);
    expect(await metricOf(gateway, 'gateway_requests_shed_total{reason="in_flight"}')).toBe(20);
    for (const { status, errors } of await Promise.all(taken))
      expect({ status, errors }).toEqual({ status: 200, errors: undefined });

    // L03, of the same: as soon as there is room, everybody is served again.
    gateway.demo.heal();
    for (let count = 0; count < 20; count += 1) expect((await gateway.ask(query)).status).toBe(200);
  });

  it('claim 17: rejected requests share one log line, even without metrics', async () => {
    const gateway = await startTestGateway({ env: { LOG_LEVEL: 'warn' }, limits: { maxInFlight: 0 } });
    const answers = await Promise.all(Array.from({ length: 25 }, () => gateway.ask(query)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 25 }, () => 503));
    await gateway.close(); // flushes the log
    const told = gateway.logs.map((line) => (line['shed'] as Record<string, number>)['in_flight'] ?? 0);
    expect(told.reduce((sum, count) => sum + count, 0)).toBe(25);
    expect(told.length).toBeLessThan(25);
  });

  it('L03: after the overload everything works as before', async () => {
    const gateway = await open({ limits: { maxInFlight: 4 } });
    gateway.demo.configure({ latencyMs: 100 });
    const answers = await Promise.all(Array.from({ length: 40 }, () => gateway.ask(query)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]));
    gateway.demo.configure({ latencyMs: 0 });
    for (let count = 0; count < 20; count += 1) expect((await gateway.ask(query)).status).toBe(200);
    expect(await metricOf(gateway, 'gateway_requests_in_flight')).toBe(0);
  });

  it('L04: a caller with twenty times the load of others is rejected, and the other nine are not', async () => {
    const gateway = await open({ env: { CALLER_CALLS_PER_MINUTE: '40', MAX_UPSTREAM_CALLS: '40' } });
    const { accounts, member } = gateway.demo.world;
    const others: Caller[] = accounts
      .filter((each) => each.active && each.type === 'user' && each !== member)
      .slice(0, 9);
    const greedy = member;
    const ask = (who: Caller) => gateway.ask(query, { as: who });
    for (const who of [greedy, ...others]) expect((await ask(who)).status).toBe(200);
    const answers: GraphqlResult[] = [];
    for (let round = 0; round < 8; round += 1) {
      answers.push(...(await Promise.all(Array.from({ length: 20 }, () => ask(greedy)))));
      for (const answer of await Promise.all(others.map(ask)))
        expect(answer).toMatchObject({ status: 200, errors: undefined });
    }
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(38);
    expect(refused.length).toBeGreaterThan(80);
    expect(refused.map(codeOf)).toEqual(refused.map(() => 'RATE_LIMITED'));
    expect(Number(refused[0]?.headers.get('retry-after'))).toBe(
      refused[0]?.errors?.[0]?.extensions['retryAfterSeconds'],
    );
    expect(await metricOf(gateway, 'gateway_known_callers')).toBe(10);
  });
});
