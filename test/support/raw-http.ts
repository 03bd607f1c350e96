import { connect, type Socket } from 'node:net';
import { inspect } from './secrets.ts';

/** A connection on which a test writes bytes that no HTTP client would. */
export interface RawConnection {
  readonly socket: Socket;
  /** Bytes received so far. */
  readonly received: () => string;
  /** Resolves when `count` responses have started, or the connection is closed. */
  readonly answers: (count: number) => Promise<string>;
  /** Resolves with all bytes when the other side has closed the connection. */
  readonly closed: Promise<string>;
}

export function openRaw(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: false });
  let text = '';
  const listeners = new Set<() => void>();
  const closed = new Promise<string>((resolve) => {
    socket.on('close', () => {
      inspect('a raw answer', text);
      resolve(text);
      for (const listener of listeners) listener();
    });
  });
  socket.on('error', () => undefined); // resets are expected; `close` follows
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
    for (const listener of listeners) listener();
  });
  const answers = (count: number): Promise<string> =>
    new Promise((resolve) => {
      const look = () => {
        if (statusesOf(text).length < count && !socket.closed) return;
        listeners.delete(look);
        resolve(text);
      };
      listeners.add(look);
      look();
    });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => resolve({ socket, received: () => text, answers, closed }));
  });
}

/** Writes bytes on a new connection and returns everything received until the other side closes it. */
export async function exchange(url: string, bytes: string | Buffer): Promise<string> {
  const { socket, closed } = await openRaw(url);
  socket.write(bytes);
  return closed;
}

export const statusesOf = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

/** The text of a POST to /graphql. */
export function rawPost(body: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({
    host: 'gateway',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  });
  return `POST /graphql HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}
