/** Bodies up to this size are parsed as they are: no nesting in them takes long. */
const smallBytes = 256 * 1024;
/** Levels, and lists and objects, at most of a larger body: far more than any honest answer has, far fewer than would hold up the process. */
const maxLevels = 20_000;
const maxContainers = 500_000;

const quote = 0x22;
const backslash = 0x5c;

/**
 * Whether parsing a JSON text would take long for its lists and objects alone: `JSON.parse` takes about 100 ms for a million
 * of them, within each other or not.
 */
export function takesLongToParse(body: Buffer): boolean {
  if (body.length <= smallBytes) return false;
  let level = 0;
  let containers = 0;
  let isText = false;
  for (let index = 0; index < body.length; index += 1) {
    const byte = body[index];
    if (isText) {
      if (byte === backslash) index += 1;
      else if (byte === quote) isText = false;
    } else if (byte === quote) isText = true;
    else if (byte === 0x5b || byte === 0x7b) {
      level += 1;
      containers += 1;
      if (level > maxLevels || containers > maxContainers) return true;
    } else if (byte === 0x5d || byte === 0x7d) level -= 1;
  }
  return false;
}
