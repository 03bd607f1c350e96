import { createServer, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { Connection } from '../../../src/upstream/transport/connection.ts';
import { Exchange, type UpstreamResponse } from '../../../src/upstream/transport/exchange.ts';
import { PipelineDepth } from '../../../src/upstream/transport/pipeline-depth.ts';
import { cancelled, type TransportError } from '../../../src/upstream/transport/transport-error.ts';

/** A connection to a workspace with this response, and what its owner is told. */
async function connected(header = '') {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => void socket.write(`HTTP/1.1 200 OK\r\n${header}content-length: 0\r\n\r\n`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const told: string[] = [];
  const connection = new Connection({
    origin: { host: '127.0.0.1', port, isSecure: false },
    now: () => performance.now(),
    depth: new PipelineDepth(1, () => performance.now()),
    onFree: () => told.push('free'),
    onReturned: () => told.push('returned'),
    onClosed: () => told.push('closed'),
    onSession: () => undefined,
    session: undefined,
    onConnected: undefined,
  });
  onTestFinished(() => {
    connection.close();
    server.close();
  });
  const get = () =>
    new Promise<UpstreamResponse | TransportError>((resolve) => {
      const request = 'GET / HTTP/1.1\r\n\r\n';
      connection.send(
        new Exchange({ request, wantsBytes: false, maxBodyBytes: 0, timeoutMs: 5000, resolve, onData: undefined }),
      );
    });
  return { connection, get, told };
}

it('A connection is free after each response, until it is closed, once', async () => {
  const { connection, get, told } = await connected();
  await get();
  await get();
  connection.close();
  connection.fail(cancelled());
  expect(told).toEqual(['free', 'free', 'closed']);
});

it('A connection whose response says that it closes is closed, and never free', async () => {
  const { get, told } = await connected('connection: close\r\n');
  expect(await get()).toMatchObject({ status: 200 });
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual(['closed']);
});
