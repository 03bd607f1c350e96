import { describe, expect, it } from 'vitest';
import { createLog, Redactor } from '../../src/observability/log.ts';
import { Metrics } from '../../src/observability/metrics.ts';
import { logRequest, type RequestFigures } from '../../src/observability/request-log.ts';
import { idleSources } from '../support/metric-sources.ts';

/** A query that called the workspace three times. */
const answered: RequestFigures = {
  requestId: 'request-1',
  status: 200,
  durationMs: 12.3456,
  refusedAs: undefined,
  upstreamCalls: new Map([
    ['me', 1],
    ['im.list', 2],
  ]),
  sharedCalls: 0,
  retries: 0,
  droppedRows: 0,
  savedCalls: undefined,
  isListed: false,
  outcome: { operationName: 'Mailbox', cost: { calls: 5 }, atMost: 9, limit: 100, runBy: 'compiled' },
};
const base = { requestId: 'request-1', operation: 'Mailbox', status: 200, durationMs: 12.3 };
const called = { byEndpoint: { me: 1, 'im.list': 2 }, shared: 0, atMost: 9, limit: 100 };

function lineOf(figures: RequestFigures, metrics?: Metrics): Record<string, unknown> {
  const lines: string[] = [];
  logRequest(figures, createLog('info', new Redactor(), { write: (line) => void lines.push(line) }), metrics);
  expect(lines).toHaveLength(1);
  const { level, time, ...line } = JSON.parse(lines[0] as string) as Record<string, unknown>;
  expect([level, typeof time]).toEqual([30, 'number']);
  return line;
}

describe('The log line of a request', () => {
  it.each<[what: string, figures: Partial<RequestFigures>, line: Record<string, unknown>]>([
    ['a query', {}, { ...base, upstreamCalls: 3, plannedCalls: 5, ...called }],
    [
      'a query that needs no call',
      {
        upstreamCalls: new Map(),
        outcome: { operationName: 'Mailbox', cost: { calls: 0 }, atMost: 4, limit: 100, runBy: 'graphql-js' },
      },
      { ...base, upstreamCalls: 0, plannedCalls: 0 },
    ],
    [
      'a query whose calls the caller’s other requests made',
      { upstreamCalls: new Map(), sharedCalls: 2 },
      { ...base, upstreamCalls: 0, plannedCalls: 5, ...called, byEndpoint: {}, shared: 2 },
    ],
    [
      'a query with as many shared calls as its own',
      { sharedCalls: 3 },
      { ...base, upstreamCalls: 3, plannedCalls: 5, ...called, shared: 3 },
    ],
    [
      'a query with retries and unreadable rows',
      { retries: 1, droppedRows: 2 },
      { ...base, upstreamCalls: 3, plannedCalls: 5, ...called, retries: 1, droppedRows: 2 },
    ],
    [
      'an anonymous query with failed fields',
      {
        outcome: {
          cost: { calls: 5 },
          atMost: 9,
          limit: 100,
          errors: { codes: { FORBIDDEN: 2, UPSTREAM_TIMEOUT: 1 }, details: ['Not allowed (HTTP 403)'], unexpected: [] },
        },
      },
      {
        requestId: 'request-1',
        status: 200,
        durationMs: 12.3,
        upstreamCalls: 3,
        plannedCalls: 5,
        ...called,
        codes: { FORBIDDEN: 2, UPSTREAM_TIMEOUT: 1 },
        details: ['Not allowed (HTTP 403)'],
        unexpected: [],
      },
    ],
    [
      'a request that is refused before GraphQL sees it',
      { status: 415, refusedAs: 'BAD_REQUEST', upstreamCalls: new Map(), outcome: {} },
      { requestId: 'request-1', status: 415, durationMs: 12.3, upstreamCalls: 0, codes: { BAD_REQUEST: 1 } },
    ],
    [
      'a query that is refused, of which GraphQL has told the errors',
      {
        status: 400,
        refusedAs: 'QUERY_TOO_COMPLEX',
        upstreamCalls: new Map(),
        outcome: { errors: { codes: { QUERY_TOO_COMPLEX: 3 }, details: [], unexpected: [] } },
      },
      {
        requestId: 'request-1',
        status: 400,
        durationMs: 12.3,
        upstreamCalls: 0,
        codes: { QUERY_TOO_COMPLEX: 3 },
        details: [],
        unexpected: [],
      },
    ],
  ])('has what there is to tell, and nothing else: %s', (_what, figures, line) => {
    expect(lineOf({ ...answered, ...figures })).toEqual(line);
  });

  it('has the duration in tenths of a millisecond', () => {
    expect([0.04, 0.05, 1234.56].map((durationMs) => lineOf({ ...answered, durationMs })['durationMs'])).toEqual([
      0, 0.1, 1234.6,
    ]);
  });

  it('comes with a count in the metrics, of which durations are in seconds', async () => {
    const metrics = new Metrics(idleSources);
    lineOf({ ...answered, durationMs: 1500 }, metrics);
    lineOf({ ...answered, status: 413, durationMs: 2, refusedAs: 'BAD_REQUEST', outcome: {} }, metrics);
    expect((await metrics.print()).split('\n')).toEqual(
      expect.arrayContaining([
        'gateway_requests_total{status="200"} 1',
        'gateway_requests_total{status="413"} 1',
        'gateway_errors_total{code="BAD_REQUEST"} 1',
        'gateway_operations_total{run_by="compiled"} 1',
        'gateway_upstream_calls_total{endpoint="im.list"} 4',
        'gateway_request_duration_seconds_bucket{le="0.005"} 1',
        'gateway_request_duration_seconds_bucket{le="1"} 1',
        'gateway_request_duration_seconds_bucket{le="2.5"} 2',
      ]),
    );
  });
});
