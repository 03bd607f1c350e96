/** Parsing a larger body takes a good part of a turn of the event loop, whatever is in it. Bytes. */
const largeBytes = 256 * 1024;
/** Limits of larger bodies, in levels and in lists and objects: far more than real responses have, far fewer than block the process. */
const maxLevels = 20_000;
const maxContainers = 500_000;

const quote = 0x22;
const backslash = 0x5c;
/** Turns square brackets into braces, and no other byte outside of strings. */
const braceBit = 0x20;
const opening = 0x7b;
const closing = 0x7d;

export const isLarge = (body: Buffer | string): boolean => body.length > largeBytes;

/**
 * Whether the lists and objects of a JSON text alone would make parsing slow: `JSON.parse` takes about 100 ms for a
 * million of them, nested or not. Plain code, because it looks at each byte.
 */
export function takesLongToParse(body: Buffer | string): boolean {
  if (typeof body === 'string' || !isLarge(body)) return false; // a text has come in one piece
  const { length } = body;
  let level = 0;
  let containers = 0;
  for (let index = 0; index < length; index += 1) {
    const byte = body[index] as number;
    if (byte === quote) {
      index += 1;
      while (index < length && body[index] !== quote) index += body[index] === backslash ? 2 : 1;
    } else if ((byte | braceBit) === opening) {
      level += 1;
      containers += 1;
      if (level > maxLevels || containers > maxContainers) return true;
    } else if ((byte | braceBit) === closing) level -= 1;
  }
  return false;
}
