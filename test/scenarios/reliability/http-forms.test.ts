import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';
import { exchange, openRaw, rawPost, statusesOf } from '../../support/raw-http.ts';

const origin = 'https://app.example.com';
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { LOG_LEVEL: 'silent', METRICS: 'on', CORS_ORIGINS: origin } });
});
afterAll(() => gateway.close());

const typename = JSON.stringify({ query: '{ __typename }' });
/** A request without a body. */
const raw = (method: string, path: string, headers = 'host: g\r\nconnection: close\r\n'): string =>
  `${method} ${path} HTTP/1.1\r\n${headers}\r\n`;

/** What comes back on one connection until the gateway closes it, or for half a second, and which of both it was. */
async function converse(bytes: string): Promise<{ text: string; isClosed: boolean }> {
  const { socket, closed, received } = await openRaw(gateway.url);
  socket.write(bytes);
  const isClosed = await Promise.race([
    closed.then(() => true),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 500)),
  ]);
  socket.destroy();
  return { text: received(), isClosed };
}

describe('The log', () => {
  it('has a line for each request to /graphql, and for no other', async () => {
    const logging = await startTestGateway();
    onTestFinished(() => logging.close());
    for (const bytes of [
      raw('GET', '/healthz'),
      raw('GET', '/nothing'),
      raw('GET', '/%zz'),
      raw('OPTIONS', '/graphql'),
      raw('POST', 'http://elsewhere/graphql'),
      'nonsense\r\n\r\n',
      raw('PUT', '/graphql', 'host: g\r\nconnection: close\r\nx-request-id: put\r\n'),
      raw('POST', '/graphql', 'host: g\r\nconnection: close\r\nx-request-id: empty\r\n'),
      rawPost(typename, { connection: 'close', 'x-request-id': 'good' }),
    ])
      await exchange(logging.url, bytes);
    await expect.poll(() => logging.logs.map(({ requestId }) => requestId)).toEqual(['put', 'empty', 'good']);
  });
});

describe('Connections', () => {
  it('Hardening: a connection is closed if the client requests it, and with HTTP/1.0 unless it requests keep-alive', async () => {
    const old = rawPost(typename).replace('HTTP/1.1', 'HTTP/1.0');
    for (const [bytes, isClosed] of [
      [rawPost(typename, { connection: 'close' }), true],
      [old, true],
      [old.replace('host', 'connection: keep-alive\r\nhost'), false],
      [rawPost(typename), false],
    ] as const) {
      const answer = await converse(bytes);
      expect({ statuses: statusesOf(answer.text), isClosed: answer.isClosed }).toEqual({ statuses: [200], isClosed });
      expect(answer.text).toMatch(
        isClosed ? /connection: close/i : /connection: keep-alive\r\nkeep-alive: timeout=65/i,
      );
    }
  });

  it.each([
    ['a media type that is not accepted', { accept: 'application/xml' }, 406],
    ['a body that is no JSON', { 'content-type': 'text/xml' }, 415],
    ['a body that is packed', { 'content-encoding': 'gzip' }, 415],
  ])('Hardening: a connection survives a rejection: %s', async (_, headers, status) => {
    const { socket, answers } = await openRaw(gateway.url);
    socket.write(rawPost(typename, headers));
    await answers(1);
    socket.write(rawPost(typename));
    expect(statusesOf(await answers(2))).toEqual([status, 200]);
    socket.destroy();
  });

  it('Hardening: a connection is closed without waiting for a body that will not be read, on any path', async () => {
    for (const path of ['/graphql', '/nothing', '/healthz']) {
      const started = performance.now();
      const answer = await exchange(
        gateway.url,
        `${rawPost('', { 'content-length': '10000000' }).replace('/graphql', path)}x`,
      );
      expect(statusesOf(answer)).toEqual([path === '/graphql' ? 413 : 404]);
      expect(performance.now() - started).toBeLessThan(3000);
    }
  });
});

describe('Requests', () => {
  it('Hardening: a request with no host or two is rejected', async () => {
    for (const bytes of [
      rawPost(typename).replace('host: gateway\r\n', ''),
      rawPost(typename).replace('host', 'host: other\r\nhost'),
    ]) {
      const answer = await exchange(gateway.url, bytes);
      expect(statusesOf(answer)).toEqual([400]);
      expect(answer).toMatch(/content-type: application\/json/i);
    }
  });

  it.each(['HEAD', 'TRACE', 'PUT', 'DELETE', 'PATCH', 'QUERY', 'PROPFIND'])('B07: %s is a 405', async (method) => {
    const answer = await exchange(gateway.url, raw(method, '/graphql'));
    expect(statusesOf(answer)).toEqual([405]);
    expect(answer).toMatch(/^allow: GET, POST\r$/im);
  });

  it('Hardening: `Expect: 100-continue` gets 100 only if the body will be read', async () => {
    const { socket, answers, received } = await openRaw(gateway.url);
    const [head = ''] = rawPost(typename, { expect: '100-continue' }).split('\r\n\r\n');
    socket.write(`${head}\r\n\r\n`);
    expect(statusesOf(await answers(1))).toEqual([100]);
    socket.write(typename);
    expect(statusesOf(await answers(2))).toEqual([100, 200]);
    expect(received()).toContain('"Query"');
    socket.destroy();
    for (const [headers, path, status] of [
      [{ 'content-length': '200000' }, '/graphql', 413],
      [{ 'content-type': 'text/xml' }, '/graphql', 415],
      [{}, '/nothing', 404],
    ] as const) {
      const unsent = rawPost('', { 'content-length': '26', expect: '100-continue', ...headers }).replace(
        '/graphql',
        path,
      );
      // The connection cannot be reused: the body may or may not arrive.
      expect(statusesOf(await exchange(gateway.url, unsent))).toEqual([status]);
    }
    expect(
      statusesOf(await exchange(gateway.url, rawPost(typename, { expect: 'miracles', connection: 'close' }))),
    ).toEqual([417]);
  });

  it('Hardening: upgrades and trailers do not change the meaning of a request', async () => {
    for (const headers of [
      { upgrade: 'websocket', connection: 'upgrade' },
      { upgrade: 'h2c', connection: 'upgrade, http2-settings', 'http2-settings': 'x' },
    ]) {
      expect(statusesOf((await converse(rawPost(typename, headers))).text)).toEqual([200]);
    }
    const query = JSON.stringify({ query: '{ viewer { userId } }' });
    const { id, token } = gateway.demo.world.member;
    const chunked = rawPost('', { 'transfer-encoding': 'chunked', trailer: 'x-user-id, x-auth-token' }).replace(
      'content-length: 0\r\n',
      '',
    );
    const { text } = await converse(
      `${chunked}${query.length.toString(16)}\r\n${query}\r\n0\r\nx-user-id: ${id}\r\nx-auth-token: ${token}\r\n\r\n`,
    );
    expect(statusesOf(text)).toEqual([401]);
  });

  it('Hardening: the body of a GET is ignored', async () => {
    const bytes = rawPost(JSON.stringify({ query: '{ nothing }' }), { 'apollo-require-preflight': 'x' }).replace(
      'POST /graphql',
      'GET /graphql?query=%7B__typename%7D',
    );
    expect(statusesOf((await converse(bytes)).text)).toEqual([200]);
  });

  it.each([
    '/graphql%3f',
    '//graphql',
    '/graphql//',
    '/graphql;x',
    '/graphql%00',
    '/%67raphql',
    '/./graphql',
    '/x/../graphql',
    '/graphql\\',
    '/Graphql',
  ])('Hardening: a request to %s does not reach /graphql', async (path) => {
    expect(
      statusesOf(await exchange(gateway.url, rawPost(typename, { connection: 'close' }).replace('/graphql', path))),
    ).toEqual([404]);
  });
});

describe('Response headers', () => {
  const post = (headers: Record<string, string> = {}) => rawPost(typename, { connection: 'close', ...headers });
  const preflight = (from: string) =>
    `host: g\r\nconnection: close\r\norigin: ${from}\r\naccess-control-request-method: POST\r\n`;
  it.each([
    ['200', post()],
    ['204', raw('OPTIONS', '/graphql', preflight(origin))],
    ['204', raw('OPTIONS', '/graphql', preflight('https://evil.example'))],
    ['204', raw('OPTIONS', '/graphql')],
    ['204', raw('OPTIONS', '*')],
    ['400', raw('OPTIONS', 'http://elsewhere/graphql')],
    ['400', 'nonsense\r\n\r\n'],
    ['400', raw('GET', '/graphql')],
    ['400', raw('GET', '/%zz')],
    ['400', raw('GET', 'http://elsewhere/')],
    ['400', raw('GET', '/', '')],
    ['401', rawPost(JSON.stringify({ query: '{ viewer { userId } }' }), { connection: 'close' })],
    ['404', raw('GET', '/nothing')],
    ['404', raw('POST', '/healthz')],
    ['405', raw('PUT', '/graphql')],
    ['406', post({ accept: 'application/xml' })],
    ['413', post({ 'content-length': '999999' })],
    ['415', post({ 'content-type': 'text/xml' })],
    ['417', post({ expect: 'miracles' })],
    ['431', post({ 'x-filler': 'x'.repeat(20_000) })],
    ['431', raw('GET', '/', 'a:\r\n'.repeat(200))],
    ['200', raw('GET', '/healthz')],
    ['200', raw('HEAD', '/readyz')],
    ['200', raw('GET', '/metrics')],
    ['200', raw('GET', '/explorer')],
    ['200', raw('GET', '/explorer/static/ruru.css')],
    ['200', raw('GET', '/graphql', 'host: g\r\nconnection: close\r\naccept: text/html\r\n')],
  ])('N07: no response may be cached, shared or sniffed: %s', async (status, bytes) => {
    const answer = await exchange(gateway.url, bytes);
    const [head = ''] = answer.split('\r\n\r\n');
    expect(statusesOf(answer).map(String)).toEqual([status]);
    const values = Object.fromEntries(
      ['cache-control', 'vary', 'x-content-type-options'].map((name) => [
        name,
        [...head.matchAll(new RegExp(`^${name}: (.*?)\\r?$`, 'gim'))].map(([, value]) => value),
      ]),
    );
    expect(values).toEqual({
      'cache-control': ['no-store'],
      vary: ['Origin, Accept, X-Auth-Token, X-User-Id'],
      'x-content-type-options': ['nosniff'],
    });
    expect(head).not.toMatch(
      /access-control-allow-origin: (?!https:\/\/app\.example\.com)|access-control-allow-credentials|^server:|x-powered-by/im,
    );
    if (Number(status) >= 400) expect(head).toMatch(/content-type: application\/json/i);
  });
});
