import { describe, expect, it } from 'vitest';
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
