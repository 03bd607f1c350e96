import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { UpstreamResponse } from '../../../src/upstream/transport/exchange.ts';
import { Transport, type GetOptions, type TransportOptions } from '../../../src/upstream/transport/transport.ts';
import { TransportError } from '../../../src/upstream/transport/transport-error.ts';
import { startFaultUpstream } from '../../support/fault-upstream.ts';

/** A server with the given handler, and a transport to it. */
async function serving(
  listener: RequestListener,
  { path = '', ...options }: Partial<TransportOptions> & { path?: string } = {},
) {
  const sockets = new Set<unknown>();
  const server = createServer((req, res) => {
    sockets.add(req.socket);
    listener(req, res);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const transport = new Transport({ url: `http://127.0.0.1:${port}${path}`, maxBodyBytes: 100, ...options });
  onTestFinished(async () => {
    transport.close();
    server.closeAllConnections();
    server.close();
  });
  const get = async (path = '/api', given: Partial<GetOptions> = {}) => {
    const response = await transport.get(path, { headers: [], timeoutMs: 2000, onStart: () => undefined, ...given });
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    }); // until its connection is free again
    return response;
  };
  return { get, connections: () => sockets.size };
}

const textOf = (response: UpstreamResponse | TransportError) =>
  response instanceof TransportError ? `${response.reason}: ${response.message}` : response.body.toString();

describe('a response', () => {
  it('has its status, its headers and its complete body, however many chunks it comes in', async () => {
    const { get } = await serving((req, res) => {
      res.writeHead(201, { 'x-some': 'header' });
      const pieces = Number(req.url?.slice(1));
      for (let piece = 0; piece < pieces; piece += 1) setTimeout(() => res.write(`piece ${piece}, `), piece * 20);
      setTimeout(() => res.end(), pieces * 20);
    });
    const one = await get('/1');
    expect(one).toMatchObject({ status: 201, headers: { 'x-some': 'header' } });
    expect(await Promise.all(['/0', '/1', '/2', '/3'].map((path) => get(path).then(textOf)))).toEqual([
      '',
      'piece 0, ',
      'piece 0, piece 1, ',
      'piece 0, piece 1, piece 2, ',
    ]);
  });

  it('is the final one after interim responses', async () => {
    const { get } = await serving((_req, res) => {
      res.writeEarlyHints({ link: '</style.css>; rel=preload' });
      res.writeHead(200, { 'content-length': '4' }).end('last');
    });
    expect(await get()).toMatchObject({ status: 200, headers: { 'content-length': '4' } });
  });

  it('may have 100 bytes and not 101, with or without `content-length`', async () => {
    const { get } = await serving((req, res) => {
      const [, kind, length] = (req.url ?? '').split('/');
      if (kind === 'sized') res.setHeader('content-length', Number(length));
      for (const piece of ['x'.repeat(60), 'x'.repeat(Number(length) - 60)]) res.write(piece);
      res.end();
    });
    const lengths = await Promise.all(
      ['/sized/100', '/sized/101', '/unsized/100', '/unsized/101'].map((path) => get(path).then(textOf)),
    );
    const whole = 'x'.repeat(100);
    const refused = 'too-large: a body over 100 bytes';
    expect(lengths).toEqual([whole, refused, whole, refused]);
  });

  it('is refused by its `content-length` before its body comes', async () => {
    const { get } = await serving((_req, res) => res.writeHead(200, { 'content-length': 101 }).flushHeaders());
    expect(textOf(await get())).toBe('too-large: a body over 100 bytes');
  });

  it('comes from below the workspace’s path', async () => {
    const { get } = await serving((req, res) => void res.end(req.url), { path: '/chat//' });
    expect(textOf(await get('/api/v1/me?a=b'))).toBe('/chat/api/v1/me?a=b');
  });
});

describe('a connection', () => {
  it('is kept for the next call, unless that call opens a fresh one', async () => {
    const { get, connections } = await serving((_req, res) => void res.end('x'));
    for (let call = 0; call < 3; call += 1) await get();
    expect(connections()).toBe(1);
    await get('/api', { isFresh: true });
    await get('/api', { isFresh: true });
    expect(connections()).toBe(3);
  });

  it('is reported as reused when it breaks', async () => {
    let calls = 0;
    const { get } = await serving((req, res) => {
      calls += 1;
      if (calls === 2) req.socket.destroy();
      else res.end('x');
    });
    await get();
    expect(await get()).toMatchObject({ reason: 'broken', isReused: true });
    const { get: getOnce } = await serving((req) => void req.socket.destroy());
    expect(await getOnce()).toMatchObject({ reason: 'broken', isReused: false });
  });

  it('is one of a bounded number, each with one call at a time', async () => {
    let now = 0;
    let most = 0;
    const { get, connections } = await serving(
      (_req, res) => {
        now += 1;
        most = Math.max(most, now);
        setTimeout(() => {
          now -= 1;
          res.end('x');
        }, 20);
      },
      { connections: 2 },
    );
    await Promise.all(Array.from({ length: 6 }, () => get()));
    expect([most, connections()]).toEqual([2, 2]);
  });

  it('ends when headers exceed 16 KiB', async () => {
    const { get } = await serving((_req, res) => void res.writeHead(200, { 'x-long': 'x'.repeat(17 * 1024) }).end('x'));
    expect(await get()).toMatchObject({ reason: 'protocol' });
  });
});

describe('a call of Transport', () => {
  it('reports a time-out, and a cancellation', async () => {
    const { get } = await serving(() => undefined);
    expect(textOf(await get('/api', { timeoutMs: 30 }))).toBe('timeout: no response in 30 ms');
    expect(textOf(await get('/api', { onStart: (cancel) => void setTimeout(cancel, 30) }))).toBe(
      'cancelled: cancelled by the gateway',
    );
  });

  it('is never sent when it is cancelled before', async () => {
    const upstream = await startFaultUpstream();
    const transport = new Transport({ url: upstream.url });
    onTestFinished(async () => {
      transport.close();
      await upstream.close();
    });
    expect(
      textOf(await transport.get('/api/v1/me', { headers: [], timeoutMs: 1000, onStart: (cancel) => cancel() })),
    ).toBe('cancelled: cancelled by the gateway');
    const ok = await transport.get('/api/v1/me', { headers: [], timeoutMs: 1000, onStart: () => undefined });
    expect(ok).toMatchObject({ status: 401 });
    expect(upstream.calls).toHaveLength(1);
  });
});
