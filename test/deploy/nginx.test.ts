import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { maxBodyBytes } from '../../src/limits.ts';
import { ask, codeOf, headersOf, startBehindNginx, viewer } from '../support/behind-nginx.ts';
import type { Caller } from '../support/gateway.ts';
import type { TestNginx } from '../support/nginx.ts';

describe('deploy/nginx.conf: TLS', () => {
  test('nginx answers over TLS 1.2 and 1.3, HTTP/1.1 and HTTP/2, and tells browsers to stay with TLS', async () => {
    const { gateway, nginx } = await startBehindNginx();
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const answer = await ask(nginx, gateway, {}, { minVersion: version, maxVersion: version });
      expect(answer).toMatchObject({ status: 200, headers: { 'strict-transport-security': 'max-age=31536000' } });
      expect(JSON.parse(answer.text)).toEqual({
        data: { viewer: { user: { username: gateway.demo.world.member.username } } },
      });
    }
    expect(await overHttp2(nginx, gateway.demo.world.member)).toEqual({ status: 200, protocol: 'h2' });
  });

  test('nginx refuses older TLS, and HTTP without it', async () => {
    const { gateway, nginx } = await startBehindNginx();
    const { port, certificate: ca } = nginx;
    const old = connectTls({
      port,
      ca,
      servername: 'localhost',
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'ALL@SECLEVEL=0',
    });
    await expect(
      new Promise((resolve, reject) => old.on('secureConnect', resolve).on('error', reject)),
    ).rejects.toThrow(/alert protocol version/);
    const plain = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: headersOf(gateway.demo.world.member),
      body: viewer,
    });
    expect(plain.status).toBe(400);
    expect(gateway.demo.calls).toEqual([]);
  });
});

describe('deploy/nginx.conf: addresses', () => {
  test('the workspace gets the address of the connection, whatever the client’s headers say', async () => {
    const { gateway, nginx } = await startBehindNginx({ FORWARD_CLIENT_IP: 'on', TRUST_PROXY: 'on' });
    const forged = {
      'x-real-ip': '203.0.113.9',
      'x-forwarded-for': '203.0.113.8, 203.0.113.7',
      forwarded: 'for=203.0.113.6',
    };
    for (const localAddress of ['127.0.0.1', '127.0.0.2']) {
      for (const headers of [{}, forged]) {
        expect(await ask(nginx, gateway, headers, { localAddress })).toMatchObject({ status: 200 });
        expect(gateway.demo.calls.at(-1)?.headers['x-real-ip']).toBe(localAddress);
      }
    }
  });

  test('behind another proxy that it was told of, nginx takes the address that this proxy saw, and no other', async () => {
    const { gateway, nginx } = await startBehindNginx(
      { FORWARD_CLIENT_IP: 'on', TRUST_PROXY: 'on' },
      { trustedProxy: '127.0.0.1' },
    );
    const headers = { 'x-forwarded-for': '203.0.113.8, 198.51.100.4', 'x-real-ip': '203.0.113.9' };
    for (const [localAddress, address] of [
      ['127.0.0.1', '198.51.100.4'],
      ['127.0.0.2', '127.0.0.2'],
    ]) {
      expect(await ask(nginx, gateway, headers, { localAddress })).toMatchObject({ status: 200 });
      expect(gateway.demo.calls.at(-1)?.headers['x-real-ip']).toBe(address);
    }
  });
});

describe('deploy/nginx.conf: limits', () => {
  const filler = (bytes: number) => 'x'.repeat(bytes);

  test.each<[what: string, headers: Record<string, string>, status: number]>([
    ['a line of 14 KiB', { 'x-filler': filler(14 * 1024) }, 200],
    [
      'cookies of another service, 14 KiB of them beside 10 KiB',
      { cookie: filler(14 * 1024), 'x-filler': filler(10 * 1024) },
      200,
    ],
    ['20 KiB in two lines', { 'x-one': filler(10 * 1024), 'x-two': filler(10 * 1024) }, 431],
    ['a line of 17 KiB', { 'x-filler': filler(17 * 1024) }, 431],
    ['110 lines', Object.fromEntries(Array.from({ length: 110 }, (_, index) => [`x-${index}`, '1'])), 431],
  ])('headers: %s', async (_what, headers, status) => {
    const { gateway, nginx } = await startBehindNginx();
    const answer = await ask(nginx, gateway, headers);
    expect(answer.status).toBe(status);
    if (status !== 200) expect(codeOf(answer.text)).toBe('BAD_REQUEST');
  });

  test('a body of 100 KiB passes, and a larger one is refused as GraphQL clients read it, without a file on disk', async () => {
    const { gateway, nginx } = await startBehindNginx();
    const send = (bytes: number) =>
      nginx.fetch('/graphql', { headers: headersOf(gateway.demo.world.member) }, viewer.padEnd(bytes));
    expect(await send(maxBodyBytes)).toMatchObject({ status: 200 });
    for (const bytes of [maxBodyBytes + 1, 120 * 1024, 129 * 1024, 1024 * 1024]) {
      const answer = await send(bytes);
      expect([bytes, answer.status, codeOf(answer.text)]).toEqual([bytes, 413, 'BAD_REQUEST']);
    }
    expect(nginx.child.stderr).not.toContain('temporary file');
  });

  test('a URL that is too long is refused as GraphQL clients read it', async () => {
    const { gateway, nginx } = await startBehindNginx();
    const answer = await nginx.fetch(`/graphql?query=${filler(20_000)}`, {
      headers: headersOf(gateway.demo.world.member),
    });
    expect([answer.status, codeOf(answer.text)]).toEqual([431, 'BAD_REQUEST']);
  });

  test('nginx lets nobody at /metrics and explorers, and shows /readyz', async () => {
    const { gateway, nginx } = await startBehindNginx({ METRICS: 'on', EXPLORER: 'on' });
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(200);
    for (const path of [
      '/metrics',
      '/metrics/',
      '/graphql/../metrics',
      '/graphql%2f..%2fmetrics',
      '/explorer',
      '/',
      '/healthz',
    ]) {
      const answer = await nginx.fetch(path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.text).not.toContain('gateway_requests_total');
    }
    expect(await nginx.fetch('/readyz')).toMatchObject({ status: 200 });
  });
});

describe('deploy/nginx.conf: request ids and the log', () => {
  test('one request id is in the response and in both logs: the client’s if it is safe, else one of nginx', async () => {
    const { gateway, nginx } = await startBehindNginx();
    const given = ['checkout-7.a_B', 'has space', '"quoted"', 'x'.repeat(129), ''];
    for (const id of given) await ask(nginx, gateway, { 'x-request-id': id });
    const answer = await ask(nginx, gateway);
    await expect.poll(() => nginx.accesses().length).toBe(given.length + 1);
    const ids = nginx.accesses().map(({ requestId }) => requestId);
    expect(ids[0]).toBe('checkout-7.a_B');
    for (const id of ids.slice(1)) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(ids).size).toBe(ids.length);
    expect(answer.headers['x-request-id']).toBe(ids.at(-1));
    const inGateway = gateway.logs.flatMap(({ requestId }) => (requestId === undefined ? [] : [requestId]));
    expect(inGateway).toEqual(ids);
  });

  test('nginx’s log has neither queries nor credentials', async () => {
    const { gateway, nginx } = await startBehindNginx();
    const { member } = gateway.demo.world;
    const query = encodeURIComponent('{ viewer { userId secretAlias: userId } }');
    const { status } = await nginx.fetch(`/graphql?query=${query}`, {
      headers: { ...headersOf(member), referer: 'https://example.com/?secret=1', 'user-agent': 'secret' },
    });
    expect(status).toBe(200);
    await expect.poll(() => nginx.accesses().length).toBe(1);
    expect(nginx.accesses()).toMatchObject([{ method: 'GET', path: '/graphql', status: 200, address: '127.0.0.1' }]);
    const lines = JSON.stringify(nginx.accesses()) + nginx.child.stderr;
    for (const text of ['secret', member.token, member.id]) expect(lines).not.toContain(text);
  });
});

/** Status and protocol of a query over HTTP/2. */
async function overHttp2({ port, certificate }: TestNginx, caller: Caller) {
  const session = connectHttp2(`https://localhost:${port}`, {
    ca: certificate,
    lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  onTestFinished(() => session.destroy());
  const stream = session.request({ ':method': 'POST', ':path': '/graphql', ...headersOf(caller) });
  stream.end(viewer);
  const status = await new Promise((resolve, reject) =>
    stream.on('response', (headers) => resolve(headers[':status'])).on('error', reject),
  );
  return { status, protocol: session.alpnProtocol };
}
