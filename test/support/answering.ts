import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, vi } from 'vitest';
import { Transport, type GetOptions, type TransportOptions } from '../../src/upstream/transport/transport.ts';

type Answer = (socket: Socket, request: string, connection: number) => void;

export const sized = (body: string, header = '') =>
  `HTTP/1.1 200 OK\r\n${header}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** A server that answers each request so, byte for byte; and a transport to it. */
export async function serving(answer: Answer, options: Partial<TransportOptions> & { host?: string } = {}) {
  const { host = '127.0.0.1', ...rest } = options;
  const requests: { connection: number; text: string }[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const connection = connections;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      requests.push({ connection, text });
      answer(socket, text, connection);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const transport = new Transport({ url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, ...rest });
  onTestFinished(() => {
    transport.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const get = async (path = '/', given: Partial<GetOptions> = {}) => {
    const options = { headers: [], timeoutMs: 5000, onStart: () => undefined, ...given };
    const outcome = await transport.get(path, options);
    await turns(); // until its connection is free again
    return outcome instanceof Error
      ? `${outcome.reason}: ${outcome.message}${outcome.isReused ? ', reused' : ''}`
      : outcome.body.toString();
  };
  const used = () => requests.map(({ connection }) => connection);
  const open = () => sockets.size;
  return { get, used, open, requests, transport, port };
}

/** Turns of the event loop. */
export async function turns(count = 3): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Answers when told to. */
export async function answeringWhenTold(options: Partial<TransportOptions>) {
  const waiting: Socket[] = [];
  const served = await serving((socket, request) => {
    if (request.includes('/now')) socket.write(sized('now'));
    else waiting.push(socket);
  }, options);
  const arrived = (count: number) => vi.waitFor(() => expect(served.requests).toHaveLength(count));
  const answer = () => waiting.shift()?.write(sized('x'));
  return { ...served, arrived, answer };
}
