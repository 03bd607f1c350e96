import { Report, Trace, type ITrace } from '@apollo/usage-reporting-protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { readConfig } from '../../src/config/config.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { takeLeaks } from '../support/secrets.ts';
import { startReceiver, type Received } from '../support/receiver.ts';

const { busyRoomId } = landmarks;
const key = 'service:demo:planted-graphos-key';
const hiveToken = 'planted-hive-token';

/** Values that must not be sent, each planted in a different place. */
const secrets = [
  'planted-literal',
  'planted-list',
  'planted-default',
  'planted-variable',
  'planted-header',
  'planted-cookie',
  'planted-reference',
  'planted-room',
  '424242',
];

const query = `
  query Mailbox($id: ID!, $name: String! = "planted-default", $representations: [_Any!]!) {
    directMessage(id: $id) { mine: messages(first: 42, filterBy: { mentioning: ["planted-list"] }) { totalCount } }
    directMessageWith(username: $name) { id }
    message(id: "planted-literal") { text }
    room: directMessage(id: "@planted-room") { topic }
    _entities(representations: $representations) { ... on User { username } }
  }
`;

const variables = {
  id: busyRoomId,
  name: 'planted-variable',
  representations: [{ __typename: 'User', id: 'planted-reference', ssn: '424242' }],
};
const headers = {
  'apollographql-client-name': 'mailbox-app',
  'apollographql-client-version': '1.2',
  'x-secret': 'planted-header',
  cookie: 'session=planted-cookie',
};

/** Sends queries, then closes the gateway, which flushes its reports. */
async function runAndStop(env: Record<string, string>): Promise<TestGateway> {
  const gateway = await startTestGateway({ env });
  await gateway.ask(query, { variables, headers });
  await gateway.ask('query Me { viewer { userId } }', { headers });
  await gateway.ask('query Nobody { viewer { userId } }', { as: null });
  await gateway.ask('{ invalid(secret: "planted-literal") }', { variables: { secret: 'planted-variable' } });
  await gateway.ask(
    'query Pinned($filter: MessageFilters) { directMessage(id: "r1") { messages(filterBy: $filter) { totalCount } } }',
    { variables: { filter: { pinnedOnly: true } } },
  );
  await gateway.ask(
    'query Range($since: DateTime!) { directMessage(id: "r1") { history(range: { since: $since }) { nodes { id } } } }',
    { variables: { since: 'planted-variable' }, headers },
  );
  await gateway.close();
  return gateway;
}

function expectNoSecrets(received: readonly Received[], { demo }: TestGateway): void {
  expect(received.length).toBeGreaterThan(0);
  const everything = received
    .map(({ path, headers, body }) => `${path} ${JSON.stringify(headers)} ${body.toString('latin1')}`)
    .join('\n');
  for (const secret of [...secrets, demo.world.member.token, busyRoomId]) expect(everything).not.toContain(secret);
}

const decoded = (traces: readonly (ITrace | Uint8Array)[] | null | undefined): ITrace[] =>
  (traces ?? []).map((trace) => (trace instanceof Uint8Array ? Trace.decode(trace) : trace));

const tracesOf = ({ tracesPerQuery }: Report): ITrace[] =>
  Object.values(tracesPerQuery).flatMap(({ trace }) => decoded(trace));

/** Errors of a traced field and of its subfields. */
const errorsBelow = (node: Trace.INode | null | undefined): Trace.IError[] =>
  node == null ? [] : [...(node.error ?? []), ...(node.child ?? []).flatMap(errorsBelow)];

describe('Usage reports', () => {
  it('usage is not reported by default', async () => {
    expect(readConfig({})).toMatchObject({ graphos: undefined, hive: undefined, tracesInline: false });
    const gateway = await runAndStop({});
    expect(gateway.logs.map(({ msg }) => msg).filter((msg) => msg !== undefined)).toEqual([]);
  });

  describe('for Apollo GraphOS', () => {
    let receiver: Awaited<ReturnType<typeof startReceiver>>;
    let gateway: TestGateway;
    let report: Report;
    beforeAll(async () => {
      receiver = await startReceiver();
      gateway = await runAndStop({ APOLLO_KEY: key, APOLLO_GRAPH_REF: 'demo@current', APOLLO_USAGE_URL: receiver.url });
      report = Report.decode(receiver.received[0]?.body ?? Buffer.alloc(0));
    });
    afterAll(() => receiver.close());

    it('a GraphOS report names the graph, operations and clients', () => {
      expect(receiver.received).toMatchObject([{ path: '/api/ingress/traces', headers: { 'x-api-key': key } }]);
      expect(report.header?.graphRef).toBe('demo@current');
      const signatures = Object.keys(report.tracesPerQuery).toSorted();
      expect(signatures.map((signature) => signature.split('\n')[0])).toEqual(
        ['## GraphQLValidationFailure', '# Mailbox', '# Me', '# Nobody', '# Pinned', '# Range'].toSorted(),
      );
      expect(signatures.find((signature) => signature.startsWith('# Mailbox'))).toContain(
        'messages(filterBy:{},first:0){totalCount}',
      );
    });

    it('a GraphOS report counts the use of each field', () => {
      const [, mailbox] =
        Object.entries(report.tracesPerQuery).find(([signature]) => signature.startsWith('# Mailbox')) ?? [];
      expect(mailbox?.referencedFieldsByType?.['DirectMessage']?.fieldNames?.toSorted()).toEqual([
        'id',
        'messages',
        'topic',
      ]);
      expect(mailbox?.referencedFieldsByType?.['User']?.fieldNames).toEqual(['username']);
      const stats = (mailbox?.statsWithContext ?? []) as {
        context?: { clientName?: string };
        queryLatencyStats?: { requestCount?: unknown };
      }[];
      const traces = decoded(mailbox?.trace);
      const clients = [
        ...stats.map(({ context }) => context?.clientName),
        ...traces.map(({ clientName }) => clientName),
      ];
      expect(new Set(clients)).toEqual(new Set(['mailbox-app']));
    });

    it('a GraphOS report has no variables, headers, literals or tokens', () =>
      expectNoSecrets(receiver.received, gateway));

    it('a GraphOS report counts errors without their messages', () => {
      const errors = tracesOf(report).flatMap(({ root }) => errorsBelow(root));
      expect(errors.length).toBeGreaterThan(0);
      expect([...new Set(errors.map(({ message }) => message))]).toEqual(['<masked>']);
    });

    it('a GraphOS report has no request headers', () => {
      const traces = tracesOf(report);
      expect(traces.length).toBeGreaterThan(0);
      expect(traces.flatMap(({ http }) => Object.keys(http?.requestHeaders ?? {}))).toEqual([]);
    });

    it('the GraphOS key is not logged', () => expect(JSON.stringify(gateway.logs)).not.toContain('planted'));
  });

  describe('for Hive', () => {
    let receiver: Awaited<ReturnType<typeof startReceiver>>;
    let gateway: TestGateway;
    beforeAll(async () => {
      receiver = await startReceiver();
      gateway = await runAndStop({ HIVE_TOKEN: hiveToken, HIVE_USAGE_URL: receiver.url });
    });
    afterAll(() => receiver.close());

    it('a Hive report names operations, their fields and clients', () => {
      expect(receiver.received).toMatchObject([{ headers: { authorization: `Bearer ${hiveToken}` } }]);
      const report = JSON.parse(receiver.received[0]?.body.toString() ?? '') as {
        map: Record<string, { operationName: string; operation: string; fields: string[] }>;
        operations: { operationMapKey: string; metadata: { client?: unknown } }[];
      };
      const mailbox = Object.entries(report.map).find(([, { operationName }]) => operationName === 'Mailbox');
      expect(mailbox?.[1].fields).toEqual(
        expect.arrayContaining([
          'DirectMessage.messages',
          'DirectMessage.messages.first',
          'User.username',
          'Query._entities',
        ]),
      );
      expect(mailbox?.[1].operation).toContain('first:0');
      const runs = report.operations.filter(({ operationMapKey }) => operationMapKey === mailbox?.[0]);
      expect(runs).toMatchObject([{ metadata: { client: { name: 'mailbox-app', version: '1.2' } } }]);
    });

    it('a Hive report has no variables, headers, literals or tokens', () =>
      expectNoSecrets(receiver.received, gateway));

    it('a Hive report ignores variables, so it counts every field of an input object that came in one as used', () => {
      const { map } = JSON.parse(receiver.received[0]?.body.toString() ?? '') as {
        map: Record<string, { operationName: string; fields: string[] }>;
      };
      const pinned = Object.values(map).find(({ operationName }) => operationName === 'Pinned');
      expect(pinned?.fields).toEqual(
        expect.arrayContaining(['MessageFilters.pinnedOnly', 'MessageFilters.mentioning', 'MessageFilters.starredBy']),
      );
    });

    it('the Hive token is not logged', () => expect(JSON.stringify(gateway.logs)).not.toContain('planted'));
  });

  it('usage reports count every execution, compiled or by graphql-js, with and without errors', async () => {
    const [graphos, hive] = [await startReceiver(), await startReceiver()];
    const gateway = await startTestGateway({
      execution: 'compiled',
      env: {
        METRICS: 'on',
        APOLLO_KEY: key,
        APOLLO_GRAPH_REF: 'demo@current',
        APOLLO_USAGE_URL: graphos.url,
        HIVE_TOKEN: hiveToken,
        HIVE_USAGE_URL: hive.url,
      },
    });
    const ask = () => gateway.ask('query Again { viewer { user { name } } }');
    for (let time = 0; time < 3; time += 1) await ask();
    gateway.demo.fail('me', { status: 500 });
    await ask();
    expect(await (await fetch(`${gateway.url}/metrics`)).text()).toContain(
      'gateway_operations_total{run_by="compiled"} 2\n',
    );
    await gateway.close();

    const report = Report.decode(graphos.received[0]?.body ?? Buffer.alloc(0));
    const [, again] =
      Object.entries(report.tracesPerQuery).find(([signature]) => signature.startsWith('# Again')) ?? [];
    // Some arrive as traces, the others as counts.
    const traces = decoded(again?.trace);
    const stats = (again?.statsWithContext ?? []) as {
      queryLatencyStats?: { requestCount?: unknown; requestsWithErrorsCount?: unknown };
    }[];
    const sum = (numbers: readonly unknown[]): number =>
      numbers.reduce((total: number, number) => total + Number(number ?? 0), 0);
    const requests = traces.length + sum(stats.map(({ queryLatencyStats }) => queryLatencyStats?.requestCount));
    const failed =
      traces.filter((trace) => JSON.stringify(trace).includes('masked')).length +
      sum(stats.map(({ queryLatencyStats }) => queryLatencyStats?.requestsWithErrorsCount));
    expect({ requests, failed }).toEqual({ requests: 4, failed: 1 });

    const { operations } = JSON.parse(hive.received[0]?.body.toString() ?? '') as {
      operations: { execution: { ok: boolean; errorsTotal: number; duration: number } }[];
    };
    expect(operations.map(({ execution: { ok, errorsTotal } }) => [ok, errorsTotal])).toEqual([
      [true, 0],
      [true, 0],
      [true, 0],
      [false, 1],
    ]);
    await Promise.all([graphos.close(), hive.close()]);
  });

  it('usage is sent to HIVE_TARGET when a Hive token covers several targets', async () => {
    const receiver = await startReceiver();
    await runAndStop({
      HIVE_TOKEN: 'hvo1/x',
      HIVE_TARGET: 'org/project/production',
      HIVE_USAGE_URL: `${receiver.url}/usage`,
    });
    expect(receiver.received.map(({ path }) => path)).toEqual(['/usage/org/project/production']);
    await receiver.close();
  });

  it('keys stay out of the log, even if a registry rejects a report and echoes it', async () => {
    const receiver = await startReceiver(({ headers }) => headers, 403);
    const longToken = 'planted-hive-token-0123456789abcdef';
    const gateway = await runAndStop({
      LOG_LEVEL: 'debug',
      APOLLO_KEY: key,
      APOLLO_GRAPH_REF: 'demo@current',
      APOLLO_USAGE_URL: receiver.url,
      HIVE_TOKEN: longToken,
      HIVE_USAGE_URL: receiver.url,
    });
    const lines = JSON.stringify(gateway.logs);
    expect(lines.match(/\[redacted\]/g)?.length).toBeGreaterThan(1);
    expect(lines).not.toContain(key);
    expect(lines).not.toContain(longToken);
    await receiver.close();
  });

  it('requests are answered as usual when a registry does not accept reports', async () => {
    const receiver = await startReceiver();
    await receiver.close();
    const gateway = await startTestGateway({
      env: {
        APOLLO_KEY: key,
        APOLLO_GRAPH_REF: 'demo@current',
        APOLLO_USAGE_URL: receiver.url,
        HIVE_TOKEN: hiveToken,
        HIVE_USAGE_URL: receiver.url,
      },
    });
    expect((await gateway.ask('{ viewer { userId } }')).status).toBe(200);
    await gateway.close();
    expect(JSON.stringify(gateway.logs)).not.toContain('planted');
    // The reporters log their own failures, without a stack.
    expect(JSON.stringify(gateway.logs)).toContain('ECONNREFUSED');
    expect(takeLeaks()).toEqual([]);
  });
});

describe('Inline traces', () => {
  const ask = async (env: Record<string, string>) => {
    const gateway = await startTestGateway({ env });
    const headers = { 'apollo-federation-include-trace': 'ftv1', 'x-upstream-report': '1' };
    const { extensions } = await gateway.ask(`{ directMessage(id: "${busyRoomId}") { topic } }`, { headers });
    await gateway.close();
    return extensions;
  };

  it('responses have no inline trace by default', async () => {
    expect(await ask({})).toEqual({ upstream: expect.objectContaining({ calls: 1 }) });
  });

  it('with INLINE_TRACE=on, routers that request a trace get it beside other extensions', async () => {
    const extensions = await ask({ INLINE_TRACE: 'on' });
    expect(extensions).toMatchObject({ upstream: { calls: 1 } });
    const trace = Trace.decode(Buffer.from(String(extensions?.['ftv1']), 'base64'));
    expect(trace.root?.child?.map(({ responseName }) => responseName)).toEqual(['directMessage']);
    expect(Buffer.from(String(extensions?.['ftv1']), 'base64').toString('latin1')).not.toContain(busyRoomId);
  });

  it('an inline trace shows that there were errors, without their messages', async () => {
    const gateway = await startTestGateway({ env: { INLINE_TRACE: 'on' } });
    const { errors, extensions } = await gateway.ask('{ directMessage(id: "@x") { topic } }', {
      headers: { 'apollo-federation-include-trace': 'ftv1' },
    });
    await gateway.close();
    const trace = Trace.decode(Buffer.from(String(extensions?.['ftv1']), 'base64'));
    expect(errors).toHaveLength(1);
    expect(errorsBelow(trace.root).map(({ message }) => message)).toEqual(['<masked>']);
  });
});
