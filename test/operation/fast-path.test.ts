import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { startTestGateway, type GraphqlResult, type TestGateway } from '../support/gateway.ts';

const id = landmarks.busyRoomId;
const page = `query Page($id: ID!, $first: Int = 3) { directMessage(id: $id) { id topic messages(first: $first) {
  totalCount pageInfo { hasNextPage endCursor } nodes { id text sentAt author { username } } } } }`;

const open = (env: Record<string, string> = {}) =>
  startTestGateway({ env: { METRICS: 'on', ...env }, execution: 'compiled' });

/** What ran the operations so far. */
async function runs({ url }: TestGateway): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const found = text.matchAll(/^gateway_operations_total\{run_by="([\w-]+)"\} (\d+)$/gm);
  return Object.fromEntries([...found].map(([, name = '', count]) => [name, Number(count)]));
}

/** Asks until the fast path has it: graphql-js, then the compiled form, then the fast path. */
async function warm(gateway: TestGateway, query: string, variables?: Record<string, unknown>): Promise<void> {
  for (let time = 0; time < 2; time += 1) await gateway.ask(query, { ...(variables && { variables }) });
}

const seen = ({ status, text, headers }: Pick<GraphqlResult, 'status' | 'text' | 'headers'>) => ({
  status,
  text,
  headers: Object.fromEntries([...headers].filter(([name]) => name !== 'date' && name !== 'x-request-id')),
});

describe('The fast path', () => {
  it('makes the same response as Apollo Server, byte for byte, with the same headers and calls', async () => {
    const gateway = await open();
    for (const headers of [{}, { accept: 'application/graphql-response+json' }, { 'x-upstream-report': '1' }]) {
      const ask = () => gateway.askCounting(page, { variables: { id }, headers });
      const responses = [await ask(), await ask(), await ask(), await ask()];
      const [first] = responses;
      expect(first?.errors).toBeUndefined();
      expect(first?.extensions === undefined).toBe(!('x-upstream-report' in headers));
      for (const response of responses) {
        expect(seen(response)).toEqual(seen(first as GraphqlResult));
        expect(response.calls).toEqual(first?.calls);
      }
    }
    expect(await runs(gateway)).toEqual({ 'graphql-js': 1, compiled: 1, 'fast-path': 10 });
  });

  it('serves persisted queries, GET, and the operation that a request names', async () => {
    const gateway = await open({ AUTOMATIC_PERSISTED_QUERIES: 'on' });
    const query = `query A { viewer { user { id } } } query B { viewer { user { username } } }`;
    const body = {
      query,
      operationName: 'B',
      extensions: { persistedQuery: { version: 1, sha256Hash: hash('sha256', query) } },
    };
    const texts: string[] = [];
    for (let time = 0; time < 3; time += 1) texts.push((await gateway.post(body)).text);
    const { query: _, ...withoutText } = body;
    texts.push((await gateway.post(withoutText)).text);
    const parameters = new URLSearchParams({ query, operationName: 'B' });
    const { member } = gateway.demo.world;
    const got = await fetch(`${gateway.url}/graphql?${parameters}`, {
      headers: { 'x-user-id': member.id, 'x-auth-token': member.token },
    });
    texts.push(await got.text());
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain('username');
    expect(await runs(gateway)).toEqual({ 'graphql-js': 1, compiled: 1, 'fast-path': 3 });
  });

  it('leaves to Apollo Server what does not go well: its errors are those of the first request', async () => {
    const bad = [
      { variables: { id: 'x' } },
      { variables: { id, first: 500 } },
      { variables: {} },
      { variables: { id, first: 'many' } },
      { variables: { id: 'unknownRoom00000unknownRoom00000' } },
      { variables: { id }, as: { id: landmarks.busyRoomId.slice(0, 17), token: 'x'.repeat(43) } },
      { variables: { id }, as: null },
    ];
    const [fresh, known] = [await open(), await open()];
    await warm(known, page, { id });
    for (const options of bad) {
      const [expected, found] = [await fresh.ask(page, options), await known.ask(page, options)];
      expect(expected.errors).toBeDefined();
      expect([found.status, found.data, found.codes]).toEqual([expected.status, expected.data, expected.codes]);
    }
    expect(known.logs.filter(({ msg }) => msg !== undefined)).toEqual([]); // a client's mistake is no bug
  });

  it('refuses what other variables make too expensive, without a call', async () => {
    const gateway = await open({ MAX_UPSTREAM_CALLS: '20' });
    const query = `query Rooms($first: Int) { viewer { directMessages(first: $first) {
      nodes { messages(first: 1) { totalCount } } } } }`;
    await warm(gateway, query, { first: 2 });
    const [cheap, expensive] = [
      await gateway.askCounting(query, { variables: { first: 2 } }),
      await gateway.askCounting(query, { variables: { first: 50 } }),
    ];
    expect([cheap.errors, cheap.calls.length]).toEqual([undefined, 3]);
    expect([expensive.status, expensive.codes, expensive.calls]).toEqual([400, { '': 'QUERY_TOO_COMPLEX' }, []]);
    expect(await runs(gateway)).toMatchObject({ 'fast-path': 1 });
  });

  it('logs 128 characters of an operation’s name, whoever runs it', async () => {
    const gateway = await open();
    const name = 'Name'.repeat(50);
    const query = `query ${name} { viewer { user { id } } }`;
    for (let time = 0; time < 3; time += 1) await gateway.ask(query);
    const names = gateway.logs.map(({ operation }) => operation);
    expect(names).toEqual(Array.from({ length: 3 }, () => name.slice(0, 128)));
    expect(await runs(gateway)).toEqual({ 'graphql-js': 1, compiled: 1, 'fast-path': 1 });
  });

  it('leaves a failing field to graphql-js, without another call and charged once', async () => {
    const gateway = await open({ CALLER_CALLS_PER_MINUTE: '30', MAX_UPSTREAM_CALLS: '30' });
    await warm(gateway, page, { id });
    gateway.demo.fail('dm.messages', { status: 403 });
    const headers = { 'x-upstream-report': '1' };
    const failed = await gateway.askCounting(page, { variables: { id }, headers });
    expect(failed.codes).toEqual({ 'directMessage.messages': 'FORBIDDEN' });
    expect(failed.extensions).toHaveProperty('upstream.calls', failed.calls.length);
    expect(await runs(gateway)).toEqual({ 'graphql-js': 2, compiled: 1 });
    for (let time = 0; time < 4; time += 1) await gateway.ask(page, { variables: { id } });
    // Seven requests of two calls each, so at least eight more fit. Charged twice, the failing ones would leave three.
    let answered = 0;
    while (answered < 30 && (await gateway.ask(page, { variables: { id } })).status === 200) answered += 1;
    expect(answered).toBeGreaterThanOrEqual(8);
    expect(answered).toBeLessThan(30);
  });

  it('keeps nothing of one caller for another', async () => {
    const gateway = await open();
    const query = '{ viewer { userId user { username } } }';
    const { accounts } = gateway.demo.world;
    for (let time = 0; time < 3; time += 1) {
      for (const account of accounts.slice(0, 3)) {
        const { data } = await gateway.ask(query, { as: account });
        expect(data).toHaveProperty('viewer.userId', account.id);
      }
    }
    expect((await runs(gateway))['fast-path']).toBeGreaterThan(3);
  });

  it('is not taken for prices', async () => {
    const gateway = await open();
    await warm(gateway, page, { id });
    const priced = await gateway.ask(page, { variables: { id }, headers: { 'x-upstream-plan': 'only' } });
    expect(priced.extensions).toHaveProperty('upstream.plannedCalls');
    expect(await runs(gateway)).not.toHaveProperty('fast-path');
  });

  it('counts a response that graphql-js has to make again from the beginning', async () => {
    const gateway = await open();
    const fields = Array.from({ length: 19 }, (_, index) => `t${index}: text`).join(' ');
    const aliases = Array.from({ length: 9 }, (_, index) => `p${index}: messages(first: 100) { nodes { ...row } }`);
    const query = `query Large($id: ID!, $other: ID!) { directMessage(id: $id) { ${aliases.join(' ')} }
      message(id: $other) { readReceipts { totalCount } } } fragment row on Message { ${fields} }`;
    const { data } = await gateway.ask(page, { variables: { id, first: 1 } });
    const other = JSON.stringify(data).match(/"nodes":\[\{"id":"(\w+)"/)?.[1] ?? '';
    await warm(gateway, query, { id, other });
    const ok = await gateway.ask(query, { variables: { id, other } });
    gateway.demo.fail('chat.getMessageReadReceipts', { status: 403 });
    const failed = await gateway.ask(query, { variables: { id, other } });
    expect([ok.status, ok.errors, failed.status]).toEqual([200, undefined, 200]);
  });
});
