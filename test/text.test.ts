import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printable, wrap } from '../src/text.ts';

describe('printable', () => {
  it('keeps what a terminal shows as it is', () => {
    expect(printable('Café – 東京 👍, “quoted” & <tagged>')).toBe('Café – 東京 👍, “quoted” & <tagged>');
  });

  it.each([
    ['escape sequences', '\u001b[31mred', '?[31mred'],
    ['the single character that begins one', '\u009b31m', '?31m'],
    ['line breaks', 'a\r\nb\u2028c\u2029d\u0085e', 'a??b?c?d?e'],
    ['marks of direction', 'a\u202eb\u2066c\u200fd', 'a?b?c?d'],
    ['what takes no room', 'a\u200bb\ufeffc\u00add', 'a?b?c?d'],
    ['half characters', 'a\ud83d', 'a?'],
  ])('replaces %s', (_name, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('cuts what is longer, in one character too', () => {
    expect([printable('abcd', 4), printable('abcde', 4), printable('abc👍', 4)]).toEqual(['abcd', 'abcd…', 'abc?…']);
  });

  it('leaves nothing that moves a cursor, whatever it gets', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(50), (text, length) => {
        expect(printable(text, length)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(printable(text, length).length).toBeLessThanOrEqual(length + 1);
      }),
      { seed: 1 },
    );
  });
});

describe('wrap', () => {
  it('breaks between words, at the last that fits', () => {
    expect(wrap('aa bb cc', '  ', 7)).toEqual(['  aa bb', '  cc']);
    expect(wrap('aa bb cc', '  ', 6)).toEqual(['  aa', '  bb', '  cc']);
  });

  it('leaves a word whole that is longer than a line', () => {
    expect(wrap('a longword b', '', 4)).toEqual(['a', 'longword', 'b']);
    expect(wrap('longword', '', 4)).toEqual(['longword']);
  });
});
