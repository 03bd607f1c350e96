import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { codingFor, pack } from '../../src/http/compression.ts';

const text = '{"data":{"viewer":null}}'.repeat(1000);

describe('Compression', () => {
  it('begins with bodies of 1 KiB, or with the first byte where the client takes nothing else', () => {
    expect([1023, 1024].map((bytes) => codingFor('br', bytes))).toEqual([undefined, 'br']);
    expect([0, 1023].map((bytes) => codingFor('br, identity;q=0', bytes))).toEqual(['br', 'br']);
    expect(codingFor(undefined, 1_000_000)).toBeUndefined();
  });

  it.each(['br', 'gzip', 'zstd'] as const)('by %s is the same of a text and of its bytes', async (coding) => {
    const [ofText, ofBytes] = await Promise.all([text, Buffer.from(text)].map((body) => pack(body, coding, coding)));
    expect(ofText).toEqual(ofBytes);
    expect([ofText?.coding, (ofText?.body.length ?? 0) < 1000]).toEqual([coding, true]);
  });

  it('leaves a body as it is that does not become smaller, unless the client takes nothing so', async () => {
    const body = randomBytes(2000);
    expect(await pack(body, 'gzip', 'gzip')).toEqual({ body, coding: undefined });
    const packed = await pack(body, 'gzip', 'gzip, *;q=0');
    expect([packed.coding, gunzipSync(packed.body).equals(body)]).toEqual(['gzip', true]);
  });

  it('of an empty body is one that can be unpacked', async () => {
    const { body } = await pack('', 'gzip', 'gzip, *;q=0');
    expect(gunzipSync(body).length).toBe(0);
  });
});
