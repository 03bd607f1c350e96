import { describe, expect, it } from 'vitest';
import { Metrics } from '../../src/observability/metrics.ts';
import { startTestGateway } from '../support/gateway.ts';
import { idleSources } from '../support/metric-sources.ts';

describe('Metrics', () => {
  it('metrics count requests by status, errors by code and upstream calls by endpoint', async () => {
    const metrics = new Metrics(idleSources);
    const upstreamCalls = new Map([['im.list', 2]]);
    metrics.requestEnded({
      status: 200,
      seconds: 0.02,
      codes: { FORBIDDEN: 3, 'made up by a client': 1 },
      upstreamCalls,
    });
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

  it('metrics show the rate-limit window with the fewest calls left per endpoint, without client addresses', async () => {
    const windows = () => [
      { endpoint: 'me', address: '192.0.2.7', limit: 10, remaining: 6 },
      { endpoint: 'me', address: '192.0.2.8', limit: 10, remaining: 1 },
      { endpoint: 'im.list', address: undefined, limit: 20, remaining: 20 },
    ];
    const text = await new Metrics({ ...idleSources, windows, shed: () => new Map([['in_flight', 7]]) }).print();
    expect(text).toContain('gateway_upstream_window_remaining{endpoint="me"} 1\n');
    expect(text).toContain('gateway_upstream_window_limit{endpoint="im.list"} 20\n');
    expect(text).toContain('gateway_requests_shed_total{reason="in_flight"} 7\n');
    expect(text).not.toContain('192.0.2');
  });

  it('each gauge reads its own source at each scrape', async () => {
    const numbers = { inFlight: 2, arrivingBytes: 3, unsentBytes: 5, heldTokens: 7, knownCallers: 11 };
    const sources = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, () => value])) as Record<
      keyof typeof numbers,
      () => number
    >;
    const used = { inFlight: 13, queueLength: 17, retriesDenied: 19, breakerState: 'closed' };
    const metrics = new Metrics({
      ...idleSources,
      ...sources,
      loopDelayMs: () => 23,
      connections: async () => 29,
      workspace: used,
    });
    expect((await metrics.print()).split('\n')).toEqual(
      expect.arrayContaining([
        'gateway_requests_in_flight 2',
        'gateway_arriving_bytes 3',
        'gateway_unsent_bytes 5',
        'gateway_held_tokens 7',
        'gateway_known_callers 11',
        'gateway_upstream_in_flight 13',
        'gateway_upstream_queue 17',
        'gateway_upstream_retries_denied_total 19',
        'gateway_upstream_breaker_closed 1',
        'gateway_event_loop_delay_seconds 0.023',
        'gateway_connections 29',
      ]),
    );
    expect(await metrics.print()).toMatch(/^process_resident_memory_bytes [1-9]\d{6,}$/m);
    for (const breakerState of ['open', 'half-open']) {
      used.breakerState = breakerState;
      expect(await metrics.print()).toContain('gateway_upstream_breaker_closed 0\n');
    }
  });

  it('metrics drop closed rate-limit windows, and count each shed request once', async () => {
    let [windows, shed] = [[{ endpoint: 'me', limit: 10, remaining: 6 }], new Map([['in_flight', 2]])];
    const metrics = new Metrics({ ...idleSources, windows: () => windows, shed: () => shed });
    expect(
      [await metrics.print(), await metrics.print()].map((text) =>
        text.includes('gateway_requests_shed_total{reason="in_flight"} 2\n'),
      ),
    ).toEqual([true, true]);
    [windows, shed] = [[{ endpoint: 'im.list', limit: 20, remaining: 0 }], new Map([['in_flight', 3]])];
    const text = await metrics.print();
    expect(text).toContain('gateway_requests_shed_total{reason="in_flight"} 3\n');
    expect(text).toContain('gateway_upstream_window_remaining{endpoint="im.list"} 0\n');
    expect(text).not.toContain('endpoint="me"');
  });

  it('limit and remaining come from the same rate-limit window, in whatever order windows are listed', async () => {
    const loose = { endpoint: 'me', limit: 30, remaining: 9 };
    const tight = { endpoint: 'me', limit: 10, remaining: 1 };
    for (const windows of [
      [loose, tight],
      [tight, loose],
    ]) {
      const text = await new Metrics({ ...idleSources, windows: () => windows }).print();
      expect(text).toContain('gateway_upstream_window_limit{endpoint="me"} 10\n');
      expect(text).toContain('gateway_upstream_window_remaining{endpoint="me"} 1\n');
    }
  });

  it('executed operations are counted by executor, refused ones are not', async () => {
    const metrics = new Metrics(idleSources);
    for (const runBy of ['compiled', 'compiled', 'graphql-js', undefined] as const)
      metrics.requestEnded({ status: 400, seconds: 0, codes: {}, upstreamCalls: new Map(), runBy });
    const text = await metrics.print();
    expect(text).toContain('gateway_operations_total{run_by="compiled"} 2\n');
    expect(text).toContain('gateway_operations_total{run_by="graphql-js"} 1\n');
    expect(text.match(/^gateway_operations_total\{/gm)).toHaveLength(2);
    expect(text).toContain('gateway_requests_total{status="400"} 4\n');
    expect(metrics.contentType).toMatch(/^text\/plain; version=/);
  });

  it('compiled operations that failed by a bug are counted, so that an alert can tell', async () => {
    const metrics = new Metrics(idleSources);
    const failures = async () => /^gateway_compiled_\w+ (\d+)$/m.exec(await metrics.print())?.[1];
    expect(await failures()).toBe('0');
    metrics.compiledRunFailed();
    expect(await failures()).toBe('1');
  });

  it('retries that were not made are counted once, however often the metrics are read', async () => {
    const metrics = new Metrics({ ...idleSources, workspace: { ...idleSources.workspace, retriesDenied: 19 } });
    for (let scrape = 0; scrape < 3; scrape += 1)
      expect(await metrics.print()).toContain('gateway_upstream_retries_denied_total 19\n');
  });

  it('/metrics exists only with METRICS=on', async () => {
    for (const [setting, status] of [
      ['on', 200],
      ['off', 404],
    ] as const) {
      const gateway = await startTestGateway({ env: { METRICS: setting } });
      const answer = await fetch(`${gateway.url}/metrics`);
      expect(answer.status).toBe(status);
      expect((await answer.text()).includes('gateway_requests_in_flight 0')).toBe(setting === 'on');
      await gateway.close();
    }
  });
});
