import { hash } from 'node:crypto';
import { HttpError } from './http-error.ts';
import { asObject, type JsonObject } from '../json.ts';
import { maxInputDepth, maxInputValues } from '../limits.ts';
import type { OperationGuard } from '../operation/size-guard.ts';

/** What a request asks, each part of its form; what else a client sent would only be held as long as the request takes. */
export interface GraphqlParams {
  /** Absent where a persisted query is meant. */
  readonly query?: string;
  readonly operationName?: string;
  readonly variables?: JsonObject;
  readonly extensions?: JsonObject;
}

/** From the body of a POST: `null` is the same as nothing, as GraphQL over HTTP has it. */
export function paramsOfBody(body: unknown): GraphqlParams {
  if (Array.isArray(body)) throw new HttpError(400, 'The body is a list: send one operation a request.');
  const fields = asObject(body);
  if (fields === undefined) throw new HttpError(400, 'The body is no JSON object: send `{"query": "…"}`.');
  return checked(fields);
}

/** From the address of a GET: `variables` and `extensions` are JSON there. */
export function paramsOfAddress(address: string): GraphqlParams {
  const question = address.indexOf('?');
  const search = new URLSearchParams(question === -1 ? '' : address.slice(question));
  const onlyValue = (name: string): string | undefined => {
    const [value, ...more] = search.getAll(name);
    if (more.length > 0) throw new HttpError(400, `\`${name}\` stands in the address more than once.`);
    return value;
  };
  const json = (name: 'variables' | 'extensions'): unknown => {
    const text = onlyValue(name);
    try {
      return text === undefined ? undefined : JSON.parse(text);
    } catch {
      throw new HttpError(400, `\`${name}\` in the address is not JSON.`);
    }
  };
  return checked({
    query: onlyValue('query'),
    operationName: onlyValue('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  });
}

function checked(fields: JsonObject): GraphqlParams {
  const query = textOf(fields, 'query');
  const operationName = textOf(fields, 'operationName');
  const variables = objectOf(fields, 'variables');
  const extensions = objectOf(fields, 'extensions');
  if ((query === undefined || query === '') && extensions?.['persistedQuery'] == null) {
    throw new HttpError(400, 'There is no `query`: send the text of one.');
  }
  return {
    ...(query !== undefined && query !== '' && { query }),
    ...(operationName !== undefined && { operationName }),
    ...(variables !== undefined && { variables }),
    ...(extensions !== undefined && { extensions }),
  };
}

function textOf(fields: JsonObject, name: 'query' | 'operationName'): string | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw new HttpError(400, `\`${name}\` is not a text.`);
}

function objectOf(fields: JsonObject, name: 'variables' | 'extensions'): JsonObject | undefined {
  const value = fields[name] ?? undefined;
  const object = asObject(value);
  if (value === undefined || object !== undefined) return object;
  throw new HttpError(400, `\`${name}\` is not an object.`);
}

/**
 * The parameters with the hash of a persisted query in order. Where those are off, a query that comes with its hash is
 * answered like any other: only a hash without its query is not understood.
 */
export function withPersistedQuery(params: GraphqlParams, isOn: boolean): GraphqlParams {
  const { query, extensions } = params;
  const persisted = extensions?.['persistedQuery'] ?? undefined;
  if (persisted === undefined || (query === undefined && !isOn)) return params;
  if (!isOn) {
    const { persistedQuery: _, ...others } = extensions ?? {};
    return { ...params, extensions: others };
  }
  const { version, sha256Hash } = asObject(persisted) ?? {};
  if (version !== 1 || typeof sha256Hash !== 'string') {
    throw new HttpError(400, '`extensions.persistedQuery` is not `{"version": 1, "sha256Hash": "…"}`.');
  }
  if (query !== undefined && sha256Hash !== hash('sha256', query)) {
    throw new HttpError(
      400,
      '`extensions.persistedQuery.sha256Hash` is not the SHA-256 of the query, in hexadecimal digits.',
    );
  }
  return params;
}

/** Refuses what is too large to be looked at more closely. `remembers`: whether what is not may be remembered. */
export function checkSize(
  { query, variables, extensions }: GraphqlParams,
  guard: OperationGuard,
  remembers: boolean,
): void {
  checkInput('variables', variables);
  checkInput('extensions', extensions);
  const reason = query === undefined ? undefined : guard.refusalOf(query, remembers);
  if (reason !== undefined) throw new HttpError(400, reason, 'QUERY_TOO_COMPLEX');
}

/** Looks no further than it must, neither down nor along. */
function checkInput(name: 'variables' | 'extensions', input: unknown): void {
  let values = 0;
  const visit = (value: unknown, levels: number): void => {
    values += 1;
    if (values > maxInputValues) throw tooMuch(`The ${name} have more than ${maxInputValues} values`);
    if (typeof value !== 'object' || value === null) return;
    if (levels === 0) throw tooMuch(`The ${name} have more than ${maxInputDepth} levels`);
    for (const inner of Array.isArray(value) ? value : Object.values(value)) visit(inner, levels - 1);
  };
  visit(input, maxInputDepth);
}

const tooMuch = (what: string): HttpError =>
  new HttpError(400, `${what}: send less, or in several requests.`, 'QUERY_TOO_COMPLEX');
