import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../support/random.ts';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { openRaw, rawPost } from '../../support/raw-http.ts';

/** A larger number for the night: `FUZZ_RUNS=20000`; `FUZZ_SEED` begins elsewhere. */
const runs = Number(process.env['FUZZ_RUNS'] ?? 1500);
const firstSeed = Number(process.env['FUZZ_SEED'] ?? 1);

const faults: unknown[] = [];
const note = (fault: unknown) => void faults.push(fault);
let gateway: TestGateway;
beforeAll(async () => {
  process.on('unhandledRejection', note).on('uncaughtException', note);
  gateway = await startTestGateway({ limits: { headersTimeoutMs: 500, requestTimeoutMs: 500, checkIntervalMs: 50 } });
});
afterAll(async () => {
  await gateway.close();
  process.off('unhandledRejection', note).off('uncaughtException', note);
});

const bodies = [
  { query: '{ viewer { userId user { username } directMessages(first: 2) { nodes { id usernames } } } }' },
  {
    query:
      'query Q($n: Int = 2, $id: ID!) { directMessage(id: $id) { messages(first: $n) { nodes { ...M } } } } fragment M on Message { id text }',
    variables: { id: 'GENERAL', n: 3 },
    operationName: 'Q',
  },
  {
    query: '{ a: __typename ...F } fragment F on Query { viewer { unreadCount @include(if: true) } }',
    extensions: { a: [1, { b: null }] },
  },
].map((body) => JSON.stringify(body));

/** What parsers trip over. */
const pieces = [
  '{',
  '}',
  '[',
  ']',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  '\u0000',
  '\uFEFF',
  '…',
  '💬',
  '__proto__',
  'constructor',
  '-1',
  '1e999',
  'null',
  '$',
  '@skip(if:',
  '...',
  ' ',
  '\n',
  '\r\n',
  '#',
  '"""',
  ':',
  ',',
  '999999999999',
  'query',
  'subscription',
  'fragment',
];

function mutate(text: string, random: Random): string {
  let changed = text;
  for (let changes = 1 + random.below(4); changes > 0; changes -= 1) {
    const at = random.below(changed.length + 1);
    const length = random.below(12);
    const piece = random.chance(0.4) ? random.pick(pieces) : changed.slice(at, at + length).repeat(random.below(4));
    changed = changed.slice(0, at) + piece + changed.slice(at + (random.chance(0.5) ? length : 0));
  }
  return changed;
}

const headerNames = [
  'content-type',
  'accept',
  'x-user-id',
  'x-auth-token',
  'x-request-id',
  'origin',
  'content-encoding',
  'apollo-require-preflight',
  'x-upstream-plan',
  'x-upstream-report',
  'transfer-encoding',
  'expect',
  'connection',
  'upgrade',
  'x-forwarded-for',
  'cookie',
];
const headerValues = [
  '',
  ' ',
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  '*/*',
  'gzip',
  'chunked',
  '100-continue',
  'close',
  'websocket',
  'null',
  '1',
  'only',
  'a\tb',
  'ö',
  'x'.repeat(300),
  '"',
  ';;;=',
  '-1',
  'constructor',
];
const methods = ['POST', 'POST', 'POST', 'GET', 'HEAD', 'PUT', 'DELETE', 'TRACE', 'OPTIONS', 'PATCH'];
const paths = [
  '/graphql',
  '/graphql',
  '/graphql?query=%7B__typename%7D',
  '/graphql?query=%',
  '/healthz',
  '//graphql',
  '/graphql/',
  '/%00',
  '/readyz?x',
  '*',
];

/** Sends bytes on a new connection and waits for the first response or the end. */
async function send(bytes: string): Promise<string> {
  const { socket, answers } = await openRaw(gateway.url);
  socket.end(bytes);
  const text = await answers(1);
  socket.destroy();
  return text;
}

/** No fault of the gateway's, and JSON where there is a body of an error. */
function check(text: string, seed: number): void {
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);
  expect(status === 0 || (status < 500 && status !== 0), `seed ${seed}: ${text.slice(0, 300)}`).toBe(true);
  expect(text, `seed ${seed}`).not.toContain('INTERNAL_SERVER_ERROR');
  expect(text, `seed ${seed}`).not.toMatch(/RangeError|TypeError|call stack|node_modules/);
}

describe('Fuzzing', () => {
  it(`L19: ${runs} mutated bodies are each answered, and nothing is left unhandled`, async () => {
    const { id, token } = gateway.demo.world.member;
    for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
      const random = createRandom(seed);
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-user-id': id, 'x-auth-token': token },
        body: mutate(random.pick(bodies), random),
      });
      const text = await response.text();
      check(`HTTP/1.1 ${response.status} ${text}`, seed);
      expect(() => JSON.parse(text) as unknown, `seed ${seed}`).not.toThrow();
    }
    expect(faults).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  }, 600_000);

  it(`L19: ${Math.ceil(runs / 3)} mutated requests are each answered or cut off, and nothing is left unhandled`, async () => {
    const { id, token } = gateway.demo.world.member;
    for (let seed = firstSeed; seed < firstSeed + runs / 3; seed += 1) {
      const random = createRandom(seed);
      const headers: Record<string, string> = { 'x-user-id': id, 'x-auth-token': token };
      for (let count = random.below(6); count > 0; count -= 1)
        headers[random.pick(headerNames)] = random.pick(headerValues);
      const request = rawPost(random.pick(bodies), headers).replace(
        'POST /graphql',
        `${random.pick(methods)} ${random.pick(paths)}`,
      );
      check(await send(random.chance(0.5) ? mutate(request, random) : request), seed);
    }
    expect(faults).toEqual([]);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    expect((await gateway.ask('{ viewer { user { username } } }')).errors).toBeUndefined();
  }, 600_000);

  it('L19: fuzzing leaves no internal error in the log', () => {
    expect(gateway.logs.filter((line) => 'unexpected' in line && (line['unexpected'] as unknown[]).length > 0)).toEqual(
      [],
    );
  });
});
