import { GraphQLError, parse, validate, type GraphQLFormattedError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../src/schema/executable.ts';
import { correctCode, errorCodes, formatError, GatewayError, gatewayErrorOf, refusalOfRequest } from '../src/errors.ts';

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
    expect(formatError({ message: 'Not so.', extensions: { code: 'NOT_FOUND' } })).toStrictEqual({
      message: 'Not so.',
      extensions: { code: 'NOT_FOUND' },
    });
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

  it('says in our words what graphql-js and Apollo Server say of themselves', () => {
    const told = (message: string, extensions: Record<string, unknown>) =>
      formatError({ message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED', ...extensions } });
    const off = told('pass introspection: true to ApolloServer', { validationErrorCode: 'INTROSPECTION_DISABLED' });
    expect(off).toStrictEqual({
      message: 'Introspection is off here: ask `{ _service { sdl } }` for the schema.',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
    expect(told('recursively requests', { validationErrorCode: 'MAX_RECURSIVE_SELECTIONS_EXCEEDED' }).message).toMatch(
      /^The query has too many selections/,
    );
    expect(told('Too many validation errors, error limit reached. Validation aborted.', {}).message).toBe(
      'There are more mistakes than these.',
    );
    expect(told('Too many errors processing variables, error limit reached. Execution aborted.', {}).message).toBe(
      'There are more wrong values than these.',
    );
  });

  it('keeps the words by which clients know that a persisted query is not known, and says what to do beside them', () => {
    for (const [code, message] of [
      ['PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound'],
      ['PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported'],
    ] as const) {
      expect(formatError({ message, extensions: { code } }, { givesHints: false })).toStrictEqual({
        message,
        extensions: { code, hint: errorCodes[code].meaning },
      });
    }
  });

  it('proposes no names of the schema where hints are off', () => {
    const extensions = { code: 'BAD_USER_INPUT' };
    const told = (message: string, givesHints: boolean) => formatError({ message, extensions }, { givesHints }).message;
    expect(told('No "a". Did you mean "b" or "c"?', true)).toBe('No "a". Did you mean "b" or "c"?');
    expect(told('No "a". Did you mean "b" or "c"?', false)).toBe('No "a".');
    expect(told('"Did you mean x" is none. Did you mean "y"?', false)).toBe('"Did you mean x" is none.');
    expect(told('"Did you mean x" is none.', false)).toBe('"Did you mean x" is none.');
    expect(told('What?', false)).toBe('What?');
    // Not a matter of the square of its length, which would take hours.
    expect(told(`${'Did you mean '.repeat(1_000_000)}x`, false)).toHaveLength(401);
  });

  it('holds no halves of characters: strict readers of JSON would refuse the whole answer', () => {
    const told = (message: string) => formatError({ message, extensions: { code: 'BAD_USER_INPUT' } }).message;
    expect(told('a \ud83d')).toBe('a \ufffd');
    expect(told('💬'.repeat(400)).isWellFormed()).toBe(true);
    expect(told(`x${'💬'.repeat(400)}`)).toBe(`x${'💬'.repeat(199)}\ufffd…`);
  });

  it('is not endless, however much of it the client wrote', () => {
    const extensions = { code: 'BAD_USER_INPUT' };
    const locations = Array.from({ length: 9 }, (_, line) => ({ line, column: 1 }));
    const of = (length: number) => formatError({ message: 'x'.repeat(length), locations, extensions });
    expect(of(400)).toStrictEqual({ message: 'x'.repeat(400), locations: locations.slice(0, 5), extensions });
    expect(of(401).message).toBe(`${'x'.repeat(400)}…`);
  });
});

describe('the code of an error', () => {
  const schema = createSchema();
  const codesOf = (query: string): unknown[] =>
    validate(schema, parse(query)).map(({ message, nodes }) => {
      const error = new GraphQLError(message, {
        nodes: nodes ?? null,
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      });
      correctCode(error);
      return error.extensions['code'];
    });

  it.each([
    ['first: "5"', ['BAD_USER_INPUT']],
    ['first: 5.5', ['BAD_USER_INPUT']],
    ['first: 2147483648', ['BAD_USER_INPUT']],
    ['first: true', ['BAD_USER_INPUT']],
    ['first: A', ['BAD_USER_INPUT']],
    ['first: [1]', ['BAD_USER_INPUT']],
    ['first: {}', ['BAD_USER_INPUT']],
    ['after: 5', ['BAD_USER_INPUT']],
    ['orderBy: { field: X, direction: ASC }', ['BAD_USER_INPUT']],
    ['orderBy: { field: CREATED_AT }', ['BAD_USER_INPUT']],
    ['orderBy: { field: CREATED_AT, direction: null }', ['BAD_USER_INPUT']],
    ['orderBy: { field: CREATED_AT, direction: ASC, more: 1 }', ['BAD_USER_INPUT']],
    ['frist: 5', ['GRAPHQL_VALIDATION_FAILED']],
    ['first: $x', ['GRAPHQL_VALIDATION_FAILED']],
    ['first: 1, first: 2', ['GRAPHQL_VALIDATION_FAILED']],
    ['orderBy: { field: CREATED_AT, field: CREATED_AT, direction: ASC }', ['GRAPHQL_VALIDATION_FAILED']],
  ])('says whether a value is wrong or the query: %s', (args, codes) => {
    expect(codesOf(`{ directMessages(${args}) { totalCount } }`)).toEqual(codes);
  });

  it('says so of a date, of a default and of what is missing', () => {
    expect(codesOf('{ directMessage(id: "x") { history(range: { since: "x" }) { __typename } } }')).toEqual([
      'BAD_USER_INPUT',
    ]);
    expect(codesOf('query ($first: Int = "5") { directMessages(first: $first) { totalCount } }')).toEqual([
      'BAD_USER_INPUT',
    ]);
    expect(codesOf('{ directMessage { id } }')).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    expect(codesOf('query ($first: String) { directMessages(first: $first) { totalCount } }')).toEqual([
      'GRAPHQL_VALIDATION_FAILED',
    ]);
  });

  it('is of bad input where graphql-js gives none, and of a large query where Apollo Server finds one', () => {
    const corrected = (message: string, extensions: Record<string, unknown> = {}) => {
      const error = new GraphQLError(message, { extensions });
      correctCode(error);
      return error.extensions['code'];
    };
    expect(corrected('Too many errors processing variables, error limit reached. Execution aborted.')).toBe(
      'BAD_USER_INPUT',
    );
    expect(
      corrected('Too many', {
        code: 'GRAPHQL_VALIDATION_FAILED',
        validationErrorCode: 'MAX_RECURSIVE_SELECTIONS_EXCEEDED',
      }),
    ).toBe('QUERY_TOO_COMPLEX');
    expect(corrected('Anything else')).toBeUndefined();
  });
});

describe('the refusal of a request', () => {
  it('has the status of its code, for Apollo Server to take out, and its place', () => {
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

  it('has the header Retry-After when it says when to try again', () => {
    const { extensions } = new GatewayError('RATE_LIMITED', 'Later.', { retryAfterSeconds: 7, httpStatus: 429 });
    expect(extensions).toEqual({
      code: 'RATE_LIMITED',
      retryAfterSeconds: 7,
      http: { status: 429, headers: new Map([['retry-after', '7']]) },
    });
  });
});

describe('an error of the gateway’s own', () => {
  it('tells the client its code, and when and why where that is known; the detail is for the log', () => {
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
