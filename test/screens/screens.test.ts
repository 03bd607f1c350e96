import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { screens } from './screens.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { LOG_LEVEL: 'silent' } });
});
afterAll(() => gateway.close());

describe('what a screen costs', () => {
  it.each(screens.map((screen) => [screen.name, screen] as const))(
    '%s: the fewest calls possible',
    async (_name, { query, minimum }) => {
      const { errors, calls } = await gateway.askCounting(query);
      expect(errors).toBeUndefined();
      expect(calls).toHaveLength(minimum.calls);
    },
  );

  it.each(screens.map((screen) => [screen.name, screen] as const))(
    'M8: %s: exactly its price, for a gateway that knows no room yet',
    async (_name, { query }) => {
      const fresh = await startTestGateway({ demo: gateway.demo, env: { LOG_LEVEL: 'silent' } });
      const { extensions } = await fresh.ask(query, { headers: { 'x-upstream-report': '1' } });
      await fresh.close();
      const report = extensions?.['upstream'] as { plannedCalls: number; calls: number } | undefined;
      expect(report?.calls).toBe(report?.plannedCalls);
    },
  );
});
