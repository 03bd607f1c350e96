import { Kind, parseValue } from 'graphql';
import { describe, expect, it } from 'vitest';
import { maxJsonDepth } from '../../src/json.ts';
import { DateTime, isNormalInstant, Json } from '../../src/resolvers/scalars.ts';

const usual = '2023-11-01T23:20:57.357Z';
const advice = 'is not a date-time: give ISO 8601 with a time zone, such as "2023-11-01T23:20:57.357Z".';

describe('DateTime', () => {
  it('is named so', () => expect(DateTime.name).toBe('DateTime'));

  it.each([
    [usual, usual],
    ['2023-11-01T23:20:57Z', '2023-11-01T23:20:57.000Z'],
    ['2023-11-02T01:20:57.357+02:00', usual],
  ])('writes and reads %s as %s', (given, written) => {
    expect(DateTime.serialize(given)).toBe(written);
    expect(DateTime.parseValue(given)).toBe(written);
    expect(DateTime.parseLiteral({ kind: Kind.STRING, value: given })).toBe(written);
  });

  it.each([5, null, undefined, 'yesterday', '2023-11-01', { $date: 1 }])('writes no %j of the workspace', (value) => {
    expect(() => DateTime.serialize(value)).toThrow(
      expect.objectContaining({
        code: 'UPSTREAM_BAD_RESPONSE',
        message: 'The workspace returned an invalid date-time.',
      }) as Error,
    );
  });

  it('says what is wrong with a value of the client, and quotes no more than 64 characters', () => {
    const messageOf = (work: () => unknown): string => {
      try {
        work();
      } catch (error) {
        return (error as Error).message;
      }
      return 'none';
    };
    expect(messageOf(() => DateTime.parseValue('yesterday'))).toBe(`"yesterday" ${advice}`);
    expect(messageOf(() => DateTime.parseValue(5))).toBe(`5 ${advice}`);
    expect(messageOf(() => DateTime.parseValue(undefined))).toBe(`nothing ${advice}`);
    expect(messageOf(() => DateTime.parseValue('x'.repeat(100)))).toBe(`"${'x'.repeat(63)} ${advice}`);
    expect(messageOf(() => DateTime.parseLiteral(parseValue('5')))).toBe(`5 ${advice}`);
    expect(messageOf(() => DateTime.parseLiteral(parseValue('"2023"')))).toBe(`"2023" ${advice}`);
    expect(() => DateTime.parseValue('yesterday')).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT' }) as Error,
    );
  });

  it('is in its usual form in UTC with milliseconds alone', () => {
    expect([usual, '2023-11-01T23:20:57.35+0', '2023-11-01T23:20:57Z'].map(isNormalInstant)).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('JSON', () => {
  const nested = (levels: number): unknown => {
    let value: unknown = 'x';
    for (let level = 0; level < levels; level += 1) value = [value];
    return value;
  };

  it('is any value that is not nested too deeply', () => {
    expect(Json.name).toBe('JSON');
    for (const value of [null, 5, 'x', { a: [1] }, nested(maxJsonDepth)]) expect(Json.serialize(value)).toBe(value);
    expect(() => Json.serialize(nested(maxJsonDepth + 1))).toThrow(
      expect.objectContaining({
        code: 'UPSTREAM_BAD_RESPONSE',
        message: 'The workspace returned a value that is nested too deeply.',
      }) as Error,
    );
  });
});
