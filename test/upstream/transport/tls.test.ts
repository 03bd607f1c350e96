import { createServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Transport } from '../../../src/upstream/transport/transport.ts';
import { createCertificate } from '../../support/certificate.ts';

const openCertificate = (name: string) => createCertificate(30, name, 'test/upstream/transport/tls.test.ts');

/** A workspace behind TLS, and a transport to it. */
async function open({ host = 'localhost', certified = host }: { host?: string; certified?: string } = {}) {
  const { key, cert } = openCertificate(certified);
  const usual = getCACertificates('default');
  setDefaultCACertificates([...usual, cert]);
  const resumed: boolean[] = [];
  const protocols: unknown[] = [];
  const names: unknown[] = [];
  let accepts = true;
  const server = createServer({ key, cert, ALPNProtocols: ['h2', 'http/1.1'] }, (req, res) => {
    if (req.url === '/close') res.setHeader('connection', 'close');
    res.end(`over TLS: ${req.headers.host?.replace(/\d+$/, 'port')}`);
  });
  server.on('connection', (socket: Socket) => {
    if (!accepts) socket.destroy();
  });
  server.on('secureConnection', (socket) => {
    names.push(socket.servername);
    resumed.push(socket.isSessionReused());
    protocols.push(socket.alpnProtocol);
  });
  const port = await listening(server, host);
  const sockets: unknown[] = [];
  const transport = new Transport({
    url: `https://${host}:${port}`,
    onConnected: (socket) => void sockets.push(socket instanceof TLSSocket),
  });
  onTestFinished(() => {
    setDefaultCACertificates(usual);
    transport.close();
  });
  const accept = (does: boolean) => void (accepts = does);
  return { get: (path = '/') => get(transport, path), accept, names, resumed, protocols, sockets };
}

async function listening(server: Server, host = 'localhost'): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function get(transport: Transport, path: string, timeoutMs = 5000) {
  const outcome = await transport.get(path, { headers: [], timeoutMs, onStart: () => undefined });
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve)); // its connection is free again
  return outcome instanceof Error ? `${outcome.reason}: ${outcome.message}` : outcome.body.toString();
}

describe('Over TLS', () => {
  it('calls go out as HTTP/1.1, and share a connection', async () => {
    const { get, protocols, sockets } = await open();
    for (let call = 0; call < 3; call += 1) expect(await get()).toBe('over TLS: localhost:port');
    expect([protocols, sockets]).toEqual([['http/1.1'], [true]]);
  });

  it('a new connection resumes the session of the last', async () => {
    const { get, resumed } = await open();
    for (let call = 0; call < 3; call += 1) expect(await get('/close')).toBe('over TLS: localhost:port');
    expect(resumed).toEqual([false, true, true]);
  });

  it('a new connection begins afresh after one that failed, for which the session may have been the reason', async () => {
    const { get, accept, resumed } = await open();
    for (let call = 0; call < 2; call += 1) await get('/close');
    accept(false);
    expect(await get()).toMatch(/^unsent: /);
    accept(true);
    expect(await get()).toBe('over TLS: localhost:port');
    expect(resumed).toEqual([false, true, false]);
  });

  it.each([
    ['localhost', 'localhost'],
    ['127.0.0.1', false],
  ])('the handshake with %s names %s: a name, and never an address', async (host, named) => {
    const { get, names } = await open({ host });
    expect(await get()).toBe(`over TLS: ${host}:port`);
    expect(names).toEqual([named]);
  });

  it('nothing is sent to a host that its certificate does not name', async () => {
    const { get } = await open({ certified: 'elsewhere.example' });
    expect(await get()).toBe('connection: ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('a host that never shakes hands is a time-out, and one that ends it has not seen the call', async () => {
    const silent = await listening(createTcpServer((socket) => void socket.on('error', () => undefined)));
    const rude = await listening(createTcpServer((socket) => void socket.destroy()));
    const transports = [silent, rude].map((port) => new Transport({ url: `https://localhost:${port}` }));
    onTestFinished(() => transports.forEach((transport) => transport.close()));
    const outcomes = await Promise.all(transports.map((transport) => get(transport, '/', 300)));
    expect(outcomes).toEqual(['timeout: no response in 300 ms', 'unsent: ECONNRESET']);
  });

  it('a host that speaks plain HTTP is no host to connect to', async () => {
    const port = await listening(createTcpServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const transport = new Transport({ url: `https://localhost:${port}` });
    onTestFinished(() => transport.close());
    expect(await get(transport, '/')).toMatch(/^connection: (ERR_SSL_|EPROTO)/);
  });
});
