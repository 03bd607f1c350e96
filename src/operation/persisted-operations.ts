import { readFileSync, statSync } from 'node:fs';
import { Kind, parse, specifiedRules, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import { z } from 'zod';
import { ConfigError } from '../config/config.ts';
import { maxTokens } from '../limits.ts';
import { plainId } from './document-id.ts';
import { QueriesOnly } from './queries-only.ts';
import { OperationGuard } from './size-guard.ts';

export interface PersistedOperation {
  readonly id: string;
  readonly body: string;
}

const text = z.string().min(1);

/** The format of `generate-persisted-query-manifest`, or `{"id": "text"}` as Relay and GraphQL Code Generator write it. */
const manifest = z.union([
  z
    .object({
      format: z.literal('apollo-persisted-query-manifest'),
      version: z.literal(1),
      operations: z.array(z.object({ id: text, body: text })),
    })
    .transform(({ operations }) => operations),
  z.record(text, text).transform((list) => Object.entries(list).map(([id, body]) => ({ id, body }))),
]);

/** Mistakes reported for one file, and characters of each, at most. */
const maxMistakes = 10;
const maxMistakeLength = 300;

/**
 * Reads the file that PERSISTED_OPERATIONS names. Throws everything that is wrong with it as one ConfigError: a list that is
 * wrong in part would reject operations that an application relies on, and only once it sends them.
 */
export function readOperations(path: string, schema: GraphQLSchema): readonly PersistedOperation[] {
  const operations = listIn(readText(path));
  const mistakes = mistakesIn(operations, schema);
  if (mistakes.length > maxMistakes)
    mistakes.splice(maxMistakes, mistakes.length, `${mistakes.length - maxMistakes} more such operations`);
  if (mistakes.length > 0) throw new ConfigError(mistakes.map(inOneLine).join('\n'));
  return operations;
}

const inOneLine = (mistake: string): string =>
  `PERSISTED_OPERATIONS: ${mistake.replace(/\s+/g, ' ').slice(0, maxMistakeLength)}`;

const refused = (mistake: string) => new ConfigError(inOneLine(mistake));

function readText(path: string): string {
  try {
    if (!statSync(path).isFile()) throw refused('expected a file, but this is a folder or a device');
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw refused(
        'expected a file, but none has that name; relative paths start from the folder that the gateway was started in',
      );
    throw refused(
      `expected a file that the gateway can read, but the system refuses (${code}): check its path and permissions`,
    );
  }
}

function listIn(contents: string): readonly PersistedOperation[] {
  try {
    const operations = parseManifest(contents);
    if (operations.length > 0) return operations;
  } catch (error) {
    throw error instanceof NotAManifest ? refused(error.message) : error;
  }
  throw refused('expected operations, but the file lists none: the gateway would reject every request');
}

/** The text of a file is no list of operations: the message says what is expected. */
export class NotAManifest extends Error {}

export function parseManifest(contents: string): readonly PersistedOperation[] {
  let json: unknown;
  try {
    json = JSON.parse(contents);
  } catch {
    throw new NotAManifest('expected JSON, but the file is not JSON');
  }
  const { data } = manifest.safeParse(json);
  if (data !== undefined) return data;
  throw new NotAManifest(
    'expected the output of generate-persisted-query-manifest, or query texts by id, but the JSON is neither',
  );
}

/** One line for each operation that could never run. */
function mistakesIn(operations: readonly PersistedOperation[], schema: GraphQLSchema): string[] {
  const guard = new OperationGuard();
  const bodies = new Map<string, string>();
  return operations.flatMap(({ id, body }) => {
    const mistake =
      mistakeOf(body, schema, guard) ??
      ((bodies.get(plainId(id)) ?? body) === body ? undefined : 'is listed twice, with different texts');
    bodies.set(plainId(id), body);
    return mistake === undefined ? [] : [`operation ${JSON.stringify(id.slice(0, 80))} ${mistake}`];
  });
}

function mistakeOf(body: string, schema: GraphQLSchema, guard: OperationGuard): string | undefined {
  const tooLarge = guard.refusalOf(body, false);
  if (tooLarge !== undefined) return `is too large: ${tooLarge}`;
  let document: DocumentNode;
  try {
    document = parse(body, { maxTokens });
  } catch (error) {
    return `is not GraphQL: ${messageOf(error)}`;
  }
  if (!document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION))
    return 'has no query, only fragments';
  const [error] = validate(schema, document, [...specifiedRules, QueriesOnly], { maxErrors: 1 });
  return error && `does not fit the schema: ${error.message}`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
