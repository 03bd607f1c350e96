import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tadaProject } from '../../support/tada-project.ts';

const client = `
import { initGraphQLTada, type ResultOf, type VariablesOf } from 'gql.tada';
import type { introspection } from './graphql-env.js';
const graphql = initGraphQLTada<{ introspection: introspection; scalars: { DateTime: string; JSON: unknown } }>();
const Room = graphql(\`
  query Room($id: ID!, $after: String) {
    directMessage(id: $id) {
      title
      kind
      members { nodes { name status } }
      messages(first: 20, after: $after, orderBy: { field: SENT_AT, direction: DESC }) {
        nodes { text sentAt author { name user { id status } } thread { replies(first: 3) { totalCount } } }
        pageInfo { hasNextPage endCursor }
      }
    }
    node(id: $id) { __typename id ... on DirectMessage { memberCount } }
  }
\`);
declare const room: ResultOf<typeof Room>;
declare function ask(variables: VariablesOf<typeof Room>): void;
`;

/** What a document gives: each line must have the type that it says. */
const right = `
export const title: string | null | undefined = room.directMessage?.title;
export const kind: 'ONE_TO_ONE' | 'SELF' | 'GROUP' | null | undefined = room.directMessage?.kind;
export const status: 'ONLINE' | 'AWAY' | 'BUSY' | 'OFFLINE' | null | undefined = room.directMessage?.members?.nodes[0]?.status;
export const texts: string[] | undefined = room.directMessage?.messages?.nodes.map(({ text }) => text);
export const sentAt: string | undefined = room.directMessage?.messages?.nodes[0]?.sentAt;
export const authorId: string | undefined = room.directMessage?.messages?.nodes[0]?.author.user?.id;
export const total: number | undefined = room.directMessage?.messages?.nodes[0]?.thread?.replies?.totalCount;
export const count: number | null | undefined = room.node?.__typename === 'DirectMessage' ? room.node.memberCount : undefined;
ask({ id: 'room' });
`;

const { folder, check: checkFiles } = tadaProject();

/** What TypeScript says of each file, by its name; none of a right one. */
function check(files: Readonly<Record<string, string>>): Record<string, string[]> {
  const names = Object.keys(files);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.ts`), client + text);
  const said = checkFiles(names.map((name) => `${name}.ts`));
  expect(said.filter((line) => !names.some((name) => line.startsWith(`${name}.ts`)))).toEqual([]);
  return Object.fromEntries(names.map((name) => [name, said.filter((line) => line.startsWith(`${name}.ts`))]));
}

describe('gql.tada with the published API', () => {
  it('types a right document, and refuses what the API does not have', () => {
    const said = check({
      right,
      // A field that the API lacks is `unknown`: nothing can be made of it.
      wrongField: `
        const Wrong = graphql('query { viewer { userId username } }');
        declare const wrong: ResultOf<typeof Wrong>;
        export const ids: string[] = [wrong.viewer.userId, wrong.viewer.username];`,
      wrongArgument: 'ask({ id: 7 });',
      missingArgument: 'ask({});',
      unselected: 'export const topic = room.directMessage?.topic;',
      wrongEnum: "export const away: boolean = room.directMessage?.members?.nodes[0]?.status === 'away';",
      notNull: 'export const title: string = room.directMessage!.title;',
    });
    expect(said).toEqual({
      right: [],
      wrongField: [expect.stringContaining("'unknown' is not assignable")],
      wrongArgument: [expect.stringContaining('number')],
      missingArgument: [expect.stringContaining("'id'")],
      unselected: [expect.stringContaining("'topic'")],
      wrongEnum: [expect.stringContaining('no overlap')],
      notNull: [expect.stringContaining('null')],
    });
  });
});
