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

export const asFlag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

/** A whole number within GraphQL's Int (32 bits). */
export const asInt = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2_147_483_647 ? value : undefined;

/** An instant as Rocket.Chat writes it, such as `2023-11-01T23:20:57.357Z`: kept as text, never reformatted. */
export const asInstant = (value: unknown): string | undefined =>
  typeof value === 'string' && isInstant(value) ? value : undefined;

const instant = /^\d{4}-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
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
  asList(value).map(asObject).filter((item) => item !== undefined);

/** Whether objects and lists are nested no deeper than `limit`. Iterative: depth costs no stack. */
export function isNestedWithin(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  let level: object[] = [value];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > limit) return false;
    const below: object[] = [];
    for (const parent of level) {
      for (const child of Object.values(parent)) if (typeof child === 'object' && child !== null) below.push(child);
    }
    level = below;
  }
  return true;
}
