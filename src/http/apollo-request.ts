import type { IncomingMessage } from 'node:http';
import { HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { GraphqlParams } from './graphql-params.ts';
import { jsonAnswer, type AnswerType } from './media-types.ts';

/** The request headers that are looked at behind this: for registries, and our own two. */
const apolloHeaders = [
  'x-apollo-operation-name',
  'x-upstream-report',
  'x-upstream-plan',
  'apollographql-client-name',
  'apollographql-client-version',
  'apollo-federation-include-trace',
] as const;

/**
 * The request as Apollo Server takes it: without credentials, and with no header that nobody looks at. Whatever it would
 * refuse was refused before, in our words.
 */
export function toApollo(req: IncomingMessage, answerType: AnswerType, params: GraphqlParams): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const name of apolloHeaders) {
    const value = req.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  // The usual answer needs no negotiation.
  if (answerType !== jsonAnswer) headers.set('accept', answerType);
  headers.set('apollo-require-preflight', '1'); // that there was one, or none was needed, was looked at
  const method = req.method ?? '';
  return {
    method,
    headers,
    search: method === 'GET' ? searchOf(params) : '',
    body: method === 'GET' ? undefined : params,
  };
}

function searchOf({ query, operationName, variables, extensions }: GraphqlParams): string {
  const search = new URLSearchParams();
  if (query !== undefined) search.set('query', query);
  if (operationName !== undefined) search.set('operationName', operationName);
  if (variables !== undefined) search.set('variables', JSON.stringify(variables));
  if (extensions !== undefined) search.set('extensions', JSON.stringify(extensions));
  return `?${search.toString()}`;
}
