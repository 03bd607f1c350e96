import { HeaderMap } from '@apollo/server';
import { describe, expect, it } from 'vitest';
import type { QueryCost } from '../../../src/context/query-cost.ts';
import type { RequestContext } from '../../../src/context/request-context.ts';
import { refusalOfCost } from '../../../src/operation/cost/limits.ts';
import { isPricedOnly, priceOf, reportOf, wantsReport } from '../../../src/operation/cost/report.ts';

const cost = {
  calls: 12,
  spareCalls: 30,
  values: 300,
  byEndpoint: { 'im.list': 1 },
  heaviest: [{ path: 'viewer', calls: 12 }],
} as unknown as QueryCost;

const asked = (headers: Readonly<Record<string, string>>) => ({
  http: { method: 'POST', headers: new HeaderMap(Object.entries(headers)), search: '', body: {} },
});

describe('Headers that ask for the cost', () => {
  it.each<[string, Parameters<typeof isPricedOnly>[0], boolean, boolean]>([
    ['the price alone', asked({ 'x-upstream-plan': 'only' }), true, false],
    ['the report', asked({ 'x-upstream-report': '1' }), false, true],
    ['both', asked({ 'x-upstream-plan': 'only', 'x-upstream-report': '1' }), true, true],
    ['other values', asked({ 'x-upstream-plan': '1', 'x-upstream-report': 'only' }), false, false],
    ['nothing', asked({}), false, false],
    ['nothing, without headers', {}, false, false],
  ])('%s', (_name, request, isPriced, isReported) => {
    expect([isPricedOnly(request), wantsReport(request)]).toEqual([isPriced, isReported]);
  });
});

describe('The price of an operation that is not run', () => {
  it('is its calls, and how many it may make at most', () => {
    const { byEndpoint, heaviest } = cost;
    const price = { plannedCalls: 12, byEndpoint, heaviest, refusal: undefined };
    expect(priceOf(cost, 100)).toEqual({ ...price, atMost: 42, limit: 100 });
    expect(priceOf(cost, 40)).toEqual({ ...price, atMost: 40, limit: 40 });
  });

  it('says why the gateway would reject it, and then that it makes no call', () => {
    expect(priceOf(cost, 11)).toMatchObject({ atMost: 0, refusal: expect.stringContaining('the limit is 11') });
  });
});

describe('The report of an operation that ran', () => {
  const request = (over: Partial<RequestContext>) =>
    ({
      outcome: { cost, atMost: 20, limit: 100 },
      upstreamCalls: new Map([
        ['im.list', 1],
        ['dm.messages', 5],
        ['rooms.get', 2],
      ]),
      callCount: 8,
      sharedCalls: 3,
      retries: 1,
      isStoreAway: false,
      ...over,
    }) as unknown as RequestContext;

  it('has what was planned, what was called, by endpoint in order, and what was saved', () => {
    const report = reportOf(request({}));
    const byEndpoint = { 'dm.messages': 5, 'im.list': 1, 'rooms.get': 2 };
    expect(report).toEqual({
      plannedCalls: 12,
      atMost: 20,
      calls: 8,
      byEndpoint,
      shared: 3,
      retries: 1,
      limit: 100,
      store: undefined,
    });
    expect(Object.keys(report['byEndpoint'] as object)).toEqual(Object.keys(byEndpoint));
  });

  it('says that the shared store is away, and knows operations that were not planned', () => {
    expect(reportOf(request({ isStoreAway: true, outcome: {} }))).toMatchObject({
      plannedCalls: undefined,
      atMost: 0,
      limit: undefined,
      store: 'away',
    });
  });
});

describe('An operation is too large', () => {
  const refusal = (calls: number, values: number) => refusalOfCost({ ...cost, calls, values }, 100)?.extensions;

  it('beyond its calls, and beyond its values, and not at either limit', () => {
    expect(refusal(100, 30_000)).toBeUndefined();
    expect(refusal(101, 0)).toMatchObject({ code: 'QUERY_TOO_COMPLEX', cost: { estimated: 101, limit: 100 } });
    expect(refusal(0, 30_001)).toEqual({ code: 'QUERY_TOO_COMPLEX', http: { status: 400 } });
  });
});
