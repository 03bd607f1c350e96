import type { IncomingMessage } from 'node:http';
import { HeaderMap } from '@apollo/server';
import { describe, expect, it } from 'vitest';
import { checkSize, toApollo } from '../../src/http/apollo-request.ts';
import { BadRequest } from '../../src/http/bad-request.ts';
import { OperationGuard } from '../../src/operation-guard.ts';

const request = (headers: Record<string, string | string[]>, url = '/graphql', method = 'POST') =>
  ({ headers, url, method }) as unknown as IncomingMessage;
const headersOf = (given: Record<string, string | string[]>) => Object.fromEntries(toApollo(request(given), {}).headers);

describe('What Apollo Server is given of a request', () => {
  const read = {
    'content-type': 'application/json; charset=utf-8',
    accept: 'application/graphql-response+json',
    'apollo-require-preflight': 'yes',
    'x-apollo-operation-name': 'Mailbox',
    'x-upstream-report': '1',
    'x-upstream-plan': 'only',
    'apollographql-client-name': 'app',
    'apollographql-client-version': '1.2',
    'apollo-federation-include-trace': 'ftv1',
  };

  it('are the headers that something behind this looks at, and no others', () => {
    expect(headersOf(read)).toEqual(read);
    expect(headersOf({ cookie: 'a=b', authorization: 'Bearer x', 'x-user-id': 'u', origin: 'https://a.example', 'x-forwarded-for': '192.0.2.1' })).toEqual({});
    expect(headersOf({ 'x-upstream-plan': ['only', 'only'] })).toEqual({});
  });

  it('is no token, but that one came, which only a preflight lets a page send', () => {
    expect(headersOf({ 'x-auth-token': 'secret' })).toEqual({ 'apollo-require-preflight': 'by x-auth-token' });
  });

  it.each(['application/json', '*/*', 'application/json, */*'])('needs no negotiation for %s', (accept) => expect(headersOf({ accept })).toEqual({}));
  it.each(['text/html', 'application/json, text/html', 'application/*'])('is negotiated for %s', (accept) => expect(headersOf({ accept })).toEqual({ accept }));

  it('are the four fields that a request can have, and no null for one that is missing', () => {
    const whole = { query: '{ viewer { id } }', variables: null, operationName: 'A', extensions: {} };
    expect(toApollo(request({}), { ...whole, padding: 'x' }).body).toEqual(whole);
    expect(Object.keys(toApollo(request({}), { query: 'a', junk: 1 }).body as object)).toEqual(['query']);
    expect([7, null, 'x', [whole]].map((body) => toApollo(request({}), body).body)).toEqual([7, null, 'x', [whole]]);
  });

  it('is what stands behind the first question mark of the address', () => {
    expect(toApollo(request({}, '/graphql', 'GET'), undefined)).toMatchObject({ method: 'GET', search: '' });
    expect(toApollo(request({}, '/graphql?query=a?b', 'GET'), undefined).search).toBe('?query=a?b');
  });
});

describe('The size of a request', () => {
  const guard = new OperationGuard();
  /** `fine`, or the code and the message. */
  const check = (body: unknown, { method = 'POST', search = '' } = {}): string => {
    try {
      checkSize({ method, search, body, headers: new HeaderMap() }, guard);
      return 'fine';
    } catch (error) {
      return error instanceof BadRequest ? `${error.code}: ${error.message}` : String(error);
    }
  };
  const nested = (levels: number): unknown => {
    let value: unknown = 1;
    for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
    return value;
  };
  const searchOf = (fields: Record<string, unknown>) => ({ method: 'GET', search: `?${new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)])).toString()}` });

  it.each(['variables', 'extensions'])('is bounded in the levels of %s, by POST and by GET', (name) => {
    const wrong = `BAD_USER_INPUT: The ${name} have more than 16 levels.`;
    expect([16, 17].map((levels) => check({ [name]: nested(levels) }))).toEqual(['fine', wrong]);
    expect([16, 17].map((levels) => check(undefined, searchOf({ [name]: nested(levels) })))).toEqual(['fine', wrong]);
  });

  it.each(['variables', 'extensions'])('is bounded in the values of %s, by POST and by GET', (name) => {
    const values = (count: number) => ({ list: Array.from({ length: count - 2 }, () => 0) });
    const wrong = `BAD_USER_INPUT: The ${name} have more than 10000 values.`;
    expect([10_000, 10_001].map((count) => check({ [name]: values(count) }))).toEqual(['fine', wrong]);
    expect([10_000, 10_001].map((count) => check(undefined, searchOf({ [name]: values(count) })))).toEqual(['fine', wrong]);
  });

  it('is bounded in its query, by POST and by GET', () => {
    const long = `{ ${Array.from({ length: 51 }, (_, index) => `a${index}: __typename`).join(' ')} }`;
    const wrong = expect.stringMatching(/^QUERY_TOO_COMPLEX: The query has more than 50 aliases/) as unknown;
    expect(check({ query: long })).toEqual(wrong);
    expect(check(undefined, searchOf({ query: long }))).toEqual(wrong);
    expect(check({ query: '{ __typename }' })).toBe('fine');
    expect(check(undefined, searchOf({ query: '{ __typename }', variables: '{' }))).toBe('fine');
  });

  it('is nothing where there is no query that could be read', () => {
    expect([undefined, null, 7, [], { query: 7 }, { variables: 'x' }].map((body) => check(body))).toEqual(Array.from({ length: 6 }, () => 'fine'));
  });

  it('of a GET is not that of its body, nor the other way round', () => {
    expect(check({ variables: nested(17) }, { method: 'GET' })).toBe('fine');
    expect(check({}, { ...searchOf({ variables: nested(17) }), method: 'POST' })).toBe('fine');
  });
});
