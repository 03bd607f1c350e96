import { randomBytes } from 'node:crypto';
import { brotliDecompressSync, gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createWorld, landmarks } from '../../src/demo/seed.ts';
import type { World } from '../../src/demo/world.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { metricOf } from '../support/metric.ts';
import { bodyOf, sendRaw, type RawAnswer, type RawRequest } from '../support/raw.ts';
import { openRaw, rawPost } from '../support/raw-http.ts';

const query = `{ directMessage(id: "${landmarks.busyRoomId}") { messages(first: 50) { nodes { id text sentAt } } } }`;
const large = JSON.stringify({ query });
const small = JSON.stringify({ query: '{ viewer { userId } }' });
const unpack = { br: brotliDecompressSync, gzip: gunzipSync, zstd: zstdDecompressSync } as const;
type Coding = keyof typeof unpack;

const start = (env: Record<string, string> = {}) =>
  startTestGateway({ env: { COMPRESSION: 'on', METRICS: 'on', ...env } });
const send = (gateway: TestGateway, coding: string | undefined, request: RawRequest = {}): Promise<RawAnswer> =>
  sendRaw(gateway, { body: large, ...request, headers: { 'accept-encoding': coding, ...request.headers } });
const unpacked = ({ headers, bytes }: RawAnswer): string =>
  unpack[headers['content-encoding'] as Coding](bytes).toString();

/** Texts that no coding makes much smaller: together more than the system's buffers of a connection take. */
function worldOfNoise(): World {
  const world = createWorld();
  for (let index = 0; index < 50; index += 1) {
    const text = randomBytes(40_000).toString('base64url');
    world.post({ roomId: landmarks.selfRoomId, userId: world.member.id, text });
  }
  return world;
}

describe('COMPRESSION=on', () => {
  it.each(['br', 'gzip', 'zstd'] as const)(
    'compresses by %s what the client gets without it, however it runs',
    async (coding) => {
      const gateway = await start();
      const plain = await send(gateway, undefined);
      expect([plain.headers['content-encoding'], plain.bytes.length > 4000]).toEqual([undefined, true]);
      for (let time = 0; time < 4; time += 1) {
        const answer = await send(gateway, coding);
        expect([answer.status, answer.headers['content-encoding'], unpacked(answer)]).toEqual([
          200,
          coding,
          plain.text,
        ]);
        expect(answer.bytes.length).toBeLessThan(plain.bytes.length / 2);
        expect(answer.headers['content-length']).toBe(String(answer.bytes.length));
        expect(answer.headers['content-type']).toBe(plain.headers['content-type']);
      }
    },
  );

  it('tells caches that the response depends on it, compressed or not', async () => {
    const gateway = await start();
    for (const coding of ['br', undefined])
      expect((await send(gateway, coding)).headers.vary).toBe(
        'Origin, Accept, X-Auth-Token, X-User-Id, Accept-Encoding',
      );
  });

  it('leaves small responses as they are, unless the client takes nothing so', async () => {
    const gateway = await start();
    const plain = await send(gateway, 'br', { body: small });
    expect([plain.headers['content-encoding'], bodyOf(plain).errors]).toEqual([undefined, undefined]);
    const packed = await send(gateway, 'gzip, identity;q=0', { body: small });
    expect(unpacked(packed)).toBe(plain.text);
  });

  it('compresses errors, and the responses to GET', async () => {
    const gateway = await start();
    const wrong = JSON.stringify({
      query: `{ ${Array.from({ length: 80 }, (_, index) => `nonsense${index}`).join(' ')} }`,
    });
    const refused = await send(gateway, 'br', { body: wrong });
    expect([refused.status, refused.headers['content-encoding']]).toEqual([400, 'br']);
    expect(unpacked(refused)).toContain('GRAPHQL_VALIDATION_FAILED');
    const path = `/graphql?query=${encodeURIComponent(query)}`;
    const got = await send(gateway, 'gzip', {
      method: 'GET',
      path,
      body: '',
      headers: { 'apollo-require-preflight': '1' },
    });
    expect([got.status, unpacked(got)]).toEqual([200, (await send(gateway, undefined)).text]);
    const head = await send(gateway, 'gzip, identity;q=0', { method: 'HEAD', body: '' });
    expect([head.status, head.headers['content-encoding'], head.bytes.length]).toEqual([405, 'gzip', 0]);
  });

  it('refuses clients that can read nothing, before it makes a call', async () => {
    const gateway = await start();
    for (const coding of ['identity;q=0', '*;q=0', 'deflate, identity;q=0']) {
      const answer = await send(gateway, coding);
      expect([answer.status, answer.headers['content-encoding']]).toEqual([406, undefined]);
      expect(bodyOf(answer).errors?.[0]?.message).toBe(
        'Responses are zstd, br, gzip or as they are: `Accept-Encoding` must allow one of them.',
      );
    }
    expect(gateway.demo.calls).toHaveLength(0);
  });

  it('does not make the gateway unpack what clients send', async () => {
    const gateway = await start();
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
    const answer = await send(gateway, 'gzip', { body: bomb, headers: { 'content-encoding': 'gzip' } });
    expect(answer.status).toBe(415);
  });

  it('holds nothing for clients that leave while their response is compressed, or that do not read it', async () => {
    const gateway = await startTestGateway({
      demo: { world: worldOfNoise() },
      env: { COMPRESSION: 'on', METRICS: 'on' },
    });
    const { demo } = gateway;
    const { id, token } = demo.world.member;
    const noise = `{ directMessage(id: "${landmarks.selfRoomId}") { messages(first: 50) { nodes { text } } } }`;
    const connections = await Promise.all(Array.from({ length: 20 }, () => openRaw(gateway.url)));
    for (const { socket } of connections) {
      socket.write(
        rawPost(JSON.stringify({ query: noise }), { 'x-user-id': id, 'x-auth-token': token, 'accept-encoding': 'br' }),
      );
      socket.pause();
    }
    const soon = { timeout: 20_000, interval: 20 };
    const pages = () => demo.calls.filter(({ endpoint }) => endpoint === 'dm.messages').length;
    await expect.poll(pages, soon).toBe(20);
    await expect.poll(() => metricOf(gateway, 'gateway_unsent_bytes'), soon).toBeGreaterThan(0);
    for (const [index, { socket }] of connections.entries()) if (index % 2 === 0) socket.destroy();
    await expect.poll(() => metricOf(gateway, 'gateway_requests_in_flight'), soon).toBe(0);
    expect(await metricOf(gateway, 'gateway_unsent_bytes')).toBeGreaterThan(0);
    for (const { socket } of connections) socket.destroy();
    await expect.poll(() => metricOf(gateway, 'gateway_unsent_bytes'), soon).toBe(0);
    await expect.poll(() => metricOf(gateway, 'gateway_held_tokens'), soon).toBe(0);
  });

  it('answers pipelined requests in their order', async () => {
    const gateway = await start();
    const { id, token } = gateway.demo.world.member;
    const caller = { 'x-user-id': id, 'x-auth-token': token };
    const connection = await openRaw(gateway.url);
    const named = (name: string, coding: string) =>
      rawPost(large, { ...caller, 'accept-encoding': coding, 'x-request-id': name });
    connection.socket.write(named('first', 'gzip') + named('second', 'identity') + named('third', 'br'));
    const text = await connection.answers(3);
    expect([...text.matchAll(/x-request-id: (\w+)/gi)].map(([, name]) => name)).toEqual(['first', 'second', 'third']);
    connection.socket.destroy();
  });
});

describe('Without it', () => {
  it('nothing is compressed, whatever clients accept', async () => {
    const gateway = await startTestGateway();
    const answer = await send(gateway, 'br, identity;q=0');
    expect([answer.status, answer.headers['content-encoding']]).toEqual([200, undefined]);
    expect(answer.headers.vary).not.toContain('Accept-Encoding');
  });
});
