import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runPrice } from '../../../src/registry/price/run.ts';
import { priceProject } from '../../support/price-project.ts';

const one = 'query One { viewer { unreadCount } }';

describe('Mistakes in the input of the price command', () => {
  it.each<[string, Record<string, string>, string]>([
    [
      'a syntax error',
      { 'src/a.graphql': 'query A {\n  viewer {' },
      'src/a.graphql:2: Syntax Error: Expected Name, found <EOF>.',
    ],
    [
      'a syntax error in a template',
      { 'src/a.ts': 'const a = gql`\n\n  query A { viewer( }`' },
      'src/a.ts:3: Syntax Error: Expected Name, found "}".',
    ],
    [
      'an unknown field',
      { 'src/a.tsx': 'gql`\nquery A {\n  viewer { nothing }\n}`' },
      'src/a.tsx:3: Cannot query field "nothing" on type "Viewer".',
    ],
    [
      'an unknown field of a fragment',
      { 'src/a.graphql': 'fragment A on User {\n nothing\n}' },
      'src/a.graphql:2: Cannot query field "nothing" on type "User".',
    ],
    [
      'an unknown fragment',
      { 'src/a.graphql': 'query A { viewer { ...Row } }' },
      'src/a.graphql:1: Unknown fragment "Row".',
    ],
    [
      'two fragments of one name',
      { 'src/a.graphql': 'fragment A on User { id }', 'src/b.graphql': '\nfragment A on User { name }' },
      'src/a.graphql:1, src/b.graphql:2: There can be only one fragment named "A".',
    ],
    [
      'two operations of one name',
      { 'src/a.graphql': '\nquery A { __typename }', 'src/b.ts': 'gql`query A { __typename }`' },
      "src/a.graphql:2, src/b.ts:1: 2 operations are named A: rename all but one, or leave out a file by '!…'",
    ],
    [
      'an operation without a name',
      { 'src/a.graphql': '\n{ viewer { userId } }' },
      'src/a.graphql:2: the operation has no name: prices are kept by name',
    ],
    [
      'a mutation',
      { 'src/a.graphql': 'mutation A { send }' },
      'src/a.graphql:1: This API has no mutations: it only reads.',
    ],
    [
      'a variable that is not used',
      { 'src/a.graphql': 'query A($a: Int) { __typename }' },
      'src/a.graphql:1: Variable "$a" is never used in operation "A".',
    ],
    [
      'an unknown directive',
      { 'src/a.graphql': 'query A { viewer { userId @made(up: 1) } }' },
      'src/a.graphql:1: Unknown directive "@made".',
    ],
    [
      'a directive of Relay’s compiler',
      { 'src/a.ts': 'graphql`\nfragment A on User @refetchable(queryName: "B") { id }`' },
      "src/a.ts:2: `@refetchable` needs Relay's compiler: name the file of its `persistConfig` instead of the sources",
    ],
    [
      'a query that is too large',
      { 'src/a.graphql': `query A { ${'a: __typename '.repeat(51)} }` },
      'src/a.graphql:1: the gateway rejects A: The query has more than 50 aliases. Ask for less, or send several requests.',
    ],
    [
      'a page that is too large',
      { 'src/a.graphql': 'query A {\n viewer {\n  directMessages(first: 101) { totalCount } } }' },
      'src/a.graphql:3: `first` is 101: give 0 to 100.',
    ],
    [
      'an interpolated selection',
      { 'src/a.ts': 'gql`query A {\n  viewer { userId\n    ${FIELDS} }\n}`' },
      'src/a.ts:3: the template interpolates a value in the middle of a definition: spread a fragment or use a variable',
    ],
    [
      'an interpolated name',
      { 'src/a.ts': 'gql`query A { viewer { ...${name} } }`' },
      'src/a.ts:1: Syntax Error: Expected "{", found "}". (interpolated values are left out)',
    ],
    [
      'code that is none',
      { 'src/a.ts': 'const a = 1;\nconst gql = ;' },
      'src/a.ts:2: is no code that can be parsed: Unexpected token (2:12)',
    ],
    [
      'a component of Vue',
      { 'src/a.vue': '<template/>' },
      'src/a.vue: expected JavaScript or TypeScript: put the operations of this component into a file of theirs',
    ],
    ['no operation', { 'src/a.graphql': 'fragment A on User { id }' }, 'src/**/*: the files have no operation'],
    [
      'more Booleans than can be tried',
      {
        'src/a.graphql': `query A(${Array.from({ length: 9 }, (_, index) => `$b${index}: Boolean!`).join()}) { ${Array.from({ length: 9 }, (_, index) => `a${index}: __typename @include(if: $b${index})`).join(' ')} }`,
      },
      'src/a.graphql:1: A has 9 Boolean variables without a value: give them by --variables',
    ],
  ])('the price command says where there is %s', (_what, files, message) => {
    const { price } = priceProject(files);
    expect(price('src/**/*')).toEqual({ exitCode: 2, output: message });
  });

  it.each<[string, string[], string]>([
    ['no file', ['src/none.graphql'], 'src/none.graphql: no file has this name'],
    ['no match', ['lib/**/*.ts'], 'lib/**/*.ts: no file has this name or matches this pattern'],
    ['a folder', ['src/'], "src/: a folder: give a pattern, such as 'src/**/*.{graphql,ts,tsx}'"],
    [
      'another kind of file',
      ['src/a.css'],
      'src/a.css: expected GraphQL, JavaScript, TypeScript, or a list of persisted operations in JSON',
    ],
    [
      'JSON of another kind',
      ['package.json'],
      'package.json: expected the output of generate-persisted-query-manifest, or query texts by id',
    ],
    ['no pattern', ['--write'], 'Which files? Give a pattern.\nnpm run price -- '],
    ['only excluded files', ['!src/a.css'], 'Which files? Give a pattern.\nnpm run price -- '],
    ['an unknown option', ['src/one.graphql', '--all'], "Unknown option '--all'"],
    ['a size of no page', ['src/one.graphql', '--first', '0'], '--first: expected a whole number from 1 to 100'],
    ['a size that is none', ['src/one.graphql', '--first', '1e1'], '--first: expected a whole number from 1 to 100'],
  ])('the price command says what is wrong with its arguments: %s', (_what, args, message) => {
    const { folder } = priceProject({ 'src/one.graphql': one, 'src/a.css': '', 'package.json': '{"version": 1}' });
    const { exitCode, output } = runPrice(args, folder);
    expect(output.slice(0, message.length)).toBe(message);
    expect(exitCode).toBe(2);
  });

  it('the price command says which file cannot be read', () => {
    const { price, folder } = priceProject({ 'src/one.graphql': one });
    symlinkSync('/proc/self/mem', join(folder, 'src/two.graphql')); // a file that nobody can read, root included
    expect(price()).toMatchObject({
      exitCode: 2,
      output: expect.stringMatching(/^src\/two\.graphql: cannot be read: E/),
    });
  });

  it('the price command reports all mistakes at once, each with its place, and writes nothing', () => {
    const { price, read } = priceProject({
      'src/a.graphql': 'query A {\n  viewer { nothing ...F }\n}\n\n{ alsoNothing }',
      'src/b.ts': 'gql`query B {`',
      'src/c.graphql': 'query C { viewer { ...F } }\nfragment F on Viewer { neither }',
      'prices.json': '{"A": 1}',
    });
    const { exitCode, output } = price('src/*', 'lib/*', '--write');
    expect(output.split('\n').map((line) => line.slice(0, 60))).toEqual([
      'lib/*: no file has this name or matches this pattern (write ',
      'src/b.ts:1: Syntax Error: Expected Name, found <EOF>.',
      'src/a.graphql:2: Cannot query field "nothing" on type "Viewe',
      'src/a.graphql:5: Cannot query field "alsoNothing" on type "Q',
      'src/c.graphql:2: Cannot query field "neither" on type "Viewe',
      'src/a.graphql:5: the operation has no name: prices are kept ',
    ]);
    expect([exitCode, read('prices.json')]).toEqual([2, '{"A": 1}']);
  });
});
