import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { readCredentials } from '../../src/http/request-headers.ts';

/** Header lines as a client may write them. */
const read = (headers: Record<string, string[]>) => {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    values.map((value) => [name.replace('user', 'USER'), value]),
  );
  return readCredentials({ rawHeaders: ['Host', 'a', ...lines.flat()] } as unknown as IncomingMessage);
};

describe('readCredentials', () => {
  it.each(['a', '!', '~', 'x'.repeat(256)])(
    'credentials are X-User-Id and X-Auth-Token, each sent once: %j',
    (value) => {
      expect(read({ 'x-user-id': [value], 'x-auth-token': ['token'] })).toEqual({ userId: value, authToken: 'token' });
      expect(read({ 'x-user-id': ['user'], 'x-auth-token': [value] })).toEqual({ userId: 'user', authToken: value });
    },
  );

  it.each<[string, string[] | undefined]>([
    ['missing', undefined],
    ['without a value', []],
    ['empty', ['']],
    ['given twice', ['a', 'a']],
    ['too long', ['x'.repeat(257)]],
    ['with a space', ['a b']],
    ['with a line break', ['a\nb']],
    ['with a control character', ['a\u007f']],
    ['not ASCII', ['ä']],
  ])('credentials are undefined if one header is %s', (_what, values) => {
    const given = (name: string) => (values === undefined ? {} : { [name]: values });
    expect(read({ 'x-auth-token': ['token'], ...given('x-user-id') })).toBeUndefined();
    expect(read({ 'x-user-id': ['user'], ...given('x-auth-token') })).toBeUndefined();
  });
});
