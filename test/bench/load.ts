import { connect, type Socket } from 'node:net';
import { requestHeaders } from './workloads.ts';

/** One measured stretch: `requests` requests over `connections` sockets, each socket asking again once it is answered. */
export interface Slice {
  readonly port: number;
  /** Bodies to post, in turn. */
  readonly bodies: readonly string[];
  /** The only right answer to each body. */
  readonly answers: readonly string[];
  readonly connections: number;
  readonly requests: number;
}

export interface SliceResult {
  readonly seconds: number;
  /** Answers that were not the right one, byte for byte; broken connections. */
  readonly failures: number;
}

/** A server that says nothing for this long has failed. */
const patienceMs = 10_000;

interface Exchange {
  readonly request: Buffer;
  readonly answer: Buffer;
}

async function run({ port, bodies, answers, connections, requests }: Slice): Promise<SliceResult> {
  const exchanges = bodies.map((body, index) => ({
    request: requestBytes(port, body),
    answer: Buffer.from(answers[index] ?? ''),
  }));
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)));
  let sent = 0;
  let failures = 0;
  const nextExchange = () => (sent < requests ? exchanges[sent++ % exchanges.length] : undefined);
  const startedAt = performance.now();
  await Promise.all(sockets.map((socket) => askInTurn(socket, nextExchange, () => (failures += 1))));
  const seconds = (performance.now() - startedAt) / 1000;
  for (const socket of sockets) socket.destroy();
  return { seconds, failures: failures + requests - sent };
}

const open = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });

function requestBytes(port: number, body: string): Buffer {
  const headers = { host: `127.0.0.1:${port}`, ...requestHeaders, 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST /graphql HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

/** Asks over one connection until there is nothing left to ask, or it breaks. */
const askInTurn = (socket: Socket, next: () => Exchange | undefined, onFailure: () => void): Promise<void> =>
  new Promise((resolve) => {
    let current: Exchange | undefined;
    let received: Buffer[] = [];
    const ask = () => {
      current = next();
      if (current === undefined) resolve();
      else socket.write(current.request);
    };
    socket.on('data', (chunk: Buffer) => {
      received.push(chunk);
      const body = wholeBody(received);
      if (body === undefined) return;
      received = [];
      if (current === undefined || !body.equals(current.answer)) onFailure();
      ask();
    });
    socket.on('close', () => {
      if (current !== undefined) onFailure();
      resolve();
    });
    socket.on('error', () => socket.destroy());
    socket.setTimeout(patienceMs, () => socket.destroy());
    ask();
  });

/** The body of the one answer that was received, once it is complete. Both servers send its length. */
function wholeBody(chunks: readonly Buffer[]): Buffer | undefined {
  const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const length = /content-length: (\d+)/i.exec(bytes.toString('latin1', 0, headEnd))?.[1];
  const end = headEnd + 4 + Number(length);
  return bytes.length < end ? undefined : bytes.subarray(headEnd + 4, end);
}

process.on('message', (slice: Slice) => {
  run(slice).then(
    (result) => process.send?.(result),
    () => process.send?.({ seconds: 0, failures: slice.requests } satisfies SliceResult),
  );
});
process.on('disconnect', () => process.exit());
