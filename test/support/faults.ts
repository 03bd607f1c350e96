import type { Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { upstreamMarker } from './secrets.ts';
import type { TinyAnswer } from './tiny-workspace.ts';

/** Options of a fault. */
export interface FaultDetails {
  /** Milliseconds: of a delay, between two bytes, or until a call window ends. */
  readonly ms?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Changes the healthy answer's body. */
  readonly change?: (body: Record<string, unknown>) => unknown;
  readonly location?: string;
  readonly bytes?: number;
  /** Levels of a deep value. */
  readonly depth?: number;
}

export interface FaultyCall extends FaultDetails {
  readonly socket: Socket;
  /** Calls that this socket served before. */
  readonly served: number;
  /** What a healthy workspace would answer. */
  readonly answer: TinyAnswer;
}

const json = { 'content-type': 'application/json' };

const headOf = (status: number, headers: Readonly<Record<string, string | number>>): string =>
  `HTTP/1.1 ${status} Status\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;

/** Sends a complete response. */
export function send(
  socket: Socket,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = json,
): void {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  socket.write(Buffer.concat([Buffer.from(headOf(status, { ...headers, 'content-length': bytes.length })), bytes]));
}

const refusal = (error: string, more: Record<string, unknown> = {}) => ({
  success: false,
  error: `${error} ${upstreamMarker}`,
  ...more,
});
const html = `<html><body>${upstreamMarker}</body></html>`;
const healthy = ({ answer }: FaultyCall): Buffer => Buffer.from(JSON.stringify(answer.body));

/** Head and first half of the healthy answer. */
function sendHalf(call: FaultyCall): void {
  const body = healthy(call);
  call.socket.write(headOf(200, { ...json, 'content-length': body.length }));
  call.socket.write(body.subarray(0, body.length >> 1));
}

/** One byte at a time, until all are out or the socket is gone. */
function drip({ socket, ms = 100 }: FaultyCall, bytes: Buffer): void {
  let next = 0;
  const timer = setInterval(() => {
    if (next < bytes.length) socket.write(bytes.subarray(next, (next += 1)));
    else clearInterval(timer);
  }, ms);
  socket.on('close', () => clearInterval(timer));
}

/** Sends as much as the other side accepts, up to a limit. */
function pour(socket: Socket, bytes: number, frame: (piece: Buffer) => Buffer, end = ''): void {
  const piece = frame(Buffer.alloc(64 * 1024, 'a'));
  let left = bytes;
  const more = () => {
    while (left > 0 && !socket.destroyed) {
      left -= 64 * 1024;
      if (!socket.write(piece)) return;
    }
    if (left <= 0) socket.off('drain', more).write(end);
  };
  socket.on('drain', more);
  more();
}

const chunk = (piece: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

const limiterHeaders = (reset: string) => ({
  ...json,
  'x-ratelimit-limit': '10',
  'x-ratelimit-remaining': '0',
  'x-ratelimit-reset': reset,
});
const tooMany = refusal('Error, too many requests. Please slow down. [error-too-many-requests]');

/** Every fault by its name: what happens on the wire in place of a healthy answer. */
export const faults = {
  'reset-before-response': ({ socket }) => void socket.resetAndDestroy(),
  'close-before-response': ({ socket }) => void socket.end(),
  /** The first call on a socket is answered, the second finds it closed. */
  'stale-on-reuse': ({ socket, served, answer }) =>
    served === 0 ? send(socket, answer.status, answer.body) : void socket.destroy(),
  never: () => undefined,
  'slow-headers': ({ socket, answer, ms = 1000 }) => {
    const timer = setTimeout(() => send(socket, answer.status, answer.body), ms);
    socket.on('close', () => clearTimeout(timer));
  },
  'trickle-headers': (call) => drip(call, Buffer.from(headOf(200, { ...json, 'content-length': 2 }))),
  'slow-body': (call) => {
    const body = healthy(call);
    call.socket.write(headOf(200, { ...json, 'content-length': body.length }));
    drip(call, body);
  },
  'stall-body': sendHalf,
  'reset-mid-body': (call) => {
    sendHalf(call);
    setTimeout(() => call.socket.resetAndDestroy(), 20);
  },
  'close-mid-body': (call) => {
    sendHalf(call);
    call.socket.end();
  },
  'chunked-truncated': (call) => {
    call.socket.write(headOf(200, { ...json, 'transfer-encoding': 'chunked' }));
    call.socket.end(chunk(healthy(call)));
  },
  'truncated-json': (call) => send(call.socket, 200, healthy(call).subarray(0, -20)),
  'html-200': ({ socket }) => send(socket, 200, html, { 'content-type': 'text/html; charset=utf-8' }),
  'html-as-json': ({ socket }) => send(socket, 200, html),
  'empty-200': ({ socket }) => send(socket, 200, ''),
  '204': ({ socket }) => void socket.write(headOf(204, {})),
  'html-502': ({ socket }) => send(socket, 502, html, { 'content-type': 'text/html' }),
  'wrong-content-type': ({ socket, answer }) => send(socket, 200, answer.body, { 'content-type': 'text/plain' }),
  'no-content-type': ({ socket, answer }) => send(socket, 200, answer.body, {}),
  'html-content-type': ({ socket, answer }) => send(socket, 200, answer.body, { 'content-type': 'text/html' }),
  'success-false-200': ({ socket, answer }) => send(socket, 200, { ...answer.body, ...refusal('no') }),
  /** The healthy answer, changed. */
  changed: ({ socket, answer, change = (body) => body }) => send(socket, 200, change(structuredClone(answer.body))),
  status: ({ socket, status = 500, headers = {}, body = refusal('failed') }) =>
    send(socket, status, body, { ...json, ...headers }),
  '429-ms': ({ socket, ms = 300 }) => send(socket, 429, tooMany, limiterHeaders(String(Date.now() + ms))),
  '429-none': ({ socket }) => send(socket, 429, tooMany),
  '429-past': ({ socket }) => send(socket, 429, tooMany, limiterHeaders(String(Date.now() - 5000))),
  '429-legacy400': ({ socket }) =>
    send(socket, 400, refusal('Error, too many requests', { errorType: 'error-too-many-requests' })),
  redirect: ({ socket, status = 302, location = '/' }) => send(socket, status, '', { location }),
  'huge-body': ({ socket, bytes = 64 * 1024 * 1024 }) => {
    socket.write(headOf(200, { ...json, 'content-length': bytes }));
    pour(socket, bytes, (piece) => piece);
  },
  'huge-body-chunked': ({ socket, bytes = 64 * 1024 * 1024 }) => {
    socket.write(headOf(200, { ...json, 'transfer-encoding': 'chunked' }));
    pour(socket, bytes, chunk, '0\r\n\r\n');
  },
  'endless-body': ({ socket }) => {
    socket.write(headOf(200, { ...json, 'transfer-encoding': 'chunked' }));
    pour(socket, Number.POSITIVE_INFINITY, chunk);
  },
  gzip: (call) => send(call.socket, 200, gzipSync(healthy(call)), { ...json, 'content-encoding': 'gzip' }),
  br: (call) => send(call.socket, 200, brotliCompressSync(healthy(call)), { ...json, 'content-encoding': 'br' }),
  /** The healthy response with a deep value in every key except `success`. */
  'deep-json': ({ socket, answer, depth = 200_000 }) => {
    const parts = Object.keys(answer.body).map(
      (key) => `${JSON.stringify(key)}:${key === 'success' ? 'true' : nested(depth)}`,
    );
    send(socket, 200, `{${parts.join()}}`);
  },
  'huge-headers': ({ socket, answer }) => send(socket, 200, answer.body, { ...json, 'x-huge': 'a'.repeat(64 * 1024) }),
  'many-headers': ({ socket, answer }) =>
    send(socket, 200, answer.body, {
      ...json,
      ...Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`x-${index}`, '1'])),
    }),
  'bad-status-line': ({ socket }) => void socket.write('HTTP/9.9 banana\r\n\r\n'),
  'bad-header': ({ socket }) => void socket.write('HTTP/1.1 200 OK\r\nthis is no header\r\n\r\n'),
  'bad-chunk': ({ socket }) =>
    void socket.write(`${headOf(200, { ...json, 'transfer-encoding': 'chunked' })}zz\r\n{}\r\n0\r\n\r\n`),
  'both-lengths': ({ socket }) =>
    void socket.write(
      `${headOf(200, { ...json, 'content-length': 5, 'transfer-encoding': 'chunked' })}2\r\n{}\r\n0\r\n\r\n`,
    ),
  '101': ({ socket }) =>
    void socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
  '100-unasked': ({ socket, answer }) => {
    socket.write('HTTP/1.1 100 Continue\r\n\r\n');
    send(socket, 200, answer.body);
  },
  /** A valid interim response; the final one follows. */
  '103': ({ socket, answer }) => {
    socket.write('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n');
    send(socket, 200, answer.body);
  },
  /** One packet per byte, so that multi-byte characters are split. */
  'split-utf8': (call) => {
    const body = healthy(call);
    const first = body.findIndex((byte) => byte > 0x7f) + 1;
    call.socket.setNoDelay(true);
    call.socket.write(headOf(200, { ...json, 'content-length': body.length }));
    call.socket.write(body.subarray(0, first));
    setTimeout(() => call.socket.write(body.subarray(first)), 20);
  },
  bom: (call) => send(call.socket, 200, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), healthy(call)])),
  'bad-utf8': (call) =>
    send(call.socket, 200, Buffer.from(healthy(call).toString('latin1').replaceAll('\u00a9', ''), 'latin1')),
} satisfies Record<string, (call: FaultyCall) => void>;

export type FaultName = keyof typeof faults;
