import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors.ts';
import { checkCursorForm, decodeCursor, encodeCursor, type Cursor } from '../../src/pagination/cursor.ts';

const cursorOf: fc.Arbitrary<Cursor> = fc.record({
  key: fc.option(
    fc.oneof(
      fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }),
      fc.constantFrom(0, -1, 1, 253_402_300_799_999),
    ),
  ),
  id: fc.stringMatching(/^[A-Za-z0-9._:@!~+=-]{1,128}$/),
  offset: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  total: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

const decode = (binding: string, cursor: string) =>
  decodeCursor(binding, { cursor, cursorArgument: 'after', isBackward: false, size: 1 });

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof GatewayError ? error.code : 'not ours';
  }
}

describe('a cursor', () => {
  it('a cursor round-trips in under 200 URL-safe characters', () => {
    fc.assert(
      fc.property(cursorOf, fc.string(), (cursor, binding) => {
        const text = encodeCursor(binding, cursor);
        expect(text).toMatch(/^[\w-]{1,199}$/);
        expect(decode(binding, text)).toEqual(cursor);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('a cursor of another list is rejected', () => {
    fc.assert(
      fc.property(cursorOf, fc.string(), fc.string(), (cursor, one, other) => {
        fc.pre(one !== other);
        expect(codeOf(() => decode(other, encodeCursor(one, cursor)))).toBe('BAD_USER_INPUT');
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it('a cursor with any byte changed, truncated or extended is rejected', () => {
    const text = encodeCursor('list', { key: 1_700_000_000_000, id: 'dGNzxH29pFm4Qhufh', offset: 3, total: 40 });
    const bytes = Buffer.from(text, 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const mangled = Buffer.from(bytes);
        mangled[index] = (mangled[index] ?? 0) ^ (1 << bit);
        expect(codeOf(() => decode('list', mangled.toString('base64url')))).toBe('BAD_USER_INPUT');
      }
      expect(codeOf(() => decode('list', bytes.toString('base64url', 0, index)))).toBe('BAD_USER_INPUT');
    }
    for (const longer of [`${text}A`, `${text}=`, ` ${text}`, text + text, text.replace(/^./, '%')]) {
      expect(codeOf(() => decode('list', longer))).toBe('BAD_USER_INPUT');
    }
  });

  it('a rejected cursor’s error names the argument and the remedy', () => {
    const message = '`before` is not a cursor of this list: use one from the same room, filter and order.';
    expect(() => decodeCursor('list', { cursor: 'x', cursorArgument: 'before', isBackward: true, size: 1 })).toThrow(
      message,
    );
  });

  it('every issued cursor passes the check of its form, before its list is known', () => {
    const check = (cursor: string | undefined) =>
      codeOf(() => checkCursorForm({ cursor, cursorArgument: 'after', isBackward: false, size: 1 }));
    fc.assert(
      fc.property(cursorOf, fc.string(), (cursor, binding) => {
        expect(check(encodeCursor(binding, cursor))).toBeUndefined();
      }),
      { seed: 4, numRuns: 500 },
    );
    expect(check(undefined)).toBeUndefined();
    const issued = encodeCursor('list', { key: 1, id: 'x', offset: 0, total: 1 });
    for (const text of [
      '',
      'x',
      issued.slice(0, -2),
      `${issued}=`,
      ` ${issued}`,
      `B${issued.slice(1)}`,
      'A'.repeat(513),
    ])
      expect(check(text), text).toBe('BAD_USER_INPUT');
    const message = '`before` is not a cursor: pass an `endCursor` or `startCursor` unchanged.';
    expect(() => checkCursorForm({ cursor: 'x', cursorArgument: 'before', isBackward: true, size: 1 })).toThrow(
      message,
    );
  });

  it('a cursor without an id, or of over 512 characters, is rejected', () => {
    const place = { key: 1, offset: 0, total: 1 };
    const roomy = encodeCursor('list', { ...place, id: 'x'.repeat(363) });
    expect([roomy.length, decode('list', roomy)?.id.length]).toEqual([512, 363]);
    expect(codeOf(() => decode('list', encodeCursor('list', { ...place, id: 'x'.repeat(364) })))).toBe(
      'BAD_USER_INPUT',
    );
    expect(encodeCursor('list', { ...place, id: 'x'.repeat(128) })).toHaveLength(199);
    expect(codeOf(() => decode('list', encodeCursor('list', { ...place, id: '' })))).toBe('BAD_USER_INPUT');
    expect(decode('list', encodeCursor('list', { ...place, id: 'x' }))?.id).toBe('x');
  });

  it('arbitrary text is rejected as a cursor', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 600 }), fc.base64String({ maxLength: 600 })), (text) => {
        expect(codeOf(() => decode('list', text))).toBe('BAD_USER_INPUT');
      }),
      { seed: 3, numRuns: 2000 },
    );
  });
});
