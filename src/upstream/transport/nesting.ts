/** Bodies up to this size are parsed as they are: no nesting in them takes long. */
const smallBytes = 256 * 1024;
/** Levels, and lists and objects, at most of a larger body: far more than any honest answer has, far fewer than would hold up the process. */
const maxLevels = 20_000;
const maxContainers = 500_000;

const quote = 0x22;
const backslash = 0x5c;
/** Square brackets become braces by it; nothing else outside of texts does. */
const braceBit = 0x20;
const opening = 0x7b;
const closing = 0x7d;

/**
 * Whether parsing a JSON text would take long for its lists and objects alone: `JSON.parse` takes about 100 ms for a million
 * of them, within each other or not. It looks at each byte, so it is kept as plain as it can be.
 */
export function takesLongToParse(body: Buffer): boolean {
  const { length } = body;
  if (length <= smallBytes) return false;
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
