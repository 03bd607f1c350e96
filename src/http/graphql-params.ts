import { hash } from 'node:crypto';
import { HttpError } from './http-error.ts';
import { refusals } from './refusals.ts';
import { asObject, type JsonObject } from '../json.ts';
import { maxInputDepth, maxInputValues } from '../limits.ts';
import { hashIn, isDocumentId, plainId } from '../operation/document-id.ts';
import type { OperationGuard } from '../operation/size-guard.ts';

/** The parameters of a GraphQL request, checked for type. Other fields are dropped, to free their memory early. */
export interface GraphqlParams {
  /** Absent if the request names its document by an id. */
  readonly query?: string;
  /** Beside `query`: the hash of it. */
  readonly documentId?: string;
  readonly operationName?: string;
  readonly variables?: JsonObject;
  readonly extensions?: JsonObject;
}

/** From the body of a POST. `null` means absent, as GraphQL over HTTP specifies. */
export function paramsOfBody(body: unknown): GraphqlParams {
  if (Array.isArray(body)) throw new HttpError(refusals.batch);
  const fields = asObject(body);
  if (fields === undefined) throw new HttpError(refusals.bodyNotObject);
  return checked(fields);
}

/** From the URL of a GET, where `variables` and `extensions` are JSON. */
export function paramsOfUrl(url: string): GraphqlParams {
  const queryStart = url.indexOf('?');
  const search = new URLSearchParams(queryStart === -1 ? '' : url.slice(queryStart));
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
    documentId: onlyValue('documentId'),
    operationName: onlyValue('operationName') || undefined, // empty means absent, in a URL
    variables: json('variables'),
    extensions: json('extensions'),
  });
}

function checked(fields: JsonObject): GraphqlParams {
  const query = textOf(fields, 'query');
  const documentId = textOf(fields, 'documentId');
  const operationName = textOf(fields, 'operationName');
  const variables = objectOf(fields, 'variables');
  const extensions = objectOf(fields, 'extensions');
  const hasQuery = query !== undefined && query !== '';
  const isPersistedQuery = extensions?.['persistedQuery'] != null;
  if (documentId !== undefined) checkDocumentId(documentId, hasQuery ? query : undefined, isPersistedQuery);
  else if (!hasQuery && !isPersistedQuery) throw new HttpError(refusals.noQuery);
  return {
    ...(hasQuery && { query }),
    ...(documentId !== undefined && { documentId }),
    ...(operationName !== undefined && { operationName }),
    ...(variables !== undefined && { variables }),
    ...(extensions !== undefined && { extensions }),
  };
}

/** A document has one name, and where its text comes too, the name must be the hash of it: nothing else could be checked. */
function checkDocumentId(documentId: string, query: string | undefined, isPersistedQuery: boolean): void {
  if (!isDocumentId(documentId)) throw new HttpError(refusals.documentIdForm);
  if (isPersistedQuery) throw new HttpError(refusals.documentIdTwice);
  if (query !== undefined && hashIn(documentId) !== hash('sha256', query)) {
    throw new HttpError(refusals.documentIdHash);
  }
}

function textOf(fields: JsonObject, name: 'query' | 'documentId' | 'operationName'): string | undefined {
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
 * Checks the hash of a persisted query. With persisted queries off, a query that comes with a hash runs like any other;
 * Apollo Server rejects a hash without its query. A `documentId` becomes what Apollo Server knows: a persisted query of that
 * hash, so that both names find the same queries.
 */
export function withPersistedQuery({ documentId, ...named }: GraphqlParams, isOn: boolean): GraphqlParams {
  const params = documentId === undefined ? named : { ...named, extensions: withHash(named, plainId(documentId)) };
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

const withHash = ({ extensions }: GraphqlParams, sha256Hash: string): JsonObject => ({
  ...extensions,
  persistedQuery: { version: 1, sha256Hash },
});

/** Rejects what is too large to parse. `remembers`: whether the guard may cache that a query is small enough. */
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

/** Stops at the first value beyond a limit, in depth or in number. */
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
