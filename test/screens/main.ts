import { startDemo, type DemoWorkspace } from '../../src/demo/server.ts';
import { startTestGateway } from '../support/gateway.ts';
import { screens, type Rest, type Screen } from './screens.ts';

/**
 * Prints the table of `docs/calls.md`: upstream calls per screen, and how much of each arrives at the first try with the
 * default rate limit.
 */

const limit = { calls: 10, ms: 60_000 };

const restOf =
  ({ url, world: { member } }: DemoWorkspace): Rest =>
  async (endpoint, params = {}) => {
    const query = new URLSearchParams(Object.entries(params).map(([name, value]) => [name, String(value)]));
    const headers = { 'x-user-id': member.id, 'x-auth-token': member.token };
    const response = await fetch(`${url}/api/v1/${endpoint}?${query.toString()}`, { headers });
    return response.ok ? ((await response.json()) as Record<string, unknown>) : undefined;
  };

interface Outcome {
  readonly calls: number;
  readonly planned: number;
  /** Calls that were needed and not answered. */
  readonly missing: number;
}

async function askNaively({ naive }: Screen, rateLimit: typeof limit | false): Promise<Outcome> {
  const demo = await startDemo({ rateLimit });
  await naive(restOf(demo));
  const missing = demo.calls.filter(({ status }) => status === 429).length;
  await demo.close();
  return { calls: demo.calls.length, planned: 0, missing };
}

async function askGateway({ query }: Screen, rateLimit: typeof limit | false): Promise<Outcome> {
  const gateway = await startTestGateway({ demo: { rateLimit }, env: { LOG_LEVEL: 'silent' } });
  const { errors = [], extensions } = await gateway.ask(query, { headers: { 'x-upstream-report': '1' } });
  const report = extensions?.['upstream'] as { calls: number; plannedCalls: number };
  await gateway.close();
  return { calls: report.calls, planned: report.plannedCalls, missing: errors.length };
}

const firstTry = ({ missing }: Outcome): string =>
  missing === 0 ? 'all' : `${missing} ${missing === 1 ? 'part' : 'parts'} missing`;

const rows = [];
for (const screen of screens) {
  const [naive, gateway] = [await askNaively(screen, false), await askGateway(screen, false)];
  const [naiveLimited, gatewayLimited] = [await askNaively(screen, limit), await askGateway(screen, limit)];
  const { calls, why } = screen.minimum;
  rows.push(
    `| ${screen.name} | ${naive.calls} | **${gateway.calls}** | ${calls}: ${why} | ${firstTry(naiveLimited)} | ${firstTry(gatewayLimited)} |`,
  );
}
process.stdout.write(
  `${[
    '| screen | calls, one for each thing | calls of the gateway | fewest possible | first try by hand, limit on | first try here, limit on |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n')}\n`,
);
