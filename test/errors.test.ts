import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { badLiteral, formatError, GatewayError, gatewayErrorOf } from '../src/errors.ts';

const masked = { message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } };

describe('an error that leaves the gateway', () => {
  it('has its message, its place and what its code needs, and no stack', () => {
    const place = { locations: [{ line: 1, column: 3 }], path: ['viewer', 'rooms', 0] };
    const extensions = { code: 'RATE_LIMITED', retryAfterSeconds: 7, stacktrace: ['at secret.ts:1'] };
    expect(formatError({ message: 'Too many.', ...place, extensions })).toStrictEqual({
      message: 'Too many.',
      ...place,
      extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 7 },
    });
    expect(formatError({ message: 'Not so.', extensions: { code: 'NOT_FOUND' } })).toStrictEqual({ message: 'Not so.', extensions: { code: 'NOT_FOUND' } });
  });

  it.each<[string, Record<string, unknown> | undefined]>([
    ['no extensions', undefined],
    ['no code', { secret: 1 }],
    ['a code that is none of ours', { code: 'SQL_ERROR', secret: 1 }],
    ['a code that every object has', { code: 'toString', secret: 1 }],
    ['a code that is no text', { code: ['NOT_FOUND'], secret: 1 }],
    ['the code of a mistake of ours', { code: 'INTERNAL_SERVER_ERROR', secret: 1 }],
  ])('with %s is masked, whatever it says', (_name, extensions) => {
    expect(formatError({ message: 'secret words', ...(extensions && { extensions }) })).toStrictEqual(masked);
  });

  it('keeps its place when it is masked', () => {
    const place = { locations: [{ line: 2, column: 1 }], path: ['user'] };
    expect(formatError({ message: 'secret words', ...place })).toStrictEqual({ ...masked, ...place });
  });

  it('is of bad input when a literal has no place in a scalar, whatever GraphQL calls that', () => {
    const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', [badLiteral]: true };
    const place = { locations: [{ line: 1, column: 1 }] };
    expect(formatError({ message: 'No date.', ...place, extensions })).toStrictEqual({ message: 'No date.', ...place, extensions: { code: 'BAD_USER_INPUT' } });
    expect(formatError({ message: 'No field.', extensions: { ...extensions, [badLiteral]: 'yes' } })).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
  });

  it('is not endless, however much of it the client wrote', () => {
    const extensions = { code: 'BAD_USER_INPUT' };
    const locations = Array.from({ length: 9 }, (_, line) => ({ line, column: 1 }));
    const of = (length: number) => formatError({ message: 'x'.repeat(length), locations, extensions });
    expect(of(400)).toStrictEqual({ message: 'x'.repeat(400), locations: locations.slice(0, 5), extensions });
    expect(of(401).message).toBe(`${'x'.repeat(400)}…`);
  });
});

describe('an error of the gateway’s own', () => {
  it('tells the client its code, and when and why where that is known; the detail is for the log', () => {
    const plain = new GatewayError('OVERLOADED', 'Busy.');
    expect([plain.name, plain.code, plain.detail, plain.extensions]).toEqual(['GatewayError', 'OVERLOADED', undefined, { code: 'OVERLOADED' }]);
    expect(Object.keys(plain.extensions)).toEqual(['code']);
    const full = new GatewayError('OVERLOADED', 'Busy.', { detail: 'line full', reason: 'circuit_open', retryAfterSeconds: 1 });
    expect(full.detail).toBe('line full');
    expect(JSON.parse(JSON.stringify(full))).toEqual({ message: 'Busy.', extensions: { code: 'OVERLOADED', reason: 'circuit_open', retryAfterSeconds: 1 } });
  });

  it('has no places in a stack, which nobody reads; other errors have theirs as before', () => {
    expect(new GatewayError('NOT_FOUND', 'No.').stack).not.toContain('    at ');
    expect(new Error('x').stack).toContain('    at ');
  });

  it('is found behind the error that GraphQL makes of it', () => {
    const own = new GatewayError('NOT_FOUND', 'No.');
    expect(gatewayErrorOf(own)).toBe(own);
    expect(gatewayErrorOf(new GraphQLError('No.', { originalError: own }))).toBe(own);
    expect(gatewayErrorOf(new GraphQLError('No.', { originalError: new Error('no') }))).toBeUndefined();
    expect(gatewayErrorOf(Object.assign(new Error('No.'), { originalError: own }))).toBeUndefined();
    expect(gatewayErrorOf(undefined)).toBeUndefined();
  });
});
