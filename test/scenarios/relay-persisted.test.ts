import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printSchema } from 'graphql';
import { expect, it } from 'vitest';
import { createSchema } from '../../src/schema/executable.ts';
import { startTestGateway } from '../support/gateway.ts';
import { priceProject } from '../support/price-project.ts';

const compiler = fileURLToPath(new URL('../../node_modules/relay-compiler/cli.js', import.meta.url));

const room = `import { graphql } from 'react-relay';
export const fragment = graphql\`
  fragment Room_room on DirectMessage
  @refetchable(queryName: "RoomPaginationQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
    messages(first: $count, after: $cursor) @connection(key: "Room_messages") { edges { node { text } } }
  }
\`;
export const query = graphql\`
  query RoomMailboxQuery { viewer { directMessages(first: 5) { nodes { ...Room_room @arguments(count: 3) } } } }
\`;
`;

it('what relay-compiler persists is priced, listed, and run by documentId', async () => {
  const { folder, read, price } = priceProject({
    'src/Room.ts': room,
    'schema.graphql': printSchema(createSchema()),
    'persisted.json': '{}',
    'relay.config.json': JSON.stringify({
      src: './src',
      schema: './schema.graphql',
      language: 'typescript',
      persistConfig: { file: './persisted.json', algorithm: 'MD5' },
    }),
  });
  execFileSync(process.execPath, [compiler], { cwd: folder, stdio: 'pipe' });

  expect(price().output).toContain('name the file of its `persistConfig`');
  const { output } = price('persisted.json');
  expect(output).toMatch(/^RoomMailboxQuery \(.*\): 6 calls: dm\.messages 5, im\.list 1$/m);
  expect(output).toMatch(/^RoomPaginationQuery \(.*\): 1 call: dm\.messages 1$/m);

  const gateway = await startTestGateway({ env: { PERSISTED_OPERATIONS: join(folder, 'persisted.json') } });
  const persisted = Object.entries(JSON.parse(read('persisted.json')) as Record<string, string>);
  const [documentId] = persisted.find(([, text]) => text.includes('query RoomMailboxQuery')) ?? [];
  const { status, text } = await gateway.post({ documentId, variables: {} });
  expect([status, JSON.parse(text)]).toMatchObject([
    200,
    { data: { viewer: { directMessages: { nodes: [{}, {}, {}, {}, {}] } } } },
  ]);
  expect((await gateway.post({ query: '{ viewer { userId } }' })).status).toBe(400);
});
