import { describe, expect, it } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { startTestGateway } from '../../support/gateway.ts';

const query = `{ directMessage(id: "${landmarks.busyRoomId}") { messages(first: 1) { totalCount } counters { joined } } }`;

describe('the metrics', () => {
  it('metrics show the same rate-limit windows as `upstreamBudget`, and the calls made', async () => {
    const gateway = await startTestGateway({ demo: { rateLimit: { calls: 10, ms: 60_000 } }, env: { METRICS: 'on' } });
    await gateway.ask(query);
    await gateway.ask(query);
    const { data } = await gateway.ask('{ upstreamBudget { endpoint limit remaining } }');
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    const { upstreamBudget } = data as unknown as {
      upstreamBudget: { endpoint: string; limit: number; remaining: number }[];
    };
    expect(upstreamBudget).toEqual([
      { endpoint: 'dm.messages', limit: 10, remaining: 8 },
      { endpoint: 'im.counters', limit: 10, remaining: 8 },
    ]);
    for (const { endpoint, limit, remaining } of upstreamBudget) {
      expect(metrics).toContain(`gateway_upstream_window_limit{endpoint="${endpoint}"} ${limit}\n`);
      expect(metrics).toContain(`gateway_upstream_window_remaining{endpoint="${endpoint}"} ${remaining}\n`);
      expect(metrics).toContain(`gateway_upstream_calls_total{endpoint="${endpoint}"} 2\n`);
    }
    expect(metrics).toContain('gateway_requests_total{status="200"} 3\n');
    expect(metrics).toContain('gateway_upstream_breaker_closed 1\n');
    const { id, token, username } = gateway.demo.world.member;
    for (const secret of [id, token, username, landmarks.busyRoomId, '127.0.0.1'])
      expect(metrics).not.toContain(secret);
  });

  it('/metrics is not found by default', async () => {
    const gateway = await startTestGateway();
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(404);
  });
});
