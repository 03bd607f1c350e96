import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type Caller, type TestGateway } from '../support/gateway.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const idOf = (text: string): string => `sha256:${hashOf(text)}`;
const persisted = (text: string) => ({ persistedQuery: { version: 1, sha256Hash: hashOf(text) } });

const listed = 'query Listed { viewer { userId user { username } } }';
const other = 'query Other { viewer { user { name } } }';
const warning = 'not in PERSISTED_OPERATIONS: `enforce` would refuse it';

const fine = { status: 200, codes: [] };

async function send(gateway: TestGateway, body: unknown, as: Caller | null = gateway.demo.world.member) {
  const { status, text } = await gateway.post(body, { as });
  const { errors = [] } = JSON.parse(text) as { errors?: { extensions: { code: string } }[] };
  return { status, codes: errors.map(({ extensions }) => extensions.code) };
}

/** Lines about the list, once the lines of all requests are written. */
async function warnings(gateway: TestGateway, requests: number) {
  await expect.poll(() => gateway.logs.filter(({ durationMs }) => durationMs !== undefined)).toHaveLength(requests);
  return gateway.logs
    .filter(({ msg }) => String(msg).includes('PERSISTED_OPERATIONS'))
    .map(({ operation, documentId, msg }) => ({ operation, documentId, msg }));
}

describe('PERSISTED_OPERATIONS_MODE=report', () => {
  const folder = mkdtempSync(join(tmpdir(), 'report-'));
  const list = join(folder, 'list.json');
  beforeAll(() => writeFileSync(list, JSON.stringify({ 'listed-1': listed })));
  afterAll(() => rmSync(folder, { recursive: true }));

  const start = (env: Record<string, string> = {}) =>
    startTestGateway({ env: { PERSISTED_OPERATIONS: list, PERSISTED_OPERATIONS_MODE: 'report', ...env } });

  it('operations outside the list run, and each gets one line in the log, whoever sends it and how often', async () => {
    const gateway = await start({ METRICS: 'on' });
    const [first, second] = gateway.demo.world.accounts;
    expect(second?.id).not.toBe(first?.id);
    for (const as of [first, first, second]) expect(await send(gateway, { query: other }, as)).toEqual(fine);
    expect(await send(gateway, { query: `${other} ` })).toEqual(fine);
    expect(await warnings(gateway, 4)).toEqual([
      { operation: 'Other', documentId: idOf(other), msg: warning },
      { operation: 'Other', documentId: idOf(`${other} `), msg: warning },
    ]);
    expect(await (await fetch(`${gateway.url}/metrics`)).text()).toContain('\ngateway_unlisted_requests_total 4\n');
  });

  it('listed operations run by id and by text, and nothing is reported of them', async () => {
    const gateway = await start();
    for (const body of [{ query: listed }, { documentId: 'listed-1' }, { query: listed, documentId: idOf(listed) }])
      expect(await send(gateway, body)).toEqual(fine);
    expect(await warnings(gateway, 3)).toEqual([]);
  });

  it('an id that the list does not have is answered as without a list, and reported', async () => {
    const gateway = await start();
    expect(await send(gateway, { documentId: 'listed-2', operationName: 'Listed' })).toEqual({
      status: 200,
      codes: ['PERSISTED_QUERY_NOT_SUPPORTED'],
    });
    expect(await send(gateway, { extensions: persisted(listed) })).toMatchObject({ status: 200 });
    expect(await warnings(gateway, 2)).toEqual([
      { operation: 'Listed', documentId: 'listed-2', msg: warning },
      { operation: undefined, documentId: hashOf(listed), msg: warning },
    ]);
  });

  it('automatic persisted queries work beside the list, for listed texts too', async () => {
    const gateway = await start({ AUTOMATIC_PERSISTED_QUERIES: 'on' });
    for (const query of [other, listed]) {
      await send(gateway, { query, extensions: persisted(query) });
      expect(await send(gateway, { extensions: persisted(query) })).toEqual(fine);
      expect(await send(gateway, { documentId: idOf(query) })).toEqual(fine);
    }
    expect(await send(gateway, { documentId: idOf('{ unknown }') })).toMatchObject({
      codes: ['PERSISTED_QUERY_NOT_FOUND'],
    });
  });

  it.each(['off', 'on'])(
    'clients get the same answers as without a list, with automatic persisted queries %s',
    async (automatic) => {
      const env = { AUTOMATIC_PERSISTED_QUERIES: automatic };
      const [reporting, open] = [await start(env), await startTestGateway({ env })];
      const wrong = { persistedQuery: { version: 2, sha256Hash: hashOf(other) } };
      const bodies = [listed, other, '{', '{ nothing }', '{ __typename }', ''].flatMap((query) => [
        { query },
        { query, documentId: idOf(query) },
        { query, documentId: 'made-up' },
        { query, extensions: persisted(query) },
        { query, extensions: wrong },
        { documentId: idOf(query) },
        { documentId: hashOf(query), operationName: 'Other' },
        { extensions: persisted(query) },
        { documentId: query },
      ]);
      for (const body of [...bodies, { documentId: 'listed-2' }, { extensions: wrong }, {}, [], 7])
        for (const as of [reporting.demo.world.member, null])
          expect(await send(reporting, body, as), JSON.stringify(body)).toEqual(await send(open, body, as));
    },
  );

  it('what no gateway would answer is not reported', async () => {
    const gateway = await start();
    expect((await send(gateway, { query: '{' })).status).toBe(400);
    expect((await send(gateway, { query: '{ nothing }' })).status).toBe(400);
    expect((await send(gateway, { query: other }, null)).status).toBe(401);
    expect((await send(gateway, { query: `{ ${'a: __typename '.repeat(51)} }` })).status).toBe(400);
    expect(await send(gateway, { query: '{ __typename }' }, null)).toEqual(fine);
    expect(await warnings(gateway, 5)).toEqual([
      { operation: undefined, documentId: idOf('{ __typename }'), msg: warning },
    ]);
  });
});
