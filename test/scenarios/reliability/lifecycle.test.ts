import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createNetServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startDemo, type DemoWorkspace } from '../../../src/demo/server.ts';
import { mainPath, runMain, startChild, startMain, urlOf, type Child } from '../../support/child.ts';
import { openDemo } from '../../support/demo.ts';
import { openRaw, rawPost, statusesOf } from '../../support/raw-http.ts';
import { inspect, plant } from '../../support/secrets.ts';

const query = '{ viewer { userId user { username } } }';

/** A gateway in a child process, whose output is searched for the workspace's address. */
async function start(workspaceUrl: string, env: Record<string, string> = {}): Promise<{ child: Child; url: string }> {
  const child = startMain({
    env: { PORT: '0', LOG_LEVEL: 'info', EXPLORER: 'off', ROCKETCHAT_URL: workspaceUrl, ...env },
  });
  const url = await urlOf(child);
  const release = plant('the address of the workspace', new URL(workspaceUrl).host);
  onTestFinished(async () => {
    inspect('standard output', child.stdout);
    inspect('standard error', child.stderr);
    release();
  });
  return { child, url };
}

async function ask(url: string, { world }: DemoWorkspace) {
  const { id, token } = world.member;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-user-id': id, 'x-auth-token': token },
    body: JSON.stringify({ query }),
  });
  const body = (await response.json()) as { data: unknown; errors?: { extensions: { code: string } }[] };
  return {
    status: response.status,
    data: body.data,
    codes: (body.errors ?? []).map(({ extensions }) => extensions.code),
  };
}

const arrivedAt = (demo: DemoWorkspace, count: number) =>
  expect.poll(() => demo.calls.length, { timeout: 20_000, interval: 5 }).toBeGreaterThanOrEqual(count);

describe('Shutdown on SIGTERM', () => {
  it('L11: on SIGTERM fifty requests under way are answered, /readyz says 503 on an open connection, and the exit code is 0', async () => {
    const demo = await openDemo({ latencyMs: 1000 });
    const { child, url } = await start(demo.url);
    const { id, token } = demo.world.member;
    await ask(url, demo); // the first call ever finds out whether the workspace limits calls
    // A connection of a balancer, on which a request is under way, and the probe comes behind it.
    const probe = await openRaw(url);
    probe.socket.write(rawPost(JSON.stringify({ query }), { 'x-user-id': id, 'x-auth-token': token }));
    const answers = Array.from({ length: 50 }, () => ask(url, demo));
    await arrivedAt(demo, 52);
    child.signal('SIGTERM');
    await expect
      .poll(
        () =>
          fetch(`${url}/healthz`).then(
            () => 'taken',
            () => 'refused',
          ),
        { timeout: 20_000 },
      )
      .toBe('refused');
    probe.socket.write('GET /readyz HTTP/1.1\r\nhost: gateway\r\n\r\n');
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ status: 200, codes: [] });
    expect(statusesOf(await probe.closed)).toEqual([200, 503]);
    expect(await child.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(child.stdout.match(/^\{.*"status":200.*\}$/gm)).toHaveLength(52); // no line of the log is lost
  });

  it('L11: during the shutdown delay new connections are accepted and /readyz says 503; the grace period starts after it', async () => {
    const demo = await openDemo({ latencyMs: 1000 });
    const { child, url } = await start(demo.url, { SHUTDOWN_DELAY_MS: '2000', SHUTDOWN_GRACE_MS: '2500' });
    await ask(url, demo); // the first call ever finds out whether the workspace limits calls
    const statusOf = (path: string) =>
      fetch(url + path, { headers: { connection: 'close' } }).then(
        ({ status }) => status,
        () => 'refused',
      );
    expect(await statusOf('/readyz')).toBe(200);
    const startedAt = performance.now();
    child.signal('SIGTERM');
    await expect.poll(() => statusOf('/readyz')).toBe(503);
    expect(await statusOf('/healthz')).toBe(200);
    expect(await ask(url, demo)).toMatchObject({ status: 200, codes: [] });
    const last = ask(url, demo); // ends after the delay, within the grace
    await expect.poll(() => statusOf('/readyz'), { timeout: 5000 }).toBe('refused');
    expect(performance.now() - startedAt).toBeGreaterThan(1900);
    expect(await last).toMatchObject({ status: 200, codes: [] });
    expect(await child.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  it('L13: a second signal exits immediately, even during the shutdown delay', async () => {
    const { child, url } = await start('http://127.0.0.1:9', { SHUTDOWN_DELAY_MS: '60000' });
    child.signal('SIGTERM');
    await expect.poll(() => fetch(`${url}/readyz`).then(({ status }) => status)).toBe(503);
    child.signal('SIGTERM');
    expect(await child.ended).toMatchObject({ code: 1, signal: null });
  });

  it('claim 14: responses after SIGTERM close their connection and lose no pipelined request', async () => {
    const demo = await openDemo({ latencyMs: 300 });
    const { child, url } = await start(demo.url, { SHUTDOWN_DELAY_MS: '1500' });
    const { id, token } = demo.world.member;
    const post = rawPost(JSON.stringify({ query }), { 'x-user-id': id, 'x-auth-token': token });
    const before = await openRaw(url);
    before.socket.write(post);
    expect(await before.answers(1)).not.toMatch(/connection: close/i);
    child.signal('SIGTERM');
    await expect.poll(() => fetch(`${url}/readyz`).then(({ status }) => status)).toBe(503);
    for (const bytes of [
      post,
      rawPost('{'),
      'GET /healthz HTTP/1.1\r\nhost: g\r\n\r\n',
      'GET /nothing HTTP/1.1\r\nhost: g\r\n\r\n',
    ]) {
      const { socket, closed } = await openRaw(url);
      socket.write(bytes);
      expect(await closed).toMatch(/connection: close\r\n/i);
    }
    before.socket.write(post.repeat(3));
    const answers = await before.closed;
    expect(statusesOf(answers)).toEqual([200, 200, 200, 200]);
    expect(answers.match(/connection: close/gi)).toHaveLength(1);
    expect(await child.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  it('L12: requests that hang upstream get an error before the grace period ends, and the exit code is 0', async () => {
    const demo = await openDemo();
    const env = { SHUTDOWN_GRACE_MS: '1500', REQUEST_TIMEOUT_MS: '60000', UPSTREAM_TIMEOUT_MS: '60000' };
    const { child, url } = await start(demo.url, env);
    await ask(url, demo); // the first call ever finds out whether the workspace limits calls
    demo.fail('*', { hang: true });
    const answers = Array.from({ length: 5 }, () => ask(url, demo));
    await arrivedAt(demo, 6);
    child.signal('SIGTERM');
    for (const answer of await Promise.all(answers)) {
      expect(answer).toMatchObject({ status: 200, data: { viewer: { user: null } }, codes: ['SHUTTING_DOWN'] });
    }
    expect(await child.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'L13: a second signal (%s) ends it at once, and not with 0',
    async (second) => {
      const demo = await openDemo();
      demo.fail('*', { hang: true });
      const { child, url } = await start(demo.url, { REQUEST_TIMEOUT_MS: '60000', UPSTREAM_TIMEOUT_MS: '60000' });
      const pending = ask(url, demo).catch(() => 'cut off');
      await arrivedAt(demo, 1);
      child.signal('SIGTERM');
      await expect
        .poll(
          () =>
            fetch(`${url}/healthz`).then(
              () => 'taken',
              () => 'refused',
            ),
          { timeout: 20_000 },
        )
        .toBe('refused');
      child.signal(second);
      expect(await child.ended).toMatchObject({ code: 1, signal: null });
      expect(await pending).toBe('cut off');
    },
  );
});

describe('Startup', () => {
  it('L14: the gateway starts while the workspace is down and uses it once it is up', async () => {
    const first = await startDemo();
    const port = Number(new URL(first.url).port);
    await first.close();
    const { url } = await start(first.url);
    for (const path of ['/healthz', '/readyz']) expect((await fetch(url + path)).status).toBe(200);
    expect(await ask(url, first)).toMatchObject({ status: 200, codes: ['UPSTREAM_UNAVAILABLE'] });
    const demo = await openDemo({ port });
    await expect.poll(async () => (await ask(url, demo)).codes, { timeout: 30_000 }).toEqual([]);
  });

  it.each([
    ['ROCKETCHAT_URL', 'ftp://chat.example.com'],
    ['ROCKETCHAT_URL', 'https://admin:hunter2@chat.example.com'],
    ['PORT', '99999'],
    ['REQUEST_TIMEOUT_MS', '-1'],
    ['SHUTDOWN_GRACE_MS', '-5'],
    ['SHUTDOWN_DELAY_MS', '-1'],
    ['METRICS', 'yes'],
    ['CALLER_CALLS_PER_MINUTE', '1.5'],
    ['ROCKETCHAT_URI', 'https://chat.example.com'],
    ['CORS_ORIGIN', 'https://app.example.com'],
  ])('L15: a mistake in %s (%s) is reported in one line without the value', async (name, value) => {
    const { code, stdout, stderr } = await runMain({ env: { [name]: value } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const [heading, ...lines] = stderr.trim().split('\n');
    expect(heading).toBe('The configuration has mistakes:');
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^${name}: `))]);
    expect(stderr).not.toContain(value);
  });

  it('L16: a port in use is reported in one line with HOST, PORT and advice', async () => {
    const server = createNetServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const { code, stdout, stderr } = await runMain({
      env: { PORT: String(port), ROCKETCHAT_URL: 'http://127.0.0.1:9' },
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `Cannot listen on HOST=127.0.0.1 and PORT=${port} (EADDRINUSE): another process listens on this port; set PORT to a free port, or to 0 to pick one.\n`,
    );
  });
});

describe('Uncaught errors', () => {
  /** Makes it on SIGUSR2, in the gateway's own process. */
  const withMistake = (code: string, env: Record<string, string>): Child =>
    startChild(
      process.execPath,
      ['--import', `data:text/javascript,process.on('SIGUSR2', () => { ${code} })`, mainPath],
      env,
    );

  it('L19: an unhandled rejection ends no other request and is logged without its message', async () => {
    const demo = await openDemo();
    const child = withMistake(`Promise.reject(new Error('private ' + 'words'))`, {
      PORT: '0',
      LOG_LEVEL: 'info',
      EXPLORER: 'off',
      ROCKETCHAT_URL: demo.url,
    });
    const url = await urlOf(child);
    child.signal('SIGUSR2');
    await child.until(/"msg":"unhandled rejection"/);
    expect(await ask(url, demo)).toMatchObject({ status: 200, codes: [] });
    child.signal('SIGTERM');
    expect(await child.ended).toMatchObject({ code: 0, stderr: '' });
    expect(child.stdout).not.toContain('private words');
  });

  it('L19: an uncaught exception ends the process and is logged without its message', async () => {
    const child = withMistake(`throw new Error('private ' + 'words')`, {
      PORT: '0',
      LOG_LEVEL: 'info',
      EXPLORER: 'off',
      ROCKETCHAT_URL: 'http://127.0.0.1:9',
    });
    await urlOf(child);
    child.signal('SIGUSR2');
    expect(await child.ended).toMatchObject({ code: 1, signal: null, stderr: '' });
    expect(child.stdout).toMatch(/"unexpected":\{"kind":"Error","frames":\[.*"msg":"uncaught exception"/);
    expect(child.stdout).not.toContain('private words');
  });
});

describe('A blocked log', () => {
  it('a log that nobody reads delays no request', async () => {
    const path = process.env['PATH'];
    const child = spawn(process.execPath, [mainPath], {
      env: {
        ...(path !== undefined && { PATH: path }),
        PORT: '0',
        LOG_LEVEL: 'info',
        EXPLORER: 'off',
        ROCKETCHAT_URL: 'http://127.0.0.1:9',
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [greeting] = (await once(child.stdout, 'data')) as [Buffer];
    child.stdout.pause();
    const [, url = ''] = /GraphQL at (http:[^"]+)/.exec(String(greeting)) ?? [];
    const body = JSON.stringify({ query: `query ${'a'.repeat(128)} { __typename }` });
    // 1,000 lines of 300 bytes: the pipe holds 64 KiB of them, and this side of it as much again.
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, () =>
          fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
        ),
      );
      for (const answer of answers) expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
    }
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
