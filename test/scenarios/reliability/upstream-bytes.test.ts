import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFaultUpstream, type FaultUpstream } from '../../support/fault-upstream.ts';
import { startTestGateway, type GatewayBefore } from '../../support/gateway.ts';
import type { FaultName } from '../../support/faults.ts';
import { longestPause } from '../../support/pause.ts';
import { alice, bob } from '../../support/tiny-workspace.ts';

const room = `${alice.id}${bob.id}`;
const counters = `{ directMessage(id: "${room}") { counters { memberCount } } }`;
const messages = `{ directMessage(id: "${room}") { messages(first: 3) { nodes { text } } } }`;
const goodCounters = { directMessage: { counters: { memberCount: 2 } } };

let gateway: GatewayBefore<FaultUpstream>;

beforeEach(async () => {
  gateway = await startTestGateway({
    upstream: await startFaultUpstream(),
    env: { UPSTREAM_TIMEOUT_MS: '2000', REQUEST_TIMEOUT_MS: '4000' },
  });
});

afterEach(async () => {
  await gateway.close();
});

async function expectHealthy(): Promise<void> {
  gateway.upstream.heal();
  expect((await gateway.ask(counters)).data).toEqual(goodCounters);
}

const textsOf = (data: unknown): string[] =>
  (data as { directMessage: { messages: { nodes: { text: string }[] } } }).directMessage.messages.nodes.map(
    ({ text }) => text,
  );

describe('Oversized upstream values', () => {
  it.each<FaultName>(['huge-body', 'huge-body-chunked', 'endless-body'])(
    'U33: `%s` is UPSTREAM_BAD_RESPONSE; what comes beyond the limit is not kept, and the connection is closed',
    async (name) => {
      await gateway.ask(counters);
      const { upstream, ask } = gateway;
      upstream.fail(name);
      const before = process.memoryUsage().rss;
      let most = 0;
      const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
      const { codes } = await ask(counters);
      clearInterval(watch);
      expect(codes).toEqual({ 'directMessage.counters': 'UPSTREAM_BAD_RESPONSE' });
      expect((Math.max(most, process.memoryUsage().rss) - before) / 1024 / 1024).toBeLessThan(40);
      expect(upstream.calls).toHaveLength(2);
      while (upstream.openConnections > 0) await sleep(5);
      await expectHealthy();
    },
  );

  it('U35: a value of 200,000 levels nulls at most one field and delays no request', async () => {
    await gateway.ask(messages);
    gateway.upstream.fail('deep-json');
    const pause = await longestPause(async () => {
      const answer = await gateway.ask(messages);
      expect(answer.codes).toEqual({ 'directMessage.messages': 'UPSTREAM_BAD_RESPONSE' });
      expect(JSON.stringify(answer.errors)).not.toMatch(/RangeError|call stack/);
    });
    expect(pause).toBeLessThan(100);
    await expectHealthy();
  });

  it.each([[100_000], [4_000_000]])(
    'U35: a value of %i levels in any field nulls at most that field',
    async (depth) => {
      await gateway.ask(counters);
      gateway.upstream.fail('deep-json', { depth: Math.floor(depth / 10) });
      const pause = await longestPause(async () => {
        expect((await gateway.ask(counters)).codes).toEqual({ 'directMessage.counters': 'UPSTREAM_BAD_RESPONSE' });
      });
      expect(pause).toBeLessThan(100);
    },
  );

  it('U35: markup of 5,000 levels is cut, and its JSON is an error', async () => {
    await gateway.ask(messages);
    let deep: unknown = { type: 'PLAIN_TEXT', value: 'bottom' };
    for (let level = 0; level < 5000; level += 1) deep = { type: 'QUOTE', value: [deep] };
    const change = (body: Record<string, unknown>) => ({
      ...body,
      messages: (body['messages'] as object[]).map((row, index) =>
        index === 0 ? { ...row, md: [deep], customFields: deep } : row,
      ),
    });
    gateway.upstream.fail('changed', { change, endpoint: 'dm.messages' });
    const pause = await longestPause(async () => {
      const { data, codes } = await gateway.ask(
        `{ directMessage(id: "${room}") { messages(first: 3) { nodes { text customFields markup { plainText nodes { index } } } } } }`,
      );
      expect(codes).toEqual({ 'directMessage.messages.nodes.0.customFields': 'UPSTREAM_BAD_RESPONSE' });
      expect(data).toMatchObject({
        directMessage: { messages: { nodes: [{ customFields: null, markup: { plainText: '' } }, {}, {}] } },
      });
    });
    expect(pause).toBeLessThan(100);
    const json = await gateway.ask(
      `{ directMessage(id: "${room}") { messages(first: 3) { nodes { text markup { json } } } } }`,
    );
    expect(json.codes).toEqual({ 'directMessage.messages.nodes.0.markup.json': 'UPSTREAM_BAD_RESPONSE' });
    expect(textsOf(json.data)).toHaveLength(3);
  });
});

describe('Compressed upstream responses', () => {
  it('U34: the gateway never requests a compressed upstream response', async () => {
    await gateway.ask(counters);
    expect(gateway.upstream.calls.map(({ headers }) => headers.get('accept-encoding'))).toEqual(['identity']);
  });

  it.each<FaultName>(['gzip', 'br'])(
    'U34: and refused as UPSTREAM_BAD_RESPONSE when it comes all the same: %s',
    async (name) => {
      gateway.upstream.fail(name);
      expect((await gateway.ask(counters)).codes).toEqual({ 'directMessage.counters': 'UPSTREAM_BAD_RESPONSE' });
      await expectHealthy();
    },
  );
});

describe('Upstream responses that are not HTTP', () => {
  it.each<FaultName>([
    'huge-headers',
    'many-headers',
    'bad-status-line',
    'bad-header',
    'bad-chunk',
    'both-lengths',
    '101',
  ])('U36: `%s` is UPSTREAM_BAD_RESPONSE without a retry, and the next call succeeds', async (name) => {
    gateway.upstream.fail(name);
    expect([(await gateway.ask(counters)).codes, gateway.upstream.calls.length]).toEqual([
      { 'directMessage.counters': 'UPSTREAM_BAD_RESPONSE' },
      1,
    ]);
    await expectHealthy();
  });

  it.each<FaultName>(['103', '100-unasked'])('U36: `%s` is skipped and the final response counts', async (name) => {
    gateway.upstream.fail(name);
    expect((await gateway.ask(counters)).data).toEqual(goodCounters);
  });
});

describe('Invalid UTF-8', () => {
  it.each<FaultName>(['split-utf8', 'bom'])('U37: `%s`: accents and emoji are intact', async (name) => {
    gateway.upstream.fail(name);
    expect(textsOf((await gateway.ask(messages)).data)).toEqual(
      [3, 2, 1].map((index) => `for:${alice.id} héllo 😀 ${index}`),
    );
  });

  it('U37: `bad-utf8`: invalid bytes become U+FFFD', async () => {
    gateway.upstream.fail('bad-utf8');
    expect(textsOf((await gateway.ask(messages)).data)[0]).toBe(`for:${alice.id} h\u{fffd}llo 😀 3`);
  });
});
