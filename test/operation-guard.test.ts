import { describe, expect, it } from 'vitest';
import { OperationGuard } from '../src/operation-guard.ts';

describe('the guard', () => {
  const guard = new OperationGuard();

  it('has nothing to say of a query of usual size, the first and the second time', () => {
    for (const query of ['{ viewer { id } }', '{ viewer { id } }']) expect(guard.refusalOf(query)).toBeUndefined();
  });

  it('leaves it to others to say what is no GraphQL', () => {
    for (const query of ['{', '\u0000', '"', '', 'query { ...F } fragment F on']) expect(guard.refusalOf(query)).toBeUndefined();
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
    ['brackets open at once', `{ a(b: ${'['.repeat(100)}${']'.repeat(100)}) }`],
    ['selections of one field', `{ ${'a '.repeat(101)} }`],
    ['tokens', `{ ${'a '.repeat(1999)}}`],
    ['tokens', `${'a '.repeat(2001)}"`], // before it is no GraphQL
    ['selections, its fragments unfolded', `{ ${'...F '.repeat(50)} } fragment F on T { ${Array.from({ length: 50 }, (_, index) => `f${index}`).join(' ')} }`],
  ])('refuses too many %s', (what, query) => {
    expect(guard.refusalOf(query)).toContain(what);
    expect(guard.refusalOf(query)).toContain(what);
  });

  it('counts 2,000 tokens as not too many, and comments, spaces and commas as none', () => {
    const fields = Array.from({ length: 1998 }, (_, index) => `f${index}`).join(' ');
    expect(guard.refusalOf(`{ ${fields} }`)).toBeUndefined();
    expect(guard.refusalOf(`{ ${fields} } ${'#\n, '.repeat(10_000)}`)).toBeUndefined();
    expect(guard.refusalOf(`{ ${fields} one }`)).toContain('2000 tokens');
  });

  it('counts no level for inline fragments, and an end for fragments in a circle', () => {
    expect(guard.refusalOf(`{ ${'... { '.repeat(20)} a ${'}'.repeat(20)} }`)).toBeUndefined();
    expect(guard.refusalOf('{ ...A } fragment A on T { a { ...A } ...B } fragment B on T { ...A ...C }')).toBeUndefined();
  });

  it('forgets again what it remembers, and reads long queries each time', () => {
    for (let index = 0; index < 600; index += 1) expect(guard.refusalOf(`{ f${index} }`)).toBeUndefined();
    expect(guard.refusalOf(`{ a } #${'x'.repeat(9000)}`)).toBeUndefined();
    expect(guard.refusalOf('{ f0 }')).toBeUndefined();
  });
});
