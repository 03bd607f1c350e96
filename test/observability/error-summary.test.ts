import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { summariseErrors } from '../../src/observability/error-summary.ts';

const located = (error: Error, path: readonly (string | number)[] = ['a']) =>
  new GraphQLError(error.message, {
    originalError: error,
    path,
    ...(error instanceof GatewayError && { extensions: error.extensions }),
  });
const times = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe('Error summary', () => {
  it('the error summary counts the errors of each code', () => {
    const errors = [...times(3, () => new GatewayError('FORBIDDEN', 'No.')), new GatewayError('NOT_FOUND', 'None.')];
    expect(summariseErrors(errors)).toEqual({ codes: { FORBIDDEN: 3, NOT_FOUND: 1 }, details: [], unexpected: [] });
    expect(summariseErrors([])).toEqual({ codes: {}, details: [], unexpected: [] });
  });

  it('the error summary lists up to five distinct details, also of errors that GraphQL wrapped', () => {
    const failed = (detail: string) => new GatewayError('UPSTREAM_UNAVAILABLE', 'It is down.', { detail });
    expect(summariseErrors([failed('503'), located(failed('503')), located(failed('502'))]).details).toEqual([
      'It is down. (503)',
      'It is down. (502)',
    ]);
    expect(summariseErrors(times(9, (index) => failed(String(index)))).details).toEqual(
      times(5, (index) => `It is down. (${index})`),
    );
  });

  it('the error summary describes up to five unexpected errors without their messages', () => {
    const { codes, details, unexpected } = summariseErrors(
      times(7, (index) => located(new TypeError('private words'), ['rooms', index, 'topic'])),
    );
    expect({ codes, details, count: unexpected.length }).toEqual({
      codes: { INTERNAL_SERVER_ERROR: 7 },
      details: [],
      count: 5,
    });
    expect(unexpected[1]).toMatchObject({
      path: 'rooms.1.topic',
      kind: 'TypeError',
      frames: expect.arrayContaining([expect.stringMatching(/^at /)]) as unknown,
    });
    expect(JSON.stringify(unexpected)).not.toContain('private words');
  });

  it('the error summary treats errors without a string code as unexpected', () => {
    const errors = [new GraphQLError('x'), new GraphQLError('x', { extensions: { code: 7 } })];
    expect(summariseErrors(errors)).toMatchObject({
      codes: { INTERNAL_SERVER_ERROR: 2 },
      unexpected: [{ kind: 'GraphQLError' }, { kind: 'GraphQLError' }],
    });
  });
});
