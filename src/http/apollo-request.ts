import type { IncomingMessage } from 'node:http';
import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { BadRequest } from './bad-request.ts';
import { asObject, readJson, type JsonObject } from '../json.ts';
import { maxInputDepth, maxInputValues } from '../limits.ts';
import type { OperationGuard } from '../operation-guard.ts';

/** The request headers that are looked at behind this: media types, proofs of a preflight, our own two, and for registries. */
const apolloHeaders = [
  'accept',
  'content-type',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-upstream-report',
  'x-upstream-plan',
  'apollographql-client-name',
  'apollographql-client-version',
  'apollo-federation-include-trace',
] as const;

/** What accepts `application/json` before anything else, as it is written most often. */
const plainAccept: ReadonlySet<string> = new Set(['application/json', '*/*', 'application/json, */*']);

/** The request as Apollo Server takes it: without credentials, and with no header that nobody looks at. */
export function toApollo(req: IncomingMessage, body: unknown): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const name of apolloHeaders) {
    const value = req.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  // The usual answer needs no negotiation.
  if (plainAccept.has(headers.get('accept') ?? '')) headers.delete('accept');
  // A browser sends this header to another site only after a preflight, which proves as much as Apollo's own header.
  if (req.headers['x-auth-token'] !== undefined) headers.set('apollo-require-preflight', 'by x-auth-token');
  const url = req.url ?? '';
  const question = url.indexOf('?');
  return { method: req.method ?? '', headers, search: question === -1 ? '' : url.slice(question), body: knownFields(body) };
}

/** Refuses what is too large to be looked at more closely. `remembers`: whether what is not may be remembered. */
export function checkSize({ method, search, body }: HTTPGraphQLRequest, guard: OperationGuard, remembers: boolean): void {
  const { query, variables, extensions } = method === 'GET' ? searchFields(search) : (asObject(body) ?? {});
  checkInput('variables', variables);
  checkInput('extensions', extensions);
  const reason = typeof query === 'string' ? guard.refusalOf(query, remembers) : undefined;
  if (reason !== undefined) throw new BadRequest(400, reason, 'QUERY_TOO_COMPLEX');
}

const requestFields = ['query', 'variables', 'operationName', 'extensions'] as const;

/** The fields that a request has; what else a client sent would only be held as long as the request takes. */
function knownFields(body: unknown): unknown {
  const fields = asObject(body);
  if (fields === undefined) return body; // Apollo Server says what is wrong with it
  const known: Record<string, unknown> = {};
  for (const name of requestFields) if (fields[name] !== undefined) known[name] = fields[name];
  return known;
}

function searchFields(search: string): JsonObject {
  const parameters = new URLSearchParams(search);
  const [variables, extensions] = ['variables', 'extensions'].map((name) => readJson(parameters.get(name) ?? undefined));
  return { query: parameters.get('query'), variables, extensions };
}

/** Looks no further than it must, neither down nor along. */
function checkInput(name: 'variables' | 'extensions', input: unknown): void {
  let values = 0;
  const visit = (value: unknown, levels: number): void => {
    values += 1;
    if (values > maxInputValues) throw new BadRequest(400, `The ${name} have more than ${maxInputValues} values.`, 'BAD_USER_INPUT');
    if (typeof value !== 'object' || value === null) return;
    if (levels === 0) throw new BadRequest(400, `The ${name} have more than ${maxInputDepth} levels.`, 'BAD_USER_INPUT');
    for (const inner of Array.isArray(value) ? value : Object.values(value)) visit(inner, levels - 1);
  };
  visit(input, maxInputDepth);
}
