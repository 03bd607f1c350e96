import type { IncomingMessage } from 'node:http';
import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import { BadRequest } from './bad-request.ts';
import { maxVariableDepth } from './limits.ts';
import type { OperationGuard } from './operation-guard.ts';

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

/** The request as Apollo Server takes it: without credentials, and with no header that nobody looks at. */
export function toApollo(req: IncomingMessage, body: unknown): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const name of apolloHeaders) {
    const value = req.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  // A browser sends this header to another site only after a preflight, which proves as much as Apollo's own header.
  if (req.headers['x-auth-token'] !== undefined) headers.set('apollo-require-preflight', 'by x-auth-token');
  const url = req.url ?? '';
  const question = url.indexOf('?');
  return { method: req.method ?? '', headers, search: question === -1 ? '' : url.slice(question), body };
}

/** Refuses what is too large to be looked at more closely. */
export function checkSize({ method, search, body }: HTTPGraphQLRequest, guard: OperationGuard): void {
  const { query, variables } = method === 'GET' ? Object.fromEntries(new URLSearchParams(search)) : asFields(body);
  if (isDeeper(variables, maxVariableDepth)) {
    throw new BadRequest(400, `The variables have more than ${maxVariableDepth} levels.`, 'BAD_USER_INPUT');
  }
  const reason = typeof query === 'string' ? guard.refusalOf(query) : undefined;
  if (reason !== undefined) throw new BadRequest(400, reason, 'QUERY_TOO_COMPLEX');
}

const asFields = (body: unknown): { readonly query?: unknown; readonly variables?: unknown } =>
  typeof body === 'object' && body !== null ? body : {};

/** Whether lists and objects lie deeper in each other than that; looks no deeper to find out. */
const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1)));
