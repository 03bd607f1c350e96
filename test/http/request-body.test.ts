import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HeldBytes } from '../../src/http/held-bytes.ts';
import { HttpError } from '../../src/http/http-error.ts';
import { readBody } from '../../src/http/request-body.ts';

const limit = 100 * 1024;

/** A server that says what it has read, or as what it refused it. */
async function open() {
  const arriving = new HeldBytes(1e9, 0);
  const outcomes: unknown[] = [];
  const server = createServer((req, res) => {
    const say = (outcome: unknown) => {
      outcomes.push(outcome);
      res.end(JSON.stringify(outcome));
    };
    readBody(req, res, arriving, true).then(say, (error: unknown) =>
      say(error instanceof HttpError ? error.refusal.status : 'a bug'),
    );
  });
  const serve = server.listeners('request')[0] as (...args: unknown[]) => void;
  server.on('checkContinue', serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const post = async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } };
    return (await (await fetch(`http://127.0.0.1:${port}`, init)).json()) as unknown;
  };
  /** Sends raw bytes, piece by piece, and leaves then or when it is answered; what came back. */
  const send = async (pieces: readonly string[], ends = false) => {
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    let text = '';
    socket.on('data', (bytes) => (text += bytes.toString()));
    socket.on('error', () => undefined);
    const before = outcomes.length;
    for (const piece of pieces) {
      socket.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (ends) socket.destroy();
    await expect.poll(() => outcomes.length).toBe(before + 1);
    if (!ends) await expect.poll(() => text).toMatch(/HTTP\/1\.1 200 OK[^]*\r\n\r\n/);
    socket.destroy();
    return text;
  };
  return { post, send, arriving, outcomes };
}

const ofLength = (length: number) => JSON.stringify('x'.repeat(length - 2));
const head = (...lines: string[]) =>
  `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;

describe('The body of a request', () => {
  it.each([
    ['application/json', undefined],
    ['Application/JSON ; charset=UTF-8', undefined],
    ['application/json;charset="utf-8"', undefined],
    ['application/json; odata=verbose; charset=utf8', undefined],
    ['application/json;charset=utf-16', 415],
    ['application/json; charset=', 415],
    ['text/plain', 415],
    ['application/jsonp', 415],
    ['application/json, text/plain', 415],
  ])('of type `%s` is refused with %s', async (type, status) => {
    const { post } = await open();
    expect(await post('{"a":1}', { 'content-type': type })).toEqual(status ?? { json: { a: 1 }, bytes: 7 });
  });

  it('without a type is refused', async () => {
    const { send } = await open();
    expect(await send(['POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}'])).toMatch(
      /415$/,
    );
  });

  it.each([
    ['gzip', 415],
    ['identity', undefined],
  ])('encoded as %s is refused with %s', async (encoding, status) => {
    const { post } = await open();
    expect(await post('{}', { 'content-encoding': encoding })).toEqual(status ?? { json: {}, bytes: 2 });
  });

  it.each([limit - 1, limit])('of %i bytes is read, also in pieces', async (bytes) => {
    const { post, send, outcomes, arriving } = await open();
    expect(await post(ofLength(bytes))).toMatchObject({ bytes });
    const text = ofLength(bytes);
    const [first, second] = [text.slice(0, 40_000), text.slice(40_000)];
    await send([head('transfer-encoding: chunked'), chunk(first), chunk(second), '0\r\n\r\n']);
    expect(outcomes).toEqual([
      { json: JSON.parse(text) as string, bytes },
      { json: JSON.parse(text) as string, bytes },
    ]);
    expect(arriving.bytes).toBe(0);
  });

  it('of a byte more is refused, whether it says its length or not', async () => {
    const { send, outcomes, arriving } = await open();
    await send([head(`content-length: ${limit + 1}`)]);
    await send([head('transfer-encoding: chunked'), chunk(ofLength(limit + 1))]);
    expect([outcomes, arriving.bytes]).toEqual([[413, 413], 0]);
  });

  it('that ends too early is refused, and holds nothing', async () => {
    const { send, outcomes, arriving } = await open();
    await send([head('content-length: 10'), '{"a"'], true);
    expect([outcomes, arriving.bytes]).toEqual([[400], 0]);
  });

  it.each([
    ['no JSON', Buffer.from('{')],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['nothing', Buffer.alloc(0)],
  ])('that is %s is refused', async (_what, body) => {
    const { post } = await open();
    expect(await post(body)).toBe(400);
  });

  it('is asked for when the client waits for that', async () => {
    const { send } = await open();
    expect(await send([head('content-length: 2', 'expect: 100-continue'), '{}'])).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/,
    );
  });
});

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
