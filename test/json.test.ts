import { describe, expect, it } from 'vitest';
import { asFlag, asId, asInstant, asInt, asList, asObject, asObjects, asText, asTexts, isInstant, isNestedWithin } from '../src/json.ts';

describe('readers of untrusted JSON', () => {
  const odd = [undefined, null, true, 0, 1.5, Number.NaN, '', 'x', [], [1], {}, { a: 1 }];

  it.each([
    ['asObject', asObject, [{}, { a: 1 }]],
    ['asText', asText, ['', 'x']],
    ['asId', asId, ['x']],
    ['asFlag', asFlag, [true]],
    ['asInt', asInt, [0]],
    ['asInstant', asInstant, []],
  ] as const)('%s keeps its own kind and answers undefined for the rest', (_name, read, kept) => {
    expect(odd.map((value) => read(value)).filter((value) => value !== undefined)).toEqual(kept);
  });

  it('asInt refuses what GraphQL cannot hold', () => {
    expect([2 ** 31 - 1, 2 ** 31, -(2 ** 31)].map(asInt)).toEqual([2 ** 31 - 1, undefined, undefined]);
  });

  it('lists keep only what fits in them', () => {
    expect(asList('x')).toEqual([]);
    expect(asTexts(['a', 1, null, 'b'])).toEqual(['a', 'b']);
    expect(asObjects([{ a: 1 }, 1, null, []])).toEqual([{ a: 1 }]);
  });
});

describe('an instant', () => {
  it.each([
    '2023-11-01T23:20:57.357Z', '2024-02-29T00:00:00Z', '2000-02-29T23:59:59.9Z', '2023-11-01T23:20:57.357+02:00', '0001-01-01T00:00:00.000Z',
  ])('is %s', (text) => expect(isInstant(text)).toBe(true));

  it.each([
    '', 'x', '2023', '2023-11-01', '2023-11-01T23:20:57.357', '2023-13-01T00:00:00Z', '2023-02-29T00:00:00Z', '1900-02-29T00:00:00Z',
    '2023-04-31T00:00:00Z', '2023-00-10T00:00:00Z', '2023-01-00T00:00:00Z', '2023-01-01T24:00:00Z', '2023-01-01T00:60:00Z',
    '2023-01-01T00:00:60Z', '10000-01-01T00:00:00Z', '1577836800000', '2023-11-01 23:20:57Z', '2023-11-01T23:20:57.357Z ', '2023-11-01T23:20:57+25:00',
  ])('is not %j', (text) => expect(isInstant(text)).toBe(false));
});

describe('nesting', () => {
  const nested = (depth: number): unknown => {
    let value: unknown = 'leaf';
    for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { value };
    return value;
  };

  it('is measured in levels of lists and objects', () => {
    expect(isNestedWithin('leaf', 0)).toBe(true);
    expect(isNestedWithin(nested(64), 64)).toBe(true);
    expect(isNestedWithin(nested(65), 64)).toBe(false);
  });

  it('of any depth exhausts no stack', () => {
    expect(isNestedWithin(nested(200_000), 256)).toBe(false);
  });
});
