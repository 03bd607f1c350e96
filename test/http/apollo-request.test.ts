import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { toApollo } from '../../src/http/apollo-request.ts';
import { jsonType } from '../../src/http/media-types.ts';

const request = (headers: Record<string, string | string[]>, method = 'POST') =>
  ({ headers, method }) as unknown as IncomingMessage;
const headersOf = (given: Record<string, string | string[]>) =>
  Object.fromEntries(toApollo(request(given), jsonType, {}).headers);
const checked = { 'apollo-require-preflight': '1' };

describe('toApollo', () => {
  it('Apollo Server gets only the headers that plugins read', () => {
    const read = {
      'x-apollo-operation-name': 'Mailbox',
      'x-upstream-report': '1',
      'x-upstream-plan': 'only',
      'apollographql-client-name': 'app',
      'apollographql-client-version': '1.2',
      'apollo-federation-include-trace': 'ftv1',
    };
    expect(headersOf(read)).toEqual({ ...read, ...checked });
    const others = {
      cookie: 'a=b',
      authorization: 'Bearer x',
      'x-user-id': 'u',
      'x-auth-token': 'secret',
      origin: 'https://a.example',
      accept: '*/*',
    };
    expect(headersOf(others)).toEqual(checked);
    expect(headersOf({ 'x-upstream-plan': ['only', 'only'] })).toEqual(checked);
  });

  it('Apollo Server gets an Accept header if the response is not application/json', () => {
    const { headers } = toApollo(request({}), 'application/graphql-response+json', {});
    expect(Object.fromEntries(headers)).toEqual({ ...checked, accept: 'application/graphql-response+json' });
  });

  it('Apollo Server gets the parameters as the body of a POST, or as the query string of a GET', () => {
    const params = { query: '{ viewer { userId } }', operationName: 'A', variables: { a: '?&' }, extensions: { b: 1 } };
    expect(toApollo(request({}), jsonType, params)).toMatchObject({ method: 'POST', search: '', body: params });
    const { search, body } = toApollo(request({}, 'GET'), jsonType, params);
    expect([body, Object.fromEntries(new URLSearchParams(search))]).toEqual([
      undefined,
      { query: '{ viewer { userId } }', operationName: 'A', variables: '{"a":"?&"}', extensions: '{"b":1}' },
    ]);
    expect(toApollo(request({}, 'GET'), jsonType, {}).search).toBe('?');
  });
});
