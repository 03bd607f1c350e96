import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { checkId, checkRoomId, checkUsername } from '../../src/resolvers/ids.ts';

const refused = (run: () => unknown) => {
  try {
    run();
    return false;
  } catch (error) {
    return error instanceof GatewayError && error.code === 'BAD_USER_INPUT';
  }
};

describe('an id', () => {
  it.each(['a', 'rYhzFRd2QZjNwAAXXrocket.cat', 'A-Z_0.9:@!~+=', 'x'.repeat(128)])('is %s', (id) => {
    expect(checkId(id, 'id')).toBe(id);
  });

  it.each([
    '',
    'x'.repeat(129),
    'a b',
    'a,b',
    'a[]',
    '&x=1',
    '%00',
    '../',
    '😀',
    '\uD800',
    'a\r\nb',
    'a/b',
    'a?b',
    'a#b',
  ])('%j is not an id', (id) => expect(refused(() => checkId(id, 'id'))).toBe(true));
});

describe('a room id', () => {
  it('a room id may be any id except the forms that upstream takes for a user, and would create a room for', () => {
    expect(checkRoomId('r1', 'id', 'me')).toBe('r1');
    expect(refused(() => checkRoomId('@bob', 'id', 'me'))).toBe(true);
    expect(refused(() => checkRoomId('me', 'id', 'me'))).toBe(true);
  });
});

describe('a username', () => {
  it.each(['bob', 'test.john', 'Jürgen', 'b@d', '李'])('is %s', (name) =>
    expect(checkUsername(name, 'username')).toBe(name),
  );
  it.each(['', '@bob', 'a b', 'a,b', 'a\nb', '\uD800', 'x'.repeat(129)])('%j is not a username', (name) =>
    expect(refused(() => checkUsername(name, 'username'))).toBe(true),
  );
});
