import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { readCredentials } from '../../src/http/request-headers.ts';

const read = (headersDistinct: Record<string, string[]>) =>
  readCredentials({ headersDistinct } as unknown as IncomingMessage);

describe('Credentials', () => {
  it.each(['a', '!', '~', 'x'.repeat(256)])('are both headers, each once: %j', (value) => {
    expect(read({ 'x-user-id': [value], 'x-auth-token': ['token'] })).toEqual({ userId: value, authToken: 'token' });
    expect(read({ 'x-user-id': ['user'], 'x-auth-token': [value] })).toEqual({ userId: 'user', authToken: value });
  });

  it.each<[string, string[] | undefined]>([
    ['missing', undefined],
    ['without a value', []],
    ['empty', ['']],
    ['given twice', ['a', 'a']],
    ['longer than any', ['x'.repeat(257)]],
    ['with a space', ['a b']],
    ['with a line break', ['a\nb']],
    ['with a control character', ['a\u007f']],
    ['not ASCII', ['ä']],
  ])('are none where one is %s', (_what, values) => {
    const given = (name: string) => (values === undefined ? {} : { [name]: values });
    expect(read({ 'x-auth-token': ['token'], ...given('x-user-id') })).toBeUndefined();
    expect(read({ 'x-user-id': ['user'], ...given('x-auth-token') })).toBeUndefined();
  });
});
