import { serverAudits, type AuditResult } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

/**
 * Recommendations that are not followed: a request of the right form that GraphQL refuses is answered 400 and not 200,
 * also to clients that accept application/json only.
 */
const accepted = new Set(['572B', 'FDE2', '7B9B']);

const audits = serverAudits({ url: () => `${gateway.url}/graphql` });

describe('GraphQL over HTTP', () => {
  test('is audited in full', () => {
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
