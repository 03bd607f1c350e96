import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { readConfig, type TraceSettings } from '../../src/config/config.ts';
import { landmarks } from '../../src/demo/seed.ts';
import { createLog, Redactor } from '../../src/observability/log.ts';
import { Traces } from '../../src/observability/traces/traces.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { resourcesIn, spansIn, type ReceivedSpan } from '../support/otlp.ts';
import { startReceiver } from '../support/receiver.ts';

const { busyRoomId, groupRoomId } = landmarks;
const countersOf = (id: string, name = ''): string =>
  `query ${name} { directMessage(id: "${id}") { counters { memberCount } } }`;

interface Traced {
  readonly gateway: TestGateway;
  /** Closes the gateway, and returns what the collector has got. */
  readonly stop: () => Promise<{
    spans: ReceivedSpan[];
    received: Awaited<ReturnType<typeof startReceiver>>['received'];
  }>;
}

async function startTraced(env: Record<string, string> = {}, demo = {}, limits = {}): Promise<Traced> {
  const collector = await startReceiver();
  onTestFinished(collector.close);
  const gateway = await startTestGateway({
    demo,
    limits,
    execution: 'compiled',
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env },
  });
  return {
    gateway,
    async stop() {
      await gateway.close();
      return { received: collector.received, spans: spansIn(collector.received) };
    },
  };
}

const ofKind = (spans: readonly ReceivedSpan[], kind: number) => spans.filter((span) => span.kind === kind);
const byName = (spans: readonly ReceivedSpan[], name: string) => spans.filter((span) => span.name === name);
const namesOf = (spans: readonly ReceivedSpan[]) => spans.map(({ name }) => name).toSorted();
const traceId = '0af7651916cd43dd8448eb211c80319c';
const parentId = 'b7ad6b7169203331';

describe('Traces', () => {
  it('have a span of the request, and below it of its plan and of each call, by the semantic conventions', async () => {
    const { gateway, stop } = await startTraced();
    await gateway.ask(countersOf(busyRoomId, 'Counters'), { headers: { 'x-request-id': 'request-1' } });
    const { spans, received } = await stop();
    expect(received.map(({ path, headers }) => [path, headers['content-type']])).toEqual([
      ['/v1/traces', 'application/json'],
    ]);
    expect(namesOf(spans)).toEqual(['GET /api/v1/im.counters', 'POST /graphql', 'plan']);
    const [request, plan, call] = ['POST /graphql', 'plan', 'GET /api/v1/im.counters'].flatMap((name) =>
      byName(spans, name),
    );
    expect(request).toMatchObject({ kind: 2, status: { code: 0 } });
    expect(request?.parentSpanId).toBeUndefined();
    expect(request?.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'url.path': '/graphql',
      'url.scheme': 'http',
      'http.response.status_code': 200,
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'Counters',
      'rocketchat.request_id': 'request-1',
      'rocketchat.calls.planned': 1,
      'rocketchat.calls.spent': 1,
      'rocketchat.run_by': 'graphql-js',
    });
    expect(plan).toMatchObject({
      kind: 1,
      parentSpanId: request?.spanId,
      attributes: { 'rocketchat.calls.planned': 1 },
    });
    const { hostname, port, origin } = new URL(gateway.demo.url);
    expect(call).toMatchObject({ kind: 3, parentSpanId: request?.spanId, traceId: request?.traceId });
    expect(call?.attributes).toEqual({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.full': `${origin}/api/v1/im.counters`,
      'url.template': '/api/v1/im.counters',
      'server.address': hostname,
      'server.port': Number(port),
      'rocketchat.endpoint': 'im.counters',
    });
    for (const span of [plan, call]) {
      expect(Number(span?.startTimeUnixNano)).toBeGreaterThanOrEqual(Number(request?.startTimeUnixNano));
      expect(Number(span?.endTimeUnixNano)).toBeLessThanOrEqual(Number(request?.endTimeUnixNano));
    }
    expect(resourcesIn(received)[0]).toMatchObject({
      'service.name': 'rocketchat-dm-gateway',
      'service.version': expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
    });
  });

  it('have one span of a plan that refuses the operation, whatever refused it', async () => {
    for (const query of [
      '{ directMessage(id: "a b") { topic } }',
      '{ viewer { directMessages(first: 100) { nodes { messages(first: 100) { nodes { readReceipts { totalCount } } } } } } }',
    ]) {
      const { gateway, stop } = await startTraced();
      for (let time = 0; time < 3; time += 1) expect((await gateway.ask(query)).status).toBe(400);
      const { spans } = await stop();
      expect(namesOf(spans), query).toEqual([
        ...Array.from({ length: 3 }, () => 'POST /graphql'),
        'plan',
        'plan',
        'plan',
      ]);
    }
  });

  it('name the service as OTEL_SERVICE_NAME says, or else OTEL_RESOURCE_ATTRIBUTES', async () => {
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'service.name=platform,deployment.environment.name=staging');
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const [env, name] of [
      [{}, 'platform'],
      [{ OTEL_SERVICE_NAME: 'mine' }, 'mine'],
    ] as const) {
      const { gateway, stop } = await startTraced(env);
      await gateway.ask('{ viewer { userId } }');
      const { received } = await stop();
      expect(resourcesIn(received)[0]).toMatchObject({
        'service.name': name,
        'deployment.environment.name': 'staging',
      });
    }
  });

  it('are of requests that are refused under overload, too', async () => {
    const { gateway, stop } = await startTraced({}, {}, { maxInFlight: 0 });
    expect((await gateway.ask('{ viewer { userId } }')).status).toBe(503);
    const { spans } = await stop();
    expect(spans.map(({ status, attributes }) => [status.code, attributes['rocketchat.error_codes']])).toEqual([
      [2, ['OVERLOADED']],
    ]);
  });

  it('are the same however an operation runs, and have no spans of fields', async () => {
    const { gateway, stop } = await startTraced();
    for (let time = 0; time < 4; time += 1) await gateway.ask(countersOf(busyRoomId));
    const { spans } = await stop();
    const requests = byName(spans, 'POST /graphql');
    expect(new Set(requests.map(({ attributes }) => attributes['rocketchat.run_by'])).size).toBeGreaterThan(1);
    for (const { spanId } of requests)
      expect(namesOf(spans.filter((span) => span.parentSpanId === spanId))).toEqual([
        'GET /api/v1/im.counters',
        'plan',
      ]);
    expect(spans).toHaveLength(12);
  });

  it('have a span of waiting for a window', async () => {
    const { gateway, stop } = await startTraced({}, { rateLimit: { calls: 1, ms: 300 } });
    await gateway.ask(countersOf(busyRoomId));
    await gateway.ask(countersOf(groupRoomId));
    const { spans } = await stop();
    const [wait, ...others] = byName(spans, 'wait for window');
    expect([wait?.kind, wait?.attributes, others]).toEqual([1, { 'rocketchat.endpoint': 'im.counters' }, []]);
    expect(Number(wait?.endTimeUnixNano) - Number(wait?.startTimeUnixNano)).toBeGreaterThan(0);
  });

  it('tell of failed calls, of retries, and of the codes of errors', async () => {
    const { gateway, stop } = await startTraced();
    gateway.demo.fail('im.counters', { status: 503, times: 1 });
    await gateway.ask(countersOf(busyRoomId));
    gateway.demo.fail('im.counters', { status: 400, body: { success: false } });
    await gateway.ask(countersOf(busyRoomId));
    await gateway.post({ query: '{ nonsense }' });
    await gateway.post('not an object');
    const { spans } = await stop();
    expect(
      ofKind(spans, 3).map(({ status, attributes }) => [
        attributes['http.response.status_code'],
        attributes['error.type'],
        attributes['http.request.resend_count'],
        status.code,
      ]),
    ).toEqual([
      [503, '503', undefined, 2],
      [200, undefined, 1, 0],
      [400, '400', undefined, 2],
    ]);
    expect(
      ofKind(spans, 2).map(({ status, attributes }) => [
        attributes['http.response.status_code'],
        attributes['rocketchat.error_codes'],
        status.code,
      ]),
    ).toEqual([
      [200, undefined, 0],
      [200, [expect.any(String)], 0],
      [400, ['GRAPHQL_VALIDATION_FAILED'], 0],
      [400, ['BAD_REQUEST'], 0],
    ]);
  });

  it('continue the trace of `traceparent`, and begin one where it is not well-formed', async () => {
    const { gateway, stop } = await startTraced();
    const ask = (traceparent: string) => gateway.ask(countersOf(busyRoomId), { headers: { traceparent } });
    await ask(`00-${traceId}-${parentId}-01`);
    await ask(`00-${traceId}-${parentId}-00`);
    for (const wrong of [`00-${'0'.repeat(32)}-${parentId}-01`, `ff-${traceId}-${parentId}-01`, 'x'.repeat(4000)])
      await ask(wrong);
    const requests = ofKind((await stop()).spans, 2);
    expect(requests).toHaveLength(4); // the caller did not want the second
    expect(requests[0]).toMatchObject({ traceId, parentSpanId: parentId });
    for (const { traceId: own, parentSpanId } of requests.slice(1))
      expect([own === traceId, parentSpanId]).toEqual([false, undefined]);
  });

  it('reach the workspace only by setting, and then with the span of the call, sampled or not', async () => {
    const quiet = await startTraced();
    const header = { traceparent: `00-${traceId}-${parentId}-01`, tracestate: 'vendor=secret' };
    await quiet.gateway.ask(countersOf(busyRoomId), { headers: header });
    await quiet.stop();
    const { gateway, stop } = await startTraced({ SEND_TRACEPARENT: 'on', SHARE_IN_FLIGHT: 'on' });
    await gateway.ask(countersOf(busyRoomId), { headers: header });
    await gateway.ask(countersOf(busyRoomId), { headers: { traceparent: `00-${traceId}-${parentId}-00` } });
    const { spans } = await stop();
    const sent = [...quiet.gateway.demo.calls, ...gateway.demo.calls].map(({ headers }) => headers);
    const [call] = ofKind(spans, 3);
    expect(sent.map(({ traceparent }) => traceparent)).toEqual([
      undefined,
      `00-${traceId}-${call?.spanId}-01`,
      expect.stringMatching(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`)),
    ]);
    expect(sent.map(({ tracestate }) => tracestate)).toEqual([undefined, undefined, undefined]);
  });

  it('hold no token, id, text or variable, wherever clients put them', async () => {
    const { gateway, stop } = await startTraced({ OTEL_EXPORTER_OTLP_HEADERS: 'api-key=planted%20key' });
    const { id, token, username } = gateway.demo.world.member;
    const query = `query Planted($id: ID!) {
      directMessage(id: $id) { messages(first: 3) { nodes { id text } } }
      message(id: "planted-literal") { text }
    }`;
    const headers = { 'x-secret': 'planted-header', cookie: 'planted-cookie', 'user-agent': 'planted-agent' };
    const { data } = await gateway.ask(query, { variables: { id: busyRoomId }, headers });
    await gateway.ask(`query T${token.slice(1)} { viewer { userId } }`, {
      headers: { 'x-request-id': `R${token.slice(1)}` },
    });
    await gateway.ask(query, { as: null, variables: { id: 'planted-variable' } });
    const { received } = await stop();
    expect(received[0]?.headers['api-key']).toBe('planted key');
    const sent = received.map(({ body }) => body.toString()).join('\n');
    const texts = (data as { directMessage: { messages: { nodes: { id: string; text: string }[] } } }).directMessage
      .messages.nodes;
    const secrets = [
      id,
      token,
      token.slice(1),
      username,
      busyRoomId,
      ...texts.flatMap((message) => [message.id, message.text]),
    ];
    expect(sent).not.toContain('planted');
    for (const secret of secrets.filter((text) => text !== '')) expect(sent).not.toContain(secret);
  });

  it.each([
    ['always_off', 0],
    ['always_on', 3],
    ['parentbased_always_off', 1],
    ['parentbased_traceidratio', 1],
    ['traceidratio', 0],
  ])('are of the requests that OTEL_TRACES_SAMPLER=%s names', async (sampler, count) => {
    const { gateway, stop } = await startTraced({ OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: '0' });
    const ask = (headers: Record<string, string>) => gateway.ask('{ viewer { userId } }', { headers });
    await ask({});
    await ask({ traceparent: `00-${traceId}-${parentId}-01` });
    await ask({ traceparent: `00-${traceId}-${parentId}-00` });
    const { spans } = await stop();
    expect(ofKind(spans, 2)).toHaveLength(count);
  });

  it('are named in the log line of their request, if it is traced', async () => {
    const { gateway, stop } = await startTraced();
    await gateway.ask('{ viewer { userId } }');
    await gateway.ask('{ viewer { userId } }', { headers: { traceparent: `00-${traceId}-${parentId}-00` } });
    const [request] = ofKind((await stop()).spans, 2);
    const lines = gateway.logs.filter(({ requestId }) => requestId !== undefined);
    expect(lines.map((line) => line['traceId'])).toEqual([request?.traceId, undefined]);
  });

  it('leave the metrics as they are', async () => {
    const { gateway } = await startTraced({ METRICS: 'on' });
    await gateway.ask(countersOf(busyRoomId));
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toContain('gateway_upstream_call_duration_seconds_count{endpoint="im.counters"} 1\n');
  });
});

/** Accepts connections and never answers; counts them. */
async function startSilent() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => undefined).resume()));
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, sockets };
}

describe('A collector that does not accept traces', () => {
  it('is told of in the log, without its words, and holds up neither requests nor the end', async () => {
    const collector = await startReceiver(() => 'planted answer', 400);
    onTestFinished(collector.close);
    const gateway = await startTestGateway({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
    expect((await gateway.ask(countersOf(busyRoomId))).errors).toBeUndefined();
    await gateway.close();
    const lines = gateway.logs.filter(({ msg }) => msg === 'traces could not be sent');
    expect(lines).toMatchObject([{ level: 40, lostSpans: 3, reason: 400 }]);
    expect(JSON.stringify(gateway.logs)).not.toContain('planted');
  });

  it('does not hold up the end when it never answers', async () => {
    const { url, sockets } = await startSilent();
    const gateway = await startTestGateway({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: `${url}/` } });
    expect((await gateway.ask(countersOf(busyRoomId))).errors).toBeUndefined();
    await gateway.close();
    // The exporter still waits: it would for ten seconds, and then close the connection.
    expect(sockets.map(({ closed }) => closed)).toEqual([false]);
  });

  it('makes the gateway keep a bounded number of spans, and lose the others', async () => {
    const { collector, answer } = await startHesitant();
    const { traces: settings } = readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const log = createLog('silent', new Redactor(), { write: () => undefined });
    const traces = new Traces({
      settings: settings as TraceSettings,
      workspaceUrl: 'https://chat.example.com/base/',
      version: '1.2.3',
      calls: undefined,
      clean: (text) => text,
      log,
    });
    for (let count = 0; count < 10_000; count += 1) {
      const trace = traces.begin('POST', undefined);
      trace.ended({ requestId: 'r', status: 200, refusedAs: undefined, callCount: 0, outcome: {} });
    }
    await expect.poll(() => collector.received.length, { timeout: 20_000 }).toBe(1);
    answer();
    await traces.close(10_000);
    const sent = collector.received.map(({ body }) => spansIn([{ path: '', headers: {}, body }]).length);
    expect(Math.max(...sent)).toBe(512);
    expect(sent.reduce((sum, count) => sum + count)).toBe(4096 + 512);
  });
});

/** A collector whose answers wait until `answer` is called. */
async function startHesitant() {
  const gate = Promise.withResolvers<void>();
  const collector = await startReceiver(async () => gate.promise);
  onTestFinished(collector.close);
  return { collector, answer: () => gate.resolve() };
}
