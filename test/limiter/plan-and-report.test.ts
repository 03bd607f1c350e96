import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { MAX_UPSTREAM_CALLS: '30' } });
});
afterAll(() => gateway.close());

const overview = '{ viewer { directMessages(first: 5) { nodes { messages(first: 4) { nodes { readReceipts { totalCount } } } } } } }';
const everything = '{ directMessages(first: 100) { nodes { messages(first: 100) { nodes { readReceipts { totalCount } } } } } }';

describe('what a request costs', () => {
  it('is told on request, planned and spent', async () => {
    const { extensions, calls } = await gateway.askCounting(overview, { headers: { 'x-upstream-report': '1' } });
    expect(extensions).toEqual({
      upstream: {
        plannedCalls: 26,
        calls: calls.length,
        byEndpoint: { 'chat.getMessageReadReceipts': calls.length - 6, 'dm.messages': 5, 'im.list': 1 },
        shared: 0,
        retries: 0,
        limit: 30,
      },
    });
  });

  it('is not told unasked', async () => {
    expect((await gateway.ask('{ viewer { id } }')).extensions).toBeUndefined();
    expect((await gateway.ask('{ viewer { id } }', { headers: { 'x-upstream-report': 'yes' } })).extensions).toBeUndefined();
  });

  it('is told of an operation that is only priced, and nothing is called', async () => {
    const { status, data, errors, extensions, calls } = await gateway.askCounting(overview, { headers: { 'x-upstream-plan': 'only' } });
    expect({ status, data, errors, calls }).toEqual({ status: 200, data: null, errors: undefined, calls: [] });
    expect(extensions).toEqual({
      upstream: {
        plannedCalls: 26,
        byEndpoint: { 'chat.getMessageReadReceipts': 20, 'dm.messages': 5, 'im.list': 1 },
        heaviest: [
          { path: 'viewer.directMessages.messages.readReceipts', calls: 20 },
          { path: 'viewer.directMessages.messages', calls: 5 },
          { path: 'viewer.directMessages', calls: 1 },
        ],
        limit: 30,
      },
    });
  });

  it('is in the log line of the request', async () => {
    await gateway.ask(`query Counters { directMessage(id: "${landmarks.busyRoomId}") { counters { joined } } }`);
    expect(gateway.logs.at(-1)).toMatchObject({ operation: 'Counters', plannedCalls: 1, upstreamCalls: 1 });
  });

  it('is there under the operation’s name, or as much of it as a line should hold', async () => {
    await gateway.ask(`query ${'Long'.repeat(50)} { viewer { id } }`);
    expect(gateway.logs.at(-1)).toMatchObject({ operation: 'Long'.repeat(32) });
    await gateway.ask('{ viewer { id } }');
    expect(gateway.logs.at(-1)).not.toHaveProperty('operation');
  });

  it('is told by endpoint in the order of their names', async () => {
    const { extensions } = await gateway.ask(overview, { headers: { 'x-upstream-report': '1' } });
    const report = extensions?.['upstream'] as { byEndpoint: Record<string, number> } | undefined;
    expect(Object.keys(report?.byEndpoint ?? {})).toEqual(['chat.getMessageReadReceipts', 'dm.messages', 'im.list']);
  });

  it('may be as much as the limit, and not one call more', async () => {
    const { demo } = gateway;
    for (const [limit, status] of [['26', 200], ['25', 400]] as const) {
      const other = await startTestGateway({ demo, env: { MAX_UPSTREAM_CALLS: limit, LOG_LEVEL: 'silent' } });
      expect((await other.ask(overview)).status).toBe(status);
      await other.close();
    }
  });

  it('above the limit is refused as a whole, without a call, with the paths that cost the most', async () => {
    const { status, data, errors, calls } = await gateway.askCounting(everything, { as: gateway.demo.world.admin });
    expect({ status, data, calls }).toEqual({ status: 400, data: undefined, calls: [] });
    expect(errors).toEqual([
      {
        message: 'This query can cost 10101 upstream calls, and 30 are allowed: ask for smaller pages, or for less in each row.',
        extensions: {
          code: 'QUERY_TOO_COMPLEX',
          cost: {
            estimated: 10_101,
            limit: 30,
            heaviest: ['directMessages.messages.readReceipts', 'directMessages.messages', 'directMessages'],
          },
        },
      },
    ]);
  });

  it('is not told to those who bring no credentials', async () => {
    const { status, errors, extensions } = await gateway.ask(overview, { as: null, headers: { 'x-upstream-plan': 'only', 'x-upstream-report': '1' } });
    expect(status).toBe(401);
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(JSON.stringify(extensions ?? {})).not.toContain('heaviest');
  });
});
