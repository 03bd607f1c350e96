import { describe, expect, it } from 'vitest';
import {
  asBoolean,
  asId,
  asInstant,
  asInt,
  asList,
  asObject,
  asObjects,
  asText,
  asTexts,
  isInstant,
  isNestedWithin,
  jsonBytes,
  jsonLength,
  maxBytesPerLength,
} from '../src/json.ts';

describe('readers of untrusted JSON', () => {
  const odd = [undefined, null, true, 0, 1.5, Number.NaN, '', 'x', [], [1], {}, { a: 1 }];

  it.each([
    ['asObject', asObject, [{}, { a: 1 }]],
    ['asText', asText, ['', 'x']],
    ['asId', asId, ['x']],
    ['asFlag', asBoolean, [true]],
    ['asInt', asInt, [0]],
    ['asInstant', asInstant, []],
  ] as const)('%s returns values of its type and undefined for others', (_name, read, kept) => {
    expect(odd.map((value) => read(value)).filter((value) => value !== undefined)).toEqual(kept);
  });

  it('asInt rejects what GraphQL’s Int cannot hold', () => {
    expect([2 ** 31 - 1, 2 ** 31, -(2 ** 31)].map(asInt)).toEqual([2 ** 31 - 1, undefined, undefined]);
  });

  it('list readers keep only items of their type', () => {
    expect(asList('x')).toEqual([]);
    expect(asTexts(['a', 1, null, 'b'])).toEqual(['a', 'b']);
    expect(asObjects([{ a: 1 }, 1, null, []])).toEqual([{ a: 1 }]);
  });
});

describe('an instant', () => {
  it.each([
    '2023-11-01T23:20:57.357Z',
    '2024-02-29T00:00:00Z',
    '2000-02-29T23:59:59.9Z',
    '2023-11-01T23:20:57.357+02:00',
    '0001-01-01T00:00:00.000Z',
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59+00:01',
  ])('%s is an instant', (text) => expect(isInstant(text)).toBe(true));

  it.each([
    '',
    'x',
    '2023',
    '2023-11-01',
    '2023-11-01T23:20:57.357',
    '0000-01-01T00:00:00+00:01', // in UTC, its year has no four digits
    '9999-12-31T23:59:59-00:01',
    '2023-13-01T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2023-04-31T00:00:00Z',
    '2023-00-10T00:00:00Z',
    '2023-01-00T00:00:00Z',
    '2023-01-01T24:00:00Z',
    '2023-01-01T00:60:00Z',
    '2023-01-01T00:00:60Z',
    '10000-01-01T00:00:00Z',
    '1577836800000',
    '2023-11-01 23:20:57Z',
    '2023-11-01T23:20:57.357Z ',
    '2023-11-01T23:20:57+25:00',
  ])('%j is not an instant', (text) => expect(isInstant(text)).toBe(false));

  it('in its usual form is what Date writes in the same way', () => {
    const isWritten = (text: string) =>
      !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text && !text.startsWith('+');
    const texts = ['2023-11-01T23:20:57.357Z', '2024-02-29T00:00:00.000Z', '1900-12-31T19:59:59.999Z'];
    for (const text of texts) {
      for (let index = 0; index < text.length; index += 1) {
        for (const character of ['0', '1', '2', '3', '6', '9', '/', ':', '-', '.', 'T', 'Z', 't', 'z', ' ', '٣']) {
          const changed = text.slice(0, index) + character + text.slice(index + 1);
          expect([changed, isInstant(changed)]).toEqual([changed, isWritten(changed)]);
        }
      }
    }
  });
});

describe('nesting', () => {
  const nested = (depth: number): unknown => {
    let value: unknown = 'leaf';
    for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { value };
    return value;
  };

  it('isNestedWithin counts levels of lists and objects', () => {
    expect(isNestedWithin('leaf', 0)).toBe(true);
    expect(isNestedWithin(nested(64), 64)).toBe(true);
    expect(isNestedWithin(nested(65), 64)).toBe(false);
  });

  it('isNestedWithin overflows no stack at any depth', () => {
    expect(isNestedWithin(nested(200_000), 256)).toBe(false);
  });
});

describe('the size of a value as JSON', () => {
  const values: readonly unknown[] = [
    null,
    true,
    false,
    0,
    9,
    10,
    999,
    1000,
    -1,
    0.5,
    1e21,
    -1.797_693_134_862_315_7e308,
    '',
    'a"b',
    'é中😀',
    '\ud800',
    '\u0001'.repeat(50),
    '\u2028\u007f',
    'x'.repeat(199),
    'x'.repeat(200),
    `${'x'.repeat(300)}\n`,
    [],
    {},
    [1],
    { a: 1 },
    [[], {}],
    { 'x"': [1, 2, {}, { y: '\t' }] },
    { a: undefined, b: 1 },
    JSON.parse('{"__proto__":{"a":[1]}}'),
    Array.from({ length: 50 }, () => 'y'),
    Array.from({ length: 50 }, () => -1.797_693_134_862_315_7e308),
  ];

  it('jsonBytes is exact', () => {
    for (const value of values)
      expect(jsonBytes(value, 1e9), String(value)).toBe(Buffer.byteLength(JSON.stringify(value)));
  });

  it('jsonBytes stops counting beyond the limit', () => {
    const long = Array.from({ length: 1000 }, () => ({ name: 'x'.repeat(100) }));
    for (const value of [long, { a: long, b: long }]) expect(jsonBytes(value, 1000)).toBeLessThan(2500);
  });

  it('jsonBytes is between jsonLength and maxBytesPerLength times that', () => {
    for (const value of values) {
      const bytes = Buffer.byteLength(JSON.stringify(value));
      expect(maxBytesPerLength * jsonLength(value, 256), String(value)).toBeGreaterThanOrEqual(bytes);
      expect(jsonLength(value, 256), String(value)).toBeLessThanOrEqual(bytes + 12);
    }
  });

  it('jsonLength is infinite for a value nested too deeply', () => {
    expect([
      jsonLength([[['x']]], 3),
      jsonLength([[['x']]], 2),
      jsonLength({ a: { b: 1 } }, 1),
      jsonLength('x', 0),
    ]).toEqual([12, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 3]);
  });
});

describe('Sizes of JSON', () => {
  it.each([
    [0, 1],
    [999, 1],
    [1000, 4],
    [-1, 4],
    [true, 4],
    [null, 4],
    [undefined, 4],
    ['', 2],
    ['ab', 4],
    [[], 2],
    [['ab', 5], 2 + 5 + 2],
    [[['x']], 2 + 1 + 6],
    [{}, 2],
    [{ key: 'ab' }, 2 + 4 + 3 + 4],
    [{ key: 5, k: [] }, 2 + (4 + 3 + 1) + (4 + 1 + 2)],
  ])('jsonLength of %j is %i', (value, length) => {
    expect(jsonLength(value, 2)).toBe(length);
  });

  it('isNestedWithin looks at every item and property', () => {
    const within = (value: unknown) => isNestedWithin(value, 1);
    expect([['x', 5, null], { a: 1, b: 'x', c: null }, [], {}].map(within)).toEqual([true, true, true, true]);
    expect([['x', []], ['x', {}], { a: 1, b: {} }, { a: 1, b: [] }].map(within)).toEqual([false, false, false, false]);
    expect([isNestedWithin(null, 0), isNestedWithin([], 0), isNestedWithin({}, 0)]).toEqual([true, false, false]);
  });

  it('jsonBytes goes on at the limit itself, and stops at the first value beyond it', () => {
    expect(jsonBytes(['a', 'b'], 5)).toBeGreaterThan(5);
    expect(jsonBytes({ a: 1, b: 2 }, 7)).toBeGreaterThan(7);
    const trap = Object.defineProperty(['y'.repeat(60)], 1, { get: () => expect.unreachable(), enumerable: true });
    const trapped = Object.defineProperty({ y: 'y'.repeat(60) }, 'z', {
      get: () => expect.unreachable(),
      enumerable: true,
    });
    for (const inner of [trap, trapped]) {
      expect(jsonBytes(['x'.repeat(50), inner, expect], 100)).toBeGreaterThan(100);
      expect(jsonBytes({ x: 'x'.repeat(50), inner }, 100)).toBeGreaterThan(100);
    }
  });
});

describe('Days that not every month has', () => {
  it.each([
    ['2023-01-29T00:00:00.000Z', true],
    ['2023-01-31T00:00:00.000Z', true],
    ['2023-04-31T00:00:00.000Z', false],
    ['2023-02-28T00:00:00+00:00', true],
    ['2023-02-29T00:00:00Z', false],
    ['2024-02-29T00:00:00Z', true],
    ['1900-02-29T00:00:00Z', false],
    ['2000-02-29T00:00:00Z', true],
    ['0000-01-01T00:00:00+00:00', true],
    ['0000-01-01T00:00:00+00:01', false],
    ['9999-12-31T23:59:59-00:01', false],
  ])('%s: %s', (text, expected) => {
    expect(isInstant(text)).toBe(expected);
  });
});
