import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { landmarks } from '../../../../src/demo/seed.ts';
import { createPublishedSdl } from '../../../../src/schema/executable.ts';
import { docsPage } from '../../../support/docs.ts';
import { freePort } from '../../../support/free-port.ts';
import { startTestGateway } from '../../../support/gateway.ts';
import { compose, peopleSdl, startPeople } from '../../../support/supergraph.ts';

/**
 * `npm run router:prove`: the settings for Hive Gateway of `docs/federation.md`, run for real. It fetches Hive Gateway (half a
 * gigabyte) or takes the one that `HIVE_GATEWAY` names, so it is no part of `npm test`.
 */
const command = process.env['HIVE_GATEWAY'] ?? 'npx -y @graphql-hive/gateway@2.15.1';
const { users, messages, busyRoomId, groupRoomId } = landmarks;
const say = (text: string) => process.stdout.write(`${text}\n`);

const settings = /```ts\n(import \{ defineConfig \}.*?)```/s.exec(docsPage('federation'))?.[1] ?? '';
const gateway = await startTestGateway();
const people = await startPeople([
  { id: 't1', room: { id: busyRoomId }, evidence: [{ id: messages.plain }], owner: { id: users.busy } },
  { id: 't2', room: { id: groupRoomId }, evidence: [], owner: { id: users.shapes } },
]);
const { supergraphSdl = '' } = compose(createPublishedSdl(), peopleSdl, {
  'direct-messages': `${gateway.url}/graphql`,
  people: people.url,
});
const folder = mkdtempSync(join(tmpdir(), 'hive-gateway-'));
writeFileSync(join(folder, 'supergraph.graphql'), supergraphSdl);
// The package is found by whoever runs the command; `defineConfig` gives back what it is given.
writeFileSync(
  join(folder, 'gateway.config.ts'),
  settings.replace(/^import .*$/m, 'const defineConfig = <Settings>(settings: Settings): Settings => settings;'),
);

const port = await freePort();
const router = spawn(`exec ${command} supergraph ./supergraph.graphql --port ${port} --host 127.0.0.1`, {
  cwd: folder,
  shell: true,
});
let output = '';
router.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
router.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));

const { id, token } = gateway.demo.world.member;
async function ask(query: string, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-user-id': id, 'x-auth-token': token, ...headers },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

for (let attempt = 0; attempt < 120; attempt += 1) {
  const isUp = await ask('{ __typename }').then(
    () => true,
    () => false,
  );
  if (isUp || router.exitCode !== null) break;
  await sleep(1000);
}

interface Expected {
  /** Texts of the answer, which is JSON. */
  readonly wanted: readonly string[];
  /** Upstream calls, in any order; undefined: not looked at. */
  readonly calls?: readonly string[];
  readonly headers?: Record<string, string>;
  readonly withinMs?: number;
}

let failures = 0;
async function expectThat(
  what: string,
  query: string,
  { wanted, calls, headers, withinMs = 10_000 }: Expected,
): Promise<void> {
  gateway.demo.resetCalls();
  const startedAt = performance.now();
  const answer = JSON.stringify(await ask(query, headers).catch(String));
  const durationMs = performance.now() - startedAt;
  gateway.demo.heal();
  const made = gateway.demo.callLines().toSorted();
  const isAsCalled = calls === undefined || JSON.stringify(made) === JSON.stringify(calls.toSorted());
  report(
    what,
    isAsCalled && durationMs < withinMs && wanted.every((text) => answer.includes(text)),
    `${answer}\n${made.join('\n')}\n${output}`,
  );
}

function report(what: string, isRight: boolean, details = ''): void {
  say(`${isRight ? 'ok  ' : 'FAIL'} ${what}`);
  if (isRight) return;
  failures += 1;
  say(details);
}

await expectThat(
  'our objects are found from references, in batches',
  '{ tickets { room { id messageCount } owner { name } evidence { text } } }',
  {
    wanted: ['"Jonas Weber"', `"id":"${groupRoomId}","messageCount":`],
    calls: [
      `rooms.info?roomId=${busyRoomId}`,
      `rooms.info?roomId=${groupRoomId}`,
      `users.info?userId=${users.busy}`,
      `users.info?userId=${users.shapes}`,
      `chat.getMessage?msgId=${messages.plain}`,
    ],
  },
);
await expectThat(
  'another subgraph adds to our users',
  `{ user(id: "${users.busy}") { username department address } }`,
  {
    wanted: [`department of ${users.busy}`, 'jonas.weber@example.com'],
    calls: [`users.info?userId=${users.busy}`],
  },
);
await expectThat('refusals keep their codes', '{ b: directMessage(id: "@jonas.weber") { id } tickets { id } }', {
  wanted: ['"BAD_USER_INPUT"', '"t2"'],
  calls: [],
});
await expectThat(
  'so do those of a whole request, with all that they say',
  '{ directMessages(first: 100) { nodes { messages { totalCount } } } }',
  {
    wanted: ['"QUERY_TOO_COMPLEX"', '"cost":{"estimated":101,"limit":100,', '"path":["directMessages"]'],
    calls: [],
  },
);
await expectThat('without credentials the client is told so', '{ viewer { userId } }', {
  headers: { 'x-auth-token': '' },
  wanted: ['"UNAUTHENTICATED"'],
  calls: [],
});

await ask('{ viewer { userId } }', { 'x-request-id': 'from-the-client' });
report(
  'the request id of the client is the one in our log',
  gateway.logs.some(({ requestId }) => requestId === 'from-the-client'),
);

gateway.demo.fail('users.info', { hang: true });
await expectThat(
  'the time that the client has is the time that we take',
  '{ tickets { room { messageCount } owner { name } } }',
  {
    headers: { 'x-request-timeout-ms': '500' },
    withinMs: 2500, // an upstream call may take 3 s, and a request 10
    wanted: ['"UPSTREAM_TIMEOUT"', '"messageCount":'],
  },
);

gateway.demo.fail('users.info', { status: 429, headers: { 'x-ratelimit-reset': String(Date.now() + 30_000) } });
await expectThat('an error keeps its place and when to try again', '{ tickets { owner { name } } }', {
  wanted: ['"path":["tickets",0,"owner"', '"code":"RATE_LIMITED"', '"retryAfterSeconds":'],
});

const told = [...people.headersSeen].filter((name) => name.startsWith('x-user') || name.startsWith('x-auth'));
report('credentials are told to no other subgraph', people.headersSeen.size > 0 && told.length === 0, told.join('\n'));

router.kill();
rmSync(folder, { recursive: true });
await gateway.close();
await people.close();
process.exitCode = failures > 0 ? 1 : 0;
