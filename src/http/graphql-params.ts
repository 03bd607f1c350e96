import { hash } from 'node:crypto';
import { HttpError } from './http-error.ts';
import { refusals } from './refusals.ts';
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
  if (Array.isArray(body)) throw new HttpError(refusals.batch);
  const fields = asObject(body);
  if (fields === undefined) throw new HttpError(refusals.bodyNotObject);
  return checked(fields);
}

/** From the address of a GET: `variables` and `extensions` are JSON there. */
export function paramsOfAddress(address: string): GraphqlParams {
  const question = address.indexOf('?');
  const search = new URLSearchParams(question === -1 ? '' : address.slice(question));
  const onlyValue = (name: keyof GraphqlParams): string | undefined => {
    const [value, ...more] = search.getAll(name);
    if (more.length > 0) throw new HttpError(refusals.repeatedParam(name));
    return value;
  };
  const json = (name: 'variables' | 'extensions'): unknown => {
    const text = onlyValue(name);
    try {
      return text === undefined ? undefined : JSON.parse(text);
    } catch {
      throw new HttpError(refusals.paramNotJson(name));
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
    throw new HttpError(refusals.noQuery);
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
  throw new HttpError(refusals.paramNotString(name));
}

function objectOf(fields: JsonObject, name: 'variables' | 'extensions'): JsonObject | undefined {
  const value = fields[name] ?? undefined;
  const object = asObject(value);
  if (value === undefined || object !== undefined) return object;
  throw new HttpError(refusals.paramNotObject(name));
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
    throw new HttpError(refusals.persistedQueryForm);
  }
  if (query !== undefined && sha256Hash !== hash('sha256', query)) {
    throw new HttpError(refusals.persistedQueryHash);
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
  if (reason !== undefined) throw new HttpError(refusals.queryTooComplex(reason));
}

/** Looks no further than it must, neither down nor along. */
function checkInput(name: 'variables' | 'extensions', input: unknown): void {
  let values = 0;
  const visit = (value: unknown, levels: number): void => {
    values += 1;
    if (values > maxInputValues) throw new HttpError(refusals.tooManyInputValues(name));
    if (typeof value !== 'object' || value === null) return;
    if (levels === 0) throw new HttpError(refusals.inputTooDeep(name));
    for (const inner of Array.isArray(value) ? value : Object.values(value)) visit(inner, levels - 1);
  };
  visit(input, maxInputDepth);
}
