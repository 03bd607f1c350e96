import { GraphQLError, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/errors.ts';
import { correctCode, formatError } from '../../src/operation/format-error.ts';
import { createSchema } from '../../src/schema/executable.ts';

const masked = { message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR' } };

describe('formatError', () => {
  it('errors keep their message, place and extensions, and lose their stack', () => {
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
    ['an unknown code', { code: 'SQL_ERROR', secret: 1 }],
    ['the name of an inherited property as its code', { code: 'toString', secret: 1 }],
    ['a code that is not a string', { code: ['NOT_FOUND'], secret: 1 }],
    ['the code of an internal error', { code: 'INTERNAL_SERVER_ERROR', secret: 1 }],
  ])('an error with %s is masked', (_name, extensions) => {
    expect(formatError({ message: 'secret words', ...(extensions && { extensions }) })).toStrictEqual(masked);
  });

  it('a masked error keeps its locations and path', () => {
    const place = { locations: [{ line: 2, column: 1 }], path: ['user'] };
    expect(formatError({ message: 'secret words', ...place })).toStrictEqual({ ...masked, ...place });
  });

  it('messages in which graphql-js and Apollo Server mention themselves are replaced', () => {
    const formatted = (message: string, extensions: Record<string, unknown>) =>
      formatError({ message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED', ...extensions } });
    const off = formatted('pass introspection: true to ApolloServer', {
      validationErrorCode: 'INTROSPECTION_DISABLED',
    });
    expect(off).toStrictEqual({
      message: 'Introspection is disabled: query `{ _service { sdl } }` for the schema.',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
    expect(
      formatted('recursively requests', { validationErrorCode: 'MAX_RECURSIVE_SELECTIONS_EXCEEDED' }).message,
    ).toMatch(/^The query has too many selections/);
    expect(formatted('Too many validation errors, error limit reached. Validation aborted.', {}).message).toBe(
      'There are more errors than these.',
    );
    expect(formatted('Too many errors processing variables, error limit reached. Execution aborted.', {}).message).toBe(
      'There are more invalid values than these.',
    );
  });

  it('persisted-query errors keep the messages that clients match on, and say in `hint` what to do', () => {
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

  it('errors suggest no names of the schema when hints are off', () => {
    const extensions = { code: 'BAD_USER_INPUT' };
    const messageOf = (message: string, givesHints: boolean) =>
      formatError({ message, extensions }, { givesHints }).message;
    expect(messageOf('No "a". Did you mean "b" or "c"?', true)).toBe('No "a". Did you mean "b" or "c"?');
    expect(messageOf('No "a". Did you mean "b" or "c"?', false)).toBe('No "a".');
    expect(messageOf('"Did you mean x" is none. Did you mean "y"?', false)).toBe('"Did you mean x" is none.');
    expect(messageOf('"Did you mean x" is none.', false)).toBe('"Did you mean x" is none.');
    expect(messageOf('What?', false)).toBe('What?');
    // Quadratic time would take hours here.
    expect(messageOf(`${'Did you mean '.repeat(1_000_000)}x`, false)).toHaveLength(401);
  });

  it('messages have no lone surrogates, for which strict JSON parsers would reject the whole response', () => {
    const messageOf = (message: string) => formatError({ message, extensions: { code: 'BAD_USER_INPUT' } }).message;
    expect(messageOf('a \ud83d')).toBe('a \ufffd');
    expect(messageOf('💬'.repeat(400)).isWellFormed()).toBe(true);
    expect(messageOf(`x${'💬'.repeat(400)}`)).toBe(`x${'💬'.repeat(199)}\ufffd…`);
  });

  it('messages and locations are truncated, however long the client’s input', () => {
    const extensions = { code: 'BAD_USER_INPUT' };
    const locations = Array.from({ length: 9 }, (_, line) => ({ line, column: 1 }));
    const of = (length: number) => formatError({ message: 'x'.repeat(length), locations, extensions });
    expect(of(400)).toStrictEqual({ message: 'x'.repeat(400), locations: locations.slice(0, 5), extensions });
    expect(of(401).message).toBe(`${'x'.repeat(400)}…`);
  });
});

describe('correctCode', () => {
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
  ])('the code distinguishes invalid values from invalid queries: %s', (args, codes) => {
    expect(codesOf(`{ directMessages(${args}) { totalCount } }`)).toEqual(codes);
  });

  it('the code distinguishes invalid values from invalid queries, also for dates, defaults and missing arguments', () => {
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

  it('too many invalid variables are BAD_USER_INPUT, too many selections QUERY_TOO_COMPLEX', () => {
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
