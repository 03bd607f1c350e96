import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bodyBuffer, bodyLength, ByteString, bytesOf, type BodyText } from '../../src/byte-string.ts';
import { codingFor, Compressor } from '../../src/http/compression.ts';

const always = () => true;
const pack = (body: BodyText, coding: 'br' | 'gzip' | 'zstd', accept: string) =>
  new Compressor().pack(body, coding, accept, always);

const text = '{"data":{"viewer":null}}'.repeat(1000);

describe('Compression', () => {
  it('begins with bodies of 1 KiB, or with the first byte where the client takes nothing else', () => {
    expect([1023, 1024].map((bytes) => codingFor('br', bytes))).toEqual([undefined, 'br']);
    expect([0, 1023].map((bytes) => codingFor('br, identity;q=0', bytes))).toEqual(['br', 'br']);
    expect(codingFor(undefined, 1_000_000)).toBeUndefined();
  });

  it.each(['br', 'gzip', 'zstd'] as const)('by %s is the same of a text and of its bytes', async (coding) => {
    const bodies: BodyText[] = [text, Buffer.from(text), new ByteString(bytesOf(text))];
    const [ofText, ...others] = await Promise.all(bodies.map((body) => pack(body, coding, coding)));
    expect(others).toEqual([ofText, ofText]);
    expect([ofText?.coding, bodyLength(ofText?.body ?? '') < 1000]).toEqual([coding, true]);
  });

  it('leaves a body as it is that does not become smaller, unless the client takes nothing so', async () => {
    const body = randomBytes(2000);
    expect(await pack(body, 'gzip', 'gzip')).toEqual({ body, coding: undefined });
    const packed = await pack(body, 'gzip', 'gzip, *;q=0');
    expect([packed.coding, gunzipSync(bodyBuffer(packed.body)).equals(body)]).toEqual(['gzip', true]);
  });

  it('of an empty body is one that can be unpacked', async () => {
    const { body } = await pack('', 'gzip', 'gzip, *;q=0');
    expect(gunzipSync(bodyBuffer(body)).length).toBe(0);
  });

  it('is of four bodies at a time, and the others have their turn in order', async () => {
    const compressor = new Compressor();
    const order: number[] = [];
    let underWay = 0;
    let most = 0;
    const packed = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const begin = () => {
          order.push(index);
          most = Math.max(most, (underWay += 1));
          return true;
        };
        const { body, coding } = await compressor.pack(`${index} ${text}`, 'gzip', 'gzip', begin);
        underWay -= 1;
        return [coding, gunzipSync(bodyBuffer(body)).toString().split(' ')[0]];
      }),
    );
    expect(packed).toEqual(packed.map((_, index) => ['gzip', String(index)]));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(most).toBeLessThanOrEqual(5); // one that has just ended is still counted here
    expect(most).toBeGreaterThanOrEqual(4);
  });

  it('passes over bodies that nobody wants any more, and goes on after a failure', async () => {
    const compressor = new Compressor();
    const broken = Array.from({ length: 5 }, () =>
      compressor.pack(text, 'gzip', 'gzip', () => {
        throw new Error('broken');
      }),
    );
    const unwanted = compressor.pack(text, 'gzip', 'gzip', () => false);
    expect((await Promise.allSettled(broken)).every(({ status }) => status === 'rejected')).toBe(true);
    expect(await unwanted).toEqual({ body: text, coding: undefined });
    expect((await compressor.pack(text, 'gzip', 'gzip', always)).coding).toBe('gzip');
  });
});
