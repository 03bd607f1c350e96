import { describe, expect, it } from 'vitest';
import { Metrics } from '../../src/observability/metrics.ts';
import { startTestGateway } from '../support/gateway.ts';

const workspace = { inFlight: 0, queueLength: 0, retriesDenied: 0, breakerState: 'closed' };
const none = { inFlight: () => 0, shed: () => new Map(), loopDelayMs: () => 0, arrivingBytes: () => 0, heldBytes: () => 0, unsentBytes: () => 0, heldTokens: () => 0, connections: async () => 0, knownCallers: () => 0, windows: () => [], workspace };

describe('the metrics', () => {
  it('count requests by status and code, and calls by endpoint', async () => {
    const metrics = new Metrics(none);
    const upstreamCalls = new Map([['im.list', 2]]);
    metrics.requestEnded({ status: 200, seconds: 0.02, codes: { FORBIDDEN: 3, 'made up by a client': 1 }, upstreamCalls });
    metrics.requestEnded({ status: 200, seconds: 2, codes: {}, upstreamCalls });
    expect((await metrics.print()).split('\n')).toEqual(
      expect.arrayContaining([
        'gateway_requests_total{status="200"} 2',
        'gateway_errors_total{code="FORBIDDEN"} 3',
        'gateway_errors_total{code="INTERNAL_SERVER_ERROR"} 1',
        'gateway_upstream_calls_total{endpoint="im.list"} 4',
        'gateway_request_duration_seconds_bucket{le="0.025"} 1',
        'gateway_request_duration_seconds_count 2',
      ]),
    );
  });

  it('show the tightest window of each endpoint, and nobody’s address', async () => {
    const windows = () => [
      { endpoint: 'me', address: '192.0.2.7', limit: 10, remaining: 6 },
      { endpoint: 'me', address: '192.0.2.8', limit: 10, remaining: 1 },
      { endpoint: 'im.list', address: undefined, limit: 20, remaining: 20 },
    ];
    const text = await new Metrics({ ...none, windows, shed: () => new Map([['in_flight', 7]]) }).print();
    expect(text).toContain('gateway_upstream_window_remaining{endpoint="me"} 1\n');
    expect(text).toContain('gateway_upstream_window_limit{endpoint="im.list"} 20\n');
    expect(text).toContain('gateway_requests_shed_total{reason="in_flight"} 7\n');
    expect(text).not.toContain('192.0.2');
  });

  it('are there only where they are asked for', async () => {
    for (const [setting, status] of [['on', 200], ['off', 404]] as const) {
      const gateway = await startTestGateway({ env: { METRICS: setting } });
      const answer = await fetch(`${gateway.url}/metrics`);
      expect(answer.status).toBe(status);
      expect((await answer.text()).includes('gateway_requests_in_flight 0')).toBe(setting === 'on');
      await gateway.close();
    }
  });
});
