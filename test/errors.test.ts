import { GraphQLError, parse, type GraphQLFormattedError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { GatewayError, gatewayErrorOf, refusalOfRequest } from '../src/errors.ts';

describe('refusalOfRequest', () => {
  it('the refusal of a request has the HTTP status of its code, and its place in the query', () => {
    const [node] = parse('{ a }').definitions;
    const error = refusalOfRequest('BAD_USER_INPUT', 'No.', { ...(node && { node }), path: ['a', 'b'] });
    expect(error.extensions).toEqual({ code: 'BAD_USER_INPUT', http: { status: 400 } });
    expect(JSON.parse(JSON.stringify(error)) as GraphQLFormattedError).toMatchObject({
      message: 'No.',
      path: ['a', 'b'],
      locations: [{ line: 1, column: 1 }],
    });
    expect(refusalOfRequest('UNAUTHENTICATED', 'No.').extensions['http']).toEqual({ status: 401 });
  });

  it('the refusal of a request has the header Retry-After if it has retryAfterSeconds', () => {
    const { extensions } = new GatewayError('RATE_LIMITED', 'Later.', { retryAfterSeconds: 7, httpStatus: 429 });
    expect(extensions).toEqual({
      code: 'RATE_LIMITED',
      retryAfterSeconds: 7,
      http: { status: 429, headers: new Map([['retry-after', '7']]) },
    });
  });
});

describe('GatewayError', () => {
  it('a GatewayError sends its code, reason and retryAfterSeconds to clients, and keeps its detail for the log', () => {
    const plain = new GatewayError('OVERLOADED', 'Busy.');
    expect([plain.name, plain.code, plain.detail, plain.extensions]).toEqual([
      'GatewayError',
      'OVERLOADED',
      undefined,
      { code: 'OVERLOADED' },
    ]);
    expect(Object.keys(plain.extensions)).toEqual(['code']);
    const full = new GatewayError('OVERLOADED', 'Busy.', {
      detail: 'line full',
      reason: 'circuit_open',
      retryAfterSeconds: 1,
    });
    expect(full.detail).toBe('line full');
    expect(JSON.parse(JSON.stringify(full))).toEqual({
      message: 'Busy.',
      extensions: { code: 'OVERLOADED', reason: 'circuit_open', retryAfterSeconds: 1 },
    });
  });

  it('a GatewayError captures no stack frames; other errors still do', () => {
    expect(new GatewayError('NOT_FOUND', 'No.').stack).not.toContain('    at ');
    expect(new Error('x').stack).toContain('    at ');
  });

  it('gatewayErrorOf finds the GatewayError in the error that GraphQL wraps it in', () => {
    const own = new GatewayError('NOT_FOUND', 'No.');
    expect(gatewayErrorOf(own)).toBe(own);
    expect(gatewayErrorOf(new GraphQLError('No.', { originalError: own }))).toBe(own);
    expect(gatewayErrorOf(new GraphQLError('No.', { originalError: new Error('no') }))).toBeUndefined();
    expect(gatewayErrorOf(Object.assign(new Error('No.'), { originalError: own }))).toBeUndefined();
    expect(gatewayErrorOf(undefined)).toBeUndefined();
  });
});
