import { createServer, request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openDemo } from '../support/demo.ts';
import { startFaultUpstream } from '../support/fault-upstream.ts';
import { faults, type FaultName } from '../support/faults.ts';
import { upstreamMarker } from '../support/secrets.ts';
import { alice } from '../support/tiny-workspace.ts';
import { diagnose } from './diagnose.ts';

async function openFaulty() {
  const upstream = await startFaultUpstream();
  onTestFinished(() => upstream.close());
  return upstream;
}

interface ProxyOptions {
  /** Headers of the request as the workspace gets them. */
  readonly request?: (headers: IncomingHttpHeaders) => OutgoingHttpHeaders;
  readonly response?: OutgoingHttpHeaders;
}

/** A proxy before a workspace, which changes headers on their way. */
async function openProxy(target: string, { request: change = (headers) => headers, response = {} }: ProxyOptions) {
  const server = createServer((incoming, outgoing) => {
    request(target + (incoming.url ?? ''), { headers: change(incoming.headers) }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...response });
      answer.pipe(outgoing);
    }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const limited = { rateLimit: { calls: 10, ms: 60_000 } } as const;

describe.each(['R7', 'R8'] as const)('Before a workspace of dialect %s', (dialect) => {
  test('all is well for a user, without a limiter, and nothing is written', async () => {
    const demo = await openDemo({ dialect });
    const roomCount = demo.world.rooms.size;
    const { levels, exitCode, callCount, of, text } = await diagnose(demo.url, demo.world.member);
    expect(levels).toEqual({
      workspace: 'good',
      tls: 'good',
      clock: 'good',
      version: 'good',
      proxy: 'good',
      limiter: 'good',
      addresses: 'note',
      token: 'good',
      administration: 'note',
      exemption: 'note',
      receipts: 'good',
      deletions: 'good',
    });
    expect(exitCode).toBe(0);
    expect(of('version')?.seen).toContain(`the dialect ${dialect}`);
    expect(callCount).toBe(demo.calls.length);
    expect(demo.world.rooms.size).toBe(roomCount);
    expect(text).not.toContain(demo.world.member.token);
    expect(text).not.toContain(demo.world.member.id);
  });

  test('six calls at most find an administrator exempt from the limiter, and addresses counted apart', async () => {
    const demo = await openDemo({ dialect, ...limited });
    const { levels, of, callCount } = await diagnose(demo.url, demo.world.admin);
    expect(callCount).toBe(6);
    expect(demo.calls).toHaveLength(6);
    expect(levels).toMatchObject({ limiter: 'warning', addresses: 'note', administration: 'good', exemption: 'good' });
    expect(of('limiter')?.seen).toContain('10 calls for each endpoint');
    expect(of('addresses')).toMatchObject({ change: expect.stringContaining('FORWARD_CLIENT_IP=on') });
  });

  test('a user whom the limiter counts is told so', async () => {
    const demo = await openDemo({ dialect, ...limited });
    const { of } = await diagnose(demo.url, demo.world.member);
    expect(of('exemption')).toMatchObject({ level: 'note', seen: expect.stringContaining('not exempt') });
  });

  test('without credentials nothing is called in anybody’s name, and the report says what stays unseen', async () => {
    const demo = await openDemo({ dialect, ...limited });
    const { levels, of } = await diagnose(demo.url);
    expect(demo.calls.map(({ endpoint }) => endpoint)).toEqual(['/api/info', 'settings.public', 'settings.public']);
    expect(demo.calls.filter(({ headers }) => headers['x-auth-token'] !== undefined)).toEqual([]);
    expect(Object.keys(levels)).not.toContain('receipts');
    expect(of('token')).toMatchObject({
      level: 'note',
      change: expect.stringMatching(/ROCKETCHAT_USER_ID and ROCKETCHAT_AUTH_TOKEN/),
    });
  });

  test('a wrong token is a problem, and ends the calls with it', async () => {
    const demo = await openDemo({ dialect });
    const { levels, exitCode } = await diagnose(demo.url, { id: demo.world.member.id, token: 'x'.repeat(43) });
    expect(levels.token).toBe('problem');
    expect(exitCode).toBe(1);
    expect(demo.calls.map(({ endpoint }) => endpoint)).toEqual(['/api/info', 'settings.public', 'me']);
  });

  test('a workspace without the licence for read receipts is no problem', async () => {
    const demo = await openDemo({ dialect, licensed: false });
    const { of, exitCode } = await diagnose(demo.url, demo.world.member);
    expect(of('receipts')).toMatchObject({ level: 'note', meaning: expect.stringContaining('isAvailable') });
    expect(exitCode).toBe(0);
  });

  test('a workspace that has read receipts and does not keep them is a note', async () => {
    const demo = await openDemo({ dialect, storeReceipts: false });
    const found = (await diagnose(demo.url, demo.world.member)).of('receipts');
    expect(found).toMatchObject({
      level: 'note',
      seen: expect.stringContaining('Message_Read_Receipt_Enabled and Message_Read_Receipt_Store_Users off'),
    });
  });

  test('a used-up limiter leaves open what it hides', async () => {
    const demo = await openDemo({ dialect, rateLimit: { calls: 1, ms: 60_000 } });
    const { member } = demo.world;
    expect((await diagnose(demo.url, member)).levels).toMatchObject({ token: 'good', addresses: 'note' });
    const again = await diagnose(demo.url, member);
    expect(again.levels).toMatchObject({ workspace: 'good', token: 'note' });
    expect(again.exitCode).toBe(0);
  });
});

describe('The clock', () => {
  test.each([
    [-3_600_000, 'warning', /3\d{3} s behind/],
    [-2000, 'good', /agree/],
    [2000, 'good', /agree/],
    [90_000, 'warning', /\d\d s ahead of/],
  ])('of a workspace %i ms ahead is found', async (aheadMs, level, seen) => {
    const demo = await openDemo();
    demo.fail('/api/info', { headers: { date: new Date(Date.now() + aheadMs).toUTCString() } });
    expect((await diagnose(demo.url)).of('clock')).toMatchObject({ level, seen: expect.stringMatching(seen) });
  });

  test('that nobody tells is a note', async () => {
    const upstream = await openFaulty();
    expect((await diagnose(upstream.url)).levels.clock).toBe('note');
  });
});

describe('The version', () => {
  test.each([
    ['6.13.1', 'warning', 'Upgrade the workspace.'],
    ['7.0.0-rc.1', 'good', undefined],
    ['8.2', 'good', undefined],
    ['9.0.0-develop', 'warning', 'Look for a newer release of this gateway.'],
    ['eight', 'note', undefined],
    ['8.8\u001b[2J', 'note', undefined],
    [8.8, 'note', undefined],
    [undefined, 'note', undefined],
  ])('%j is %s', async (version, level, change) => {
    const demo = await openDemo();
    demo.fail('/api/info', { body: { version, success: true } });
    const found = (await diagnose(demo.url)).of('version');
    expect([found?.level, found?.change]).toEqual([level, change]);
  });

  test('is read where the workspace tells a user more', async () => {
    const demo = await openDemo();
    demo.fail('/api/info', { body: { info: { version: '8.9.1' }, success: true } });
    expect((await diagnose(demo.url)).of('version')?.seen).toBe('Rocket.Chat 8.9.1, the dialect R8.');
  });

  test('8.0 to 8.6 may speak both dialects', async () => {
    const demo = await openDemo();
    demo.fail('/api/info', { body: { version: '8.6.0', success: true } });
    expect((await diagnose(demo.url)).of('version')?.seen).toMatch(/R7 at some endpoints and R8 at others/);
  });
});

describe('Forwarded addresses', () => {
  const forwards = { FORWARD_CLIENT_IP: 'on' };

  test('work where the workspace gets them', async () => {
    const demo = await openDemo(limited);
    const { of, exitCode } = await diagnose(demo.url, undefined, forwards);
    expect(of('addresses')).toMatchObject({ level: 'good', meaning: expect.stringContaining('TRUST_PROXY') });
    expect(of('limiter')?.level).toBe('good');
    expect(exitCode).toBe(0);
    const trusting = await diagnose(demo.url, undefined, { ...forwards, TRUST_PROXY: 'on' });
    expect(trusting.of('addresses')?.meaning).toContain('cannot be seen from here');
  });

  test.each([
    ['replaces', (headers: IncomingHttpHeaders) => ({ ...headers, 'x-real-ip': '10.0.0.7' })],
    ['removes', (headers: IncomingHttpHeaders) => ({ host: headers.host, accept: headers.accept })],
  ])('do not work where a proxy %s them', async (_does, change) => {
    const demo = await openDemo(limited);
    const url = await openProxy(demo.url, { request: change });
    const on = await diagnose(url, undefined, forwards);
    expect(on.of('addresses')).toMatchObject({ level: 'problem', seen: expect.stringContaining('together') });
    expect(on.exitCode).toBe(1);
    expect((await diagnose(url)).levels.addresses).toBe('note');
  });

  test('do not work where new addresses find the limit used up', async () => {
    const demo = await openDemo({ rateLimit: { calls: 1, ms: 60_000 } });
    const url = await openProxy(demo.url, { request: (headers) => ({ ...headers, 'x-real-ip': '10.0.0.7' }) });
    for (const _run of ['the second call', 'both calls'])
      expect((await diagnose(url, undefined, forwards)).levels.addresses).toBe('problem');
  });

  test.each([
    ['windows that differ', { 'x-ratelimit-reset': '1' }, 1],
    ['no end', { 'x-ratelimit-reset': 'soon' }, 2],
    ['no count', { 'x-ratelimit-remaining': '-' }, 2],
    ['a count that never changes', { 'x-ratelimit-remaining': '5' }, 2],
    ['no limit', { 'x-ratelimit-limit': '' }, 2],
    ['an end in a thousand years', { 'x-ratelimit-reset': '33333333333333' }, 1],
  ])('stay unknown with %s', async (_name, headers, times) => {
    const demo = await openDemo(limited);
    const reset = String(Date.now() + 30_000);
    const usual = { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': reset };
    demo.fail('settings.public', { status: 200, body: { success: true }, headers: { ...usual, ...headers }, times });
    const { of } = await diagnose(demo.url, undefined, forwards);
    expect(of('addresses')?.level).toBe('note');
    expect(of('limiter')?.seen).not.toMatch(/\d{4,} s/);
  });
});

test('A proxy that shows nothing of /api/info does not hide the rest', async () => {
  const demo = await openDemo();
  demo.fail('/api/info', { status: 403, contentType: 'text/html', body: '<h1>no</h1>' });
  const { levels, exitCode } = await diagnose(demo.url, demo.world.member);
  expect(levels).toMatchObject({ workspace: 'good', version: 'note', token: 'good', receipts: 'good' });
  expect(exitCode).toBe(0);
});

describe('The limiter', () => {
  test('of a hundred calls is wide', async () => {
    const demo = await openDemo({ rateLimit: { calls: 100, ms: 60_000 } });
    expect((await diagnose(demo.url)).of('limiter')).toMatchObject({
      level: 'good',
      seen: expect.stringContaining('100'),
    });
  });

  test('of a proxy has no headers', async () => {
    const demo = await openDemo();
    demo.fail('settings.public', { status: 429, body: 'slow down' });
    expect((await diagnose(demo.url)).of('limiter')).toMatchObject({
      level: 'warning',
      meaning: expect.stringContaining('A proxy limits'),
    });
  });

  test('does not show itself where the call fails', async () => {
    const demo = await openDemo();
    demo.fail('settings.public', { status: 500, body: {} });
    expect((await diagnose(demo.url)).levels.limiter).toBe('note');
  });
});

describe('A proxy', () => {
  test('shows by its headers, whose text is cut and cleaned', async () => {
    const demo = await openDemo();
    const url = await openProxy(demo.url, { response: { via: `1.1 edge\u0085${'x'.repeat(200)}`, server: 'nginx' } });
    const found = (await diagnose(url, demo.world.member)).of('proxy');
    expect(found?.level).toBe('note');
    expect(found?.seen).toMatch(/^The responses show one \(via: 1\.1 edge\?x+…, server: nginx\)\.$/);
    expect(found?.seen.length).toBeLessThan(120);
  });

  test('that keeps answers is a problem where they are personal', async () => {
    const demo = await openDemo();
    demo.fail('/api/info', { headers: { age: '7' } });
    expect(await diagnose(demo.url, demo.world.member)).toMatchObject({ exitCode: 0, levels: { proxy: 'warning' } });
    demo.fail('me', { headers: { 'x-cache': 'Hit from edge' } });
    expect(await diagnose(demo.url, demo.world.member)).toMatchObject({ exitCode: 1, levels: { proxy: 'problem' } });
  });

  test('that gives one user the answer of another is a problem', async () => {
    const demo = await openDemo();
    demo.fail('me', { transform: (body) => ({ ...(body as object), _id: demo.world.admin.id }) });
    const { of, exitCode } = await diagnose(demo.url, demo.world.member);
    expect(of('token')).toMatchObject({ level: 'problem', seen: expect.stringContaining('another user') });
    expect(exitCode).toBe(1);
  });

  test('that compresses what should be plain is a problem', async () => {
    const upstream = await openFaulty();
    upstream.fail('gzip');
    const { levels, exitCode } = await diagnose(upstream.url, alice);
    expect(levels).toMatchObject({ workspace: 'problem', proxy: 'problem' });
    expect(exitCode).toBe(1);
  });

  test('that answers single calls with pages is found out, and its words stay out', async () => {
    const demo = await openDemo();
    for (const endpoint of ['me', 'dm.list.everyone', 'chat.getMessageReadReceipts'])
      demo.fail(endpoint, { status: 200, contentType: 'text/html', body: '<h1>planted</h1>', times: 1 });
    const { levels, text } = await diagnose(demo.url, demo.world.member);
    expect(levels).toMatchObject({ workspace: 'good', token: 'warning' });
    const next = await diagnose(demo.url, demo.world.admin);
    expect(next.levels).toMatchObject({ token: 'good', administration: 'warning', receipts: 'warning' });
    expect(text + next.text).not.toContain('planted');
  });

  test.each([403, 500])(
    'that refuses the call for receipts with HTTP %i is not taken for a licence',
    async (status) => {
      const demo = await openDemo();
      demo.fail('chat.getMessageReadReceipts', { status, body: 'no' });
      expect((await diagnose(demo.url, demo.world.member)).levels.receipts).toBe('warning');
    },
  );
});

test('A workspace that sends back the token wherever it can gets no part of it into the report', async () => {
  const demo = await openDemo(limited);
  const { member } = demo.world;
  const { token } = member;
  for (const endpoint of ['me', 'dm.list.everyone', 'chat.getMessageReadReceipts'])
    demo.fail(endpoint, {
      headers: Object.fromEntries(
        ['server', 'via', 'location', 'age', 'x-cache', 'x-ratelimit-limit', 'date', 'content-encoding'].map((name) => [
          name,
          token,
        ]),
      ),
      transform: (body) => ({ ...(body as object), username: token, name: token, errorType: token, error: token }),
    });
  for (const isJson of [true, false]) {
    const { text } = await diagnose(demo.url, member, {}, isJson);
    for (let at = 0; at + 10 <= token.length; at += 1) expect(text).not.toContain(token.slice(at, at + 10));
  }
});

describe('No Rocket.Chat', () => {
  const page = { status: 200, contentType: 'text/html; charset=utf-8', body: '<h1>Welcome</h1>' };
  test.each([
    ['a web page', page, /a web page \(HTTP 200\)/],
    ['a login page', { ...page, status: 401 }, /a web page \(HTTP 401\)/],
    ['other JSON', { status: 200, body: { ok: true } }, /something else than Rocket\.Chat’s JSON/],
    ['a list', { status: 200, body: [] }, /something else/],
    ['a success that is no boolean', { status: 200, body: { success: 'yes', version: '8.8' } }, /something else/],
    ['an error of a proxy', { ...page, status: 502 }, /HTTP 502/],
    [
      'a redirect',
      { ...page, status: 301, headers: { location: 'https://chat.example.com/\u0085' } },
      /redirects to https:/,
    ],
  ])('%s is a problem, and no credentials go there', async (_name, fault, seen) => {
    const demo = await openDemo();
    demo.fail('*', fault);
    const { of, exitCode } = await diagnose(demo.url, demo.world.member);
    expect(of('workspace')).toMatchObject({ level: 'problem', seen: expect.stringMatching(seen) });
    expect(of('workspace')?.seen).not.toMatch(/\p{Cc}/u);
    expect(of('token')).toMatchObject({ level: 'note', seen: expect.stringContaining('kept from') });
    expect(exitCode).toBe(1);
    expect(demo.calls.filter(({ headers }) => headers['x-auth-token'] !== undefined)).toEqual([]);
  });
});

describe('No response', () => {
  test('from a port where nothing listens', async () => {
    const upstream = await openFaulty();
    await upstream.down();
    const { of, callCount, exitCode } = await diagnose(upstream.url, alice);
    expect(of('workspace')).toMatchObject({ level: 'problem', seen: expect.stringContaining('(ECONNREFUSED)') });
    expect([callCount, exitCode]).toEqual([1, 1]);
  });

  test('from a name that does not exist', async () => {
    const found = (await diagnose('http://no-such-host.invalid')).of('workspace');
    expect(found?.seen).toMatch(/^The name no-such-host\.invalid does not resolve \((ENOTFOUND|EAI_AGAIN)\)\.$/);
  });

  test('in time ends the calls', async () => {
    const upstream = await openFaulty();
    upstream.fail('never');
    const { of, callCount } = await diagnose(upstream.url, undefined, { UPSTREAM_TIMEOUT_MS: '50' });
    expect(of('workspace')).toMatchObject({ level: 'problem', meaning: expect.stringContaining('UPSTREAM_TIMEOUT') });
    expect(callCount).toBe(1);
  });

  test.each([
    ['bad-status-line', /something else than HTTP/],
    ['huge-body', /more than any response/],
    ['reset-before-response', /connection to .* fails/],
  ] as const)('that is one: %s', async (fault, seen) => {
    const upstream = await openFaulty();
    upstream.fail(fault);
    expect((await diagnose(upstream.url)).of('workspace')).toMatchObject({
      level: 'problem',
      seen: expect.stringMatching(seen),
    });
  });

  test('to a later call is a warning', async () => {
    const demo = await openDemo();
    demo.fail('settings.public', { reset: true });
    expect(await diagnose(demo.url)).toMatchObject({ exitCode: 0, levels: { workspace: 'warning' } });
    demo.heal();
    demo.fail('me', { reset: true });
    expect((await diagnose(demo.url, demo.world.member)).levels.token).toBe('warning');
  });

  test('before more than half of the time that a call may take is a warning', async () => {
    const demo = await openDemo({ latencyMs: 600 });
    const found = (await diagnose(demo.url, undefined, { UPSTREAM_TIMEOUT_MS: '1100' })).of('workspace');
    expect(found).toMatchObject({
      level: 'warning',
      meaning: expect.stringContaining('more than half of the 1100 ms'),
    });
  });
});

test.each(Object.keys(faults) as FaultName[])(
  'Whatever happens on the wire, the report comes, in six calls: %s',
  async (fault) => {
    const upstream = await openFaulty();
    upstream.fail(fault, { bytes: 16 * 1024 * 1024 });
    const env = { UPSTREAM_TIMEOUT_MS: '60', FORWARD_CLIENT_IP: 'on' };
    const { findings, callCount, text } = await diagnose(upstream.url, alice, env);
    expect(findings.map(({ subject }) => subject)).toEqual(expect.arrayContaining(['workspace', 'token']));
    expect(callCount).toBeLessThanOrEqual(6);
    expect(upstream.calls.length).toBeLessThanOrEqual(callCount);
    expect(text).not.toContain(upstreamMarker);
  },
);

test('Plain HTTP is a warning anywhere else than here', async () => {
  const { levels } = await diagnose('http://no-such-host.invalid');
  expect(levels.tls).toBe('warning');
});
