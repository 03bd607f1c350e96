import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runPrice } from '../../../src/registry/price/run.ts';
import { priceProject } from '../../support/price-project.ts';

const one = 'query One { viewer { unreadCount } }';
const found = (place: string) => `One (${place}): 1 call: subscriptions.get 1\n`;

describe('Where the price command finds operations', () => {
  it.each<[string, string, string, number]>([
    ['a .graphql file', 'src/one.graphql', `# The badge.\n\n${one}`, 3],
    ['a .gql file', 'src/one.gql', one, 1],
    ['a file with a byte order mark', 'src/one.graphql', `\uFEFF${one}`, 1],
    [
      'a gql template of Apollo Client',
      'src/one.ts',
      `import { gql } from '@apollo/client';\nconst a = gql\`${one}\`;`,
      2,
    ],
    [
      'a renamed gql',
      'src/one.js',
      `import { gql as query } from '@apollo/client';\nconst a = query\`\n  ${one}\`;`,
      3,
    ],
    [
      'a graphql template of Relay',
      'src/one.tsx',
      `import { graphql } from 'react-relay';\n\nuse(graphql\`\n\n${one}\n\`);`,
      5,
    ],
    ['a gql template of a global function', 'src/one.mjs', `export default gql\`${one}\`;`, 1],
    [
      'a call of graphql, as of gql.tada',
      'src/one.mts',
      `const a: number = 1;\nconst b = graphql(\`\n${one}\n\`, [Row]);`,
      3,
    ],
    [
      'a call of graphql with its comment, as of GraphQL Code Generator',
      'src/one.ts',
      `graphql(/* GraphQL */ \`${one}\`);`,
      1,
    ],
    ['a template after a comment', 'src/one.cts', `const a = /* GraphQL */ \`\n${one}\`;`, 2],
    ['a template at the beginning of a line', 'src/one.ts', `const a = /* GraphQL */\n\`${one}\`;`, 2],
    ['a template as a constant', 'src/one.ts', `const a = graphql(\`${one}\` as const);`, 1],
    ['a component', 'src/one.jsx', `const A = () => <p>{use(gql\`${one}\`)}</p>;`, 1],
    ['a text with escapes', 'src/one.ts', `gql\`\n# \\\`quoted\\\`, \\\\ and \${nothing}\n${one}\``, 3],
  ])('the price command finds an operation in %s', (_what, name, text, line) => {
    const { price } = priceProject({ [name]: text });
    const { output, exitCode } = price();
    expect(output).toContain(found(`${name}:${line}`));
    expect(exitCode).toBe(1);
  });

  it('operations find fragments by name, in whichever file and in whichever form', () => {
    const { price } = priceProject({
      'src/room.tsx':
        'import { ROW } from "./row";\nexport const A = gql`query Room($id: ID!) { directMessage(id: $id) { ...Row } }\n${ROW}`;',
      'src/row.ts':
        'export const ROW = gql`fragment Row on DirectMessage { ...Last messages(first: 1) { nodes { id } } }`;',
      'src/last.graphql':
        'fragment Last on DirectMessage { members(first: 3) { nodes { id } } }\nfragment Unused on User { id }',
    });
    expect(price().output).toContain('Room (src/room.tsx:2): 2 calls: dm.messages 1, im.members 1\n');
  });

  it('one file of many patterns counts once; node_modules, excluded and other files do not count', () => {
    const { price } = priceProject({
      'src/one.graphql': one,
      'src/pages/[room].tsx': `gql\`${one.replace('One', 'Two')}\``,
      'src/node_modules/a/three.graphql': one,
      'src/generated/four.ts': `gql\`${one}\``,
      'src/style.css': 'a {}',
      'src/data.json': '{}',
      'src/schema.graphql': 'type Query { local: Int }\nextend type User { isTyping: Boolean }',
      'src/empty.graphql': '# nothing yet\n',
      'src/plain.ts': 'this is no @ code',
    });
    const { output } = price('src/**/*', './src/*.graphql', 'src/pages/[room].tsx', '!src/generated/**');
    expect(output).toContain(found('src/one.graphql:1'));
    expect(output).toContain('Two (src/pages/[room].tsx:1)');
    expect(output).toContain('2 operations: 2 new.');
  });

  it('lists of persisted operations are priced where they are named, each text with its own fragments', () => {
    const text = (name: string, field: string) => `query ${name} { viewer { ...F } } fragment F on Viewer { ${field} }`;
    const { price } = priceProject({
      'src/one.graphql': one,
      'relay.json': JSON.stringify({ a1: text('Two', 'unreadCount'), a2: text('Three', 'user { username }') }),
      'apollo.json': JSON.stringify({
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [{ id: 'b', name: 'Four', type: 'query', body: text('Four', 'userId') }],
      }),
    });
    const { output } = price('src/*', 'relay.json', 'apollo.json');
    expect(output).toContain('Two (relay.json "a1":1): 1 call: subscriptions.get 1\n');
    expect(output).toContain('Three (relay.json "a2":1): 1 call: me 1\n');
    expect(output).toContain('Four (apollo.json "b":1): 0 calls\n');
  });

  it('what clients take out before they send an operation costs nothing', () => {
    const { price } = priceProject({
      'src/one.graphql': `query One($key: String!) {
        viewer {
          draft @client
          directMessages(first: 2) @connection(key: "rooms", filter: [$key]) { nodes { ...R @unmask isOpen @client { a b } } }
        }
      }
      fragment R on DirectMessage @relay(mask: false) { title @required(action: LOG) }`,
    });
    expect(price().output).toContain('One (src/one.graphql:1): 2 calls: im.list 1, subscriptions.get 1\n');
  });
});

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
