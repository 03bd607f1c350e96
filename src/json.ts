/**
 * Readers for untrusted JSON: each returns the value if it has the expected type, else undefined (or an empty list).
 * They copy no keys, so a key such as `__proto__` never reaches one of our objects.
 */

export type JsonObject = { readonly [key: string]: unknown };

export const asObject = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;

/** The parsed text, undefined if it is missing or not JSON. */
export function readJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** A non-empty string. */
export const asId = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Bytes in UTF-8 of each unit of a string, at most. */
const maxBytesPerUnit = 3;

/** Whether it is a text that has characters, but at most so many bytes in UTF-8. */
export function isShortText(value: unknown, bytes: number): boolean {
  if (typeof value !== 'string' || value === '') return false;
  return value.length * maxBytesPerUnit <= bytes || Buffer.byteLength(value) <= bytes;
}

export const asBoolean = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

/** An integer in the range of GraphQL's Int (32 bits). */
export const asInt = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2_147_483_647 ? value : undefined;

/** An instant as Rocket.Chat writes it, such as `2023-11-01T23:20:57.357Z`. Stays a string, never reformatted. */
export const asInstant = (value: unknown): string | undefined =>
  typeof value === 'string' && isInstant(value) ? value : undefined;

const instant =
  /^\d{4}-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const daysInMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether a string is a real instant with a time zone: RFC 3339 without leap seconds, years 0000 to 9999 in UTC. */
export const isInstant = (text: string): boolean => isUsualInstant(text) || isUnusualInstant(text);

/** Whether it is one in the form of all that Rocket.Chat writes, on a day that every month has. */
const isUsualInstant = (text: string): boolean =>
  text.length === 24 &&
  isBetween(0, twoDigits(text, 0), 99) &&
  isBetween(0, twoDigits(text, 2), 99) &&
  text[4] === '-' &&
  isBetween(1, twoDigits(text, 5), 12) &&
  text[7] === '-' &&
  isBetween(1, twoDigits(text, 8), 28) &&
  text[10] === 'T' &&
  isBetween(0, twoDigits(text, 11), 23) &&
  text[13] === ':' &&
  isBetween(0, twoDigits(text, 14), 59) &&
  text[16] === ':' &&
  isBetween(0, twoDigits(text, 17), 59) &&
  text[19] === '.' &&
  isBetween(0, twoDigits(text, 20), 99) &&
  isBetween(0, twoDigits(text, 21), 99) &&
  text[23] === 'Z';

const isBetween = (least: number, value: number, most: number): boolean => value >= least && value <= most;

/** The number that two decimal digits write; -1 for other characters. */
function twoDigits(text: string, index: number): number {
  const tens = text.charCodeAt(index) - 48;
  const ones = text.charCodeAt(index + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

function isUnusualInstant(text: string): boolean {
  const found = instant.exec(text);
  if (found === null) return false;
  const month = Number(found[1]);
  const day = Number(found[2]);
  if (day < 1 || day > (daysInMonth[month - 1] ?? 0)) return false;
  const year = Number(text.slice(0, 4));
  const isDay = month !== 2 || day !== 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
  return isDay && (text.endsWith('Z') || hasFourDigitYear(text));
}

/** Whether its year in UTC has four digits: instants are written in UTC, and compared as strings. */
function hasFourDigitYear(text: string): boolean {
  const year = new Date(text).getUTCFullYear();
  return year >= 0 && year <= 9999;
}

export const asTexts = (value: unknown): string[] =>
  asList(value).filter((item): item is string => typeof item === 'string');

export const asObjects = (value: unknown): JsonObject[] =>
  asList(value)
    .map(asObject)
    .filter((item) => item !== undefined);

/**
 * Maximum levels of a JSON value. Markup of 64 levels has about 130; serialising much deeper values overflows the
 * stack.
 */
export const maxJsonDepth = 256;

/** Whether objects and lists are nested at most `limit` deep. Recurses no deeper than that. */
export function isNestedWithin(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (limit === 0) return false;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) if (!isNestedWithin(item, limit - 1)) return false;
    return true;
  }
  // `for…in` allocates no list of keys, and parsed values inherit none.
  for (const key in value) if (!isNestedWithin((value as JsonObject)[key], limit - 1)) return false;
  return true;
}

/**
 * Approximate length of a value as JSON. Fast, because it does not scan strings. The bytes are between this and
 * `maxBytesPerLength` times this, except for long lists of small negative numbers or fractions. Infinite for a value
 * nested deeper than `levels`.
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

/** A control character takes six bytes; a number that counts as four characters takes at most 24. */
export const maxBytesPerLength = 6;

/** Text that JSON does not escape: printable ASCII without quotes and backslashes. */
const plain = /^[ !#-[\]-~]*$/;
/** Longer texts are serialised faster than they are scanned. */
const longText = 200;

const textBytes = (text: string): number =>
  text.length < longText && plain.test(text) ? text.length + 2 : Buffer.byteLength(JSON.stringify(text));

/** Bytes of a value as JSON in UTF-8. Stops counting beyond `most`: a larger result means only that it is more. */
export function jsonBytes(value: unknown, most: number): number {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value === 'number') return String(value).length;
  if (typeof value !== 'object' || value === null) return value === false ? 5 : 4;
  let bytes = 1; // plus one per value: a comma, or the closing bracket
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
