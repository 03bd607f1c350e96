import { serverAudits, type AuditResult } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

/**
 * Recommendations that the gateway does not follow: it answers a well-formed request that GraphQL rejects with 400 instead
 * of 200, even when the client accepts only application/json.
 */
const accepted = new Set(['572B', 'FDE2', '7B9B']);

const audits = serverAudits({ url: () => `${gateway.url}/graphql` });

describe('GraphQL over HTTP', () => {
  test('the graphql-http audit runs in full', () => {
    expect(audits.length).toBeGreaterThanOrEqual(61);
    const ids = new Set(audits.map(({ id }) => id));
    expect([...accepted].filter((id) => !ids.has(id))).toEqual([]);
  });

  test.each(audits)('$name ($id)', async ({ id, fn }) => {
    const result = await fn();
    if (result.status !== 'ok') await result.response.body?.cancel();
    const worst: readonly AuditResult['status'][] = accepted.has(id) ? ['ok', 'notice', 'warn'] : ['ok', 'notice'];
    expect(worst, 'reason' in result ? result.reason : '').toContain(result.status);
  });
});
