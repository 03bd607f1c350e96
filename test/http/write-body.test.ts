import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { bodyBuffer, bodyLength, ByteString, bytesOf, type BodyText } from '../../src/byte-string.ts';
import { writeBody } from '../../src/http/write-body.ts';

const pieceBytes = 256 * 1024;

/** A server that writes these bytes to each client; `left`: what it was told of the bytes that are left. */
async function serve(body: BodyText) {
  const left: number[] = [];
  const responses: ServerResponse[] = [];
  const writes = vi.fn<(bytes: number) => void>();
  const server = createServer((_req, res) => {
    responses.push(res);
    const write = res.write.bind(res) as (piece: Buffer, done: (error?: Error | null) => void) => boolean;
    res.write = ((piece: Buffer, done: (error?: Error | null) => void) => {
      writes(piece.length);
      return write(piece, done);
    }) as typeof res.write;
    const bytes = bodyLength(body);
    res.writeHead(200, { 'content-length': bytes });
    writeBody(res, body, bytes, (count) => left.push(count));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, left, responses, sizes: () => writes.mock.calls.map(([size]) => size) };
}

const read = async (port: number) => Buffer.from(await (await fetch(`http://127.0.0.1:${port}`)).arrayBuffer());

describe('The body of a response', () => {
  it.each([0, 1, pieceBytes])('of %i bytes is written at once', async (bytes) => {
    const { port, left, sizes } = await serve('x'.repeat(bytes));
    expect((await read(port)).toString()).toBe('x'.repeat(bytes));
    expect([left, sizes()]).toEqual([[bytes], []]);
  });

  it.each([
    ['a text', 'é'.repeat(pieceBytes) + 'end'],
    ['bytes', Buffer.from('é'.repeat(pieceBytes) + 'end')],
    ['bytes as characters', new ByteString(bytesOf('é'.repeat(pieceBytes) + 'end'))],
  ])('that is larger is written in pieces, each after the one before: %s', async (_what, body) => {
    const { port, left, sizes } = await serve(body);
    expect((await read(port)).equals(bodyBuffer(body))).toBe(true);
    expect(sizes()).toEqual([pieceBytes, pieceBytes, 3]);
    await vi.waitFor(() => expect(left).toEqual([2 * pieceBytes + 3, pieceBytes + 3, 3, 0]));
  });

  it('that ends with a whole piece has no empty one behind it', async () => {
    const { port, sizes } = await serve(Buffer.alloc(2 * pieceBytes, 'x'));
    expect(await read(port)).toHaveLength(2 * pieceBytes);
    expect(sizes()).toEqual([pieceBytes, pieceBytes]);
  });

  it('is written no further when its client leaves', async () => {
    const { port, left, responses, sizes } = await serve(Buffer.alloc(200 * pieceBytes, 'x'));
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    await vi.waitFor(() => expect(responses[0]?.writableNeedDrain).toBe(true));
    socket.destroy();
    await vi.waitFor(() => expect(responses[0]?.destroyed).toBe(true));
    const [told, written] = [left.length, sizes().length];
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([left.length, sizes().length]).toEqual([told, written]);
    expect(written).toBeLessThan(200);
    expect(left.at(-1)).toBeGreaterThan(0);
  });
});
