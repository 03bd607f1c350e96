import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { startReceiver } from '../support/receiver.ts';

interface HiveReport {
  readonly map: Record<string, { readonly operationName: string }>;
  readonly operations: readonly {
    readonly operationMapKey: string;
    readonly metadata: { readonly client?: unknown };
  }[];
}

let receiver: Awaited<ReturnType<typeof startReceiver>>;
let gateway: TestGateway;
beforeEach(async () => {
  receiver = await startReceiver();
  gateway = await startTestGateway({ env: { HIVE_TOKEN: 'planted-hive-token', HIVE_USAGE_URL: receiver.url } });
});
afterEach(() => receiver.close());

/** What Hive has received once the gateway has stopped. */
async function reports(): Promise<HiveReport[]> {
  await gateway.close();
  return receiver.received.map(({ body }) => JSON.parse(body.toString()) as HiveReport);
}

describe('Usage reports for Hive', () => {
  it('have the clients as they name themselves, and none for a client that does not', async () => {
    await gateway.ask('query Named { viewer { userId } }', { headers: { 'apollographql-client-name': 'mailbox-app' } });
    await gateway.ask('query Unnamed { viewer { userId } }', { headers: { 'apollographql-client-version': '1.2' } });
    const clients = (await reports()).flatMap(({ map, operations }) =>
      operations.map(({ operationMapKey, metadata }) => [map[operationMapKey]?.operationName, metadata.client]),
    );
    expect(Object.fromEntries(clients)).toEqual({ Named: { name: 'mailbox-app', version: '' }, Unnamed: undefined });
  });

  it('come now and then, with many operations each', async () => {
    for (let time = 0; time < 60; time += 1) await gateway.ask('{ viewer { userId } }');
    const sizes = (await reports()).map(({ operations }) => operations.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(60);
    expect(sizes.length).toBeLessThan(3); // one, unless a busy machine takes longer than the reports' interval
  });
});
