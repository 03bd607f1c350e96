import { describe, expect, it } from 'vitest';
import { host, wholeNumber } from '../../src/config/values.ts';

/** A host name of the given length, in labels of at most 63 characters. */
const nameOf = (length: number): string => `${`${'a'.repeat(61)}.`.repeat(4)}${'b'.repeat(length - 4 * 62)}`;

describe('host', () => {
  it('a host name has at most 253 characters', () => {
    const names = [nameOf(253), nameOf(254)];
    expect(names.map(({ length }) => length)).toEqual([253, 254]);
    expect(names.map((name) => host.safeParse(name).success)).toEqual([true, false]);
  });

  it('a label of a host name has 1 to 63 characters', () => {
    const names = ['a', 'a'.repeat(63), 'a'.repeat(64), 'a..b', '.a', 'a.', 'a..'];
    expect(names.map((name) => host.safeParse(name).success)).toEqual([true, true, false, false, false, true, false]);
  });

  it('a label of a host name does not begin with a hyphen, and has no character that names cannot have', () => {
    const names = ['a-', '-a', 'a.-b', 'a!', '!a', 'a b'];
    expect(names.map((name) => host.safeParse(name).success)).toEqual([true, false, false, false, false, false]);
  });

  it('a host of digits and dots alone must be an address', () => {
    const hosts = ['10.0.0.1', '10.0.0', '10.0.0.256', '1', '1a', 'a1', '1.a'];
    expect(hosts.map((text) => host.safeParse(text).success)).toEqual([true, false, false, false, true, true, true]);
  });
});

describe('whole number', () => {
  it.each(['x80', ' 80', '\n80', '+80', '-80', '0x50', '0b11', '80x', '80 ', '80.0', '8e1', ''])(
    'a number with text around its digits is refused: %j',
    (text) => {
      const { error } = wholeNumber(0, 1000).safeParse(text);
      expect(error?.issues.map(({ message }) => message)).toEqual(['expected a whole number from 0 to 1000']);
    },
  );

  it('a whole number may have leading zeros, and includes both ends of its range', () => {
    expect(['007', '7', '9'].map((text) => wholeNumber(7, 9).safeParse(text).data)).toEqual([7, 7, 9]);
    expect(['6', '10'].map((text) => wholeNumber(7, 9).safeParse(text).success)).toEqual([false, false]);
  });
});
