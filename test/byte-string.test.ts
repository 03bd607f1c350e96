import { describe, expect, it } from 'vitest';
import { bodyBuffer, bodyLength, ByteString, bytesOf } from '../src/byte-string.ts';

describe('A text as a string of bytes', () => {
  it.each(['', 'plain', '\0\u007f', '\u0080', 'é', '漢字', '😀', 'a😀é', 'x'.repeat(5000), 'é'.repeat(5000)])(
    'has a character for each byte of UTF-8, and is the text again: %j',
    (text) => {
      const bytes = bytesOf(text);
      expect(Buffer.from(bytes, 'latin1').equals(Buffer.from(text))).toBe(true);
      expect(String(new ByteString(bytes))).toBe(text);
    },
  );

  it('has a replacement character for half a character, as all of UTF-8', () => {
    expect(String(new ByteString(bytesOf('a\ud83d')))).toBe('a\ufffd');
  });

  it('is as long, and the same bytes, as the text and its buffer', () => {
    const text = 'é 漢 😀 plain';
    const bodies = [text, new ByteString(bytesOf(text)), Buffer.from(text)];
    expect(bodies.map(bodyLength)).toEqual(Array.from(bodies, () => Buffer.byteLength(text)));
    expect(bodies.map((body) => bodyBuffer(body).toString())).toEqual([text, text, text]);
  });
});
