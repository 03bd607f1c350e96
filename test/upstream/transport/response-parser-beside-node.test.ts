import fc from 'fast-check';
import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chunked, read, sized } from '../../support/read-response.ts';

/** What Node's own client makes of these bytes, after which the connection ends. */
function readByNode(bytes: Buffer, port: number): Promise<{ status: number; body: string } | undefined> {
  return new Promise((resolve) => {
    const asked = request({ port, host: '127.0.0.1', agent: false, path: `/${bytes.toString('hex')}` }, (response) => {
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (text: string) => (body += text));
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.on('upgrade', (_response, socket) => {
      socket.destroy();
      resolve(undefined);
    });
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}

const runs = Number(process.env['PROPERTY_RUNS'] ?? 400);

describe('Beside Node’s own client', () => {
  const lines = [
    'HTTP/1.1 200 OK',
    'HTTP/1.0 500 X',
    'HTTP/1.1 304 N',
    'HTTP/1.1 100 Continue\r\n',
    'a: b',
    'a: b\r\n',
  ];
  const framing = ['content-length: 3', 'content-length: 0', 'Content-Length: 4', 'transfer-encoding: chunked'];
  const odd = ['transfer-encoding: x', 'connection: close', '', '\r\n', '3\r\nabc', '0\r\n', '0', '2;x\r\nab', 'ff'];
  const piece = fc.constantFrom(
    ...lines.concat(framing, odd).map((line) => `${line}\r\n`),
    'abc',
    ...Array.from('\n\r \0:\té'),
  );
  const texts = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.array(piece, { maxLength: 12 }).map((pieces) => `HTTP/1.1 200 OK\r\n${pieces.join('')}`),
    },
    { weight: 1, arbitrary: fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.array(fc.string({ minLength: 1, maxLength: 9 }), { maxLength: 4 }), fc.boolean())
        .map(([chunks, isChunked]) => {
          const parts = chunks.map((text) => Buffer.from(text).toString('latin1'));
          const all = parts.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join('');
          return isChunked ? `${chunked}${all}0\r\n\r\n` : `${sized(parts.join('').length)}${parts.join('')}`;
        }),
    },
  );

  it(
    'it reads the same in every response that it takes, and keeps no connection where Node’s client refuses',
    { timeout: 60_000 },
    async () => {
      const server = createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', (head) => {
          const [, hex = ''] = /^GET \/([\da-f]*)/.exec(head.toString('latin1')) ?? [];
          socket.end(Buffer.from(hex, 'hex'));
        });
      });
      server.listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      onTestFinished(() => void server.close());
      const { port } = server.address() as AddressInfo;
      let taken = 0;
      await fc.assert(
        fc.asyncProperty(texts, async (text) => {
          const bytes = Buffer.from(text, 'latin1');
          const seen = read([bytes], { ends: true });
          if (seen.reuse === undefined) return;
          taken += 1;
          const expected = await readByNode(bytes, port);
          // It takes a response with bytes behind it, and closes the connection.
          if (!seen.reuse && expected === undefined) return;
          expect({ status: seen.heads[0]?.status, body: seen.body }).toEqual(expected);
        }),
        { numRuns: runs, seed: 20_261_126 },
      );
      expect(taken).toBeGreaterThan(runs / 5);
    },
  );
});
