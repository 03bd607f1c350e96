import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startDemo } from '../../src/demo/server.ts';
import { projectPath, run, runMain, startChild, startMain, urlOf } from '../support/child.ts';
import { openDemo } from '../support/demo.ts';

interface Answer {
  readonly status: number;
  readonly data: Record<string, unknown> | null | undefined;
  readonly codes: readonly unknown[];
}

async function ask(url: string, query: string, { id, token }: { id: string; token: string }): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-user-id': id, 'x-auth-token': token },
    body: JSON.stringify({ query }),
  });
  const { data, errors = [] } = (await response.json()) as {
    data?: Record<string, unknown> | null;
    errors?: { extensions: { code: unknown } }[];
  };
  return { status: response.status, data, codes: errors.map(({ extensions }) => extensions.code) };
}

function listen(server: Server): Promise<number> {
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function')
          server.closeAllConnections();
      }),
  );
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** A workspace behind a gate: the demo answers calls once the gate is open. */
async function openGatedDemo() {
  const demo = await openDemo();
  const arrived = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const server = createServer((incoming, outgoing) => {
    arrived.resolve();
    const passOn = () =>
      httpRequest(demo.url + (incoming.url ?? ''), { headers: incoming.headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      }).end();
    void gate.promise.then(passOn);
  });
  const port = await listen(server);
  return { demo, url: `http://127.0.0.1:${port}`, arrived: arrived.promise, open: () => gate.resolve() };
}

/** Resolves once the port refuses connections. */
const refusesConnections = (url: string): Promise<void> =>
  expect
    .poll(
      () =>
        fetch(`${url}/healthz`).then(
          () => 'listens',
          () => 'refuses',
        ),
      { timeout: 20_000 },
    )
    .toBe('refuses');

const shellWord = /'([^']*)'|"([^"]*)"|(\S+)/g;

/** Runs a printed command with bash; without curl on this machine, makes the request that the command describes. */
async function runPrinted(command: string): Promise<unknown> {
  const ended = await run('bash', ['-c', `command -v curl >/dev/null || exit 127\n${command}`]);
  if (ended.code !== 127) {
    expect(ended, command).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(ended.stdout);
  }
  const words = [...command.replaceAll('\\\n', ' ').matchAll(shellWord)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
  const after = (flag: string) => words.flatMap((word, index) => (words[index - 1] === flag ? [word] : []));
  const headers = after('-H').map((header) => header.split(': ', 2));
  const url = words.find((word) => word.startsWith('http:')) ?? '';
  const response = await fetch(url, {
    method: 'POST',
    headers: Object.fromEntries(headers),
    body: after('-d').join(''),
  });
  return response.json();
}

describe('Started without configuration', () => {
  test('without settings the gateway serves the demo, and prints its address, a user and an example request', async () => {
    const child = startMain({ env: { PORT: '0' } });
    await child.until(/}"}'\n/);
    const { stdout } = child;
    const [, explorer = ''] = /Explorer\s+(http:\S+)/.exec(stdout) ?? [];
    const page = await fetch(explorer);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);

    const url = explorer.replace(/\/explorer$/, '');
    for (const [who, canListAll] of [
      ['User', false],
      ['Administrator', true],
    ] as const) {
      const [, id = '', token = ''] =
        new RegExp(`${who} .*X-User-Id (\\w+), X-Auth-Token ([\\w-]+)`).exec(stdout) ?? [];
      const answer = await ask(url, '{ viewer { userId user { name } } directMessages(first: 1) { totalCount } }', {
        id,
        token,
      });
      expect(answer.data?.['viewer']).toMatchObject({ userId: id, user: { name: expect.stringMatching(/\w+ \w+/) } });
      expect(answer.codes).toEqual(canListAll ? [] : ['FORBIDDEN']);
    }
  });

  test('the printed curl command returns data when run unchanged', async () => {
    const child = startMain({ env: { PORT: '0' } });
    const [command] = await child.until(/curl [\s\S]*?}"}'\n/);
    const body = await runPrinted(command.trim());
    expect(body).toMatchObject({ data: { viewer: { directMessages: { nodes: [{}, {}, {}] } } } });
    expect(body).not.toHaveProperty('errors');
  });

  test('DEMO_RATE_LIMIT makes the demo limit calls, and DEMO_DIALECT sets its version', async () => {
    const child = startMain({ env: { PORT: '0', DEMO_RATE_LIMIT: 'on', DEMO_DIALECT: 'R7' } });
    const [, url = '', id = '', token = ''] = await child.until(
      /Explorer\s+(http:\S+)\/explorer[\s\S]*?User .*X-User-Id (\w+), X-Auth-Token ([\w-]+)/,
    );
    const codes = [];
    for (let call = 0; call < 11; call += 1)
      codes.push((await ask(url, '{ viewer { user { name } } }', { id, token })).codes);
    expect(codes).toEqual([...Array.from({ length: 10 }, () => []), ['RATE_LIMITED']]);
  });

  test('the demo exits with 0 on SIGINT as soon as it has printed that it can be stopped', async () => {
    const child = startMain({ env: { PORT: '0' } });
    await child.until(/}"}'\n/);
    child.signal('SIGINT');
    expect(await child.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  test('Fresh 1.2: `npm start` exits with 0 on SIGTERM too, and leaves no process behind', async () => {
    const child = startChild('npm', ['--prefix', projectPath, 'start'], { PORT: '0' });
    const [, url = ''] = await child.until(/Explorer\s+(http:\S+)\/explorer/);
    child.signal('SIGTERM');
    expect(await child.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
  });

  test.each([
    ['SIGINT', 0],
    ['SIGTERM', 1],
  ] as const)(
    'Fresh 1.2: a Ctrl-C followed by a %s exits with %i, because npm repeats the Ctrl-C that the terminal sends',
    async (second, code) => {
      const child = startMain({ env: { PORT: '0', ROCKETCHAT_URL: 'http://127.0.0.1:9', SHUTDOWN_DELAY_MS: '2000' } });
      const url = await urlOf(child);
      child.signal('SIGINT');
      await expect.poll(() => fetch(`${url}/readyz`).then(({ status }) => status), { interval: 10 }).toBe(503);
      child.signal(second);
      expect(await child.ended).toMatchObject({ code, signal: null, stderr: '' });
    },
  );
});

describe('What the command tells', () => {
  test('--help tells of flags and settings whatever is wrong with them, and starts nothing', async () => {
    const { code, stdout, stderr } = await runMain({ args: ['--port', '--help'], env: { PORT: 'nonsense' } });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('  --upstream, ROCKETCHAT_URL\n');
  });

  test('--version prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(projectPath, 'package.json'), 'utf8')) as { version: string };
    expect(await runMain({ args: ['--version'] })).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('--print-config prints what would be served with, or all mistakes, and starts nothing', async () => {
    const env = { HIVE_TOKEN: 's3cr3t', UPSTREAM_ATTEMPTS: '3' };
    const told = await runMain({ args: ['--print-config', '--upstream', 'https://chat.example.com'], env });
    expect(told).toMatchObject({ code: 0, stderr: '' });
    expect(told.stdout).toContain('ROCKETCHAT_URL=https://chat.example.com  # --upstream\n');
    expect(told.stdout).toContain('UPSTREAM_ATTEMPTS=3  # environment\n');
    expect(told.stdout).not.toContain('s3cr3t');
    const refused = await runMain({ args: ['--print-config', '--port', 'x'], env });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^--port: expected a whole number/m);
  });
});

describe('A Node that is too old', () => {
  const { engines } = JSON.parse(readFileSync(join(projectPath, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  const [, needed = ''] = /^>=(\d+\.\d+)$/.exec(engines.node) ?? [];

  /** Starts with a Node that says it is of this version. */
  const asNode = (version: string) =>
    runMain({
      args: ['--version'],
      flags: [
        '--import',
        `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`,
      ],
    });

  test.each(['20.20.2', '22.18.9', '18.0.0'])('%s gets one line that says which is needed', async (version) => {
    expect(await asNode(version)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `The gateway needs Node ${needed} or later, and this is Node ${version}.\n`,
    });
  });

  test('is none from the one that package.json names on', async () => {
    for (const version of [`${needed}.0`, '23.0.0', '100.1.0']) expect((await asNode(version)).code).toBe(0);
  });
});

describe('On SIGTERM', () => {
  /** Timeouts long enough for a request to wait at the gate. */
  const patient = { PORT: '0', UPSTREAM_TIMEOUT_MS: '25000', REQUEST_TIMEOUT_MS: '25000' };

  test('on SIGTERM the gateway stops accepting requests, finishes the one under way, and exits with 0', async () => {
    const workspace = await openGatedDemo();
    const child = startMain({ env: { ...patient, ROCKETCHAT_URL: workspace.url } });
    const url = await urlOf(child);
    const { member } = workspace.demo.world;
    const pending = ask(url, '{ viewer { user { username } } }', member);
    await workspace.arrived;
    child.signal('SIGTERM');
    await refusesConnections(url);
    workspace.open();
    expect(await pending).toEqual({
      status: 200,
      data: { viewer: { user: { username: member.username } } },
      codes: [],
    });
    expect(await child.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  test('on SIGTERM a request that waits for a slow workspace still gets its response', async () => {
    const demo = await openDemo({ latencyMs: 500 });
    const child = startMain({ env: { PORT: '0', ROCKETCHAT_URL: demo.url } });
    const url = await urlOf(child);
    const pending = ask(url, '{ viewer { unreadCount } }', demo.world.member);
    await expect.poll(() => demo.calls.length, { timeout: 20_000 }).toBeGreaterThan(0);
    child.signal('SIGTERM');
    expect(await pending).toMatchObject({ status: 200, codes: [] });
    expect(await child.ended).toMatchObject({ code: 0, signal: null });
  });

  test('a second signal ends the process immediately', async () => {
    const workspace = await openGatedDemo();
    const child = startMain({ env: { ...patient, ROCKETCHAT_URL: workspace.url } });
    const url = await urlOf(child);
    const pending = ask(url, '{ viewer { user { username } } }', workspace.demo.world.member).catch(() => 'cut off');
    await workspace.arrived;
    child.signal('SIGTERM');
    await refusesConnections(url);
    child.signal('SIGTERM');
    expect(await child.ended).toMatchObject({ code: 1, signal: null });
    expect(await pending).toBe('cut off');
  });
});

describe('With the workspace down', () => {
  test('the gateway starts while the workspace is down, and serves once it is up', async () => {
    const first = await startDemo();
    const { member } = first.world;
    const port = Number(new URL(first.url).port);
    await first.close();

    const child = startMain({ env: { PORT: '0', ROCKETCHAT_URL: first.url } });
    const url = await urlOf(child);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const query = '{ viewer { userId user { username } } }';
    const refused = await ask(url, query, member);
    expect(refused).toMatchObject({
      data: { viewer: { userId: member.id, user: null } },
      codes: ['UPSTREAM_UNAVAILABLE'],
    });

    await openDemo({ port });
    await expect.poll(async () => (await ask(url, query, member)).codes, { timeout: 20_000 }).toEqual([]);
    expect((await ask(url, query, member)).data).toEqual({
      viewer: { userId: member.id, user: { username: member.username } },
    });
  });
});
