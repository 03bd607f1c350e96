import { describe, expect, it } from 'vitest';
import { OperationGuard } from '../../src/operation/size-guard.ts';

describe('OperationGuard', () => {
  const guard = new OperationGuard();

  it('a query of ordinary size passes the size guard, the first and the second time', () => {
    for (const query of ['{ viewer { userId } }', '{ viewer { userId } }'])
      expect(guard.refusalOf(query, true)).toBeUndefined();
  });

  it('the size guard leaves syntax errors to the parser', () => {
    for (const query of ['{', '\u0000', '"', '', 'query { ...F } fragment F on'])
      expect(guard.refusalOf(query, true)).toBeUndefined();
  });

  it.each([
    ['aliases', `{ ${'a: b '.repeat(51)} }`],
    ['aliases', `{ ...F } fragment F on T { ${'a: b '.repeat(51)} }`],
    ['characters in one alias', `{ ${'a'.repeat(101)}: b }`],
    ['directives', `query @d { a ${'@d '.repeat(50)} }`],
    ['directives', `query($v: Int ${'@d '.repeat(51)}) { a }`],
    ['directives', `{ ...F ${'@d '.repeat(25)} } fragment F on T ${'@d '.repeat(26)} { a }`],
    ['levels of fields', `${'{ a '.repeat(13)}${'}'.repeat(13)}`],
    ['levels of fields', `{ a { ...F } } fragment F on T ${'{ a '.repeat(12)}${'}'.repeat(12)}`],
    ['levels of introspection', `{ __schema ${'{ a '.repeat(20)}${'}'.repeat(20)} }`],
    ['nested brackets', `{ a(b: ${'['.repeat(100)}${']'.repeat(100)}) }`],
    ['selections of one field', `{ ${'a '.repeat(101)} }`],
    ['tokens', `{ ${'a '.repeat(1999)}}`],
    ['tokens', `${'a '.repeat(2001)}"`], // before it is no GraphQL
    [
      'selections, fragments expanded',
      `{ ${'...F '.repeat(50)} } fragment F on T { ${Array.from({ length: 50 }, (_, index) => `f${index}`).join(' ')} }`,
    ],
  ])('the size guard rejects a query with too many %s', (what, query) => {
    expect(guard.refusalOf(query, true)).toContain(what);
    expect(guard.refusalOf(query, true)).toContain(what);
  });

  it('a query of 2,000 tokens passes; comments, spaces and commas are no tokens', () => {
    const fields = Array.from({ length: 1998 }, (_, index) => `f${index}`).join(' ');
    expect(guard.refusalOf(`{ ${fields} }`, true)).toBeUndefined();
    expect(guard.refusalOf(`{ ${fields} } ${'#\n, '.repeat(10_000)}`, true)).toBeUndefined();
    expect(guard.refusalOf(`{ ${fields} one }`, true)).toContain('2000 tokens');
  });

  it('inline fragments add no depth, and circular fragments end the count', () => {
    expect(guard.refusalOf(`{ ${'... { '.repeat(20)} a ${'}'.repeat(20)} }`, true)).toBeUndefined();
    expect(
      guard.refusalOf('{ ...A } fragment A on T { a { ...A } ...B } fragment B on T { ...A ...C }', true),
    ).toBeUndefined();
  });

  it('the size guard evicts cached verdicts, and does not cache long queries', () => {
    for (let index = 0; index < 600; index += 1) expect(guard.refusalOf(`{ f${index} }`, true)).toBeUndefined();
    expect(guard.refusalOf(`{ a } #${'x'.repeat(9000)}`, true)).toBeUndefined();
    expect(guard.refusalOf('{ f0 }', true)).toBeUndefined();
  });

  const times = (count: number, write: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => write(index)).join(' ');
  const levels = (count: number): string => `${'{ a '.repeat(count)}${'}'.repeat(count)}`;

  it.each<[what: string, limit: number, query: (count: number) => string]>([
    ['aliases', 50, (count) => `{ ${times(count, (index) => `a${index}: b`)} }`],
    [
      'aliases',
      50,
      (count) =>
        `{ ${times(25, (index) => `a${index}: b`)} ... { ...F } } fragment F on T { ${times(count - 25, (index) => `c${index}: b`)} }`,
    ],
    ['characters in one alias', 100, (count) => `{ short: a ${'x'.repeat(count)}: b last: c }`],
    ['directives', 50, (count) => `{ ${times(count, () => 'a @d')} }`],
    [
      'directives',
      50,
      (count) =>
        `query ($v: Int ${'@d '.repeat(count - 5)} $w: Int @d) @d { a @d ... @d { b } ...F } fragment F on T @d { c }`,
    ],
    ['levels of fields', 12, (count) => levels(count)],
    [
      'levels of fields',
      12,
      (count) => `${levels(3)} query Other ${levels(count)} query Last { a }`.replace('{ a {', 'query First { a {'),
    ],
    ['levels of fields', 12, (count) => `{ __schema { a } ... { b ${levels(count - 1)} } }`],
    ['levels of introspection', 20, (count) => `{ __schema ${levels(count - 1)} }`],
    ['levels of introspection', 20, (count) => `{ __type(name: "A") ${levels(count - 1)} }`],
    ['levels of introspection', 20, (count) => `{ a { __schema { b ${levels(count - 2)} } } }`],
    [
      'levels of introspection',
      20,
      (count) => `{ ...F } fragment F on Query { __schema { a ...G } } fragment G on S { b ${levels(count - 2)} }`,
    ],
    [
      'nested brackets',
      100,
      (count) => `{ a(b: ${'['.repeat(count - 2)}${']'.repeat(count - 2)} c: ${'{d: '.repeat(50)}1${'}'.repeat(50)}) }`,
    ],
    [
      'selections of one field in one place',
      100,
      (count) => `{ ${times(count, () => 'a')} ... { ${times(60, () => 'a')} } b: a }`,
    ],
    [
      'selections of one field in one place',
      100,
      (count) => `{ ${times(count - 40, () => 'a')} ${times(40, () => 'a: b')} }`,
    ],
    [
      'selections, fragments expanded',
      2000,
      (count) =>
        `{ ${times(39, () => '...F')} ${times(count - 39 * 51, (index) => `a${index}`)} } fragment F on T { ${times(50, (index) => `f${index}`)} }`,
    ],
    [
      'selections, fragments expanded',
      2000,
      (count) =>
        `{ a } fragment G on T { ${times(39, () => '...F')} ${times(count - 39 * 51, (index) => `a${index}`)} } fragment F on T { ${times(50, (index) => `f${index}`)} }`,
    ],
  ])('a query may have as many %s as %i, and not one more', (what, limit, query) => {
    expect(guard.refusalOf(query(limit), true)).toBeUndefined();
    expect(guard.refusalOf(query(limit + 1), true)).toBe(
      `The query has more than ${limit} ${what}. Ask for less, or send several requests.`,
    );
  });

  it('limits of depth and repetition hold for each operation of a document, not for their sum', () => {
    expect(guard.refusalOf(`query A ${levels(12)} query B ${levels(12)}`, true)).toBeUndefined();
    expect(
      guard.refusalOf(`query A { ${times(100, () => 'a')} } query B { ${times(100, () => 'a')} }`, true),
    ).toBeUndefined();
    expect(guard.refusalOf(`{ ${'a(b: [1]) '.repeat(99)} }`, true)).toBeUndefined();
  });

  it('counting ends early for fragments that double each other 2 ** 120 times', () => {
    const doubling = `{ ...F0 } ${times(120, (index) => `fragment F${index} on T { ...F${index + 1} ...F${index + 1} }`)} fragment F120 on T { a }`;
    expect(guard.refusalOf(doubling, true)).toContain('2000 selections');
  });

  it('the size guard gives the same verdict when a query is repeated', () => {
    const [short, long] = ['{ a }', `{ a } # ${'x'.repeat(9000)}`];
    const wide = `{ ${'a '.repeat(101)} }`;
    for (let time = 0; time < 3; time += 1) {
      expect([short, long, wide].map((query) => guard.refusalOf(query, true) === undefined)).toEqual([
        true,
        true,
        false,
      ]);
    }
  });
});
