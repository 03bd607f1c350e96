import type { IncomingMessage } from 'node:http';
import { HeaderMap, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import type { GraphqlParams } from './graphql-params.ts';
import type { HttpResponse } from './http-error.ts';
import { jsonType, type MediaType } from './media-types.ts';

/** The request headers that plugins read: those of schema registries, and the gateway's own two. */
const apolloHeaders = [
  'x-apollo-operation-name',
  'x-upstream-report',
  'x-upstream-plan',
  'apollographql-client-name',
  'apollographql-client-version',
  'apollo-federation-include-trace',
] as const;

/**
 * The request for Apollo Server, without credentials and unused headers. Everything that Apollo Server would reject has
 * been rejected before, with the gateway's own messages.
 */
export function toApollo(req: IncomingMessage, mediaType: MediaType, params: GraphqlParams): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const name of apolloHeaders) {
    const value = req.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  // The default needs no negotiation.
  if (mediaType !== jsonType) headers.set('accept', mediaType);
  headers.set('apollo-require-preflight', '1'); // `checkPreflight` has checked this
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

/** A response as Apollo Server gives it. */
export function fromApollo({ status = 200, headers, body }: HTTPGraphQLResponse): HttpResponse {
  if (body.kind !== 'complete') throw new Error('incremental delivery is not enabled');
  return { status, headers: Object.fromEntries(headers), body: body.string };
}
