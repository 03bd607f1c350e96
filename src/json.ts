/**
 * Readers for JSON that somebody else wrote: each answers the value if it has the wanted form, else undefined (or an
 * empty list). Nothing is copied by key from outside, so a key such as `__proto__` never reaches an object of ours.
 */

export type JsonObject = { readonly [key: string]: unknown };

export const asObject = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;

/** What a text means; undefined where it is no JSON, or there is none. */
export function readJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** A text with something in it. */
export const asId = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

export const asBoolean = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

/** A whole number within GraphQL's Int (32 bits). */
export const asInt = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2_147_483_647 ? value : undefined;

/** An instant as Rocket.Chat writes it, such as `2023-11-01T23:20:57.357Z`: kept as text, never reformatted. */
export const asInstant = (value: unknown): string | undefined =>
  typeof value === 'string' && isInstant(value) ? value : undefined;

const instant =
  /^\d{4}-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const daysInMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a text is a real calendar instant with a zone: RFC 3339 without leap seconds, years 0000 to 9999. */
export function isInstant(text: string): boolean {
  const found = instant.exec(text);
  if (found === null) return false;
  const month = Number(found[1]);
  const day = Number(found[2]);
  if (day < 1 || day > (daysInMonth[month - 1] ?? 0)) return false;
  if (month !== 2 || day !== 29) return true;
  const year = Number(text.slice(0, 4));
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export const asTexts = (value: unknown): string[] =>
  asList(value).filter((item): item is string => typeof item === 'string');

export const asObjects = (value: unknown): JsonObject[] =>
  asList(value)
    .map(asObject)
    .filter((item) => item !== undefined);

/** Levels of a JSON value at most. Markup of 64 levels has about 130; deeper values would exhaust the stack when written. */
export const maxJsonDepth = 256;

/** Whether objects and lists are nested no deeper than `limit`, which is what it calls itself at most. */
export function isNestedWithin(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (limit === 0) return false;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) if (!isNestedWithin(item, limit - 1)) return false;
    return true;
  }
  // Values that were parsed inherit nothing; this way no list of the keys is made.
  for (const key in value) if (!isNestedWithin((value as JsonObject)[key], limit - 1)) return false;
  return true;
}

/**
 * About the characters of a value as JSON: at once, for texts are not looked through. In bytes it is between as many and
 * `maxBytesPerLength` times as many, but for long lists of small negative numbers or fractions. Infinite where the value
 * is nested deeper than `levels`.
 */
export function jsonLength(value: unknown, levels: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value === 'number') return value >= 0 && value < 1000 ? 1 : 4;
  if (typeof value !== 'object' || value === null) return 4;
  if (levels === 0) return Number.POSITIVE_INFINITY;
  let length = 2;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) {
      length += 1 + (typeof item === 'string' ? item.length + 2 : jsonLength(item, levels - 1));
    }
    return length;
  }
  for (const key in value) {
    const inner = (value as JsonObject)[key];
    length += 4 + key.length + (typeof inner === 'string' ? inner.length + 2 : jsonLength(inner, levels - 1));
  }
  return length;
}

/** A control character takes six bytes; a number that counts as four characters has 24 at most. */
export const maxBytesPerLength = 6;

/** What JSON writes as it is: printable ASCII without quotes and backslashes. */
const plain = /^[ !#-[\]-~]*$/;
/** Longer texts are written out faster than they are looked through. */
const longText = 200;

const textBytes = (text: string): number =>
  text.length < longText && plain.test(text) ? text.length + 2 : Buffer.byteLength(JSON.stringify(text));

/** Bytes of a value as JSON in UTF-8. It looks no further than `most`, beyond which the answer is only that it is more. */
export function jsonBytes(value: unknown, most: number): number {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value === 'number') return String(value).length;
  if (typeof value !== 'object' || value === null) return value === false ? 5 : 4;
  let bytes = 1; // and one for each value: a comma, or the bracket behind the last one
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) {
      bytes += 1 + jsonBytes(item, most - bytes);
      if (bytes > most) return bytes;
    }
  } else {
    for (const key in value) {
      const inner = (value as JsonObject)[key];
      if (inner === undefined) continue;
      bytes += 2 + textBytes(key) + jsonBytes(inner, most - bytes);
      if (bytes > most) return bytes;
    }
  }
  return Math.max(2, bytes);
}
