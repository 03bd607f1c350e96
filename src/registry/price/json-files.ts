import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { asObject, type JsonObject } from '../../json.ts';
import { messageOf, type Mistakes } from './mistakes.ts';

/** The object in a JSON file by its keys; undefined if there is none of that name, or after a mistake. */
export function readObject(name: string, folder: string, mistakes: Mistakes): ReadonlyMap<string, unknown> | undefined {
  try {
    const object = asObject(JSON.parse(readFileSync(resolve(folder, name), 'utf8')));
    if (object !== undefined) return new Map(Object.entries(object));
    mistakes.add(name, 'expected a JSON object');
  } catch (error) {
    if (isMissing(error)) return undefined;
    mistakes.add(name, `cannot be read as JSON: ${messageOf(error)}`);
  }
  return new Map();
}

const isMissing = (error: unknown): boolean => asObject(error)?.['code'] === 'ENOENT';

/** A file of variables by operation, `{"Mailbox": {"first": 50}}`. */
export function readVariables(
  name: string | undefined,
  folder: string,
  mistakes: Mistakes,
): ReadonlyMap<string, JsonObject> {
  const given = new Map<string, JsonObject>();
  if (name === undefined) return given;
  const file = readObject(name, folder, mistakes);
  if (file === undefined) mistakes.add(name, 'there is no such file');
  for (const [operation, value] of file ?? []) {
    const variables = asObject(value);
    if (variables === undefined) mistakes.add(name, `expected an object of variables for ${operation}`);
    else given.set(operation, variables);
  }
  return given;
}

/** Upstream calls by endpoint. */
export type Price = Readonly<Record<string, number>>;

/** The committed prices by operation, `{"Mailbox": {"im.list": 1}}`; undefined if there is no such file. */
export function readPriceList(
  name: string,
  folder: string,
  mistakes: Mistakes,
): ReadonlyMap<string, Price> | undefined {
  const file = readObject(name, folder, mistakes);
  if (file === undefined) return undefined;
  const prices = new Map<string, Price>();
  for (const [operation, value] of file) {
    if (isPrice(value)) prices.set(operation, value);
    else
      mistakes.add(
        name,
        `expected calls by endpoint for ${operation}, such as {"im.list": 1}: \`--write\` makes the file anew`,
      );
  }
  return prices;
}

const isPrice = (value: unknown): value is Price =>
  asObject(value) !== undefined &&
  Object.values(asObject(value) ?? {}).every((calls) => Number.isSafeInteger(calls) && Number(calls) >= 0);
